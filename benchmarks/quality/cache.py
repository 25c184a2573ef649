"""Results in files, one a run: a command that was stopped goes on where it was."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import scorerbm as sr

__all__ = ["Cache", "MissingResultError"]

Result = dict[str, Any]


class MissingResultError(LookupError):
    """A result that is not there, where nothing is to be run."""


class Cache:
    """JSON and models by name under a folder."""

    def __init__(self, folder: Path, read_only: bool = False) -> None:
        self.folder, self.read_only = folder, read_only

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def get(self, name: str, make: Callable[[], Result]) -> Result:
        """The result of this name, made if it is not there."""
        path = self.path(name)
        if not path.exists():
            self._check(name)
            write(path, json.dumps(make(), indent=1) + "\n")
        result: Result = json.loads(path.read_text(encoding="utf-8"))
        return result

    def models(self, name: str, make: Callable[[], dict[str, sr.BernoulliRBM]]) -> Models:
        """Models of one training by key, trained if they are not there."""
        folder = self.folder / name
        if not (folder / "complete").exists():
            self._check(name)
            folder.mkdir(parents=True, exist_ok=True)
            for key, model in make().items():
                sr.save(model, folder / f"{key}.safetensors")
            (folder / "complete").touch()
        return {p.stem: sr.load(p) for p in sorted(folder.glob("*.safetensors"))}

    def _check(self, name: str) -> None:
        if self.read_only:
            raise MissingResultError(name)


Models = dict[str, sr.BernoulliRBM]


def write(path: Path, text: str) -> None:
    """Write a file in one go, so that none is left half written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)

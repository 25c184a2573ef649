"""``scorerbm info``."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from ..files import load, read_metadata
from ..rbm import RBM
from . import options as o
from .environment import environment
from .terminal import Terminal

__all__ = ["EXAMPLES", "info"]

Model = Annotated[
    Path | None, typer.Argument(metavar="MODEL", help="A model file; without it, this computer.")
]


EXAMPLES = (
    "scorerbm info",
    "scorerbm info model.safetensors --json",
)


def info(
    model: Model = None,
    json: o.Json = False,
    quiet: o.Quiet = False,
) -> None:
    """Tell how a model was made, or what this installation can do."""
    terminal = Terminal(json, quiet)
    record = environment() if model is None else _of_model(model)
    terminal.result(record, _table(record))


def _of_model(path: Path) -> dict[str, Any]:
    record = {"model": str(path), **vars(read_metadata(path))}
    if record["family"] == "gaussian":
        record["standardisation"] = _standardisation(load(path))
    return record


def _standardisation(model: RBM) -> dict[str, list[float]] | None:
    """Least and greatest mean and scale of the units, in the units of the data."""
    known = model.standardisation
    if known is None:
        return None
    arrays = {"mean": known.mean, "scale": known.scale}
    return {name: [float(x.min()), float(x.max())] for name, x in arrays.items()}


def _table(record: dict[str, Any]) -> Table:
    return Terminal.listing(_flat("", record))


def _flat(prefix: str, value: Any) -> list[tuple[str, str]]:
    """Nested records as rows, their names joined by dots."""
    if isinstance(value, dict) and value:
        return [row for key, x in value.items() for row in _flat(_joined(prefix, key), x)]
    text = value if isinstance(value, str) else json_module.dumps(value, ensure_ascii=False)
    return [(prefix, "-" if value is None else text)]


def _joined(prefix: str, key: str) -> str:
    return f"{prefix}.{key}" if prefix else key

"""Embeddings on disk, one file for each graph and size of model."""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any

from .._atomic import atomic_write
from .device import Device
from .embedding import Embedding

__all__ = ["cache_folder", "load_embedding", "read_embedding", "remember", "write_embedding"]

_FORMAT = "scorerbm-embedding"


def cache_folder() -> Path:
    """``SCORERBM_CACHE``, or the folder for caches that the system names."""
    chosen = os.environ.get("SCORERBM_CACHE")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "~/AppData/Local")).expanduser() / "scorerbm"
    if sys.platform == "darwin":
        return Path("~/Library/Caches/scorerbm").expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "scorerbm"


def write_embedding(path: str | os.PathLike[str], embedding: Embedding, graph: str = "") -> None:
    """Write an embedding as JSON; the file appears whole or not at all.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    content = {
        "format": _FORMAT,
        "graph": graph,
        "n_visible": embedding.n_visible,
        "n_hidden": embedding.n_hidden,
        "copies": embedding.copies,
    }
    with atomic_write(path) as file:
        json.dump(content, file)


def read_embedding(path: str | os.PathLike[str]) -> Embedding:
    """Read what `write_embedding` wrote.

    Raises
    ------
    ValueError
        If the file holds something else.
    OSError
        If it cannot be read.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        if content["format"] != _FORMAT:
            raise KeyError("format")
        n, m = int(content["n_visible"]), int(content["n_hidden"])
        embedding = Embedding.of_chains(n, m, _labels(content["copies"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"embedding: {os.fspath(path)} is no embedding of scorerbm") from error
    if any(len(copy) != n + m for copy in embedding.copies) or not embedding.copies:
        raise ValueError(f"embedding: {os.fspath(path)} has not {n} + {m} chains a copy")
    return embedding


def remember(device: Device, embedding: Embedding, *, copies: bool) -> None:
    """Keep an embedding for this graph; a folder that cannot be written is only warned about.

    That of as many ``copies`` as there are is kept beside that of a single one, which has the
    shortest chains.
    """
    path = _path(device, embedding.n_visible, embedding.n_hidden, copies=copies)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_embedding(path, embedding, device.fingerprint)
    except OSError as error:
        warnings.warn(f"the embedding is not kept for the next time: {error}", stacklevel=2)


def load_embedding(
    device: Device, n_visible: int, n_hidden: int, *, copies: bool
) -> Embedding | None:
    """What was kept for this graph, if anything; a damaged file is warned about and ignored."""
    path = _path(device, n_visible, n_hidden, copies=copies)
    try:
        embedding = read_embedding(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        warnings.warn(f"{error}; it is found anew", stacklevel=2)
        return None
    if (embedding.n_visible, embedding.n_hidden) != (n_visible, n_hidden):
        warnings.warn(f"{path} is of another size of model; it is found anew", stacklevel=2)
        return None
    return embedding


def _path(device: Device, n_visible: int, n_hidden: int, *, copies: bool) -> Path:
    solver = "".join(c if c.isalnum() or c in "-_." else "_" for c in device.name)
    folder = cache_folder() / "embeddings" / f"{solver}-{device.fingerprint}"
    return folder / f"{n_visible}x{n_hidden}{'-copies' if copies else ''}.json"


def _labels(value: Any) -> Any:
    """Chains as JSON has them, in which labels that were tuples have become lists."""
    return [
        [[tuple(q) if isinstance(q, list) else q for q in chain] for chain in copy]
        for copy in value
    ]

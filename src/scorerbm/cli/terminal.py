"""What a command says, and where: results on standard output, all else on standard error."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from .._progress import Progress
from .progress import progress_on

__all__ = ["Terminal", "uncertain"]

Rows = Sequence[tuple[str, str]]

_WIDTH_OF_FILES = 120


@dataclass(frozen=True)
class Terminal:
    """Standard output and standard error of one command.

    Attributes
    ----------
    json : bool
        Results are one JSON object on standard output, and nothing else is there.
    quiet : bool
        No progress and no notes.
    """

    json: bool = False
    quiet: bool = False

    @property
    def progress(self) -> Progress:
        """The ``progress`` argument for long work."""
        return False if self.quiet else progress_on(Console(stderr=True))

    def note(self, message: str) -> None:
        """Tell what is going on."""
        if not self.quiet:
            print(message, file=sys.stderr, flush=True)

    def result(self, record: Mapping[str, Any], *parts: Table | str) -> None:
        """Show a result: the record as JSON, or the tables and lines made of it."""
        if self.json:
            print(json.dumps(_plain(record), indent=2, allow_nan=False))
            return
        for part in parts:
            if isinstance(part, str):
                print(part)  # whole, however wide: a path shall not be broken
            else:
                _console().print(part)

    @staticmethod
    def listing(rows: Rows) -> Table:
        """Name and value, one pair a row."""
        table = Table.grid(padding=(0, 2))
        for name, value in rows:
            table.add_row(name, value)
        return table


def uncertain(value: float, error: float) -> str:
    """A number with its standard error; exact numbers stand alone."""
    return f"{value:.4f} ± {error:.4f}" if error > 0.0 else f"{value:.4f}"


def _console() -> Console:
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = _WIDTH_OF_FILES
    return console


def _plain(value: Any) -> Any:
    """JSON values: numbers that JSON lacks become null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(x) for key, x in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(x) for x in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value

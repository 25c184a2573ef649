"""Progress on standard error: a live bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from .._progress import ProgressFactory, Update

__all__ = ["progress_on"]


def progress_on(console: Console) -> ProgressFactory:
    """Choose the display for a console."""
    return LiveBars(console) if console.is_terminal else plain_lines


class LiveBars:
    """One bar for each task at work; tasks within tasks share the display."""

    def __init__(self, console: Console) -> None:
        self._display = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[shown]}"),
            console=console,
            transient=True,
        )
        self._open = 0

    @contextmanager
    def __call__(self, total: int, description: str) -> Iterator[Update]:
        """Show one task."""
        if self._open == 0:
            self._display.start()
        self._open += 1
        task = self._display.add_task(description, total=total, shown="")

        def update(n: int = 1, /, **shown: float) -> None:
            if shown:
                self._display.update(task, advance=n, shown=_listed(shown))
            else:
                self._display.advance(task, n)

        try:
            yield update
        finally:
            self._display.remove_task(task)
            self._open -= 1
            if self._open == 0:
                self._display.stop()


_SECONDS_BETWEEN_LINES = 2.0
_PARTS = 10


@contextmanager
def plain_lines(total: int, description: str) -> Iterator[Update]:
    """Show a task as lines: at most one each tenth of the work, and none for quick work."""
    done, next_part, values = 0, 1, ""
    start = last = time.monotonic()

    def update(n: int = 1, /, **shown: float) -> None:
        nonlocal done, next_part, last, values
        done += n
        values = f" {_listed(shown)}" if shown else values
        now = time.monotonic()
        if done * _PARTS < next_part * total or now - last < _SECONDS_BETWEEN_LINES:
            return
        next_part, last = done * _PARTS // max(total, 1) + 1, now
        line = f"{description}: {done}/{total} ({now - start:.0f} s){values}"
        print(line, file=sys.stderr, flush=True)

    yield update


def _listed(shown: dict[str, float]) -> str:
    return " ".join(f"{name}={x:.4g}" for name, x in shown.items())

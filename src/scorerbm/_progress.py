"""Progress of long work: silent, a tqdm bar, or the caller's own display."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

__all__ = ["Progress", "ProgressFactory", "Update", "progress_bar"]


class Update(Protocol):
    """Tell that ``n`` more steps are done; keyword arguments are shown beside the bar."""

    def __call__(self, n: int = 1, /, **shown: float) -> None: ...


ProgressFactory = Callable[[int, str], AbstractContextManager[Update]]
"""(number of steps, description) → a context that yields an `Update`."""

Progress = bool | ProgressFactory
"""False: silent; True: a tqdm bar on standard error; else a factory of the caller's."""


@contextmanager
def _silent(total: int, description: str) -> Iterator[Update]:
    def update(n: int = 1, /, **shown: float) -> None:
        pass

    yield update


@contextmanager
def _tqdm(total: int, description: str) -> Iterator[Update]:
    from tqdm.auto import tqdm

    with tqdm(total=total, desc=description) as bar:

        def update(n: int = 1, /, **shown: float) -> None:
            if shown:
                bar.set_postfix({k: f"{x:.4g}" for k, x in shown.items()}, refresh=False)
            bar.update(n)

        yield update


def progress_bar(
    progress: Progress, total: int, description: str
) -> AbstractContextManager[Update]:
    """Open the display that the ``progress`` argument asks for."""
    if callable(progress):
        return progress(total, description)
    return (_tqdm if progress else _silent)(total, description)

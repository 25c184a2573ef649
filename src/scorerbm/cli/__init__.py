"""The command line: ``scorerbm train | sample | compare | evaluate | info``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process by default.

    Returns
    -------
    int
        0; 2 for wrong input, 130 after Ctrl-C, 1 for any other failure, each with one line on
        standard error. With the environment variable ``SCORERBM_DEBUG`` failures raise instead.
    """
    try:
        import rich
        import typer
    except ImportError:
        needs = 'the command line needs typer and rich: pip install "scorerbm[cli]"'
        print(f"scorerbm: error: {needs}", file=sys.stderr)
        return 1
    del rich, typer
    from .app import run

    return run(arguments)

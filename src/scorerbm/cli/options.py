"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Annotated, Any

import typer

from ..backends import BACKENDS
from ..data import SOURCES

__all__ = [
    "Backend",
    "DataArgument",
    "Json",
    "Key",
    "ModelArgument",
    "Quiet",
    "Seed",
    "Shape",
    "TestFraction",
    "Threads",
    "Threshold",
    "one_of",
    "parse_shape",
]

COMMON, DATA = "Common options", "Data"


def one_of(names: Collection[str], flag: str, help: str, panel: str) -> Any:
    """An option whose value is one of the names, which its help lists."""

    def check(value: str | None) -> str | None:
        if value is not None and value not in names:
            raise typer.BadParameter(f"{value!r} is not one of {', '.join(names)}.")
        return value

    return typer.Option(
        flag,
        help=f"{help} One of {', '.join(names)}.",
        metavar=flag.strip("-").replace("-", "_").upper(),
        callback=check,
        autocompletion=_completion(names),
        rich_help_panel=panel,
    )


def _completion(names: Collection[str]) -> Callable[[str], list[str]]:
    def complete(incomplete: str) -> list[str]:
        return [name for name in names if name.startswith(incomplete)]

    return complete


def parse_shape(text: str | None) -> tuple[int, ...] | None:
    """(8, 8) from "8x8"."""
    if text is None:
        return None
    parts = text.lower().replace("×", "x").split("x")
    if not all(part.isascii() and part.isdigit() and int(part) > 0 for part in parts):
        raise typer.BadParameter(f"{text!r} is not a shape like 28x28.", param_hint="--shape")
    return tuple(int(part) for part in parts)


DATA_HELP = (
    f"{', '.join(SOURCES)} (built in), or a file of rows: .npy, .npz, .csv, .tsv, .txt, .h5, .hdf5."
)

ModelArgument = Annotated[
    Path, typer.Argument(metavar="MODEL", help="A model file written by scorerbm train.")
]
DataArgument = Annotated[str, typer.Argument(metavar="DATA", help=DATA_HELP)]

Threshold = Annotated[
    float | None,
    typer.Option(
        "--threshold",
        help="Values above it are 1, the others 0. Needed unless the data are 0 and 1 already.",
        rich_help_panel=DATA,
    ),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key", help="Array of an .npz or .h5 file that holds several.", rich_help_panel=DATA
    ),
]
Shape = Annotated[
    str | None,
    typer.Option(
        "--shape",
        metavar="HxW",
        help="Shape of one sample where it is an image; known for digits and arrays (n, H, W).",
        rich_help_panel=DATA,
    ),
]
TestFraction = Annotated[
    float,
    typer.Option(
        "--test-fraction",
        min=0.0,
        max=1.0,
        help="Part of the rows that is held out of training, chosen at random by the seed.",
        rich_help_panel=DATA,
    ),
]
Seed = Annotated[
    int,
    typer.Option(
        "--seed", min=0, help="The same seed gives the same output.", rich_help_panel=COMMON
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        min=1,
        help="Threads to use, by default all cores. Does not change the output.",
        rich_help_panel=COMMON,
    ),
]
Backend = Annotated[
    str,
    one_of(
        ("auto", *BACKENDS),
        "--backend",
        "Where the work is done: auto takes the fastest. Does not change the output.",
        COMMON,
    ),
]
Json = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Write the result as one JSON object to standard output.",
        rich_help_panel=COMMON,
    ),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", help="No progress and no notes, only the result.", rich_help_panel=COMMON
    ),
]

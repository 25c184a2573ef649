"""``scorerbm ising``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table

from ..files import save
from ..ising import IsingModel, from_ising, ising_layers, load_ising, save_ising, to_ising
from ..ising.bqm import read_bqm
from ..ising.coordinates import VARTYPES
from ..ising.exchange import SUFFIXES
from ..rbm import RBM
from . import options as o
from .inputs import check_binary, read_model
from .outputs import check_extra, check_target
from .terminal import Terminal

__all__ = ["EXAMPLES", "ising"]

_MODEL = ".safetensors"
_PROBLEM = "Problems that are read"

Input = Annotated[
    Path,
    typer.Argument(
        metavar="INPUT", help=f"A model file, or a problem: a file {', '.join(SUFFIXES)}."
    ),
]
Output = Annotated[
    Path | None,
    typer.Argument(
        metavar="OUTPUT",
        help=f"File to write: a problem ({', '.join(SUFFIXES)}) of a model, or the model "
        f"({_MODEL}) of a problem. Without it, the sizes are shown and nothing is written.",
    ),
]
Vartype = Annotated[
    str | None,
    o.one_of(VARTYPES, "--vartype", "What the variables of a list of coordinates are.", _PROBLEM),
]
Visible = Annotated[
    int | None,
    typer.Option(
        "--visible",
        min=1,
        help="The variables 0 to N-1 are the visible units. By default layers follow from the "
        "couplings, and variable 0 is visible.",
        metavar="N",
        rich_help_panel=_PROBLEM,
    ),
]

EXAMPLES = (
    "scorerbm ising model.safetensors problem.coo",
    "scorerbm ising problem.json model.safetensors",
    "scorerbm ising model.safetensors --json",
)


def ising(
    source: Input,
    output: Output = None,
    vartype: Vartype = None,
    visible: Visible = None,
    json: o.Json = False,
    quiet: o.Quiet = False,
) -> None:
    """Translate a model into an Ising problem for Ocean, or a bipartite problem into a model.

    The fields h and couplings J are such that the energies are those of the model, and its
    distribution is exp(-E): β = 1. Lists of coordinates (.coo, .txt) are read by dimod without
    the offset.
    """
    terminal = Terminal(json, quiet)
    to_model = source.suffix.lower() in SUFFIXES
    if output is not None:
        check_target(output, *((_MODEL,) if to_model else SUFFIXES))
    if to_model:
        model, known = _of_problem(source, vartype, visible)
    else:
        if vartype is not None or visible is not None:
            raise ValueError("--vartype and --visible are for problems that are read")
        model, known = read_model(source)[0], {}
        check_binary(source, model, "for an Ising form; for real data, train a LatentModel")
    problem = to_ising(model)
    if output is not None:
        if to_model:
            save(model, output)
        else:
            check_extra("files of problems", "dwave", "dimod")
            save_ising(problem, output)
    record = {"input": str(source), "output": None if output is None else str(output)}
    record |= _summary(problem) | known
    terminal.result(record, _table(record))


def _of_problem(path: Path, vartype: str | None, visible: int | None) -> tuple[RBM, dict[str, Any]]:
    """Return the model of a problem, and what it cannot tell of it."""
    check_extra("files of problems", "dwave", "dimod")
    bqm = load_ising(path, vartype)
    chosen = None if visible is None else range(visible)
    model = from_ising(bqm, chosen)
    return model, {
        "vartype": bqm.vartype.name,
        "constant": read_bqm(bqm).in_bits().offset,  # an RBM's energy is 0 where all bits are
        "layers": ising_layers(bqm, chosen)._asdict(),
    }


def _summary(problem: IsingModel) -> dict[str, Any]:
    return {
        "n_visible": problem.n_visible,
        "n_hidden": problem.n_hidden,
        "n_variables": problem.n_visible + problem.n_hidden,
        "n_couplings": int(np.count_nonzero(problem.J)),
        "h": [float(problem.h.min()), float(problem.h.max())],
        "J": [float(problem.J.min()), float(problem.J.max())],
        "offset": problem.offset,
    }


def _table(record: dict[str, Any]) -> Table:
    rows = [
        ("units", f"{record['n_visible']} visible, {record['n_hidden']} hidden"),
        ("couplings", f"{record['n_couplings']} that are not 0"),
        *((name, "{:.6g} … {:.6g}".format(*record[name])) for name in ("h", "J")),
        ("offset", f"{record['offset']:.6g}"),
    ]
    if "constant" in record:
        rows.append(("constant", f"{record['constant']:.6g} that the model's energies lack"))
    if record["output"] is not None:
        rows.append(("written", record["output"]))
    return Terminal.listing(rows)

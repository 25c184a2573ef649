"""``scorerbm evaluate``."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.table import Table

from ..backends.protocol import Reals
from ..data import Dataset
from ..evaluate import (
    LogPartition,
    exact_moments,
    log_likelihood,
    log_partition,
    mmd,
    moment_error,
    pseudo_log_likelihood,
    reverse_annealed_importance,
    sample_moments,
)
from ..evaluate.enumeration import ENUMERABLE
from ..rbm import RBM
from ..rbm.base import n_enumerable
from ..sample import BlockGibbs, Exact, SampleSet
from . import options as o
from .inputs import Source, check_width, read_model
from .terminal import Terminal, uncertain
from .training import pseudo_units

__all__ = ["EXAMPLES", "evaluate"]

_LIKELIHOOD, _SAMPLES = "Likelihood", "Samples of the model"

Data = Annotated[
    str | None,
    typer.Argument(
        metavar="DATA",
        help=f"{o.DATA_HELP} Without it, the rows held out when the model was trained.",
    ),
]
LogZ = Annotated[
    str,
    o.one_of(
        ("auto", "exact", "ais"),
        "--log-z",
        "How ln Z is found: by enumeration, or by annealed importance sampling; auto enumerates "
        "up to 20 units.",
        _LIKELIHOOD,
    ),
]
Runs = Annotated[
    int, typer.Option("--runs", min=2, help="Runs of AIS.", rich_help_panel=_LIKELIHOOD)
]
Temperatures = Annotated[
    int,
    typer.Option(
        "--temperatures",
        min=2,
        help="Temperatures of each run of AIS.",
        rich_help_panel=_LIKELIHOOD,
    ),
]
Number = Annotated[
    int,
    typer.Option(
        "-n",
        "--samples",
        min=2,
        help="Samples of the model, and at most as many rows, to compare by MMD.",
        rich_help_panel=_SAMPLES,
    ),
]
Sweeps = Annotated[
    int,
    typer.Option(
        "--sweeps",
        min=1,
        help="Gibbs sweeps a sample, where the model is too large to enumerate.",
        rich_help_panel=_SAMPLES,
    ),
]


EXAMPLES = (
    "scorerbm evaluate model.safetensors",
    "scorerbm evaluate model.safetensors other.csv --log-z ais --temperatures 10000",
)


def evaluate(
    model: o.ModelArgument,
    data: Data = None,
    threshold: o.Threshold = None,
    key: o.Key = None,
    log_z: LogZ = "auto",
    runs: Runs = 512,
    temperatures: Temperatures = 2000,
    n: Number = 1000,
    sweeps: Sweeps = 1000,
    seed: o.Seed = 0,
    threads: o.Threads = None,
    backend: o.Backend = "auto",
    json: o.Json = False,
    quiet: o.Quiet = False,
) -> None:
    """Measure how well a model describes data: likelihood, moments and samples.

    Where ln Z is estimated, it is estimated from both sides: annealing from independent units to
    the model tends to fall below it, annealing back from the model's samples above. If the two
    are far apart, trust neither.

    A model of real units takes data in their own units. What it is told of them is in units of
    the model, the standardised data's; log-likelihoods are given per unit of the data too. Where
    their pseudo-log-likelihood would take minutes, it is that of some units of each row.
    """
    terminal = Terminal(json, quiet)
    rbm, metadata = read_model(model)
    visible = "bernoulli" if rbm.binary_visible else "gaussian"
    if threshold is not None and not rbm.binary_visible:
        raise ValueError(f"--threshold makes bits of numbers: {model} has real visible units")
    rows, which = _rows(Source.from_record(metadata.training), data, threshold, key, visible)
    check_width(rbm, rows)
    v = rbm.standardise(rows.values)
    terminal.note(f"Evaluating on {len(rows)} {which} of {rows.name}")
    where: dict[str, Any] = {"backend": backend, "n_threads": threads}
    drawn = _draw(rbm, n, sweeps, seed, where | {"progress": terminal.progress})
    annealing = where | {"seed": seed, "progress": terminal.progress}
    z = log_partition(rbm, log_z, n_runs=runs, n_temperatures=temperatures, **annealing)
    record = {
        "model": str(model),
        "data": {"name": rows.name, "which": which, "rows": len(rows)},
        "log_partition": vars(z),
    }
    if z.method == "ais":
        start = drawn.visible[: max(2, min(runs, n))]
        above = reverse_annealed_importance(rbm, start, n_temperatures=temperatures, **annealing)
        record["log_partition_from_above"] = vars(above)
    record |= _likelihoods(rbm, v, z) | _distances(rbm, v, drawn, where)
    terminal.result(record, _table(record))


def _rows(
    trained_on: Source | None,
    data: str | None,
    threshold: float | None,
    key: str | None,
    visible: str,
) -> tuple[Dataset, str]:
    """Return the rows to evaluate on, and what they are."""
    if data is not None:
        return Source(data, threshold, key, visible=visible).read().train, "rows"
    if threshold is not None or key is not None:
        raise ValueError("--threshold and --key need the argument DATA")
    if trained_on is None:
        raise ValueError("the model does not say what it was trained on: name the argument DATA")
    try:
        divided = trained_on.read()
    except FileNotFoundError as error:
        raise ValueError(
            f"{error.filename}, which the model was trained on, is not there: name the argument "
            "DATA"
        ) from error
    if divided.test is None:
        return divided.train, "training rows"
    return divided.test, "held-out rows"


def _draw(model: RBM, n: int, sweeps: int, seed: int, options: dict[str, Any]) -> SampleSet:
    exact = n_enumerable(model) <= ENUMERABLE
    sampler = Exact(**options) if exact else BlockGibbs(n_sweeps=sweeps, **options)
    return sampler.sample(model, n, seed=seed)


def _likelihoods(model: RBM, v: NDArray[Any], log_z: LogPartition) -> dict[str, Any]:
    values = {
        "log_likelihood": log_likelihood(model, v, log_z),
        "pseudo_log_likelihood": pseudo_log_likelihood(model, v, pseudo_units(model, len(v))),
    }
    known = model.standardisation
    if known is not None:
        values |= {f"{name}_of_data": x + known.log_jacobian for name, x in values.items()}
    return {name: _mean(x) for name, x in values.items()}


def _mean(values: Reals) -> dict[str, float]:
    """Mean over rows, with the standard error that is due to their number."""
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return {"mean": float(values.mean()), "standard_error": float(error)}


def _distances(
    model: RBM, v: NDArray[Any], drawn: SampleSet, where: dict[str, Any]
) -> dict[str, Any]:
    """Compare moments and samples of the model with the rows."""
    exact = n_enumerable(model) <= ENUMERABLE
    moments = exact_moments(model, **where) if exact else sample_moments(drawn.visible)
    spread = np.linspace(0, len(v) - 1, min(len(v), len(drawn))).astype(np.intp)
    return {
        "moment_error": moment_error(moments, sample_moments(v)),
        "moments": "exact" if exact else "sampled",
        "mmd2": mmd(drawn.visible, v[spread]) if len(v) > 1 else None,
        "sampler": drawn.info["sampler"],
        "samples": len(drawn),
    }


def _table(record: dict[str, Any]) -> Table:
    z, above = record["log_partition"], record.get("log_partition_from_above")
    rows = [(f"ln Z ({z['method']})", uncertain(z["value"], z["standard_error"]))]
    if above is not None:
        text = uncertain(above["value"], above["standard_error"])
        rows.append((f"ln Z ({above['method']})", text))
    names = {"log_likelihood": "log-likelihood", "pseudo_log_likelihood": "pseudo-log-likelihood"}
    of_data = {f"{key}_of_data": f"{name} in units of the data" for key, name in names.items()}
    for key, name in (names | of_data).items():
        if key not in record:
            continue
        value = record[key]
        text = f"{uncertain(value['mean'], value['standard_error'])} nats a row"
        rows.append((name, text))
    rows.append((f"moment error ({record['moments']})", f"{record['moment_error']:.5f}"))
    if record["mmd2"] is not None:
        kind = f"squared MMD ({record['samples']} samples, {record['sampler']})"
        rows.append((kind, f"{record['mmd2']:.6f}"))
    return Terminal.listing(rows)

"""``scorerbm compare``: the main job."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich import box
from rich.table import Table

from ..annealing.connect import configured
from ..backends.protocol import Bits
from ..evaluate.roads import select_roads
from ..files import save
from ..rbm import RBM, BernoulliRBM
from ..report import Comparison
from ..report import compare as compare_roads
from . import options as o
from .inputs import Divided, Source, check_binary, check_width, read_model
from .outputs import check_extra, check_folder
from .terminal import Terminal
from .training import Trainer, build_trainer, train_on

__all__ = ["EXAMPLES", "compare"]

_MODEL, _ROADS = "Model", "Comparison"

Data = Annotated[
    str | None,
    typer.Argument(
        metavar="DATA",
        help=f"{o.DATA_HELP} By default digits; with --model, what the model was trained on.",
        show_default=False,
    ),
]
Model = Annotated[
    Path | None,
    typer.Option(
        "--model",
        help="A trained model; without it, one is trained on the data.",
        rich_help_panel=_MODEL,
    ),
]
Hidden = Annotated[
    int | None,
    typer.Option(
        "--hidden",
        "-m",
        min=1,
        help="Hidden units of the model to train, 14 by default.",
        rich_help_panel=_MODEL,
    ),
]
Epochs = Annotated[
    int | None,
    typer.Option(
        "--epochs",
        min=1,
        help="Passes over the data, by default as many as make about 8000 updates, at least 25.",
        rich_help_panel=_MODEL,
    ),
]
TestFraction = Annotated[
    float | None,
    typer.Option(
        "--test-fraction",
        min=0.0,
        max=1.0,
        help="Part of the rows that is held out of training, chosen at random by the seed; 0.2 by "
        "default.",
        rich_help_panel=o.DATA,
    ),
]
Out = Annotated[
    Path, typer.Option("--out", "-o", help="Folder of the report.", rich_help_panel=_ROADS)
]
Roads = Annotated[
    list[str] | None,
    typer.Option(
        "--road",
        help="Compare this road only; may be repeated: sde-kept, sde-restarted, ode-kept, "
        "sde-mean-field, gibbs, tempering, exact, annealer-ideal, annealer-noisy (both simulated), "
        "or qpu, the device that Ocean is configured for, which costs its time.",
        rich_help_panel=_ROADS,
    ),
]
Budgets = Annotated[
    str | None,
    typer.Option(
        "--budgets",
        metavar="K,K,...",
        help="Steps or sweeps at which every road is measured, in place of its own.",
        rich_help_panel=_ROADS,
    ),
]
Number = Annotated[
    int,
    typer.Option("-n", "--samples", min=10, help="Samples of each run.", rich_help_panel=_ROADS),
]
Repeats = Annotated[
    int,
    typer.Option(
        "--repeats",
        min=1,
        help="Runs of each road at each budget, with the seeds from --seed on.",
        rich_help_panel=_ROADS,
    ),
]

EXAMPLES = (
    "scorerbm compare",
    "scorerbm compare --model model.safetensors --out my-report",
    "scorerbm compare spins.csv --hidden 16 --road sde-kept --road gibbs --budgets 10,100,1000",
)


def compare(
    data: Data = None,
    model: Model = None,
    hidden: Hidden = None,
    epochs: Epochs = None,
    threshold: o.Threshold = None,
    key: o.Key = None,
    shape: o.Shape = None,
    test_fraction: TestFraction = None,
    out: Out = Path("scorerbm-report"),
    road: Roads = None,
    budgets: Budgets = None,
    n: Number = 1000,
    repeats: Repeats = 3,
    seed: o.Seed = 0,
    threads: o.Threads = None,
    backend: o.Backend = "auto",
    json: o.Json = False,
    quiet: o.Quiet = False,
) -> None:
    """Compare the roads from noise to samples: what quality costs by diffusion and in one shot.

    All roads lead to the same model, so that their samples can be held against its own
    distribution. A report with tables, curves and pictures is written to a folder.
    """
    terminal = Terminal(json, quiet)
    check_folder(out)
    check_extra("reports", "cli", "jinja2")
    check_extra("plots", "plot", "matplotlib")
    measured: dict[str, Any] = {
        "budgets": _parse_budgets(budgets),
        "samplers": road or None,
        "seeds": range(seed, seed + repeats),
        "n_samples": n,
        "n_threads": threads,
        "backend": backend,
        "progress": terminal.progress,
    }
    given = Source(data or "digits", threshold, key, shape, seed=seed)
    if model is None:
        training = {"n_hidden": hidden or 14, "n_epochs": epochs, "n_threads": threads}
        trainer = build_trainer(
            "score-matching", {}, backend=backend, progress=terminal.progress, **training
        )
        fraction = 0.2 if test_fraction is None else test_fraction
        divided = replace(given, test_fraction=fraction).read()
        # Wrong names are found before the training, on a model of the same size.
        select_roads(_blank(divided, trainer), measured["samplers"], measured["budgets"])
        subject = _trained(trainer, divided, seed, terminal)
    else:
        unfit = {"--hidden": hidden, "--epochs": epochs, "--test-fraction": test_fraction}
        for flag in (flag for flag, value in unfit.items() if value is not None):
            raise ValueError(f"{flag} does not apply to --model")
        subject = _from_file(model, given if data is not None else None)
    terminal.note(f"Comparing roads to {subject.model}")
    if road is None and subject.model.binary_visible and configured():
        terminal.note("Comparing no quantum annealer, though one is configured: see --road qpu")
    comparison = compare_roads(subject.model, subject.rows, **measured)
    # The model first: a report without the model it is about could not be followed up.
    lines = [f"Model: {subject.save(out)}"] if model is None else []
    page = comparison.report(out, facts=subject.facts, image_shape=subject.image_shape)
    terminal.result(
        _record(comparison, subject, page), _table(comparison), *lines, f"Report: {page}"
    )


@dataclass(frozen=True)
class _Subject:
    """The model whose roads are compared, and where it comes from."""

    model: RBM
    rows: Bits | None
    shape: tuple[int, ...] | None
    training: dict[str, Any]
    likelihoods: dict[str, Any]

    @property
    def image_shape(self) -> tuple[int, ...] | None:
        return self.shape if self.shape is not None and len(self.shape) == 2 else None

    @property
    def facts(self) -> dict[str, dict[str, Any]]:
        """Tables for the report."""
        tables: dict[str, dict[str, Any]] = {"Training": {}}
        for name, value in self.training.items():
            if isinstance(value, dict):
                tables[name.capitalize()] = _present(value)
            else:
                tables["Training"][name] = value
        tables["Training"] = _present(tables["Training"])
        for name, values in self.likelihoods.items():
            tables[f"Mean {name.replace('_', '-')}, nats a row"] = values
        return tables

    def save(self, folder: Path) -> Path:
        """Keep a model that was trained for the comparison beside its report."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "model.safetensors"
        save(self.model, path, training=self.training, data_shape=self.shape)
        return path


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: x for name, x in values.items() if x is not None}


def _blank(data: Divided, trainer: Trainer) -> RBM:
    n, m = data.train.n_visible, trainer.n_hidden
    return BernoulliRBM(np.zeros((n, m)), np.zeros(n), np.zeros(m))


def _trained(trainer: Trainer, data: Divided, seed: int, terminal: Terminal) -> _Subject:
    """Train a model."""
    trained = train_on(trainer, data, seed, terminal)
    return _Subject(
        trained.model, data.train.values, data.train.shape, trained.record, trained.measured
    )


def _from_file(path: Path, given: Source | None) -> _Subject:
    """Read a model, and the data given or, if they can be found, those it was trained on."""
    model, metadata = read_model(path)
    training = metadata.training or {}
    source = given or Source.from_record(training)
    if source is None:
        return _Subject(model, None, metadata.data_shape, training, {})
    check_binary(path, model, "as the data are")
    try:
        data = source.read()
    except FileNotFoundError as error:
        if given is not None:
            raise
        warnings.warn(f"{error.filename}: not found; comparing without data", stacklevel=2)
        return _Subject(model, None, metadata.data_shape, training, {})
    check_width(model, data.train)
    shape = data.train.shape or metadata.data_shape
    return _Subject(model, data.train.values, shape, training, {})


def _parse_budgets(text: str | None) -> list[int] | None:
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(f"--budgets: got {text!r}, expected integers like 10,100,1000")
    return [int(part) for part in parts]


def _record(comparison: Comparison, subject: _Subject, page: Path) -> dict[str, Any]:
    return {
        "report": str(page),
        "summary": comparison.summary,
        "settings": comparison.settings,
        "data_errors": comparison.data_errors,
        "training": subject.training,
        **subject.likelihoods,
    }


def _table(comparison: Comparison) -> Table:
    table = Table("road", box=box.SIMPLE_HEAD)
    times = ["seconds", *(["device_seconds"] if comparison.on_a_device else [])]
    for column in ("reaches the model at", "score evaluations", "sweeps", *times):
        table.add_column(column.replace("_", " "), justify="right")
    for row in comparison.summary:
        costs = ("" if x is None else str(x) for x in (row["score_evaluations"], row["sweeps"]))
        seconds = ("" if row[name] is None else f"{row[name]:.3f}" for name in times)
        table.add_row(row["label"], row["reached"], *costs, *seconds)
    return table

"""``scorerbm train``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from ..evaluate.measurements import counted
from ..files import save
from ..train import SGD, Adam, ContrastiveDivergence, EarlyStopping, ScoreMatching
from ..train.family import FAMILIES
from ..train.optimizer import DECAYS
from . import options as o
from .inputs import Source
from .outputs import check_target
from .terminal import Terminal
from .training import GRADIENTS, METHODS, OPTIMIZERS, Trained, build_trainer, train_on

__all__ = ["EXAMPLES", "train"]

_MODEL, _TRAINING, _FINE = "Model", "Training", "Fine tuning of the gradient"

Out = Annotated[
    Path, typer.Option("--out", "-o", help="Model file to write.", rich_help_panel=_MODEL)
]
Hidden = Annotated[
    int,
    typer.Option("--hidden", "-m", min=1, help="Number of hidden units.", rich_help_panel=_MODEL),
]
Visible = Annotated[
    str,
    o.one_of(
        FAMILIES,
        "--visible",
        "Family of the visible units: gaussian takes real numbers, and standardises them.",
        _MODEL,
    ),
]
Sigma = Annotated[
    float | None,
    typer.Option(
        "--sigma",
        help="Width of all real units given the hidden ones, in standard deviations of the data; "
        "learned by default.",
        rich_help_panel=_MODEL,
    ),
]
SigmaFloor = Annotated[
    float | None,
    typer.Option(
        "--sigma-floor",
        help=f"Least width that is learned; {ScoreMatching.sigma_floor:g} by default.",
        rich_help_panel=_MODEL,
    ),
]
ScaleFloor = Annotated[
    float | None,
    typer.Option(
        "--scale-floor",
        help="Least scale by which real units are divided, in the units of the data: units that "
        "hardly vary are then not blown up. By default their standard deviation at any rate.",
        rich_help_panel=_MODEL,
    ),
]
Method = Annotated[
    str, o.one_of(METHODS, "--method", "How the model is fitted to the data.", _TRAINING)
]
Gradient = Annotated[
    str | None,
    o.one_of(
        GRADIENTS,
        "--gradient",
        "Gradient of the score-matching loss; recovery by default. literal cannot learn and is "
        "there for comparison.",
        _TRAINING,
    ),
]
Epochs = Annotated[
    int | None,
    typer.Option(
        "--epochs",
        min=1,
        help="Passes over the data, by default as many as make about 8000 updates, at least 25.",
        rich_help_panel=_TRAINING,
    ),
]
BatchSize = Annotated[
    int,
    typer.Option("--batch-size", min=1, help="Rows an update.", rich_help_panel=_TRAINING),
]
Optimizer = Annotated[
    str, o.one_of(OPTIMIZERS, "--optimizer", "How parameters follow the gradient.", _TRAINING)
]
Rate = Annotated[
    float | None,
    typer.Option(
        "--rate",
        help=f"Initial learning rate, by default {Adam.learning_rate:g} for adam and "
        f"{SGD.learning_rate:g} for sgd.",
        rich_help_panel=_TRAINING,
    ),
]
Decay = Annotated[
    str, o.one_of(DECAYS, "--decay", "How the rate goes down to 0 over the training.", _TRAINING)
]
Patience = Annotated[
    int | None,
    typer.Option(
        "--patience",
        min=1,
        help="Stop after so many epochs without a better likelihood of held-out rows, and keep the "
        "best model.",
        rich_help_panel=_TRAINING,
    ),
]
HeldOut = Annotated[
    float,
    typer.Option(
        "--held-out",
        min=0.01,
        max=0.9,
        help="With --patience: part of the training rows to hold out.",
        rich_help_panel=_TRAINING,
    ),
]
WeightDecay = Annotated[
    float,
    typer.Option(
        "--weight-decay", min=0.0, help="Decoupled decay of the weights.", rich_help_panel=_TRAINING
    ),
]
Sweeps = Annotated[
    int | None,
    typer.Option(
        "--sweeps",
        min=1,
        help="Gibbs sweeps an update: 5 for recovery and mean_field, 3 for gumbel, 10 for "
        f"covariance, {ContrastiveDivergence.n_sweeps} for contrastive divergence.",
        rich_help_panel=_FINE,
    ),
]
Snr = Annotated[
    float | None,
    typer.Option(
        "--snr",
        help="Least signal-to-noise ratio, recovery only; 1 by default.",
        rich_help_panel=_FINE,
    ),
]
SnrWindow = Annotated[
    tuple[float, float] | None,
    typer.Option(
        "--snr-window",
        metavar="LOW HIGH",
        help="Window of signal-to-noise ratios of the other gradients; 2 12 by default.",
        rich_help_panel=_FINE,
    ),
]
Noises = Annotated[
    int | None,
    typer.Option(
        "--noises",
        min=1,
        help="Noises or posterior samples a row: gumbel, literal and covariance; 8 by default.",
        rich_help_panel=_FINE,
    ),
]
Chains = Annotated[
    int | None,
    typer.Option(
        "--chains",
        min=1,
        help=f"Persistent chains of contrastive divergence; {ContrastiveDivergence.n_chains} by "
        "default.",
        rich_help_panel=_FINE,
    ),
]
Persistent = Annotated[
    bool | None,
    typer.Option(
        "--persistent/--restart",
        help="Keep the chains of contrastive divergence between updates (the default), or restart "
        "them at the data.",
        rich_help_panel=_FINE,
    ),
]


EXAMPLES = (
    "scorerbm train --hidden 14",
    "scorerbm train spins.csv --hidden 32 --epochs 50 --out spins.safetensors",
    "scorerbm train images.npy --threshold 127 --shape 28x28",
    "scorerbm train --method contrastive-divergence --sweeps 5",
    "scorerbm train spectra.csv --visible gaussian --hidden 20",
)


def train(
    data: o.DataArgument = "digits",
    out: Out = Path("model.safetensors"),
    hidden: Hidden = ScoreMatching.n_hidden,
    threshold: o.Threshold = None,
    key: o.Key = None,
    shape: o.Shape = None,
    visible: Visible = ScoreMatching.visible,
    sigma: Sigma = None,
    sigma_floor: SigmaFloor = None,
    scale_floor: ScaleFloor = None,
    test_fraction: o.TestFraction = 0.2,
    method: Method = "score-matching",
    gradient: Gradient = None,
    epochs: Epochs = None,
    batch_size: BatchSize = ScoreMatching.batch_size,
    optimizer: Optimizer = "adam",
    rate: Rate = None,
    decay: Decay = "linear",
    weight_decay: WeightDecay = 0.0,
    patience: Patience = None,
    held_out: HeldOut = 0.1,
    sweeps: Sweeps = None,
    snr: Snr = None,
    snr_window: SnrWindow = None,
    noises: Noises = None,
    chains: Chains = None,
    persistent: Persistent = None,
    seed: o.Seed = 0,
    threads: o.Threads = None,
    backend: o.Backend = "auto",
    json: o.Json = False,
    quiet: o.Quiet = False,
) -> None:
    """Train a model on binary or real data and write it, with a record of its training, to a file.

    Real data are standardised unit by unit. Log-likelihoods are told per unit of the model, the
    standardised data's, and per unit of the data.
    """
    terminal = Terminal(json, quiet)
    check_target(out, ".safetensors")
    rates = {} if rate is None else {"learning_rate": rate}
    trainer = build_trainer(
        method,
        {
            "--gradient": gradient,
            "--sweeps": sweeps,
            "--snr": snr,
            "--snr-window": snr_window,
            "--noises": noises,
            "--chains": chains,
            "--persistent/--restart": persistent,
            "--sigma": sigma,
            "--sigma-floor": sigma_floor,
            "--scale-floor": scale_floor,
        },
        visible=visible,
        n_hidden=hidden,
        n_epochs=epochs,
        batch_size=batch_size,
        optimizer=OPTIMIZERS[optimizer](decay=decay, weight_decay=weight_decay, **rates),
        callbacks=[] if patience is None else [EarlyStopping(patience=patience)],
        n_threads=threads,
        backend=backend,
        progress=terminal.progress,
    )
    if threshold is not None and visible == "gaussian":
        raise ValueError("--threshold makes bits of numbers, which --visible gaussian takes as is")
    divided = Source(data, threshold, key, shape, test_fraction, seed, visible=visible).read()
    trained = train_on(trainer, divided, seed, terminal, 0.0 if patience is None else held_out)
    save(trained.model, out, training=trained.record, data_shape=divided.train.shape)
    record = _summary(trained, out)
    terminal.result(record, _table(record), f"Model: {out}")


def _summary(trained: Trained, out: Path) -> dict[str, Any]:
    model = trained.model
    return {
        "model": str(out),
        "n_visible": model.n_visible,
        "n_hidden": model.n_hidden,
        "epochs": len(trained.fit.history),
        "seconds": trained.seconds,
        **trained.measured,
        "training": trained.record,
    }


def _table(record: dict[str, Any]) -> Table:
    rows = [
        ("visible × hidden units", f"{record['n_visible']} × {record['n_hidden']}"),
        ("training", f"{counted(record['epochs'], 'epochs')} in {record['seconds']:.1f} s"),
    ]
    of_data = "in units of the data"
    names = {
        "log_likelihood": "log-likelihood (exact)",
        "log_likelihood_of_data": f"log-likelihood (exact) {of_data}",
        "pseudo_log_likelihood": "pseudo-log-likelihood",
        "pseudo_log_likelihood_of_data": f"pseudo-log-likelihood {of_data}",
    }
    for key, name in names.items():
        for rows_of, value in record.get(key, {}).items():
            rows.append((f"{name}, {rows_of} rows", f"{value:.3f} nats a row"))
    return Terminal.listing(rows)

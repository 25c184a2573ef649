"""Training as the commands do it: from options to a trainer, a fit and its record."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..data import split
from ..evaluate import log_likelihood, log_partition, pseudo_log_likelihood
from ..evaluate.enumeration import ENUMERABLE
from ..evaluate.pseudo_likelihood import affordable_units
from ..rbm import RBM
from ..rbm.base import n_enumerable
from ..train import SGD, Adam, ContrastiveDivergence, Fit, ScoreMatching
from ..train.score_matching import OPTIONS
from .inputs import Divided
from .terminal import Terminal

__all__ = [
    "GRADIENTS",
    "METHODS",
    "OPTIMIZERS",
    "Trained",
    "Trainer",
    "build_trainer",
    "pseudo_units",
    "train_on",
]

_PSEUDO = 1 << 31  # hidden log-odds of a pseudo-likelihood: about half a minute

Trainer = ScoreMatching | ContrastiveDivergence

METHODS: dict[str, Callable[..., Trainer]] = {
    "score-matching": ScoreMatching,
    "contrastive-divergence": ContrastiveDivergence,
}
OPTIMIZERS = {"adam": Adam, "sgd": SGD}

# What each option sets, and which estimators of the gradient know it.
_FIELDS = {
    "--gradient": "gradient",
    "--sweeps": "n_sweeps",
    "--snr": "recovery_snr",
    "--snr-window": "snr",
    "--noises": "n_noises",
    "--chains": "n_chains",
    "--persistent/--restart": "persistent",
    "--sigma": "sigma",
    "--sigma-floor": "sigma_floor",
    "--scale-floor": "scale_floor",
}
_OF_REAL_UNITS = {"--sigma", "--sigma-floor", "--scale-floor"}
GRADIENTS = {
    gradient: {flag for flag, name in _FIELDS.items() if name == "gradient" or name in options}
    for gradient, options in OPTIONS.items()
}
_OF_CONTRASTIVE_DIVERGENCE = {"--sweeps", "--chains", "--persistent/--restart"}


def build_trainer(method: str, special: Mapping[str, Any], **common: Any) -> Trainer:
    """Build a trainer from the options that were given; the others keep its defaults.

    Raises
    ------
    ValueError
        If an option does not apply to the method or the gradient, or its value is wrong.
    """
    given = {flag: value for flag, value in special.items() if value is not None}
    if method == "score-matching":
        gradient = given.get("--gradient", "recovery")
        known, what = GRADIENTS[gradient], f"--gradient {gradient}"
    else:
        known, what = _OF_CONTRASTIVE_DIVERGENCE, f"--method {method}"
    for flag in given:
        if flag in _OF_REAL_UNITS:
            if common.get("visible") != "gaussian":
                raise ValueError(f"{flag} needs --visible gaussian")
        elif flag not in known:
            raise ValueError(f"{flag} does not apply to {what}")
    options = {_FIELDS[flag]: value for flag, value in given.items()}
    options |= {name: value for name, value in common.items() if value is not None}
    try:
        return METHODS[method](**options)
    except (TypeError, ValueError) as error:  # of what the user knows by another name
        flags = {name: flag for flag, name in _FIELDS.items()}
        name, colon, rest = str(error).partition(":")
        raise type(error)(f"{flags.get(name, name)}{colon}{rest}") from None


@dataclass(frozen=True)
class Trained:
    """A fit, its record, and how well it does."""

    fit: Fit
    record: dict[str, Any]
    seconds: float
    measured: dict[str, Any]

    @property
    def model(self) -> RBM:
        """The trained model."""
        return self.fit.model


def train_on(
    trainer: Trainer, data: Divided, seed: int, terminal: Terminal, held_out: float = 0.0
) -> Trained:
    """Train, and measure the likelihood of the training and the test rows.

    ``held_out`` is the part of the training rows that the monitor watches instead.
    """
    rows, watched = data.train, None
    if held_out > 0.0:
        rows, others = split(rows, held_out, seed)
        watched = others.values
    terminal.note(f"Training {trainer.n_hidden} hidden units on {len(rows)} rows of {rows.name}")
    start = time.perf_counter()
    fit = trainer.fit(rows.values, validation=watched, seed=seed)
    seconds = time.perf_counter() - start
    record = fit.record()
    # Without the time, equal runs make equal files.
    del record["reached"]["seconds"]
    record["data"] = vars(data.source)
    return Trained(fit, record, seconds, _measure(fit.model, data, trainer))


def _measure(model: RBM, data: Divided, trainer: Trainer) -> dict[str, Any]:
    """Mean log-likelihoods in nats, or pseudo-likelihoods where enumeration would take long.

    Real units' are told per unit of the model, and per unit of the data too.
    """
    sets = {"train": data.train, "test": data.test}
    rows = {
        name: model.standardise(dataset.values)
        for name, dataset in sets.items()
        if dataset is not None
    }
    if n_enumerable(model) > ENUMERABLE:
        kind = "pseudo_log_likelihood"
        means = {
            name: float(pseudo_log_likelihood(model, v, pseudo_units(model, len(v))).mean())
            for name, v in rows.items()
        }
    else:
        kind = "log_likelihood"
        log_z = log_partition(
            model, method="exact", backend=trainer.backend, n_threads=trainer.n_threads
        )
        means = {name: float(log_likelihood(model, v, log_z).mean()) for name, v in rows.items()}
    known = model.standardisation
    if known is None:
        return {kind: means}
    of_data = {name: x + known.log_jacobian for name, x in means.items()}
    return {kind: means, f"{kind}_of_data": of_data}


def pseudo_units(model: RBM, n_rows: int) -> int | None:
    """Units of each row that a pseudo-likelihood is told from; None for all.

    Each real one is an integral: as many are taken as half a minute has time for.
    """
    return None if model.binary_visible else affordable_units(model, n_rows, _PSEUDO)

"""The three models of the study, and how long each took to train."""

from __future__ import annotations

import time
from dataclasses import dataclass

import scorerbm as sr

from .problems import Problem

__all__ = ["Models", "Size", "trained"]


@dataclass(frozen=True)
class Size:
    """How much is trained and drawn."""

    n_hidden: int = 64
    """Of the Gaussian RBM, and of every prior."""
    n_samples: int = 1000
    epochs: int | None = None
    """Of every training; by default those that each has."""
    sweeps: int = 1000
    steps: int = 500
    reads_graph: int = 12
    n_images: int = 36
    shuffles: int = 100
    """To see how far real data are from real data."""


@dataclass(frozen=True)
class Models:
    """A Gaussian RBM, its hidden layer under a prior, and an autoencoder's bits under one."""

    gaussian: sr.RBM
    layered: sr.LatentModel
    coded: sr.LatentModel
    seconds: dict[str, float]


def trained(problem: Problem, size: Size) -> Models:
    """Train on the same rows by score matching; of the networks', an eighth is for validation."""
    x, seconds, start = problem.train, {}, time.perf_counter()

    def lap(name: str) -> None:
        nonlocal start
        now = time.perf_counter()
        seconds[name], start = now - start, now

    options = {"n_hidden": size.n_hidden, "n_epochs": size.epochs, "monitor": "never"}
    gaussian = sr.ScoreMatching(visible="gaussian", **options).fit(x).model
    lap("Gaussian RBM")
    prior = sr.ScoreMatching(**options)
    layered = sr.fit_latent(x, gaussian, trainer=prior).model
    lap("prior of its hidden layer")
    # Residual widths are measured on the rows that stop the training, so not on test rows.
    held_out = len(x) // 8
    coder = sr.AutoencoderTrainer(
        n_bits=problem.n_bits,
        hidden_sizes=problem.hidden_sizes,
        kl=0.3,
        n_epochs=size.epochs or problem.n_epochs,
    ).fit(x[held_out:], validation=x[:held_out])
    lap("autoencoder")
    coded = sr.fit_latent(x, coder.autoencoder, trainer=prior).model
    lap("prior of its bits")
    return Models(gaussian, layered, coded, seconds)

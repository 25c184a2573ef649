"""What the default settings reach on real data: longer runs, whose figures the README states."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

import numpy as np
import pytest

from scorerbm import (
    BernoulliRBM,
    ContrastiveDivergence,
    DivergenceWarning,
    ScoreMatching,
    compare,
    log_likelihood,
)
from scorerbm.data import load_data, split
from scorerbm.train.trainer import Trainer

pytestmark = pytest.mark.slow


@cache
def digits() -> tuple[Any, Any]:
    train, test = split(load_data("digits"), seed=0)
    return train.values, test.values


def likelihood(trainer: Trainer, seed: int) -> float:
    """Exact test log-likelihood in nats."""
    train, test = digits()
    model = dataclasses.replace(trainer, monitor="never").fit(train, seed=seed).model
    return float(np.mean(log_likelihood(model, test, method="exact")))


@pytest.mark.parametrize(
    ("trainer", "n_seeds", "least"),
    [
        pytest.param(ScoreMatching(n_hidden=14), 5, -18.75, id="recovery"),
        pytest.param(ContrastiveDivergence(n_hidden=14), 5, -18.8, id="PCD"),
        pytest.param(ScoreMatching(n_hidden=14, gradient="gumbel"), 2, -19.5, id="gumbel"),
    ],
)
def test_digits_are_learnt_with_the_defaults(trainer: Trainer, n_seeds: int, least: float) -> None:
    assert min(likelihood(trainer, seed) for seed in range(n_seeds)) > least


def test_training_longer_does_no_harm() -> None:
    once = ScoreMatching(n_hidden=14)
    longer = dataclasses.replace(once, n_epochs=4 * once.epochs(len(digits()[0])))
    gains = [likelihood(longer, seed) - likelihood(once, seed) for seed in range(3)]
    assert min(gains) > -0.05  # a twentieth of a nat, a third of the spread between seeds


def test_the_literal_score_is_worse_than_independent_pixels() -> None:
    train, test = digits()
    with pytest.warns(DivergenceWarning):
        model = ScoreMatching(n_hidden=14, gradient="literal").fit(train, seed=0).model
    p = (train.sum(axis=0) + 0.5) / (len(train) + 1.0)
    independent = np.where(test, np.log(p), np.log1p(-p)).sum(axis=1).mean()
    assert np.mean(log_likelihood(model, test, method="exact")) < independent - 10.0


def test_roads_reach_the_model_of_digits_as_the_theory_says() -> None:
    """The kept chain by 500 steps, Gibbs by 100 sweeps; the restarted chain never."""
    model = ScoreMatching(n_hidden=14).fit(digits()[0], seed=0).model
    assert isinstance(model, BernoulliRBM)
    summary = {row["road"]: row["budget"] for row in compare(model).summary}
    assert summary["sde-kept"] <= 500
    assert summary["gibbs"] <= 100
    assert summary["sde-restarted"] is None

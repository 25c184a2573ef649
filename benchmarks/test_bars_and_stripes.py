"""Bars and stripes in small: the patterns, their scores, and every method once."""

from __future__ import annotations

import numpy as np
import pytest

import bars_and_stripes
import scorerbm as sr
from bars.methods import METHODS
from bars.patterns import bars_and_stripes as patterns
from bars.scores import scores


def test_patterns_are_lines_of_one_direction():
    train, test = patterns()
    rows = np.concatenate([train, test])
    assert rows.shape == (508, 66)
    assert len(np.unique(rows, axis=0)) == 508
    images, bar = rows[:, :64].reshape(-1, 8, 8), rows[:, 64] == 1
    assert bar.sum() == 254
    assert (images[bar] == images[bar][:, :1]).all()
    assert (images[~bar] == images[~bar][:, :, :1]).all()
    assert (rows[:, 64] != rows[:, 65]).all()


def test_a_model_of_one_stripe_scores_as_it_should():
    train, test = patterns()
    stripe = test[test[:, 65] == 1][0].astype(float)
    sharp = sr.BernoulliRBM(np.zeros((66, 1)), 40.0 * stripe - 20.0, np.zeros(1))
    found = scores(sharp, train, np.array([stripe], np.uint8))
    assert found["test"] == pytest.approx(0.0, abs=1e-5)
    assert found["test labels"] == found["pixels"] == 1.0
    assert found["train"] < -100.0
    assert found["train labels"] == pytest.approx((train[:, 65] == 1).mean())


@pytest.mark.parametrize("method", METHODS)
def test_every_method_runs(method, capsys):
    bars_and_stripes.main(["--methods", method, "--hidden", "2", "--epochs", "1"])
    heading, floor, row = capsys.readouterr().out.splitlines()
    assert heading.split()[:2] == ["method", "train"]
    assert floor.startswith("independent units")
    assert row.startswith(method)
    assert np.isfinite([float(x) for x in row[26:].split()[:5]]).all()

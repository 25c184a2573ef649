"""Training on rows that come in parts: one law, whatever the parts."""

from __future__ import annotations

import weakref
from dataclasses import replace

import numpy as np
import pytest

import scorerbm as sr
from helpers.gaussian import random_gaussian
from helpers.models import random_bernoulli, visible_probabilities
from scorerbm.backends import get_backend
from scorerbm.train import Stream
from scorerbm.train.gradients import Batch, CovarianceGradient, Observer, RealCovarianceGradient
from scorerbm.train.states import BinaryStates, RealStates

TRAINERS = {
    "recovery": sr.ScoreMatching(n_hidden=3, batch_size=20),
    "covariance": sr.ScoreMatching(n_hidden=3, batch_size=20, gradient="covariance"),
    "PCD": sr.ContrastiveDivergence(n_hidden=3, batch_size=20),
    "recovery of real units": sr.ScoreMatching(n_hidden=3, batch_size=20, visible="gaussian"),
    "covariance of real units": sr.ScoreMatching(
        n_hidden=3, batch_size=20, visible="gaussian", gradient="covariance"
    ),
    "PCD of real units": sr.ContrastiveDivergence(n_hidden=3, batch_size=20, visible="gaussian"),
}


def some_rows(trainer, n=260):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(n, 4)) + rng.choice([-2.0, 2.0], (n, 1))
    return x if trainer.visible == "gaussian" else (x > 0).astype(np.uint8)


def cut(x, sizes):
    """The rows in parts of these sizes, round and round."""
    start, turn = 0, 0
    while start < len(x):
        yield x[start : start + sizes[turn % len(sizes)]]
        start += sizes[turn % len(sizes)]
        turn += 1


def arrays(fit):
    return np.concatenate([x.ravel() for x in fit.model.parameters.values()])


@pytest.mark.parametrize("name", TRAINERS)
def test_parts_do_not_matter(name):
    trainer = TRAINERS[name]
    x = some_rows(trainer)
    whole = trainer.fit_batches([x], n_rows=len(x), n_first=50, seed=3)
    for sizes in ((1,), (7, 64, 3), (20,), (131, 1)):
        parts = trainer.fit_batches(cut(x, sizes), n_rows=len(x), n_first=50, seed=3)
        assert (arrays(parts) == arrays(whole)).all()
        assert parts.settings == whole.settings
    for other in (
        trainer.fit_batches([x], n_rows=len(x), n_first=50, seed=4),
        trainer.fit_batches([x[::-1]], n_rows=len(x), n_first=50, seed=3),
        trainer.fit_batches([x], n_first=50, seed=3),  # the rate does not decay
        trainer.fit_batches([x], n_rows=len(x), n_first=100, seed=3),
    ):
        assert (arrays(other) != arrays(whole)).any()


@pytest.mark.parametrize("name", ["covariance", "covariance of real units"])
def test_rows_that_come_later_have_random_numbers_of_their_own(name):
    """Those that they would have if all rows had been there, and not those of the first rows."""
    trainer, real = TRAINERS[name], name.endswith("real units")
    x, backend = some_rows(trainer, 60), get_backend()
    states = RealStates.of("x", x) if real else BinaryStates.of("x", x)
    model = random_gaussian(4, 3) if real else random_bernoulli(4, 3)
    kind = RealCovarianceGradient if real else CovarianceGradient
    observer = Observer((0.5, 4.0), None, sr.LinearSchedule(), 3, backend)

    def weights(rows, first_row):
        batch = Batch(rows, states[40:], 0, 0.5, first_row)
        return kind(observer, 6, 4, 7, backend)(model, batch, 1)[0]["weights"]

    expected = weights(np.arange(40, 60), 0)
    assert np.array_equal(weights(np.arange(20), 40), expected)
    assert not np.allclose(weights(np.arange(20), 0), expected)


def test_an_array_that_is_filled_again():
    trainer = TRAINERS["recovery"]
    x = some_rows(trainer)

    def refilled():
        buffer = np.empty((10, 4), np.uint8)
        for part in cut(x, (10,)):
            buffer[:] = part
            yield buffer

    fit = trainer.fit_batches(refilled(), n_first=55)
    assert (arrays(fit) == arrays(trainer.fit_batches([x], n_first=55))).all()


def test_parts_are_let_go():
    parts_so_far, alive = [], []

    class Part(np.ndarray):
        pass

    def parts():
        for part in cut(some_rows(TRAINERS["recovery"]), (20,)):
            tracked = part.copy().view(Part)
            parts_so_far.append(weakref.ref(tracked))
            alive.append(sum(part() is not None for part in parts_so_far))
            yield tracked
            del tracked

    TRAINERS["recovery"].fit_batches(parts(), n_first=40)
    assert len(alive) == 13
    assert max(alive) <= 2


def distance(model, truth):
    """Total variation, by enumeration."""
    p, q = visible_probabilities(model), visible_probabilities(truth)
    return 0.5 * np.abs(p - q).sum()


@pytest.mark.parametrize("trainer", [sr.ScoreMatching, sr.ContrastiveDivergence])
def test_a_stream_of_samples_leads_to_their_law(trainer):
    """And one of the same samples with their units shuffled among the rows leads elsewhere.

    Frequencies of 30 000 rows are 0.02 from their law, and the rate of learning leaves as much.
    """
    rng = np.random.default_rng(1)
    truth = sr.BernoulliRBM(rng.normal(0, 1.5, (6, 3)), rng.normal(0, 0.5, 6), [0.3, -0.5, 0.1])
    x = sr.Exact().sample(truth, 30000, seed=2).visible
    options = trainer(n_hidden=4, optimizer=sr.Adam(learning_rate=0.02))
    found = options.fit_batches(cut(x, (333,)), n_rows=len(x)).model
    shuffled = np.stack([rng.permutation(column) for column in x.T], axis=1)
    control = options.fit_batches(cut(shuffled, (333,)), n_rows=len(x)).model
    assert distance(found, truth) < 0.05 < distance(control, truth)


def test_history_and_settings():
    trainer = TRAINERS["recovery"]
    x = np.concatenate([some_rows(trainer)] * 20)
    fit = trainer.fit_batches(cut(x, (50,)), n_rows=len(x))
    assert [row["rows"] for row in fit.history] == [2000, 4000, 5200]
    rates = [row["learning_rate"] for row in fit.history]
    assert rates == pytest.approx([0.01 * (1 - n / 5200) for n in (2000, 4000, 5200)])
    assert "log_likelihood" in fit.history[-1]
    assert fit.settings["n_rows"] == fit.settings["rate_falls_over"] == 5200
    assert fit.settings["n_first"] == 1000
    assert fit.record()["reached"]["rows"] == 5200


def test_losses_are_those_of_rows():
    """A last batch of few rows counts for no more than these."""
    trainer = sr.ContrastiveDivergence(n_hidden=3, batch_size=100, persistent=False)
    x = some_rows(trainer)
    stream = trainer.stream(x)
    losses = []
    for part in (x[:100], x[100:101]):
        stream.update(part)
        losses.append(stream.loss)
    assert losses[0] != losses[1]
    assert stream.result().history[-1]["loss"] == pytest.approx(np.dot(losses, [100, 1]) / 101)


def test_a_loop_of_ones_own():
    trainer = TRAINERS["PCD"]
    x = some_rows(trainer)
    with trainer.stream(x[:50], n_rows=len(x), seed=3) as stream:
        assert isinstance(stream, Stream)
        with pytest.raises(ValueError, match="got no rows yet"):
            stream.result()
        assert stream.update(x[:50]) == 3
        early = stream.result()
        assert [stream.update(part) for part in cut(x[50:], (20,))] == [1] * 11
        late = stream.result()
    assert (arrays(late) != arrays(early)).any()
    assert (
        arrays(late) == arrays(trainer.fit_batches([x], n_rows=len(x), n_first=50, seed=3))
    ).all()
    assert stream.n_rows == len(x)


def test_going_on_from_a_model():
    trainer = TRAINERS["recovery"]
    x = some_rows(trainer)
    first = replace(trainer, n_epochs=20).fit(x).model
    fit = trainer.fit_batches([x[:40]], init=first, n_first=40)
    assert fit.settings["continued"]
    assert (fit.model.data_mean == first.data_mean).all()
    with pytest.raises(ValueError, match="init: got a model with arrays"):
        trainer.fit_batches([x[:40, :3]], init=first)
    fresh = trainer.fit_batches([x[:40]], n_first=40)
    gap = np.abs(fit.model.weights - first.weights).max()
    assert gap < 0.1 < np.abs(fresh.model.weights - first.weights).max()


@pytest.mark.parametrize(
    ("batches", "options", "error", "message"),
    [
        ([], {}, ValueError, "batches: got no rows"),
        ([[[0, 1]]], {}, ValueError, r"first: got shape \(1, 2\), expected at least two states"),
        (3, {}, TypeError, "batches: got int, expected an iterable of arrays"),
        ([[0, 1]], {}, ValueError, r"batches: got a part of shape \(2,\), expected \(any, N\)"),
        ([[[0, 1]], [[0]]], {}, ValueError, "batches: got a part of 1 units after one of 2"),
        ([[[0, 2], [1, 1]]], {}, ValueError, "first: got 2 at index"),
        ([[[0, 1]] * 3], {"n_rows": 0}, ValueError, "n_rows: got 0"),
        ([[[0, 1]] * 3], {"n_first": 1}, ValueError, "n_first: got 1"),
        ([[[0, 1]] * 3], {"init": 3}, TypeError, "init: got int, expected an RBM"),
    ],
)
def test_wrong_arguments(batches, options, error, message):
    with pytest.raises(error, match=message):
        sr.ScoreMatching(n_hidden=2).fit_batches(batches, **options)


def test_streams_have_no_epochs_for_callbacks():
    trainer = sr.ScoreMatching(n_hidden=2, callbacks=[sr.EarlyStopping()])
    with pytest.raises(ValueError, match="callbacks: got 1, expected none"):
        trainer.fit_batches([[[0, 1]] * 3])


def test_rows_in_other_units():
    """They are refused before they spoil the model; rows that are merely far away are taken."""
    trainer = TRAINERS["recovery of real units"]
    x = some_rows(trainer)
    stream = trainer.stream(x[:100])
    stream.update(x[:100])
    before = arrays(stream.result())
    for wrong in (1e6 * x[100:], np.full((1, 4), 1e300)):
        with pytest.raises(ValueError, match=r"v: got numbers .* the training began with"):
            stream.update(wrong)
    assert (arrays(stream.result()) == before).all()
    assert stream.n_rows == 100
    stream.update(100.0 * x[100:])


def test_rows_of_another_width():
    stream = sr.ScoreMatching(n_hidden=2).stream([[0, 1], [1, 0]])
    for rows in ([[0, 1, 1]], np.zeros((0, 2), np.uint8)):
        with pytest.raises(ValueError, match=r"v: got shape .*, expected rows of 2 units"):
            stream.update(rows)

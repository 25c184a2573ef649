"""The training loop: what it learns, returns, refuses and reproduces."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from helpers.models import visible_probabilities
from scorerbm import BernoulliRBM, CosineAnnealing, Exact
from scorerbm.train import (
    SGD,
    Adam,
    ContrastiveDivergence,
    DivergenceError,
    DivergenceWarning,
    EarlyStopping,
    ScoreMatching,
    TrainingState,
)
from scorerbm.train.trainer import Trainer

GRADIENTS = ("recovery", "gumbel", "covariance", "mean_field")


def source() -> BernoulliRBM:
    """Each hidden unit turns its visible ones on or off, so that no unit is nearly constant."""
    w = 2.5 * np.random.default_rng(5).normal(size=(8, 3))
    return BernoulliRBM(w, -0.5 * w.sum(axis=1), -0.5 * w.sum(axis=0))


def data(n: int = 2000) -> NDArray[np.uint8]:
    visible: NDArray[np.uint8] = Exact().sample(source(), n, seed=1).visible
    return visible


def divergence(model: BernoulliRBM) -> float:
    """KL(source ‖ model) in nats, by enumeration."""
    p, q = visible_probabilities(source()), visible_probabilities(model)
    return float((p * np.log(p / q)).sum())


def independent_divergence() -> float:
    p = visible_probabilities(source())
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1
    mean = p @ bits
    q = np.prod(np.where(bits, mean, 1 - mean), axis=1)
    return float((p * np.log(p / q)).sum())


def trainers() -> dict[str, Trainer]:
    options: dict[str, Any] = {
        "n_hidden": 4,
        "n_epochs": 60,
        "batch_size": 50,
        "optimizer": Adam(learning_rate=0.1),
    }
    return {
        **{g: ScoreMatching(gradient=g, **options) for g in GRADIENTS},
        "pcd": ContrastiveDivergence(n_sweeps=5, **options),
        "cd": ContrastiveDivergence(n_sweeps=5, persistent=False, **options),
        "exact negative phase": ContrastiveDivergence(negative_phase=Exact(), **options),
    }


@pytest.mark.parametrize("name", trainers())
def test_training_comes_near_the_source(name: str) -> None:
    """44 parameters fitted to 2000 rows cost about 44/4000 = 0.011 nats at best.

    Independent units are at 0.66. The relaxed and the mean-field posteriors are biased.
    """
    fit = trainers()[name].fit(data(), seed=0)
    assert isinstance(fit.model, BernoulliRBM)
    assert independent_divergence() > 0.6
    assert divergence(fit.model) < (0.15 if name in ("gumbel", "mean_field") else 0.05)


def test_literal_score_does_not_learn_and_says_so() -> None:
    sparse = np.random.default_rng(0).random((500, 8)) < 0.15
    trainer = ScoreMatching(n_hidden=4, n_epochs=100, gradient="literal")
    with pytest.warns(DivergenceWarning, match="below that of independent units"):
        fit = trainer.fit(sparse, seed=0)
    independent = -8 * (0.15 * np.log(0.15) + 0.85 * np.log(0.85))
    assert fit.history[-1]["log_likelihood"] < -1.2 * independent


def test_history_has_a_row_an_epoch() -> None:
    fit = ScoreMatching(n_hidden=4, n_epochs=3, gradient="gumbel").fit(
        data(), validation=data(100), seed=0
    )
    assert [row["epoch"] for row in fit.history] == [0, 1, 2]
    for row in fit.history:
        assert set(row) == {
            "epoch", "loss", "tau", "learning_rate", "seconds",
            "log_likelihood", "validation_log_likelihood",
        }  # fmt: skip
    tau = [row["tau"] for row in fit.history]
    assert 1.0 > tau[0] > tau[1] > tau[2] > 0.1
    last = fit.history[-1]["log_likelihood"]
    p = visible_probabilities(fit.model)  # type: ignore[arg-type]
    index = data() @ (1 << np.arange(8))
    assert last == pytest.approx(np.log(p[index]).mean(), abs=1e-5)


@pytest.mark.parametrize("name", trainers())
def test_threads_and_backend_do_not_change_the_model(name: str) -> None:
    trainer = dataclasses.replace(trainers()[name], n_epochs=2)
    first = trainer.fit(data(120), seed=3)
    want, losses = first.model.parameters, [row["loss"] for row in first.history]
    for change in ({"n_threads": 1}, {"n_threads": 2}, {"n_threads": 7}, {"backend": "reference"}):
        fit = dataclasses.replace(trainer, **change).fit(data(120), seed=3)
        for key in want:
            np.testing.assert_array_equal(fit.model.parameters[key], want[key])
        assert [row["loss"] for row in fit.history] == losses
    other = trainer.fit(data(120), seed=4).model.parameters
    assert not np.array_equal(other["weights"], want["weights"])


@pytest.mark.parametrize("name", ["recovery", "covariance", "pcd", "cd"])
def test_threads_that_really_start_do_not_change_the_model(name: str) -> None:
    v = np.random.default_rng(0).random((600, 200)) < 0.3
    trainer = dataclasses.replace(
        trainers()[name], n_hidden=130, n_epochs=2, batch_size=300, monitor="never"
    )
    want, two, seven = (
        dataclasses.replace(trainer, n_threads=n).fit(v, seed=1).model.weights for n in (1, 2, 7)
    )
    np.testing.assert_array_equal(two, want)
    np.testing.assert_array_equal(seven, want)


def test_default_number_of_epochs_follows_the_size_of_the_data() -> None:
    trainer = ScoreMatching(batch_size=50)
    assert trainer.epochs(1000) == 400  # 20 updates an epoch make 8000
    assert trainer.epochs(10**9) == 25
    assert ScoreMatching(n_epochs=7).epochs(10) == 7


def test_early_stopping_keeps_the_best_model() -> None:
    class Judge:
        """A made-up metric that peaks at epoch 3."""

        def __init__(self) -> None:
            self.models: list[BernoulliRBM] = []

        def __call__(self, state: TrainingState) -> None:
            state.row["made_up"] = -abs(state.epoch - 3.0)
            snapshot = state.snapshot()
            assert isinstance(snapshot, BernoulliRBM)
            self.models.append(snapshot)

    judge, stopping = Judge(), EarlyStopping("made_up", patience=2)
    trainer = ScoreMatching(n_hidden=4, n_epochs=50, callbacks=[judge, stopping])
    fit = trainer.fit(data(), seed=0)
    assert len(fit.history) == 6
    assert stopping.best_epoch == 3
    np.testing.assert_array_equal(fit.model.weights, judge.models[3].weights)
    assert not np.array_equal(fit.model.weights, judge.models[5].weights)


def _one(t: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.ones_like(t)


def test_the_record_is_of_the_model_kept() -> None:
    def falling(state: TrainingState) -> None:
        state.row["made_up"] = -float(state.epoch)

    callbacks = [falling, EarlyStopping("made_up", patience=9)]
    trainer = ScoreMatching(
        n_hidden=4, n_epochs=4, optimizer=SGD(decay="constant"), callbacks=callbacks
    )
    fit = trainer.fit(data(200), seed=0)
    assert len(fit.history) == 4
    assert fit.epoch == fit.record()["reached"]["epoch"] == 0
    assert [name.split(".")[-1] for name in fit.record()["callbacks"]] == [
        "falling", "EarlyStopping",
    ]  # fmt: skip
    first = dataclasses.replace(trainer, n_epochs=1, callbacks=()).fit(data(200), seed=0)
    assert first.epoch == 0
    np.testing.assert_array_equal(fit.model.weights, first.model.weights)


def test_no_warning_of_epochs_after_the_one_kept() -> None:
    class Wreck:
        """Ruins the model in training after the first epoch."""

        def __call__(self, state: TrainingState) -> None:
            state.row["made_up"] = -float(state.epoch)
            if state.epoch > 0:
                state.row["log_likelihood"] = -1000.0

    wreck, stopping = Wreck(), EarlyStopping("made_up", patience=9)
    trainer = ScoreMatching(n_hidden=4, n_epochs=3, callbacks=[wreck, stopping])
    trainer.fit(data(200), seed=0)  # a warning would be an error
    with pytest.warns(DivergenceWarning, match="below that of independent units"):
        dataclasses.replace(trainer, callbacks=[wreck]).fit(data(200), seed=0)


def test_a_finite_model_beyond_float32_has_diverged() -> None:
    trainer = ScoreMatching(
        n_hidden=4, n_epochs=1, batch_size=500, gradient="literal",
        optimizer=SGD(learning_rate=1e45), monitor="never",
    )  # fmt: skip
    with pytest.raises(DivergenceError, match=r"beyond the range of float32.*below 1e\+45"):
        trainer.fit(data(200), seed=0)


def test_settings_are_those_that_the_gradient_looks_at() -> None:
    special = {"recovery_snr", "snr", "weighting", "schedule", "n_sweeps", "n_noises", "annealing"}

    def shown(**options: Any) -> set[str]:
        return set(ScoreMatching(**options).settings()) & special

    assert shown() == {"recovery_snr", "n_sweeps"}
    assert shown(gradient="gumbel") == {"snr", "n_sweeps", "n_noises", "annealing"}
    assert shown(gradient="mean_field", weighting=np.ones_like) == {
        "weighting", "schedule", "n_sweeps",
    }  # fmt: skip
    # No address in memory: equal runs have equal records.
    assert ScoreMatching(gradient="gumbel", weighting=_one).settings()["weighting"] == "_one"


def test_the_pseudo_likelihood_looks_at_fewer_rows_of_large_models(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is watched after every epoch shall not cost more than the epoch."""
    from scorerbm.train import monitor

    looked_at: list[int] = []

    def count(model: BernoulliRBM, v: NDArray[np.uint8]) -> NDArray[np.float64]:
        looked_at.append(len(v))
        return np.zeros(len(v))

    monkeypatch.setattr(monitor, "pseudo_log_likelihood", count)
    v = np.random.default_rng(0).random((300, 30)) < 0.5
    monkeypatch.setattr(monitor, "_CHEAP", 0)
    for most, rows in ((1 << 26, 300), (30 * 4 * 100, 100), (1, 1)):
        monkeypatch.setattr(monitor, "_PSEUDO", most)
        ScoreMatching(n_hidden=4, n_epochs=1).fit(v, validation=v)
        assert looked_at.pop() == rows


def test_small_data_do_not_pay_for_a_look_after_every_epoch() -> None:
    """One update an epoch: the model is watched every 20 epochs, and the last."""

    def watched(**options: Any) -> list[float]:
        fit = ScoreMatching(n_hidden=4, n_epochs=50, **options).fit(data(40))
        return [row["epoch"] for row in fit.history if "log_likelihood" in row]

    assert watched() == [0, 20, 40, 49]
    assert watched(batch_size=2) == list(range(50))
    assert watched(monitor="always") == list(range(50))
    assert watched(monitor="never") == []
    stopping = EarlyStopping("log_likelihood", patience=25, minimum_gain=1e6)
    assert watched(callbacks=[stopping]) == [0, 20, 40]  # stopped at the third look
    assert stopping.best_epoch == 0


def test_the_monitor_keeps_to_the_threads_given(monkeypatch: pytest.MonkeyPatch) -> None:
    from scorerbm.train import monitor

    threads: list[Any] = []
    enumerate_all = monitor.log_partition

    def noted(*arguments: Any, **options: Any) -> Any:
        threads.append(options["n_threads"])
        return enumerate_all(*arguments, **options)

    monkeypatch.setattr(monitor, "log_partition", noted)
    ScoreMatching(n_hidden=4, n_epochs=1, n_threads=1).fit(data(100))
    ScoreMatching(n_hidden=4, n_epochs=1).fit(data(100))
    assert threads == [1, None]


def test_early_stopping_names_the_columns_there_are() -> None:
    trainer = ScoreMatching(n_hidden=4, n_epochs=2, callbacks=[EarlyStopping()])
    with pytest.raises(ValueError, match=r"EarlyStopping: got metric .*expected one of .*loss"):
        trainer.fit(data(100))


def test_training_goes_on_from_a_model() -> None:
    first = ScoreMatching(n_hidden=4, n_epochs=40, batch_size=50).fit(data(), seed=0).model
    again = ScoreMatching(
        n_hidden=4, n_epochs=1, optimizer=Adam(learning_rate=1e-6)
    ).fit(data(), init=first, seed=1).model  # fmt: skip
    np.testing.assert_allclose(again.weights, first.weights, atol=1e-3)
    with pytest.raises(ValueError, match="init: got a model with arrays"):
        ScoreMatching(n_hidden=5).fit(data(), init=first)
    with pytest.raises(TypeError, match="init: got dict, expected an RBM"):
        ScoreMatching(n_hidden=4).fit(data(), init={})  # type: ignore[arg-type]


def test_weight_decay_shrinks_weights() -> None:
    def size(weight_decay: float) -> float:
        optimizer = Adam(weight_decay=weight_decay)
        fit = ScoreMatching(n_hidden=4, n_epochs=20, optimizer=optimizer).fit(data(), seed=0)
        return float(np.square(fit.model.weights).sum())

    assert size(0.5) < 0.8 * size(0.0)


@pytest.mark.parametrize("gradient", GRADIENTS)
def test_divergence_is_said(gradient: str) -> None:
    trainer = ScoreMatching(
        n_hidden=4,
        n_epochs=5,
        gradient=gradient,
        optimizer=SGD(learning_rate=1e12, decay="constant"),
        monitor="never",
    )
    with pytest.raises(DivergenceError, match=r"diverged in epoch \d.*learning rate below 1e\+12"):
        trainer.fit(data(200), seed=0)


def test_progress_shows_loss_and_temperature() -> None:
    seen: dict[str, float] = {}
    steps = 0

    @contextmanager
    def display(total: int, description: str) -> Iterator[Any]:
        assert description == "training"

        def update(n: int = 1, /, **shown: float) -> None:
            nonlocal steps
            steps += n
            seen.update(shown)

        yield update
        assert steps == total

    ScoreMatching(n_hidden=4, n_epochs=2, gradient="gumbel", progress=display).fit(data(200))
    assert set(seen) == {"loss", "tau"}
    assert steps == 8


def test_record_is_plain_data() -> None:
    import json

    fit = ScoreMatching(n_hidden=4, n_epochs=2).fit(data(200), seed=9)
    record = json.loads(json.dumps(fit.record()))
    assert record["trainer"] == "ScoreMatching"
    assert record["seed"] == 9
    assert record["n_rows"] == 200
    assert record["n_epochs"] == 2
    assert record["reached"]["epoch"] == 1
    assert record["continued"] is False


@pytest.mark.parametrize(
    ("v", "message"),
    [
        (np.full((10, 4), 2), r"v: got 2 at index \(0, 0\), expected only 0 and 1"),
        (np.full((10, 4), 0.5), r"v: got 0.5 at index"),
        (np.full((10, 4), np.nan), r"v: got nan at index"),
        (np.zeros(10), r"v: got shape \(10,\), expected"),
        (np.zeros((1, 4)), r"v: got shape \(1, 4\), expected at least two"),
        (np.zeros((0, 4)), r"v: got shape \(0, 4\), expected at least two"),
        (np.zeros((4, 0)), r"v: got shape \(4, 0\)"),
        (np.array([["a", "b"]]), "v: got dtype"),
        (None, "v: got dtype object"),
    ],
)
def test_bad_data_are_refused(v: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        ScoreMatching(n_hidden=2).fit(v)


def test_validation_data_are_checked() -> None:
    with pytest.raises(ValueError, match="validation: got 7 units, expected 8 as in v"):
        ScoreMatching(n_hidden=2).fit(data(20), validation=np.zeros((3, 7)))
    with pytest.raises(ValueError, match="validation: got no rows, expected at least one"):
        ScoreMatching(n_hidden=2).fit(data(20), validation=np.zeros((0, 8)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_hidden": 0}, "n_hidden: got 0, expected at least 1"),
        ({"n_hidden": 2.5}, "n_hidden: got float 2.5, expected an integer"),
        ({"visible": "gauss"}, "visible: got 'gauss', expected one of"),
        ({"n_epochs": 0}, "n_epochs: got 0"),
        ({"batch_size": 0}, "batch_size: got 0"),
        ({"gradient": "exact"}, "gradient: got 'exact', expected one of"),
        ({"recovery_snr": 0}, "recovery_snr: got 0"),
        ({"snr": (2.0, 1.0)}, "snr: got 1.0, expected more than 2"),
        ({"snr": 3}, "snr: got 3, expected a pair"),
        ({"weighting": 3}, "weighting: got 3, expected a callable"),
        ({"schedule": "linear"}, "schedule: got 'linear', expected a Schedule"),
        ({"n_sweeps": 0}, "n_sweeps: got 0"),
        ({"n_noises": 0}, "n_noises: got 0"),
        ({"n_noises": 3, "gradient": "covariance"}, "n_noises: got 3, expected at least 4"),
        ({"annealing": 0.1}, "annealing: got 0.1, expected an Annealing"),
        ({"optimizer": "adam"}, "optimizer: got 'adam', expected Adam"),
        ({"callbacks": [3]}, "callbacks: got 3"),
        ({"callbacks": EarlyStopping()}, "callbacks: got EarlyStopping.*expected a sequence"),
        ({"monitor": "yes"}, "monitor: got 'yes'"),
        ({"n_threads": 0}, "n_threads: got 0"),
        ({"backend": "gpu"}, "backend: got 'gpu', expected one of"),
    ],
)
def test_bad_options_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        ScoreMatching(**options)


@pytest.mark.parametrize("wrong", ["qpu", Exact])
def test_a_negative_phase_is_a_sampler(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"negative_phase: got .*, expected a Sampler"):
        ContrastiveDivergence(negative_phase=wrong)


@pytest.mark.parametrize("weighting", [lambda t: -t, lambda t: t[:1], lambda t: t * np.nan])
def test_bad_weightings_are_named(weighting: Any) -> None:
    trainer = ScoreMatching(n_hidden=2, gradient="mean_field", weighting=weighting)
    with pytest.raises(ValueError, match="weighting: got"):
        trainer.fit(data(50))


@pytest.mark.parametrize("name", trainers())
def test_no_function_whose_last_digit_varies_trains(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NumPy's exp and its like depend on the CPU; the monitor may use them, the model not."""
    annealing = {"annealing": CosineAnnealing()} if name == "gumbel" else {}
    trainer = dataclasses.replace(
        trainers()[name],
        n_epochs=2,
        monitor="never",
        optimizer=Adam(decay="cosine"),
        **annealing,
    )
    want = trainer.fit(data(60), seed=3).model.weights

    def varies(*arguments: Any, **options: Any) -> None:
        raise AssertionError("a function whose last digit varies")

    with monkeypatch.context() as patch:
        for function in ("exp", "expm1", "log", "log1p", "logaddexp", "power", "sin", "cos"):
            patch.setattr(np, function, varies)
        with pytest.raises(AssertionError):
            np.exp(0.0)
        got = trainer.fit(data(60), seed=3).model.weights
    np.testing.assert_array_equal(got, want)

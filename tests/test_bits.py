"""Operations on batches of bits, and data at rest, against what they are defined by."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from helpers.backend_cases import KEY, Problem, assert_same_bits
from scorerbm import BernoulliRBM
from scorerbm.backends import get_backend
from scorerbm.backends.bits import pack_bits, unpack_bits
from scorerbm.backends.protocol import IntegerRBM, Tilt, WeightSums
from scorerbm.rbm import grid
from scorerbm.rbm.grid import training_grid
from scorerbm.train import ScoreMatching
from scorerbm.train.states import BinaryStates

NATIVE, REFERENCE = get_backend("native"), get_backend("reference")
N, M = 70, 37


def states(n: int, seed: int, units: int = N) -> NDArray[np.uint8]:
    return (np.random.default_rng(seed).random((n, units)) < 0.3).astype(np.uint8)


def model(scale: float = 0.3) -> BernoulliRBM:
    rng = np.random.default_rng(2)
    return BernoulliRBM(scale * rng.normal(size=(N, M)), rng.normal(size=N), rng.normal(size=M))


def integers(backend: Any = NATIVE) -> IntegerRBM:
    return model().integers_in_training(backend, 1)


def exact(v: NDArray[np.uint8], weights: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Weighted means of the sufficient statistics of the rounded model, in float64."""
    rbm = integers(REFERENCE)
    p = 1.0 / (1.0 + np.exp(-(v @ rbm.weights.astype(np.float64) + rbm.hidden_bias) / rbm.scale))
    w = weights[:, None] / len(v)
    return [v.T @ (w * p), (w * v).sum(axis=0), (w * p).sum(axis=0)]


@pytest.mark.parametrize("n", [1, 7, 64, 65, 128])
def test_bits_come_back(n: int) -> None:
    v = states(5, n, n)
    words = pack_bits(v)
    assert words.shape == (5, -(-n // 64))
    assert [int(x) & 1 for x in words[:, 0]] == v[:, 0].tolist()
    np.testing.assert_array_equal(unpack_bits(words, n), v)


def test_contrasts_are_differences_of_means() -> None:
    """Rounding to 2⁻²⁰ and single precision leave errors below 2⁻²⁰ a probability."""
    x, y = states(130, 0), 1 - states(50, 1)
    found = NATIVE.contrast(integers(), pack_bits(x), pack_bits(y), free_energy=True, n_threads=1)
    wanted = [a - b for a, b in zip(exact(x, np.ones(130)), exact(y, np.ones(50)), strict=True)]
    for got, want in zip(found[:3], wanted, strict=True):
        np.testing.assert_allclose(got, want, atol=2.0**-19)
    rounded = model()
    gap = rounded.free_energy(y).mean() - rounded.free_energy(x).mean()
    assert found.gap == pytest.approx(gap, abs=0.05)  # of a model rounded to 16 bits
    assert abs(gap) > 0.5


def test_weighted_statistics_are_weighted_means() -> None:
    x = states(90, 0)
    weights = 50.0 * np.random.default_rng(3).normal(size=90)
    found = NATIVE.weighted_statistics(integers(), pack_bits(x), weights, 1)
    for got, want in zip(found[:3], exact(x, weights), strict=True):
        np.testing.assert_allclose(got, want, atol=2.0**-18 * np.abs(weights).max())
    # Negative control: other weights are seen.
    assert np.abs(found.weights - exact(x, weights + 0.01)[0]).max() > 1e-3
    nothing = NATIVE.weighted_statistics(integers(), pack_bits(x), np.zeros(90), 1)
    assert not any(part.any() for part in nothing[:3])


def test_batches_of_any_size_are_exact() -> None:
    """More rows than one sum of 32 bits holds."""
    problem = Problem(2500, 65, 3)
    assert_same_bits(problem.train(NATIVE, 2), problem.train(REFERENCE, 1))


def test_a_tilt_without_noise_holds_chains_at_the_observation() -> None:
    """At γ = 400 the log-odds are ±200 give or take 20·ζ."""
    v = states(20, 4)
    ids = np.arange(20, dtype=np.uint32)
    tilt = Tilt(pack_bits(v), ids, np.full(20, 400.0, np.float32), KEY)
    swept = NATIVE.sweep_bits(
        integers(), pack_bits(1 - v), ids, KEY, first_sweep=0, n_sweeps=2, tilt=tilt, n_threads=1
    )
    np.testing.assert_array_equal(swept.states, pack_bits(v))
    free = NATIVE.sweep_bits(
        integers(), pack_bits(1 - v), ids, KEY, first_sweep=0, n_sweeps=2, tilt=None, n_threads=1
    )
    assert not np.array_equal(free.states, pack_bits(v))


def test_refreshed_weights_are_those_of_a_new_model() -> None:
    rng = np.random.default_rng(0)
    w, other, b, c = (rng.normal(size=s) for s in [(N, M), (N, M), N, M])
    sums = NATIVE.weight_sums(w, b, c, 1)
    chosen = training_grid(sums, N)
    old = NATIVE.round_to_grid(other, b, c, chosen, None, 1)
    v, ids = pack_bits(states(40, 5)), np.arange(40, dtype=np.uint32)

    def sweep(rbm: IntegerRBM) -> Any:
        return NATIVE.sweep_bits(
            rbm, v, ids, KEY, first_sweep=0, n_sweeps=30, tilt=None, n_threads=1
        ).states

    before = sweep(old)
    new = sweep(NATIVE.round_to_grid(w, b, c, chosen, old, 1))
    np.testing.assert_array_equal(new, sweep(NATIVE.round_to_grid(w, b, c, chosen, None, 1)))
    assert not np.array_equal(new, before)


# -- the grid of a model in training ------------------------------------------------------------


def sums(reach: float) -> WeightSums:
    return WeightSums(np.zeros(1), np.zeros(1), reach, 0.5 * reach)


def test_training_falls_to_32_bits_when_weights_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCORERBM_PRECISION", raising=False)
    bits = {reach: training_grid(sums(reach), 784).bits for reach in (1.0, 100.0, 130.0, 1e6)}
    assert bits == {1.0: 16, 100.0: 16, 130.0: 32, 1e6: 32}
    assert training_grid(sums(100.0), 784).scale == 256.0
    monkeypatch.setenv("SCORERBM_PRECISION", "int32")
    assert training_grid(sums(1.0), 784).bits == 32
    monkeypatch.setenv("SCORERBM_PRECISION", "int16")
    assert training_grid(sums(1000.0), 784).bits == 16
    for reach in (np.nan, np.inf, 1e9):
        with pytest.raises(OverflowError, match="sums of weights"):
            training_grid(sums(reach), 784)


def test_the_error_of_sixteen_bits_in_training_is_what_the_rule_says() -> None:
    """Root mean square over states with half the units on, where the rule just allows it."""
    rng = np.random.default_rng(0)
    w = rng.normal(size=(N, M))
    chosen = training_grid(NATIVE.weight_sums(w, np.zeros(N), np.zeros(M), 1), N)
    for scale in (chosen.scale, 32.0 * np.sqrt(N / 24.0)):
        error = np.rint(w * scale) / scale - w
        v = rng.integers(0, 2, (4000, N))
        found = float(np.sqrt(np.square(v @ error).mean()))
        assert found < 1.1 * np.sqrt(N / 24.0) / scale * np.sqrt(2.0) <= 1.6 * grid.TRAINING_ERROR


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("backend", [NATIVE, REFERENCE], ids=["native", "reference"])
def test_weights_that_are_not_finite_are_seen(backend: Any, bad: float) -> None:
    w = np.ones((40, 20))
    w[33, 7] = bad
    found = backend.weight_sums(w, np.zeros(40), np.zeros(20), 1)
    assert not np.isfinite(found.visible_reach + found.hidden_reach)


# -- data at rest -------------------------------------------------------------------------------


def test_data_in_a_file_are_never_in_memory_as_they_are(tmp_path: Path) -> None:
    n, units = 60_000, 784
    path = tmp_path / "data.bin"
    file = np.memmap(path, np.uint8, "w+", shape=(n, units))
    for first in range(0, n, 6000):
        file[first : first + 6000] = states(6000, first, units)
    file.flush()
    data = np.memmap(path, np.uint8, "r", shape=(n, units))
    trainer = ScoreMatching(n_hidden=8, n_epochs=1, batch_size=2000, monitor="never")
    tracemalloc.start()
    try:
        fit = trainer.fit(data, seed=0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # The bits, the chains and a working set; as bytes the data are 47 MB, as floats 376 MB.
    assert peak < 3 * n * units / 8 + 16e6 < 0.75 * n * units
    few = data[:500]
    short = ScoreMatching(n_hidden=8, n_epochs=1)
    np.testing.assert_array_equal(
        short.fit(few, seed=0).model.weights, short.fit(np.array(few), seed=0).model.weights
    )
    assert fit.settings["n_rows"] == n


def test_wrong_states_are_named_wherever_they_are() -> None:
    v = np.zeros((20_000, 300), np.uint8)
    v[17_000, 250] = 3
    with pytest.raises(ValueError, match=r"v: got 3 at index \(17000, 250\)"):
        BinaryStates.of("v", v)


def test_states_are_counted_and_chosen() -> None:
    v = states(1000, 6)
    held = BinaryStates.of("v", v)
    np.testing.assert_array_equal(held.counts(), v.sum(axis=0))
    np.testing.assert_array_equal(held[np.array([5, 3])].unpack(), v[[5, 3]])
    assert len(held[::10]) == 100

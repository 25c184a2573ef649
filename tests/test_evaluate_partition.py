"""ln Z: enumeration = the log of a brute-force sum, and the arguments of `log_partition`."""

import numpy as np
import pytest

from helpers.models import joint_log_weights, log_sum_exp, random_bernoulli
from scorerbm import BernoulliRBM
from scorerbm.evaluate import LogPartition, log_likelihood, log_partition

SHAPES = [(1, 1), (6, 4), (4, 7), (8, 8), (2, 9)]


@pytest.mark.parametrize(("n", "m"), SHAPES)
@pytest.mark.parametrize("scale", [0.0, 1.0, 8.0])
def test_enumeration_is_the_log_of_the_brute_force_sum(n, m, scale):
    model = random_bernoulli(n, m, seed=n + 10 * m, scale=scale)
    result = log_partition(model, "exact")
    assert result.value == pytest.approx(log_sum_exp(joint_log_weights(model)), rel=1e-12)
    assert (result.standard_error, result.method) == (0.0, "exact")
    assert float(result) == result.value


def test_enumeration_does_not_overflow():
    n = 40
    model = BernoulliRBM(np.full((n, 3), 50.0), np.full(n, 30.0), np.zeros(3))
    # The state of all ones outweighs the next by exp(-180).
    assert log_partition(model).value == pytest.approx(n * 3 * 50.0 + n * 30.0, rel=1e-14)


def test_the_smaller_layer_is_enumerated():
    wide, tall = random_bernoulli(3, 60, seed=1), random_bernoulli(60, 3, seed=1)
    for model in (wide, tall):
        assert log_partition(model, "exact", max_units=3).method == "exact"
        with pytest.raises(ValueError, match=r"model: got 3 units .* at most max_units=2"):
            log_partition(model, "exact", max_units=2)


def test_auto_is_exact_when_that_is_quick():
    few = {"n_runs": 2, "n_temperatures": 2}
    assert log_partition(random_bernoulli(30, 12)).method == "exact"
    assert log_partition(random_bernoulli(30, 21, scale=0.1), **few).method == "ais"
    assert log_partition(random_bernoulli(30, 12, scale=0.1), max_units=11, **few).method == "ais"


def test_backends_and_threads_agree_to_the_bit():
    model = random_bernoulli(20, 9, seed=3)
    first = log_partition(model, "exact", n_threads=1)
    assert first == log_partition(model, "exact", n_threads=3)
    assert first == log_partition(model, "exact", backend="reference")


def test_probabilities_of_a_known_model_sum_to_one():
    model = random_bernoulli(5, 12, seed=6)
    everything = ((np.arange(32)[:, None] >> np.arange(5)) & 1).astype(np.uint8)
    assert np.exp(log_likelihood(model, everything)).sum() == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"model": "rbm"}, TypeError, "model: got str, expected an RBM"),
        ({"method": "guess"}, ValueError, "method: got 'guess', expected one of"),
        ({"n_runs": 1, "method": "ais"}, ValueError, "n_runs: got 1, expected at least 2"),
        ({"n_runs": 2.5, "method": "ais"}, TypeError, "n_runs: got float 2.5"),
        ({"n_temperatures": 1, "method": "ais"}, ValueError, "n_temperatures: got 1"),
        ({"max_units": 0}, ValueError, "max_units: got 0, expected at least 1"),
        ({"n_threads": 0}, ValueError, "n_threads: got 0, expected at least 1"),
        ({"seed": -1, "method": "ais"}, ValueError, "seed: got -1, expected at least 0"),
        ({"backend": "abacus"}, ValueError, "backend: got 'abacus', expected one of"),
    ],
)
def test_bad_arguments_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        log_partition(**({"model": random_bernoulli(3, 2)} | arguments))


def test_a_batch_of_tilted_models_is_refused():
    batch = random_bernoulli(3, 2).tilt(np.zeros((4, 3)), 0.5, 0.5)
    with pytest.raises(ValueError, match="model: got a batch of 4 tilted models"):
        log_partition(batch)


def test_one_tilted_model_is_a_model():
    model = random_bernoulli(4, 3, seed=8).tilt(np.array([0.3, -1.0, 2.0, 0.1]), 0.7, 0.6)
    expected = log_sum_exp(joint_log_weights(model))
    assert log_partition(model).value == pytest.approx(expected, rel=1e-12)


def test_the_result_is_immutable():
    result = LogPartition(1.5, 0.1, "ais")
    with pytest.raises(AttributeError):
        result.value = 2.0

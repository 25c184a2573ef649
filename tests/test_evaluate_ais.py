"""Annealed importance sampling meets ln Z within its own error bar; wrong variants do not."""

from contextlib import contextmanager
from importlib import import_module
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from helpers.models import (
    joint_log_weights,
    log_sum_exp,
    random_bernoulli,
    states,
    visible_probabilities,
)
from helpers.statistics import (
    ACCEPT,
    REJECT,
    bonferroni,
    kolmogorov_smirnov,
    mean_test,
    z_test,
)
from scorerbm import BernoulliRBM
from scorerbm.evaluate import (
    AnnealingWarning,
    annealed_importance,
    log_partition,
    reverse_annealed_importance,
)

ais = import_module("scorerbm.evaluate.annealed_importance")  # the function has the same name

MODELS = [
    random_bernoulli(6, 4, seed=1, data_mean=True),
    random_bernoulli(6, 4, seed=2),
    random_bernoulli(5, 8, seed=3, scale=0.7, data_mean=True),
    random_bernoulli(3, 1, seed=4, scale=2.0),
]
TRUTH = [log_sum_exp(joint_log_weights(model)) for model in MODELS]


def exact_visible(model, n, seed):
    p = visible_probabilities(model)
    rows = np.random.default_rng(seed).choice(len(p), n, p=p)
    return states(model.n_visible)[rows]


def forward(n_seeds=15):
    """(estimate, truth) over models and seeds."""
    return [
        (annealed_importance(model, n_runs=400, n_temperatures=20, seed=seed), truth)
        for model, truth in zip(MODELS, TRUTH, strict=True)
        for seed in range(n_seeds)
    ]


def backward(n_seeds=15):
    return [
        (
            reverse_annealed_importance(
                model, exact_visible(model, 400, seed), n_temperatures=20, seed=seed
            ),
            truth,
        )
        for model, truth in zip(MODELS, TRUTH, strict=True)
        for seed in range(n_seeds)
    ]


def calibration(results):
    """P-value that the errors are normal with the claimed standard errors."""
    z = np.array([(a.value - truth) / a.standard_error for a, truth in results])
    return bonferroni(
        [
            kolmogorov_smirnov(z, stats.norm.cdf),
            *(z_test(a.value, truth, a.standard_error) for a, truth in results),
        ]
    )


def from_coins(n_seeds=15):
    return [
        (
            annealed_importance(
                model, n_runs=400, n_temperatures=20, reference="uniform", seed=seed
            ),
            truth,
        )
        for model, truth in zip(MODELS, TRUTH, strict=True)
        for seed in range(n_seeds)
    ]


def from_everywhere(n_seeds=15):
    return [
        (log_partition(model, "ais", n_runs=800, n_temperatures=20, seed=seed), truth)
        for model, truth in zip(MODELS, TRUTH, strict=True)
        for seed in range(n_seeds)
    ]


WAYS = [forward, backward, from_coins, from_everywhere]


@pytest.mark.parametrize("estimates", WAYS)
def test_errors_are_what_the_estimate_claims(estimates):
    assert calibration(estimates()) > ACCEPT


def anneal_weighing_after_the_move(model, base, betas, chains, backend, n_threads, progress):
    """Wrong: f_k(v_k)/f_{k-1}(v_k), the weight of the state that the transition has made."""
    log_w = np.zeros(len(chains))
    for before, after in pairwise(betas):
        low, high = (model.interpolate(base, float(beta)) for beta in (before, after))
        high.gibbs(chains, 1, backend=backend, n_threads=n_threads)
        log_w += low.free_energy(chains.visible) - high.free_energy(chains.visible)
    return log_w


def anneal_moving_at_one_temperature(model, base, betas, chains, backend, n_threads, progress):
    """Wrong: every transition leaves the model, not the intermediate one, as it is."""
    log_w = np.zeros(len(chains))
    for before, after in pairwise(betas):
        low, high = (model.interpolate(base, float(beta)) for beta in (before, after))
        log_w += low.free_energy(chains.visible) - high.free_energy(chains.visible)
        model.gibbs(chains, 1, backend=backend, n_threads=n_threads)
    return log_w


@pytest.mark.parametrize(
    "wrong", [anneal_weighing_after_the_move, anneal_moving_at_one_temperature]
)
@pytest.mark.filterwarnings("ignore:annealing does not agree")
@pytest.mark.parametrize("estimates", WAYS)
def test_wrong_weights_are_rejected(estimates, wrong, monkeypatch):
    monkeypatch.setattr(ais, "_anneal", wrong)
    assert calibration(estimates(6)) < REJECT


def unbiasedness(n_temperatures, n_seeds):
    """P-values that the means of w and of 1/w are Z/Z_0 and Z_0/Z."""
    model = random_bernoulli(5, 4, seed=3, scale=1.5, data_mean=True)
    truth = log_sum_exp(joint_log_weights(model))
    ratio, inverse = [], []
    for seed in range(n_seeds):
        options = {"n_temperatures": n_temperatures, "seed": seed}
        below = annealed_importance(model, n_runs=10, **options)
        above = reverse_annealed_importance(model, exact_visible(model, 10, seed), **options)
        ratio.append(np.exp(below.value - truth))
        inverse.append(np.exp(truth - above.value))
    return mean_test(ratio, 1.0), mean_test(inverse, 1.0)


def test_weights_are_unbiased_at_any_number_of_temperatures(monkeypatch):
    """Two temperatures are plain importance sampling."""
    assert bonferroni([*unbiasedness(2, 200), *unbiasedness(4, 200)]) > ACCEPT
    monkeypatch.setattr(ais, "_anneal", anneal_weighing_after_the_move)
    assert max(*unbiasedness(2, 200), *unbiasedness(4, 200)) < REJECT


def test_forward_lies_below_and_reverse_above():
    model = random_bernoulli(10, 8, seed=5, scale=3.0)
    truth = log_partition(model, "exact").value

    def both(n_temperatures):
        forward, reverse = [], []
        for seed in range(40):
            options = {"n_temperatures": n_temperatures, "seed": seed}
            v = exact_visible(model, 4, seed)
            forward.append(annealed_importance(model, n_runs=4, **options).value)
            reverse.append(reverse_annealed_importance(model, v, **options).value)
        return np.array(forward), np.array(reverse)

    below, above = both(4)
    assert max(mean_test(below, truth), mean_test(above, truth)) < REJECT
    assert below.mean() < truth < above.mean()
    closer_below, closer_above = both(50)
    assert closer_above.mean() - closer_below.mean() < 0.5 * (above.mean() - below.mean())


def test_results_say_which_way_they_went():
    v = exact_visible(MODELS[0], 4, 0)
    assert annealed_importance(MODELS[0], n_runs=2, n_temperatures=2).method == "ais"
    assert reverse_annealed_importance(MODELS[0], v, n_temperatures=2).method == "reverse ais"


def test_the_standard_error_shrinks_with_the_runs():
    few, many = (
        annealed_importance(MODELS[0], n_runs=n, n_temperatures=20).standard_error
        for n in (400, 6400)
    )
    assert few / many == pytest.approx(4.0, rel=0.2)


def test_a_model_without_weights_needs_no_annealing():
    model = random_bernoulli(7, 5, scale=0.0, bias=1.0, data_mean=True)
    result = annealed_importance(model, n_runs=50, n_temperatures=5)
    assert result.value == pytest.approx(log_sum_exp(joint_log_weights(model)), abs=0.05)
    only_visible = type(model)(model.weights, model.visible_bias, np.zeros(5))
    result = annealed_importance(only_visible, n_runs=50, n_temperatures=5)
    truth = log_sum_exp(joint_log_weights(only_visible))
    assert result.value == pytest.approx(truth, abs=1e-12)
    assert result.standard_error < 1e-12


def test_same_seed_same_estimate_wherever_it_is_computed():
    options = {"n_runs": 33, "n_temperatures": 17, "seed": 11}
    first = annealed_importance(MODELS[2], n_threads=1, **options)
    assert first == annealed_importance(MODELS[2], n_threads=3, **options)
    assert first == annealed_importance(MODELS[2], backend="reference", **options)
    assert first != annealed_importance(MODELS[2], **(options | {"seed": 12}))
    both = log_partition(MODELS[2], "ais", **options)
    assert both == log_partition(MODELS[2], "ais", n_threads=1, backend="reference", **options)


def hidden_mode():
    """Units that are rarely on in the data, and a mode with all of them on that holds e¹⁰ times
    as much as the one that the data are of.
    """
    n, odds = 20, -4.6
    weights, bias = np.full((n, 1), -2.0 * odds), np.full(n, odds)
    return BernoulliRBM(weights, bias, [n * odds + 10.0], data_mean=np.full(n, 0.01))


def test_a_mode_that_the_data_do_not_lead_to_is_found_from_elsewhere():
    model = hidden_mode()
    truth = log_partition(model, "exact").value
    options = {"n_temperatures": 200, "seed": 3}
    # Why one reference is not enough: its error does not see what it misses.
    blind = annealed_importance(model, n_runs=200, **options)
    assert blind.value < truth - 9.0
    assert blind.standard_error < 0.1
    with pytest.warns(
        AnnealingWarning, match=r"does not agree on ln Z: .* from data, .* from unif"
    ):
        found = log_partition(model, "ais", n_runs=400, **options)
    assert z_test(found.value, truth, found.standard_error) > ACCEPT


def test_a_reference_is_one_of_the_family():
    expected = r"reference: got 'coins', expected one of"
    with pytest.raises(ValueError, match=expected):
        annealed_importance(MODELS[0], reference="coins")
    with pytest.raises(ValueError, match=expected):
        reverse_annealed_importance(MODELS[0], exact_visible(MODELS[0], 4, 0), reference="coins")


def test_few_runs_start_from_the_data():
    options = {"n_runs": 3, "n_temperatures": 5}
    assert log_partition(MODELS[0], "ais", **options) == annealed_importance(MODELS[0], **options)


def test_reverse_leaves_the_samples_as_they_are_and_can_equilibrate_them():
    v = np.zeros((400, 6), dtype=np.uint8)
    truth, model = TRUTH[0], MODELS[0]
    stuck = reverse_annealed_importance(model, v, n_temperatures=60)
    settled = reverse_annealed_importance(model, v, n_temperatures=60, n_sweeps=300)
    assert not v.any()
    assert z_test(stuck.value, truth, stuck.standard_error) < REJECT
    assert z_test(settled.value, truth, settled.standard_error) > ACCEPT


def test_progress_counts_the_temperatures():
    seen = []

    @contextmanager
    def display(total, description):
        yield lambda n=1, /, **shown: seen.append((n, total, description))

    annealed_importance(MODELS[0], n_runs=2, n_temperatures=9, progress=display)
    assert seen == [(1, 8, "AIS temperatures")] * 8


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"v": np.zeros((1, 6))}, ValueError, "v: got 1 states, expected at least 2"),
        ({"v": np.zeros((4, 5))}, ValueError, r"v: got shape \(4, 5\), expected"),
        ({"v": np.full((4, 6), 0.5)}, ValueError, "v: got 0.5 at index"),
        ({"v": [["a"] * 6] * 2}, TypeError, "v: got"),
        ({"n_sweeps": -1}, ValueError, "n_sweeps: got -1"),
        ({"model": None}, TypeError, "model: got NoneType, expected an RBM"),
    ],
)
def test_bad_arguments_of_the_reverse_are_named(arguments, error, message):
    good = {"model": MODELS[0], "v": np.zeros((4, 6)), "n_temperatures": 3}
    with pytest.raises(error, match=message):
        reverse_annealed_importance(**(good | arguments))

"""The samplers are exact: the joint distribution of (v, h) is that of the model on its grid.

Every lookup kernel and every CPU level returns the bits of one sample (asserted here), so that the
χ² test of that sample speaks for all of them. Wrong variants are drawn as often as the right one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from helpers.exactness import (
    BETAS,
    FIVE_BY_FOUR,
    FROZEN,
    LADDER,
    LOOKUPS,
    MODELS,
    N_CHAINS,
    NATIVE,
    OFFSET,
    PRECISIONS,
    clamped_model,
    digests,
    digests_of_kernel,
    draw,
    draw_frozen,
    drawn,
    drawn_rungs,
    gibbs,
    grid_of,
    ladder_sweeps,
    ladder_targets,
    log_odds,
    log_odds_error,
    random_start,
    rungs,
    sweeps_needed,
    sweeps_of,
    target,
    temper,
    total_variation,
)
from helpers.models import joint_probabilities, random_bernoulli, state_index, states
from helpers.statistics import ACCEPT, REJECT, bonferroni, chi_square, chi_square_states
from scorerbm import BernoulliRBM, BlockGibbs, _core
from scorerbm.backends import Domain
from scorerbm.backends.reference import ReferenceBackend
from scorerbm.rbm.grid import INT16_ERROR


def p_value(joint, model):
    """That these independent rows (v, h) are of the model."""
    return chi_square_states(joint, joint_probabilities(model))


# -- chains ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_chains_follow_the_model_on_its_grid(name):
    assert (
        bonferroni(
            p_value(
                drawn(name, precision, beta), target(grid_of(MODELS[name], precision, beta), beta)
            )
            for precision in PRECISIONS
            for beta in BETAS
        )
        > ACCEPT
    )


def test_biases_are_added_in_16_bits_and_in_32():
    def fits(bias, weights):
        low, high = (f(weights, 0).sum(axis=0) for f in (np.minimum, np.maximum))
        return bool((np.minimum(0, low) + bias >= -(2**15)).all() and (high + bias < 2**15).all())

    grids = [grid_of(MODELS[name], "int16") for name in ("small biases", "large biases")]
    found = [
        [fits(g.hidden_bias, g.weights), fits(g.visible_bias, g.weights_transposed)] for g in grids
    ]
    assert found == [[True, True], [False, False]]


def test_a_grid_of_a_sixteenth_is_what_is_sampled():
    """Chains of 16 bits are of the rounded model, and those of 32 bits of the other."""
    model = MODELS["coarse"]
    narrow, wide = (drawn("coarse", precision, 1.0) for precision in PRECISIONS)
    assert p_value(narrow, target(grid_of(model, "int16"))) > ACCEPT
    assert p_value(narrow, model) < REJECT
    assert p_value(wide, model) > ACCEPT


@pytest.mark.parametrize("name", FIVE_BY_FOUR)
@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_chain_has_its_own_bias_and_temperature(name, precision):
    rng = np.random.default_rng(1)
    kind, betas = np.arange(N_CHAINS) % 4, np.array([0.3, 0.7, 1.0, 1.4])
    grid = grid_of(MODELS[name], precision, 0.3)
    biases = (grid.visible_bias + rng.integers(-grid.scale, grid.scale, (4, 5))).astype(np.int32)
    pairs = zip(biases, betas, strict=True)
    targets = [target(grid._replace(visible_bias=b), beta) for b, beta in pairs]
    n_sweeps = max(sweeps_needed([model], N_CHAINS) for model in targets)
    joint = gibbs(grid._replace(visible_bias=biases[kind]), betas[kind], n_sweeps)
    right = [p_value(joint[kind == k], targets[k]) for k in range(4)]
    other = [p_value(joint[kind == k], targets[k - 1]) for k in range(4)]
    assert bonferroni(right) > ACCEPT
    assert max(other) < REJECT


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "own"])
@pytest.mark.parametrize("precision", PRECISIONS)
def test_units_beside_frozen_ones_follow_the_conditional(precision, shared):
    kind = np.zeros(N_CHAINS, int) if shared else np.arange(N_CHAINS) % 3
    right, unclamped = [], []
    for name in FIVE_BY_FOUR:
        joint = draw_frozen(name, precision, FROZEN[0] if shared else FROZEN[kind])
        start, model = random_start(N_CHAINS, 5), target(grid_of(MODELS[name], precision))
        held = FROZEN[kind] != 0
        np.testing.assert_array_equal(joint[:, :5][held], start[held])
        for k in np.unique(kind):
            frozen, chains = np.append(FROZEN[k] != 0, [False] * 4), joint[kind == k]
            for values in states(frozen.sum()):
                rows = chains[(chains[:, frozen] == values).all(axis=1)]
                every = np.zeros(5)
                every[FROZEN[k] != 0] = values
                right.append(p_value(rows[:, ~frozen], clamped_model(model, FROZEN[k], every)))
                if frozen.any():
                    other = clamped_model(model, FROZEN[k], 1.0 - every)
                    unclamped.append(p_value(rows[:, ~frozen], other))
    assert bonferroni(right) > ACCEPT
    assert max(unclamped) < REJECT


# -- kernels and CPU levels -------------------------------------------------------------------


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("lookup", LOOKUPS)
def test_every_kernel_draws_these_samples(lookup, precision):
    assert digests_of_kernel(lookup, precision) == digests(precision, fresh=False)


@pytest.mark.parametrize("level", _core.compiled_levels())
def test_every_cpu_level_draws_these_samples(level):
    if level not in _core.supported_levels():
        pytest.skip(f"this CPU has no {level}")
    if level == _core.cpu_level():
        pytest.skip("the tests of kernels run at this level")
    program = """if True:
        import json
        from helpers.exactness import LOOKUPS, NATIVE, PRECISIONS, digests_of_kernel
        found = {p: [digests_of_kernel(k, p) for k in LOOKUPS] for p in PRECISIONS}
        print(json.dumps([NATIVE.cpu_level, found]))
    """
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "SCORERBM_CPU_LEVEL": level},
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    used, found = json.loads(done.stdout)
    assert used == level
    expected = {p: [digests(p, fresh=False)] * len(LOOKUPS) for p in PRECISIONS}
    assert found == expected


# -- wrong variants ---------------------------------------------------------------------------


def changed(grid, **changes):
    """The integer model with one number of an array moved by so many units of energy."""
    arrays = {}
    for name, (index, energy) in changes.items():
        array = getattr(grid, name).copy()
        array[index] += round(energy * grid.scale)
        arrays[name] = array
    if "weights" in arrays:
        arrays["weights_transposed"] = np.ascontiguousarray(arrays["weights"].T)
    return grid._replace(prepared=None, **arrays)


def one_bias_less(grid, layer, unit):
    return changed(grid, **{layer: (unit, -getattr(grid, layer)[unit] / grid.scale)})


WRONG_MODELS = {
    "one weight": ("small biases", lambda grid: changed(grid, weights=((1, 2), 0.08))),
    "one visible bias": ("small biases", lambda grid: changed(grid, visible_bias=(2, 0.08))),
    "one hidden bias": ("small biases", lambda grid: changed(grid, hidden_bias=(1, 0.08))),
    "no visible bias": ("large biases", lambda grid: one_bias_less(grid, "visible_bias", 1)),
    "no hidden bias": ("large biases", lambda grid: one_bias_less(grid, "hidden_bias", 0)),
}


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("change", WRONG_MODELS)
def test_a_slightly_wrong_model_is_rejected(change, precision):
    name, wrong = WRONG_MODELS[change]
    grid = grid_of(MODELS[name], precision)
    joint = gibbs(wrong(grid), 1.0, sweeps_of(name, precision, 1.0))
    assert p_value(joint, target(grid)) < REJECT


@pytest.mark.parametrize(("beta", "factor"), [(0.1, 1.5), (0.5, 1.06), (1.0, 1.03), (1.0, 0.97)])
def test_a_slightly_wrong_temperature_is_rejected(beta, factor):
    name = "small biases"
    grid = grid_of(MODELS[name], "int16", beta)
    wrong = gibbs(grid, beta * factor, sweeps_of(name, "int16", beta))
    assert p_value(wrong, target(grid, beta)) < REJECT


def test_chains_that_share_a_stream_are_rejected():
    wrong = draw("small biases", "int16", 1.0, chains=np.arange(N_CHAINS, dtype=np.uint32) // 2)
    assert p_value(wrong, target(grid_of(MODELS["small biases"], "int16"))) < REJECT


def test_sweeps_that_share_a_stream_are_rejected():
    grid, joint = grid_of(MODELS["small biases"], "int16"), None
    for _ in range(sweeps_of("small biases", "int16", 1.0)):
        start = None if joint is None else np.ascontiguousarray(joint[:, :5])
        joint = gibbs(grid, 1.0, 1, start=start)
    assert p_value(joint, target(grid)) < REJECT


class Twin(ReferenceBackend):
    """The reference in its readable form, with the native draws, which are as exact and faster."""

    def bernoulli(self, *arguments, **options):
        return NATIVE.bernoulli(*arguments, **options)


class OneStream(Twin):
    """Visible units take the random numbers of the hidden ones."""

    def bernoulli(self, probability, chains, key, *, step, domain):
        return super().bernoulli(probability, chains, key, step=step, domain=Domain.HIDDEN)


def two_sweeps_more(backend):
    """From samples on: a right backend leaves their distribution as it is."""
    name, precision = "small biases", "int16"
    before = np.ascontiguousarray(drawn(name, precision, 1.0)[:, :5])
    grid, first = grid_of(MODELS[name], precision), sweeps_of(name, precision, 1.0)
    return gibbs(grid, 1.0, 2, backend=backend, start=before, first_sweep=first), target(grid)


def test_layers_that_share_a_stream_are_rejected():
    np.testing.assert_array_equal(two_sweeps_more(Twin())[0], two_sweeps_more(NATIVE)[0])
    assert p_value(*two_sweeps_more(Twin())) > ACCEPT
    assert p_value(*two_sweeps_more(OneStream())) < REJECT


# -- ladders ----------------------------------------------------------------------------------


def ladder_p_values(found, targets):
    """Of (v, h) at each rung, and of h at neighbouring rungs, which are independent."""
    hidden = [joint_probabilities(t).reshape(16, 32).sum(axis=1) for t in targets]
    alone = [p_value(joint, model) for joint, model in zip(found, targets, strict=True)]
    pairs = []
    for (a, b), (p, q) in zip(pairwise(found), pairwise(hidden), strict=True):
        index = state_index(np.hstack([a[:, 5:], b[:, 5:]]))
        pairs.append(chi_square(np.bincount(index, minlength=256), np.outer(q, p).ravel()))
    return alone, pairs


@pytest.mark.parametrize("with_offset", [False, True], ids=["plain", "offset"])
@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("name", FIVE_BY_FOUR)
def test_every_rung_of_a_ladder_follows_its_model(name, precision, with_offset):
    result, found = drawn_rungs(name, precision, with_offset)
    grid, offset = grid_of(MODELS[name], precision, LADDER[0]), OFFSET if with_offset else None
    alone, pairs = ladder_p_values(found, ladder_targets(grid, offset))
    assert bonferroni([*alone, *pairs]) > ACCEPT
    # Replicas do move, both ways, so that this says something of swaps.
    assert 0.2 < (result.trace[1:] != result.trace[:-1]).mean() < 0.98


def test_a_ladder_of_the_wrong_models_is_rejected():
    name = "small biases"
    grid = grid_of(MODELS[name], "int16", LADDER[0])
    _, found = drawn_rungs(name, "int16", True)
    scaled = [target(grid, beta, beta * OFFSET) for beta in LADDER]
    assert max(ladder_p_values(found, scaled)[0][:3]) < REJECT
    n_sweeps = ladder_sweeps(grid)
    one_off = temper(grid, n_sweeps, betas=LADDER * [1.0, 1.0, 1.0, 1.06])
    assert ladder_p_values(rungs(one_off), ladder_targets(grid))[0][3] < REJECT
    # One stream for the replicas of a ladder: each rung is right, and they are not independent.
    ids = np.repeat(np.arange(len(found[0]), dtype=np.uint32), len(LADDER))
    together = rungs(temper(grid, n_sweeps, chains=ids))
    assert max(ladder_p_values(together, ladder_targets(grid))[1]) < REJECT


class FreeEnergySwaps(Twin):
    """Swaps by F(v) at β = 1 in place of E(v, h)."""

    def energy(self, rbm, visible, hidden, n_threads=0):
        w, b, c = target(rbm).parameters.values()
        v = visible.astype(np.float64)
        free = -(v @ b + np.logaddexp(0.0, v @ w + c).sum(axis=1))
        return np.rint(free * rbm.scale).astype(np.int64)


class EverySwap(Twin):
    """No swap is refused."""

    def uniform(self, *arguments, **options):
        return 0.0 * super().uniform(*arguments, **options)


def four_sweeps_more(backend, offset):
    """From samples of all rungs on: a right backend leaves their distribution as it is."""
    name, precision = "small biases", "int16"
    grid = grid_of(MODELS[name], precision, LADDER[0])
    before, _ = drawn_rungs(name, precision, offset is not None)
    after = temper(
        grid,
        4,
        backend=backend,
        start=before.visible,
        slots=before.slots,
        offset=offset,
        first_sweep=ladder_sweeps(grid, offset),
    )
    return after, ladder_targets(grid, offset)


@pytest.mark.parametrize("offset", [None, OFFSET], ids=["plain", "offset"])
def test_swaps_by_another_energy_are_rejected(offset):
    right, targets = four_sweeps_more(Twin(), offset)
    native, _ = four_sweeps_more(NATIVE, offset)
    for got, expected in zip(native, right, strict=True):
        np.testing.assert_array_equal(got, expected)
    alone, pairs = ladder_p_values(rungs(right), targets)
    assert bonferroni([*alone, *pairs]) > ACCEPT
    for wrong in (FreeEnergySwaps(), EverySwap()):
        result, _ = four_sweeps_more(wrong, offset)
        alone, pairs = ladder_p_values(rungs(result), targets)
        assert bonferroni([*alone, *pairs]) < REJECT


# -- what precision="auto" promises ------------------------------------------------------------


def chosen(model, precision="auto"):
    info = model.sampling_info(precision, 5, backend=NATIVE)
    return info["precision"], info["log_odds_error"]


@pytest.mark.parametrize("name", MODELS)
def test_the_sampled_model_is_as_near_as_promised(name):
    r"""Joint distributions, by brute force.

    Let no log-odds be wrong by more than e. Then -ΔE = Σᵢ vᵢ Δxᵢ(h) + Σⱼ hⱼ Δcⱼ, and Δcⱼ, the
    error where v = 0, are N + M terms of at most e; and if ln(q/p) stays within an interval of
    length ω = 2(N+M)e, the total variation is at most tanh(ω/4).
    """
    model = MODELS[name]
    n_units = model.n_visible + model.n_hidden
    precision, error = chosen(model)
    grid = model.integers("auto")
    assert precision == ("int32" if name == "coarse" else "int16") == f"int{grid.bits}"
    p, q = joint_probabilities(model), joint_probabilities(target(grid))
    assert error <= INT16_ERROR
    assert total_variation(p, q) <= np.tanh(n_units * error / 2.0) < 0.01
    # Sixteen bits where they were not chosen break the promise.
    if name == "coarse":
        _, refused = chosen(model, "int16")
        assert refused > INT16_ERROR
        coarse = joint_probabilities(target(grid_of(model, "int16")))
        assert total_variation(p, coarse) > 1000.0 * total_variation(p, q)


FACTORS = [0.1, 1.0, 10.0, 30.0, 60.0, 100.0, 200.0]


def models_of_all_sizes():
    for factor in FACTORS:
        for seed in range(6):
            yield random_bernoulli(9, 6, seed=seed, scale=factor, bias=factor)


def test_auto_takes_16_bits_only_if_no_log_odds_is_wrong_by_more_than_the_bound():
    decisions, largest_rounding = [], []
    for model in models_of_all_sizes():
        precision, stated = chosen(model)
        assert stated == pytest.approx(log_odds_error(model, model.integers()), rel=1e-6, abs=1e-12)
        narrow = model.integers("int16")
        error = log_odds_error(model, narrow)
        assert precision == ("int16" if error <= INT16_ERROR else "int32")
        if precision == "int16":
            p, q = (1.0 / (1.0 + np.exp(-log_odds(m))) for m in (model, target(narrow)))
            assert np.abs(p - q).max() < INT16_ERROR / 4.0
        decisions.append(precision)
        rounding = np.abs(narrow.weights / narrow.scale - model.weights).max()
        largest_rounding.append(rounding)
    decided, rounding = np.array(decisions), np.array(largest_rounding)
    assert {"int16", "int32"} == set(decisions)
    # A bound on single weights instead of sums would have taken 16 bits for some of these.
    assert (rounding[decided == "int32"] <= INT16_ERROR).any()


def test_trained_weights_with_large_sums_get_32_bits():
    """As many units as an image has: a state is at hand in which 16 bits miss the bound."""
    rng = np.random.default_rng(0)
    w = rng.normal(0.0, 0.4, (784, 64))
    large = BernoulliRBM(w, rng.normal(-1.0, 1.0, 784), rng.normal(0.0, 1.0, 64))
    narrow = target(large.integers("int16"))
    worst = 0.0
    for j in range(64):
        change = narrow.weights[:, j] - large.weights[:, j].astype(np.float64)
        for v in (change > 0.0, change < 0.0):
            log_odds_of_both = [
                v @ m.weights.astype(float) + m.hidden_bias for m in (large, narrow)
            ]
            worst = max(worst, abs(np.subtract(*log_odds_of_both)[j]))
    assert worst > INT16_ERROR
    assert chosen(large)[0] == "int32"
    assert BlockGibbs(1).sample(large, 2).info["precision"] == "int32"
    small = BernoulliRBM(w[:64, :14], np.zeros(64), np.zeros(14))
    assert BlockGibbs(1).sample(small, 2).info["precision"] == "int16"


def test_16_bits_that_do_not_reach_are_an_error_that_names_the_argument():
    w = np.zeros((4, 3))
    w[2] = [1500.0, 1400.0, 0.0]
    model = BernoulliRBM(w, np.zeros(4), np.zeros(3))
    with pytest.raises(
        ValueError, match=r"precision: got 'int16', but weights: sums of weights re"
    ):
        BlockGibbs(1, precision="int16").sample(model, 2)
    assert BlockGibbs(1).sample(model, 2).info["precision"] == "int32"
    assert chosen(BernoulliRBM(w / 2.0, np.zeros(4), np.zeros(3)), "int16")[0] == "int16"


@pytest.mark.parametrize("asked", ["auto", "int16", "int32"])
@pytest.mark.parametrize("variable", ["auto", "int16", "int32"])
def test_the_environment_overrides_the_precision(monkeypatch, asked, variable):
    model = MODELS["coarse"]
    expected = BlockGibbs(9, precision=variable).sample(model, 500)
    monkeypatch.setenv("SCORERBM_PRECISION", variable)
    got = BlockGibbs(9, precision=asked).sample(model, 500)
    assert got.info["precision"] == {"auto": "int32"}.get(variable, variable)
    np.testing.assert_array_equal(got.visible, expected.visible)


def test_an_unknown_precision_in_the_environment_is_named(monkeypatch):
    monkeypatch.setenv("SCORERBM_PRECISION", "int8")
    with pytest.raises(ValueError, match="SCORERBM_PRECISION: got 'int8', expected one of"):
        BlockGibbs(1).sample(MODELS["tall"], 2)

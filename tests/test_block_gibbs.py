"""Block Gibbs chains whose units are clamped, that start from given states, and that go on."""

import numpy as np
import pytest
from scipy import stats

from helpers.gaussian import exact_parameters, random_gaussian
from helpers.models import (
    clamped_probabilities,
    joint_probabilities,
    random_bernoulli,
    states,
)
from helpers.statistics import ACCEPT, REJECT, bonferroni, chi_square_states, kolmogorov_smirnov
from scorerbm import BlockGibbs, Exact
from scorerbm.backends.protocol import GibbsResult
from scorerbm.backends.reference import ReferenceBackend
from scorerbm.rbm.chains import MOST_STEPS
from scorerbm.sample import chain_sampler

FREE = np.nan
MODEL = random_bernoulli(5, 3, seed=2)
CLAMPS = {
    "one": (random_bernoulli(3, 2, seed=1), [1, FREE, FREE]),
    "some": (random_bernoulli(5, 4, seed=2), [FREE, 0, FREE, 1, 1]),
    "unlikely": (random_bernoulli(2, 6, seed=3, scale=1.5), [FREE, 1]),
    "all": (random_bernoulli(3, 3, seed=4), [0, 1, 1]),
    "none": (random_bernoulli(3, 3, seed=4), [FREE, FREE, FREE]),
}


def joint(samples):
    return np.hstack([samples.visible, samples.hidden])


def same(a, b):
    return np.array_equal(a.visible, b.visible) and np.array_equal(a.hidden, b.hidden)


def clamped_p_value(model, clamp, n_samples=4000, n_sweeps=60):
    drawn = joint(BlockGibbs(n_sweeps).sample(model, n_samples, clamp=clamp))
    return chi_square_states(drawn, clamped_probabilities(model, clamp))


# -- clamped units --------------------------------------------------------------------------


@pytest.mark.parametrize("case", CLAMPS)
def test_free_units_follow_the_conditional(case):
    assert clamped_p_value(*CLAMPS[case]) > ACCEPT


class HeldAtTheStart(ReferenceBackend):
    """Clamped units start at their states and are free from then on."""

    def gibbs(self, *arguments, frozen=None, **options):
        return super().gibbs(*arguments, **options)


class HeldAtTheEnd(ReferenceBackend):
    """Clamped units are free until the last sweep is made, and then put back."""

    def gibbs(self, rbm, visible, *arguments, frozen=None, **options):
        drawn, hidden, mean = super().gibbs(rbm, visible, *arguments, **options)
        return GibbsResult(np.where(frozen, visible, drawn), hidden, mean)


class HeldInTheLastSweep(ReferenceBackend):
    """Clamped units are free, put back before the last sweep, and held in it alone."""

    def gibbs(self, rbm, visible, *arguments, first_sweep, n_sweeps, frozen=None, **options):
        at = {"first_sweep": first_sweep, "n_sweeps": n_sweeps - 1}
        drawn = super().gibbs(rbm, visible, *arguments, **at, **options).visible
        at = {"first_sweep": first_sweep + n_sweeps - 1, "n_sweeps": 1, "frozen": frozen}
        return super().gibbs(rbm, np.where(frozen, visible, drawn), *arguments, **at, **options)


class AllChainsHeldAlike(ReferenceBackend):
    """Every chain holds the units of the first."""

    def gibbs(self, *arguments, frozen=None, **options):
        return super().gibbs(*arguments, frozen=np.atleast_2d(frozen)[0], **options)


@pytest.mark.parametrize("wrong", [HeldAtTheStart, HeldAtTheEnd, HeldInTheLastSweep])
def test_units_clamped_at_the_wrong_time_are_rejected(wrong, monkeypatch):
    monkeypatch.setattr("scorerbm.sample.base.get_backend", lambda name: wrong())
    model, clamp = CLAMPS["unlikely"]
    assert clamped_p_value(model, clamp, n_samples=20000) < REJECT


@pytest.mark.parametrize("wrong", [None, AllChainsHeldAlike])
def test_each_chain_has_its_own_clamped_units(wrong, monkeypatch):
    if wrong is not None:
        monkeypatch.setattr("scorerbm.sample.base.get_backend", lambda name: wrong())
    n = 2000
    clamps = [[FREE, 0, 1, FREE, FREE], [1, 1, FREE, 0, FREE], [FREE, 1, 1, FREE, FREE]]
    drawn = joint(BlockGibbs(60).sample(MODEL, 3 * n, clamp=np.repeat(clamps, n, axis=0)))
    p_value = bonferroni(
        chi_square_states(drawn[i * n : (i + 1) * n], clamped_probabilities(MODEL, clamp))
        for i, clamp in enumerate(clamps)
    )
    assert p_value > ACCEPT if wrong is None else p_value < REJECT


def test_clamped_units_hold_in_every_state():
    clamp = np.where(np.arange(53)[:, None] % 3 == np.arange(5) % 3, FREE, [0, 1, 1, 0, 1])
    draws = BlockGibbs(20, collect_every=1).sample(MODEL, 53, clamp=clamp).draws
    held = ~np.isnan(clamp)
    assert (draws.visible[:, held] == clamp[held]).all()
    for i in range(5):
        assert len(np.unique(draws.visible[:, ~held[:, i], i])) == 2


def test_ways_to_say_which_units_are_free():
    clamp = np.array([FREE, 0, FREE, 1, 1])
    masked = np.ma.MaskedArray([1, 0, 9, 1, 1], mask=[True, False, True, False, False])
    sampler = BlockGibbs(9)
    expected = sampler.sample(MODEL, 11, clamp=clamp)
    assert expected.info["n_clamped"] == 33
    nan_under_no_mask = np.ma.MaskedArray([FREE, 0, 9, 1, 1], mask=[False, False, True, 0, 0])
    for other in (clamp.tolist(), masked, np.tile(clamp, (11, 1)), nan_under_no_mask):
        assert same(sampler.sample(MODEL, 11, clamp=other), expected)
    nothing = sampler.sample(MODEL, 11)
    assert "n_clamped" not in nothing.info
    for free in ([FREE] * 5, np.ma.masked_all(5, dtype=np.uint8)):
        assert same(sampler.sample(MODEL, 11, clamp=free), nothing)
    whole = sampler.sample(MODEL, 11, clamp=np.array([True, False, True, False, True]))
    assert (whole.visible == [1, 0, 1, 0, 1]).all()


def test_gaussian_units_are_clamped_to_real_numbers():
    """p(v_0 | v_1) is a mixture of Gaussians over h."""
    model, clamp = random_gaussian(2, 3, seed=3), [FREE, 2.0]
    drawn = BlockGibbs(60).sample(model, 4000, clamp=clamp).visible
    assert (drawn[:, 1] == 2.0).all()
    w, b, c, s = exact_parameters(model)
    h = states(3)
    mean = b + h @ w.T

    def p_value(held):
        log_weight = h @ c + 0.5 * ((mean**2 - b**2) / s**2).sum(axis=1)
        log_weight -= 0.5 * ((held - mean[:, 1]) / s[1]) ** 2
        p = np.exp(log_weight - log_weight.max())
        return kolmogorov_smirnov(
            drawn[:, 0],
            lambda v: stats.norm.cdf((v[:, None] - mean[:, 0]) / s[0]) @ (p / p.sum()),
        )

    assert p_value(2.0) > ACCEPT
    assert p_value(-2.0) < REJECT


# -- where chains start ---------------------------------------------------------------------


def after_one_sweep(model, v):
    """p(v', h | v) of one h-then-v sweep from the state v."""
    p = joint_probabilities(model).reshape(1 << model.n_hidden, -1)
    number = int(v @ (1 << np.arange(model.n_visible)))
    of_hidden = p[:, number] / p[:, number].sum()
    return (of_hidden[:, None] * p / p.sum(axis=1, keepdims=True)).ravel()


def test_chains_start_from_given_states():
    v, n = np.array([1, 0, 0, 1, 1]), 5000
    expected = after_one_sweep(MODEL, v)
    for init in (v, np.tile(v, (n, 1))):
        drawn = joint(BlockGibbs(1).sample(MODEL, n, init=init))
        assert chi_square_states(drawn, expected) > ACCEPT
    for other in (None, 1 - v):
        assert (
            chi_square_states(joint(BlockGibbs(1).sample(MODEL, n, init=other)), expected) < REJECT
        )


def test_exact_samples_stay_exact():
    """Stationarity: one sweep from the distribution itself, against one from anywhere."""
    model, n = random_bernoulli(2, 6, seed=3, scale=1.5), 20000
    start = Exact().sample(model, n, seed=5)
    gone_on = BlockGibbs(1).sample(model, n, init=start)
    assert (gone_on.info["seed"], gone_on.info["sweep"]) == (5, 1)
    assert chi_square_states(joint(gone_on), joint_probabilities(model)) > ACCEPT
    fresh = BlockGibbs(1).sample(model, n, seed=5)
    assert chi_square_states(joint(fresh), joint_probabilities(model)) < REJECT


# -- chains that go on ----------------------------------------------------------------------


@pytest.mark.parametrize("clamp", [None, [FREE, 0, FREE, 1, FREE]], ids=["free", "clamped"])
@pytest.mark.parametrize("parts", [(50, 50), (1, 99), (33, 7, 60)], ids=str)
def test_fifty_sweeps_and_fifty_more_are_a_hundred(parts, clamp):
    """Bit for bit, wherever the parts are computed, and with all states that were to be kept."""
    options = {"collect_every": 7, "burn_in": 3}
    whole = BlockGibbs(100, **options).sample(MODEL, 53, seed=9, first_chain=4, clamp=clamp)
    samples, seen = None, []
    where = ({"n_threads": 2}, {"backend": "reference"}, {"n_threads": 1})
    for n, choice in zip(parts, where, strict=False):
        keep = options if n > 10 else {}
        start = {"seed": 9, "first_chain": 4} if samples is None else {"init": samples}
        samples = BlockGibbs(n, **keep, **choice).sample(MODEL, 53, clamp=clamp, **start)
        if keep:
            seen.append(samples.draws)
    assert same(samples, whole)
    assert samples.info["sweep"] == whole.info["sweep"] == 100
    assert (samples.info["seed"], samples.info["first_chain"]) == (9, 4)
    if min(parts) > 10 or sum(parts[1:]) == 99:
        for name in ("sweeps", "visible", "hidden"):
            pieces = np.concatenate([getattr(x, name) for x in seen])
            assert np.array_equal(pieces[-len(seen[-1]) :], getattr(seen[-1], name))
            expected = getattr(whole.draws, name)
            assert np.array_equal(pieces, expected[len(expected) - len(pieces) :])


def test_going_on_is_not_starting_again():
    first = BlockGibbs(50).sample(MODEL, 200, seed=1)
    on = BlockGibbs(50).sample(MODEL, 200, init=first)
    again = BlockGibbs(50).sample(MODEL, 200, seed=1, init=first.visible)
    other = BlockGibbs(50).sample(MODEL, 200, seed=2, init=first)
    assert (again.info["sweep"], other.info["sweep"], other.info["seed"]) == (50, 100, 2)
    for a, b in ((on, again), (on, other), (again, other), (on, first)):
        assert (a.visible == b.visible).all(axis=1).mean() < 0.5


def test_clamped_and_started_chains_may_be_split_anywhere():
    rng = np.random.default_rng(0)
    clamp = np.where(rng.random((53, 5)) < 0.5, FREE, rng.integers(0, 2, (53, 5)))
    init = rng.integers(0, 2, (53, 5))
    sampler = BlockGibbs(7, collect_every=3)
    whole = sampler.sample(MODEL, 53, seed=3, clamp=clamp, init=init)
    for cut in (1, 20, 52):
        pieces = [
            sampler.sample(MODEL, len(init[part]), seed=3, first_chain=first, clamp=clamp[part],
                           init=init[part])
            for first, part in ((0, slice(cut)), (cut, slice(cut, None)))
        ]  # fmt: skip
        assert np.array_equal(np.vstack([p.visible for p in pieces]), whole.visible)
        kept = np.concatenate([p.draws.visible for p in pieces], axis=1)
        assert np.array_equal(kept, whole.draws.visible)


def test_threads_backend_and_looking_up_do_not_change_clamped_chains(monkeypatch):
    clamp = [FREE, 0, FREE, 1, FREE]
    expected = BlockGibbs(7, n_threads=1).sample(MODEL, 33, clamp=clamp)
    for options in ({"n_threads": 2}, {"n_threads": 7}, {"backend": "reference"}):
        assert same(BlockGibbs(7, **options).sample(MODEL, 33, clamp=clamp), expected)
    monkeypatch.setattr(chain_sampler, "_WORK_AT_ONCE", 2 * MODEL.weights.size * 33 * 3)
    assert same(BlockGibbs(7).sample(MODEL, 33, clamp=clamp), expected)


def test_arguments_are_left_as_they_were():
    init, clamp = np.zeros((9, 5), np.uint8), np.full((9, 5), FREE)
    clamp[:, 2] = 1.0
    former = BlockGibbs(3).sample(MODEL, 9)
    before = former.visible.copy(), dict(former.info)
    BlockGibbs(3).sample(MODEL, 9, init=init, clamp=clamp)
    BlockGibbs(3).sample(MODEL, 9, init=former, clamp=clamp)
    assert not init.any()
    assert np.isnan(clamp).sum() == 36
    assert np.array_equal(former.visible, before[0])
    assert former.info == before[1]


# -- bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"clamp": [FREE, -1, 0, 1, 1]},
            ValueError,
            r"clamp: got -1 at index \(1,\), expected 0, 1, or NaN for a unit that is free",
        ),
        ({"clamp": [FREE, np.inf, 0, 1, 1]}, ValueError, r"clamp: got inf at index \(1,\)"),
        ({"clamp": [1, 0]}, ValueError, r"clamp: got shape \(2,\), expected \(5\) or \(3, 5\)"),
        ({"clamp": np.ones((2, 5))}, ValueError, r"clamp: got shape \(2, 5\)"),
        ({"clamp": [None] * 5}, TypeError, "clamp: got dtype object, expected real numbers"),
        ({"clamp": "upper half"}, TypeError, "clamp: got dtype <U10, expected real numbers"),
        ({"init": [2, 0, 0, 0, 0]}, ValueError, r"init: got 2 at index \(0,\), expected only 0"),
        ({"init": np.zeros((4, 5))}, ValueError, r"init: got shape \(4, 5\), expected \(3, 5\)"),
        ({"init": "last"}, TypeError, "init: got dtype <U4, expected real numbers"),
        ({"seed": -1}, ValueError, "seed: got -1, expected at least 0"),
        ({"first_chain": 0.5}, TypeError, r"first_chain: got float 0\.5, expected an integer"),
    ],
)
def test_bad_calls(arguments, error, message):
    with pytest.raises(error, match=message):
        BlockGibbs(5).sample(MODEL, 3, **arguments)


def test_sample_sets_that_do_not_fit():
    former = BlockGibbs(5).sample(MODEL, 4)
    with pytest.raises(ValueError, match=r"init: got shape \(4, 5\), expected \(3, 5\) or \(5\)"):
        BlockGibbs(5).sample(MODEL, 3, init=former)
    with pytest.raises(ValueError, match=r"init: got shape \(4, 5\), expected \(4, 6\) or \(6\)"):
        BlockGibbs(5).sample(random_bernoulli(6, 2), 4, init=former)
    former.info["sweep"] = MOST_STEPS - 4
    with pytest.raises(ValueError, match="n_sweeps: got 5, expected at most 4 after the 42949"):
        BlockGibbs(5).sample(MODEL, 4, init=former)
    assert BlockGibbs(4).sample(MODEL, 4, init=former).info["sweep"] == MOST_STEPS
    former.info["sweep"] = "many"
    with pytest.raises(TypeError, match=r"init\.info\['sweep'\]: got str 'many', expected an int"):
        BlockGibbs(5).sample(MODEL, 4, init=former)

"""What every sampler promises: reproducible samples, honest reports, named errors."""

import inspect

import numpy as np
import pytest

from helpers.gaussian import random_gaussian
from helpers.models import random_bernoulli
from scorerbm import (
    BlockGibbs,
    CosineSchedule,
    Exact,
    ExactDenoiser,
    GibbsDenoiser,
    GumbelDenoiser,
    LinearSchedule,
    LiteralScore,
    MeanFieldDenoiser,
    ParallelTempering,
    ProbabilityFlow,
    ReverseSDE,
    SampleSet,
    SNRSchedule,
)
from scorerbm.backends.reference import ReferenceBackend
from scorerbm.rbm.grid import INT16_ERROR
from scorerbm.sample import chain_sampler, replicas
from scorerbm.sample.time_grid import time_grid

MODEL = random_bernoulli(5, 3, seed=2, data_mean=True)
BETAS = (0.0, 0.4, 1.0)
SAMPLERS = {
    "gibbs": (BlockGibbs, {"n_sweeps": 5}),
    "exact": (Exact, {}),
    "tempering": (ParallelTempering, {"n_sweeps": 5, "betas": BETAS}),
    "tempering data": (
        ParallelTempering,
        {"n_sweeps": 5, "betas": "geometric", "n_replicas": 4, "reference": "data"},
    ),
    "tempering many": (
        ParallelTempering,
        {"n_sweeps": 5, "betas": BETAS, "swap_every": 2, "samples_per_ladder": 4, "thin": 3},
    ),
    "reverse": (ReverseSDE, {"n_steps": 12}),
    "reverse gumbel": (ReverseSDE, {"n_steps": 4, "denoiser": GumbelDenoiser()}),
    "flow": (ProbabilityFlow, {"n_steps": 8}),
    "flow exact": (ProbabilityFlow, {"n_steps": 8, "denoiser": ExactDenoiser()}),
}


@pytest.fixture(params=SAMPLERS)
def make(request):
    kind, options = SAMPLERS[request.param]
    return lambda **more: kind(**(options | more))


def same(a, b):
    return np.array_equal(a.visible, b.visible) and np.array_equal(a.hidden, b.hidden)


# -- reproducible ---------------------------------------------------------------------------


def test_threads_backend_and_precision_do_not_change_samples(make):
    expected = make(n_threads=1).sample(MODEL, 53, seed=3)
    for options in ({"n_threads": 2}, {"n_threads": 7}, {"backend": "reference"}, {}):
        assert same(make(**options).sample(MODEL, 53, seed=3), expected)


@pytest.mark.parametrize("parts", [(1, 52), (20, 13, 20), (52, 1)], ids=str)
def test_batches_may_be_split_anywhere(make, parts):
    whole = make().sample(MODEL, 53, seed=3, first_chain=10)
    first, pieces = 10, []
    for n in parts:
        pieces.append(make().sample(MODEL, n, seed=3, first_chain=first))
        first += n
    assert np.array_equal(np.vstack([p.visible for p in pieces]), whole.visible)
    assert np.array_equal(np.vstack([p.hidden for p in pieces]), whole.hidden)


def test_the_last_chains_have_numbers_too(make):
    if isinstance(make(), ParallelTempering):
        return  # its replicas have numbers, and there are several a chain
    samples = make().sample(MODEL, 4, first_chain=2**32 - 4)
    assert len(samples) == 4


@pytest.mark.parametrize("per_ladder", [1, 4])
def test_the_last_replicas_have_numbers_too(per_ladder):
    sampler = ParallelTempering(2, BETAS, samples_per_ladder=per_ladder)
    n = 2**32 // 3 * per_ladder  # ladders of three replicas
    if n < 2**32:
        assert len(sampler.sample(MODEL, 4, first_chain=n - 4)) == 4
        with pytest.raises(ValueError, match="first_chain: got ladders up to number 1431655765"):
            sampler.sample(MODEL, 4, first_chain=n - 3)
    else:
        assert len(sampler.sample(MODEL, 4, first_chain=2**32 - 4)) == 4


def test_of_one_ladder_several_samples_are_taken():
    """Those of a longer run of the same ladder, which their number selects."""
    options = {"betas": BETAS, "samples_per_ladder": 3, "thin": 4}
    three = ParallelTempering(5, **options).sample(MODEL, 6, seed=2)
    for i, n_sweeps in enumerate((5, 9, 13)):
        one = ParallelTempering(n_sweeps, BETAS).sample(MODEL, 2, seed=2)
        assert np.array_equal(three.visible[i::3], one.visible)
        assert np.array_equal(three.hidden[i::3], one.hidden)
    assert three.info["n_ladders"] == 2
    assert three.info["replica_sweeps"] == 13
    assert three.info["n_sweeps"] == 13  # three replicas for three samples
    some = ParallelTempering(5, **options).sample(MODEL, 1, seed=2, first_chain=4)
    assert np.array_equal(some.visible, three.visible[4:5])
    assert some.info["replica_sweeps"] == 9  # no more than that sample needs


def test_seeds_and_chains_differ(make):
    samples = [make().sample(MODEL, 200, seed=s) for s in (0, 1, 2**40)]
    samples.append(make().sample(MODEL, 200, seed=0, first_chain=200))
    for i, a in enumerate(samples):
        assert len(np.unique(a.visible, axis=0)) > 8
        for b in samples[:i]:
            # Equal rows by chance: far fewer than all.
            assert (a.visible == b.visible).all(axis=1).mean() < 0.5


VARYING = (
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "logaddexp", "power", "cbrt"),
    *("sin", "cos", "tan", "arccos", "arcsin", "arctan", "arctan2", "sinh", "cosh", "tanh"),
)


@pytest.mark.parametrize(
    "make",
    [
        lambda: BlockGibbs(5),
        lambda: ParallelTempering(5, reference="data"),
        lambda: ParallelTempering(5, "geometric"),
        Exact,
        lambda: ReverseSDE(5),
        lambda: ReverseSDE(5, SNRSchedule(), GumbelDenoiser()),
        lambda: ReverseSDE(5, LinearSchedule(0.0, 10.0), ExactDenoiser()),
        lambda: ReverseSDE(5, CosineSchedule()),
        lambda: ProbabilityFlow(5),
        lambda: ProbabilityFlow(5, CosineSchedule(), spacing="log_snr"),
    ],
)
def test_no_function_whose_last_digit_varies_is_used(make, monkeypatch):
    """NumPy's exp and its like depend on the CPU."""

    def varies(*arguments, **options):
        raise AssertionError

    model = random_bernoulli(5, 3, seed=2, data_mean=True)
    users = SNRSchedule(function=lambda t: 100.0 * np.exp(-9.0 * t))
    for function in VARYING:
        monkeypatch.setattr(np, function, varies)
    assert len(make().sample(model, 3)) == 3
    with pytest.raises(AssertionError):  # the user's own function is the user's affair
        ReverseSDE(5, users).sample(model, 3)


class Recorder(ReferenceBackend):
    """Notes how many threads each operation is offered."""

    def __init__(self):
        self.offered = []

    def __getattribute__(self, name):
        value = super().__getattribute__(name)
        if name.startswith("_") or not callable(value):
            return value
        signature = inspect.signature(value)

        def recorded(*arguments, **named):
            given = signature.bind(*arguments, **named).arguments
            if "n_threads" in signature.parameters:
                self.offered.append(given.get("n_threads"))
            return value(*arguments, **named)

        return recorded


@pytest.mark.parametrize(
    "denoiser",
    [ExactDenoiser(), GibbsDenoiser(), GumbelDenoiser(), LiteralScore(), MeanFieldDenoiser()],
    ids=lambda x: type(x).__name__,
)
def test_all_work_is_done_where_and_on_as_many_threads_as_asked(denoiser, monkeypatch):
    recorder = Recorder()
    monkeypatch.setattr("scorerbm.sample.base.get_backend", lambda name: recorder)
    ReverseSDE(3, denoiser=denoiser, n_threads=2).sample(MODEL, 4)
    assert set(recorder.offered) == {2}
    recorder.offered.clear()
    MODEL.hidden_probability(np.zeros(5))  # outside a sampler, a model works where it did before
    assert not recorder.offered


def test_a_sampler_may_be_used_again(make):
    sampler = make()
    assert same(sampler.sample(MODEL, 9), sampler.sample(MODEL, 9))


def test_how_often_gibbs_looks_up_does_not_matter(monkeypatch):
    expected = BlockGibbs(7).sample(MODEL, 11)
    monkeypatch.setattr(chain_sampler, "_WORK_AT_ONCE", 2 * MODEL.weights.size * 11 * 3)
    assert chain_sampler.sweeps_at_once(MODEL, 11) == 3
    assert same(BlockGibbs(7).sample(MODEL, 11), expected)


def test_how_often_tempering_looks_up_does_not_matter(monkeypatch):
    sampler = ParallelTempering(20, BETAS, swap_every=3, samples_per_ladder=2, thin=5)
    expected = sampler.sample(MODEL, 11)
    monkeypatch.setattr(replicas, "_WORK_AT_ONCE", 1)
    pieces = sampler.sample(MODEL, 11)
    assert same(pieces, expected)
    timing = {"seconds"}
    for name in expected.info.keys() - timing:
        assert pieces.info[name] == expected.info[name]


# -- reports --------------------------------------------------------------------------------


def test_samples_and_what_is_said_of_them(make):
    samples = make().sample(MODEL, 6, seed=4, first_chain=3)
    assert isinstance(samples, SampleSet)
    assert samples.visible.shape == (6, 5)
    assert samples.hidden.shape == (6, 3)
    assert samples.visible.dtype == samples.hidden.dtype == np.uint8
    assert samples.trajectory is None
    info = samples.info
    assert info["sampler"] == type(make()).__name__
    assert (info["seed"], info["first_chain"]) == (4, 3)
    assert info["backend"] in ("native", "reference", "numba")
    assert info["seconds"] > 0.0
    exact = isinstance(make(), Exact)
    assert info["precision"] == ("float64" if exact else "int16")
    assert (info["log_odds_error"] == 0.0) == exact
    assert info["log_odds_error"] <= INT16_ERROR
    assert exact or info["kernel"]


def test_sample_sets_are_shown_in_one_line_and_compared_by_identity():
    a, b = (BlockGibbs(2).sample(MODEL, 500, seed=7) for _ in range(2))
    expected = "SampleSet(visible=(500, 5), hidden=(500, 3), sampler='BlockGibbs', seed=7)"
    assert repr(a) == expected
    assert a == a
    assert a != b


@pytest.mark.parametrize(
    ("denoiser", "sweeps"),
    [
        (GibbsDenoiser(2, n_final_sweeps=3), 10 * 2 + 3),
        (GumbelDenoiser(0.1, 2, 4), 11 * 8),
        (MeanFieldDenoiser(3), 11 * 3),
        (LiteralScore(0.1, 2), 11),
        (LiteralScore(0.1, 2, "monte_carlo"), 11 * 2),
        (ExactDenoiser(), 11 * 8),
    ],
    ids=lambda x: type(x).__name__,
)
def test_sweeps_are_counted(denoiser, sweeps):
    """Ten steps and the final draw, each so many passes through the model."""
    info = ReverseSDE(10, denoiser=denoiser).sample(MODEL, 3).info
    assert info["n_steps"] == 10
    assert info["n_sweeps"] == sweeps


@pytest.mark.parametrize("kind", [ReverseSDE, ProbabilityFlow])
def test_trajectories(kind):
    full = kind(10, keep_every=1).sample(MODEL, 4).trajectory
    assert full.states.shape == (11, 4, 5)
    assert full.times[0] == 1.0
    assert full.times[-1] == 1e-3
    assert (np.diff(full.times) < 0.0).all()
    some = kind(10, keep_every=4).sample(MODEL, 4).trajectory
    assert np.array_equal(some.times, full.times[[0, 4, 8, 10]])
    assert np.array_equal(some.states, full.states[[0, 4, 8, 10]])
    # What is kept does not change what is drawn.
    assert same(kind(10, keep_every=1).sample(MODEL, 4), kind(10).sample(MODEL, 4))
    # At the end each coordinate is nearest the bit it is drawn as.
    long = kind(200, keep_every=200).sample(MODEL, 50)
    assert np.array_equal(long.trajectory.states[-1] > 0.5, long.visible)


@pytest.mark.parametrize("schedule", [LinearSchedule(), CosineSchedule()])
def test_time_grids(schedule):
    for spacing, function in (("time", lambda t: t), ("log_snr", schedule.log_snr)):
        times = time_grid(schedule, 20, 1e-3, spacing)
        assert (times[0], times[-1], len(times)) == (1.0, 1e-3, 21)
        steps = np.diff(function(times))
        assert np.allclose(steps, steps[0], rtol=1e-6)


# -- bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: BlockGibbs(0), "n_sweeps: got 0, expected at least 1"),
        (lambda: BlockGibbs(2**32), "n_sweeps: got 4294967296, expected at most 4294967295"),
        (lambda: ReverseSDE(2**32), "n_steps: got 4294967296, expected at most 4294967295"),
        (lambda: ParallelTempering(0), "n_sweeps: got 0, expected at least 1"),
        (lambda: ParallelTempering(betas="linear"), "betas: got 'linear', expected one of"),
        (lambda: ParallelTempering(betas=[1.0]), "betas: got 1 numbers, expected from 2 to 65536"),
        (lambda: ParallelTempering(betas=[[0.0, 1.0]]), r"betas: got shape \(1, 2\)"),
        (lambda: ParallelTempering(betas=[0.0, 0.9]), r"betas: got \[0\.0, 0\.9\], expected incr"),
        (
            lambda: ParallelTempering(betas=[-0.1, 1.0]),
            r"betas: got \[-0\.1, 1\.0\], expected incr",
        ),
        (lambda: ParallelTempering(betas=[0.5, 0.5, 1.0]), r"betas: got \[0\.5, 0\.5, 1\.0\]"),
        (lambda: ParallelTempering(betas=[0.0, np.nan, 1.0]), "betas: got nan at index"),
        (lambda: ParallelTempering(betas=[0, 1], n_replicas=2), "n_replicas: got 2 beside betas"),
        (lambda: ParallelTempering(n_replicas=1), "n_replicas: got 1, expected at least 2"),
        (lambda: ParallelTempering(first_beta=0.0), r"first_beta: got 0\.0, expected more than 0"),
        (lambda: ParallelTempering(first_beta=1.0), r"first_beta: got 1\.0, expected less than 1"),
        (
            lambda: ParallelTempering(target_acceptance=1.0),
            "target_acceptance: got 1.0, expected l",
        ),
        (lambda: ParallelTempering(swap_every=0), "swap_every: got 0, expected at least 1"),
        (lambda: ParallelTempering(reference="b"), "reference: got 'b', expected one of"),
        (lambda: ParallelTempering(samples_per_ladder=0), "samples_per_ladder: got 0, expected at"),
        (lambda: ParallelTempering(thin=0), "thin: got 0, expected at least 1"),
        (
            lambda: ParallelTempering(samples_per_ladder=2**20, thin=2**20),
            "n_sweeps: got 109951.* with those between samples, expected at most 4294967295",
        ),
        (lambda: Exact(0), "max_units: got 0, expected at least 1"),
        (lambda: ReverseSDE(0), "n_steps: got 0, expected at least 1"),
        (lambda: ReverseSDE(spacing="cubic"), "spacing: got 'cubic', expected one of"),
        (lambda: ReverseSDE(last_time=0.0), r"last_time: got 0\.0, expected more than 0"),
        (lambda: ReverseSDE(last_time=1.0), r"last_time: got 1\.0, expected less than 1"),
        (lambda: ReverseSDE(keep_every=0), "keep_every: got 0, expected at least 1"),
        (lambda: ProbabilityFlow(-3), "n_steps: got -3, expected at least 1"),
    ],
)
def test_bad_options(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_threads": 0}, ValueError, "n_threads: got 0, expected at least 1"),
        ({"n_threads": 1.5}, TypeError, r"n_threads: got float 1\.5, expected an integer"),
        ({"backend": "gpu"}, ValueError, "backend: got 'gpu', expected one of"),
        ({"precision": "int8"}, ValueError, "precision: got 'int8', expected one of"),
    ],
)
def test_bad_common_options(make, options, error, message):
    with pytest.raises(error, match=message):
        make(**options)


@pytest.mark.parametrize("kind", [ReverseSDE, ProbabilityFlow])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_steps": "many"}, "n_steps: got str 'many', expected an integer"),
        ({"schedule": 0.5}, r"schedule: got 0\.5, expected a Schedule"),
        ({"denoiser": "gibbs"}, "denoiser: got 'gibbs', expected a Denoiser"),
        ({"last_time": None}, "last_time: got NoneType None, expected a number"),
    ],
)
def test_options_of_the_wrong_type(kind, options, message):
    with pytest.raises(TypeError, match=message):
        kind(**options)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"model": "rbm"}, TypeError, "model: got str, expected an RBM"),
        ({"n_samples": 0}, ValueError, "n_samples: got 0, expected at least 1"),
        ({"n_samples": 2.0}, TypeError, r"n_samples: got float 2\.0, expected an integer"),
        ({"seed": -1}, ValueError, "seed: got -1, expected at least 0"),
        ({"seed": "x"}, TypeError, "seed: got str 'x', expected an integer"),
        ({"first_chain": -1}, ValueError, "first_chain: got -1, expected at least 0"),
        ({"first_chain": 2**32 - 1}, ValueError, "n_samples: got 2, expected at most 1"),
    ],
)
def test_bad_calls(make, change, error, message):
    with pytest.raises(error, match=message):
        make().sample(**({"model": MODEL, "n_samples": 2} | change))


def test_models_that_cannot_be_tempered():
    tempering = ParallelTempering(2, BETAS)
    uniform = ParallelTempering(2, BETAS, reference="uniform")
    with pytest.raises(ValueError, match=r"reference: got 'uniform', expected one of \['data'\]"):
        uniform.sample(random_gaussian(2, 3), 2)
    tilted = MODEL.tilt(np.zeros((2, 5)), 1.0, 1.0)
    with pytest.raises(
        ValueError, match=r"model: got visible_bias of shape \(2, 5\), expected one"
    ):
        tempering.sample(tilted, 2)
    unknown = random_bernoulli(5, 3)
    with pytest.raises(ValueError, match="reference: got 'data' for a model without data_mean"):
        ParallelTempering(2, BETAS, reference="data").sample(unknown, 2)
    with pytest.raises(ValueError, match="precision: got 'int16', but weights: sums of weights"):
        ParallelTempering(2, BETAS, precision="int16").sample(random_bernoulli(9, 9, scale=2e3), 2)


def test_too_many_units_to_enumerate():
    with pytest.raises(ValueError, match=r"Exact: got a model of 3 units.*max_units=2"):
        Exact(2).sample(MODEL, 1)


def test_the_smaller_layer_is_enumerated():
    wide = random_bernoulli(3, 30)
    for model, n_states in ((MODEL, 8), (wide, 8), (random_bernoulli(30, 2), 4)):
        samples = Exact(3).sample(model, 5)
        assert samples.info["n_states"] == n_states
        assert samples.hidden.shape == (5, model.n_hidden)


@pytest.mark.parametrize(("stop", "n_steps"), [(1e3, 50), (1e10, 300)])
def test_steps_too_long_for_the_schedule_are_said(stop, n_steps):
    """Also where the state would overflow before the end."""
    message = f"n_steps: got {n_steps}, too few for LinearSchedule.*in time: the state grew to"
    with pytest.raises(ValueError, match=message):
        ReverseSDE(n_steps, LinearSchedule(0.1, stop)).sample(MODEL, 3)
    assert len(ReverseSDE(2000, LinearSchedule(0.1, 1e3)).sample(MODEL, 3)) == 3


def test_signal_to_noise_ratios_beyond_the_range_of_numbers_are_said():
    message = r"schedule: ln γ goes from -[\d.]+e\+04 to .*, expected -700 to 700"
    with pytest.raises(ValueError, match=message):
        ReverseSDE(10, LinearSchedule(0.1, 1e5), spacing="log_snr").sample(MODEL, 3)


def test_samplers_are_values():
    assert ReverseSDE(10) == ReverseSDE(10, LinearSchedule(0.1, 20.0))
    assert BlockGibbs(3) != BlockGibbs(4)
    assert ParallelTempering(betas=np.array([0, 1])) == ParallelTempering(betas=[0.0, 1.0])
    with pytest.raises(AttributeError):
        BlockGibbs().n_sweeps = 3
    with pytest.raises(TypeError):
        BlockGibbs(3, 4)

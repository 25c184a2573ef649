"""The C interface: the same bits as in Python, codes for what is wrong, and threads."""

from __future__ import annotations

import ctypes
import re
from concurrent.futures import ThreadPoolExecutor
from ctypes import byref
from pathlib import Path

import numpy as np
import pytest

import scorerbm as sr
from helpers import c_api
from helpers.c_api import Key, Literal, Model, RefusedError, Schedule, Stages, Stream, Sweeps
from helpers.models import random_bernoulli
from scorerbm._seed import derive_key
from scorerbm.backends import get_backend
from scorerbm.backends.protocol import Domain
from scorerbm.backends.reference.philox import philox
from scorerbm.gumbel import expectation_table
from scorerbm.rbm import Chains as PythonChains

HEADER = Path(sr.get_include()) / "scorerbm.h"


@pytest.fixture(scope="module")
def model():
    plain = random_bernoulli(70, 40, scale=0.3)
    mean = np.linspace(0.1, 0.9, 70)
    return sr.BernoulliRBM(plain.weights, plain.visible_bias, plain.hidden_bias, data_mean=mean)


def as_key(words):
    return Key(*words)


# -- the table --------------------------------------------------------------------------------


def test_the_table_says_its_version_and_its_size():
    table = c_api.table()
    assert table.abi_version == 1
    assert table.size == ctypes.sizeof(c_api.Table)


def test_the_table_of_the_tests_is_that_of_the_header():
    struct = (
        HEADER.read_text().split("typedef struct scorerbm_api {")[1].split("} scorerbm_api;")[0]
    )
    assert re.findall(r"\(\*(\w+)\)\(", struct) == list(c_api.SIGNATURES)


def test_the_declarations_for_cython_are_those_of_the_header():
    declared = (Path(sr.__file__).parent / "__init__.pxd").read_text()
    struct = declared.split('ctypedef struct Api "scorerbm_api":')[1].split("cdef extern")[0]
    assert re.findall(r"\(\*(\w+)\)\(", struct) == list(c_api.SIGNATURES)


# -- random numbers ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 7, 2**31 + 5, 2**32, 2**64 - 1])
@pytest.mark.parametrize("purpose", ["", "a", "sweeps", "posterior chains", "Größe"])
def test_keys_are_those_of_the_samplers(seed, purpose):
    key = c_api.derive_key(seed, purpose)
    assert (key.low, key.high) == derive_key(seed, *([purpose] if purpose else []))


def test_philox_gives_the_known_answer_of_random123():
    counter = (ctypes.c_uint32 * 4)(0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344)
    words = (ctypes.c_uint32 * 4)()
    function = ctypes.CFUNCTYPE(None, ctypes.c_void_p, Key, ctypes.c_void_p)(c_api.table().philox)
    function(counter, Key(0xA4093822, 0x299F31D0), words)
    assert list(words) == [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]


@pytest.mark.parametrize("width", [1, 5, 130])
@pytest.mark.parametrize("ids", [None, np.array([3, 2**32 - 1, 9], np.uint32)])
def test_numbers_are_those_of_the_backend(width, ids):
    native, key = get_backend("native"), (11, 22)
    chains = np.arange(5, 8, dtype=np.uint32) if ids is None else ids
    for name, kind, dtype in (
        ("uniform", Domain.UNIFORM, np.float64),
        ("normal", Domain.NORMAL, np.float32),
        ("logistic", Domain.LOGISTIC_HIDDEN, np.float32),
    ):
        out = np.empty((3, width), dtype)
        stream = Stream(as_key(key), 4, kind | 6 << 8, 3, c_api.address(ids), 5)
        c_api.call(name, byref(stream), width, c_api.address(out))
        expected = getattr(native, name)(chains, width, key, step=4, domain=kind | 6 << 8)
        np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize(("first", "count"), [(0, 1), (3, 7), (2**32 - 100, 100)])
def test_words_are_those_of_the_reference(first, count):
    out = np.empty((4, count, 4), np.uint32)
    stream = Stream(Key(1, 2), 3, 4, 4, None, 2**32 - 4)
    c_api.call("words", byref(stream), first, count, c_api.address(out))
    blocks = np.arange(first, first + count, dtype=np.uint64)
    chains = np.arange(2**32 - 4, 2**32, dtype=np.uint64)[:, None]
    np.testing.assert_array_equal(out, np.stack(philox(blocks, chains, 3, 4, (1, 2)), axis=-1))


# -- models ------------------------------------------------------------------------------------


@pytest.mark.parametrize("precision", ["auto", "int16", "int32"])
@pytest.mark.parametrize("scale", [0.01, 0.3, 2.0, 30.0])
def test_the_grid_is_that_of_the_samplers(precision, scale):
    rng = np.random.default_rng(5)
    weights = scale * rng.standard_normal((60, 90))
    model = sr.BernoulliRBM(weights, 50.0 * rng.standard_normal(60), rng.standard_normal(90))
    wanted = {"auto": 0, "int16": 16, "int32": 32}[precision]
    expected = model.integers(precision)
    info = Model(model, wanted).info()
    assert (info.n_visible, info.n_hidden) == (60, 90)
    assert (info.bits, info.grid) == (expected.bits, 1.0 / expected.scale)


def test_energies_are_those_of_the_model(model):
    rng = np.random.default_rng(6)
    v, h = (rng.integers(0, 2, (50, n), dtype=np.uint8) for n in (70, 40))
    handle, out = Model(model), np.empty(50)
    size = np.abs(model.weights).sum() + np.abs(model.visible_bias).sum() + 100.0
    for n_threads in (1, 3):
        c_api.call("energy", handle, 50, c_api.address(v), c_api.address(h), n_threads,
                   c_api.address(out))  # fmt: skip
        np.testing.assert_allclose(out, model.energy(v, h), rtol=0, atol=1e-14 * size)
        c_api.call("free_energy", handle, 50, c_api.address(v), n_threads, c_api.address(out))
        np.testing.assert_allclose(out, model.free_energy(v), rtol=0, atol=1e-14 * size)


# -- chains ------------------------------------------------------------------------------------


@pytest.mark.parametrize("precision", ["auto", "int16", "int32"])
def test_sweeps_are_those_of_block_gibbs(model, precision):
    handle = Model(model, {"auto": 0, "int16": 16, "int32": 32}[precision])
    drawn = sr.BlockGibbs(20, precision=precision).sample(model, 300, seed=3, first_chain=10)
    for n_threads in (1, 4):
        v, h = handle.block_gibbs(300, 20, seed=3, n_threads=n_threads, first_chain=10)
        np.testing.assert_array_equal(v, drawn.visible)
        np.testing.assert_array_equal(h, drawn.hidden)
    other, _ = handle.block_gibbs(300, 20, seed=4, first_chain=10)
    assert (other != drawn.visible).any()


def test_chains_go_on_where_they_were(model):
    handle = Model(model)
    expected, _ = handle.block_gibbs(40, 12, seed=1)
    chains, v, _ = handle.chains(40, c_api.derive_key(1, "sweeps"))
    c_api.call("random_start", handle, byref(chains), c_api.derive_key(1, "start"))
    for n_sweeps in (5, 4, 3):
        c_api.call("gibbs", handle, byref(chains), byref(Sweeps(n_sweeps=n_sweeps)))
    assert chains.sweep == 12
    np.testing.assert_array_equal(v, expected)


@pytest.mark.parametrize("large_bias", [False, True])
def test_temperatures_frozen_units_and_means_are_those_of_the_model(large_bias):
    """A bias beyond 40 saturates a unit, but not at a small β."""
    bias = np.zeros(30)
    bias[0] = 90.0 if large_bias else 1.0
    model = sr.BernoulliRBM(0.2 * np.random.default_rng(2).standard_normal((30, 20)), bias,
                            np.zeros(20))  # fmt: skip
    start = np.random.default_rng(3).integers(0, 2, (64, 30), dtype=np.uint8)
    beta, frozen = np.linspace(0.01, 1.0, 64), (np.arange(30) % 7 == 3).astype(np.uint8)
    expected = PythonChains(start, np.arange(64, dtype=np.uint32), (8, 9), precision="auto",
                            frozen=frozen)  # fmt: skip
    mean = model.gibbs(expected, 5, backend=get_backend("native"), beta=beta, mean=True)
    handle = Model(model)
    chains, v, h = handle.chains(64, Key(8, 9), visible=start)
    out = np.empty((64, 30))
    sweeps = Sweeps(5, *map(c_api.address, (beta, frozen, out)), 2)
    c_api.call("gibbs", handle, byref(chains), byref(sweeps))
    np.testing.assert_array_equal(v, expected.visible)
    np.testing.assert_array_equal(h, expected.hidden)
    np.testing.assert_array_equal(out, mean)


def test_many_python_threads_share_a_model(model):
    handle = Model(model)
    with ThreadPoolExecutor(16) as pool:
        jobs = [pool.submit(handle.block_gibbs, 30, 40, seed, 1 + seed % 2) for seed in range(48)]
        found = [job.result() for job in jobs]
    for seed, (v, h) in enumerate(found):
        drawn = sr.BlockGibbs(40).sample(model, 30, seed=seed)
        np.testing.assert_array_equal(v, drawn.visible)
        np.testing.assert_array_equal(h, drawn.hidden)


# -- scores and integration --------------------------------------------------------------------


def scores(function, handle, state, schedule, t, *arguments):
    out = np.empty_like(state)
    amplitudes = float(schedule.alpha(t)), float(schedule.sigma(t))
    c_api.call(
        function, handle, len(state), c_api.address(state), *amplitudes, *arguments, 2,
        c_api.address(out),
    )  # fmt: skip
    return out


@pytest.mark.parametrize("t", [0.05, 0.5, 1.0])
def test_scores_are_those_of_the_denoisers(model, t):
    handle, schedule = Model(model), sr.LinearSchedule()
    state = np.random.default_rng(4).standard_normal((33, 70))
    expected = sr.score(model, state, t, schedule, sr.MeanFieldDenoiser(7))
    found = scores("mean_field_score", handle, state, schedule, t, 7)
    np.testing.assert_array_equal(found, expected)

    table = expectation_table(0.1)
    coefficients = np.ascontiguousarray(table.coefficients)
    literal = Literal(0.1, 0, 0, c_api.address(coefficients), table.scale)
    expected = sr.score(model, state, t, schedule, sr.LiteralScore(0.1))
    found = scores("literal_score", handle, state, schedule, t, byref(literal), None)
    np.testing.assert_array_equal(found, expected)

    expected = sr.score(model, state, t, schedule, sr.LiteralScore(0.5, 6, "antithetic"), seed=12)
    noise = Stream(c_api.derive_key(12, "denoiser"), n_chains=33)
    literal = Literal(0.5, 6, 1, None, 0.0)
    found = scores("literal_score", handle, state, schedule, t, byref(literal), byref(noise))
    np.testing.assert_array_equal(found, expected)


def linear(n_steps, start=0.1, stop=20.0, last_time=1e-3):
    arrays = [np.empty(n_steps + 1), np.empty(n_steps + 1), np.empty(n_steps)]
    schedule = Schedule(n_steps, *map(c_api.address, arrays))
    c_api.call("linear_schedule", start, stop, last_time, byref(schedule))
    return schedule, arrays


@pytest.mark.parametrize("rates", [(0.1, 20.0), (0.0, 5.0), (3.0, 0.5)])
@pytest.mark.parametrize("n_steps", [1, 7, 500])
def test_the_linear_schedule_is_that_of_python(rates, n_steps):
    schedule, times = sr.LinearSchedule(*rates), np.linspace(1.0, 1e-3, n_steps + 1)
    _, (alpha, sigma, noise) = linear(n_steps, *rates)
    np.testing.assert_array_equal(alpha, schedule.alpha(times))
    np.testing.assert_array_equal(sigma, schedule.sigma(times))
    rate = schedule.noise_rate(times[:-1])
    np.testing.assert_array_equal(noise, rate * (times[:-1] - times[1:]))


@pytest.mark.parametrize("n_sweeps", [1, 3])
@pytest.mark.parametrize("known_mean", [True, False])
def test_the_reverse_sde_is_that_of_python(model, n_sweeps, known_mean):
    if not known_mean:  # and with a bias that a grid cuts off
        bias = model.visible_bias.copy()
        bias[:2] = 300.0, -300.0
        model = sr.BernoulliRBM(model.weights, bias, model.hidden_bias)
    sampler = sr.ReverseSDE(n_steps=60, denoiser=sr.GibbsDenoiser(n_sweeps))
    drawn = sampler.sample(model, 90, seed=21, first_chain=7)
    handle, (schedule, _arrays) = Model(model), linear(60)
    for n_threads in (1, 3):
        chains, v, h = handle.chains(90, Key(), first_chain=7)
        c_api.call("reverse_sde", handle, 21, byref(schedule), n_sweeps, n_threads, byref(chains))
        np.testing.assert_array_equal(v, drawn.visible)
        np.testing.assert_array_equal(h, drawn.hidden)


def test_stages_make_an_integrator_of_ones_own(model):
    """Heun's steps of the probability flow, which predict and correct, as its path has them."""
    flow = sr.ProbabilityFlow(n_steps=20)
    drawn = flow.sample(model, 30, seed=2)
    grid = flow._grid()
    path = flow._path(grid)
    names = ("alpha", "sigma", "keep", "pull", "base", "spread", "kind")
    stages = Stages(len(path), *(c_api.address(getattr(path, name)) for name in names), 0)
    handle = Model(model)
    state = get_backend().normal(
        np.arange(30, dtype=np.uint32), 70, derive_key(2, "prior"), step=0, domain=Domain.NORMAL
    )
    chains, v, _ = handle.chains(30, as_key(derive_key(2, "posterior")))
    start = c_api.address(state), path.alpha[0], path.sigma[0]
    c_api.call("posterior_start", handle, byref(chains), *start)
    noise = as_key(derive_key(2, "noise"))
    c_api.call("posterior_path", handle, byref(chains), byref(stages), 1, noise, 1, start[0])
    last = [np.array([x]) for x in (grid.alpha[-1], grid.sigma[-1], 0.0, 1.0)]
    mean = Stages(1, *map(c_api.address, last))
    c_api.call("posterior_path", handle, byref(chains), byref(mean), 1, Key(), 1, start[0])
    np.testing.assert_array_equal(v, drawn.visible)


# -- what is wrong -----------------------------------------------------------------------------


def refused(message, code, name, *arguments):
    with pytest.raises(RefusedError, match=message) as caught:
        c_api.call(name, *arguments)
    assert caught.value.code == code


def test_what_is_wrong_has_a_code_and_a_sentence(model):
    wrong, handle = c_api.INVALID_ARGUMENT, Model(model)
    chains, v, _ = handle.chains(3, Key())
    one, sweeps = byref(chains), Sweeps(n_sweeps=1)
    refused("model: got a null pointer", wrong, "gibbs", None, one, byref(sweeps))
    refused("chains: got a null", wrong, "gibbs", handle, None, byref(sweeps))
    refused("n_sweeps: got 0", wrong, "gibbs", handle, one, byref(Sweeps()))
    v[1, 2] = 7
    refused("chains.visible: expected only 0 and 1", wrong, "gibbs", handle, one, byref(sweeps))
    v[1, 2] = 0
    beta = np.array([1.0, np.nan, 1.0])
    cold = Sweeps(1, c_api.address(beta))
    refused("beta: expected finite", wrong, "gibbs", handle, one, byref(cold))
    chains.sweep = 2**32 - 1
    refused("n_sweeps: the last one's number", wrong, "gibbs", handle, one, byref(sweeps))
    chains.sweep, chains.first_chain = 0, 2**32 - 2
    refused("first_chain: the last chain", wrong, "gibbs", handle, one, byref(sweeps))
    chains.first_chain = 0
    schedule, (_, sigma, _) = linear(3)
    sigma[2] = 0.0
    refused("sigma: expected", wrong, "reverse_sde", handle, 0, byref(schedule), 1, 1, one)
    refused("last_time", wrong, "linear_schedule", 0.1, 20.0, 1.5, byref(schedule))


def test_states_that_are_none_are_refused(model):
    """Rather than computed with."""
    wrong, handle, out = c_api.INVALID_ARGUMENT, Model(model), c_api.address(np.empty(3))
    v, h = np.zeros((3, 70), np.uint8), np.zeros((3, 40), np.uint8)
    for name, states in (("visible", v), ("hidden", h)):
        states[2, 5] = 2
        arrays = c_api.address(v), c_api.address(h)
        refused(f"{name}: expected only 0 and 1", wrong, "energy", handle, 3, *arrays, 1, out)
        if name == "visible":
            refused("visible: expected only", wrong, "free_energy", handle, 3, arrays[0], 1, out)
        states[2, 5] = 0
    chains, *_arrays_of_states = handle.chains(3, Key())
    numbers = [np.full(1, x) for x in (0.5, 0.8, 0.5, 0.5)]
    stages = Stages(1, *map(c_api.address, numbers))
    for number in (np.nan, np.inf, -1e19):
        state = np.zeros((3, 70), np.float32)
        state[1, 3] = number
        given = c_api.address(state)
        refused("state: expected finite", wrong, "posterior_start", handle, byref(chains), given,
                0.5, 0.8)  # fmt: skip
        refused("state: expected finite", wrong, "posterior_path", handle, byref(chains),
                byref(stages), 1, Key(), 1, given)  # fmt: skip


def test_steps_too_long_for_the_noise_are_refused(model):
    handle, (schedule, _arrays) = Model(model), linear(4, 0.1, 5000.0)
    chains, *_arrays_of_states = handle.chains(3, Key())
    arguments = 0, byref(schedule), 1, 1, byref(chains)
    refused("n_steps: too few", c_api.INVALID_ARGUMENT, "reverse_sde", handle, *arguments)


def test_models_that_make_no_sense_are_refused(model):
    with pytest.raises(RefusedError, match="precision: expected") as caught:
        Model(model, 17)
    assert caught.value.code == c_api.INVALID_ARGUMENT
    huge = sr.BernoulliRBM(np.full((3, 2), 1e9), np.zeros(3), np.zeros(2))
    with pytest.raises(RefusedError, match="weights: their sums reach") as caught:
        Model(huge)
    assert caught.value.code == c_api.NO_GRID
    weights = np.full((3, 2), np.nan, np.float32)
    arrays = [c_api.address(x) for x in (weights, weights[:, 0].copy(), weights[0])]
    parameters, handle = c_api.Parameters(3, 2, *arrays), ctypes.c_void_p(1)
    refused("weights: expected finite", c_api.INVALID_ARGUMENT, "model_new", byref(parameters),
            byref(handle))  # fmt: skip
    assert handle.value is None


def test_a_message_is_not_needed(model):
    function = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * 3)(c_api.table().model_info)
    assert function(None, None, None) == c_api.INVALID_ARGUMENT

"""Models as arguments of jitted functions: their methods there are those of Python."""

from __future__ import annotations

import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from helpers.gaussian import random_gaussian
from helpers.models import random_bernoulli
from scorerbm import BernoulliRBM

numba = pytest.importorskip("numba")
pytestmark = pytest.mark.numba

import scorerbm.numba  # noqa: E402

scorerbm.numba.register()

N, M, B = 13, 7, 5
MODELS = {
    "bernoulli": random_bernoulli(N, M, seed=2, data_mean=True),
    "gaussian": random_gaussian(N, M, seed=3, data=True),
}


def states(binary: bool) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    v = rng.integers(0, 2, (B, N), np.uint8) if binary else rng.standard_normal((B, N))
    return v, rng.integers(0, 2, (B, M), np.uint8)


@pytest.fixture(params=list(MODELS))
def given(request: Any) -> tuple[Any, Any, Any]:
    return MODELS[request.param], *states(request.param == "bernoulli")


@numba.njit(nogil=True)  # type: ignore[untyped-decorator]
def methods(model: Any, v: Any, h: Any) -> Any:
    return (
        model.energy(v, h),
        model.energy(v[0], h),
        model.energy(v[0], h[0]),
        model.free_energy(v),
        model.free_energy(v[0]),
        model.hidden_free_energy(h),
        model.hidden_probability(v),
        model.hidden_log_odds(v[0]),
        model.visible_mean(h),
        model.visible_mean(h[0]),
        model.visible_force(v, h[0]),
    )


def assert_alike(got: Any, expected: Any) -> None:
    for a, b in zip(got, expected, strict=True):
        assert np.shape(a) == np.shape(b)
        assert np.asarray(a).dtype == np.asarray(b).dtype
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


def like(model: Any, **parameters: Any) -> Any:
    """A model that has the same type in nopython code."""
    data = {} if isinstance(model, BernoulliRBM) else {"data_scale": model.data_scale}
    return type(model)(**model.parameters | parameters, data_mean=model.data_mean, **data)


def test_methods_of_states(given: Any) -> None:
    assert_alike(methods(*given), methods.py_func(*given))


def test_the_comparison_sees_another_model(given: Any) -> None:
    model, v, h = given
    other = like(model, hidden_bias=model.hidden_bias + 1e-6)
    for got, expected in zip(methods(other, v, h)[:5], methods.py_func(*given)[:5], strict=True):
        with pytest.raises(AssertionError):
            assert_alike([got], [expected])


def test_methods_of_bits_only() -> None:
    @numba.njit  # type: ignore[untyped-decorator]
    def conditionals(model: Any, h: Any) -> Any:
        return model.visible_log_odds(h), model.visible_probability(h)

    model, h = MODELS["bernoulli"], states(True)[1]
    assert_alike(conditionals(model, h), conditionals.py_func(model, h))


@pytest.mark.parametrize(
    "change",
    [
        lambda v, h: (v[:, :6], h),
        lambda v, h: (v, h[:, :0]),
        lambda v, h: (v[:3], h),
        lambda v, h: (np.hstack([v, v]), h),
    ],
)
def test_states_of_other_sizes_are_refused_as_in_python(given: Any, change: Any) -> None:
    model, v, h = given
    changed = [np.ascontiguousarray(x) for x in change(v, h)]
    with pytest.raises(ValueError, match=r"(v|h): got .*, expected") as expected:
        methods.py_func(model, *changed)
    with pytest.raises(ValueError, match=r"(v|h): got .*, expected") as got:
        methods(model, *changed)
    assert str(got.value) == str(expected.value)
    assert str(pickle.loads(pickle.dumps(got.value))) == str(expected.value)


def test_one_state_of_another_size_and_infinite_ones() -> None:
    model, v, h = MODELS["gaussian"], *states(False)
    with pytest.raises(ValueError, match=r"v_t: got shape \(12,\), expected \(13\) or \(any, 13\)"):
        observed(model, v[0, :12], 0.5, 0.5, h)
    v[0, 3] = np.nan
    with pytest.raises(ValueError, match="v: got nan, expected finite numbers"):
        methods(model, v, h)


@numba.njit  # type: ignore[untyped-decorator]
def attributes(model: Any) -> Any:
    return model, model.weights, model.visible_bias, model.hidden_bias, model.data_mean


def test_attributes_are_the_models_own_read_only_arrays(given: Any) -> None:
    model, *_ = given
    for got, expected in zip(attributes(model), attributes.py_func(model), strict=True):
        assert got is expected
    for array in attributes(model)[1:]:
        assert not array.flags.writeable


def test_arrays_of_a_model_cannot_be_written_to() -> None:
    @numba.njit  # type: ignore[untyped-decorator]
    def overwrite(model: Any) -> None:
        model.weights[0, 0] = 1.0

    with pytest.raises(numba.TypingError, match=r"[Rr]eadonly|read-only|Cannot modify"):
        overwrite(MODELS["bernoulli"])


@numba.njit  # type: ignore[untyped-decorator]
def observed(model: Any, v_t: Any, alpha: Any, sigma: Any, h: Any) -> Any:
    posterior = model.tilt(v_t, alpha, sigma)
    numbers = model.posterior_start(v_t, alpha, sigma), posterior.visible_mean(h)
    return posterior, numbers, (posterior.weights, posterior.visible_bias, posterior.n_hidden)


def test_the_tilt_is_a_model_here_and_there(given: Any) -> None:
    model, _, h = given
    v_t = np.random.default_rng(1).standard_normal(N)
    arguments = model, v_t, 0.6, 0.8, h
    (got, *numbers), (expected, *others) = observed(*arguments), observed.py_func(*arguments)
    for a, b in zip(numbers, others, strict=True):
        assert_alike(a, b)
    assert type(got) is type(expected)
    for name, array in expected.parameters.items():
        np.testing.assert_allclose(got.parameters[name], array, rtol=1e-12, atol=1e-12)
        assert not got.parameters[name].flags.writeable
    np.testing.assert_array_equal(got.data_mean, model.data_mean)


@pytest.mark.parametrize("sigma", [0.0, -1.0, np.inf])
def test_a_tilt_without_noise_is_refused(sigma: float) -> None:
    _, h = states(True)
    with pytest.raises(ValueError, match=rf"sigma: got {sigma}, expected"):
        observed(MODELS["bernoulli"], np.zeros(N), 0.5, sigma, h)


def test_a_batch_of_tilted_models_is_refused() -> None:
    batch = MODELS["bernoulli"].tilt(np.zeros((2, N)), 0.5, 0.5)
    with pytest.raises(numba.TypingError, match="got a batch of 2 tilted models"):
        methods(batch, *states(True))


def test_a_model_from_around_the_function_is_compiled_in() -> None:
    model = MODELS["bernoulli"]

    @numba.njit  # type: ignore[untyped-decorator]
    def closed_over(v: Any) -> Any:
        return model.free_energy(v)

    v, _ = states(True)
    assert_alike([closed_over(v)], [model.free_energy(v)])


def test_nothing_leaks(given: Any) -> None:
    from numba.core.runtime import _nrt_python, rtsys

    model, v, h = given

    def use() -> None:
        methods(model, v, h)
        attributes(model)
        observed(model, np.zeros(N), 0.6, 0.8, h)

    def counts() -> tuple[int, ...]:
        stats = rtsys.get_allocation_stats()
        arrays = [*model.parameters.values(), v, h]
        return (
            stats.alloc - stats.free,
            stats.mi_alloc - stats.mi_free,
            *map(sys.getrefcount, [model, *arrays]),
        )

    _nrt_python.memsys_enable_stats()
    try:
        use()
        before = counts()
        for _ in range(10):
            use()
        assert counts() == before
        held = methods(model, v, h)
        assert counts()[1] > before[1]  # it counts
        del held
    finally:
        _nrt_python.memsys_disable_stats()


def test_threads_use_one_model_at_once(given: Any) -> None:
    model, v, h = given
    expected = methods(model, v, h)
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(methods, model, v, h) for _ in range(40)]:
            for a, b in zip(done.result(), expected, strict=True):
                np.testing.assert_array_equal(a, b)


def test_use_leaves_nothing_in_pickles_and_these_can_be_used(given: Any) -> None:
    model, v, h = given
    fresh = like(model)
    before = pickle.dumps(fresh)
    expected = methods(fresh, v, h)
    assert pickle.dumps(fresh) == before
    assert_alike(methods(pickle.loads(before), v, h), expected)


def test_a_subclass_is_no_argument() -> None:
    class Other(BernoulliRBM):
        """It may have other methods, which nopython code would not call."""

    other = Other(np.eye(2), np.zeros(2), np.zeros(2))
    with pytest.raises(numba.TypingError, match="Other"):
        methods(other, np.zeros((1, 2)), np.zeros((1, 2)))

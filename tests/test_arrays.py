"""Arrays of other libraries: in without a copy, and results back in their kind."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import scorerbm as sr
from scorerbm import _check


class Foreign:
    """An array of a library that speaks DLPack and nothing else."""

    def __init__(self, values, device=1):
        self.values, self.device_number = np.asarray(values), device

    def __dlpack__(self, **options):
        if self.device_number != 1 and options.get("dl_device") != (1, 0):
            raise BufferError("this array is not on the CPU")
        return self.values.__dlpack__()

    def __dlpack_device__(self):
        return (self.device_number, 0)


class Guarded:
    """A tensor that refuses to be looked at, as those do that track gradients."""

    def __dlpack_device__(self):
        return (1, 0)

    def __dlpack__(self, **options):
        raise BufferError("use tensor.detach()")

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("use tensor.detach().numpy()")


def libraries():
    """Name → how it makes an array that owns memory of its own."""

    def torch(x):
        return pytest.importorskip("torch").tensor(x)

    def jax(x):
        return pytest.importorskip("jax").numpy.asarray(x)

    return {"numpy": np.array, "stand-in": Foreign, "torch": torch, "jax": jax}


def _marked(name):
    return pytest.param(name, marks=[pytest.mark.torch] if name == "torch" else [])


@pytest.fixture(params=[_marked(name) for name in libraries()])
def make(request):
    return libraries()[request.param]


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_memory_is_shared(make, dtype):
    array = make(np.arange(6, dtype=dtype).reshape(2, 3) % 2)
    view = _check.as_array("v", array)
    assert view.tolist() == [[0, 1, 0], [1, 0, 1]]
    assert np.shares_memory(view, _check.as_array("v", array))
    checked = _check.bits("v", array, (2, 3))
    assert np.shares_memory(view, checked) == (dtype == np.uint8)


def test_real_numbers_are_shared_if_they_are_double_and_in_order():
    given = Foreign(np.arange(6.0).reshape(2, 3))
    assert np.shares_memory(_check.real_array("v", given, (2, 3)), given.values)
    transposed = Foreign(given.values.T)
    assert not np.shares_memory(_check.real_array("v", transposed, (3, 2)), given.values)


def test_another_device_is_copied_from():
    far = Foreign([[0.0, 1.0]], device=2)
    with pytest.raises(BufferError, match="not on the CPU"):
        np.from_dlpack(far)
    assert _check.as_array("v", far).tolist() == [[0.0, 1.0]]


def test_the_reason_of_a_refusal_is_told():
    with pytest.raises(TypeError, match=r"v: got Guarded .* \(use tensor.detach\(\)\.numpy\(\)\)"):
        _check.as_array("v", Guarded())


@pytest.mark.torch
def test_tensors_that_track_gradients_are_refused():
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match=r"v: got Tensor .*detach"):
        _check.as_array("v", torch.zeros(2, requires_grad=True))


def test_everything_takes_them(make):
    v = np.array([[0, 1, 1], [1, 0, 0], [1, 1, 0], [0, 0, 1]] * 10, np.uint8)
    for visible in ("bernoulli", "gaussian"):
        trainer = sr.ScoreMatching(n_hidden=2, n_epochs=2, visible=visible)
        x = v if visible == "bernoulli" else v + 0.1 * np.arange(120.0).reshape(40, 3)
        fits = trainer.fit(x), trainer.fit(make(x))
        assert (fits[0].model.weights == fits[1].model.weights).all()
    model = sr.BernoulliRBM(make(np.ones((3, 2), np.float32)), make(np.zeros(3)), make(np.zeros(2)))
    assert (model.free_energy(make(v)) == model.free_energy(v)).all()
    assert (sr.log_likelihood(model, make(v)) == sr.log_likelihood(model, v)).all()
    v_t = v.astype(np.float32)
    schedule = sr.LinearSchedule()
    expected = sr.score(model, v_t, 0.5, schedule)
    assert (sr.score(model, make(v_t), 0.5, schedule) == expected).all()
    clamp = np.array([1.0, np.nan, np.nan])
    samples = sr.BlockGibbs(n_sweeps=2).sample(model, 5, clamp=make(clamp), init=make(v[:5]))
    assert (samples.visible[:, 0] == 1).all()


# -- and back ---------------------------------------------------------------------------------


def some_samples():
    model = sr.BernoulliRBM(np.ones((3, 2)), np.zeros(3), np.zeros(2))
    return sr.BlockGibbs(n_sweeps=2).sample(model, 5)


def test_numpy_stays_numpy():
    array = np.arange(3.0)
    for like in ("numpy", np.zeros(1), np.zeros(1).view(np.recarray)):
        assert sr.to_kind(array, like) is array
    samples = some_samples().to("numpy")
    assert isinstance(samples.visible, np.ndarray)


@pytest.mark.torch
def test_torch():
    torch = pytest.importorskip("torch")
    array = np.arange(3.0)
    for like in ("torch", torch.zeros(2), torch.nn.Parameter(torch.zeros(2))):
        tensor = sr.to_kind(array, like)
        assert type(tensor) is torch.Tensor
        tensor[0] += 1.0
    assert array[0] == 3.0  # it is the same memory
    array.flags.writeable = False
    assert sr.to_kind(array, "torch").tolist() == [3.0, 1.0, 2.0]
    assert sr.to_kind(array[::-1], "torch").tolist() == [2.0, 1.0, 3.0]
    samples = some_samples()
    there = samples.to("torch")
    assert there.visible.dtype == torch.uint8
    assert there.info == samples.info
    back = there.to("numpy")
    assert (back.visible == samples.visible).all()
    assert (back.hidden == samples.hidden).all()


@pytest.mark.torch
def test_data_in_their_units_are_of_the_same_kind():
    torch = pytest.importorskip("torch")
    model = sr.GaussianRBM(
        np.ones((3, 2)), np.zeros(3), np.zeros(2), np.ones(3), data_mean=[9.0] * 3,
        data_scale=[0.1, 1.0, 2.0],
    )  # fmt: skip
    samples = sr.Exact().sample(model, 5)
    there = samples.to("torch").data
    assert isinstance(there, torch.Tensor)
    assert isinstance(samples.data, np.ndarray)
    assert there.numpy() == pytest.approx(samples.data)


def test_jax():
    jax = pytest.importorskip("jax")
    for like in ("jax", jax.numpy.zeros(2)):
        there = sr.to_kind(np.arange(3, dtype=np.float32), like)
        assert isinstance(there, jax.Array)
        assert there.tolist() == [0.0, 1.0, 2.0]
    assert isinstance(some_samples().to("jax").visible, jax.Array)


def test_cupy_by_a_stand_in(monkeypatch):
    """Its arrays are made where the device of the one asked for is."""
    made = []

    class Device:
        def __enter__(self):
            made.append("enter")

        def __exit__(self, *error):
            made.append("exit")

    class FakeCupy:
        @staticmethod
        def asarray(array):
            made.append(array.tolist())
            return "made"

    like = type("ndarray", (), {"__module__": "cupy", "__dlpack__": None, "device": Device()})()
    monkeypatch.setitem(sys.modules, "cupy", FakeCupy)
    assert sr.to_kind(np.arange(2), like) == "made"
    assert made == ["enter", [0, 1], "exit"]
    assert sr.to_kind(np.arange(2), "cupy") == "made"


def test_wrong_kinds(monkeypatch):
    with pytest.raises(ValueError, match="like: got 'tensorflow', expected one of"):
        sr.to_kind(np.zeros(2), "tensorflow")
    for like in (3.0, [1.0], None):
        with pytest.raises(TypeError, match=r"like: got .*, expected an array of one of numpy"):
            sr.to_kind(np.zeros(2), like)
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(ImportError, match="arrays of cupy need cupy, which is not installed"):
        sr.to_kind(np.zeros(2), "cupy")


def test_nothing_is_imported_that_is_not_asked_for():
    code = (
        "import sys, numpy, scorerbm as sr; sr.to_kind(numpy.zeros(2), 'numpy')\n"
        "print(any(name in sys.modules for name in ('torch', 'jax', 'cupy')))"
    )
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"

"""Modules of PyTorch: the package's numbers, and gradients that finite differences confirm."""

from __future__ import annotations

import io
import sys
from functools import partial

import numpy as np
import pytest

import scorerbm as sr

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

from scorerbm.torch import BernoulliModule, GaussianModule, RBMModule, from_rbm  # noqa: E402

N, M = 4, 3


def models():
    rng = np.random.default_rng(2)
    w, b, c = rng.normal(size=(N, M)), rng.normal(size=N), rng.normal(size=M)
    sigma = rng.uniform(0.5, 1.5, N)
    known = {"data_mean": rng.normal(size=N), "data_scale": rng.uniform(1, 2, N)}
    return {
        "bits": sr.BernoulliRBM(w, b, c),
        "bits, data known": sr.BernoulliRBM(w, b, c, data_mean=rng.uniform(0.1, 0.9, N)),
        "reals": sr.GaussianRBM(w, b, c, sigma),
        "reals, data known": sr.GaussianRBM(w, b, c, sigma, **known),
    }


@pytest.fixture(params=models())
def model(request):
    return models()[request.param]


DENOISERS = {"exact": sr.ExactDenoiser(), "mean field": sr.MeanFieldDenoiser(3)}


def doubled(model, **options):
    return from_rbm(model, dtype=torch.float64, **options)


def states(rows=5):
    return np.random.default_rng(3).normal(size=(rows, N))


# -- the package's numbers -------------------------------------------------------------------


def test_energies(model):
    v = states()
    module = doubled(model)
    found = module.log_prob_unnormalised(torch.tensor(v)).detach().numpy()
    assert found == pytest.approx(-model.free_energy(v), rel=1e-6)


@pytest.mark.parametrize("denoiser", DENOISERS)
@pytest.mark.parametrize("t", [0.05, 0.4, 1.0])
def test_scores(model, denoiser, t):
    schedule = sr.CosineSchedule()
    module = doubled(model, schedule=schedule, denoiser=DENOISERS[denoiser])
    v = states()
    expected = sr.score(model, v, t, schedule, DENOISERS[denoiser])
    # Kernels of bits work in single precision.
    found = module.score(torch.tensor(v), t).detach().numpy()
    assert found == pytest.approx(expected, rel=2e-5, abs=2e-5 / float(schedule.sigma(t)) ** 2)
    alpha, variance = float(schedule.alpha(t)), float(schedule.sigma(t)) ** 2
    mean = module(torch.tensor(v), t).detach().numpy()
    assert (alpha * mean - v) / variance == pytest.approx(found)


def test_a_time_for_each_row(model):
    module, v = doubled(model), torch.tensor(states())
    times = torch.linspace(0.1, 1.0, len(v))
    rows = [module.score(v[i : i + 1], float(t))[0] for i, t in enumerate(times)]
    assert torch.allclose(module.score(v, times), torch.stack(rows))


def test_single_precision_by_default(model):
    module = from_rbm(model)
    out = module(torch.tensor(states(), dtype=torch.float32), 0.5)
    assert out.dtype == torch.float32
    double = doubled(model)(torch.tensor(states()), 0.5)
    assert out.detach().numpy() == pytest.approx(double.detach().numpy(), rel=1e-4, abs=1e-4)


# -- gradients -------------------------------------------------------------------------------


@pytest.mark.parametrize("denoiser", DENOISERS)
def test_finite_differences(model, denoiser):
    module = doubled(model, trainable=True, denoiser=DENOISERS[denoiser])
    names = [name for name, _ in module.named_parameters()]
    values = [p.detach().clone().requires_grad_() for p in module.parameters()]
    v = torch.tensor(states(2), requires_grad=True)

    for name, times in (("log_prob_unnormalised", ()), ("forward", (0.4,)), ("score", (0.4,))):
        function = partial(_called, _Method(module, name), names, times)
        assert torch.autograd.gradcheck(function, (v, *values), fast_mode=True)


def _called(module, names, times, v, *parameters):
    given = {f"module.{name}": p for name, p in zip(names, parameters, strict=True)}
    return torch.func.functional_call(module, given, (v, *times))


class _Method(torch.nn.Module):
    """A method of a module as a module of its own, for functional calls."""

    def __init__(self, module, name):
        super().__init__()
        self.module, self.name = module, name

    def forward(self, *arguments):
        return getattr(self.module, self.name)(*arguments)


def test_a_broken_gradient_is_seen():
    """The same check of a score whose mean is cut off from the graph."""
    module = doubled(models()["bits"])
    v = torch.tensor(states(2), requires_grad=True)

    def cut(v):
        return module(v, 0.4).detach() + 0.0 * v

    assert not torch.autograd.gradcheck(cut, v, raise_exception=False)


def test_the_exact_score_is_a_gradient(model):
    """Its Jacobian is symmetric; that of iterations that stopped early is not."""
    v = torch.tensor(states(1))

    def asymmetry(denoiser):
        module = doubled(model, denoiser=denoiser)
        jacobian = torch.autograd.functional.jacobian(lambda v: module.score(v, 0.4)[0], v)[:, 0]
        return float((jacobian - jacobian.T).abs().max() / jacobian.abs().max())

    assert asymmetry(sr.ExactDenoiser()) < 1e-12
    assert asymmetry(sr.MeanFieldDenoiser(1)) > 1e-6


def test_parameters_are_trained_only_if_asked(model):
    v = torch.tensor(states(), requires_grad=True)
    fixed, free = doubled(model), doubled(model, trainable=True)
    for module in (fixed, free):
        (module.score(v, 0.5) ** 2).sum().backward()
    assert all(p.grad is None for p in fixed.parameters())
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in free.parameters())


def test_maximum_likelihood_by_autograd(model):
    """The gradient of -F is what the trainers' statistics say."""
    module = doubled(model, trainable=True)
    v = (states() > 0).astype(np.uint8) if model.binary_visible else states()
    module.log_prob_unnormalised(torch.tensor(v, dtype=torch.float64)).mean().backward()
    expected = model.statistics(v, backend=sr.backends.get_backend("reference"))
    sigma = expected.pop("sigma", None)
    if sigma is not None:
        expected["log_sigma"] = sigma * model.sigma
    for name, parameter in module.named_parameters():
        assert parameter.grad.numpy() == pytest.approx(expected[name], rel=1e-5, abs=1e-6)


# -- conversions -----------------------------------------------------------------------------


def test_back_to_a_model(model):
    for module in (from_rbm(model), doubled(model)):
        back = module.to_rbm()
        assert type(back) is type(model)
        for name, array in model.parameters.items():
            assert back.parameters[name] == pytest.approx(array, rel=0 if name != "sigma" else 3e-7)
        for name in module._of_data:
            known = getattr(model, name)
            assert (getattr(back, name) is None) == (known is None)
            if known is not None:
                assert getattr(back, name) == pytest.approx(known, rel=1e-6)


def test_state_dict(model):
    module = from_rbm(model)
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    file.seek(0)
    other = from_rbm(_shifted(model))
    v = torch.tensor(states(), dtype=torch.float32)
    assert not torch.equal(other.free_energy(v), module.free_energy(v))
    other.load_state_dict(torch.load(file, weights_only=True))
    assert torch.equal(other.free_energy(v), module.free_energy(v))
    assert torch.equal(other(v, 0.5), module(v, 0.5))
    kind = BernoulliModule if model.binary_visible else GaussianModule
    assert type(module) is kind
    assert set(module.state_dict()) >= {"weights", "visible_bias", "hidden_bias"}


def _shifted(model):
    known = {name: getattr(model, name) for name in from_rbm(model)._of_data}
    arrays = {name: array * np.float32(1.5) for name, array in model.parameters.items()}
    return type(model)(**arrays, **known)


def test_it_moves_with_its_dtype(model):
    module = from_rbm(model).double()
    v = torch.tensor(states())
    assert torch.allclose(module(v, 0.5), doubled(model)(v, 0.5), rtol=1e-5, atol=1e-5)
    assert f"n_visible={N}, n_hidden={M}" in repr(module)


# -- errors ----------------------------------------------------------------------------------


def test_wrong_arguments():
    model = models()["bits"]
    large = sr.BernoulliRBM(np.zeros((2, 30)), np.zeros(2), np.zeros(30))
    assert isinstance(from_rbm(large).denoiser, sr.MeanFieldDenoiser)
    for arguments, options, error, message in (
        (({},), {}, TypeError, "model: got dict"),
        ((model.tilt(states(), 0.5, 0.5),), {}, ValueError, "model: got a batch"),
        ((large,), {"denoiser": sr.ExactDenoiser()}, ValueError, "denoiser: got a model of 30"),
        ((model,), {"denoiser": sr.GibbsDenoiser()}, TypeError, "denoiser: got GibbsDenoiser"),
        ((model,), {"schedule": 0.1}, TypeError, "schedule: got float"),
        ((model,), {"dtype": torch.int32}, TypeError, r"dtype: got torch\.int32"),
        ((model,), {"dtype": "double"}, TypeError, "dtype: got double"),
    ):
        for make in (from_rbm, BernoulliModule):
            with pytest.raises(error, match=message):
                make(*arguments, **options)
    for shape, t, message in (
        ((4,), 0.5, r"v_t: got shape \(4,\)"),
        ((2, 4), torch.ones(3), r"t: got shape \(3,\)"),
        ((2, 4), 0.0, r"t: got 0\.0, where the schedule"),
    ):
        with pytest.raises(ValueError, match=message):
            from_rbm(model)(torch.zeros(shape), t)


def test_families_are_not_taken_for_one_another():
    for module, name in ((BernoulliModule, "reals"), (GaussianModule, "bits")):
        with pytest.raises(TypeError, match=r"model: got .*RBM, expected .*RBM"):
            module(models()[name])
    with pytest.raises(TypeError, match="abstract"):
        RBMModule(models()["bits"])


@pytest.mark.parametrize("wrong", [torch.ones(2, N, dtype=torch.uint8), np.ones((2, N))])
def test_states_are_floating_point(model, wrong):
    """Amplitudes in the dtype of integers would be 0, and everything after them NaN."""
    module = from_rbm(model)
    for method in (module.free_energy, module.log_prob_unnormalised):
        with pytest.raises(TypeError, match="v: got"):
            method(wrong)
    for method in (module, module.score):
        with pytest.raises(TypeError, match="v_t: got"):
            method(wrong, 0.5)


def test_missing_torch_is_one_sentence(monkeypatch):
    for name in [x for x in sys.modules if x.startswith("scorerbm.torch")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match=r'pip install "scorerbm\[torch\]"'):
        import scorerbm.torch  # noqa: F401

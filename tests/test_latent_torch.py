"""Training of binary autoencoders on PyTorch."""

from __future__ import annotations

import math

import numpy as np
import pytest

import scorerbm as sr
from helpers.statistics import ACCEPT, REJECT, bonferroni, z_test
from scorerbm.backends import get_backend

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

from scorerbm.latent.autoencoder_run import Run  # noqa: E402
from scorerbm.latent.relaxed_network import (  # noqa: E402
    bit_costs,
    evaluate,
    log_density,
    relaxed_bits,
)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def blobs(n=400, seed=0):
    """Four clusters of six numbers: two bits of information."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 4, n)
    centres = 3.0 * np.random.default_rng(1).standard_normal((4, 6))
    return centres[kind] + 0.3 * rng.standard_normal((n, 6)), kind


def logistic(n, k, seed=0):
    u = np.random.default_rng(seed).random((n, k))
    return torch.from_numpy(np.log(u / (1.0 - u)))


# -- relaxed bits ---------------------------------------------------------------------------


@pytest.mark.parametrize("tau", [0.1, 1.0])
def test_straight_through_bits_have_their_probability_at_any_temperature(tau):
    log_odds = torch.tensor([-1.5, 0.0, 0.7], dtype=torch.float64).expand(40000, 3)
    bits = relaxed_bits(log_odds, logistic(40000, 3), tau, straight_through=True).numpy()
    assert set(np.unique(bits)) == {0.0, 1.0}

    def p_value(p):
        error = np.sqrt(p * (1.0 - p) / len(bits))
        return bonferroni(map(z_test, bits.mean(axis=0), p, error))

    p = 1.0 / (1.0 + np.exp([1.5, 0.0, -0.7]))
    assert p_value(p) > ACCEPT
    assert p_value(1.0 / (1.0 + np.exp(np.array([1.5, 0.0, -0.7]) / 1.2))) < REJECT


@pytest.mark.parametrize("tau", [0.3, 1.0])
def test_the_derivative_of_a_bit_is_that_of_the_relaxed_unit(tau):
    noise = logistic(5, 4, seed=2)
    gradients = []
    for hard in (True, False):
        log_odds = torch.linspace(-2.0, 2.0, 4, dtype=torch.float64).repeat(5, 1).requires_grad_()
        bits = relaxed_bits(log_odds, noise, tau, straight_through=hard)
        bits.sum().backward()
        gradients.append(log_odds.grad.numpy())
    x, step = np.linspace(-2.0, 2.0, 4) + noise.numpy(), 1e-6
    sigmoid = [1.0 / (1.0 + np.exp(-(x + d) / tau)) for d in (step, -step)]
    assert np.allclose(gradients[1], (sigmoid[0] - sigmoid[1]) / (2 * step), atol=1e-8)
    assert np.array_equal(gradients[0], gradients[1])


def test_cold_units_are_bits_and_hot_ones_are_not():
    noise, log_odds = logistic(200, 3), torch.zeros(200, 3, dtype=torch.float64)
    cold = relaxed_bits(log_odds, noise, 1e-3, straight_through=False)
    bits = relaxed_bits(log_odds, noise, 1e-3, straight_through=True)
    assert float((cold - bits).abs().mean()) < 2e-3
    hot = relaxed_bits(log_odds, noise, 10.0, straight_through=False)
    assert float((hot - 0.5).abs().max()) < 0.25


# -- losses ---------------------------------------------------------------------------------


def test_costs_of_bits_are_their_divergences_from_coins():
    p = np.array([[0.5, 0.9], [0.5, 0.1]])
    divergence = np.log(2.0) + p * np.log(p) + (1.0 - p) * np.log(1.0 - p)
    cost, imbalance = bit_costs(torch.from_numpy(np.log(p / (1.0 - p))))
    assert float(cost) == pytest.approx(divergence.sum(axis=1).mean())
    assert float(imbalance) == pytest.approx(0.0, abs=1e-12)
    certain = torch.full((3, 2), 60.0, requires_grad=True)
    cost, imbalance = bit_costs(certain)
    assert cost.item() == pytest.approx(2.0 * math.log(2.0), rel=1e-5)
    assert imbalance.item() == pytest.approx(2.0 * math.log(2.0), rel=1e-4)
    (cost + imbalance).backward()
    assert torch.isfinite(certain.grad).all()


@pytest.mark.parametrize("which", [0, 1])
def test_derivatives_of_costs_meet_finite_differences(which):
    log_odds = torch.linspace(-2.0, 1.0, 6, dtype=torch.float64).reshape(3, 2).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: bit_costs(x)[which], log_odds)


def test_densities_are_those_of_numpy():
    rng = np.random.default_rng(0)
    out, y, log_width = rng.standard_normal((4, 3)), rng.random((4, 3)), rng.standard_normal(3)
    square = ((y - out) / np.exp(log_width)) ** 2
    normal = -(0.5 * square + log_width + 0.5 * np.log(2.0 * np.pi)).sum(axis=1)
    given = [torch.from_numpy(x) for x in (out, y, log_width)]
    assert np.allclose(log_density(*given).numpy(), normal)
    p = 1.0 / (1.0 + np.exp(-out))
    bits = (y * np.log(p) + (1.0 - y) * np.log(1.0 - p)).sum(axis=1)
    assert np.allclose(log_density(*given[:2], None).numpy(), bits)


def test_the_gradient_of_the_relaxed_loss_meets_finite_differences():
    """Of every parameter, at fixed noise; straight through there is no such loss."""
    x, _ = blobs(20)
    run = Run(sr.AutoencoderTrainer(n_bits=3, hidden_sizes=(4,), activation="tanh", balance=0.5),
              x, None, 0)  # fmt: skip
    for layers in (run.encoder, run.decoder):
        layers[:] = [(w.detach().double(), b.detach().double()) for w, b in layers]
    run.log_width = run.log_width.detach().double()
    y, noise = run._inputs(x).double(), logistic(20, 3)
    names = [w for layers in (run.encoder, run.decoder) for pair in layers for w in pair]
    parameters = [p.requires_grad_() for p in [*names, run.log_width]]
    assert torch.autograd.gradcheck(
        lambda *_: run._loss(y, y, noise, 0.7, hard=False)[0], parameters
    )


# -- training -------------------------------------------------------------------------------

SHORT = {
    "n_bits": 4,
    "hidden_sizes": (16,),
    "n_epochs": 40,
    "batch_size": 20,
    "learning_rate": 0.01,
}


@pytest.mark.parametrize("straight_through", [True, False], ids=["straight through", "relaxed"])
def test_clusters_become_codes(straight_through):
    x, kind = blobs()
    annealing = sr.GeometricAnnealing(1.0, 0.5 if straight_through else 0.1)
    trainer = sr.AutoencoderTrainer(
        **SHORT, straight_through=straight_through, annealing=annealing, kl=0.3
    )
    fit = trainer.fit(x, validation=blobs(200, seed=3)[0])
    model = fit.autoencoder
    held_out, _ = blobs(300, seed=4)
    codes = (model.probability(held_out) > 0.5).astype(np.uint8)
    assert np.sqrt(np.mean((model.mean(codes) - held_out) ** 2)) < 0.6  # the data spread by 3
    assert np.allclose(model.residual, 0.35, atol=0.2)
    patterns = (model.probability(x) > 0.5) @ [1, 2, 4, 8]
    assert all(len({*patterns[kind == k]} & {*patterns[kind != k]}) == 0 for k in range(4))
    first, last = fit.history[0], fit.history[-1]
    assert last["loss"] < first["loss"] - 3.0
    assert last["validation_loss"] < first["validation_loss"] - 3.0
    assert (first["tau"], last["learning_rate"] < 1e-4) == (pytest.approx(1.0, rel=0.1), True)


def test_exported_networks_are_those_that_were_trained():
    x, _ = blobs()
    run = Run(sr.AutoencoderTrainer(**SHORT), x, None, 3)
    run.fit(lambda n=1, **shown: None)
    model = run._autoencoder()
    with torch.no_grad():
        log_odds = evaluate(run.encoder, "relu", run._inputs(x)).numpy()
        bits = (log_odds > 0.0).astype(np.float32)
        out = evaluate(run.decoder, "relu", torch.from_numpy(bits)).numpy()
    scale = np.abs(log_odds).max()
    assert np.allclose(model.log_odds(x), log_odds, atol=1e-5 * scale)
    restored = run.standardisation.undo(out)
    assert np.allclose(model.mean(bits), restored, atol=1e-4)


def test_a_seed_gives_the_same_networks():
    x, _ = blobs()
    trainer = sr.AutoencoderTrainer(**SHORT | {"n_epochs": 2})
    fits = [trainer.fit(x, seed=seed) for seed in (1, 1, 2)]
    weights = [fit.autoencoder.networks[0].layers[0][0] for fit in fits]
    assert np.array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])
    assert fits[0].history == fits[1].history


def test_linear_networks_and_bits():
    x = (blobs()[0] > 0.0).astype(float)
    trainer = sr.AutoencoderTrainer(
        **SHORT | {"hidden_sizes": ()}, likelihood="bernoulli", kl=0.3, weight_decay=1e-3
    )
    model = trainer.fit(x).autoencoder
    assert len(model.networks[0].layers) == 1
    assert model.residual is None
    codes = (model.probability(x) > 0.5).astype(np.uint8)
    assert np.mean((model.mean(codes) > 0.5) == x) > 0.9


def test_balance_keeps_bits_from_idling():
    x, _ = blobs()
    # Means over large batches, which coins alone leave off balance by little.
    options = SHORT | {"batch_size": 100, "kl": 0.0}
    imbalance = [
        sr.AutoencoderTrainer(**options, balance=w).fit(x).history[-1]["imbalance"]
        for w in (0.0, 10.0)
    ]
    assert imbalance[1] < 0.02 < 0.1 < imbalance[0]


def test_patience_keeps_the_best_networks():
    x, _ = blobs(30)
    held_out, _ = blobs(100, seed=5)
    trainer = sr.AutoencoderTrainer(**SHORT | {"n_epochs": 400}, kl=0.0, patience=20)
    fit = trainer.fit(x, validation=held_out)
    losses = [row["validation_loss"] for row in fit.history]
    assert len(losses) < 400
    assert fit.epoch == int(np.argmin(losses)) == len(losses) - 21
    assert fit.settings["patience"] == 20
    assert fit.settings["n_rows"] == 30


@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_divergence_is_told():
    x, _ = blobs()
    trainer = sr.AutoencoderTrainer(**SHORT | {"learning_rate": 1e30})
    with pytest.raises(sr.DivergenceError, match=r"epoch \d+: the loss is .*below 1e\+30"):
        trainer.fit(x)


def test_progress_counts_the_batches():
    seen = []

    class Bar:
        def __enter__(self):
            return lambda n=1, **shown: seen.append((n, shown))

        def __exit__(self, *_):
            pass

    def factory(total, description):
        seen.append((total, description))
        return Bar()

    x, _ = blobs()
    sr.AutoencoderTrainer(**SHORT | {"n_epochs": 2}, progress=factory).fit(x)
    assert seen[0] == (40, "training")
    assert sum(n for n, _ in seen[1:]) == 40
    assert "loss" in seen[-1][1]


def test_an_autoencoder_is_half_of_a_latent_model():
    x, _ = blobs()
    coder = sr.AutoencoderTrainer(**SHORT).fit(x).autoencoder
    fit = sr.fit_latent(x, coder, trainer=sr.ScoreMatching(n_hidden=8, n_epochs=20))
    samples = fit.model.sample(400, sr.BlockGibbs(200))
    nearest = [np.linalg.norm(x - s, axis=1).min() for s in samples.data]
    assert np.mean(np.array(nearest) < 1.5) > 0.9
    assert get_backend().name == samples.info["backend"]

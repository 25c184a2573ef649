"""Binary autoencoders as arrays, and what their trainer refuses; training is tested apart."""

from __future__ import annotations

import builtins
import subprocess
import sys

import numpy as np
import pytest
from scipy import special, stats

import scorerbm as sr
from helpers.models import random_bernoulli
from helpers.statistics import ACCEPT, REJECT, bonferroni, chi_square_states, kolmogorov_smirnov

RNG = np.random.default_rng(0)
A, B = RNG.standard_normal((3, 5)), RNG.standard_normal((5, 2))
a, b = RNG.standard_normal(5), RNG.standard_normal(2)
ACTIVATIONS = {"relu": lambda x: np.maximum(x, 0.0), "silu": lambda x: x * special.expit(x)}
ACTIVATIONS["tanh"] = np.tanh


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_network_is_layers_in_a_row(activation):
    network = sr.DenseNetwork([A, B], [a, b], activation)
    x = RNG.standard_normal((7, 3))
    expected = ACTIVATIONS[activation](x @ A + a) @ B + b
    assert np.allclose(network(x), expected, atol=1e-5)  # parameters are in single precision
    assert (network.n_inputs, network.n_outputs, network.activation) == (3, 2, activation)
    with pytest.raises(ValueError, match="read-only"):
        network.layers[0][0][0, 0] = 0.0


def autoencoder(likelihood="gaussian", **options):
    if likelihood == "gaussian":
        options = {"residual": [0.5, 2.0, 0.0]} | options
    return sr.BinaryAutoencoder(
        sr.DenseNetwork([A, B], [a, b]),
        sr.DenseNetwork([B.T, A.T], [a, np.zeros(3)]),
        **{"mean": [1.0, 2.0, 3.0], "scale": [0.1, 1.0, 10.0], "likelihood": likelihood} | options,
    )


def test_data_are_standardised_on_the_way_in_and_restored_on_the_way_out():
    model, y = autoencoder(), RNG.standard_normal((4, 3))
    x = np.array([1.0, 2.0, 3.0]) + np.array([0.1, 1.0, 10.0]) * y
    encoder, decoder = model.networks
    assert np.allclose(model.log_odds(x), encoder(y))
    assert np.allclose(model.probability(x), special.expit(encoder(y)))
    z = np.array([[0, 1], [1, 1]])
    expected = np.array([1.0, 2.0, 3.0]) + np.array([0.1, 1.0, 10.0]) * decoder(z)
    assert np.allclose(model.mean(z), expected)
    assert np.allclose(autoencoder("bernoulli").mean(z), special.expit(decoder(z)))


def test_what_is_drawn_has_the_law_of_the_likelihood():
    prior, z = random_bernoulli(2, 2), np.ones((20000, 2), np.uint8)
    model = autoencoder()
    noise = sr.LatentModel(model, prior, model).decode(z, noise=True, seed=1) - model.mean(z)
    scaled = noise[:, :2] / [0.5, 2.0]
    assert (noise[:, 2] == 0.0).all()
    assert bonferroni(kolmogorov_smirnov(x, stats.norm.cdf) for x in scaled.T) > ACCEPT
    assert bonferroni(kolmogorov_smirnov(1.1 * x, stats.norm.cdf) for x in scaled.T) < REJECT
    bits = autoencoder("bernoulli")
    drawn = sr.LatentModel(bits, prior, bits).decode(z, noise=True, seed=1)
    p = bits.mean(z[:1])[0]
    law = np.prod(np.where((np.arange(8)[:, None] >> np.arange(3)) & 1, p, 1.0 - p), axis=1)
    assert chi_square_states(drawn, law) > ACCEPT
    assert chi_square_states(drawn, np.full(8, 0.125)) < REJECT
    assert bits.noisy
    assert not autoencoder(residual=None).noisy


def test_what_an_autoencoder_is_made_of_is_checked():
    network = sr.DenseNetwork([A], [a])
    with pytest.raises(TypeError, match="encoder: got int, expected a DenseNetwork"):
        sr.BinaryAutoencoder(3, network, mean=np.zeros(3), scale=np.ones(3))
    with pytest.raises(ValueError, match="decoder: got 3 inputs and 5 outputs, expected 5 and 3"):
        sr.BinaryAutoencoder(network, network, mean=np.zeros(3), scale=np.ones(3))
    with pytest.raises(ValueError, match=r"scale: got 0\.0, expected more than 0"):
        autoencoder(scale=[1.0, 0.0, 1.0])
    with pytest.raises(ValueError, match=r"residual: got -1\.0, expected at least 0"):
        autoencoder(residual=[1.0, -1.0, 1.0])
    with pytest.raises(ValueError, match="residual: got an array, expected None for bits"):
        autoencoder("bernoulli", residual=np.ones(3))
    with pytest.raises(ValueError, match="likelihood: got 'x'"):
        autoencoder("x")
    with pytest.raises(ValueError, match=r"x: got shape \(1, 2\), expected \(any, 3\)"):
        autoencoder().probability([[1.0, 2.0]])
    with pytest.raises(ValueError, match="bits: got 3 at index"):
        autoencoder().mean([[0, 3]])
    assert repr(autoencoder()) == (
        "BinaryAutoencoder(n_visible=3, n_bits=2, likelihood='gaussian')"
    )


@pytest.mark.parametrize(
    ("weights", "biases", "activation", "message"),
    [
        ([], [], "relu", "biases: got 0 layers, expected at least one"),
        ([A, B], [a], "relu", "biases: got 1 layers"),
        ([A, A], [a, a], "relu", r"weights\[1\]: got shape \(3, 5\), expected \(5, any\)"),
        ([A], [b], "relu", r"biases\[0\]: got shape \(2,\), expected \(5\)"),
        ([np.zeros((3, 0))], [np.zeros(0)], "relu", r"weights\[0\]: got shape \(3, 0\)"),
        ([A * np.nan], [a], "relu", r"weights\[0\]: got nan"),
        ([A], [a], "exec", "activation: got 'exec'"),
    ],
)
def test_layers_are_checked(weights, biases, activation, message):
    with pytest.raises(ValueError, match=message):
        sr.DenseNetwork(weights, biases, activation)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_bits": 0}, ValueError, "n_bits: got 0"),
        ({"n_epochs": 1.5}, TypeError, r"n_epochs: got float 1\.5"),
        ({"batch_size": 0}, ValueError, "batch_size: got 0"),
        ({"hidden_sizes": 20}, TypeError, "hidden_sizes: got 20, expected a sequence"),
        ({"hidden_sizes": (0,)}, ValueError, "hidden_sizes: got 0"),
        ({"activation": "step"}, ValueError, "activation: got 'step'"),
        ({"likelihood": "laplace"}, ValueError, "likelihood: got 'laplace'"),
        ({"straight_through": 1}, TypeError, "straight_through: got 1"),
        ({"annealing": 0.5}, TypeError, r"annealing: got 0\.5, expected an Annealing"),
        ({"kl": -1.0}, ValueError, r"kl: got -1\.0"),
        ({"balance": -1.0}, ValueError, r"balance: got -1\.0"),
        ({"weight_decay": -1.0}, ValueError, r"weight_decay: got -1\.0"),
        ({"sigma_floor": 0.0}, ValueError, r"sigma_floor: got 0\.0"),
        ({"learning_rate": 0.0}, ValueError, r"learning_rate: got 0\.0"),
        ({"patience": 0}, ValueError, "patience: got 0"),
    ],
)
def test_options_of_the_trainer_are_checked(options, error, message):
    with pytest.raises(error, match=message):
        sr.AutoencoderTrainer(**options)


def test_data_of_the_trainer_are_checked():
    trainer = sr.AutoencoderTrainer()
    with pytest.raises(ValueError, match="x: got shape"):
        trainer.fit(np.zeros((1, 3)))
    with pytest.raises(ValueError, match=r"x: got shape \(5,\)"):
        trainer.fit(np.zeros(5))
    with pytest.raises(ValueError, match=r"validation: got shape \(2, 2\), expected \(any, 3\)"):
        trainer.fit(np.zeros((5, 3)), validation=np.zeros((2, 2)))
    with pytest.raises(ValueError, match="validation: got no rows"):
        trainer.fit(np.zeros((5, 3)), validation=np.zeros((0, 3)))
    with pytest.raises(ValueError, match="patience: got 3 without validation data"):
        sr.AutoencoderTrainer(patience=3).fit(np.zeros((5, 3)))
    with pytest.raises(ValueError, match=r"x: got 2\.0, expected numbers from 0 to 1"):
        sr.AutoencoderTrainer(likelihood="bernoulli").fit(np.full((5, 3), 2.0))


def test_a_missing_torch_is_one_sentence(monkeypatch):
    own = builtins.__import__

    def without(name, *arguments, **options):
        if name.partition(".")[0] == "torch":
            raise ImportError(f"No module named {name!r}")
        return own(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    for name in [
        name for name in sys.modules if name.startswith("scorerbm.latent.autoencoder_run")
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "scorerbm.latent.relaxed_network", raising=False)
    with pytest.raises(ImportError, match=r'needs PyTorch: pip install "scorerbm\[torch\]"'):
        sr.AutoencoderTrainer().fit(np.random.default_rng(0).random((5, 3)))


def test_a_saved_autoencoder_works_without_torch(tmp_path):
    model, path = autoencoder(), tmp_path / "m.safetensors"
    sr.save(sr.LatentModel(model, random_bernoulli(2, 2), model), path)
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import scorerbm as sr\n"
        f"print(sr.load({str(path)!r}).sample(3, sr.BlockGibbs(2)).data.shape)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "(3, 3)"

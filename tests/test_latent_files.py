"""Latent models in files: round trips, and one clear error for every broken file."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save as to_bytes

import scorerbm as sr
from helpers.gaussian import random_gaussian
from helpers.models import random_bernoulli
from scorerbm import files
from scorerbm.files.metadata import METADATA_KEY

PRIOR = random_bernoulli(4, 3, seed=1)
LAYER = random_gaussian(5, 4, seed=2, data=True)


def network(*sizes, activation="relu", seed=0):
    rng = np.random.default_rng(seed)
    pairs = list(pairwise(sizes))
    weights = [rng.standard_normal(pair) / np.sqrt(pair[0]) for pair in pairs]
    return sr.DenseNetwork(weights, [rng.standard_normal(m) for _, m in pairs], activation)


def autoencoder(likelihood="gaussian"):
    options = {"mean": np.arange(5.0), "scale": np.arange(1.0, 6.0), "likelihood": likelihood}
    if likelihood == "gaussian":
        options["residual"] = np.linspace(0.0, 0.4, 5)
    return sr.BinaryAutoencoder(
        network(5, 7, 6, 4, activation="silu"), network(4, 5, activation="tanh", seed=1), **options
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "latent.safetensors"


def around(coder):
    return sr.LatentModel(coder, PRIOR, coder)


MODELS = {
    "layer": lambda: sr.LatentModel(LAYER, PRIOR, LAYER),
    "layer of bits": lambda: sr.LatentModel(
        *[random_bernoulli(5, 4), PRIOR, random_bernoulli(5, 4)]
    ),
    "autoencoder": lambda: (lambda a: sr.LatentModel(a, PRIOR, a))(autoencoder()),
    "bits": lambda: (lambda a: sr.LatentModel(a, PRIOR, a))(autoencoder("bernoulli")),
    "both": lambda: sr.LatentModel(LAYER, PRIOR, autoencoder()),
}


@pytest.mark.parametrize("name", MODELS)
def test_round_trip_is_exact(path, name):
    model = MODELS[name]()
    sr.save(model, path, training={"epochs": 3})
    loaded = sr.load(path)
    assert isinstance(loaded, sr.LatentModel)
    x = np.random.default_rng(0).random((6, 5))
    assert np.array_equal(loaded.probability(x), model.probability(x))
    assert np.array_equal(loaded.prior.weights, PRIOR.weights)
    drawn, expected = (m.sample(9, sr.BlockGibbs(4), seed=3) for m in (loaded, model))
    assert np.array_equal(drawn.data, expected.data)
    assert drawn.data.std() > 0.0
    for a, b in ((loaded.encoder, model.encoder), (loaded.decoder, model.decoder)):
        assert type(a) is type(b)
    record = sr.read_metadata(path)
    assert (record.family, record.n_visible, record.training) == ("bernoulli", 4, {"epochs": 3})
    again = path.with_name("again.safetensors")
    sr.save(loaded, again, training={"epochs": 3})
    assert again.read_bytes() == path.read_bytes()


def test_one_array_is_kept_once(path):
    sr.save(MODELS["layer"](), path)
    with safe_open(path, framework="np") as file:
        names = set(file.keys())
    assert not any(name.startswith("decoder.") for name in names)
    assert {"weights", "encoder.weights", "encoder.sigma", "encoder.data_mean"} <= names


def test_models_of_either_kind_are_saved_and_loaded(path):
    sr.save(LAYER, path, data_shape=(5, 1))
    assert isinstance(sr.load(path), sr.GaussianRBM)
    assert sr.read_metadata(path).latent is None
    assert sr.read_metadata(path).data_shape == (5, 1)
    sr.save(MODELS["layer"](), path)
    with pytest.raises(ValueError, match=r"it holds a LatentModel, which scorerbm\.load reads"):
        files.load(path)


def test_what_no_file_can_keep(path):
    model = sr.LatentModel(lambda x: x, PRIOR, lambda z: z)
    with pytest.raises(TypeError, match="encoder: got FunctionEncoder, expected a HiddenLayer or"):
        sr.save(model, path)
    with pytest.raises(TypeError, match="decoder: got FunctionDecoder, expected a HiddenLayer or"):
        sr.save(sr.LatentModel(LAYER, PRIOR, lambda z: z), path)
    with pytest.raises(ValueError, match="data_shape: got"):
        sr.save(MODELS["layer"](), path, data_shape=(5,))
    with pytest.raises(TypeError, match="model: got int"):
        sr.save(3, path)
    assert not path.exists()


def rewrite(path, name, arrays=None, **latent):
    """Write a model's file with other arrays, or another record of its coders."""
    sr.save(MODELS[name](), path)
    with safe_open(path, framework="np") as file:
        kept = {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118
        record = json.loads(file.metadata()[METADATA_KEY])
    kept = {k: x for k, x in (kept | (arrays or {})).items() if x is not None}
    record["latent"] |= latent
    path.write_bytes(to_bytes(kept, {METADATA_KEY: json.dumps(record)}))


AUTOENCODER = {"kind": "autoencoder", "likelihood": "gaussian", "activations": ["silu", "tanh"]}


@pytest.mark.parametrize(
    ("name", "arrays", "latent", "message"),
    [
        ("layer", {"encoder.weights": None}, {}, "lacks weights"),
        ("layer", {"encoder.mass": np.zeros(2)}, {}, "holds mass, unknown to GaussianRBM"),
        ("layer", {"weights": None}, {}, "lacks weights"),
        ("layer", {"decoder.mass": np.zeros(2)}, {}, "holds arrays of a decoder that"),
        ("layer", {}, {"encoder": None}, "the metadata lack an encoder"),
        ("layer", {}, {"encoder": {"kind": "pickle"}}, "kind: got 'pickle'"),
        ("layer", {}, {"encoder": {"kind": "hidden layer"}}, "family: got None"),
        ("layer", {}, {"decoder": 3}, "the metadata give 3 as decoder"),
        ("autoencoder", {"encoder.mean": None}, {}, "lacks mean"),
        ("autoencoder", {"encoder.encoder.1.biases": None}, {}, r"lacks encoder\.1\.biases"),
        ("autoencoder", {"encoder.encoder.9.biases": np.zeros(2)}, {}, "unknown to an autoencoder"),
        ("autoencoder", {"encoder.encoder.0.weights": None}, {}, "expected at least one"),
        ("autoencoder", {"encoder.scale": np.zeros(5)}, {}, r"scale: got 0\.0, expected more"),
        ("autoencoder", {}, {"encoder": AUTOENCODER | {"activations": 3}}, "activations: got 3"),
        ("autoencoder", {}, {"encoder": AUTOENCODER | {"likelihood": "x"}}, "likelihood: got 'x'"),
        (
            "autoencoder",
            {},
            {"encoder": AUTOENCODER | {"activations": ["exec", "relu"]}},
            "activation: got 'exec'",
        ),
    ],
)
def test_broken_files(path, name, arrays, latent, message):
    rewrite(path, name, arrays, **latent)
    with pytest.raises(
        ValueError, match=r"latent\.safetensors: not a readable model: .*" + message
    ):
        sr.load(path)


def test_a_prior_of_real_units_is_refused(path):
    sr.save(LAYER, path)
    with safe_open(path, framework="np") as file:
        kept = {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118
        record = json.loads(file.metadata()[METADATA_KEY])
    record["latent"] = {"encoder": {"kind": "hidden layer", "family": "gaussian"}, "decoder": None}
    path.write_bytes(to_bytes(kept, {METADATA_KEY: json.dumps(record)}))
    with pytest.raises(ValueError, match="the prior is of family gaussian, expected bernoulli"):
        sr.load(path)

"""Encoders and decoders of our own as arrays and settings, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _check
from ..files.families import FAMILIES, arrays_of, construct, family_of
from .autoencoder import BinaryAutoencoder
from .coding import Decoder, Encoder
from .hidden_layer import HiddenLayer
from .network import DenseNetwork

__all__ = ["Arrays", "Part", "Settings", "made", "taken"]

Arrays = Mapping[str, NDArray[Any]]
Settings = Mapping[str, Any]
Part = HiddenLayer | BinaryAutoencoder

_KINDS = ("hidden layer", "autoencoder")
_OF_AUTOENCODER = ("mean", "scale", "residual")


def taken(name: str, part: Encoder | Decoder) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return the arrays and plain settings of an encoder or decoder.

    Raises
    ------
    TypeError
        If it is made of a function, whose code no file keeps.
    """
    if isinstance(part, HiddenLayer):
        return arrays_of(part.rbm), {"kind": "hidden layer", "family": family_of(part.rbm)}
    if isinstance(part, BinaryAutoencoder):
        return _of_autoencoder(part)
    raise TypeError(
        f"{name}: got {type(part).__name__}, expected a HiddenLayer or a BinaryAutoencoder: the "
        "code of others is not kept in files; save the prior, and put them around it again"
    )


def made(arrays: Arrays, settings: Settings) -> Part:
    """Return what `taken` took.

    Raises
    ------
    TypeError, ValueError
        If arrays or settings are not those of an encoder or decoder.
    """
    kind = _check.choice("kind", settings.get("kind"), _KINDS)
    if kind == "autoencoder":
        return _autoencoder(arrays, settings)
    family = _check.choice("family", settings.get("family"), FAMILIES)
    return HiddenLayer(construct(FAMILIES[family], arrays))


def _of_autoencoder(part: BinaryAutoencoder) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    kept = part.standardisation
    found: dict[str, NDArray[Any]] = {"mean": kept.mean, "scale": kept.scale}
    if part.residual is not None:
        found["residual"] = part.residual
    encoder, decoder = part.networks
    for name, network in (("encoder", encoder), ("decoder", decoder)):
        for i, (weights, biases) in enumerate(network.layers):
            found |= {f"{name}.{i}.weights": weights, f"{name}.{i}.biases": biases}
    settings = {
        "kind": "autoencoder",
        "likelihood": part.likelihood,
        "activations": [encoder.activation, decoder.activation],
    }
    return {name: np.ascontiguousarray(x) for name, x in found.items()}, settings


def _autoencoder(arrays: Arrays, settings: Settings) -> BinaryAutoencoder:
    activations = settings.get("activations")
    if not isinstance(activations, list) or len(activations) != 2:
        raise ValueError(f"activations: got {activations!r}, expected two")
    left = dict(arrays)
    options = {name: left.pop(name) for name in _OF_AUTOENCODER if name in left}
    missing = [name for name in ("mean", "scale") if name not in options]
    if missing:
        raise ValueError(f"the file lacks {', '.join(missing)}")
    encoder = _network(left, "encoder", activations[0])
    decoder = _network(left, "decoder", activations[1])
    if left:
        raise ValueError(f"the file holds {', '.join(sorted(left))}, unknown to an autoencoder")
    return BinaryAutoencoder(
        encoder,
        decoder,
        mean=options["mean"],
        scale=options["scale"],
        residual=options.get("residual"),
        likelihood=settings.get("likelihood", ""),
    )


def _network(left: dict[str, NDArray[Any]], name: str, activation: Any) -> DenseNetwork:
    """Take the layers of a network away from the arrays."""
    weights: list[NDArray[Any]] = []
    biases: list[NDArray[Any]] = []
    while f"{name}.{len(weights)}.weights" in left:
        i = len(weights)
        weights.append(left.pop(f"{name}.{i}.weights"))
        if f"{name}.{i}.biases" not in left:
            raise ValueError(f"the file lacks {name}.{i}.biases")
        biases.append(left.pop(f"{name}.{i}.biases"))
    return DenseNetwork(weights, biases, activation)

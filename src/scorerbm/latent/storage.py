"""Models of either kind in files: RBMs, and RBMs between an encoder and a decoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import files
from .._version import package_version
from ..files import ModelMetadata
from ..files.families import arrays_of, family_of
from ..files.model_file import PathLike, model_of, opened, tensors, write
from ..rbm import RBM, BernoulliRBM
from .coding import Decoder, Encoder
from .hidden_layer import HiddenLayer
from .model import LatentModel
from .stored_parts import made, taken

__all__ = ["load", "save"]

_PARTS = ("encoder", "decoder")


def save(
    model: RBM | LatentModel,
    path: PathLike,
    *,
    training: Mapping[str, Any] | None = None,
    data_shape: Sequence[int] | None = None,
) -> None:
    """Write a model to a safetensors file.

    The file holds the float32 parameters and, if known, the float64 ``data_mean`` (and
    ``data_scale`` of real units), bit by bit, and `ModelMetadata`; of a latent model those of
    encoder and decoder too, and the record is that of its prior. It appears whole or not at all.
    Equal models with equal records make equal files.

    Parameters
    ----------
    model : RBM or LatentModel
        A latent model with encoder and decoder of our own: a `HiddenLayer`, a `BinaryAutoencoder`.
    path : str or path-like
        By convention ``*.safetensors``.
    training : mapping, optional
        How the model was trained, as plain JSON values: for instance ``fit.record()``.
    data_shape : sequence of int, optional
        Shape of one sample of an RBM where it is an image.

    Raises
    ------
    TypeError, ValueError
        If the model cannot be kept in a file, or the record is not made of finite JSON values.
    OSError
        If the file cannot be written.
    """
    if not isinstance(model, LatentModel):
        files.save(model, path, training=training, data_shape=data_shape)
        return
    if data_shape is not None:
        raise ValueError(f"data_shape: got {data_shape!r}, expected None for a latent model")
    prior = model.prior
    arrays, settings = arrays_of(prior), dict[str, Any]()
    for name, part in zip(_PARTS, _parts(model), strict=True):
        settings[name] = None
        if part is not None:
            own, settings[name] = taken(name, part)
            arrays |= {f"{name}.{k}": x for k, x in own.items()}
    metadata = ModelMetadata(
        family=family_of(prior),
        n_visible=prior.n_visible,
        n_hidden=prior.n_hidden,
        package_version=package_version(),
        training=None if training is None else dict(training),
        latent=settings,
    )
    write(path, arrays, metadata)


def load(path: PathLike) -> RBM | LatentModel:
    """Read a model written by `save`; its arrays are those saved, bit by bit.

    Nothing in a file is executed: a file from a stranger can be wrong, but not harmful.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not a whole scorerbm model that this version can read.
    """
    with opened(path) as (metadata, file):
        arrays = tensors(file)
        if metadata.latent is None:
            return model_of(arrays, metadata)
        groups = {name: _taken_away(arrays, name) for name in _PARTS}
        prior = model_of(arrays, metadata)
        if not isinstance(prior, BernoulliRBM):
            raise ValueError(f"the prior is of family {metadata.family}, expected bernoulli")
        return _latent_model(prior, groups, metadata.latent)


def _latent_model(
    prior: BernoulliRBM, groups: dict[str, dict[str, NDArray[Any]]], settings: Mapping[str, Any]
) -> LatentModel:
    if not isinstance(settings.get("encoder"), dict):
        raise ValueError("the metadata lack an encoder")
    encoder = made(groups["encoder"], settings["encoder"])
    of_decoder = settings.get("decoder")
    if of_decoder is None:
        if groups["decoder"]:
            raise ValueError("the file holds arrays of a decoder that the metadata do not know")
        return LatentModel(encoder, prior, encoder)
    if not isinstance(of_decoder, dict):
        raise ValueError(f"the metadata give {of_decoder!r} as decoder")
    return LatentModel(encoder, prior, made(groups["decoder"], of_decoder))


def _parts(model: LatentModel) -> tuple[Encoder, Decoder | None]:
    """Encoder and decoder; no decoder where the encoder is both."""
    encoder: Encoder | Decoder = model.encoder
    decoder = model.decoder
    if isinstance(encoder, HiddenLayer) and isinstance(decoder, HiddenLayer):
        one = encoder.rbm is decoder.rbm
    else:
        one = encoder is decoder
    return model.encoder, None if one else decoder


def _taken_away(arrays: dict[str, NDArray[Any]], part: str) -> dict[str, NDArray[Any]]:
    names = [name for name in arrays if name.startswith(f"{part}.")]
    return {name.removeprefix(f"{part}."): np.asarray(arrays.pop(name)) for name in names}

"""What may stand for an encoder or a decoder."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..rbm import RBM
from .coding import Decoder, Encoder, FunctionDecoder, FunctionEncoder
from .hidden_layer import HiddenLayer

__all__ = ["Decoding", "Encoding", "as_decoder", "as_encoder", "coders"]

Encoding = Encoder | RBM | Callable[[ArrayLike], ArrayLike]
Decoding = Decoder | RBM | Callable[[NDArray[np.uint8]], ArrayLike]


def as_encoder(value: Encoding) -> Encoder:
    """Return an encoder for what stands for one.

    Raises
    ------
    TypeError
    """
    if isinstance(value, Encoder):
        return value
    if isinstance(value, RBM):
        return HiddenLayer(value)
    if callable(value):
        return FunctionEncoder(value)
    raise TypeError(
        f"encoder: got {type(value).__name__}, expected an Encoder, an RBM or a callable"
    )


def as_decoder(value: Decoding) -> Decoder:
    """Return a decoder for what stands for one.

    Raises
    ------
    TypeError
    """
    if isinstance(value, Decoder):
        return value
    if isinstance(value, RBM):
        return HiddenLayer(value)
    if callable(value):
        return FunctionDecoder(value)
    raise TypeError(
        f"decoder: got {type(value).__name__}, expected a Decoder, an RBM or a callable"
    )


def coders(encoder: Encoding, decoder: Decoding | None) -> tuple[Encoder, Decoder]:
    """Return both; without a decoder, the encoder must be both.

    Raises
    ------
    TypeError
    """
    of_data = as_encoder(encoder)
    if decoder is not None:
        return of_data, as_decoder(decoder)
    if not isinstance(of_data, Decoder):
        raise TypeError(f"decoder: got None, expected a decoder beside {type(of_data).__name__}")
    return of_data, of_data

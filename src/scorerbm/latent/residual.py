"""The noise of data around what their codes are decoded to."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from .codes import code_probability, draw_codes
from .conversions import Decoding, Encoding, as_decoder, as_encoder

__all__ = ["residual_width"]


def residual_width(encoder: Encoding, decoder: Decoding, x: ArrayLike, *, seed: int = 0) -> Reals:
    r"""Root mean square of :math:`x - E[x|z]`, number by number, for codes z drawn given x.

    Samples that are decoded to means alone are smoother than data: noise of this width is what
    they lack, as far as it is independent from number to number.

    Parameters
    ----------
    encoder : Encoder, RBM or callable
    decoder : Decoder, RBM or callable
        See `LatentModel`.
    x : array_like, (n, …)
        Data, preferably not those that encoder and decoder were trained on.
    seed : int
        Of the codes.

    Returns
    -------
    array, of the shape of one x

    Raises
    ------
    TypeError, ValueError
        If there are no data, or encoder or decoder are not theirs.
    """
    data = _check.real_array("x", x)
    if data.ndim == 0 or len(data) == 0:
        raise ValueError(f"x: got shape {data.shape}, expected at least one row")
    mean = as_decoder(decoder).mean(draw_codes(code_probability(as_encoder(encoder), x), seed))
    if mean.shape != data.shape:
        raise ValueError(f"decoder(bits): got shape {mean.shape}, expected {data.shape} as x has")
    return np.asarray(np.sqrt(np.mean(np.square(data - mean), axis=0)))

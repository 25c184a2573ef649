"""Codes of data: their probabilities, checked, and bits drawn from them."""

from __future__ import annotations

from numpy.typing import ArrayLike

from .. import _check
from .._seed import derive_key
from ..backends import in_use
from ..backends.protocol import Bits, Domain, Reals, Words
from ..rbm.chains import chain_ids
from .coding import Encoder

__all__ = ["code_probability", "draw_codes", "row_ids"]


def code_probability(encoder: Encoder, x: ArrayLike, n_bits: int | None = None) -> Reals:
    """q(z_k = 1 | x), (n, K), as the encoder has it.

    Raises
    ------
    ValueError
        If they are not probabilities, or not a row of K for each datum.
    """
    p = _check.real_array("encoder(x)", encoder.probability(x), (None, n_bits or encoder.n_bits))
    n = len(_check.as_array("x", x))
    if len(p) != n:
        raise ValueError(f"encoder(x): got {len(p)} rows, expected {n} as x has")
    if not ((p >= 0.0) & (p <= 1.0)).all():
        wrong = p[(p < 0.0) | (p > 1.0)][0]
        raise ValueError(f"encoder(x): got {wrong}, expected probabilities from 0 to 1")
    return p


def draw_codes(probability: Reals, seed: int, first_row: int = 0, draw: int = 0) -> Bits:
    """Bits of these probabilities; each ``draw`` of the same rows has random numbers of its own."""
    key = derive_key(seed, "codes")
    rows = row_ids(len(probability), first_row)
    return in_use()[0].bernoulli(probability, rows, key, step=draw, domain=Domain.VISIBLE)


def row_ids(n_rows: int, first_row: int) -> Words:
    """Numbers of rows, which select their random numbers."""
    return chain_ids(n_rows, _check.integer("first_row", first_row, 0, (1 << 32) - n_rows))

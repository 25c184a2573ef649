"""Ladders of inverse temperatures: what is asked of them and of the models they temper."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _check
from ..backends.protocol import Words
from .base import RBM
from .bernoulli import BernoulliRBM
from .gaussian import GaussianRBM

__all__ = [
    "MOST_RUNGS",
    "REFERENCES",
    "Tempered",
    "check_betas",
    "check_family",
    "check_reference",
    "reference_of",
    "replica_ids",
]

Tempered = BernoulliRBM | GaussianRBM

MOST_RUNGS = 1 << 16
"""Rungs that the 16 bits of a slot can tell apart."""

REFERENCES = ("uniform", "data")
"""What is sampled at β = 0, of whatever family: see `RBM.references` for those of one."""


def check_reference(value: str | None) -> str | None:
    """Return the name of a reference, or None for that which suits the units.

    Raises
    ------
    ValueError
        If it is another one.
    """
    return None if value is None else _check.choice("reference", value, REFERENCES)


def reference_of(model: RBM, asked: str | None) -> str:
    """What is sampled at β = 0: by default fair coins, where the units can be coins.

    Raises
    ------
    ValueError
        If the units cannot be what is asked for.
    """
    if asked is None:
        return "uniform" if "uniform" in model.references else "data"
    return _check.choice("reference", asked, model.references)


def check_family(model: object) -> Tempered:
    """Return the model, if it is one that can be tempered.

    Raises
    ------
    TypeError, ValueError
        If it is not a model, or is of an unknown family, or a batch of tilted ones.
    """
    if not isinstance(model, (BernoulliRBM, GaussianRBM)):
        expected = (
            "a BernoulliRBM or a GaussianRBM: replicas of other families are not tempered"
            if isinstance(model, RBM)
            else "an RBM"
        )
        raise TypeError(f"model: got {type(model).__name__}, expected {expected}")
    if model.visible_bias.ndim != 1:
        raise ValueError(
            f"model: got visible_bias of shape {model.visible_bias.shape}, expected one model, "
            "not a batch of tilted ones"
        )
    return model


def check_betas(value: Any) -> tuple[float, ...]:
    """Return a ladder as floats.

    Raises
    ------
    TypeError, ValueError
        If they are not numbers that increase from at least 0 to 1.
    """
    betas = _check.real_array("betas", value, (None,))
    if not 2 <= len(betas) <= MOST_RUNGS:
        raise ValueError(f"betas: got {len(betas)} numbers, expected from 2 to {MOST_RUNGS}")
    if not (np.diff(betas) > 0.0).all() or betas[0] < 0.0 or betas[-1] != 1.0:
        raise ValueError(
            f"betas: got {betas.tolist()}, expected increasing numbers from at least 0 to exactly 1"
        )
    return tuple(betas.tolist())


def replica_ids(ladders: Words, n_replicas: int) -> Words:
    """Each replica's number as a chain, ladder · R + replica, (L, R).

    Raises
    ------
    ValueError
        If the last one does not fit 32 bits.
    """
    last = int(ladders[-1])
    if (last + 1) * n_replicas > 1 << 32:
        raise ValueError(
            f"first_chain: got ladders up to number {last} of {n_replicas} replicas each, "
            f"expected numbers below {(1 << 32) // n_replicas}"
        )
    first = ladders.astype(np.uint64) * np.uint64(n_replicas)
    return (first[:, None] + np.arange(n_replicas, dtype=np.uint64)).astype(np.uint32)

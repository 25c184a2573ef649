"""From a user's seed to independent Philox keys."""

from __future__ import annotations

import numpy as np

from . import _check
from .backends.protocol import Key

__all__ = ["derive_key"]


def derive_key(seed: int, *purpose: str | int) -> Key:
    """Return the key of one purpose under a seed; different purposes get independent streams.

    NumPy's ``SeedSequence`` mixes the seed with the purpose; its algorithm is frozen by NumPy's
    stream-compatibility policy.
    """
    entropy = _check.integer("seed", seed)
    path = [n for part in purpose for n in (part.encode() if isinstance(part, str) else (part,))]
    k0, k1 = np.random.SeedSequence(entropy, spawn_key=tuple(path)).generate_state(2)
    return int(k0), int(k1)

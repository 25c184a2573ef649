"""From a user's seed to independent Philox keys."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from . import _check
from .backends.protocol import Key

__all__ = ["derive_key"]


def derive_key(seed: int, *purpose: str | int) -> Key:
    """Return the key of one purpose under a seed; different purposes get independent streams.

    NumPy's ``SeedSequence`` mixes the seed with the purpose; its algorithm is frozen by NumPy's
    stream-compatibility policy.
    """
    path = [n for part in purpose for n in (part.encode() if isinstance(part, str) else (part,))]
    return _mix(_check.integer("seed", seed), tuple(path))


@lru_cache(maxsize=256)  # integrators ask for the same key at every step
def _mix(entropy: int, path: tuple[int, ...]) -> Key:
    k0, k1 = np.random.SeedSequence(entropy, spawn_key=path).generate_state(2)
    return int(k0), int(k1)

"""Operations on real numbers in NumPy."""

from __future__ import annotations

import numpy as np

from ..protocol import Domain, Floats, Key, Reals, StageNumbers, Words
from . import elementary, philox, single
from .uniform import uniform53

__all__ = ["RealNumbers"]

_STATES_AT_ONCE = 1 << 12


class RealNumbers:
    """Their operations of the protocol."""

    def linear(self, x: Reals, weights: Reals, bias: Reals, n_threads: int) -> Reals:
        out = np.empty((len(x), weights.shape[1]))
        out[:] = bias
        for k in range(weights.shape[0]):
            out += x[:, k : k + 1] * weights[k]
        return out

    def sigmoid(self, x: Reals) -> Reals:
        return elementary.sigmoid(x)

    def softplus(self, x: Reals) -> Reals:
        return elementary.softplus(x)

    def uniform(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Reals:
        unit = np.arange(width)
        w0, w1, w2, w3 = philox.philox(unit[None, :] >> 1, chains[:, None], step, domain, key)
        odd = (unit & 1) == 1
        return uniform53(np.where(odd, w2, w0), np.where(odd, w3, w1))

    def normal(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Floats:
        w0, w1, w2, w3 = _words(chains, width, key, step, domain)
        pairs = [single.normal_pair(w0, w1), single.normal_pair(w2, w3)]
        return single.in_order((*pairs[0], *pairs[1]), width)

    def logistic(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Floats:
        w0, w1, w2, w3 = (single.logistic(w) for w in _words(chains, width, key, step, domain))
        return single.in_order((w0, w1, w2, w3), width)

    def stage(
        self,
        v: Floats,
        mean: Floats,
        start: Floats | None,
        numbers: StageNumbers,
        chains: Words,
        key: Key,
        *,
        step: int,
        n_threads: int,
    ) -> Floats:
        keep, pull, base, spread = (np.float32(x) for x in numbers)
        out: Floats = keep * v + pull * mean
        if start is not None:
            out += base * start
        if spread != 0.0:
            out += spread * self.normal(chains, v.shape[1], key, step=step, domain=Domain.NORMAL)
        return out

    def enumerate_states(
        self, weights: Reals, enumerated_bias: Reals, summed_bias: Reals, n_threads: int
    ) -> Reals:
        n_bits = len(enumerated_bias)
        out = np.empty(1 << n_bits)
        for start in range(0, len(out), _STATES_AT_ONCE):
            index = np.arange(start, min(start + _STATES_AT_ONCE, len(out)))
            x = ((index[:, None] >> np.arange(n_bits)) & 1).astype(np.float64)
            total = self.linear(x, enumerated_bias[:, None], np.zeros(1), n_threads)[:, 0]
            terms = self.softplus(self.linear(x, weights, summed_bias, n_threads))
            for column in terms.T:  # in order, as the native kernel adds them
                total = total + column
            out[index] = total
        return out


def _words(
    chains: Words, width: int, key: Key, step: int, domain: int
) -> tuple[Words, Words, Words, Words]:
    """Four words of each of the 16 blocks that 64 units have, (C, 16 ⌈width/64⌉)."""
    block = np.arange(16 * ((width + 63) // 64))
    return philox.philox(block[None, :], chains[:, None], step, domain, key)

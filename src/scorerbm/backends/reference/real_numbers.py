"""Operations on real numbers in NumPy."""

from __future__ import annotations

import numpy as np

from ..protocol import Domain, Key, Reals, Words
from . import elementary, philox
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

    def normal(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Reals:
        block = np.arange((width + 3) // 4)
        w0, w1, w2, w3 = philox.philox(block[None, :], chains[:, None], step, domain, key)
        four = [*elementary.normal_pair(w0, w1), *elementary.normal_pair(w2, w3)]
        out = np.stack(four, axis=-1).reshape(len(chains), 4 * len(block))
        return np.ascontiguousarray(out[:, :width])

    def logistic(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Reals:
        block = np.arange((width + 3) // 4)
        words = philox.philox(block[None, :], chains[:, None], step, domain, key)
        u = elementary.unit_interval(np.stack(words, axis=-1).reshape(len(chains), 4 * len(block)))
        return elementary.log(u[:, :width] / (1.0 - u[:, :width]))

    def euler_maruyama(
        self,
        v: Reals,
        mean: Reals,
        coefficients: tuple[float, float, float],
        chains: Words,
        key: Key,
        *,
        step: int,
        n_threads: int,
    ) -> Reals:
        keep, pull, noise = coefficients
        zeta = self.normal(chains, v.shape[1], key, step=step, domain=Domain.NORMAL)
        return (keep * v + pull * mean) + noise * zeta

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

"""Every operation of the protocol in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..protocol import (
    Bits,
    Counts,
    Domain,
    GibbsResult,
    IntegerRBM,
    Key,
    Moments,
    Reals,
    TemperResult,
    Words,
)
from . import elementary
from .philox import philox

_STATES_AT_ONCE = 1 << 12


class ReferenceBackend:
    """The readable twin of the native kernels."""

    name = "reference"

    # -- binary units -----------------------------------------------------------------------

    def gibbs(
        self,
        rbm: IntegerRBM,
        visible: Bits,
        chains: Words,
        key: Key,
        *,
        first_sweep: int,
        n_sweeps: int,
        beta: Reals,
        mean: bool,
        n_threads: int,
        frozen: Bits | None = None,
    ) -> GibbsResult:
        total = np.zeros(visible.shape) if mean else None
        kept = None if frozen is None else np.broadcast_to(frozen != 0, visible.shape)
        for sweep in range(first_sweep, first_sweep + n_sweeps):
            p = _tempered(visible, rbm.weights, rbm.hidden_bias, rbm.scale, beta)
            hidden = self.bernoulli(p, chains, key, step=sweep, domain=Domain.HIDDEN)
            p = _tempered(hidden, rbm.weights_transposed, rbm.visible_bias, rbm.scale, beta)
            drawn = self.bernoulli(p, chains, key, step=sweep, domain=Domain.VISIBLE)
            if kept is not None:
                drawn, p = np.where(kept, visible, drawn), np.where(kept, visible, p)
            visible = drawn
            if total is not None:
                total += p
        return GibbsResult(visible, hidden, None if total is None else total / n_sweeps)

    def temper(
        self,
        rbm: IntegerRBM,
        visible: Bits,
        chains: Words,
        ladders: Words,
        key: Key,
        *,
        first_sweep: int,
        n_sweeps: int,
        swap_every: int,
        betas: Reals,
        slots: NDArray[np.uint16],
        offset: Reals | None,
        n_threads: int,
    ) -> TemperResult:
        slots, trace, energies = slots.copy(), [], []
        for sweep in range(first_sweep, first_sweep + n_sweeps):
            beta = betas[slots].reshape(-1)
            p = _tempered(visible, rbm.weights, rbm.hidden_bias, rbm.scale, beta)
            hidden = self.bernoulli(p, chains, key, step=sweep, domain=Domain.HIDDEN)
            p = _tempered(hidden, rbm.weights_transposed, rbm.visible_bias, rbm.scale, beta, offset)
            visible = self.bernoulli(p, chains, key, step=sweep, domain=Domain.VISIBLE)
            if (sweep + 1) % swap_every != 0:
                continue
            energy = self.energy(rbm, visible, hidden, n_threads).reshape(slots.shape)
            u = self.uniform(ladders, max(1, len(betas) - 1), key, step=sweep, domain=Domain.SWAP)
            _swap(slots, energy, u, betas, rbm.scale, ((sweep + 1) // swap_every - 1) & 1)
            trace.append(slots.copy())
            energies.append(energy)
        shape = (len(trace), *slots.shape)
        return TemperResult(
            visible,
            hidden,
            slots,
            np.array(trace, np.uint16).reshape(shape),
            np.array(energies, np.int64).reshape(shape),
        )

    def energy(
        self, rbm: IntegerRBM, visible: Bits, hidden: Bits, n_threads: int = 0
    ) -> NDArray[np.int64]:
        v, h = visible.astype(np.int64), hidden.astype(np.int64)
        field = rbm.visible_bias + h @ rbm.weights_transposed.astype(np.int64)
        energy: NDArray[np.int64] = -((v * field).sum(axis=1) + h @ rbm.hidden_bias)
        return energy

    def plan(
        self, rbm: IntegerRBM, n_chains: int, n_threads: int, n_sweeps: int = 1
    ) -> dict[str, Any]:
        return {"kernel": "numpy"}

    def conditional(
        self, states: Bits, weights: Counts, bias: Counts, scale: float, n_threads: int
    ) -> Reals:
        return _tempered(states, weights, bias, scale, np.ones(len(states)))

    def moments(self, rbm: IntegerRBM, visible: Bits, n_threads: int) -> Moments:
        p = self.conditional(visible, rbm.weights, rbm.hidden_bias, rbm.scale, n_threads)
        fixed = np.floor(p * 2.0**20 + 0.5)
        v = visible.astype(np.float64)
        # Sums of integers below 2^53 are exact in float64, in any order.
        unit = 2.0**-20
        return Moments((v.T @ fixed) * unit, v.sum(axis=0), fixed.sum(axis=0) * unit)

    def bernoulli(
        self, probability: Reals, chains: Words, key: Key, *, step: int, domain: int
    ) -> Bits:
        unit = np.arange(probability.shape[1])
        threshold = probability * 65536.0
        whole = np.floor(threshold)
        # Eight 16-bit numbers to a block: compare the first 16 binary digits of u and p.
        words = np.stack(philox(unit[None, :] >> 3, chains[:, None], step, domain, key))
        word = np.take_along_axis(words, ((unit & 7) >> 1)[None, None, :], axis=0)[0]
        u = np.where(unit & 1, word >> np.uint32(16), word & np.uint32(0xFFFF))
        out: Bits = (u < whole).astype(np.uint8)
        # On a tie (once in 65536) a second block decides the digits that follow.
        row, column = np.nonzero(u == whole)
        high, low, _, _ = philox(column, chains[row], step, domain | Domain.REFINE, key)
        out[row, column] = _uniform53(high, low) < (threshold - whole)[row, column]
        return out

    # -- real numbers -----------------------------------------------------------------------

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
        w0, w1, w2, w3 = philox(unit[None, :] >> 1, chains[:, None], step, domain, key)
        odd = (unit & 1) == 1
        return _uniform53(np.where(odd, w2, w0), np.where(odd, w3, w1))

    def normal(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Reals:
        block = np.arange((width + 3) // 4)
        w0, w1, w2, w3 = philox(block[None, :], chains[:, None], step, domain, key)
        four = [*elementary.normal_pair(w0, w1), *elementary.normal_pair(w2, w3)]
        out = np.stack(four, axis=-1).reshape(len(chains), 4 * len(block))
        return np.ascontiguousarray(out[:, :width])

    def logistic(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Reals:
        block = np.arange((width + 3) // 4)
        words = philox(block[None, :], chains[:, None], step, domain, key)
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


def _tempered(
    states: Bits,
    weights: Counts,
    bias: Counts,
    scale: float,
    beta: Reals,
    offset: Reals | None = None,
) -> Reals:
    """σ(β (bias + states @ weights)/scale + offset); the sum is of integers and exact."""
    field = bias + states.astype(np.float64) @ weights.astype(np.float64)
    x = field * (beta / scale)[:, None]
    return elementary.sigmoid(x if offset is None else x + offset)


def _swap(
    slots: NDArray[np.uint16],
    energy: NDArray[np.int64],
    u: Reals,
    betas: Reals,
    scale: float,
    parity: int,
) -> None:
    """Exchange neighbouring inverse temperatures, in place; each pair of a parity meets once."""
    n_ladders, n_replicas = slots.shape
    replica = np.argsort(slots, axis=1)  # of each slot
    ladder = np.arange(n_ladders)
    for k in range(parity, n_replicas - 1, 2):
        low, high = replica[:, k], replica[:, k + 1]
        gain = (energy[ladder, low] - energy[ladder, high]).astype(np.float64)
        exponent = gain * ((betas[k] - betas[k + 1]) / scale)
        accepted = u[:, k] < elementary.exp_nonpositive(np.minimum(exponent, 0.0))
        slots[ladder, low] = np.where(accepted, k + 1, k)
        slots[ladder, high] = np.where(accepted, k, k + 1)


def _uniform53(high: Words, low: Words) -> Reals:
    """53 random bits: the upper 53 of a 64-bit number."""
    word = (high.astype(np.uint64) << np.uint64(32)) | low.astype(np.uint64)
    return (word >> np.uint64(11)).astype(np.float64) * 2.0**-53

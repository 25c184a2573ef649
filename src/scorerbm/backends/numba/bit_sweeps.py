"""Sweeps of chains that are bits at rest, with or without noisy observations of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..protocol import BitSweeps, BitWords, IntegerRBM, Key, Reals, Tilt, Words
from .chains import sweep_chains
from .jit import kernel
from .prepared import bias_rows, layers_of
from .real_numbers import add_noise
from .threads import in_rows, parts_of_sweeps

__all__ = ["sweep_bits"]

_NO_ROWS, _NO_BITS = np.empty((0, 0)), np.empty((0, 0), np.uint64)
_NO_ENERGIES = np.empty(0, np.int64)
_MOST_OFFSETS = 1 << 24
"""Log-odds of observations that are in memory at once."""
_HALF = np.float32(0.5)


@kernel
def _observe(rows: Any, states: Any, ids: Any, snr: Any, key: Any, step: Any, out: Any) -> None:
    """The offsets (C, N) of chains that belong to these rows, which are in ascending order."""
    offset = np.empty(out.shape[1], np.float32)
    for c in range(len(out)):
        row = rows[c]
        if c == 0 or row != rows[c - 1]:
            ratio = snr[row]
            for j in range(len(offset)):
                bit = (states[row, j >> 6] >> np.uint64(j & 63)) & np.uint64(1)
                offset[j] = ratio * (np.float32(bit) - _HALF)
            add_noise(offset, np.sqrt(ratio), ids[row], step, key)
        for j in range(len(offset)):
            out[c, j] = offset[j]


class _Sweeps:
    """Chains of a model, swept in place."""

    def __init__(
        self, rbm: IntegerRBM, start: BitWords, ids: Words, key: Key, n_threads: int
    ) -> None:
        self.shape = len(start), len(rbm.visible_bias), len(rbm.hidden_bias)
        self._layers, self._scale = layers_of(rbm), rbm.scale
        self._biases = bias_rows(rbm.hidden_bias), bias_rows(rbm.visible_bias)
        self.states, self._ids, self._key = np.array(start, order="C"), np.array(ids), key
        self._n_threads = n_threads

    def run(self, chains: range, offset: Reals, first_sweep: int, n_sweeps: int) -> None:
        n_chains, (_, n, m) = len(chains), self.shape
        v, ids = (x[chains.start : chains.stop] for x in (self.states, self._ids))
        h, factor = np.zeros((n_chains, -(-m // 64)), np.uint64), np.full(n_chains, 1 / self._scale)
        for first, count in parts_of_sweeps(first_sweep, n_sweeps, n * m * n_chains):

            def work(a: int, b: int, first: int = first, count: int = count) -> None:
                sweep_chains(
                    self._layers, v[a:b], h[a:b], self._biases, factor[a:b], offset[a:b], _NO_BITS,
                    ids[a:b], first, count, self._key, _NO_ROWS, _NO_ENERGIES,
                )  # fmt: skip

            in_rows(n_chains, n * m * count, self._n_threads, work)

    def offsets(self, tilt: Tilt, chains: range) -> Reals:
        """What observations add to the log-odds of the visible units of some chains."""
        n_chains, n, _ = self.shape
        rows = np.arange(chains.start, chains.stop) * len(tilt.ids) // n_chains
        out = np.empty((len(chains), n))
        given = tuple(np.array(x) for x in (tilt.states, tilt.ids, tilt.snr))

        def work(a: int, b: int) -> None:
            _observe(rows[a:b], *given, tilt.key, tilt.step, out[a:b])

        in_rows(len(out), 50 * n, self._n_threads, work)
        return out


def sweep_bits(
    rbm: IntegerRBM,
    start: BitWords,
    ids: Words,
    key: Key,
    first_sweep: int,
    n_sweeps: int,
    tilt: Tilt | None,
    n_threads: int,
) -> BitSweeps:
    """`Training.sweep_bits`, so many chains at a time that their observations fit."""
    sweeps, half = _Sweeps(rbm, start, ids, key, n_threads), n_sweeps // 2
    halfway = np.array(start, order="C")
    n_chains, n, _ = sweeps.shape
    most = n_chains if tilt is None else _MOST_OFFSETS // max(1, n)
    for begin in range(0, n_chains, max(1, most)):
        chains = range(begin, min(begin + max(1, most), n_chains))
        offset = _NO_ROWS if tilt is None else sweeps.offsets(tilt, chains)
        sweeps.run(chains, offset, first_sweep, half)
        halfway[chains.start : chains.stop] = sweeps.states[chains.start : chains.stop]
        sweeps.run(chains, offset, first_sweep + half, n_sweeps - half)
    return BitSweeps(sweeps.states, halfway)

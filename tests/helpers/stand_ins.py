"""Devices to calibrate: one whose law is known, and one with chains that break and freeze."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from scorerbm.annealing.calibration import Drawn
from scorerbm.annealing.chain_breaks import resolve_chains
from scorerbm.annealing.drawing import for_calibration
from scorerbm.annealing.reads import Reads
from scorerbm.ising import IsingModel

from .reads import draw_reads, read_probabilities

Reals = NDArray[np.float64]


def exact_device(
    ising: IsingModel, device_beta: float | Callable[[float], float]
) -> Callable[[float, float, int, int], Drawn]:
    """Exact reads of a device without chains at a temperature, or at one for each programming."""

    def draw(beta: float, chain_strength: float, n_reads: int, seed: int) -> Drawn:
        at = device_beta(beta) if callable(device_beta) else device_beta
        rng = np.random.default_rng(seed)
        spins = draw_reads(read_probabilities(ising, at / beta), n_reads, rng)
        return Drawn(spins, np.zeros(spins.shape, bool))

    return draw


class ChainedDevice:
    """Single-spin flips, from hot to the device's temperature, of qubits joined to chains.

    Every spin is a chain of ``length`` qubits, and the coupling of i and j lies on the qubits
    (i + j) mod length of their chains, so that qubits fall into two classes without couplings
    inside, which are drawn in turn.
    """

    def __init__(
        self, ising: IsingModel, device_beta: float, *, length: int = 4, n_sweeps: int = 200
    ) -> None:
        self.ising, self.device_beta, self.n_sweeps = ising, device_beta, n_sweeps
        n, m = ising.J.shape
        k = n + m
        self.unit = np.arange(k).repeat(length)
        self._problem, self._chains = np.zeros((2, k * length, k * length))
        i, j = np.indices((n, m)).reshape(2, -1)
        a, b = i * length + (i + j) % length, (n + j) * length + (i + j) % length
        self._problem[a, b] = self._problem[b, a] = ising.J.ravel()
        link = np.flatnonzero(np.arange(k * length) % length != length - 1)
        self._chains[link, link + 1] = self._chains[link + 1, link] = 1.0
        self._fields = (ising.h / length).repeat(length)
        place = np.arange(k * length) % length
        colour = (place + (self.unit >= n)) % 2
        self._classes = [np.flatnonzero(colour == c) for c in (0, 1)]
        self.calls: list[tuple[float, float, int, int]] = []

    def __call__(self, beta: float, chain_strength: float, n_reads: int, seed: int) -> Drawn:
        self.calls.append((beta, chain_strength, n_reads, seed))
        rng = np.random.default_rng(seed)
        coupling = self._problem / beta - chain_strength * self._chains
        fields = self._fields / beta
        s = rng.choice([-1.0, 1.0], (n_reads, len(self.unit)))
        parts = [
            (c, other, coupling[np.ix_(other, c)], fields[c])
            for c, other in (self._classes, self._classes[::-1])
        ]
        for at in self.device_beta * np.linspace(0.02, 1.0, self.n_sweeps):
            for c, other, couplings, field in parts:
                x = 2.0 * at * (field + s[:, other] @ couplings)
                s[:, c] = np.where(rng.random(x.shape) * (1.0 + np.exp(x)) < 1.0, 1.0, -1.0)
        found = resolve_chains(s.astype(np.int8), self.unit, rng=rng)
        number = np.zeros(n_reads, np.intp)
        reads = Reads(found.spins, found.broken, number, None, None, ())
        return for_calibration(reads, "intact")

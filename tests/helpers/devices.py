"""Devices to send programs to: simulated ones with known laws, and some that misbehave."""

from __future__ import annotations

from concurrent.futures import Future
from math import comb
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from scorerbm import BernoulliRBM
from scorerbm.annealing.device import Device
from scorerbm.annealing.embedding import Embedding
from scorerbm.annealing.simulated import IdealAnnealer, SimulatedQPU

from .models import Reals, joint_probabilities

BETA = 6.0
"""Of `ideal_qpu`: not what a calibration starts from."""

STRENGTH = 0.5
"""Of chains, enough for `ideal_qpu`."""


def ideal_qpu(flips: float = 0.0, **options: Any) -> SimulatedQPU:
    """A small Zephyr graph whose reads have the programmed law, but for errors of readout."""
    annealer = IdealAnnealer(BETA, chain_threshold=0.2, flip_probability=flips)
    return SimulatedQPU(annealer, **({"size": 2} | options))


def long_chains(qpu: Any, n: int, m: int, length: int) -> dict[int, tuple[int, ...]]:
    """An embedding in which every chain has so many qubits: more than it needs."""
    graph = qpu.to_networkx_graph()
    from scorerbm.annealing.biclique import Bicliques

    chains = Bicliques(graph).find(n, m)
    assert chains is not None
    used = {q for chain in chains for q in chain}
    longer = {}
    for k, chain in enumerate(chains):
        grown = list(chain)
        while len(grown) < length:
            free = next(p for q in grown for p in sorted(graph[q]) if p not in used)
            grown.append(free)
            used.add(free)
        longer[k] = tuple(grown)
    return longer


def embedded(qpu: Any, n: int, m: int, **options: Any) -> tuple[Device, Embedding]:
    """A device, and chains for a model on it."""
    device = Device(qpu)
    return device, Embedding.of_mapping(n, m, long_chains(qpu, n, m, **options))


def flipped_law(model: BernoulliRBM, wrong: float) -> Reals:
    """Joint law of (v, h) when every unit is flipped with this probability after the draw."""
    p = joint_probabilities(model)
    index = np.arange(len(p))
    for k in range(model.n_visible + model.n_hidden):
        p = (1.0 - wrong) * p + wrong * p[index ^ (1 << k)]
    return p


def wrong_when_intact(flips: float, length: int) -> float:
    """Probability that all qubits of a chain are flipped, if all or none are."""
    return flips**length / (flips**length + (1.0 - flips) ** length)


def wrong_majority(flips: float, length: int) -> float:
    """Probability that most qubits of a chain are flipped, or half of them and a coin is."""
    most = 0.0
    for k in range((length + 1) // 2, length + 1):
        p = comb(length, k) * flips**k * (1.0 - flips) ** (length - k)
        most += p if 2 * k > length else 0.5 * p
    return most


class OddSampler(dimod.Sampler):
    """Draws coins, and does one thing that it should not."""

    properties: dict[str, Any] = {}  # noqa: RUF012
    parameters: dict[str, Any] = {"num_reads": [], "answer_mode": [], "label": []}  # noqa: RUF012

    def __init__(self, fault: str = "") -> None:
        self.fault = fault
        self.calls: list[dict[str, Any]] = []
        self.futures: list[Future[Any]] = []

    def sample(self, bqm: Any, **options: Any) -> dimod.SampleSet:
        self.calls.append(options)
        n = options["num_reads"] - (self.fault == "too few reads")
        labels = list(bqm.variables)[self.fault == "a variable less" :]
        rng = np.random.default_rng(len(self.calls))
        spins: NDArray[Any] = 2 * rng.integers(0, 2, (n, len(labels)), dtype=np.int8) - 1
        vartype = "SPIN"
        if self.fault == "binary":
            spins, vartype = (1 + spins) // 2, "BINARY"
        if self.fault == "other order":
            labels, spins = labels[::-1], np.ascontiguousarray(spins[:, ::-1])
        found = dimod.SampleSet.from_samples(
            (spins, labels), vartype, np.zeros(n), aggregate_samples=self.fault == "histogram"
        )
        if self.fault != "stuck":
            return found
        self.futures.append(Future())
        return dimod.SampleSet.from_future(self.futures[-1])

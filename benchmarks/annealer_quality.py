"""How good samples of an annealer are, of a device whose law or whose errors are known.

    python benchmarks/annealer_quality.py            # all tables
    python benchmarks/annealer_quality.py --quick    # small, to see that it works

Ocean's own client talks to a simulated device over HTTP; embedding, programming, calibration and
chain breaks are those of `scorerbm.Annealer`. The first table has an ideal annealer behind it,
which is twice as cold or as warm as it is taken to be at first: what is left are errors of
sampling, which the second table follows down as reads grow more. The third has an annealer that
cools qubit by qubit, with a field that nobody programmed and errors of control. These change their
sign or their draw with every gauge, so that what they add to the error should fall as one over the
root of the number of gauges, down to what they add in second order, which is the same in every
gauge. In the last the chains are too weak, right and too strong.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

import scorerbm as sr
from scorerbm.annealing.loopback import LoopbackServer
from scorerbm.annealing.simulated import IdealAnnealer, SimulatedQPU, ThermalAnnealer

Reals = NDArray[np.float64]

STARTING_BETA = 8.5
"""What a device with a Zephyr graph is taken to have before it is calibrated."""


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    shapes: tuple[tuple[int, int], ...] = ((16, 16), (64, 64), (128, 16))
    noisy: tuple[tuple[int, int], ...] = ((16, 16), (128, 16))
    """Of devices with errors, whose moments are known by enumeration."""
    graph: int = 12
    missing_qubits: int = 4800 - 4577
    """With 4577 qubits and 41515 couplers left, as Advantage2_system1 has."""
    missing_couplers: int = 175
    reads: int = 4000
    numbers: tuple[int, ...] = (500, 2000, 8000, 32000)
    """Of reads, to see the error of sampling fall."""
    factors: tuple[float, ...] = (0.5, 2.0)
    gauges: tuple[int, ...] = (1, 2, 4, 8, 16, 32)
    repeats: int = 8
    sweeps: int = 256
    strengths: tuple[float, ...] = (0.1, 0.2, 0.3, 0.5, 1.0)
    reference: int = 20_000


QUICK = Size(
    shapes=((6, 5),), noisy=((6, 5),), graph=2, missing_qubits=4, missing_couplers=4, reads=300,
    numbers=(100, 400), factors=(2.0,), gauges=(1, 4), repeats=2, sweeps=32, strengths=(0.3,),
    reference=1000,
)  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """A model, what its moments are, and how far off those of so many reads may be."""

    model: sr.BernoulliRBM
    moments: sr.evaluate.Moments
    floor: float
    """RMS error of the second moments of independent samples of the model."""
    limit: float
    """What the error of one set of them in a hundred exceeds."""
    marginal_floor: float

    @classmethod
    def of(cls, n: int, m: int, size: Size) -> Problem:
        """Weights that couple every unit to its neighbours about as strongly, whatever the size."""
        rng = np.random.default_rng(1000 * n + m)
        w = rng.normal(0.0, 2.0 / np.sqrt(max(n, m)), (n, m))
        model = sr.BernoulliRBM(w, rng.normal(0, 0.3, n), rng.normal(0, 0.3, m))
        exact = min(n, m) <= 20
        sampler = sr.Exact() if exact else sr.ParallelTempering(500)
        pool = sampler.sample(model, size.reference, seed=1).visible
        moments = sr.exact_moments(model) if exact else sr.sample_moments(pool)
        # Moments that come from samples have errors of their own.
        share = 1.0 / size.reads + (0.0 if exact else 1.0 / size.reference)
        p, q = moments.second, moments.first
        floor = float(np.sqrt(np.mean(p * (1.0 - p)) * share))
        # Of sets drawn from the pool, with an error about its own moments.
        own = sr.sample_moments(pool)
        sets = (pool[rng.integers(len(pool), size=size.reads)] for _ in range(200))
        errors = [sr.moment_error(sr.sample_moments(v), own) for v in sets]
        limit = floor * float(np.quantile(errors, 0.99) / np.sqrt(np.mean(np.square(errors))))
        return cls(model, moments, floor, limit, float(np.sqrt(np.mean(q * (1.0 - q)) * share)))

    def error(self, samples: sr.SampleSet) -> float:
        """RMS error of the second moments."""
        return sr.moment_error(sr.sample_moments(samples.visible), self.moments)


@contextmanager
def served(annealer: IdealAnnealer | ThermalAnnealer, size: Size) -> Iterator[object]:
    """Ocean's sampler, connected to a device with this annealer and these defects."""
    qpu = SimulatedQPU(
        annealer,
        size=size.graph,
        n_missing_qubits=size.missing_qubits,
        n_missing_couplers=size.missing_couplers,
    )
    with LoopbackServer(qpu) as server, server.sampler() as sampler:
        yield sampler


def ideal(size: Size) -> Iterator[str]:
    """Calibrations of an ideal annealer from a start that is off, and the moments after them."""
    yield "| model | β | found | off by [%] | rounds | error of E[v vᵀ] | floor | 99 % | s |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for n, m in size.shapes:
        problem = Problem.of(n, m, size)
        for factor in size.factors:
            beta, start = factor * STARTING_BETA, time.perf_counter()
            with served(IdealAnnealer(beta), size) as sampler:
                annealer = sr.Annealer(sampler, chain_strength=1.0)
                with annealer.session() as session:
                    samples = session.sample(problem.model, size.reads, seed=1)
                    found = session.calibration
            assert found is not None
            yield (
                f"| {n}×{m} | {beta:g} | {found.beta:.2f} ± {found.error:.2f} "
                f"| {100.0 * (found.beta / beta - 1.0):+.1f} | {len(found.rounds)} "
                f"| {problem.error(samples):.4f} | {problem.floor:.4f} | {problem.limit:.4f} "
                f"| {time.perf_counter() - start:.0f} |"
            )


def numbers(size: Size) -> Iterator[str]:
    """Errors of an ideal annealer whose temperature is known, against the number of reads."""
    yield "| model | reads | error of E[v vᵀ] | of independent samples | error · √reads |"
    yield "|---|---|---|---|---|"
    for n, m in size.noisy:
        problem = Problem.of(n, m, size)
        with served(IdealAnnealer(STARTING_BETA), size) as sampler:
            annealer = sr.Annealer(sampler, beta=STARTING_BETA, chain_strength=1.0)
            for reads in size.numbers:
                errors = [
                    problem.error(annealer.sample(problem.model, reads, seed=seed))
                    for seed in range(size.repeats)
                ]
                error, floor = _rms(np.array(errors)), problem.floor * np.sqrt(size.reads / reads)
                yield (
                    f"| {n}×{m} | {reads} | {error:.4f} | {floor:.4f} "
                    f"| {error * np.sqrt(reads):.3f} |"
                )


def gauges(size: Size) -> Iterator[str]:
    """What the device's errors add to those of the marginals, against the number of gauges.

    That is the distance from the marginals of the device without errors: what its dynamics leave
    is the same in every gauge.
    """
    yield "| model | gauges | error of E[v] | floor | added | added · √gauges |"
    yield "|---|---|---|---|---|---|"
    for n, m in size.noisy:
        problem = Problem.of(n, m, size)
        clean = ThermalAnnealer(STARTING_BETA, size.sweeps)
        biased = replace(clean, field_bias=0.01, field_noise=0.005, coupling_noise=0.005)
        true, floor = problem.moments.first, problem.marginal_floor
        own = _marginals(problem, clean, size.gauges[-1], size)
        yield f"| {n}×{m} | no errors | {_rms(own - true):.4f} | {floor:.4f} | | |"
        for number in size.gauges:
            found = _marginals(problem, biased, number, size)
            sampling = floor**2 * (1.0 + 1.0 / size.repeats)
            added = np.sqrt(max(_rms(found - own.mean(axis=0)) ** 2 - sampling, 0.0))
            yield (
                f"| {n}×{m} | {number} | {_rms(found - true):.4f} | {floor:.4f} "
                f"| {added:.4f} | {added * np.sqrt(number):.4f} |"
            )


def _rms(x: Reals) -> float:
    return float(np.sqrt(np.mean(x**2)))


def _marginals(problem: Problem, device: ThermalAnnealer, n_gauges: int, size: Size) -> Reals:
    """E[v] in several sets of samples, (repeats, N)."""
    with served(device, size) as sampler:
        annealer = sr.Annealer(sampler, beta=STARTING_BETA, chain_strength=0.3, n_gauges=n_gauges)
        sets = [
            annealer.sample(problem.model, size.reads, seed=seed) for seed in range(size.repeats)
        ]
    return np.stack([samples.visible.mean(axis=0) for samples in sets])


def chains(size: Size) -> Iterator[str]:
    """Moments and temperatures of reads whose chains are too weak, right and too strong."""
    yield (
        "| model | chain strength | broken chains [%] | kept | β of samples | error of E[v vᵀ] "
        "| floor | after 1 sweep | after 5 |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for n, m in size.noisy:
        problem = Problem.of(n, m, size)
        with served(ThermalAnnealer(STARTING_BETA, size.sweeps), size) as sampler:
            for strength in size.strengths:
                annealer = sr.Annealer(sampler, beta=STARTING_BETA, chain_strength=strength)
                sets = [
                    replace(annealer, refine_sweeps=k).sample(problem.model, size.reads, seed=2)
                    for k in (0, 1, 5)
                ]
                report = sets[0].report
                assert report is not None
                errors = [problem.error(samples) for samples in sets]
                yield (
                    f"| {n}×{m} | {strength:g} | {100.0 * report.broken_chains:.2f} "
                    f"| {report.chain_breaks} "
                    f"| {report.effective_beta:.3f} ± {report.effective_beta_error:.3f} "
                    f"| {errors[0]:.4f} | {problem.floor:.4f} "
                    f"| {errors[1]:.4f} | {errors[2]:.4f} |"
                )


TABLES = {
    "Calibrated from a start that is off by two, an ideal annealer": ideal,
    "More and more reads of an ideal annealer of known temperature": numbers,
    "A field of 0.01 on every qubit and errors of control of 0.005": gauges,
    "Chains from too weak to too strong": chains,
}


def main() -> None:
    """Print the tables, row by row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small, to see that it works")
    size = QUICK if parser.parse_args().quick else Size()
    for title, table in TABLES.items():
        print(f"\n### {title}\n")
        for row in table(size):
            print(row, flush=True)


if __name__ == "__main__":
    main()

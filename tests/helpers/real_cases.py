"""Chains of real visible and binary hidden units on arguments of a given size."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scorerbm.backends import Backend
from scorerbm.backends.protocol import RealMove, RealWeights, Words

KEY = (0x243F6A88, 0x85A308D3)


def real_results(
    backend: Backend, shape: tuple[int, int, int], chains: Words, n_threads: int
) -> dict[str, NDArray[Any]]:
    """Results by name."""
    C, N, M = shape
    rng = np.random.default_rng([C, N, M])

    def draw(*shape: int) -> NDArray[np.float32]:
        return rng.standard_normal(shape).astype(np.float32)

    weights = RealWeights(draw(N, M), rng.integers(-(2**22), 2**22, (M, N), dtype=np.int32))
    gain = (2.0**-22 * rng.uniform(0.5, 1.0, (C, N))).astype(np.float32)
    bias, spread, memory = draw(C, N), np.abs(draw(C, N)), rng.random((C, N), np.float32)
    frozen = rng.integers(0, 2, (C, N), dtype=np.uint8)
    hidden_bias, visible = draw(M), rng.standard_normal((C, N))
    shared = RealMove(*(rng.random(N, np.float32) for _ in range(3)), None)
    shared = shared._replace(gain=np.float32(2.0**-22) * shared.gain)
    results: dict[str, NDArray[Any]] = {}
    for name, move, options in [
        ("shared", shared, {}),
        ("shared, mean", shared, {"mean": True, "frozen": frozen.max(axis=0, initial=0)}),
        ("memory", shared._replace(memory=rng.random(N, np.float32)), {"frozen": frozen}),
        ("each", RealMove(gain, bias, spread, None), {"mean": True}),
        ("each, memory", RealMove(gain, bias, spread, memory), {"mean": True, "frozen": frozen}),
    ]:
        found = backend.real_gibbs(
            weights, hidden_bias, move, visible, chains, KEY, first_sweep=5, n_sweeps=3,
            beta=rng.uniform(0.0, 2.0, C), n_threads=n_threads, **{"mean": False} | options,
        )  # fmt: skip
        results |= {
            f"real_gibbs.{k}, {name}": x for k, x in found._asdict().items() if x is not None
        }
    return results

"""Operations on graphs, for comparisons of all their bits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scorerbm.backends import Backend, IntegerGraph
from scorerbm.rbm.graph import build_graph


def random_graph(n: int, n_pairs: int, rng: np.random.Generator, width: float = 1.0) -> Any:
    """Arguments of `build_graph`: pairs of all kinds of degrees, some of them twice."""
    if n < 2:
        return n, [], [], [], rng.normal(0.0, width, n)
    i = np.minimum(rng.integers(0, n, n_pairs), rng.integers(0, n, n_pairs))
    j = (i + rng.integers(1, n, n_pairs)) % n
    return n, i, j, rng.normal(0.0, width, n_pairs), rng.normal(0.0, width, n)


def graph_results(
    backend: Backend, shape: tuple[int, int, int], chains: NDArray[np.uint32], n_threads: int
) -> dict[str, Any]:
    """One inverse temperature for all chains, and one for each; a fine grid and a coarse one."""
    C, n, m = shape
    rng = np.random.default_rng([*shape, 5])
    states = rng.integers(0, 2, (C, n), dtype=np.uint8)
    key = (7, 8)
    graphs: dict[str, IntegerGraph] = {
        "": build_graph(*random_graph(n, 2 * n + m, rng)),
        ", strong": build_graph(*random_graph(n, 3 * n, rng, 30.0)),
    }
    out = {}
    for name, graph in graphs.items():
        for kind, beta in {
            "beta": np.array([[0.0], [0.3], [1.0]]),
            "betas": rng.uniform(-0.5, 2.0, (3, C)),
        }.items():
            swept = backend.sweep_graph(
                graph, states, chains, key, first_sweep=9, beta=beta, n_threads=n_threads
            )
            out[f"sweep_graph, {kind}{name}"] = swept
            out[f"graph_energy, {kind}{name}"] = backend.graph_energy(graph, swept, n_threads)
    return out

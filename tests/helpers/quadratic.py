"""Small quadratic models, and their Boltzmann distributions by enumeration."""

from __future__ import annotations

from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from .models import state_index, states

__all__ = ["boltzmann", "counts", "graph", "layers", "pieces"]

Reals = NDArray[np.float64]


def layers(vartype: str, n: int = 3, m: int = 3, seed: int = 0) -> Any:
    """Complete bipartite, with labels of several kinds in an order of their own."""
    rng = np.random.default_rng(seed)
    names: list[Any] = ["x", ("y", 1), 7, "a", 2, "c", "d"][: n + m]
    size = 0.6 if vartype == "SPIN" else 2.0
    bqm = dimod.BinaryQuadraticModel(vartype)
    for name in names:
        bqm.add_linear(name, rng.normal(0.0, size))
    for u in names[:n]:
        for v in names[n:]:
            bqm.add_quadratic(u, v, rng.normal(0.0, size))
    bqm.offset = 1.5
    return bqm


def pieces(vartype: str) -> Any:
    """Two components, a variable without couplings and a coupling of value 0."""
    linear = {0: 0.4, 1: -0.3, 5: 1.1, 3: 0.2}
    quadratic = {(0, 1): 0.9, (1, 2): -0.8, (3, 4): 1.3, (2, 3): 0.0}
    return dimod.BinaryQuadraticModel(linear, quadratic, -2.0, vartype)


def graph(vartype: str) -> Any:
    """Not bipartite: a triangle, a square with a diagonal, and a tail."""
    edges = ["ab", "bc", "ca", "cd", "de", "ef", "fc", "df"]
    rng = np.random.default_rng(3)
    size = 0.5 if vartype == "SPIN" else 2.0
    linear = {name: rng.normal(0.0, size) for name in "abcdef"}
    return dimod.BinaryQuadraticModel(
        linear, {edge: rng.normal(0.0, size) for edge in edges}, 0.5, vartype
    )


def boltzmann(bqm: Any, beta: float = 1.0, labels: Any = None) -> Reals:
    """Probabilities of all states, bit k of the index being that of the variable k."""
    labels = list(bqm.variables) if labels is None else labels
    bits = states(len(labels))
    values = bits if bqm.vartype is dimod.BINARY else 2.0 * bits - 1.0
    weight = -beta * bqm.energies((values, labels))
    p = np.exp(weight - weight.max())
    return p / p.sum()


def counts(samples: Any, labels: Any) -> NDArray[np.int64]:
    """How often each state is among the samples, numbered as by `boltzmann`."""
    order = [samples.variables.index(x) for x in labels]
    bits = samples.record.sample[:, order] > 0
    return np.bincount(state_index(bits.astype(np.float64)), minlength=1 << len(labels))

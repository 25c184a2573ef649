"""Does a peer sample the RBM that it was given? Its states against an enumerated distribution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from peers import Peer, Problem

__all__ = ["ACCEPT", "REJECT", "p_value", "small_problem", "visible_probabilities"]

ACCEPT, REJECT = 1e-4, 1e-12
"""A correct peer fails once in ten thousand seeds; a wrong one must be refused beyond doubt."""


def small_problem(n_chains: int = 20_000, n_threads: int = 1) -> Problem:
    """A 6 x 4 RBM whose parameters and sums are multiples of 1/4, exact even in bfloat16."""
    rng = np.random.default_rng(3)
    w, b, c = (
        (np.rint(4.0 * rng.normal(size=size)) / 4.0).astype(np.float32) for size in ((6, 4), 6, 4)
    )
    visible = rng.integers(0, 2, (n_chains, 6), dtype=np.uint8)
    return Problem(w, b, c, visible, n_threads)


def visible_probabilities(problem: Problem) -> NDArray[np.float64]:
    """p(v) of all 2ᴺ states, bit i of the index being v_i."""
    w, b, c = (x.astype(np.float64) for x in problem[:3])
    v = (np.arange(2 ** len(b))[:, None] >> np.arange(len(b)) & 1).astype(np.float64)
    log_weight = v @ b + np.logaddexp(0.0, v @ w + c).sum(axis=1)
    p = np.exp(log_weight - log_weight.max())
    return p / p.sum()


def p_value(peer: Peer, probabilities: NDArray[np.float64], n_sweeps: int = 100) -> float:
    """P-value of Pearson's χ²: one state of each chain, so that the draws are independent.

    The cells with an expectation below 5 count as one.
    """
    from scipy import stats

    peer.run(n_sweeps)
    visible = np.asarray(peer.visible(), dtype=np.int64)
    index = visible @ (1 << np.arange(visible.shape[1]))
    counts = np.bincount(index, minlength=len(probabilities)).astype(np.float64)
    expected = probabilities * len(visible)
    rare = expected < 5.0
    observed = np.append(counts[~rare], counts[rare].sum())
    expected = np.append(expected[~rare], expected[rare].sum())
    observed, expected = observed[expected > 0.0], expected[expected > 0.0]
    statistic = ((observed - expected) ** 2 / expected).sum()
    return float(stats.chi2.sf(statistic, len(expected) - 1))

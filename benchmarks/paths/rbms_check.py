"""Does rbms do what it says? Its chains against an enumeration, its gradient against a formula."""

from __future__ import annotations

from typing import Any

import numpy as np

from peers import Problem
from peers.training import TrainingProblem
from ratios import check

from .base import Build

__all__ = ["rbms_p_value"]


def rbms_p_value(build: Build, problem: TrainingProblem) -> float:
    """P-value of chains that have not learned; 0 for a gradient of another direction."""
    init = problem.init
    still = problem._replace(learning_rate=0.0, n_copies=20_000)
    contestant = build(still)
    contestant.run(2)
    if not _same_direction(contestant.last_step(), init):
        return 0.0
    rbm = Problem(*init.values(), contestant.last_step()["samples"], problem.n_threads)
    return check.p_value(_Stopped(contestant), check.visible_probabilities(rbm), 0)


class _Stopped:
    """Chains where they are, as a peer of block Gibbs."""

    def __init__(self, contestant: Any) -> None:
        self._samples = contestant.last_step()["samples"]

    def run(self, n_sweeps: int) -> None: ...

    def visible(self) -> Any:
        return self._samples


def _same_direction(seen: dict[str, Any], init: Any) -> bool:
    """The contrast of products around the data's means, by the samples' hidden means."""
    w, c = (init[name].astype(np.float64) for name in ("weights", "hidden_bias"))
    data, samples = (
        (v, 1.0 / (1.0 + np.exp(-(v @ w + c)))) for v in (seen["data"], seen["samples"])
    )
    means = [x.mean(axis=0) for x in data]
    of_data, of_samples = ((v - means[0]).T @ (h - means[1]) / len(v) for v, h in (data, samples))
    wanted, found = of_data - of_samples, seen["gradient"]
    cosine = (wanted * found).sum() / np.sqrt((wanted**2).sum() * (found**2).sum())
    return bool(cosine > 1.0 - 1e-5)

"""PCD of the package ``rbms`` (PyTorch)."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

import scorerbm as sr

from .method import LOOKS, Method, Setting
from .problems import Problem
from .stopwatch import Stopwatch, spaced

__all__ = ["RbmsPCD"]


class RbmsPCD(Method):
    """The loop of ``rbms.training.pcd.train`` around its own step and plain gradient ascent.

    Left out is its writing of files after every update, which would take most of the time. As
    there, gradients are normalised to length 1, and the rate is constant.
    """

    name = "rbms"
    knobs: ClassVar = {"rate": (0.1, 0.03, 0.3, 1.0), "chains": (100, 50, 300, 1000),
                       "centred": (True, False)}  # fmt: skip
    n_sweeps = 5

    def train(
        self, problem: Problem, setting: Setting, n_updates: int, seed: int, looks: int = LOOKS
    ) -> Stopwatch:
        import torch
        from rbms.bernoulli_bernoulli.classes import BBRBM
        from rbms.bernoulli_bernoulli.implement import _init_parameters
        from rbms.training.pcd import fit_batch_pcd

        torch.manual_seed(seed)
        torch.set_num_threads(1)
        data_mean = (problem.train.sum(axis=0) + 0.5) / (len(problem.train) + 1.0)
        wanted = set(spaced(n_updates, looks))
        if n_updates > 1:  # its functions are compiled when they are first called
            self.train(problem, setting, 1, seed, 1)
            torch.manual_seed(seed)
        watch = Stopwatch()
        data = torch.from_numpy(problem.train).to(torch.float32)
        weights = torch.ones(len(data))
        device = torch.device("cpu")
        visible, hidden, couplings = _init_parameters(problem.n_hidden, data, device, torch.float32)
        parameters = BBRBM(couplings, visible, hidden)
        chains = parameters.init_chains(num_samples=setting["chains"])
        parameters.init_grad()
        ascent = torch.optim.SGD(parameters.parameters(), lr=setting["rate"], maximize=True)
        with torch.no_grad():
            for update in range(1, n_updates + 1):
                rows = torch.randperm(len(data))[: self.batch_size]
                ascent.zero_grad(set_to_none=False)
                chains, _ = fit_batch_pcd(
                    (data[rows], weights[rows]),
                    chains,
                    parameters,
                    self.n_sweeps,
                    1.0,
                    centered=setting["centred"],
                )
                ascent.step()
                if update in wanted:
                    watch.look(update, converted(parameters, data_mean))
        return watch


def converted(parameters: Any, data_mean: Any) -> sr.BernoulliRBM:
    arrays = (
        np.array(x.numpy(), np.float64)
        for x in (parameters.weight_matrix, parameters.vbias, parameters.hbias)
    )
    return sr.BernoulliRBM(*arrays, data_mean=data_mean)

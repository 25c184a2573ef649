"""Every method that draws from the model."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

import scorerbm as sr
from scorerbm.backends import get_backend
from scorerbm.rbm.chains import chain_ids
from scorerbm.sample.bit_replicas import BitPath
from scorerbm.sample.replica_flow import ReplicaFlow
from scorerbm.sample.replicas import Streams

from .problem import Problem, Run, Size, look

ALONG = "trajectory tempering"
REFERENCES = ("tempering, uniform", "tempering, data", ALONG)


def gibbs(problem: Problem, size: Size, from_data: bool = False) -> Run:
    half = size.gibbs // 2
    every = max(1, half // 500)
    sampler = sr.BlockGibbs(size.gibbs, collect_every=every, burn_in=half, n_threads=1)
    init = None
    if from_data:
        rows = np.random.default_rng(0).permutation(len(problem.train))[: size.chains]
        init = problem.train[rows]
    start = time.process_time()
    samples = sampler.sample(problem.model, size.chains, init=init)
    seconds = time.process_time() - start
    draws = samples.draws
    assert draws is not None
    return Run(*look(problem, draws.visible, draws.hidden), every, seconds, 0.5, samples.info)


def tempering(problem: Problem, size: Size, reference: str | None = None) -> Run:
    """Along a tuned ladder from a reference, or along the models of the training."""
    half = (size.along if reference is None else size.sweeps) // 2
    every = max(1, half // 500)
    n_each, n_ladders = half // every, size.ladders
    sampler = sr.ParallelTempering(half, samples_per_ladder=n_each, thin=every, n_threads=1)
    model: Any = problem.models
    if reference is None:
        n_ladders = size.models
    else:
        betas = sr.tune_ladder(problem.model, reference=reference, n_threads=1).betas
        model, sampler = problem.model, replace(sampler, betas=betas, reference=reference)
    start = time.process_time()
    samples = sampler.sample(model, n_ladders * n_each)
    seconds = time.process_time() - start
    states = (
        x.reshape(n_ladders, n_each, -1).swapaxes(0, 1) for x in (samples.visible, samples.hidden)
    )
    return Run(*look(problem, *states), every, seconds, 0.5, samples.info)


def from_a_mode(problem: Problem, size: Size, reference: str) -> Run:
    """Tempering whose replicas all start in the largest mode of the data: the hardest start.

    `ParallelTempering` starts from its reference, which is far from all modes. A ladder that is
    right forgets this start too.
    """
    half = size.sweeps // 2
    every = max(1, half // 500)
    betas = sr.tune_ladder(problem.model, reference=reference, n_threads=1).betas
    points = problem.plane.project(problem.train)
    distance = ((points[:, None] - problem.centres) ** 2).sum(axis=2)
    rows = problem.train[distance.argmin(axis=1) == 0]
    n = size.ladders * len(betas)
    path = BitPath.to(problem.model, reference, "auto")
    streams = Streams(chain_ids(size.ladders), (1, 2), get_backend("auto"), 1)
    start = np.ascontiguousarray(rows[np.arange(n) % len(rows)])
    replicas = path.replicas(betas, start, streams)
    flow, states = ReplicaFlow(replicas.slots), []
    begin = time.process_time()
    replicas.follow(half, flow)
    for _ in range(half // every):
        replicas.follow(every, flow)
        states.append(replicas.on_rung(len(betas) - 1))
    seconds = time.process_time() - begin
    info = {"betas": betas.tolist(), "n_replicas": len(betas), "n_ladders": size.ladders}
    info |= {"replica_sweeps": replicas.sweep} | flow.summary()
    visible, hidden = (np.stack(x) for x in zip(*states, strict=True))
    return Run(*look(problem, visible, hidden), every, seconds, 0.5, info)


def reverse(
    problem: Problem,
    size: Size,
    n_steps: int,
    reference: str | None = None,
    from_biases: bool = False,
) -> Run:
    """The reverse SDE with the kept Gibbs chain, or with a tempered one on a tuned ladder.

    Chains start from the data's frequencies, or from the model's biases if it does not know them.
    """
    model = problem.model
    if from_biases:
        model = sr.BernoulliRBM(*model.parameters.values())
    n, denoiser = size.particles, sr.GibbsDenoiser()
    if reference is not None:
        betas = sr.tune_ladder(problem.model, reference=reference, n_threads=1).betas
        n, denoiser = (
            size.tempered_particles,
            sr.TemperedDenoiser(betas, reference=reference),
        )
    sampler = sr.ReverseSDE(n_steps, denoiser=denoiser, n_threads=1)
    start = time.process_time()
    samples = sampler.sample(model, n)
    seconds = time.process_time() - start
    states = samples.visible[None], samples.hidden[None]
    return Run(*look(problem, *states), 1, seconds, 0.0, samples.info)


def start(problem: Problem, size: Size, n_sweeps: int) -> Run:
    """What the Gibbs chain inside the reverse SDE does from its start without an observation."""
    model = problem.model
    p = np.full(model.n_visible, 0.5) if model.data_mean is None else model.data_mean
    init = np.random.default_rng(0).random((size.particles, len(p))) < p
    sampler = sr.BlockGibbs(n_sweeps, n_threads=1)
    begin = time.process_time()
    samples = sampler.sample(model, size.particles, init=init.astype(np.uint8))
    seconds = time.process_time() - begin
    states = samples.visible[None], samples.hidden[None]
    return Run(*look(problem, *states), 1, seconds, 0.0, samples.info)


def methods(size: Size) -> dict[str, tuple[Callable[..., Run], tuple[Any, ...]]]:
    """Every method by name: what to call with the problem, the size and these arguments."""
    found: dict[str, tuple[Callable[..., Run], tuple[Any, ...]]] = {
        ALONG: (tempering, ()),  # the longest first, for two processes at work
        "tempering, uniform": (tempering, ("uniform",)),
        "tempering, data": (tempering, ("data",)),
        "tempering, uniform, from a mode": (from_a_mode, ("uniform",)),
        "tempering, data, from a mode": (from_a_mode, ("data",)),
    }
    for n in size.tempered_steps[::-1]:
        found[f"SDE, tempered chain, {n} steps"] = (reverse, (n, "data"))
    for n in size.steps[::-1]:
        found[f"SDE, Gibbs chain, {n} steps"] = (reverse, (n,))
        found[f"SDE from biases, {n} steps"] = (reverse, (n, None, True))
        found[f"Gibbs from frequencies, {n}"] = (start, (n,))
    return found | {"Gibbs from random": (gibbs, ()), "Gibbs from data": (gibbs, (True,))}


def order(size: Size) -> list[str]:
    """Names as they are shown."""
    names = ["Gibbs from random", "Gibbs from data", *REFERENCES]
    names += [f"tempering, {reference}, from a mode" for reference in ("uniform", "data")]
    names += [f"Gibbs from frequencies, {n}" for n in size.steps]
    names += [f"SDE, Gibbs chain, {n} steps" for n in size.steps]
    names += [f"SDE from biases, {n} steps" for n in size.steps]
    return names + [f"SDE, tempered chain, {n} steps" for n in size.tempered_steps]

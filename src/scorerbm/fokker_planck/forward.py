"""Paths of the forward diffusion."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from .._seed import derive_key
from ..backends import get_backend
from ..backends.protocol import Floats, StageNumbers
from ..rbm import RBM
from ..rbm.chains import chain_ids
from ..sample import Exact, Trajectory
from ..schedule import Schedule

__all__ = ["forward_sde"]


def forward_sde(
    model: RBM,
    schedule: Schedule,
    times: ArrayLike,
    n_samples: int,
    *,
    n_steps: int = 1000,
    seed: int = 0,
    backend: str = "auto",
    n_threads: int | None = None,
) -> Trajectory:
    r"""Draw v₀ from the model and follow the forward SDE by the Euler–Maruyama scheme.

    .. math:: dv = -\tfrac12\beta(t)\,v\,dt + \sqrt{\beta(t)}\,dw

    Parameters
    ----------
    model : RBM
        With few enough hidden units to be sampled by enumeration.
    schedule : Schedule
    times : array_like, (T,)
        Increasing times in (0, 1] at which to keep the state.
    n_samples : int
        Paths.
    n_steps : int
        Steps in the unit of time. Between two kept times they are of equal length, no longer than
        1/n_steps.
    seed : int
        The same seed gives the same paths.
    backend, n_threads
        Where the work is done; neither changes the result.

    Returns
    -------
    Trajectory
        ``times`` as given and ``states``, (T, n_samples, N).

    Raises
    ------
    ValueError
        If times do not increase within (0, 1], or the model is too large to enumerate.
    """
    kept = _check.real_array("times", times, (None,))
    if not (len(kept) and kept[0] > 0.0 and kept[-1] <= 1.0 and (np.diff(kept) > 0.0).all()):
        raise ValueError(f"times: got {kept}, expected increasing times in (0, 1]")
    n_steps = _check.integer("n_steps", n_steps, 1)
    if not isinstance(schedule, Schedule):
        raise TypeError(f"schedule: got {type(schedule).__name__}, expected a Schedule")
    data = Exact(backend=backend, n_threads=n_threads).sample(model, n_samples, seed=seed)
    engine, key, ids = get_backend(backend), derive_key(seed, "forward"), chain_ids(n_samples)
    v: Floats = data.visible.astype(np.float32)
    states, step = [], 0
    for before, after in pairwise([0.0, *kept]):
        count = max(1, math.ceil((after - before) * n_steps))
        length = (after - before) / count
        for t in before + length * np.arange(count):
            noise = float(schedule.noise_rate(t)) * length
            numbers = StageNumbers(1.0 - 0.5 * noise, 0.0, spread=math.sqrt(noise))
            v = engine.stage(v, v, None, numbers, ids, key, step=step, n_threads=n_threads or 0)
            step += 1
        states.append(v)
    return Trajectory(kept, np.stack(states))

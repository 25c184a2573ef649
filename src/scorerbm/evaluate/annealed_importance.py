"""Annealed importance sampling of a partition function, from below and from above."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from .._progress import Progress, progress_bar
from .._seed import derive_key
from ..backends import get_backend
from ..backends.protocol import Backend, Reals
from ..rbm import RBM, Chains
from ..rbm.chains import chain_ids
from ._arguments import check_model, place, states
from .enumeration import log_sum_exp
from .log_z import LogPartition

__all__ = ["annealed_importance", "reverse_annealed_importance"]


def annealed_importance(
    model: RBM,
    *,
    n_runs: int = 512,
    n_temperatures: int = 2000,
    reference: str = "data",
    seed: int = 0,
    backend: str = "auto",
    n_threads: int | None = None,
    progress: Progress = False,
) -> LogPartition:
    r"""Estimate ln Z by annealing from independent units to the model.

    Each run draws :math:`v_0` from a model of independent units, by default with the data's
    marginals, whose :math:`Z_0` is known, and passes through
    :math:`p_k(v) \propto f_k(v) = e^{-F_k(v)}` at inverse temperatures
    :math:`0 = \beta_0 < \dots < \beta_K = 1`, one block Gibbs sweep at each:

    .. math::

        w = \prod_{k=1}^{K} \frac{f_k(v_{k-1})}{f_{k-1}(v_{k-1})}, \qquad
        v_k \sim T_k(\cdot \mid v_{k-1}), \qquad \mathrm{E}[w] = Z/Z_0.

    Parameters
    ----------
    model : RBM
    n_runs : int
        R, independent runs.
    n_temperatures : int
        K + 1, the two ends included, evenly spaced.
    reference : {"data", "uniform"}
        Where runs start: units with the data's marginals, or fair coins, for binary units. The
        data's are nearer to the model where it has learnt them, but units that hardly vary in the
        data freeze on the way to states of the model that the data have not.
    seed : int
        The same seed gives the same estimate, whatever ``n_threads``.
    backend : {"auto", "native", "reference"}
    n_threads : int, optional
        All cores by default.
    progress : bool or callable
        Show a progress bar.

    Returns
    -------
    LogPartition
        :math:`\ln Z_0 + \ln \bar w`, below ln Z on average, with the standard error
        :math:`s_w/(\bar w\sqrt R)` of the delta method. The error does not see modes that no run
        reached: `reverse_annealed_importance` bounds ln Z from the other side.

    References
    ----------
    Neal, Statistics and Computing 11 (2001), doi 10.1023/A:1008923215028. Salakhutdinov and
    Murray, ICML 2008, doi 10.1145/1390156.1390266.
    """
    check_model(model)
    n = _check.integer("n_runs", n_runs, 2, 1 << 32)
    betas = _ladder(n_temperatures)
    where, threads = place(backend, n_threads)
    base = model.independent(_check.choice("reference", reference, model.references))
    ids = chain_ids(n)
    mean = np.repeat(base.visible_mean(np.zeros((1, model.n_hidden))), n, axis=0)
    # Runs from one reference are independent of those from another.
    purpose = "annealed importance" + ("" if reference == "data" else f" from {reference}")
    key = derive_key(seed, f"{purpose} start")
    start = base.draw_visible(mean, ids, key, step=0, backend=where)
    chains = Chains(start, ids, derive_key(seed, purpose))
    log_w = _anneal(model, base, betas, chains, where, threads, progress)
    log_mean, error = _log_mean(log_w)
    return LogPartition(_log_z_independent(base) + log_mean, error, "ais")


def reverse_annealed_importance(
    model: RBM,
    v: ArrayLike,
    *,
    n_temperatures: int = 2000,
    n_sweeps: int = 0,
    reference: str = "data",
    seed: int = 0,
    backend: str = "auto",
    n_threads: int | None = None,
    progress: Progress = False,
) -> LogPartition:
    r"""Estimate ln Z by annealing from samples of the model back to independent units.

    The runs of `annealed_importance` in reverse: :math:`\mathrm{E}[1/w] = Z_0/Z` if the start is
    a sample of p(v), so :math:`\ln Z_0 - \ln\overline{1/w}` lies above ln Z on average. The two
    estimates enclose ln Z; far apart, neither can be trusted.

    Parameters
    ----------
    model : RBM
    v : array_like, (R, N)
        Samples of the model, one run each: from `Exact`, or from long chains. Data in their place
        make it a bound only as far as the model has learnt them.
    n_temperatures, reference, seed, backend, n_threads, progress
        As for `annealed_importance`.
    n_sweeps : int
        Gibbs sweeps of the model that each start makes first.

    Returns
    -------
    LogPartition

    References
    ----------
    Burda, Grosse and Salakhutdinov, AISTATS 2015, arXiv 1412.8566. Grosse, Ghahramani and Adams,
    arXiv 1511.02543.
    """
    check_model(model)
    start = states("v", v, model)
    if len(start) < 2:
        raise ValueError(f"v: got {len(start)} states, expected at least 2 for a standard error")
    betas = _ladder(n_temperatures)
    sweeps = _check.integer("n_sweeps", n_sweeps)
    where, threads = place(backend, n_threads)
    key = derive_key(seed, "reverse annealed importance")
    chains = Chains(start.copy(), chain_ids(len(start)), key)
    if sweeps > 0:
        model.gibbs(chains, sweeps, backend=where, n_threads=threads)
    base = model.independent(_check.choice("reference", reference, model.references))
    log_w = _anneal(model, base, betas[::-1], chains, where, threads, progress)
    log_mean, error = _log_mean(log_w)
    return LogPartition(_log_z_independent(base) - log_mean, error, "reverse ais")


def _ladder(n_temperatures: int) -> Reals:
    return np.linspace(0.0, 1.0, _check.integer("n_temperatures", n_temperatures, 2))


def _anneal(
    model: RBM,
    base: RBM,
    betas: Reals,
    chains: Chains,
    backend: Backend,
    n_threads: int,
    progress: Progress,
) -> Reals:
    """Logarithm of each run's weight along the temperatures, in either direction."""
    log_w = np.zeros(len(chains))
    present = model.interpolate(base, float(betas[0]))
    with progress_bar(progress, len(betas) - 1, "AIS temperatures") as update:
        for k in range(1, len(betas)):
            following = model.interpolate(base, float(betas[k]))
            odds = model.hidden_log_odds(chains.visible)
            log_w -= _free_energy(following, chains.visible, betas[k] * odds)
            log_w += _free_energy(present, chains.visible, betas[k - 1] * odds)
            # The last state is not looked at.
            if k + 1 < len(betas):
                following.gibbs(chains, 1, backend=backend, n_threads=n_threads)
            present = following
            update(1)
    return log_w


def _free_energy(model: RBM, v: NDArray[Any], hidden_log_odds: Reals) -> Reals:
    """F(v), from hidden log-odds that are known already."""
    soft = get_backend().softplus(hidden_log_odds)
    return np.asarray(model.visible_energy(v) - soft.sum(axis=1))


def _log_z_independent(base: RBM) -> float:
    """Return ln Z of a model without weights: the sums over the layers are apart."""
    none = np.zeros((1, base.n_hidden))
    soft = get_backend().softplus(np.asarray(base.hidden_bias, np.float64))
    return float(soft.sum() - base.hidden_free_energy(none)[0])


def _log_mean(log_w: Reals) -> tuple[float, float]:
    """Logarithm of the mean weight and its standard error by the delta method."""
    n = len(log_w)
    relative = np.exp(log_w - log_w.max())
    error = relative.std(ddof=1) / (relative.mean() * np.sqrt(n))
    return log_sum_exp(log_w) - float(np.log(n)), float(error)

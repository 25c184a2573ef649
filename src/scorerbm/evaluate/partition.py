"""The partition function: by enumeration, or by annealed importance sampling."""

from __future__ import annotations

from .. import _check
from .._progress import Progress
from ..rbm import RBM
from ..rbm.base import n_enumerable
from ._arguments import check_model
from .annealing_starts import annealed_from_everywhere
from .enumeration import ENUMERABLE, enumerate_layer
from .log_z import LogPartition

__all__ = ["log_partition"]


def log_partition(
    model: RBM,
    method: str = "auto",
    *,
    n_runs: int = 512,
    n_temperatures: int = 2000,
    max_units: int = 24,
    seed: int = 0,
    backend: str = "auto",
    n_threads: int | None = None,
    progress: Progress = False,
) -> LogPartition:
    r"""Logarithm of the partition function :math:`Z = \sum_{v,h} e^{-E(v, h)}`.

    Parameters
    ----------
    model : RBM
    method : {"auto", "exact", "ais"}
        ``"exact"`` enumerates the smaller layer. ``"ais"`` is `annealed_importance`, for binary
        units half of the runs from each reference: either may miss what the other finds. ``"auto"``
        is exact up to 20 units.
    n_runs, n_temperatures, seed, progress
        See `annealed_importance`.
    max_units : int
        Largest layer to enumerate.
    backend : {"auto", "native", "reference"}
    n_threads : int, optional
        All cores by default. Does not change the result.

    Returns
    -------
    LogPartition

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it should be, or the model too large to enumerate.

    Warns
    -----
    AnnealingWarning
        If the two references lead to values that their errors do not explain. The larger is
        returned, since both lie below ln Z but for a chance of e⁻ᵃ to be a above it; nothing says
        that it is not too small itself.
    """
    check_model(model)
    _check.choice("method", method, ("auto", "exact", "ais"))
    most = _check.integer("max_units", max_units, 1)
    if method == "auto":
        method = "exact" if n_enumerable(model) <= min(ENUMERABLE, most) else "ais"
    if method == "exact":
        every = enumerate_layer(model, max_units=most, backend=backend, n_threads=n_threads)
        return LogPartition(every.log_z, 0.0, "exact")
    return annealed_from_everywhere(
        model,
        n_runs=n_runs,
        n_temperatures=n_temperatures,
        seed=seed,
        backend=backend,
        n_threads=n_threads,
        progress=progress,
    )

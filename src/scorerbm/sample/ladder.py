"""Ladders of inverse temperatures: given, geometric, or of equal rejection as measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from .._progress import Progress, progress_bar
from .._seed import derive_key
from ..backends import at_work
from ..backends.protocol import Backend, Reals
from ..backends.reference.elementary import exp_nonpositive, log
from ..rbm import RBM
from ..rbm.chains import chain_ids
from ..rbm.tempering import MOST_RUNGS, check_family, reference_of
from .path import Path
from .replicas import Streams, TemperedReplicas, place
from .tempered_families import path_to

__all__ = [
    "TARGET_ACCEPTANCE",
    "Ladder",
    "equal_rejection",
    "geometric_ladder",
    "tune_ladder",
    "tuned",
]

TARGET_ACCEPTANCE = 0.5
"""Where, among ladders of equal cost, replicas make most round trips (Syed et al. 2022)."""

_LADDERS, _ROUNDS, _SWEEPS = 8, 6, 64
_FEWEST_ROUNDS = 3  # before which the cold replicas have hardly forgotten their start
_FIRST_RUNGS = 12
_NOT_COUNTED = 4  # one part in so many of a round
_SPREAD, _SHORTFALL = 0.1, 0.05  # of rates
_SURPLUS = 0.1  # of rungs, as a part of them
_LEAST_REJECTION = 1e-6


class Ladder(NamedTuple):
    """Inverse temperatures and how neighbours exchanged replicas in the pilot run."""

    betas: NDArray[np.float64]
    """(R,), from 0 to 1."""
    acceptance: NDArray[np.float64]
    """(R - 1,): measured mean acceptance of each pair of neighbours."""

    @property
    def barrier(self) -> float:
        """Λ(1), the sum of the rejections: the number of rungs needed grows with it."""
        return float(sum(1.0 - a for a in self.acceptance.tolist()))


def geometric_ladder(n_replicas: int, first: float) -> Reals:
    """Inverse temperatures from ``first`` to 1, each the same multiple of the one before."""
    step = np.arange(n_replicas - 1, -1, -1) / (n_replicas - 1)
    return exp_nonpositive(log(np.full(n_replicas, first)) * step)


def tune_ladder(
    model: RBM,
    *,
    target_acceptance: float = TARGET_ACCEPTANCE,
    n_replicas: int | None = None,
    reference: str | None = None,
    n_ladders: int = _LADDERS,
    n_rounds: int = _ROUNDS,
    n_sweeps: int = _SWEEPS,
    seed: int = 0,
    n_threads: int | None = None,
    backend: str = "auto",
    precision: str = "auto",
    progress: Progress = False,
) -> Ladder:
    r"""Find inverse temperatures between which replicas exchange at equal rates.

    With r the mean rejection :math:`1 - \mathrm{E}\min(1, e^{(\beta_k - \beta_{k+1})(E_k -
    E_{k+1})})` of each pair of neighbours, the sum up to :math:`\beta`,

    .. math:: \Lambda(\beta_k) = \sum_{i<k} r_i,

    estimates the cumulative communication barrier whatever the ladder, up to terms of second order
    in its spacing. A ladder of R rungs at equal distances :math:`\Lambda(1)/(R - 1)` in
    :math:`\Lambda` rejects everywhere alike, and R follows from the target:
    :math:`R = 1 + \lceil\Lambda(1)/(1 - \text{target})\rceil`. Rounds of doubling length measure r
    and place the rungs anew, by monotone cubic interpolation of :math:`\beta(\Lambda)`, until the
    measured rates are equal to about a tenth and R is what the target asks for.

    Parameters
    ----------
    model : BernoulliRBM or GaussianRBM
    target_acceptance : float
        Between 0 and 1. At one half, ladders that cost the same make most round trips.
    n_replicas : int, optional
        R, at least 2, if it is not to follow from the target.
    reference : {"uniform", "data"}, optional
        What is sampled at β = 0; see `ParallelTempering`.
    n_ladders : int
        Independent ladders of the pilot run.
    n_rounds : int
        At most so many rounds, at least 1.
    n_sweeps : int
        Sweeps of the first round; the first quarter of every round is not counted.
    seed : int
        The same seed gives the same ladder: the one that ``ParallelTempering(betas="auto")`` finds
        for that seed.
    n_threads, backend, precision, progress
        See `BlockGibbs`.

    Returns
    -------
    Ladder
        ``betas``, the ``acceptance`` measured with them, and the ``barrier`` Λ(1).

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    References
    ----------
    Syed, Bouchard-Côté, Deligiannidis and Doucet, "Non-reversible parallel tempering: a scalable
    highly parallel MCMC scheme", J. R. Stat. Soc. B 84 (2022) 321, arXiv 1905.02939.

    Examples
    --------
    >>> import scorerbm as sr
    >>> model = sr.BernoulliRBM([[4.0, -2.0], [-2.0, 4.0]], [0.0, 0.0], [0.0, 0.0])
    >>> betas = sr.tune_ladder(model).betas
    >>> samples = sr.ParallelTempering(200, betas).sample(model, 100)
    """
    subject = check_family(model)
    easy = reference_of(subject, reference)
    _check.integer("n_ladders", n_ladders, 1)
    _check.integer("n_rounds", n_rounds, 1, 16)
    _check.integer("n_sweeps", n_sweeps, 1, 1 << 16)
    where, threads = place(backend, precision, n_threads)
    seed = _check.integer("seed", seed)
    search = _Search(
        path_to(subject, easy, precision),
        check_target(target_acceptance),
        check_replicas(n_replicas),
        n_ladders,
        n_rounds,
        n_sweeps,
    )
    with at_work(where, threads):
        return search.run(seed, where, threads, progress)


def check_target(value: Any) -> float:
    """Return an acceptance strictly between 0 and 1."""
    target = _check.number("target_acceptance", value, above=0.0)
    if target >= 1.0:
        raise ValueError(f"target_acceptance: got {target}, expected less than 1")
    return target


def check_replicas(value: Any) -> int | None:
    """Return a number of replicas, or None."""
    return None if value is None else _check.integer("n_replicas", value, 2, MOST_RUNGS)


def tuned(
    path: Path,
    target: float,
    n_replicas: int | None,
    seed: int,
    backend: Backend,
    n_threads: int,
    progress: Progress,
) -> Ladder:
    """`tune_ladder` with its defaults, of checked arguments."""
    search = _Search(path, target, n_replicas, _LADDERS, _ROUNDS, _SWEEPS)
    return search.run(seed, backend, n_threads, progress)


@dataclass(frozen=True, eq=False)
class _Search:
    path: Path
    target: float
    n_replicas: int | None
    n_ladders: int
    n_rounds: int
    n_sweeps: int

    def run(self, seed: int, backend: Backend, n_threads: int, progress: Progress) -> Ladder:
        n = self.n_replicas or _FIRST_RUNGS
        betas, states = np.arange(n) / (n - 1), None
        with progress_bar(progress, self.n_rounds, "tuning the ladder") as update:
            for number in range(self.n_rounds):
                key = derive_key(seed, "ladder", number)
                streams = Streams(chain_ids(self.n_ladders), key, backend, n_threads)
                if states is None:
                    start = derive_key(seed, "ladder start")
                    states = self.path.start(len(betas), streams, start)
                replicas = self.path.replicas(betas, states, streams)
                rejection = self._rejection(replicas, self.n_sweeps << number)
                ladder, wanted = Ladder(betas, 1.0 - rejection), self._wanted(rejection)
                update()
                if number >= _FEWEST_ROUNDS - 1 and self._settled(rejection, wanted):
                    update(self.n_rounds - 1 - number)
                    break
                if number < self.n_rounds - 1:
                    betas = equal_rejection(betas, rejection, wanted)
                    states = _moved(replicas, ladder.betas, betas)
        return ladder

    def _rejection(self, replicas: TemperedReplicas, n_sweeps: int) -> Reals:
        """Mean rejection of every pair at every event, proposed there or not."""
        for _ in replicas.pieces(n_sweeps // _NOT_COUNTED):
            pass
        n, total = 0, np.zeros(replicas.n_rungs - 1)
        for size, _ in replicas.pieces(n_sweeps - n_sweeps // _NOT_COUNTED):
            # Sums of multiples of 2⁻³⁰ below 2²³ are exact.
            total += replicas.acceptance() * size
            n += size
        return 1.0 - total / n

    def _wanted(self, rejection: Reals) -> int:
        if self.n_replicas is not None:
            return self.n_replicas
        barrier: float = sum(rejection.tolist())
        return min(MOST_RUNGS, max(2, 1 + math.ceil(barrier / (1.0 - self.target) - 1e-9)))

    def _settled(self, rejection: Reals, wanted: int) -> bool:
        """Whether the rates are equal, and as high as they should be, to about a tenth."""
        n = len(rejection) + 1
        values: list[float] = rejection.tolist()
        mean = sum(values) / len(values)
        if max(abs(x - mean) for x in values) > _SPREAD:
            return False
        if n < wanted:
            return mean <= 1.0 - self.target + _SHORTFALL
        return n - wanted <= max(1, round(_SURPLUS * n))


def _moved(replicas: TemperedReplicas, old: Reals, new: Reals) -> NDArray[Any]:
    """States to go on from with other inverse temperatures: those at the nearest of the old."""
    nearest = np.abs(new[:, None] - old).argmin(axis=1)
    rungs = {int(k): replicas.on_rung(int(k))[0] for k in set(nearest.tolist())}
    states = np.stack([rungs[int(k)] for k in nearest], axis=1)
    return np.ascontiguousarray(states.reshape(-1, states.shape[-1]))


def equal_rejection(betas: ArrayLike, rejection: ArrayLike, n_replicas: int) -> Reals:
    """Place rungs at equal distances in Λ, the cumulative rejection.

    Parameters
    ----------
    betas : array_like, (K,)
        Inverse temperatures at which the rejections were measured.
    rejection : array_like, (K - 1,)
        Mean rejection between neighbours.
    n_replicas : int
        R, how many to place between the first and the last.

    Returns
    -------
    array, (R,)
    """
    x, r = np.asarray(betas, np.float64), np.asarray(rejection, np.float64)
    barrier = np.concatenate([[0.0], np.cumsum(np.maximum(r, _LEAST_REJECTION))])
    wanted = barrier[-1] * (np.arange(n_replicas) / (n_replicas - 1))
    placed = _monotone_cubic(barrier, x, wanted)
    placed[0], placed[-1] = x[0], x[-1]
    return placed


def _monotone_cubic(x: Reals, y: Reals, at: Reals) -> Reals:
    """Cubic Hermite interpolation of increasing data that increases too (Fritsch and Butland)."""
    h, secant = np.diff(x), np.diff(y) / np.diff(x)
    slope = np.concatenate([secant[:1], np.zeros(len(x) - 2), secant[-1:]])
    before, after = secant[:-1], secant[1:]
    w1, w2 = 2.0 * h[1:] + h[:-1], h[1:] + 2.0 * h[:-1]
    slope[1:-1] = (w1 + w2) / (w1 / before + w2 / after)
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(h) - 1)
    t = (at - x[i]) / h[i]
    rest = 1.0 - t
    value: Reals = (
        y[i] * ((1.0 + 2.0 * t) * rest * rest)
        + y[i + 1] * (t * t * (3.0 - 2.0 * t))
        + h[i] * t * rest * (slope[i] * rest - slope[i + 1] * t)
    )
    return value

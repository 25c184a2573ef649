"""The inverse temperature of reads, from each spin given the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from .._seed import derive_key
from ..backends import get_backend
from ..backends.protocol import Reals
from ..ising import IsingModel
from ._newton import falling_root
from .errors import AnnealerError

__all__ = [
    "FrozenReadsError",
    "HotReadsError",
    "Temperature",
    "check_spins",
    "group_numbers",
    "pseudo_likelihood_beta",
    "released_energies",
]

_NEWTON_STEPS = 40
_SMALLEST_STEP = 1e-9
_HALVINGS = 20
_ROUNDING = 1e-12  # of sums that cancel, as a share of the largest energy that a flip gives off


class FrozenReadsError(AnnealerError):
    """No spin of any read could lower its energy by a flip, so that no temperature is too low."""


class HotReadsError(AnnealerError):
    """Spins are against their fields as often as along them, so that no temperature is too high."""


@dataclass(frozen=True)
class Temperature:
    r"""Inverse temperature of reads, in units where the reads of exp(-E) have 1.

    Attributes
    ----------
    beta, error : float
        Estimate and its standard error.
    beta_fields, beta_fields_error, beta_couplings, beta_couplings_error : float
        Of a fit of :math:`\exp(-\beta_h\, h \cdot s - \beta_J\, s J s)`: unequal where a device
        scales fields and couplings differently, or adds fields of its own. NaN where the model has
        no fields (or no couplings), or the reads do not determine both.
    n_reads : int
    """

    beta: float
    error: float
    beta_fields: float
    beta_fields_error: float
    beta_couplings: float
    beta_couplings_error: float
    n_reads: int


def pseudo_likelihood_beta(
    ising: IsingModel,
    spins: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    n_bootstrap: int = 50,
    seed: int = 0,
) -> Temperature:
    r"""Estimate the inverse temperature of reads by maximum pseudo-likelihood.

    With :math:`a_{rk} = 2 s_{rk} (h_k + \sum_l J_{kl} s_{rl})`, the energy that the read r gives
    off when its spin k is flipped, :math:`p(s_k \mid \text{others}) = \sigma(-\beta a_{rk})`, and

    .. math:: \ell(\beta) = \sum_{rk} \ln \sigma(-\beta a_{rk})

    is concave. The estimate is local: it sees whether each spin is in equilibrium with its
    neighbours, and not whether modes have their weights. `energy_beta` does.

    Parameters
    ----------
    ising : IsingModel
        What was to be sampled: exp(-E).
    spins : array_like, (R, K)
        Reads, -1 or 1.
    groups : array_like of int, (R,), optional
        Reads of one number are resampled together, for example those of one gauge, which share
        the errors of one programming. By default every read is independent. What groups share
        adds to errors: where few groups happen to agree, the error is that of independent reads.
    n_bootstrap : int
        Resamplings for the standard errors, at least 2.
    seed : int
        Of the resampling.

    Returns
    -------
    Temperature

    Raises
    ------
    FrozenReadsError
        If every read is a local minimum: the estimate would be infinite.
    HotReadsError
        If the estimate would not be positive.
    TypeError, ValueError
        If an argument is not as described, or the model has neither fields nor couplings.

    Notes
    -----
    Errors come from the bootstrap in its one-step form: each resampling moves the estimate by one
    Newton step, whose gradient and curvature are sums over groups that are known already. The
    result differs from a full fit in the second order of the error. With G groups the spread is
    multiplied by :math:`\sqrt{G/(G-1)}`, by which a bootstrap of few is too small.

    References
    ----------
    Besag, The Statistician 24 (1975), doi 10.2307/2987782. Raymond, Yarkoni and Andriyash, Front.
    ICT 3 (2016) 23, doi 10.3389/fict.2016.00023. Schucany and Wang, J. R. Stat. Soc. B 53 (1991)
    587 (one-step bootstrap).
    """
    s = check_spins(ising, spins)
    group = group_numbers(groups, len(s))
    draws = _check.integer("n_bootstrap", n_bootstrap, 2)
    seed = _check.integer("seed", seed)
    resampled = [_Resampling.of(np.arange(len(s)), draws, seed)]
    if groups is not None:
        resampled.append(_Resampling.of(group, draws, seed))
    fields, couplings = released_energies(ising, s)
    beta = _one_beta(fields + couplings)
    (error,) = _errors(resampled, (fields + couplings)[None], np.array([beta]))
    nothing = float("nan")
    if not fields.any():
        apart, errors = (nothing, beta), (nothing, float(error))
    elif not couplings.any():
        apart, errors = (beta, nothing), (float(error), nothing)
    else:
        apart, errors = _apart(np.stack([fields, couplings]), beta, resampled)
    return Temperature(beta, float(error), apart[0], errors[0], apart[1], errors[1], len(s))


def check_spins(ising: IsingModel, spins: ArrayLike) -> Reals:
    """Return reads of a model as real numbers, (R, K).

    Raises
    ------
    TypeError, ValueError
        If they are not rows of -1 and 1 of the model's size, or there is none.
    """
    s = _check.spins("spins", spins, (None, len(ising.h)))
    if len(s) == 0:
        raise ValueError("spins: got no read, expected at least one")
    return s


def group_numbers(groups: ArrayLike | None, n_reads: int) -> NDArray[np.intp]:
    """Return each read's group, numbered from 0; by default each read is one.

    Raises
    ------
    TypeError, ValueError
        If they are not integers, one a read, of at least two values.
    """
    if groups is None:
        number = np.arange(n_reads)
    else:
        given = _check.as_array("groups", groups)
        if given.dtype.kind not in "iu":
            raise TypeError(f"groups: got dtype {given.dtype}, expected integers")
        if given.shape != (n_reads,):
            raise ValueError(f"groups: got shape {given.shape}, expected ({n_reads},)")
        number = np.unique(given, return_inverse=True)[1].reshape(-1)
    if number.max() == 0:
        raise ValueError(
            f"groups: got {n_reads} reads in one group, expected at least two groups for an error"
        )
    return number


def released_energies(ising: IsingModel, s: NDArray[Any]) -> tuple[Reals, Reals]:
    """Energy that each flip gives off, by the fields and by the couplings, (R, K) each."""
    n = ising.n_visible
    local = np.concatenate([s[:, n:] @ ising.J.T, s[:, :n] @ ising.J], axis=1)
    return 2.0 * s * ising.h, 2.0 * s * local


def _one_beta(released: Reals) -> float:
    """The root of ℓ', which falls from ℓ'(0) = -Σa/2 to the sum of the positive a, negated."""
    if not released.any():
        raise ValueError("ising: got a model without fields and couplings, expected some")
    n = len(released)
    if released.max() <= _ROUNDING * np.abs(released).max():
        raise FrozenReadsError(
            f"every one of {n} reads is a local minimum of the energy, so that they have no finite "
            "inverse temperature: program a weaker problem (a larger beta) or ask for more reads; "
            "a device that only minimises energies cannot be calibrated"
        )
    if released.sum() >= 0.0:
        raise HotReadsError(
            f"{n} reads are against their fields as often as along them, so that they have no "
            "positive inverse temperature: program a stronger problem (a smaller beta), or look "
            "for broken chains or a wrong sign"
        )
    a = released.ravel()

    def score(beta: float) -> tuple[float, float]:
        p = _sigmoid(beta * a)
        weighted = a * p
        return -float(weighted.sum()), -float(weighted @ (a - weighted))

    return falling_root(score)


def _apart(
    features: Reals, beta: float, resampled: list[_Resampling]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Fit a scale to each of two parts of the released energies, (2, R, K), with errors."""
    fit = _two_betas(features.reshape(2, -1), beta)
    if fit is None:
        return (float("nan"), float("nan")), (float("nan"), float("nan"))
    errors = _errors(resampled, features, fit)
    return (float(fit[0]), float(fit[1])), (float(errors[0]), float(errors[1]))


def _two_betas(features: Reals, start: float) -> Reals | None:
    """Maximise ℓ by damped Newton steps; None where there is no maximum."""
    betas: Reals = np.full(2, start)
    p = _sigmoid(betas @ features)
    score = -features @ p
    for _ in range(_NEWTON_STEPS):
        information = (features * (p * (1.0 - p))) @ features.T
        if np.linalg.cond(information) > 1.0 / np.finfo(float).eps:
            return None
        step, rise = np.linalg.solve(information, score), score
        for _ in range(_HALVINGS):
            p = _sigmoid((betas + step) @ features)
            score = -features @ p
            # Along a step of a concave function: it may pass the top, but not fall steeper than
            # it rose before.
            if abs(step @ score) <= step @ rise:
                break
            step = step / 2.0
        betas = betas + step
        if np.abs(step).max() <= _SMALLEST_STEP * np.abs(betas).max():
            return betas
    return None


def _sigmoid(x: Reals) -> Reals:
    return get_backend().sigmoid(x)


def _errors(resampled: list[_Resampling], features: Reals, betas: Reals) -> Reals:
    """The largest standard error of each beta, of several ways to resample."""
    errors: Reals = np.max([x.errors(features, betas) for x in resampled], axis=0)
    return errors


class _Resampling(NamedTuple):
    """Counts of each group of reads in each resampling, and the groups' reads."""

    counts: Reals
    """(B, G)"""
    order: NDArray[np.intp]
    """Reads sorted by group."""
    starts: NDArray[np.intp]
    """(G,), where each group begins."""

    @classmethod
    def of(cls, group: NDArray[np.intp], n_draws: int, seed: int) -> _Resampling:
        sizes = np.bincount(group)
        n = len(sizes)
        rng = np.random.Generator(np.random.Philox(key=derive_key(seed, "bootstrap of reads")))
        drawn = rng.integers(n, size=(n_draws, n)) + n * np.arange(n_draws)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=n_draws * n).reshape(n_draws, n)
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        return cls(counts.astype(np.float64), np.argsort(group, kind="stable"), starts)

    def errors(self, features: Reals, betas: Reals) -> Reals:
        """Standard errors of the fit of p betas to features (p, R, K), (p,)."""
        p = _sigmoid(np.tensordot(betas, features, axes=1))
        score = -np.einsum("prk,rk->rp", features, p)
        information = np.einsum("prk,qrk->rpq", features * (p * (1.0 - p)), features)
        gradient, curvature = self._sums(score), self._sums(information)
        # The inverse leaves a beta alone that the drawn reads do not determine.
        steps = (np.linalg.pinv(curvature, hermitian=True) @ gradient[..., None])[..., 0]
        groups = len(self.starts)
        spread: Reals = steps.std(axis=0, ddof=1) * np.sqrt(groups / (groups - 1))
        return spread

    def _sums(self, rows: Reals) -> Reals:
        """Sum over the reads of each resampling, (B, ...)."""
        by_group = np.add.reduceat(rows[self.order], self.starts, axis=0)
        total: Reals = np.tensordot(self.counts, by_group, axes=1)
        return total

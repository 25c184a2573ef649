"""Markov chains of real visible and binary hidden units."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np

from ..backends.protocol import Backend, Floats, RealMove, Reals
from .chains import Chains
from .real_grid import RealGrid, real_grid

__all__ = ["RealConditionals", "advance", "sampling_precision"]

_WIDTHS = 7.0  # beyond which normal numbers do not reach
_ROUNDING = 2.0**-24
_LEAST_STEP = 2.0**-10  # of states, in widths


class RealConditionals(NamedTuple):
    """The energy as ½ Σ λ_i v_i² - ηᵀv - vᵀUh - cᵀh, but for a constant.

    An observation adds to η and λ alone: tilted models share U, and c.
    """

    coupling: Reals
    """U = W/σ², (N, M)"""
    transposed: Reals
    """Uᵀ, (M, N)"""
    field: Reals
    """η = b/σ², (N,), or one for each observation or chain, (B, N)"""
    hidden: Reals
    """c, (M,)"""
    precision: Reals
    """λ = 1/σ², (N,), or (B, N) after observations of unequal amplitudes"""
    prepared: dict[str, Any] | None = None
    """What chains derive from U: kept by whoever keeps U. None: derived anew by each call."""

    @property
    def arrays(self) -> tuple[Reals, ...]:
        """The parameters."""
        return self.coupling, self.transposed, self.field, self.hidden, self.precision


def advance(
    given: RealConditionals,
    chains: Chains,
    n_sweeps: int,
    *,
    backend: Backend,
    beta: float | Reals = 1.0,
    memory: Reals | None = None,
    spread: Reals | None = None,
    mean: bool = False,
    n_threads: int = 0,
) -> Reals | None:
    r"""Advance the chains in place by sweeps, h given v and then v given h.

    .. math::

        h \sim p(h_j = 1) = \sigma(\beta (U^\top v + c)_j), \qquad
        m = \frac{\beta U h + \eta}{\lambda}, \qquad
        v \leftarrow m + \rho\,(v - m) + s\,\zeta .

    Parameters
    ----------
    given : RealConditionals
    chains : Chains
    n_sweeps : int
    backend : Backend
    beta : float or array, (C,)
        What U and c of each chain are multiplied by; η and λ are as given.
    memory : array, (N,) or (C, N), optional
        ρ; 0 if not given.
    spread : array, (N,) or (C, N), optional
        s; if not given 1/√λ, which with ρ = 0 draws v from p(v | h).
    mean : bool
        Return the mean of m over the sweeps, where units are frozen their state, (C, N).
    n_threads : int

    Notes
    -----
    States, log-odds, means and noise have single precision. A bit is decided for the log-odds found
    in it as if in double precision; sums of U h are those of integers, and exact.
    """
    grid = _grid(given)
    result = backend.real_gibbs(
        grid.weights,
        _single(given.hidden),
        _move(given, grid, beta, memory, spread),
        chains.visible,
        chains.ids,
        chains.key,
        first_sweep=chains.sweep,
        n_sweeps=n_sweeps,
        beta=np.array(np.broadcast_to(np.float64(beta), len(chains))),
        mean=mean,
        n_threads=n_threads,
        frozen=chains.frozen,
    )
    chains.visible, chains.hidden = result.visible, result.hidden
    chains.sweep += n_sweeps
    return result.mean


def _grid(given: RealConditionals) -> RealGrid:
    """U as chains take it, made once for as long as it is kept."""
    kept = {} if given.prepared is None else given.prepared
    found: RealGrid | None = kept.get("grid")
    if found is None:
        found = kept["grid"] = real_grid(given.coupling, given.transposed)
    return found


def sampling_precision(given: RealConditionals) -> dict[str, Any]:
    """What samplers tell of the arithmetic of chains.

    Warns
    -----
    RuntimeWarning
        If single precision does not tell states apart that are a thousandth of a width from each
        other, which models of data that were not standardised may need.
    """
    furthest = float(np.abs(given.field / np.sqrt(given.precision)).max())
    if given.field.ndim == 1 and furthest * _ROUNDING > _LEAST_STEP:
        warnings.warn(
            f"visible_bias: got {furthest:.3g} widths sigma, expected less than "
            f"{_LEAST_STEP / _ROUNDING:.3g}: chains are in single precision; standardise the data, "
            "or subtract their means",
            RuntimeWarning,
            stacklevel=4,
        )
    step = 1.0 / (_grid(given).scale * given.precision)
    return {
        "precision": "float32",
        "grid": float(step.max()),
        "log_odds_error": _log_odds_error(given),
        "kernel": "products in single precision, lookup of 32-bit sums",
    }


def _log_odds_error(given: RealConditionals) -> float:
    """Bound on the error of hidden units' log-odds, sums of N + 1 numbers added one by one.

    For visible units within seven widths of a mean that they can have.
    """
    sides = (np.add.reduce(part(given.transposed, 0.0)) for part in (np.maximum, np.minimum))
    means = [np.abs(given.field + side) / given.precision for side in sides]
    v = np.maximum(*means) + _WIDTHS * np.sqrt(1.0 / given.precision)
    largest = v.reshape(-1, v.shape[-1]).max(axis=0)  # over the rows of several observations
    reach = np.abs(given.hidden) + largest @ np.abs(given.coupling)
    return float(_ROUNDING * (len(given.coupling) + 2) * reach.max())


def _move(
    given: RealConditionals,
    grid: RealGrid,
    beta: float | Reals,
    memory: Reals | None,
    spread: Reals | None,
) -> RealMove:
    variance = 1.0 / given.precision
    scale = np.reshape(beta, (-1, 1)) if np.ndim(beta) else np.float64(beta)
    return RealMove(
        _single(scale * variance / grid.scale),
        _single(variance * given.field),
        _single(np.sqrt(variance) if spread is None else spread),
        None if memory is None else _single(memory),
    )


def _single(numbers: Reals) -> Floats:
    with np.errstate(over="ignore"):  # models in training may diverge, which trainers notice
        return np.ascontiguousarray(numbers, np.float32)

"""Gibbs sampling of real units with Langevin moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from .. import _check
from ..backends.protocol import Reals
from ..backends.reference.elementary import HALF_PI, cos
from ..rbm import Chains, GaussianRBM
from ..rbm.base import check_one
from ..rbm.real_chains import advance
from .base import Job
from .chain_sampler import ChainSampler, Move

__all__ = ["GibbsLangevin"]


@dataclass(frozen=True)
class GibbsLangevin(ChainSampler):
    r"""Chains that draw h given v, and then move v by Langevin steps at that h.

    With m = b + Wh a step is

    .. math:: v \leftarrow v + \eta_k\,\frac{m - v}{\sigma^2} + \sqrt{2\eta_k}\,\zeta, \qquad
              \eta_k = \eta\,\cos^2\frac{\pi k}{2K}, \quad k = 0 \dots K-1,

    and since all are linear, K of them are one draw,

    .. math:: v \leftarrow m + \rho\,(v - m) + s\,\zeta, \qquad
              \rho = \prod_k \Big(1 - \frac{\eta_k}{\sigma^2}\Big), \quad
              s^2 = 2\sum_k \eta_k \prod_{l > k} \Big(1 - \frac{\eta_l}{\sigma^2}\Big)^2.

    A sweep costs what one of `BlockGibbs` costs, which is the case ρ = 0. Where v remembers, so
    do chains: they move less in a sweep.

    Parameters
    ----------
    n_sweeps : int
        Sweeps a chain, from a random start.
    n_steps : int
        K, the Langevin steps of a sweep.
    step_size : float
        η in units of the mean of σ², or of each unit's own.
    preconditioned : bool
        Give each unit steps η_i in units of its own σ_i², so that all forget alike. One η for all,
        as in the paper, must be short enough for the narrowest unit, and a wide one then hardly
        moves; where all widths are equal it is the same.
    adjusted : bool
        Take s² = σ² (1 - ρ²), with which p(v|h) is left as it is. The steps' own s² is right only
        as η → 0.
    collect_every, burn_in, n_threads, backend, precision, progress
        See `BlockGibbs`, which also says what ``clamp``, ``init`` and ``out`` of `sample` do.

    Raises
    ------
    TypeError, ValueError
        If an option is not as described; from `sample`, if the model is not one `GaussianRBM`, or
        the steps are so long that |ρ| ≥ 1 for a narrow unit.

    References
    ----------
    Liao, Kornblith, Ren, Fleet and Hinton, "Gaussian-Bernoulli RBMs without tears", arXiv
    2210.10318, who correct the steps by accepting or rejecting them.

    Examples
    --------
    >>> import scorerbm as sr
    >>> model = sr.GaussianRBM([[2.0], [-1.0]], [0.0, 0.0], [0.0], 1.0)
    >>> sr.GibbsLangevin(n_sweeps=50, step_size=0.2).sample(model, 10).visible.shape
    (10, 2)
    """

    n_steps: int = 10
    step_size: float = 0.1
    adjusted: bool = True
    preconditioned: bool = field(default=False, kw_only=True)

    description: ClassVar[str] = "Gibbs–Langevin sweeps"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check.integer("n_steps", self.n_steps, 1)
        _check.number("step_size", self.step_size, above=0.0)
        for name in ("adjusted", "preconditioned"):
            _check.boolean(name, getattr(self, name))

    def _mover(self, job: Job) -> Move:
        model = _checked(job.model)
        memory, spread = self.move(np.asarray(model.sigma, np.float64))

        def move(chains: Chains, n_sweeps: int) -> None:
            advance(
                model.conditionals,
                chains,
                n_sweeps,
                backend=job.backend,
                memory=memory,
                spread=spread,
                n_threads=job.n_threads,
            )

        return move

    def move(self, sigma: Reals) -> tuple[Reals, Reals]:
        """Return ρ and s of units of these widths, (N,) each.

        Raises
        ------
        ValueError
            If |ρ| ≥ 1 for one of them.
        """
        variance = sigma * sigma
        mean = float(np.add.reduce(variance)) / len(variance)
        unit = variance if self.preconditioned else np.full(len(variance), mean)
        root = cos(HALF_PI * np.arange(self.n_steps) / self.n_steps)
        rho, square = np.ones(len(sigma)), np.zeros(len(sigma))
        with np.errstate(over="ignore", invalid="ignore"):
            for share in self.step_size * root * root:
                eta = share * unit
                keep = 1.0 - eta / variance
                rho, square = keep * rho, keep * keep * square + 2.0 * eta
        if not (np.abs(rho) < 1.0).all():
            worst = int(np.argmax(np.abs(np.nan_to_num(rho, nan=np.inf))))
            safe = 2.0 * float((variance / unit).min())  # of every single step
            raise ValueError(
                f"step_size: got {self.step_size}, too long for unit {worst} of width "
                f"{sigma[worst]:.3g}: its deviations would grow by {rho[worst]:.3g} a sweep; below "
                f"{safe:.3g} all shrink"
            )
        return rho, np.sqrt(variance * (1.0 - rho * rho) if self.adjusted else square)


def _checked(model: object) -> GaussianRBM:
    if not isinstance(model, GaussianRBM):
        raise TypeError(f"model: got {type(model).__name__}, expected a GaussianRBM")
    check_one("model", model)
    return model

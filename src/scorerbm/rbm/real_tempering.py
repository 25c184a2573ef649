"""Replicas of real units, between independent ones and a model."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..backends import product
from ..backends.protocol import Backend, Bits, Domain, Reals, Words
from ..backends.reference.exchanges import Exchanges, Slots, temper
from .arrays import linear
from .chains import Chains
from .real_chains import RealConditionals, advance

__all__ = ["RealTempering", "real_energy"]


def real_energy(
    given: RealConditionals, v: Reals, h: Bits, backend: Backend, n_threads: int = 0
) -> Reals:
    """½ Σ λ_i v_i² - ηᵀv - vᵀUh - cᵀh of each row, (C,): E but for a constant of the model.

    Sums are in the order of the units, so that what they decide is the same everywhere.
    """
    of_visible = v * (0.5 * given.precision * v - given.field)
    of_hidden = h * linear(v, given.coupling, given.hidden)
    terms = np.concatenate([of_visible, -of_hidden], axis=1)
    return np.asarray(product(backend, terms, np.ones((terms.shape[1], 1)), n_threads)[:, 0])


class RealTempering(NamedTuple):
    r"""What replicas sample from a diagonal Gaussian at β = 0 to a model at β = 1.

    .. math:: p_\beta(v, h) \propto \exp[-(1 - \beta) E_\text{start}(v) - \beta E(v, h)]

    has the precisions :math:`(1 - \beta) \lambda_\text{start} + \beta \lambda`, likewise η, and β U
    and β c for U and c: the Gaussian makes every β proper, 0 included.
    """

    start: RealConditionals
    """Of independent units."""
    end: RealConditionals

    def at(self, beta: Reals) -> RealConditionals:
        """η and λ at the β of each chain, (C, N), with the U and c of the model."""
        of_end = beta[:, None]
        of_start = 1.0 - of_end
        return self.end._replace(
            field=of_start * self.start.field + of_end * self.end.field,
            precision=of_start * self.start.precision + of_end * self.end.precision,
        )

    def energy(self, v: Reals, h: Bits, backend: Backend, n_threads: int = 0) -> Reals:
        """E - E_start of each row, (C,), but for a constant."""
        rest = self.end._replace(
            field=self.end.field - self.start.field,
            precision=self.end.precision - self.start.precision,
        )
        return real_energy(rest, v, h, backend, n_threads)

    def temper(
        self,
        chains: Chains,
        ladders: Words,
        *,
        n_sweeps: int,
        swap_every: int,
        betas: Reals,
        slots: Slots,
        backend: Backend,
        n_threads: int = 0,
    ) -> Exchanges:
        """Advance L ladders of R replicas in place, chain l·R + r being the replica r of ladder l.

        Sweeps, events and random numbers are those of `Backend.temper`.
        """

        def sweep(first: int, n: int, beta: Reals) -> None:
            advance(self.at(beta), chains, n, backend=backend, beta=beta, n_threads=n_threads)

        def energy() -> Reals:
            assert chains.hidden is not None
            return self.energy(chains.visible, chains.hidden, backend, n_threads)

        def uniform(step: int) -> Reals:
            return backend.uniform(
                ladders, len(betas) - 1, chains.key, step=step, domain=Domain.SWAP
            )

        return temper(
            sweep,
            energy,
            uniform,
            first_sweep=chains.sweep,
            n_sweeps=n_sweeps,
            swap_every=swap_every,
            betas=betas,
            slots=slots,
        )

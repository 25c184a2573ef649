"""Operations on chains of binary units."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .types import Bits, Counts, GibbsResult, IntegerRBM, Key, Reals, TemperResult, Words

__all__ = ["BinaryUnits"]


class BinaryUnits(Protocol):
    """Gibbs sampling, tempering, and sums over batches of states."""

    def gibbs(
        self,
        rbm: IntegerRBM,
        visible: Bits,
        chains: Words,
        key: Key,
        *,
        first_sweep: int,
        n_sweeps: int,
        beta: Reals,
        mean: bool,
        n_threads: int,
        frozen: Bits | None = None,
    ) -> GibbsResult:
        """Run ``n_sweeps`` ≥ 1 h-then-v sweeps on every chain.

        With x = βᵣ (c + Wᵀv)/scale: h ~ Bernoulli(σ(x)) in the domain ``HIDDEN`` at step
        ``first_sweep + s``; then likewise v in the domain ``VISIBLE``. ``beta`` is (C,). Visible
        units whose byte in ``frozen``, (N,) or (C, N), is not 0 keep their state, and their mean
        is that state.
        """
        ...

    def temper(
        self,
        rbm: IntegerRBM,
        visible: Bits,
        chains: Words,
        ladders: Words,
        key: Key,
        *,
        first_sweep: int,
        n_sweeps: int,
        swap_every: int,
        betas: Reals,
        slots: NDArray[np.uint16],
        offset: Reals | None,
        n_threads: int,
    ) -> TemperResult:
        """Run parallel tempering on L ladders of R replicas, row l·R + r the replica r of ladder l.

        A sweep is that of `gibbs` with β = ``betas[slots[l, r]]``, except that the visible
        log-odds get ``offset`` (N,) added, which β does not scale. With sweeps numbered from
        ``first_sweep``, event e = (s + 1)/``swap_every`` - 1 follows each sweep s for which that is
        a whole number. It proposes to exchange the inverse temperatures k and k + 1 for every k of
        the parity of e, and does so if u < exp((β_k - β_{k+1}) (E_k - E_{k+1})/scale), where E is
        the integer energy -(vᵀWh + bᵀv + cᵀh) and u number k of R - 1 uniform numbers in the
        domain ``SWAP`` of ``ladders[l]`` at step s.
        """
        ...

    def energy(
        self, rbm: IntegerRBM, visible: Bits, hidden: Bits, n_threads: int = 0
    ) -> NDArray[np.int64]:
        """-(vᵀWh + bᵀv + cᵀh) of each row in units of 1/scale, (C,)."""
        ...

    def plan(
        self, rbm: IntegerRBM, n_chains: int, n_threads: int, n_sweeps: int = 1
    ) -> dict[str, Any]:
        """How `gibbs` would make so many sweeps in one call: at least ``"kernel"``, in words."""
        ...

    def conditional(
        self, states: Bits, weights: Counts, bias: Counts, scale: float, n_threads: int
    ) -> Reals:
        """σ((bias + states @ weights)/scale), (C, K) by (K, L), bias (L,) or (C, L)."""
        ...

    def bernoulli(
        self, probability: Reals, chains: Words, key: Key, *, step: int, domain: int
    ) -> Bits:
        """Independent bits of the given probabilities (C, L), exact to 2⁻⁶⁹."""
        ...

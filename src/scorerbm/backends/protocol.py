"""What every backend offers: a handful of array operations, each a pure function of its arguments.

Randomness is counter-based. A draw is the Philox4x32-10 block of the counter
``(block, chain, step, domain)`` under a 64-bit key, so that it depends on *what* is drawn (which
chain, which sweep, which unit) and never on the order of the work. Together with integer sums and
elementary functions made of IEEE basic operations only, this makes every backend return the same
bits, whatever the number of threads, the batch split or the CPU.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Backend",
    "Bits",
    "Counts",
    "Domain",
    "GibbsResult",
    "IntegerRBM",
    "Key",
    "Moments",
    "Reals",
    "TemperResult",
    "Words",
]

Bits = NDArray[np.uint8]
Words = NDArray[np.uint32]
Counts = NDArray[np.int32]
Reals = NDArray[np.float64]
Key = tuple[int, int]
"""The two 32-bit words of a Philox key."""


class Domain:
    """Last word of the counter: what a draw is for. The upper 24 bits number repeated draws.

    ``REFINE`` is or-ed to the domain of a 16-bit Bernoulli draw that ties with its threshold.
    """

    HIDDEN = 0
    VISIBLE = 1
    NORMAL = 2
    LOGISTIC_HIDDEN = 3
    LOGISTIC_VISIBLE = 4
    UNIFORM = 5
    SWAP = 6
    REFINE = 0x80


class IntegerRBM(NamedTuple):
    """A Bernoulli RBM rounded once to the grid ``1/scale``, so that its sums are exact integers.

    ``visible_bias`` is ``(N,)``, or ``(C, N)`` for one bias vector per chain. The caller guarantees
    that no sum of biases and weights leaves the 32-bit range.
    """

    weights: Counts
    """(N, M)"""
    weights_transposed: Counts
    """(M, N)"""
    visible_bias: Counts
    hidden_bias: Counts
    """(M,)"""
    scale: float
    bits: int = 32
    """16 if sums over any subset of a unit's weights fit 16 bits (biases need not)."""
    prepared: dict[str, Any] | None = None
    """What backends derive from the weights, by backend: kept by whoever keeps the weights."""


class GibbsResult(NamedTuple):
    """States after the last sweep and, if asked for, the mean of p(v=1|h) over the sweeps."""

    visible: Bits
    hidden: Bits
    mean: Reals | None


class TemperResult(NamedTuple):
    """Replicas after the last sweep, and what happened at each of the E swap events."""

    visible: Bits
    hidden: Bits
    slots: NDArray[np.uint16]
    """(L, R): index of the inverse temperature that each replica has now."""
    trace: NDArray[np.uint16]
    """(E, L, R): `slots` after each event."""
    energies: NDArray[np.int64]
    """(E, L, R): scale · E(v, h) of each replica at each event."""


class Moments(NamedTuple):
    """Sums over a batch: of v σ(Wᵀv+c), of v and of σ(Wᵀv+c)."""

    weights: Reals
    visible: Reals
    hidden: Reals


@runtime_checkable
class Backend(Protocol):
    """Operations on C-contiguous arrays. Arguments are trusted: callers validate."""

    name: str

    # -- binary units -----------------------------------------------------------------------

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

    def moments(self, rbm: IntegerRBM, visible: Bits, n_threads: int) -> Moments:
        """Sums over the batch, exact: probabilities are rounded to 2⁻²⁰ and added as integers."""
        ...

    def bernoulli(
        self, probability: Reals, chains: Words, key: Key, *, step: int, domain: int
    ) -> Bits:
        """Independent bits of the given probabilities (C, L), exact to 2⁻⁶⁹."""
        ...

    # -- real numbers -----------------------------------------------------------------------

    def linear(self, x: Reals, weights: Reals, bias: Reals, n_threads: int) -> Reals:
        """Bias + x @ weights, (C, K) by (K, L), summed in the order of k; bias (L,) or (C, L)."""
        ...

    def sigmoid(self, x: Reals) -> Reals:
        """σ(x) = 1/(1+e⁻ˣ) elementwise."""
        ...

    def softplus(self, x: Reals) -> Reals:
        """ln(1+eˣ) elementwise."""
        ...

    def uniform(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Reals:
        """(C, width) uniform numbers in [0, 1) with 53 random bits."""
        ...

    def normal(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Reals:
        """(C, width) standard normal numbers: Box–Muller on pairs of 32-bit words."""
        ...

    def logistic(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Reals:
        """(C, width) standard logistic numbers ln(u/(1-u)), u from one 32-bit word."""
        ...

    def euler_maruyama(
        self,
        v: Reals,
        mean: Reals,
        coefficients: tuple[float, float, float],
        chains: Words,
        key: Key,
        *,
        step: int,
        n_threads: int,
    ) -> Reals:
        """(a·v + d·mean) + s·ζ for coefficients (a, d, s), ζ normal in the domain ``NORMAL``."""
        ...

    def enumerate_states(
        self, weights: Reals, enumerated_bias: Reals, summed_bias: Reals, n_threads: int
    ) -> Reals:
        """Return ln Σ_y exp(xᵀWy + aᵀx + bᵀy) for all 2ᴷ binary x, weights (K, L): (2ᴷ,).

        Bit k of the index is x_k. The L other units are summed in closed form.
        """
        ...

"""Relaxed binary units."""

from __future__ import annotations

from ..backends.protocol import Backend, Floats, Reals

__all__ = ["relaxed_bernoulli"]


def relaxed_bernoulli(
    log_odds: Reals, logistic: Reals | Floats, tau: float, backend: Backend
) -> Reals:
    r"""Return :math:`\sigma((\ell + \sigma^{-1}(u))/\tau)`, a bit of log-odds ℓ relaxed to (0, 1).

    ``logistic`` is σ⁻¹(u) with uniform u, the difference of two Gumbel variables. As τ → 0 the
    unit tends to a Bernoulli bit of probability σ(ℓ); at any τ it is differentiable in ℓ
    (Maddison et al., arXiv 1611.00712; Jang et al., arXiv 1611.01144).
    """
    return backend.sigmoid((log_odds + logistic) / tau)

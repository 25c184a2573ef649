"""Networks and losses on PyTorch; imported when an autoencoder is trained, and then only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

__all__ = ["Tensor", "bit_costs", "evaluate", "log_density", "relaxed_bits"]

Tensor = Any  # torch.Tensor, which type checkers know only where PyTorch is installed
_LEAST = 1e-6
_ACTIVATIONS: dict[str, Any] = {
    "relu": torch.nn.functional.relu,
    "silu": torch.nn.functional.silu,
    "tanh": torch.tanh,
}


def evaluate(layers: Sequence[tuple[Tensor, Tensor]], activation: str, x: Tensor) -> Tensor:
    """Outputs of the network that `DenseNetwork` describes, (n, outputs)."""
    for i, (weight, bias) in enumerate(layers):
        if i > 0:
            x = _ACTIVATIONS[activation](x)
        x = x @ weight + bias
    return x


def relaxed_bits(log_odds: Tensor, logistic: Tensor, tau: float, straight_through: bool) -> Tensor:
    r"""Return :math:`\sigma((\ell + \sigma^{-1}(u))/\tau)`, or the bit that this is nearest to.

    ``logistic`` is σ⁻¹(u). The bit is 1 with probability σ(ℓ) at any τ. Straight through, it is
    what the decoder sees, and its derivative is taken to be that of the relaxed unit.

    References
    ----------
    Jang et al., arXiv 1611.01144; Maddison et al., arXiv 1611.00712; Bengio et al., arXiv
    1308.3432.
    """
    soft = torch.sigmoid((log_odds + logistic) / tau)
    if not straight_through:
        return soft
    hard = (log_odds + logistic > 0.0).to(soft.dtype)
    return hard + (soft - soft.detach())


def log_density(out: Tensor, y: Tensor, log_width: Tensor | None) -> Tensor:
    """Ln p(y|z) of each row, (n,): normal of these widths around the outputs, or bits without."""
    if log_width is None:
        cross = torch.nn.functional.binary_cross_entropy_with_logits(out, y, reduction="none")
        return -cross.sum(dim=1)
    square = ((y - out) * torch.exp(-log_width)).square()
    return -(0.5 * (square + math.log(2.0 * math.pi)) + log_width).sum(dim=1)


def bit_costs(log_odds: Tensor) -> tuple[Tensor, Tensor]:
    r"""What codes cost against fair coins, in nats.

    The first is :math:`\sum_k KL(q(z_k|x) \| \tfrac12)`, mean over the rows. The second is
    :math:`\sum_k KL(\bar q(z_k) \| \tfrac12)` of the mean :math:`\bar q` of q over the rows: zero
    if every bit is as often 1 as 0. Their difference is the information that the bits, one by one,
    carry about x.
    """
    softplus = torch.nn.functional.softplus
    p = torch.sigmoid(log_odds)
    # The entropy by the log-odds: its derivative is finite where p rounds to 0 or 1.
    entropy = softplus(log_odds) - p * log_odds
    mean = p.mean(dim=0).clamp(_LEAST, 1.0 - _LEAST)
    of_mean = torch.xlogy(mean, mean) + torch.xlogy(1.0 - mean, 1.0 - mean)
    return (math.log(2.0) - entropy).sum(dim=1).mean(), (math.log(2.0) + of_mean).sum()

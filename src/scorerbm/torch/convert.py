"""From models to modules."""

from __future__ import annotations

from typing import Any

from ..rbm import RBM, BernoulliRBM, GaussianRBM
from .bernoulli import BernoulliModule
from .gaussian import GaussianModule
from .module import RBMModule

__all__ = ["from_rbm"]

_MODULES: dict[type[RBM], type[RBMModule]] = {
    BernoulliRBM: BernoulliModule,
    GaussianRBM: GaussianModule,
}


def from_rbm(model: RBM, **options: Any) -> RBMModule:
    """Return a module of a model's family; ``module.to_rbm()`` leads back.

    Parameters
    ----------
    model : BernoulliRBM or GaussianRBM
    **options
        Of `RBMModule`: ``trainable``, ``schedule``, ``denoiser``, ``dtype``.

    Examples
    --------
    >>> import torch
    >>> import scorerbm as sr
    >>> from scorerbm.torch import from_rbm
    >>> prior = from_rbm(sr.BernoulliRBM([[1.0], [-1.0]], [0.0, 0.0], [0.0]))
    >>> v = torch.tensor([[0.5, 0.5]], requires_grad=True)
    >>> prior.log_prob_unnormalised(v).sum().backward()
    >>> v.grad
    tensor([[ 0.5000, -0.5000]])
    """
    for family, module in _MODULES.items():
        if type(model) is family:
            return module(model, **options)
    expected = " or ".join(family.__name__ for family in _MODULES)
    raise TypeError(f"model: got {type(model).__name__}, expected {expected}")

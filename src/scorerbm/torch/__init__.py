"""Models as modules of PyTorch, differentiable by autograd: as priors, and as layers."""

try:
    import torch  # noqa: F401 - to say what is missing
except ImportError as error:
    raise ImportError('modules of PyTorch need it: pip install "scorerbm[torch]"') from error

from .bernoulli import BernoulliModule
from .convert import from_rbm
from .gaussian import GaussianModule
from .module import RBMModule

__all__ = ["BernoulliModule", "GaussianModule", "RBMModule", "from_rbm"]

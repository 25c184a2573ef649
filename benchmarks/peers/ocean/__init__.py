"""Samplers of Ising problems, as their users call them: a problem in, samples out."""

from __future__ import annotations

from .. import Entry
from .base import Drawer, IsingProblem

__all__ = ["PEERS", "Drawer", "IsingProblem"]

PEERS = {
    "sa": Entry("ocean.simulated_annealing", "Constant", "dwave-samplers"),
    "sa-annealed": Entry("ocean.simulated_annealing", "Annealed", "dwave-samplers"),
    "sa-metropolis": Entry("ocean.simulated_annealing", "Metropolis", "dwave-samplers"),
    "path-integral": Entry("ocean.path_integral", "PathIntegral", "dwave-samplers"),
    "torch": Entry("ocean.torch_bipartite", "TorchBipartite", "dwave-pytorch-plugin einops"),
}

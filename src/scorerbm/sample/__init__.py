"""Samplers: the integration of the reverse diffusion, and the one-shot roads."""

from .base import Sampler, SampleSet, Trajectory
from .block_gibbs import BlockGibbs
from .draws import Draws
from .exact import Exact
from .probability_flow import ProbabilityFlow
from .reverse_sde import ReverseSDE

__all__ = [
    "BlockGibbs",
    "Draws",
    "Exact",
    "ProbabilityFlow",
    "ReverseSDE",
    "SampleSet",
    "Sampler",
    "Trajectory",
]

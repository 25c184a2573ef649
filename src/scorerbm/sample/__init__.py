"""Samplers: the integration of the reverse diffusion, and the one-shot roads."""

from .anneal_report import AnnealReport
from .base import Sampler, SampleSet, Trajectory
from .block_gibbs import BlockGibbs
from .draws import Draws
from .exact import Exact
from .gibbs_langevin import GibbsLangevin
from .ladder import Ladder, tune_ladder
from .parallel_tempering import ParallelTempering
from .probability_flow import ProbabilityFlow
from .reverse_sde import ReverseSDE
from .trajectory import select_snapshots

__all__ = [
    "AnnealReport",
    "BlockGibbs",
    "Draws",
    "Exact",
    "GibbsLangevin",
    "Ladder",
    "ParallelTempering",
    "ProbabilityFlow",
    "ReverseSDE",
    "SampleSet",
    "Sampler",
    "Trajectory",
    "select_snapshots",
    "tune_ladder",
]

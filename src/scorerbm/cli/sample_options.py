"""Options of ``scorerbm sample``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..annealing.drawing import METHODS
from ..rbm.tempering import REFERENCES
from . import options as o
from .samplers import SAMPLERS

__all__ = [
    "N_SAMPLES",
    "AnnealingTime",
    "Beta",
    "BurnIn",
    "ChainBreaks",
    "ChainStrength",
    "Clamp",
    "CollectEvery",
    "Copies",
    "Gauges",
    "ImageShape",
    "Init",
    "Number",
    "Out",
    "PerLadder",
    "Picture",
    "Profile",
    "Reference",
    "RefineSweeps",
    "Replicas",
    "SamplerName",
    "Seed",
    "Solver",
    "StepSize",
    "Steps",
    "SwapEvery",
    "Sweeps",
    "Thin",
]

_SAMPLING, _CHAINS, _TEMPERING, _OUTPUT = "Sampling", "Gibbs chains", "Tempering", "Output"
_ANNEALING = "Annealers"
N_SAMPLES = 1000

SamplerName = Annotated[
    str,
    o.one_of(
        SAMPLERS,
        "--sampler",
        "One shot: gibbs (block Gibbs), gibbs-langevin (real units by Langevin steps), tempering "
        "(replicas of Gibbs chains that exchange temperatures, for models with separate modes), "
        "exact (enumerates the smaller layer), qpu (one anneal of the quantum annealer that Ocean "
        "is configured for), simulated-qpu (a stand-in for it, with control errors). Diffusion: "
        "sde (reverse SDE), ode (probability flow).",
        _SAMPLING,
    ),
]
Number = Annotated[
    int | None,
    typer.Option(
        "-n",
        "--samples",
        min=1,
        help=f"Number of samples, by default {N_SAMPLES}, or as many as the rows of --init or "
        "--clamp.",
        rich_help_panel=_SAMPLING,
    ),
]
Steps = Annotated[
    int | None,
    typer.Option(
        "--steps",
        min=1,
        help="Steps of the integration, by default 500 for sde and 100 for ode; Langevin steps of "
        "a sweep, by default 10.",
        rich_help_panel=_SAMPLING,
    ),
]
StepSize = Annotated[
    float | None,
    typer.Option(
        "--step-size",
        help="Length of a Langevin step, in units of each unit's variance given the hidden ones, "
        "by default 0.1.",
        rich_help_panel=_CHAINS,
    ),
]
Sweeps = Annotated[
    int | None,
    typer.Option(
        "--sweeps",
        min=1,
        help="Sweeps of each Gibbs chain, by default 100, or of each replica, by default 1000; for "
        "sde and ode those of each step, by default 1.",
        rich_help_panel=_SAMPLING,
    ),
]
Init = Annotated[
    Path | None,
    typer.Option(
        "--init",
        help="File of states to start from, one for each chain. Chains of an .npz file of samples "
        "go on, as if they had not been interrupted.",
        rich_help_panel=_CHAINS,
    ),
]
Clamp = Annotated[
    Path | None,
    typer.Option(
        "--clamp",
        help="File of one row, or one for each chain, with the states that visible units are held "
        "at: 0, 1, or a real number, and nan for a unit that is free.",
        rich_help_panel=_CHAINS,
    ),
]
CollectEvery = Annotated[
    int | None,
    typer.Option(
        "--collect-every",
        min=1,
        help="Write the states after every so many sweeps, to an .npy file of shape "
        "(draws, samples, units).",
        rich_help_panel=_CHAINS,
    ),
]
BurnIn = Annotated[
    int | None,
    typer.Option(
        "--burn-in",
        min=0,
        help="Collect none of the first sweeps, by default 0.",
        rich_help_panel=_CHAINS,
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        min=0,
        help="The same seed gives the same output. By default 0, or that of --init.",
        rich_help_panel=o.COMMON,
    ),
]
Replicas = Annotated[
    int | None,
    typer.Option(
        "--replicas",
        min=2,
        help="Replicas of each ladder, by default as many as exchange half the time they try.",
        rich_help_panel=_TEMPERING,
    ),
]
Reference = Annotated[
    str | None,
    o.one_of(
        REFERENCES,
        "--reference",
        "The easy end of the ladders: fair coins, by default for bits, or independent units with "
        "the marginals of the training data, which is all that real units have.",
        _TEMPERING,
    ),
]
SwapEvery = Annotated[
    int | None,
    typer.Option(
        "--swap-every",
        min=1,
        help="Sweeps between exchanges, by default 1.",
        rich_help_panel=_TEMPERING,
    ),
]
PerLadder = Annotated[
    int | None,
    typer.Option(
        "--per-ladder",
        min=1,
        help="Samples from each ladder, which are correlated; by default 1, independent.",
        rich_help_panel=_TEMPERING,
    ),
]
Thin = Annotated[
    int | None,
    typer.Option(
        "--thin",
        min=1,
        help="Sweeps between samples of one ladder, by default 1.",
        rich_help_panel=_TEMPERING,
    ),
]
Beta = Annotated[
    float | None,
    typer.Option(
        "--beta",
        help="Inverse temperature of the device in programmed units; by default it is measured.",
        rich_help_panel=_ANNEALING,
    ),
]
ChainStrength = Annotated[
    float | None,
    typer.Option(
        "--chain-strength",
        help="In programmed units; by default several are tried.",
        rich_help_panel=_ANNEALING,
    ),
]
Gauges = Annotated[
    int | None,
    typer.Option(
        "--gauges",
        min=1,
        help="Programmings with signs of their own that share the reads, by default 10.",
        rich_help_panel=_ANNEALING,
    ),
]
Copies = Annotated[
    int | None,
    typer.Option(
        "--copies",
        min=1,
        help="Copies of the model in each read, by default 1.",
        rich_help_panel=_ANNEALING,
    ),
]
ChainBreaks = Annotated[
    str | None,
    o.one_of(
        METHODS,
        "--chain-breaks",
        "What becomes of reads with a broken chain, by default intact: they are made again, unless "
        "most are broken.",
        _ANNEALING,
    ),
]
RefineSweeps = Annotated[
    int | None,
    typer.Option(
        "--refine-sweeps",
        min=0,
        help="Gibbs sweeps of every sample after it was read, by default none: the samples are "
        "then hybrid.",
        rich_help_panel=_ANNEALING,
    ),
]
AnnealingTime = Annotated[
    float | None,
    typer.Option(
        "--annealing-time",
        help="Microseconds, by default as the device has it.",
        rich_help_panel=_ANNEALING,
    ),
]
Solver = Annotated[
    str | None,
    typer.Option(
        "--solver",
        help="Name of the device, by default the largest that is online.",
        rich_help_panel=_ANNEALING,
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile",
        help="Section of Ocean's configuration file.",
        rich_help_panel=_ANNEALING,
    ),
]
Out = Annotated[
    Path,
    typer.Option(
        "--out",
        "-o",
        help="File to write: .npy and .csv hold the visible units, .npz the hidden ones too.",
        rich_help_panel=_OUTPUT,
    ),
]
Picture = Annotated[
    Path | None,
    typer.Option(
        "--picture",
        help="Draw the first 100 samples as images in a .png file.",
        rich_help_panel=_OUTPUT,
    ),
]
ImageShape = Annotated[
    str | None,
    typer.Option(
        "--shape",
        metavar="HxW",
        help="Shape of an image, where the model does not say.",
        rich_help_panel=_OUTPUT,
    ),
]

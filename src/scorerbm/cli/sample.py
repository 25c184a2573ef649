"""``scorerbm sample``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from ..annealing import Annealer
from ..annealing.drawing import METHODS
from ..denoise import GibbsDenoiser
from ..evaluate.annealers import simulated_device
from ..files import ModelMetadata
from ..rbm import RBM
from ..rbm.tempering import REFERENCES
from ..sample import (
    BlockGibbs,
    Exact,
    GibbsLangevin,
    ParallelTempering,
    ProbabilityFlow,
    ReverseSDE,
    SampleSet,
)
from ..sample.base import Sampler
from . import options as o
from .inputs import check_binary, read_clamp, read_model, read_start
from .outputs import (
    WRITERS,
    check_extra,
    check_target,
    draws_to,
    write_picture,
    write_samples,
)
from .terminal import Terminal

__all__ = ["EXAMPLES", "sample"]

_SAMPLING, _CHAINS, _TEMPERING, _OUTPUT = "Sampling", "Gibbs chains", "Tempering", "Output"
_ANNEALING = "Annealers"
_SAMPLES = 1000


class _Kind(NamedTuple):
    build: Callable[..., Sampler]
    options: frozenset[str]
    binary: bool = False
    """Whether visible units must be."""
    real: bool = False
    """Likewise."""


def _sde(sweeps: int | None = None, **options: Any) -> Sampler:
    return ReverseSDE(denoiser=GibbsDenoiser(n_sweeps=sweeps or 1), **options)


def _ode(sweeps: int | None = None, **options: Any) -> Sampler:
    return ProbabilityFlow(denoiser=GibbsDenoiser(n_sweeps=sweeps or 1), **options)


def _gibbs(sweeps: int | None = None, **options: Any) -> Sampler:
    return BlockGibbs(n_sweeps=sweeps or 100, **options)


def _langevin(sweeps: int | None = None, **options: Any) -> Sampler:
    return GibbsLangevin(n_sweeps=sweeps or 100, preconditioned=True, **options)


def _tempering(sweeps: int | None = None, **options: Any) -> Sampler:
    return ParallelTempering(n_sweeps=sweeps or 1000, **options)


def _qpu(annealing_time: float | None = None, **options: Any) -> Sampler:
    times = {} if annealing_time is None else {"annealing_time": annealing_time}
    return Annealer(sampler_options=times, **options)


def _simulated_qpu(**options: Any) -> Sampler:
    return _qpu(sampler=simulated_device(control_errors=True), **options)


_OF_ANNEALERS = frozenset(
    {
        "--beta", "--chain-strength", "--gauges", "--copies", "--chain-breaks", "--refine-sweeps",
        "--annealing-time",
    }
)  # fmt: skip

_OF_CHAINS = frozenset({"--sweeps", "--init", "--clamp", "--collect-every", "--burn-in"})

SAMPLERS = {
    "gibbs": _Kind(_gibbs, _OF_CHAINS),
    "gibbs-langevin": _Kind(_langevin, _OF_CHAINS | {"--steps", "--step-size"}, real=True),
    "tempering": _Kind(
        _tempering,
        frozenset(
            {"--sweeps", "--replicas", "--reference", "--swap-every", "--per-ladder", "--thin"}
        ),
    ),
    "sde": _Kind(_sde, frozenset({"--steps", "--sweeps"})),
    "ode": _Kind(_ode, frozenset({"--steps", "--sweeps"})),
    "exact": _Kind(Exact, frozenset()),
    "qpu": _Kind(_qpu, _OF_ANNEALERS | {"--solver", "--profile"}, binary=True),
    "simulated-qpu": _Kind(_simulated_qpu, _OF_ANNEALERS, binary=True),
}
"""Name on the command line: how to build the sampler, and which options it knows."""

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
        help=f"Number of samples, by default {_SAMPLES}, or as many as the rows of --init or "
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


EXAMPLES = (
    "scorerbm sample model.safetensors -n 10000 --sweeps 1000",
    "scorerbm sample model.safetensors --sampler sde --steps 200 --out samples.npz",
    "scorerbm sample model.safetensors --sampler tempering --reference data --sweeps 2000",
    "scorerbm sample model.safetensors --sampler exact --picture samples.png",
    "scorerbm sample real.safetensors --sampler gibbs-langevin --step-size 0.2",
    "scorerbm sample model.safetensors --clamp half.csv -n 100 --sweeps 500",
    "scorerbm sample model.safetensors --sampler qpu --gauges 20 --annealing-time 100",
)


def sample(
    model: o.ModelArgument,
    sampler: SamplerName = "gibbs",
    n: Number = None,
    steps: Steps = None,
    sweeps: Sweeps = None,
    step_size: StepSize = None,
    init: Init = None,
    clamp: Clamp = None,
    collect_every: CollectEvery = None,
    burn_in: BurnIn = None,
    replicas: Replicas = None,
    reference: Reference = None,
    swap_every: SwapEvery = None,
    per_ladder: PerLadder = None,
    thin: Thin = None,
    beta: Beta = None,
    chain_strength: ChainStrength = None,
    gauges: Gauges = None,
    copies: Copies = None,
    chain_breaks: ChainBreaks = None,
    refine_sweeps: RefineSweeps = None,
    annealing_time: AnnealingTime = None,
    solver: Solver = None,
    profile: Profile = None,
    out: Out = Path("samples.npy"),
    picture: Picture = None,
    shape: ImageShape = None,
    seed: Seed = None,
    threads: o.Threads = None,
    backend: o.Backend = "auto",
    json: o.Json = False,
    quiet: o.Quiet = False,
) -> None:
    """Draw samples of a model and write them to a file."""
    terminal = Terminal(json, quiet)
    collecting = collect_every is not None
    check_target(out, *((".npy",) if collecting else WRITERS))
    kind = SAMPLERS[sampler]
    options = {
        "--steps": ("n_steps", steps),
        "--sweeps": ("sweeps", sweeps),
        "--step-size": ("step_size", step_size),
        "--collect-every": ("collect_every", collect_every),
        "--burn-in": ("burn_in", burn_in),
        "--replicas": ("n_replicas", replicas),
        "--reference": ("reference", reference),
        "--swap-every": ("swap_every", swap_every),
        "--per-ladder": ("samples_per_ladder", per_ladder),
        "--thin": ("thin", thin),
        "--beta": ("beta", beta),
        "--chain-strength": ("chain_strength", chain_strength),
        "--gauges": ("n_gauges", gauges),
        "--copies": ("copies", copies),
        "--chain-breaks": ("chain_breaks", chain_breaks),
        "--refine-sweeps": ("refine_sweeps", refine_sweeps),
        "--annealing-time": ("annealing_time", annealing_time),
        "--solver": ("solver", solver),
        "--profile": ("profile", profile),
    }
    of_chains = {"--init": ("init", init, read_start), "--clamp": ("clamp", clamp, read_clamp)}
    for flag, (_, value, *_) in (options | of_chains).items():
        if value is not None and flag not in kind.options:
            raise ValueError(f"{flag} does not apply to --sampler {sampler}")
    rbm, metadata = read_model(model)
    if kind.binary:
        check_binary(model, rbm, f"for --sampler {sampler}")
    if kind.real and rbm.binary_visible:
        raise ValueError(
            f"{model}: got a model of binary visible units, expected real ones for --sampler "
            f"{sampler}"
        )
    image = None if picture is None else _image_shape(picture, shape, metadata)
    chains: dict[str, Any] = {k: read(path, rbm) for k, path, read in of_chains.values() if path}
    n = _number(n, *chains.values())
    if init is None or seed is not None:
        chains["seed"] = seed or 0
    terminal.note(f"Sampling {n} states of {rbm.n_visible} units")
    chosen = kind.build(
        n_threads=threads,
        backend=backend,
        progress=terminal.progress,
        **{name: value for name, value in options.values() if value is not None},
    )
    if collecting:
        with draws_to(out, rbm) as chains["out"]:
            drawn = replace(chosen.sample(rbm, n, **chains), draws=None)
    else:
        if isinstance(chosen, Annealer):
            drawn = _read(chosen, rbm, n, chains, terminal)
        else:
            drawn = chosen.sample(rbm, n, **chains)
        write_samples(out, drawn)
    lines = [f"Samples: {out}"]
    if picture is not None and image is not None:
        write_picture(picture, drawn, image)
        lines.append(f"Picture: {picture}")
    terminal.result(
        {"samples": str(out), "picture": picture and str(picture), "n_samples": n} | drawn.info,
        Terminal.listing([(name, _shown(value)) for name, value in drawn.info.items()]),
        *lines,
    )


def _read(
    annealer: Annealer, model: RBM, n: int, options: dict[str, Any], terminal: Terminal
) -> SampleSet:
    """Say what a device will be held for, before anything is submitted."""
    with annealer.session() as session:
        seconds = session.access_time(model, n)
        if seconds is not None:
            measured = annealer.beta == "auto" or annealer.chain_strength == "scan"
            more = ", and longer to calibrate it" if measured else ""
            terminal.note(f"{session.device.name} will be held for about {seconds:.2g} s{more}")
        return session.sample(model, n, **options)


def _number(n: int | None, *given: Any) -> int:
    """How many samples: as many as asked for, or as there are rows to start from or to hold."""
    rows = (len(x) for x in given if isinstance(x, SampleSet) or x.ndim == 2)
    return next(rows, _SAMPLES) if n is None else n


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(x) for x in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _image_shape(picture: Path, shape: str | None, metadata: ModelMetadata) -> tuple[int, ...]:
    """Return the shape of an image, checked before any work."""
    check_target(picture, ".png")
    check_extra("plots", "plot", "matplotlib")
    size = o.parse_shape(shape) or metadata.data_shape
    if size is None or len(size) != 2:
        raise ValueError("--picture needs --shape HxW: the model does not say that it has images")
    if size[0] * size[1] != metadata.n_visible:
        raise ValueError(
            f"--shape: got {shape}, which has {size[0] * size[1]} pixels, expected "
            f"{metadata.n_visible}, the model's number of visible units"
        )
    return size

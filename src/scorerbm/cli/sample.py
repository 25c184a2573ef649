"""``scorerbm sample``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ..annealing import Annealer
from ..files import ModelMetadata
from ..rbm import RBM
from ..sample import SampleSet
from . import options as o
from . import sample_options as s
from .inputs import check_binary, read_clamp, read_model, read_start
from .outputs import WRITERS, check_extra, check_target, draws_to, write_picture, write_samples
from .samplers import SAMPLERS
from .terminal import Terminal

__all__ = ["EXAMPLES", "sample"]

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
    sampler: s.SamplerName = "gibbs",
    n: s.Number = None,
    steps: s.Steps = None,
    sweeps: s.Sweeps = None,
    step_size: s.StepSize = None,
    init: s.Init = None,
    clamp: s.Clamp = None,
    collect_every: s.CollectEvery = None,
    burn_in: s.BurnIn = None,
    replicas: s.Replicas = None,
    reference: s.Reference = None,
    swap_every: s.SwapEvery = None,
    per_ladder: s.PerLadder = None,
    thin: s.Thin = None,
    beta: s.Beta = None,
    chain_strength: s.ChainStrength = None,
    gauges: s.Gauges = None,
    copies: s.Copies = None,
    chain_breaks: s.ChainBreaks = None,
    refine_sweeps: s.RefineSweeps = None,
    annealing_time: s.AnnealingTime = None,
    solver: s.Solver = None,
    profile: s.Profile = None,
    out: s.Out = Path("samples.npy"),
    picture: s.Picture = None,
    shape: s.ImageShape = None,
    seed: s.Seed = None,
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
    return next(rows, s.N_SAMPLES) if n is None else n


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

"""Roads from noise to samples, each with a budget that buys quality."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from .. import _check
from ..annealing import Annealer
from ..denoise import GibbsDenoiser, MeanFieldDenoiser
from ..rbm import RBM, BernoulliRBM
from ..rbm.base import n_enumerable
from ..sample import BlockGibbs, Exact, ParallelTempering, ProbabilityFlow, ReverseSDE
from ..sample.base import Sampler
from .annealers import calibrated_once, fits_a_simulated_device, simulated_device
from .enumeration import ENUMERABLE

__all__ = ["Road", "default_roads", "select_roads"]

_SDE_STEPS = (10, 20, 50, 100, 200, 500, 1000)
_MEAN_FIELD_STEPS = _SDE_STEPS[:5]  # five iterations a step, and no gain from more steps
_SWEEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_TEMPERING_SWEEPS = _SWEEPS[:7]  # of some ten replicas each
_GAUGES = (1, 5, 20)  # programmings that share the reads


@dataclass(frozen=True)
class Road:
    """A way to draw samples whose cost is set by one integer.

    Parameters
    ----------
    label : str
        What tables and plots call it.
    unit : str
        What the budget counts, in the plural: "steps", "sweeps".
    budgets : sequence of int
        Budgets to measure, increasing, each at least 1.
    sampler : callable
        budget → `Sampler`.

    Raises
    ------
    TypeError
        If ``sampler`` cannot be called.
    ValueError
        If there is no budget, or they do not increase.

    Examples
    --------
    >>> from scorerbm import BlockGibbs
    >>> Road("two sweeps a unit", "units", (1, 10), lambda n: BlockGibbs(n_sweeps=2 * n)).budgets
    (1, 10)
    """

    label: str
    unit: str
    budgets: Sequence[int]
    sampler: Callable[[int], Sampler]

    def __post_init__(self) -> None:
        if not callable(self.sampler):
            raise TypeError(f"sampler: got {self.sampler!r}, expected a callable budget → Sampler")
        object.__setattr__(self, "budgets", _checked_budgets(self.label, self.budgets))

    def with_budgets(self, budgets: Sequence[int]) -> Road:
        """Return the same road at other budgets."""
        return replace(self, budgets=budgets)


def _checked_budgets(label: str, budgets: Sequence[int]) -> tuple[int, ...]:
    try:
        checked = tuple(_check.integer("budgets", b, 1) for b in budgets)
    except TypeError as error:
        raise TypeError(f"budgets of {label!r}: got {budgets!r}, expected integers") from error
    if not checked or any(a >= b for a, b in pairwise(checked)):
        raise ValueError(f"budgets of {label!r}: got {budgets!r}, expected increasing integers")
    return checked


def default_roads(model: RBM) -> dict[str, Road]:
    """Roads that `compare` measures unless told otherwise, by name.

    The names are ``sde-kept``, ``sde-restarted``, ``ode-kept``, ``sde-mean-field``, ``gibbs``,
    ``tempering`` for a `BernoulliRBM`, ``exact`` if the smaller layer has at most `ENUMERABLE`
    units, and, where Ocean is installed and the model has room on the graph, ``annealer-ideal``
    and ``annealer-noisy`` on simulated devices. ``qpu``, the device that Ocean is configured for,
    is measured only if it is asked for by name, since its time is not free. A Heun step of the
    ODE costs two score evaluations, so its budgets are half those of the SDE.
    """
    kept, restarted = GibbsDenoiser(), GibbsDenoiser(keep_chain=False)
    roads = {
        "sde-kept": Road(
            "reverse SDE, kept Gibbs chain",
            "steps",
            _SDE_STEPS,
            lambda n: ReverseSDE(n_steps=n, denoiser=kept),
        ),
        "sde-restarted": Road(
            "reverse SDE, restarted Gibbs chain",
            "steps",
            _SDE_STEPS,
            lambda n: ReverseSDE(n_steps=n, denoiser=restarted),
        ),
        "ode-kept": Road(
            "probability flow (Heun), kept Gibbs chain",
            "steps",
            tuple(n // 2 for n in _SDE_STEPS),
            lambda n: ProbabilityFlow(n_steps=n, denoiser=kept),
        ),
        "sde-mean-field": Road(
            "reverse SDE, mean field",
            "steps",
            _MEAN_FIELD_STEPS,
            lambda n: ReverseSDE(n_steps=n, denoiser=MeanFieldDenoiser()),
        ),
        "gibbs": Road("block Gibbs", "sweeps", _SWEEPS, lambda n: BlockGibbs(n_sweeps=n)),
    }
    if isinstance(model, BernoulliRBM):
        roads["tempering"] = Road(
            "parallel tempering",
            "tempered sweeps",
            _TEMPERING_SWEEPS,
            lambda n: ParallelTempering(n_sweeps=n),
        )
    if n_enumerable(model) <= ENUMERABLE:
        roads["exact"] = Road("exact sampler", "enumerations", (1,), lambda n: Exact())
    if fits_a_simulated_device(model):
        roads |= _simulated_devices(model)
    return roads


def _simulated_devices(model: RBM) -> dict[str, Road]:
    labels = {
        "annealer-ideal": "ideal annealer (simulated)",
        "annealer-noisy": "annealer with control errors (simulated)",
    }
    return {
        name: Road(
            label,
            "gauges",
            _GAUGES,
            calibrated_once(partial(_simulated_annealer, name == "annealer-noisy"), model),
        )
        for name, label in labels.items()
    }


def _simulated_annealer(control_errors: bool) -> Annealer:
    return Annealer(simulated_device(control_errors))


def _on_request(model: RBM) -> dict[str, Road]:
    """Roads that cost more than time."""
    device = calibrated_once(Annealer, model)
    return {"qpu": Road("quantum annealer", "gauges", _GAUGES, device)}


def select_roads(
    model: RBM,
    samplers: Mapping[str, Road | Sampler] | Iterable[str] | None,
    budgets: Mapping[str, Sequence[int]] | Sequence[int] | None,
) -> dict[str, Road]:
    """Resolve the arguments of `compare` of the same names to roads by name."""
    if isinstance(samplers, Mapping):
        roads = {name: _as_road(name, road) for name, road in samplers.items()}
    else:
        roads = default_roads(model)
        if samplers is not None:
            if isinstance(samplers, str):
                raise TypeError(f"samplers: got {samplers!r}, expected a sequence of names")
            known = roads | _on_request(model)
            roads = {_check.choice("samplers", n, known): known[n] for n in samplers}
    labels = [road.label for road in roads.values()]
    if not roads or len(set(labels)) < len(labels):
        raise ValueError(f"samplers: got {labels}, expected roads with labels of their own")
    if budgets is None:
        return roads
    if not isinstance(budgets, Mapping):
        # A road with a single budget has nothing to scan.
        budgets = {name: budgets for name, road in roads.items() if len(road.budgets) > 1}
    for name in budgets:
        _check.choice("budgets", name, roads)
    return {n: r.with_budgets(budgets[n]) if n in budgets else r for n, r in roads.items()}


def _as_road(name: str, road: Road | Sampler) -> Road:
    if isinstance(road, Sampler):
        sampler = road
        return Road(name, "runs", (1,), lambda n: sampler)
    if not isinstance(road, Road):
        raise TypeError(f"samplers[{name!r}]: got {road!r}, expected a Road or a Sampler")
    return road

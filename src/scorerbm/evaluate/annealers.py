"""Roads by one anneal: simulated devices, labelled as such, and the configured one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ..annealing import Annealer
from ..rbm import RBM, BernoulliRBM

if TYPE_CHECKING:
    from ..annealing.simulated import SimulatedQPU

__all__ = ["calibrated_once", "fits_a_simulated_device", "simulated_device"]

_SIZE = 12  # of a Zephyr graph, that of the largest device
_BICLIQUES = ((192, 92), (184, 184))  # the largest of that graph without defects
_CONTROL_ERROR = 0.01
"""Standard deviation of h and J as programmed, the lower end of what vendors publish."""


def fits_a_simulated_device(model: RBM) -> bool:
    """Whether Ocean is installed, and the model is binary and has room on the simulated graph."""
    if not isinstance(model, BernoulliRBM) or not _installed():
        return False
    long, short = sorted((model.n_visible, model.n_hidden), reverse=True)
    return any(long <= a and short <= b for a, b in _BICLIQUES)


@cache
def _installed() -> bool:
    try:
        return all(find_spec(name) is not None for name in ("dimod", "minorminer", "dwave.system"))
    except ModuleNotFoundError:  # no package dwave at all
        return False


def simulated_device(control_errors: bool) -> SimulatedQPU:
    """Return a simulated device of the size of real ones.

    Its reads have the law of what is programmed, or come from simulated thermal annealing of every
    qubit with errors of the programmed fields and couplings, drawn anew for each programming.
    """
    from ..annealing.simulated import IdealAnnealer, SimulatedQPU, ThermalAnnealer

    if not control_errors:
        return SimulatedQPU(IdealAnnealer(), size=_SIZE)
    noisy = ThermalAnnealer(field_noise=_CONTROL_ERROR, coupling_noise=_CONTROL_ERROR)
    return SimulatedQPU(noisy, size=_SIZE)


def calibrated_once(build: Callable[[], Annealer], model: RBM) -> Callable[[int], Annealer]:
    """Return the annealer by its number of gauges, calibrated when it is first asked for.

    A calibration serves all samples of a model, as a ladder does that was tuned for it.
    """

    @cache
    def calibrated() -> Annealer:
        return build().calibrated(model)

    return lambda n_gauges: replace(calibrated(), n_gauges=n_gauges)

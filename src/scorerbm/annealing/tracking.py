"""A device whose inverse temperature is followed while a model changes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ..ising import IsingModel, to_ising
from ..rbm import RBM
from ..sample import AnnealReport, SampleSet
from .chain_strength import usual_strength
from .program import smallest_beta, strongest_chains

if TYPE_CHECKING:
    from .annealer import Annealer

__all__ = ["Tracker"]

_UNKNOWN = 0.5  # standard deviation of ln β before anything is read
_DRIFT = 0.02  # of its change from one set of samples to the next
_BLUNT = 0.5  # error of x from which on samples are left out
_WITHIN = 2.0  # errors about 1 in which ln x is replaced by its tangent
_FAR = 5.0  # errors above 1 at which they are not, all the same
_FROZEN = 0.2  # added to ln β if every read is a local minimum
_IN_RANGE = 1.001  # times the smallest β that is
_FARTHEST = math.log(16.0)  # from where it began


class Tracker:
    r"""Samples of one model after another, as in training, where each is near the last.

    To calibrate anew for every model would take many times the reads that its samples do, and to
    calibrate once would go wrong where the effective temperature depends on the size of the
    weights. So the samples themselves say how β moves: their inverse temperature x in units of the
    model, by maximum pseudo-likelihood with the error δx, is an observation of
    :math:`\ln \beta`, which is taken for a random walk (a Kalman filter),

    .. math::

        \ln\beta \leftarrow \ln\beta + K \Delta, \qquad
        K = \frac{P}{P + \delta x^2}, \qquad P \leftarrow (1 - K) P + q^2,

    with :math:`\Delta = \ln x`, or its tangent :math:`x - 1` where x is 1 within two errors: the
    logarithm of a noisy number is low on average, and steps of both signs are to cancel there.

    Small weights say little about the temperature, and then do not move it: samples with
    :math:`\delta x > 1/2` are left out. Many of them have no positive x at all, and to follow the
    others would raise β without end. Only if x is five errors above 1 does a large error mean a
    device that is far colder than it was taken to be; there it is the relative one that counts.
    A ``beta`` that the annealer was given is kept as it is.

    Where strong problems freeze early, their reads are hot, and to follow them makes the problem
    stronger still: β ends where the device's ranges do, and the samples' ``report`` says that they
    are hot.

    Chains get the strength about which `scan` would look, the larger of 2.5 and 5/4 of the
    largest coupling over β, unless the annealer was given one.

    Parameters
    ----------
    annealer : Annealer

    Attributes
    ----------
    session : Session
    """

    def __init__(self, annealer: Annealer) -> None:
        self.session = annealer.session()
        self._fixed_beta = self.session.beta is not None
        self._fixed_strength = self.session.chain_strength is not None
        self._variance = _UNKNOWN**2
        self._start = math.nan

    @property
    def beta(self) -> float:
        """Inverse temperature of the device in programmed units, as far as it is known."""
        return self.session.beta or self.session.device.starting_beta

    def sample(self, model: RBM, n_samples: int, *, seed: int = 0) -> SampleSet:
        """Draw samples as `Annealer.sample` does, and learn from them where β is."""
        session = self.session
        if session.beta is None:
            session.beta = session.device.starting_beta
        if math.isnan(self._start):
            self._start = math.log(session.beta)
        ising = to_ising(model)
        if not self._fixed_beta:
            least = smallest_beta(session.device, session.layout(ising), ising)
            session.beta = max(session.beta, _IN_RANGE * least)
        if not self._fixed_strength:
            session.chain_strength = self._strength(ising)
        drawn = session.sample(model, n_samples, seed=seed)
        if not self._fixed_beta and drawn.report is not None:
            self._follow(drawn.report)
        return drawn

    def close(self) -> None:
        """Give back the connection, if it was made here."""
        self.session.close()

    def _strength(self, ising: IsingModel) -> float:
        session, beta = self.session, self.beta
        layout = session.layout(ising)
        most = strongest_chains(session.device, layout, ising, beta)
        return min(usual_strength(ising, beta), most)

    def _follow(self, report: AnnealReport) -> None:
        """Move ln β by what the samples say."""
        x, error = report.effective_beta, report.effective_beta_error
        step = 0.0
        if x == math.inf:
            step = _FROZEN
        elif 0.0 < error <= max(_BLUNT, (x - 1.0) / _FAR):  # not where x is unknown
            noise = error if error <= _BLUNT else error / x
            gain = self._variance / (self._variance + noise**2)
            step = gain * (x - 1.0 if abs(x - 1.0) <= _WITHIN * error else math.log(x))
            self._variance *= 1.0 - gain
        self._variance = min(self._variance + _DRIFT**2, _UNKNOWN**2)
        moved = math.log(self.beta) + step
        low, high = self._start - _FARTHEST, self._start + _FARTHEST
        self.session.beta = math.exp(float(np.clip(moved, low, high)))

"""From a guess of a device's inverse temperature to a measured one."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass

from .. import _check
from .._seed import derive_key
from ..ising import IsingModel
from .chain_strength import ChainStrengthScan, scan
from .drawn import Draw, Drawn
from .drawn_temperature import drawn_temperature
from .energy_matching import EnergyTemperature, Gap, energy_beta, temperature_gap
from .energy_reference import EnergyReference
from .errors import AnnealerError
from .temperature import (
    FrozenReadsError,
    HotReadsError,
    Temperature,
)

__all__ = ["Calibration", "CalibrationError", "CalibrationRound", "Drawn", "calibrate"]

_SCAN = "scan"
_SHARE_OF_SCAN = 4  # of the reads of a round, one part at each chain strength
_FEWEST_READS = 2


@dataclass(frozen=True)
class CalibrationRound:
    """One programming of a calibration, and what its reads say.

    Attributes
    ----------
    beta : float
        Inverse temperature that the device was taken to have.
    chain_strength : float
    temperature : Temperature
        Of the reads, in units of the problem: 1 if ``beta`` is right.
    broken_chains, intact_reads : float
        Fractions of broken chains, and of reads without any.
    """

    beta: float
    chain_strength: float
    temperature: Temperature
    broken_chains: float
    intact_reads: float


@dataclass(frozen=True)
class Calibration:
    """Inverse temperature of a device for one problem.

    Attributes
    ----------
    beta, error : float
        Of the device, in units of what is programmed: h/beta and J/beta sample exp(-E).
    chain_strength : float
        In programmed units.
    converged : bool
        Whether the last round's reads had 1 within their error.
    rounds : tuple of CalibrationRound
    scan : ChainStrengthScan or None
        If the chain strength was chosen by one.
    energy : EnergyTemperature or None
        Of the last round's reads, if there was a reference that reaches their mean energy; in
        units of the problem.
    """

    beta: float
    error: float
    chain_strength: float
    converged: bool
    rounds: tuple[CalibrationRound, ...]
    scan: ChainStrengthScan | None = None
    energy: EnergyTemperature | None = None

    @property
    def gap(self) -> Gap | None:
        """How far local and global estimates of the last reads are apart, if both are known."""
        if self.energy is None:
            return None
        return temperature_gap(self.rounds[-1].temperature, self.energy)


class CalibrationError(AnnealerError):
    """A calibration did not end.

    Attributes
    ----------
    calibration : Calibration
        What was measured until then; not ``converged``, and without an ``error`` if nothing was.
    """

    def __init__(self, message: str, calibration: Calibration) -> None:
        super().__init__(message)
        self.calibration = calibration


def calibrate(
    ising: IsingModel,
    draw: Draw,
    *,
    beta: float,
    chain_strength: float | str = _SCAN,
    n_reads: int = 2000,
    max_rounds: int = 10,
    damping: float = 0.8,
    n_errors: float = 2.0,
    limits: tuple[float, float] = (0.5, 50.0),
    max_chain_strength: float = math.inf,
    reference: EnergyReference | None = None,
    seed: int = 0,
) -> Calibration:
    r"""Find the inverse temperature of a device by a damped fixed point.

    A round programs :math:`h/\beta_k`, :math:`J/\beta_k` and estimates the inverse temperature
    :math:`x_k` of its reads in units of the problem. Then

    .. math:: \beta_{k+1} = \beta_k x_k^{d}

    until :math:`|x_k - 1| \le n\,\delta x_k`, and the result is :math:`\beta_k x_k` with the error
    :math:`\beta_k \delta x_k`: the last step, not damped, is as good as the reads, and not drawn
    towards the numbers that happened to end the search. A device at a fixed temperature is found
    by d = 1 in one step. Where reads freeze, the temperature depends on what is programmed, and
    smaller d converge where 1 would swing. A problem so flat that its reads are coins at any
    temperature is left at the one it began with: see `drawn_temperature`.

    Parameters
    ----------
    ising : IsingModel
        What is to be sampled: exp(-E).
    draw : callable
        ``draw(beta, chain_strength, n_reads, seed)`` programs a device and returns `Drawn`, with
        chain breaks resolved.
    beta : float
        Where to begin.
    chain_strength : float or "scan"
        In programmed units, or to be chosen by `scan` first, whose best reads are also a first
        estimate.
    n_reads : int
        Of each round. The error falls as one over their root.
    max_rounds : int
    damping : float
        d, above 0 and at most 1.
    n_errors : float
        n. With 2, one round in twenty goes on although ``beta`` is right.
    limits : (float, float)
        Of ``beta``.
    max_chain_strength : float
        What the device can be programmed with; for the scan.
    reference : EnergyReference, optional
        Energies of the model, to estimate the temperature of the last reads by them too.
    seed : int

    Returns
    -------
    Calibration

    Raises
    ------
    CalibrationError
        If it does not converge within the rounds or the limits, or if the reads of a round have no
        temperature: the message says what to change, and the error has what was measured.
    TypeError, ValueError
        If an argument is not as described.
    """
    settings = _Settings(
        n_reads=_check.integer("n_reads", n_reads, _FEWEST_READS),
        max_rounds=_check.integer("max_rounds", max_rounds, 1),
        damping=_check.number("damping", damping, above=0.0, maximum=1.0),
        n_errors=_check.number("n_errors", n_errors, above=0.0),
        limits=_limits(limits),
        seed=_check.integer("seed", seed),
    )
    low, high = settings.limits
    beta = _check.number("beta", beta, minimum=low, maximum=high)
    chosen = None
    if chain_strength == _SCAN:
        chosen, beta = _scan(ising, draw, beta, max_chain_strength, settings)
        strength = chosen.chain_strength
    elif isinstance(chain_strength, str):
        raise ValueError(f"chain_strength: got {chain_strength!r}, expected a number or {_SCAN!r}")
    else:
        strength = _check.number("chain_strength", chain_strength, above=0.0)
    search = _Search(ising, draw, settings, strength, chosen)
    return search.run(beta, reference)


@dataclass(frozen=True)
class _Settings:
    n_reads: int
    max_rounds: int
    damping: float
    n_errors: float
    limits: tuple[float, float]
    seed: int

    def moved(self, beta: float, effective: float) -> float:
        """The next beta, within the limits."""
        low, high = self.limits
        return min(max(beta * math.pow(effective, self.damping), low), high)


def _limits(value: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = value
    except (TypeError, ValueError):
        raise TypeError(f"limits: got {value!r}, expected a pair of numbers") from None
    low = _check.number("limits[0]", low, above=0.0)
    return low, _check.number("limits[1]", high, above=low)


def _scan(
    ising: IsingModel, draw: Draw, beta: float, maximum: float, settings: _Settings
) -> tuple[ChainStrengthScan, float]:
    """Choose a chain strength, and move beta by what its reads say."""
    n = max(_FEWEST_READS, settings.n_reads // _SHARE_OF_SCAN)
    chosen = scan(ising, draw, beta=beta, n_reads=n, maximum=maximum, seed=settings.seed)
    best = chosen.best
    return chosen, settings.moved(beta, best.beta) if best.beta > 0.0 else beta


class _Search:
    """Rounds so far, and where they lead."""

    def __init__(
        self,
        ising: IsingModel,
        draw: Draw,
        settings: _Settings,
        strength: float,
        chosen: ChainStrengthScan | None,
    ) -> None:
        self.ising, self.draw, self.settings = ising, draw, settings
        self.strength, self.chosen = strength, chosen
        self.rounds: list[CalibrationRound] = []

    def run(self, beta: float, reference: EnergyReference | None) -> Calibration:
        settings = self.settings
        for number in range(settings.max_rounds):
            drawn, temperature = self._round(beta, number)
            x, error = temperature.beta, temperature.error
            if abs(x - 1.0) <= settings.n_errors * error:
                return self._result(True, self._energy(drawn, reference))
            following = settings.moved(beta, x)
            if following == beta:
                raise CalibrationError(self._at_a_limit(beta, x), self._result(False))
            beta = following
        raise CalibrationError(self._not_converged(), self._result(False))

    def _round(self, beta: float, number: int) -> tuple[Drawn, Temperature]:
        seed, _ = derive_key(self.settings.seed, "calibration", number)
        drawn = self.draw(beta, self.strength, self.settings.n_reads, seed)
        try:
            temperature = drawn_temperature(self.ising, drawn, seed)
        except (FrozenReadsError, HotReadsError) as error:
            raise CalibrationError(
                f"at beta={beta:.4g} and chain strength {self.strength:.4g} ({self._breaks(drawn)})"
                f" {error}",
                self._result(False),
            ) from error
        self.rounds.append(
            CalibrationRound(
                beta, self.strength, temperature, drawn.broken_chains, drawn.intact_reads
            )
        )
        return drawn, temperature

    def _energy(self, drawn: Drawn, reference: EnergyReference | None) -> EnergyTemperature | None:
        if reference is None:
            return None
        with suppress(FrozenReadsError, HotReadsError):  # beyond the reference, or coins
            return energy_beta(self.ising, drawn.spins, reference=reference, groups=drawn.groups)
        return None

    def _result(self, converged: bool, energy: EnergyTemperature | None = None) -> Calibration:
        beta = error = math.nan
        if self.rounds:
            last = self.rounds[-1]
            beta = last.beta * last.temperature.beta
            error = last.beta * last.temperature.error
        return Calibration(
            beta, error, self.strength, converged, tuple(self.rounds), self.chosen, energy
        )

    def _at_a_limit(self, beta: float, x: float) -> str:
        low, high = self.settings.limits
        return (
            f"the calibration ran into its limit beta={beta:.4g} with reads of an effective "
            f"inverse temperature of {x:.3g}, not 1: widen limits=({low:g}, {high:g}) if the "
            f"device can be so {'warm' if x < 1.0 else 'cold'}, or {self._advice()}"
        )

    def _not_converged(self) -> str:
        x = [r.temperature.beta for r in self.rounds[-3:]]
        found = ", ".join(f"{value:.3g}" for value in x)
        swings = min(x) < 1.0 < max(x)
        return (
            f"the effective inverse temperature of reads was not 1 within its error after "
            f"{len(self.rounds)} rounds (the last were {found}): allow more max_rounds, take a "
            f"{'smaller' if swings else 'larger'} damping than {self.settings.damping:g}, or "
            f"{self._advice()}"
        )

    def _advice(self) -> str:
        """What chains have to do with it."""
        last = self.rounds[-1]
        if last.broken_chains > 0.0 and last.intact_reads < 0.5:
            return (
                f"take stronger chains than {self.strength:.3g} "
                f"({100.0 * (1.0 - last.intact_reads):.0f} % of the reads have broken ones)"
            )
        return f"take weaker chains than {self.strength:.3g}, which freeze later"

    @staticmethod
    def _breaks(drawn: Drawn) -> str:
        return f"{100.0 * (1.0 - drawn.intact_reads):.0f} % of the reads with broken chains"

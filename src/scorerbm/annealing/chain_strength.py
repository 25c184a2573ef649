"""How strong chains should be, found by trying."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .. import _check
from .._seed import derive_key
from ..ising import IsingModel
from .drawn import Draw
from .drawn_temperature import drawn_temperature
from .temperature import FrozenReadsError, HotReadsError

__all__ = ["ChainStrengthScan", "ScanPoint", "scan", "usual_strength"]

_CENTRE = 2.5  # beta · chain strength about which grids lie
_STRONGER = 1.25
_STEP = math.sqrt(2.0)
_HALF_WIDTH = 3  # steps to either side
_EXTENSIONS, _EXTENSION = 3, 2  # at most so many times, by so many steps


@dataclass(frozen=True)
class ScanPoint:
    """Reads with chains of one strength.

    Attributes
    ----------
    chain_strength : float
        In programmed units.
    beta, error : float
        Inverse temperature of the reads in units of the problem, 1 being right, and its standard
        error; 0 where the reads were no colder than coins, NaN where all were local minima.
    broken_chains, intact_reads : float
        Fractions of broken chains, and of reads without any.
    """

    chain_strength: float
    beta: float
    error: float
    broken_chains: float
    intact_reads: float

    @property
    def merit(self) -> float:
        """β √(intact reads), what `scan` makes as large as it can; 0 where β is not known."""
        return 0.0 if math.isnan(self.beta) else self.beta * math.sqrt(self.intact_reads)


@dataclass(frozen=True)
class ChainStrengthScan:
    """Chain strengths that were tried, and the one to take.

    Attributes
    ----------
    device_beta : float
        Inverse temperature that the device was taken to have.
    points : tuple of ScanPoint
        From the weakest chains to the strongest.
    """

    device_beta: float
    points: tuple[ScanPoint, ...]

    @property
    def best(self) -> ScanPoint:
        """The point of largest merit; without any intact read, that of fewest broken chains."""
        return max(self.points, key=lambda p: (p.merit, -p.broken_chains))

    @property
    def chain_strength(self) -> float:
        """That of the best point."""
        return self.best.chain_strength


def usual_strength(ising: IsingModel, beta: float) -> float:
    """Return the larger of 2.5 and 5/4 of the largest coupling, over beta: where `scan` begins.

    A coupling as strong as a chain could break it by itself.
    """
    return max(_CENTRE, _STRONGER * float(np.abs(ising.J).max())) / beta


def scan(
    ising: IsingModel,
    draw: Draw,
    *,
    beta: float,
    n_reads: int = 500,
    maximum: float = math.inf,
    seed: int = 0,
) -> ChainStrengthScan:
    r"""Choose the strength of chains by drawing reads with several.

    Weak chains break. Strong ones freeze early: a chain flips only by passing through states in
    which it is broken, and when that has become too rare the problem, weaker than the chains by
    far, is still hot. Either way the reads come out warmer than the device is, so that their
    effective inverse temperature β (by pseudo-likelihood, in units of the problem) has a maximum
    between, about where chain strength times the device's inverse temperature is 2.5. Reads
    without a broken chain are free of the first effect, but few where chains are weak, and errors
    of means grow as one over the root of their number. What is maximised is therefore

    .. math:: \beta \sqrt{\text{fraction of intact reads}},

    both factors of which are 1 for the ideal device. Where it is largest it does not change to
    first order, and neither does a calibration made there. More chains move the maximum to
    stronger ones, as reads are then less often intact.

    The grid is geometric, half an octave a step, from -3 to 3 steps about the larger of 2.5 and
    5/4 of the problem's largest coupling, both over beta. While the
    best point is an end that is better than its neighbour by more than the error, the grid goes on
    there by two steps, three times at most.

    Parameters
    ----------
    ising : IsingModel
    draw : callable
        ``draw(beta, chain_strength, n_reads, seed)`` returns `Drawn`.
    beta : float
        The device's inverse temperature as far as it is known; a factor of two does no harm.
    n_reads : int
        At each strength.
    maximum : float
        Of what the device can be programmed with, in programmed units.
    seed : int

    Returns
    -------
    ChainStrengthScan

    Raises
    ------
    FrozenReadsError
        If the reads are local minima at every strength.
    TypeError, ValueError
        If an argument is not as described.
    """
    beta = _check.number("beta", beta, above=0.0)
    n = _check.integer("n_reads", n_reads, 2)
    seed = _check.integer("seed", seed)
    most = maximum if maximum == math.inf else _check.number("maximum", maximum, above=0.0)
    centre = usual_strength(ising, beta)
    points: dict[int, ScanPoint] = {}

    def measure(steps: range) -> None:
        for k in steps:
            strength = centre * _STEP**k
            # The last step to the maximum is shorter.
            if k not in points and strength < most * _STEP:
                key, _ = derive_key(seed, "chain strength", k + (1 << 16))
                points[k] = _point(ising, draw, beta, min(strength, most), n, key)

    top = _HALF_WIDTH if most == math.inf else min(_HALF_WIDTH, _last_step(centre, most))
    measure(range(top - 2 * _HALF_WIDTH, top + 1))
    for _ in range(_EXTENSIONS):
        end = _rising_end(points)
        if end == 0:
            break
        edge = max(points) if end > 0 else min(points)
        measure(range(edge + end, edge + end * (_EXTENSION + 1), end))
    found = tuple(points[k] for k in sorted(points))
    if all(math.isnan(p.beta) for p in found):
        raise FrozenReadsError(
            f"all reads are local minima at every chain strength from {found[0].chain_strength:.3g}"
            f" to {found[-1].chain_strength:.3g}: program a weaker problem (a larger beta than "
            f"{beta:.3g}); a device that only minimises energies cannot be calibrated"
        )
    return ChainStrengthScan(beta, found)


def _last_step(centre: float, maximum: float) -> int:
    return math.ceil(math.log(maximum / centre, _STEP) - 1e-9)


def _point(
    ising: IsingModel, draw: Draw, beta: float, strength: float, n_reads: int, seed: int
) -> ScanPoint:
    drawn = draw(beta, strength, n_reads, seed)
    try:
        found = drawn_temperature(ising, drawn, seed)
        estimate = found.beta, found.error
    except FrozenReadsError:
        estimate = math.nan, math.nan
    except HotReadsError:
        estimate = 0.0, math.nan
    return ScanPoint(strength, *estimate, drawn.broken_chains, drawn.intact_reads)


def _rising_end(points: dict[int, ScanPoint]) -> int:
    """1 or -1 if the merit still rises at the upper or the lower end, beyond its error, or is 0."""
    ordered = [points[k] for k in sorted(points)]
    best = ChainStrengthScan(1.0, tuple(ordered)).best
    for end, edge, inner in ((1, ordered[-1], ordered[-2]), (-1, ordered[0], ordered[1])):
        if edge is best and (edge.merit == 0.0 or edge.merit - inner.merit > edge.error):
            return end
    return 0

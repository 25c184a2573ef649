"""Reads of an annealer beside the model: energies, moments, chain breaks, calibration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..annealing.calibration import Calibration
from ..annealing.chain_strength import ChainStrengthScan
from ..backends.protocol import Reals
from ..sample import AnnealReport
from ._style import COLOURS, FAINT, INK, MARKERS, new_figure, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "plot_calibration",
    "plot_chain_breaks",
    "plot_chain_strength",
    "plot_energies",
    "plot_spin_moments",
]

_BAND = 2.0  # standard errors
_MANY = 400  # points, above which each is drawn fainter
_LAYERS = ("visible", "hidden")


def plot_energies(
    reads: Mapping[str, ArrayLike],
    reference: ArrayLike,
    *,
    bins: int | None = None,
    reference_title: str = "the model",
) -> Figure:
    """Histograms of the energies of reads over those of the model's own samples.

    Reads that are warmer or colder than they should be are moved against the model; reads that a
    temperature does not describe have another shape.

    Parameters
    ----------
    reads : mapping of str to array_like, (R,)
        Energies by title.
    reference : array_like, (R',)
        Energies of samples of the model: exact ones, or of parallel tempering.
    bins : int, optional
        By default as many as the smallest set can fill, of all energies.
    reference_title : str

    Returns
    -------
    matplotlib.figure.Figure
        Not attached to pyplot; save it with ``figure.savefig(path)``.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError, ValueError
        If there is no set of reads, or one without a number.
    """
    sets = {title: _energies(f"reads[{title!r}]", value) for title, value in reads.items()}
    if not sets:
        raise ValueError("reads: got no set, expected at least one")
    own = _energies("reference", reference)
    everything = [own, *sets.values()]
    n_bins = _usual_bins(everything) if bins is None else _check.integer("bins", bins, 2)
    low, high = min(e.min() for e in everything), max(e.max() for e in everything)
    edges = np.linspace(low, high if high > low else low + 1.0, n_bins + 1)
    with style():
        figure = new_figure(6.4, 3.8)
        panel = figure.subplots()
        panel.stairs(_density(own, edges), edges, fill=True, color="#d4d4d4", lw=0,
                     label=_mean_label(reference_title, own))  # fmt: skip
        panel.axvline(own.mean(), color=FAINT, lw=1.2, ls=(0, (5, 3)))
        for k, (title, energies) in enumerate(sets.items()):
            colour, dash = COLOURS[k % len(COLOURS)], "-" if k < len(COLOURS) else "--"
            panel.stairs(_density(energies, edges), edges, color=colour, ls=dash, lw=1.8,
                         baseline=None, label=_mean_label(title, energies))  # fmt: skip
            panel.axvline(energies.mean(), color=colour, lw=1.2, ls=(0, (5, 3)))
        panel.set(xlabel="energy $E(v, h)$", ylabel="density", title="Energies of reads")
        panel.set_ylim(bottom=0.0)
        figure.legend(loc="outside upper center", ncol=2)
    return figure


def plot_spin_moments(
    spins: ArrayLike, reference: ArrayLike, n_visible: int, *, title: str = "reads"
) -> Figure:
    r"""Marginals and pair correlations of reads against those of the model's own samples.

    The left panel has :math:`\langle s_k \rangle` of every unit, the right one
    :math:`\langle s_i s_j \rangle` of every visible and hidden unit. The shade is two standard
    errors of independent samples, :math:`\sqrt{(1 - m^2)(1/R + 1/R')}`, to either side. Titles
    count the points outside, about 5 % for perfect reads, with the m of both sets together: a spin
    that only one of them has turned is no error of infinitely many standard ones.

    Parameters
    ----------
    spins : array_like, (R, K)
        Reads, -1 or 1; visible units first.
    reference : array_like, (R', K)
        Samples of the model.
    n_visible : int
        N.
    title : str
        What the reads are called.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError, ValueError
        If the arrays are not as described.
    """
    s = _spins("spins", spins, None)
    own = _spins("reference", reference, s.shape[1])
    n = _check.integer("n_visible", n_visible, 1, s.shape[1] - 1)
    variance = 1.0 / len(s) + 1.0 / len(own)
    marginals = [x.mean(axis=0) for x in (own, s)]
    pairs = [(x[:, :n].T @ x[:, n:] / len(x)).ravel() for x in (own, s)]
    with style():
        figure = new_figure(8.6, 4.4)
        left, right = figure.subplots(1, 2)
        _scatter(left, [m[:n] for m in marginals], 0, variance, "visible units")
        _scatter(left, [m[n:] for m in marginals], 1, variance, "hidden units")
        _scatter(right, pairs, 2, variance, "pairs of both layers")
        for panel, (x, y), symbol, what in (
            (left, marginals, "\\langle s_k \\rangle", "Marginals"),
            (right, pairs, "\\langle s_i s_j \\rangle", "Pair correlations"),
        ):
            _diagonal(panel, np.concatenate([x, y]), variance)
            both = (len(own) * x + len(s) * y) / (len(own) + len(s))
            outside = np.abs(y - x) > _BAND * np.sqrt((1.0 - both**2) * variance) + 1e-12
            panel.set_title(f"{what}: {100.0 * outside.mean():.1f} % outside of {_BAND:g} σ")
            panel.set_xlabel(f"${symbol}$ of the model")
            panel.set_ylabel(f"${symbol}$ of {title}")
            panel.legend(loc="upper left", fontsize=8)
    return figure


def plot_chain_breaks(broken: ArrayLike | AnnealReport, n_visible: int) -> Figure:
    """How often the chain of each unit was broken, and how many were in one read.

    Parameters
    ----------
    broken : AnnealReport, or array_like of bool, (R, K)
        Visible units first.
    n_visible : int

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError, ValueError
        If the array is not as described.
    """
    by_unit, by_read = _breaks(broken)
    k = len(by_unit)
    n = _check.integer("n_visible", n_visible, 0, k)
    intact = 100.0 * np.mean(by_read == 0)
    width = 0.85 if k <= 60 else 1.0  # many bars without gaps, which would flicker
    with style():
        figure = new_figure(8.6, 3.6)
        left, right = figure.subplots(1, 2, width_ratios=(2.2, 1.0))
        for colour, layer, units in zip(COLOURS, _LAYERS, (slice(0, n), slice(n, k)), strict=False):
            x = np.arange(k)[units]
            left.bar(x, by_unit[units], width=width, color=colour, label=f"{layer} units")
        left.axhline(by_unit.mean(), color=INK, lw=1.0, ls=(0, (5, 3)),
                     label=f"mean {by_unit.mean():.2g} %")  # fmt: skip
        left.set(title="Broken chains of each unit", xlabel="unit", ylabel="broken [% of reads]")
        left.set_xlim(-0.7, k - 0.3)
        left.set_ylim(0.0, 1.25 * max(float(by_unit.max()), 0.1))  # the legend has room above
        left.legend(loc="upper center", ncol=3, fontsize=8)
        counts = np.bincount(by_read)
        edges = np.arange(len(counts) + 1) - 0.5
        right.stairs(100.0 * counts / len(by_read), edges, fill=True, color=COLOURS[2])
        right.set(title=f"{intact:.3g} % of reads intact", xlabel="broken chains in a read")
        right.set(ylabel="reads [%]", ylim=(0.0, None))
        for panel in (left, right):
            _count(panel)
    return figure


def plot_calibration(calibration: Calibration) -> Figure:
    """Rounds of a calibration: the temperature of the reads, and what was programmed.

    On the left the inverse temperature of each round's reads in units of the problem, which has to
    become 1, and those of fields and couplings apart. In the middle what the device was taken to
    have and what it turned out to have. If the chain strength was scanned for, a third panel has
    `plot_chain_strength`.

    Parameters
    ----------
    calibration : Calibration
        With at least one round; that of a `CalibrationError` will do.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If there is no round.
    """
    if not calibration.rounds:
        raise ValueError("calibration: got no round, expected at least one")
    scan = calibration.scan
    with style():
        figure = new_figure(8.6 if scan is None else 12.6, 3.9)
        panels = figure.subplots(1, 2 if scan is None else 3)
        _draw_temperatures(panels[0], calibration)
        _draw_device(panels[1], calibration)
        if scan is not None:
            _draw_scan(panels[2], scan)
    return figure


def plot_chain_strength(scan: ChainStrengthScan) -> Figure:
    """Inverse temperature, intact reads and merit against the chain strength.

    Weak chains break, strong ones freeze early; the ring is what was chosen.

    Parameters
    ----------
    scan : ChainStrengthScan

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    with style():
        figure = new_figure(5.6, 4.0)
        _draw_scan(figure.subplots(), scan)
    return figure


# -- panels --------------------------------------------------------------------------------------


def _scatter(panel: Axes, pair: list[Reals], k: int, variance: float, label: str) -> None:
    many = len(pair[0]) > _MANY
    panel.plot(
        *pair, ls="", marker=MARKERS[k], ms=2.5 if many else 5.0, color=COLOURS[k],
        alpha=0.35 if many else 0.9, mec="none", label=label, rasterized=many,
    )  # fmt: skip


def _diagonal(panel: Axes, values: Reals, variance: float) -> None:
    """Draw where reads and model agree, and how far off samples of either may be."""
    margin = 0.05 * max(float(np.ptp(values)), 0.1)
    low, high = max(-1.0, values.min() - margin), min(1.0, values.max() + margin)
    x = np.linspace(low, high, 200)
    band = _BAND * np.sqrt((1.0 - x**2) * variance)
    panel.fill_between(x, x - band, x + band, color="#d4d4d4", lw=0, zorder=0,
                       label=f"sampling error, {_BAND:g} σ")  # fmt: skip
    panel.plot(x, x, color=FAINT, lw=1.0, zorder=1)
    edge = (max(-1.05, low - margin), min(1.05, high + margin))
    panel.set(xlim=edge, ylim=edge)
    panel.set_box_aspect(1.0)


def _draw_temperatures(panel: Axes, calibration: Calibration) -> None:
    rounds = np.arange(1, len(calibration.rounds) + 1)
    found = [r.temperature for r in calibration.rounds]
    panel.axhline(1.0, color=FAINT, lw=1.2, ls=(0, (5, 3)))
    lines = (
        ("all", [t.beta for t in found], [t.error for t in found], 0.0),
        ("fields", [t.beta_fields for t in found], [t.beta_fields_error for t in found], -0.12),
        (
            "couplings",
            [t.beta_couplings for t in found],
            [t.beta_couplings_error for t in found],
            0.12,
        ),
    )
    for k, (label, beta, error, shift) in enumerate(lines):
        if np.isfinite(beta).any():
            panel.errorbar(
                rounds + shift, beta, _BAND * np.asarray(error), color=COLOURS[k],
                marker=MARKERS[k], ls="-" if k == 0 else "", lw=1.6, capsize=2.5,
                label=label, zorder=3 - k,
            )  # fmt: skip
    panel.set(title="Reads, in units of the problem", ylabel="inverse temperature of reads")
    _number_rounds(panel, rounds)


def _draw_device(panel: Axes, calibration: Calibration) -> None:
    rounds = np.arange(1, len(calibration.rounds) + 1)
    taken = np.array([r.beta for r in calibration.rounds])
    x, error = (
        np.array([getattr(r.temperature, name) for r in calibration.rounds])
        for name in ("beta", "error")
    )
    panel.plot(rounds, taken, color=COLOURS[0], marker=MARKERS[0], label="taken to have")
    panel.errorbar(
        rounds, taken * x, _BAND * taken * error, color=COLOURS[1], marker=MARKERS[1], ls="",
        capsize=2.5, label="found",
    )  # fmt: skip
    state = "Converged to" if calibration.converged else "Not converged:"
    panel.set_title(f"{state} β = {_with_error(calibration.beta, calibration.error)}")
    panel.set_ylabel("inverse temperature of the device")
    _number_rounds(panel, rounds)


def _number_rounds(panel: Axes, rounds: np.ndarray) -> None:
    panel.set_xlabel("round")
    panel.set_xlim(0.5, len(rounds) + 0.5)
    _count(panel)
    panel.legend(loc="best", fontsize=8)


def _count(panel: Axes) -> None:
    """Whole numbers along x."""
    from matplotlib.ticker import MaxNLocator

    panel.xaxis.set_major_locator(MaxNLocator(nbins="auto", integer=True))


def _draw_scan(panel: Axes, scan: ChainStrengthScan) -> None:
    points = scan.points
    x = np.array([p.chain_strength for p in points])
    beta, error = (np.array([getattr(p, name) for p in points]) for name in ("beta", "error"))
    merit = np.array([p.merit for p in points])
    panel.axvline(scan.chain_strength, color=FAINT, lw=1.2, ls=(0, (5, 3)))
    panel.errorbar(x, beta, _BAND * error, color=COLOURS[0], marker=MARKERS[0], capsize=2.5,
                   label="β of reads [units of the problem]")  # fmt: skip
    panel.plot(x, [p.intact_reads for p in points], color=COLOURS[2], marker=MARKERS[2],
               label="intact reads")  # fmt: skip
    panel.plot(x, merit, color=COLOURS[1], marker=MARKERS[1], label="β √(intact reads)")
    panel.plot([scan.chain_strength], [scan.best.merit], ls="", marker="o", ms=12, mfc="none",
               mec=INK, mew=1.6, zorder=5)  # fmt: skip
    panel.set_xscale("log")
    ticks = x[::2] if len(x) < 10 else x[::3]
    panel.set_xticks(ticks, [f"{value:.2g}" for value in ticks])
    panel.set_xticks([], minor=True)
    panel.set(xlabel="chain strength [programmed units]", ylim=(0.0, None))
    panel.set_title(f"Chain strength {scan.chain_strength:.3g} chosen")
    panel.legend(loc="best", fontsize=8)


# -- numbers -------------------------------------------------------------------------------------


def _energies(name: str, value: ArrayLike) -> Reals:
    energies = _check.real_array(name, value, (None,))
    if len(energies) == 0:
        raise ValueError(f"{name}: got no energy, expected at least one")
    return energies


def _spins(name: str, value: ArrayLike, n: int | None) -> Reals:
    s = _check.spins(name, value, (None, n))
    if len(s) == 0 or s.shape[1] < 2:
        raise ValueError(f"{name}: got shape {s.shape}, expected rows of at least two spins")
    return s


def _breaks(broken: ArrayLike | AnnealReport) -> tuple[Reals, NDArray[np.integer]]:
    """Percentage of reads in which each chain is broken, and broken chains of each read."""
    if isinstance(broken, AnnealReport):
        n_chains = len(broken.broken_by_unit)
        by_read = np.rint(n_chains * broken.broken_by_read).astype(np.intp)
        return 100.0 * broken.broken_by_unit, by_read
    b = _check.bits("broken", broken, (None, None))
    if b.size == 0:
        raise ValueError(f"broken: got shape {b.shape}, expected at least one read and chain")
    return 100.0 * b.mean(axis=0), b.sum(axis=1, dtype=np.intp)


def _usual_bins(sets: list[Reals]) -> int:
    """Width 2 IQR n^(-1/3) of the widest set (Freedman and Diaconis), n of the smallest."""
    widths = [float(np.subtract(*np.percentile(e, (75, 25)))) for e in sets]
    width = 2.0 * max(widths) * min(map(len, sets)) ** (-1.0 / 3.0)
    span = max(e.max() for e in sets) - min(e.min() for e in sets)
    return int(np.clip(math.ceil(span / width), 8, 80)) if width > 0.0 else 8


def _density(energies: Reals, edges: Reals) -> Reals:
    density: Reals = np.histogram(energies, edges, density=True)[0]
    return density


def _mean_label(title: str, energies: Reals) -> str:
    return f"{title} (mean {energies.mean():.4g})"


def _with_error(value: float, error: float) -> str:
    """A number to the second digit of its error."""
    if not 0.0 < error < math.inf:
        return f"{value:.4g}"
    digits = max(0, 1 - math.floor(math.log10(error)))
    return f"{value:.{digits}f} ± {error:.{digits}f}"

"""The pictures of a report, as PNG files in memory."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..evaluate.measurements import Measurements, counted
from ..plot import plot_quality, plot_samples, plot_trajectory
from ..sample.integrator import Integrator

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Picture", "pictures"]

_FRAMES = 200
_PARTICLES = 5


@dataclass(frozen=True)
class Picture:
    """A picture with the words that go with it."""

    name: str
    heading: str
    caption: str
    png: bytes


def pictures(measurements: Measurements, image_shape: Sequence[int] | None) -> list[Picture]:
    """Draw quality against cost and, if samples are images, samples and a trajectory."""
    images = []
    if image_shape is not None:
        images = [_samples(measurements, image_shape), *_trajectory(measurements, image_shape)]
    return [_quality(measurements), *images]


def _quality(measurements: Measurements) -> Picture:
    floor = "exact" if measurements.settings["reference_is_exact"] else "reference"
    data = (
        ""
        if measurements.data_errors is None
        else " The dashed line is the error of the data, which says how far the model itself is "
        "from them."
    )
    return Picture(
        "quality",
        "Quality against cost",
        "Lines are means over the seeds, shades their range. The grey band is where "
        f"{100.0 * measurements.coverage:.1f} % of the means of {floor} sets of the same size and "
        "number lie; errors below the axis are drawn on its edge. A ring marks the first budget "
        f"from which on a road cannot be told from {floor} samples.{data}",
        _png(plot_quality(measurements)),
    )


def _samples(measurements: Measurements, image_shape: Sequence[int]) -> Picture:
    exact = measurements.settings["reference_is_exact"]
    titles = {"data": "data", "reference": "exact samples" if exact else "reference"}
    for name, road in measurements.roads.items():
        if not (exact and name == "exact"):
            titles[name] = f"{road.label}\n{counted(road.budgets[-1], road.unit)}"
    shown = {title: measurements.samples[name] for name, title in titles.items()
             if name in measurements.samples}  # fmt: skip
    figure = plot_samples(shown, image_shape)
    caption = "Samples of each road at its largest budget, none selected."
    return Picture("samples", "Samples", caption, _png(figure))


def _trajectory(measurements: Measurements, image_shape: Sequence[int]) -> Iterator[Picture]:
    """A few particles on the first road that integrates a diffusion, if there is one."""
    seed = measurements.settings["seeds"][0]
    for road in measurements.roads.values():
        sampler = road.sampler(road.budgets[-1])
        if isinstance(sampler, Integrator):
            every = max(1, sampler.n_steps // _FRAMES)
            drawn = replace(sampler, keep_every=every, progress=False).sample(
                measurements.model, _PARTICLES, seed=seed
            )
            caption = (
                f"{road.label}, {counted(sampler.n_steps, 'steps')}: one particle a row, from "
                "noise at t = 1 to a sample. Each column has its own grey scale."
            )
            figure = plot_trajectory(drawn, image_shape, n_chains=_PARTICLES)
            yield Picture("trajectory", "From noise to samples", caption, _png(figure))
            return


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()

"""Samples and trajectories as pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..sample import SampleSet
from ._style import FAINT, new_figure, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_samples", "plot_trajectory"]

_COLUMNS = 4
_BORDER = "#c3cfdc"
_TIMES = (1.0, 0.7, 0.5, 0.4, 0.3, 0.2, 0.12, 0.06, 0.03, 0.0)


def plot_samples(
    samples: Mapping[str, ArrayLike], image_shape: Sequence[int], *, n_images: int = 36
) -> Figure:
    """Grids of samples side by side, one a set.

    Parameters
    ----------
    samples : mapping of str to array_like, (B, N)
        Sets of samples by title.
    image_shape : (int, int)
        Height and width of an image, whose product is N.
    n_images : int
        Images to show of each set.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If there is no set, or ``image_shape`` does not fit.
    """
    if not samples:
        raise ValueError("samples: got no set, expected at least one")
    side = math.ceil(math.sqrt(_check.integer("n_images", n_images, 1)))
    sets = {k: _images(f"samples[{k!r}]", v, image_shape)[:n_images] for k, v in samples.items()}
    columns = min(len(sets), _COLUMNS)
    rows = math.ceil(len(sets) / columns)
    low, high = (f([f(v) for v in sets.values()]) for f in (np.min, np.max))
    with style():
        figure = new_figure(3.0 * columns, 3.35 * rows)
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for panel, (title, images) in zip(axes, sets.items(), strict=False):
            _show(panel, _mosaic(images, side), (low, high))
            panel.set_title(title, fontsize=9)
        for panel in axes[len(sets) :]:
            panel.set_axis_off()
    return figure


def plot_trajectory(
    samples: SampleSet,
    image_shape: Sequence[int],
    *,
    n_chains: int = 5,
    times: Sequence[float] = _TIMES,
) -> Figure:
    """Particles on their way from noise to samples, one a row, time running to the right.

    Each column has its own grey scale; the last one holds the samples themselves.

    Parameters
    ----------
    samples : SampleSet
        With a trajectory: drawn by an integrator with ``keep_every`` set.
    image_shape : (int, int)
        Height and width of an image, whose product is N.
    n_chains : int
        Particles to show.
    times : sequence of float
        Times to show; the nearest ones kept are taken.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If there is no trajectory, or ``image_shape`` does not fit.
    """
    if samples.trajectory is None:
        raise ValueError("samples: got no trajectory, expected a sampler with keep_every set")
    kept = samples.trajectory.times
    frames = sorted({int(np.abs(kept - t).argmin()) for t in times})
    n = min(_check.integer("n_chains", n_chains, 1), len(samples))
    columns = [samples.trajectory.states[k][:n] for k in frames] + [samples.visible[:n]]
    titles = [f"t = {kept[k]:.2g}" for k in frames] + ["sample"]
    with style():
        figure = new_figure(0.95 * len(columns), 0.97 * n + 0.3)
        axes = figure.subplots(n, len(columns), squeeze=False)
        for row, title, states in zip(axes.T, titles, columns, strict=True):
            images = _images("samples", states, image_shape)
            limits = tuple(np.quantile(images, [0.01, 0.99]))
            for panel, image in zip(row, images, strict=True):
                _show(panel, image, limits)
            row[0].set_title(title, fontsize=9)
    return figure


def _images(name: str, value: ArrayLike, image_shape: Sequence[int]) -> NDArray[Any]:
    array = _check.as_array(name, value)
    shape = tuple(_check.integer("image_shape", n, 1) for n in image_shape)
    if len(shape) != 2 or array.ndim != 2 or math.prod(shape) != array.shape[1]:
        raise ValueError(
            f"image_shape: got {tuple(image_shape)} for {name} of shape {array.shape}, expected "
            "height and width whose product is the number of visible units"
        )
    return array.reshape(-1, *shape)


def _mosaic(images: NDArray[Any], side: int) -> NDArray[Any]:
    """Put images side by side, a border of NaN between them."""
    _, height, width = images.shape
    tiles = np.full((side * side, height + 1, width + 1), np.nan)
    tiles[: len(images), :height, :width] = images
    picture = tiles.reshape(side, side, height + 1, width + 1).transpose(0, 2, 1, 3)
    return picture.reshape(side * (height + 1), side * (width + 1))[:-1, :-1]


def _show(panel: Axes, image: NDArray[Any], limits: tuple[float, float]) -> None:
    low, high = limits
    panel.set_facecolor(_BORDER)  # seen through NaN
    panel.imshow(image, cmap="gray_r", vmin=low, vmax=max(high, low + 1e-9), aspect="equal")
    panel.set(xticks=[], yticks=[])
    panel.grid(visible=False)
    for spine in panel.spines.values():
        spine.set(visible=True, color=FAINT, linewidth=0.6)

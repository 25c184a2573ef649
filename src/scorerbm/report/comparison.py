"""`compare`: the benchmark of roads with its plots and its report."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from .._progress import Progress
from ..evaluate.benchmark import measure_roads
from ..evaluate.measurements import Measurements
from ..evaluate.roads import Road
from ..plot import plot_quality
from ..rbm import RBM
from ..sample.base import Sampler
from .page import write_report

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, eq=False)
class Comparison(Measurements):
    """Result of `compare`.

    See `Measurements` for the data: ``table``, ``curves``, ``summary``, ``floor``, ``settings``,
    and for ``to_csv`` and ``to_json``.
    """

    def plot(self) -> Figure:
        """Quality against cost, one row of panels an error.

        Returns
        -------
        matplotlib.figure.Figure
            Not attached to pyplot; save it with ``figure.savefig(path)``.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        return plot_quality(self)

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        title: str = "Roads from noise to samples",
        facts: Mapping[str, Any] | None = None,
        image_shape: Sequence[int] | None = None,
    ) -> Path:
        """Write a folder with ``report.html``, the tables and the pictures.

        The page holds its pictures and needs no other file and no network. Every file is written
        under a temporary name and renamed, ``report.html`` last.

        Parameters
        ----------
        path : path-like
            Folder; made if absent. Files of the same names in it are replaced.
        title : str
            Heading of the page.
        facts : mapping, optional
            What else to tell of the model and the data, such as the record of its training: names
            to values, or to mappings, each of which becomes a table of its own.
        image_shape : (int, int), optional
            Height and width of a sample as an image. Without it there are no pictures of samples.

        Returns
        -------
        Path
            Of ``report.html``.

        Raises
        ------
        ImportError
            If matplotlib or jinja2 is not installed.
        ValueError
            If ``image_shape`` does not fit the model.
        OSError
            If the folder cannot be written.
        """
        return write_report(self, Path(path), title, facts or {}, image_shape)


def compare(
    model: RBM,
    data: ArrayLike | None = None,
    *,
    budgets: Mapping[str, Sequence[int]] | Sequence[int] | None = None,
    samplers: Mapping[str, Road | Sampler] | Iterable[str] | None = None,
    seeds: Sequence[int] = (0, 1, 2),
    n_samples: int = 1000,
    reference: ArrayLike | Sampler | None = None,
    n_threads: int | None = None,
    backend: str = "auto",
    progress: Progress = False,
) -> Comparison:
    r"""Measure what quality costs on each road from noise to samples of one model.

    All roads have the model's distribution p as their target, so costs can be compared at equal
    quality. Each is run at increasing budgets and several seeds, and its samples are measured by

    - the RMS error of the second moments :math:`E[v v^\top]`;
    - the unbiased MMD² with a Gaussian kernel against reference samples;
    - ΔF, the samples' mean :math:`\ln p(v)` less that of p;
    - the Kullback–Leibler divergence and the total variation between the samples' frequencies and
      p, for an exact reference and N ≤ 16 binary units.

    A finite set of perfect samples has errors too. Many sets of exact samples of the same size
    give their distribution, the floor, and a road has reached it at the first budget from which
    on a permutation test (`Floor`) cannot tell its errors from them.

    Parameters
    ----------
    model : RBM
    data : array_like, (B, N), optional
        What the model was trained on: measured like samples, for scale, and shown in the report.
    budgets : sequence of int, or mapping of road to sequence of int, optional
        Budgets in each road's own unit, increasing, instead of its defaults; a sequence is for
        every road that has more than one.
    samplers : mapping of str to Road or Sampler, or iterable of str, optional
        Roads to measure: names among `default_roads`, or roads of your own, as in
        ``default_roads(model) | {"mine": Road(...)}``. A bare sampler is a road of one budget.
    seeds : sequence of int
        Each run is ``sampler.sample(model, n_samples, seed=seed)``.
    n_samples : int
        Samples a run, at least 10.
    reference : array_like, (R, N), or Sampler, optional
        The truth for a model that is too large to enumerate: samples, enough for separate sets of
        ``n_samples``, or a sampler to draw them from. The default enumerates the smaller layer if
        it has at most 20 units, and runs long block Gibbs chains for other models; the report
        says which.
    n_threads : int, optional
        Threads; all cores by default.
    backend : {"auto", "native", "reference"}
        Where the work is done.
    progress : bool or callable
        Show a progress bar.

    Returns
    -------
    Comparison
        Depends on the arguments alone, but for the times and the record of the machine.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described; the message names it.

    Examples
    --------
    >>> import scorerbm as sr
    >>> model = sr.BernoulliRBM([[1.0, -1.0], [0.5, 2.0]], [0.0, 0.1], [0.0, 0.0])
    >>> result = sr.compare(model, samplers=["gibbs", "exact"], budgets=[1, 100], n_samples=200)
    >>> [record["road"] for record in result.summary]
    ['gibbs', 'exact']
    """
    measured = measure_roads(
        model,
        data,
        budgets=budgets,
        samplers=samplers,
        seeds=seeds,
        n_samples=n_samples,
        reference=reference,
        n_threads=n_threads,
        backend=backend,
        progress=progress,
    )
    return Comparison(*(getattr(measured, field.name) for field in fields(measured)))

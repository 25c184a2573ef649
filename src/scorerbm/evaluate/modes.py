"""Modes of data, and how samples are spread over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals

__all__ = ["ModeWeights", "mode_centres", "mode_weights"]


@dataclass(frozen=True, eq=False)
class ModeWeights:
    """Fractions of samples by mode.

    Attributes
    ----------
    values : array, (K,)
        Fraction of the samples in each mode; they sum to 1.
    errors : array, (K,)
        Standard errors.
    """

    values: Reals
    errors: Reals


def mode_centres(points: ArrayLike, n_modes: int, *, seed: int = 0) -> Reals:
    """Centres of clusters of points by k-means, the most populated first.

    Parameters
    ----------
    points : array_like, (B, d)
        Data, projected on a few `principal_components`.
    n_modes : int
        K, the clusters.
    seed : int
        Of the ten starts, the best of which counts.

    Returns
    -------
    float64 array, (K, d)

    Raises
    ------
    ImportError
        If scikit-learn is not installed.
    TypeError, ValueError
        If the points are no rows of finite numbers, or less than K of them differ.
    """
    try:
        from sklearn.cluster import KMeans
    except ImportError:
        message = 'mode_centres needs scikit-learn: pip install "scorerbm[sklearn]"'
        raise ImportError(message) from None
    rows = _check.real_array("points", points, (None, None))
    n = _check.integer("n_modes", n_modes, 1)
    n_distinct = len(np.unique(rows, axis=0)) if rows.size else 0
    if n_distinct < n:
        raise ValueError(f"points: got {n_distinct} distinct ones, expected at least n_modes={n}")
    fit = KMeans(n, n_init=10, random_state=_check.integer("seed", seed, 0, 2**32 - 1)).fit(rows)
    order = np.argsort(-np.bincount(fit.labels_, minlength=n), kind="stable")
    return np.asarray(fit.cluster_centers_[order], dtype=np.float64)


def mode_weights(
    points: ArrayLike, centres: ArrayLike, *, n_independent: float | None = None
) -> ModeWeights:
    r"""Fraction of points closest to each centre, with its binomial standard error.

    With k of B independent points in a mode, the fraction is w = k/B and

    .. math:: \delta w = \sqrt{\frac{\tilde w (1 - \tilde w)}{B + 3}}, \qquad
              \tilde w = \frac{k + 1}{B + 2},

    the standard deviation of w given k if all w are equally likely beforehand. It is the familiar
    :math:`\sqrt{w(1-w)/B}` but for a mode that got no point, or all: there it is about 1/B, not 0.

    Parameters
    ----------
    points : array_like, (B, d)
        Samples, or the data themselves, in the coordinates of the centres.
    centres : array_like, (K, d)
        From `mode_centres`, or known.
    n_independent : float, optional
        Number of independent points among them, in place of B in the error: the
        `effective_sample_size` of states of Markov chains.

    Returns
    -------
    ModeWeights

    Raises
    ------
    TypeError, ValueError
        If there is no point or no centre, or their coordinates are not as many.
    """
    rows = _check.real_array("points", points, (None, None))
    places = _check.real_array("centres", centres, (None, rows.shape[1]))
    for name, array in (("points", rows), ("centres", places)):
        if array.size == 0:
            raise ValueError(f"{name}: got shape {array.shape}, expected at least one")
    n = float(len(rows))
    if n_independent is not None:
        n = _check.number("n_independent", n_independent, above=0.0)
    # ‖x - c‖² without ‖x‖², which is the same for all centres.
    distance = (places**2).sum(axis=1) - 2.0 * (rows @ places.T)
    values = np.bincount(distance.argmin(axis=1), minlength=len(places)) / len(rows)
    likely = (n * values + 1.0) / (n + 2.0)
    return ModeWeights(values, np.sqrt(likely * (1.0 - likely) / (n + 3.0)))

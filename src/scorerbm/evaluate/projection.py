"""States in the plane where their data vary most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals

__all__ = ["PrincipalComponents", "principal_components"]

_TIE = 1e-9  # Entries of a component closer than this, relatively, are equally large.


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """Directions of largest variance.

    Attributes
    ----------
    mean : array, (N,)
        Of the data.
    components : array, (n, N)
        Orthonormal rows, the largest variance first. The largest entry of each, the first of equal
        ones, is positive.
    explained : array, (n,)
        Fraction of the total variance along each.
    """

    mean: Reals
    components: Reals
    explained: Reals

    def project(self, v: ArrayLike) -> Reals:
        """Coordinates (B, n) of states (B, N): (v - mean) · components.

        Raises
        ------
        TypeError, ValueError
            If v has no B rows of N finite numbers.
        """
        rows = _check.real_array("v", v, (None, len(self.mean)))
        return np.asarray((rows - self.mean) @ self.components.T)


def principal_components(data: ArrayLike, n: int = 2) -> PrincipalComponents:
    r"""Principal components of data: the leading right singular vectors of the centred rows.

    .. math:: X - \mathbf{1}\bar x^\top = U S V^\top, \qquad
              \text{explained}_k = S_k^2 \Big/ \sum\nolimits_j S_j^2

    Parameters
    ----------
    data : array_like, (B, N)
        States, of bits or of real numbers. Take the components of the data, and project samples
        on the same: components of samples turn with their errors.
    n : int
        Number of components.

    Returns
    -------
    PrincipalComponents

    Raises
    ------
    TypeError, ValueError
        If the data are no B ≥ 2 rows of finite numbers, or vary in less than n directions.

    References
    ----------
    Jolliffe, "Principal Component Analysis", 2nd edition (2002), doi 10.1007/b98835.
    """
    rows = _check.real_array("data", data, (None, None))
    count = _check.integer("n", n, 1)
    if len(rows) < 2:
        raise ValueError(f"data: got {len(rows)} rows, expected at least 2")
    mean = rows.mean(axis=0)
    centred = rows - mean
    if len(centred) > centred.shape[1]:
        # X = QR has the singular values and right vectors of the small R.
        centred = np.linalg.qr(centred, mode="r")
    _, values, vectors = np.linalg.svd(centred, full_matrices=False)
    noise = (
        np.finfo(np.float64).eps
        * max(rows.shape)
        * max(values.max(initial=0.0), abs(mean).max(initial=0.0))
    )
    rank = int(np.count_nonzero(values > noise))
    if rank < count:
        raise ValueError(f"data: got variance in {rank} directions, expected at least n={count}")
    explained = values[:count] ** 2 / (values**2).sum()
    return PrincipalComponents(mean, _with_signs(vectors[:count]), explained)


def _with_signs(components: Reals) -> Reals:
    size = np.abs(components)
    largest = (size >= (1.0 - _TIE) * size.max(axis=1, keepdims=True)).argmax(axis=1)
    signs = np.sign(components[np.arange(len(components)), largest])
    return np.asarray(components * signs[:, None])

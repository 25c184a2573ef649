"""From bits to spins: v = (1+s)/2, h = (1+r)/2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from .._ocean import ocean
from ..backends.protocol import Reals
from ..rbm import RBM, BernoulliRBM
from ..rbm.base import check_one

__all__ = ["IsingModel", "to_ising"]


@dataclass(frozen=True, eq=False)
class IsingModel:
    r"""An Ising model on the bipartite graph of an RBM.

    .. math::

        E(s) = \sum_k h_k s_k + \sum_{ij} J_{ij} s_i s_{N+j} + \text{offset}

    with :math:`s_k \in \{-1, 1\}`. Spins 0 … N-1 are the visible units, N … N+M-1 the hidden ones.

    Attributes
    ----------
    h : array, (N+M,)
        Fields, read-only.
    J : array, (N, M)
        Couplings of visible and hidden spins, read-only.
    offset : float
        Added so that energies equal those of the RBM.
    """

    h: Reals
    J: Reals
    offset: float

    @property
    def n_visible(self) -> int:
        """Number N of visible spins."""
        return int(self.J.shape[0])

    @property
    def n_hidden(self) -> int:
        """Number M of hidden spins."""
        return int(self.J.shape[1])

    def energy(self, spins: ArrayLike) -> Reals:
        """Energy of each row, offset included: that of the RBM in the same state.

        Parameters
        ----------
        spins : array_like, (N+M,) or (B, N+M)
            -1 or 1.

        Returns
        -------
        float64 array, () or (B,)

        Raises
        ------
        ValueError
            If a spin is neither -1 nor 1, or the shape is another.
        """
        n = len(self.h)
        s = _check.spins("spins", spins, (n,), (None, n))
        v, r = s[..., : self.n_visible], s[..., self.n_visible :]
        coupling = np.einsum("...j,...j->...", v @ self.J, r)
        energy: Reals = s @ self.h + coupling + self.offset
        return energy

    def to_bqm(self) -> Any:
        """Return the problem for Ocean, as a `dimod.BinaryQuadraticModel` of spins.

        Its variables are 0 … N+M-1, as here, and all N·M couplings are in it, those of value 0
        too: the layers can be told from the graph.

        Raises
        ------
        ImportError
            If dimod is not installed.
        """
        n, m = self.J.shape
        row = np.repeat(np.arange(n, dtype=np.int32), m)
        col = np.tile(np.arange(n, n + m, dtype=np.int32), n)
        # From vectors, since the constructor that takes a matrix leaves zeros out.
        return ocean("dimod").BinaryQuadraticModel.from_numpy_vectors(
            self.h, (row, col, self.J.ravel()), self.offset, "SPIN"
        )


def to_ising(model: RBM) -> IsingModel:
    r"""Return the Ising model with the energies of a Bernoulli RBM.

    .. math::

        J_{ij} = -\tfrac14 W_{ij}, \quad h_i = -\tfrac12 b_i - \tfrac14 \sum_j W_{ij}, \quad
        h_{N+j} = -\tfrac12 c_j - \tfrac14 \sum_i W_{ij}, \quad
        \text{offset} = -\tfrac12 \sum_i b_i - \tfrac12 \sum_j c_j - \tfrac14 \sum_{ij} W_{ij}

    Parameters
    ----------
    model : BernoulliRBM

    Returns
    -------
    IsingModel

    Raises
    ------
    TypeError
        If the model's visible units are not binary: real units have no Ising form.
    ValueError
        If it is a batch of tilted models.
    """
    if not isinstance(model, BernoulliRBM):
        raise TypeError(
            f"model: got {type(model).__name__}, expected a BernoulliRBM: only binary units have "
            "an Ising form. For real data, train a LatentModel, whose prior is one: "
            "fit_latent(x, model).model.sample(n, Annealer())"
        )
    check_one("model", model)
    w, b, c = (np.asarray(x, np.float64) for x in model.parameters.values())
    h = np.concatenate([-b / 2 - w.sum(axis=1) / 4, -c / 2 - w.sum(axis=0) / 4])
    coupling = -w / 4
    h.flags.writeable = coupling.flags.writeable = False
    offset = -b.sum() / 2 - c.sum() / 2 - w.sum() / 4
    return IsingModel(h, coupling, float(offset))

"""From spins, or from bits with other names, back to the units of an RBM."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from ..backends.protocol import Reals
from ..rbm import BernoulliRBM
from .bqm import QuadraticModel, is_bqm, layers_of, read_bqm
from .convert import IsingModel

__all__ = ["Layers", "from_ising", "ising_layers"]


class Layers(NamedTuple):
    """Which variable of a problem is which unit."""

    visible: list[Any]
    """Unit i of the visible layer is the variable ``visible[i]``."""
    hidden: list[Any]


def ising_layers(bqm: Any, visible: Iterable[Any] | None = None) -> Layers:
    """Find the two layers of a quadratic model whose couplings form a bipartite graph.

    The first variable is visible, and so is the first of each connected component and every
    variable without couplings, unless ``visible`` says otherwise. Within a layer, variables keep
    their order in the quadratic model, or that of their labels where these are 0 … K-1.

    Parameters
    ----------
    bqm : dimod.BinaryQuadraticModel
    visible : iterable of labels, optional
        The variables of the visible layer.

    Returns
    -------
    Layers

    Raises
    ------
    TypeError
        If it is no quadratic model.
    ValueError
        If the graph is not bipartite, there are less than two variables, or ``visible`` holds
        both ends of a coupling or neither.
    """
    model = _read(bqm)
    return Layers(*([model.labels[k] for k in layer] for layer in _layers(model, visible)))


def from_ising(problem: IsingModel | Any, visible: Iterable[Any] | None = None) -> BernoulliRBM:
    r"""Return the Bernoulli RBM with the energies of a bipartite Ising or QUBO problem.

    With v = (1+s)/2 and h = (1+r)/2,

    .. math::

        W_{ij} = -4 J_{ij}, \quad b_i = 2 \sum_j J_{ij} - 2 h_i, \quad
        c_j = 2 \sum_i J_{ij} - 2 h_{N+j}.

    Energies of an RBM are 0 where all units are: a constant is lost, which is
    ``problem.offset - to_ising(model).offset``. Probabilities do not depend on it. Parameters are
    rounded to single precision, as all parameters of models are.

    Parameters
    ----------
    problem : IsingModel or dimod.BinaryQuadraticModel
        A quadratic model may be of spins or of bits (-1 times its biases are then b, c and W) and
        have any labels, but its couplings must form a bipartite graph.
    visible : iterable of labels, optional
        The variables of a quadratic model that are the visible units; see `ising_layers`, which
        also tells which variable became which unit.

    Returns
    -------
    BernoulliRBM

    Raises
    ------
    TypeError
        If the problem is neither.
    ValueError
        As `ising_layers`, and if a bias is not finite.

    Examples
    --------
    >>> import scorerbm as sr
    >>> model = sr.BernoulliRBM([[1.0, -2.0]], [0.5], [0.0, 3.0])
    >>> sr.from_ising(sr.to_ising(model)).weights.tolist()
    [[1.0, -2.0]]
    """
    if isinstance(problem, IsingModel):
        if visible is not None:
            raise ValueError("visible: got labels, but the layers of an IsingModel are known")
        n = problem.n_visible
        w = -4.0 * problem.J
        b = -0.5 * w.sum(axis=1) - 2.0 * problem.h[:n]
        c = -0.5 * w.sum(axis=0) - 2.0 * problem.h[n:]
        return BernoulliRBM(w, b, c)
    model = _read(problem)
    units = _layers(model, visible)
    bits = model.in_bits()
    return BernoulliRBM(-between_layers(bits, *units), *(-bits.linear[x] for x in units))


def between_layers(model: QuadraticModel, visible: Any, hidden: Any) -> Reals:
    """Return the couplings as a matrix (N, M)."""
    complete = model.quadratic.size == len(visible) * len(hidden) > 0
    if complete and _sorted_by_hidden(model, visible, hidden):
        return np.ascontiguousarray(model.quadratic.reshape(len(hidden), len(visible)).T)
    # Where a variable's couplings are: of a visible one the start of a row, else the column.
    place = np.empty(len(model.labels), np.intp)
    place[visible] = np.arange(len(visible)) * len(hidden)
    place[hidden] = np.arange(len(hidden))
    matrix = np.zeros((len(visible), len(hidden)))
    matrix.reshape(-1)[place[model.row] + place[model.col]] = model.quadratic
    return matrix


def _sorted_by_hidden(model: QuadraticModel, visible: Any, hidden: Any) -> bool:
    """Whether all couplings are there as dimod lists them if visible variables come first."""
    row, col = (x.reshape(len(hidden), len(visible)) for x in (model.row, model.col))
    return bool((row == hidden[:, None]).all() and (col == visible).all())


def _read(problem: Any) -> QuadraticModel:
    if not is_bqm(problem):
        raise TypeError(
            f"problem: got {type(problem).__name__}, expected an IsingModel or a "
            "dimod.BinaryQuadraticModel"
        )
    return read_bqm(problem)


def _layers(model: QuadraticModel, visible: Iterable[Any] | None) -> tuple[Any, Any]:
    """Layers with at least one unit each."""
    n = len(model.labels)
    if n < 2:
        raise ValueError(f"problem: got {n} variables, expected at least two, one for each layer")
    found = layers_of(model, visible)
    if visible is None and len(found[1]) == 0:  # no couplings: any layers will do
        return np.arange(n - 1), np.arange(n - 1, n)
    if not (len(found[0]) and len(found[1])):
        raise ValueError(
            f"visible: got {len(found[0])} of {n} variables, expected at least one in each layer"
        )
    return found

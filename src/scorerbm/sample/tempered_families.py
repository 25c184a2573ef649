"""What tempering takes from each family of visible units."""

from __future__ import annotations

from ..rbm import BernoulliRBM
from ..rbm.tempering import Tempered
from .bit_replicas import BitPath, BitRung
from .path import Path
from .real_replicas import RealPath, RealRung
from .replicas import Rung

__all__ = ["easiest_reference", "path_to", "rung_of"]


def path_to(model: Tempered, reference: str, precision: str) -> Path:
    """Return the path from a reference that the family knows to the model.

    Raises
    ------
    ValueError
        If the model does not know the data that the reference asks for.
    """
    if isinstance(model, BernoulliRBM):
        return BitPath.to(model, reference, precision)
    return RealPath.to(model, reference)


def rung_of(model: Tempered, precision: str) -> Rung:
    """Return the model as chains of a trajectory sample it."""
    return BitRung(model, precision) if isinstance(model, BernoulliRBM) else RealRung(model)


def easiest_reference(model: Tempered) -> str:
    """Independent units with the data's marginals, or fair coins where those are not known."""
    unknown = isinstance(model, BernoulliRBM) and model.data_mean is None
    return "uniform" if unknown else "data"

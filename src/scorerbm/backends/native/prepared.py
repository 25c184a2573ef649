"""What kernels derive from weights, kept with them."""

from __future__ import annotations

from ... import _core
from ..protocol import IntegerRBM

__all__ = ["prepared"]


def prepared(rbm: IntegerRBM) -> _core.PreparedRBM:
    """The weights in the layout of the kernels, made once for as long as they are kept."""
    kept = {} if rbm.prepared is None else rbm.prepared
    found: _core.PreparedRBM | None = kept.get("native")
    if found is None:
        found = _core.PreparedRBM(rbm.weights, rbm.weights_transposed, rbm.bits)
        kept["native"] = found
    return found

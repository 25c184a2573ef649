"""out + a @ b in single precision, each element by fused multiply-adds in the order of k.

b is packed: panels of so many columns, (panels, depth, width of a panel), zero beyond the last
column. Rows of ``out`` have room for whole panels. Its sums stay in registers for a block of
depth, and in ``out`` between blocks, which rounds nothing: see decision 9 in docs/decisions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..protocol import Floats, Reals
from .jit import helper, kernel
from .panels import PANEL, adder
from .threads import in_rows

__all__ = ["add_product", "add_products", "new_strip", "packed", "padded", "widened"]

_STRIP = 6  # rows, whose sums by a panel fill the registers
_DEPTH_AT_ONCE = 264  # a strip and a panel then stay in L1
_PANELS_AT_ONCE = 16  # and the panels that strips meet in L2


def padded(width: int) -> int:
    """So many columns and those that fill the last panel."""
    return -(-width // PANEL) * PANEL


@helper
def new_strip() -> Any:
    """Room for what `add_product` takes from a transposed factor."""
    return np.empty((_DEPTH_AT_ONCE, _STRIP), np.float32)


def _strips(n_rows: int) -> Any:
    add_panel = adder(n_rows)

    @helper
    def add_strip(
        out: Any, a: Any, transposed: Any, b: Any, row: Any, ks: Any, panels: Any, strip: Any
    ) -> None:
        """Add so many rows' products: of a block of depth, by some panels."""
        first, depth = ks
        at, strides = row * a.shape[1] + first, (out.shape[1], a.shape[1], 1)
        if transposed:
            for k in range(depth):
                for r in range(n_rows):
                    strip[k, r] = a[first + k, row + r]
            a, at, strides = strip, 0, (out.shape[1], 1, _STRIP)
        for p in range(panels[0], panels[1]):
            to, of = row * out.shape[1] + p * PANEL, (p * b.shape[1] + first) * PANEL
            add_panel(out, to, a, at, strides, b, of, depth)

    return add_strip


_six, _three, _one = (_strips(n) for n in (_STRIP, _STRIP // 2, 1))


@helper
def add_product(
    out: Any, a: Any, transposed: Any, b: Any, begin: Any, end: Any, strip: Any
) -> None:
    """Add to these rows of ``out``; of a transposed factor the columns count as rows."""
    n_panels = len(b)
    n_blocks = (b.shape[1] + _DEPTH_AT_ONCE - 1) // _DEPTH_AT_ONCE
    # Of equal size: a shallow one would load and store its sums for little work.
    depth = (b.shape[1] + n_blocks - 1) // max(1, n_blocks)
    for p in range(0, n_panels, _PANELS_AT_ONCE):
        panels = (p, min(n_panels, p + _PANELS_AT_ONCE))
        for block in range(n_blocks):
            first = block * depth
            ks = (first, min(depth, b.shape[1] - first))
            row = begin
            while end - row >= 6:
                _six(out, a, transposed, b, row, ks, panels, strip)
                row += 6
            if end - row >= 3:
                _three(out, a, transposed, b, row, ks, panels, strip)
                row += 3
            while row < end:
                _one(out, a, transposed, b, row, ks, panels, strip)
                row += 1


@kernel
def _pack(b: Any, transposed: Any, out: Any) -> None:
    """Columns of b, or its rows, in panels."""
    width = len(b) if transposed else b.shape[1]
    for p in range(len(out)):
        first = p * PANEL
        count = min(PANEL, width - first)
        if count < PANEL:
            out[p] = np.float32(0.0)
        for k in range(out.shape[1]):
            for j in range(count):
                out[p, k, j] = b[first + j, k] if transposed else b[k, first + j]


@kernel
def _add_rows(out: Any, a: Any, transposed: Any, b: Any, begin: Any, end: Any) -> None:
    add_product(out, a, transposed, b, begin, end, new_strip())


def widened(x: Floats | Reals) -> Floats:
    """A copy whose rows have room for whole panels."""
    out = np.zeros((*x.shape[:-1], padded(x.shape[-1])), np.float32)
    out[..., : x.shape[-1]] = x
    return out


def packed(b: Floats) -> Floats:
    """b, (K, L) in any layout, in panels."""
    out = np.empty((-(-b.shape[1] // PANEL), len(b), PANEL), np.float32)
    transposed = b.flags.f_contiguous and not b.flags.c_contiguous
    _pack(np.array(b.T if transposed else b, order="C"), transposed, out)
    return out


def add_products(out: Floats, a: Floats, transposed: bool, b: Floats, n_threads: int) -> None:
    """Add a @ b, or the transposed a's, to ``out``, whose rows have room for whole panels."""
    panels = packed(b)
    in_rows(len(out), b.size, n_threads, lambda i, j: _add_rows(out, a, transposed, panels, i, j))

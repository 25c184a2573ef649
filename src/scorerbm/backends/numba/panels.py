"""A strip of rows times a panel of columns, in registers."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

__all__ = ["PANEL", "adder"]

PANEL = 16
_INDEX, _SINGLE = ir.IntType(32), ir.FloatType()
_VECTOR = ir.VectorType(_SINGLE, PANEL)
_FUSED, _FUSED_NAME = ir.FunctionType(_VECTOR, [_VECTOR] * 3), f"llvm.fma.v{PANEL}f32"
_NOTHING = ir.Constant(_VECTOR, ir.Undefined)
_FIRST_LANE = ir.Constant(ir.VectorType(_INDEX, PANEL), [0] * PANEL)


def adder(n_rows: int) -> Any:
    """Return a function that adds the products of so many rows by a panel.

    It is written in vectors, which LLVM keeps in registers, and in fused multiply-adds, which it
    makes of nothing else. Where the CPU has none it calls the C library's.
    """

    @intrinsic
    def add_panel(
        _typing: Any, out: Any, out_at: Any, a: Any, a_at: Any, strides: Any, b: Any, b_at: Any,
        depth: Any,
    ) -> Any:  # fmt: skip
        """Add to ``out`` from its element ``out_at`` on the products of ``a`` and ``b`` there.

        Strides, in elements, are of the rows of ``out``, and of the rows and the depth of ``a``.
        """

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            def pointer(array: int, at: Any) -> Any:
                proxy = cgutils.create_struct_proxy(signature.args[array])
                return builder.gep(proxy(context, builder, arguments[array]).data, [at])

            def rows(start: Any, stride: Any) -> list[Any]:
                offsets = (builder.mul(stride, stride.type(r)) for r in range(n_rows))
                return [builder.gep(start, [offset]) for offset in offsets]

            out_stride, row_stride, depth_stride = cgutils.unpack_tuple(builder, arguments[4])
            into = [_vector(builder, p) for p in rows(pointer(0, arguments[1]), out_stride)]
            given = rows(pointer(2, arguments[3]), row_stride)
            columns = pointer(5, arguments[6])
            fused = cgutils.get_or_insert_function(builder.module, _FUSED, _FUSED_NAME)
            sums = [cgutils.alloca_once_value(builder, builder.load(p, align=4)) for p in into]
            with cgutils.for_range(builder, arguments[7]) as loop:
                along = builder.mul(loop.index, depth_stride)
                panel = builder.gep(columns, [builder.mul(loop.index, out_stride.type(PANEL))])
                y = builder.load(_vector(builder, panel), align=4)
                for row, total in zip(given, sums, strict=True):
                    x = _spread(builder, builder.load(builder.gep(row, [along])))
                    builder.store(builder.call(fused, [x, y, builder.load(total)]), total)
            for p, total in zip(into, sums, strict=True):
                builder.store(builder.load(total), p, align=4)
            return context.get_dummy_value()

        n = types.intp
        return types.none(out, n, a, n, types.UniTuple(n, 3), b, n, n), generate

    return add_panel


def _vector(builder: Any, pointer: Any) -> Any:
    return builder.bitcast(pointer, _VECTOR.as_pointer())


def _spread(builder: Any, x: Any) -> Any:
    """A number in all lanes."""
    first = builder.insert_element(_NOTHING, x, _INDEX(0))
    return builder.shuffle_vector(first, _NOTHING, _FIRST_LANE)

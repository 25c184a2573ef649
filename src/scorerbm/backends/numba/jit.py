"""How kernels are compiled, and what they need of the compiler beyond Python.

Numba gives the sum of two 32-bit numbers 64 bits, so that kernels say the width after every
operation. It contracts nothing to fused multiply-adds without ``fastmath``, which no kernel has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from numba import njit, types
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.extending import intrinsic

__all__ = ["as_float", "as_int", "as_long", "as_real", "helper", "inlined", "kernel", "stamp"]


def _sources() -> list[Path]:
    """The files of kernels, and those of the constants that are compiled into them."""
    return sorted(Path(__file__).parents[1].rglob("*.py"))


@cache
def stamp() -> str:
    """A fingerprint of these files."""
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in _sources())).hexdigest()


class _Cache(FunctionCache):
    """Machine code on disk that is stale as soon as any of the backends' files changes.

    Numba looks at the file of the kernel alone, and would keep what it has inlined from others.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file = IndexDataCacheFile(
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=stamp(),
        )


def helper(function: Callable[..., Any]) -> Any:
    """Compile a function that kernels call: into them, so that it is not cached by itself."""
    return njit(nogil=True, error_model="numpy")(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a function into whoever calls it, which LLVM would not do with one of its size.

    Loops become vectors only if they call nothing.
    """
    return njit(nogil=True, error_model="numpy", forceinline=True)(function)


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls, at its first call, and keep it for other processes."""
    dispatcher = helper(function)
    with suppress(RuntimeError):  # no folder may be written to: compiled anew in each process
        dispatcher._cache = _Cache(function)
    return dispatcher


def _reinterpretation(source: Any, target: Any) -> Any:
    @intrinsic
    def reinterpret(_typing: Any, x: Any) -> Any:
        def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return builder.bitcast(arguments[0], context.get_value_type(target))

        return (target(source), generate) if x == source else None

    return reinterpret


as_int = _reinterpretation(types.float32, types.int32)
"""The bits of a number in single precision."""
as_float = _reinterpretation(types.int32, types.float32)
as_long = _reinterpretation(types.float64, types.int64)
as_real = _reinterpretation(types.int64, types.float64)

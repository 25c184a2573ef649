"""One small registry of backends: ``native`` (C++), ``numba`` and ``reference`` (NumPy)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from .protocol import Backend, Domain, IntegerGraph, IntegerRBM, Key, Reals

if TYPE_CHECKING:
    from .native import CpuLevels

__all__ = [
    "BACKENDS",
    "Backend",
    "Domain",
    "IntegerGraph",
    "IntegerRBM",
    "Key",
    "at_work",
    "cpu_levels",
    "get_backend",
    "in_use",
    "product",
]

# name: (module, class), fastest first: "auto" takes the first that imports.
BACKENDS = {
    "native": ("scorerbm.backends.native", "NativeBackend"),
    "numba": ("scorerbm.backends.numba", "NumbaBackend"),
    "reference": ("scorerbm.backends.reference", "ReferenceBackend"),
}


@cache
def _load(name: str) -> Backend:
    module, attribute = BACKENDS[name]
    backend: Backend = getattr(import_module(module), attribute)()
    return backend


@cache
def _fastest() -> str:
    for name in BACKENDS:
        try:
            _load(name)
        except ImportError:
            continue
        return name
    raise ImportError("no backend of scorerbm can be imported")


def get_backend(name: str = "auto") -> Backend:
    """Return the backend of that name; ``"auto"`` is the fastest one present.

    Raises
    ------
    ValueError
        If the name is unknown.
    ImportError
        If that backend is not present in this installation.
    """
    if name == "auto":
        name = _fastest()
    if name not in BACKENDS:
        raise ValueError(f"backend: got {name!r}, expected one of {['auto', *BACKENDS]}")
    return _load(name)


_at_work: ContextVar[tuple[Backend, int] | None] = ContextVar("_at_work", default=None)


@contextmanager
def at_work(backend: Backend, n_threads: int) -> Iterator[None]:
    """Let the methods of models, which take no such arguments, work on these within the block."""
    token = _at_work.set((backend, n_threads))
    try:
        yield
    finally:
        _at_work.reset(token)


def in_use() -> tuple[Backend, int]:
    """Backend and threads of the block `at_work`; outside of one the fastest and 0, all cores."""
    return _at_work.get() or (get_backend(), 0)


def product(backend: Backend, x: Reals, y: Reals, n_threads: int = 0) -> Reals:
    """Return x @ y, (B, K) by (K, L) in any layout, summed in the order of k."""
    x, y = np.ascontiguousarray(x), np.ascontiguousarray(y)
    return backend.linear(x, y, np.zeros(y.shape[1]), n_threads)


def cpu_levels() -> CpuLevels:
    """The CPU levels that the native backend has kernels for, and the one in use.

    Raises
    ------
    ImportError
        If this installation has no native backend.
    """
    from .native import cpu_levels

    return cpu_levels()

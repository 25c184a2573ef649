"""Trajectories under a user's own jitted drift, in one loop that calls its machine code."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from ..protocol import Floats, Key, Reals, Words
from .jit import helper, kernel
from .real_numbers import add_noise
from .threads import in_rows

__all__ = ["integrate_drift"]

_STATES = types.float32[:, ::1]


class _Compiled(NamedTuple):
    """A drift's machine code for states in single precision."""

    address: int
    is_parallel: bool
    """Whether it starts threads of its own, which may be started from one thread at a time only."""
    function: Any
    """Which keeps the code in memory."""


@lru_cache(maxsize=16)
def _compiled(drift: Callable[..., Any]) -> _Compiled:
    """Compile what calls the drift with the types of states, whatever types it was declared for.

    The drift itself is compiled by its own options, or found in its own cache.
    """

    @helper
    def call(v: Any, t: Any, out: Any) -> None:
        drift(v, t, out)

    arguments = _STATES, types.float64, _STATES
    call.compile(arguments)
    result = call.overloads[arguments]
    address = result.library.get_pointer_to_function(result.fndesc.llvm_func_name)
    is_parallel = "numba_parallel_for" in result.library.get_llvm_str()
    return _Compiled(address, is_parallel, call)


@intrinsic
def _call(_context: Any, address: Any, v: Any, t: Any, out: Any) -> Any:
    """Call the compiled function at an address; what it raises is raised here."""
    arguments = v, t, out

    def generate(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        convention = context.call_conv
        of = convention.get_function_type(types.none, arguments)
        function = builder.inttoptr(values[0], of.as_pointer())
        status, _ = convention.call_function(builder, function, types.none, arguments, values[1:])
        with cgutils.if_unlikely(builder, status.is_error):
            convention.return_status_propagate(builder, status)
        return context.get_dummy_value()

    return types.none(address, *arguments), generate


# It is given the drift's address, and is thus compiled once for all drifts and processes.
@kernel
def _steps(
    drift: Any, x: Any, times: Any, length: Any, spread: Any, chains: Any, first: Any, key: Any
) -> None:
    rate = np.empty_like(x)
    for k in range(len(times)):
        rate[:] = np.float32(0.0)
        _call(drift, x, times[k], rate)
        for c in range(len(x)):
            for j in range(x.shape[1]):
                x[c, j] += length[k] * rate[c, j]
            if spread[k] != np.float32(0.0):
                add_noise(x[c], spread[k], chains[c], first + k, key)


def integrate_drift(
    drift: Any,
    state: Floats,
    times: Reals,
    length: Reals,
    spread: Reals,
    chains: Words,
    first: int,
    key: Key,
    n_threads: int,
) -> Floats:
    """Return v after steps v + length·drift(v, time) + spread·ζ, ζ as in `RealNumbers.stage`."""
    x, ids, times = np.array(state, order="C"), np.array(chains), np.array(times)
    numbers = length.astype(np.float32), spread.astype(np.float32)
    compiled = _compiled(drift)

    def work(a: int, b: int) -> None:
        _steps(compiled.address, x[a:b], times, *numbers, ids[a:b], first, key)

    threads = 1 if compiled.is_parallel else n_threads
    in_rows(len(x), 50 * x.shape[1] * len(times), threads, work)
    return x

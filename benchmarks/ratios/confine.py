"""Keep this process to so many cores and threads. To be called before NumPy is imported.

The libraries read their number of threads when they are loaded. JAX has no setting for it that
works on a CPU (its XLA flags leave a pool as large as the machine), but it counts the cores that
the process may use: so affinity is what confines it.

OpenMP's threads spin at barriers, and one that waits for a descheduled other spins in vain: on a
shared machine PyTorch took five times as long on two threads. So they are told to sleep, unless
``OMP_WAIT_POLICY`` says otherwise.
"""

from __future__ import annotations

import os
import sys

__all__ = ["confine"]

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def confine(n_threads: int, cores: list[int] | None = None) -> list[int] | None:
    """Confine the process to one core a thread, by default the last that it may use.

    Returns the cores, or None where the system knows no affinity. Raises RuntimeError if it is too
    late, and ValueError if there are fewer cores than threads.
    """
    if "numpy" in sys.modules:
        raise RuntimeError("confine: NumPy is loaded already and has started its threads")
    os.environ.update(dict.fromkeys(VARIABLES, str(n_threads)))
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if not hasattr(os, "sched_setaffinity"):
        return None
    allowed = sorted(os.sched_getaffinity(0))
    chosen = allowed[-n_threads:] if cores is None else cores
    if len(chosen) != n_threads or not set(chosen) <= set(allowed):
        raise ValueError(f"cores: got {chosen}, expected {n_threads} of {allowed}")
    os.sched_setaffinity(0, chosen)
    return chosen

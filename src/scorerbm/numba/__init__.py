"""Models and schedules as values of jitted code.

A function under ``numba.njit`` takes a `BernoulliRBM` or a `GaussianRBM` as an argument, or uses
one from around it, and calls the methods that Python code calls: energies, conditionals, the tilt.
So it does with the schedules, and `scorerbm.score` finds scores there by `MeanFieldDenoiser` and
`ExactDenoiser`. Nothing need be imported for it: Numba finds `register` by its entry point when it
compiles for the first time. ``docs/numba.md`` has what there is.
"""

from __future__ import annotations

try:
    import numba  # noqa: F401
except ImportError as error:
    raise ImportError("scorerbm.numba needs Numba: pip install 'scorerbm[numba]'") from error

__all__ = ["register"]


def register() -> None:
    """Tell Numba of the types and what can be done with them; once is enough."""
    from . import methods, posterior, schedules, scores  # noqa: F401

"""Newton's method for estimates of an inverse temperature."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["falling_root"]

_STEPS = 200
_RELATIVE = 1e-9


def falling_root(
    function: Callable[[float], tuple[float, float]], start: float = 1.0, high: float = float("inf")
) -> float:
    """Find where a falling function of x > 0 crosses zero.

    Parameters
    ----------
    function : callable
        Value and derivative at x. The value must be positive at 0 and negative at ``high``. The
        derivative only guides the search and may be approximate.
    start, high : float
        Where to begin, and an upper bound of the root.

    Notes
    -----
    Newton steps, inside of what is known to bracket the root; without an upper bound x at most
    doubles. A step that leaves the bracket is replaced by its middle.
    """
    low, x = 0.0, start
    for _ in range(_STEPS):
        value, slope = function(x)
        low, high = (x, high) if value > 0.0 else (low, x)
        # A slope that has underflowed to zero says nothing of where to go.
        step = -value / slope if slope < 0.0 else float("inf")
        there = min(x + step, 2.0 * x)
        if not low <= there <= high:
            there = 0.5 * (low + high)
        if abs(there - x) <= _RELATIVE * x:
            return there
        x = there
    return x

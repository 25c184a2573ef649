"""Newton's method for estimates of an inverse temperature."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["falling_root"]

_STEPS = 200
_RELATIVE = 1e-9


def falling_root(function: Callable[[float], tuple[float, float]], start: float = 1.0) -> float:
    """Find where a falling function of x > 0 crosses zero.

    Parameters
    ----------
    function : callable
        Value and derivative at x. The value must be positive at 0 and negative for large x.
    start : float
        Positive.

    Notes
    -----
    Newton steps, inside of what is known to bracket the root; without an upper bound x at most
    doubles. A step that leaves the bracket is replaced by its middle.
    """
    low, high, x = 0.0, float("inf"), start
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

"""Search of a method's knobs on validation rows, with the same budget for every method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .method import Setting

__all__ = ["settings_tried", "tune"]


def tune(
    knobs: Mapping[str, tuple[Any, ...]], score: Callable[[Setting], float | None]
) -> dict[str, Any]:
    """Try all values of one knob after the other, the others at their best so far.

    Parameters
    ----------
    knobs : mapping of str to tuple
        The values of each; a knob not yet searched has its first.
    score : callable
        Of a setting, the larger the better; None for a training that failed.

    Returns
    -------
    dict
        ``setting``, the best; ``score``, its score; ``tried``, all settings with theirs.
    """
    best: Setting = {name: values[0] for name, values in knobs.items()}
    tried: list[tuple[Setting, float | None]] = []
    top = float("-inf")
    for name, values in knobs.items():
        for value in values:
            setting = {**best, name: value}
            if any(setting == old for old, _ in tried):
                continue
            found = score(setting)
            tried.append((setting, found))
        scored = [(x, s) for s, x in tried if x is not None]
        if not scored:
            raise ArithmeticError(f"no setting could be trained: {tried}")
        top, best = max(scored, key=lambda pair: pair[0])
    return {"setting": best, "score": top, "tried": [[s, x] for s, x in tried]}


def settings_tried(knobs: Mapping[str, tuple[Any, ...]]) -> int:
    """How many trainings `tune` makes."""
    return 1 + sum(len(values) - 1 for values in knobs.values())

"""Numbers and facts as a reader wants to see them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

__all__ = ["duration", "fact_tables", "number", "p_value", "value"]

_MOST_ITEMS = 12


def number(x: float | None, digits: int = 3) -> str:
    """So many significant digits, four for thousands; a dash for nothing."""
    if x is None:
        return "–"
    if not math.isfinite(x):
        return "∞" if x > 0 else "−∞" if x < 0 else "–"
    if 1e3 <= abs(x) < 1e4:
        text = f"{x:.0f}"
    elif x == 0.0 or 1e-3 <= abs(x) < 1e3:
        text = np.format_float_positional(x, precision=digits, fractional=False, trim="-")
    else:
        mantissa, exponent = f"{x:.2e}".split("e")
        text = f"{mantissa}·10{_superscript(int(exponent))}"
    return text.replace("-", "−")


def _superscript(n: int) -> str:
    return str(n).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def duration(seconds: float | None) -> str:
    """A time with its unit."""
    if seconds is None:
        return "–"
    for limit, factor, unit in ((1e-3, 1e6, "µs"), (1.0, 1e3, "ms"), (120.0, 1.0, "s")):
        if seconds < limit:
            return f"{number(float(f'{seconds * factor:.2g}'))} {unit}"
    return f"{seconds / 60.0:.1f} min"


def p_value(p: float) -> str:
    """Two digits, or that it is small."""
    return "< 0.001" if p < 1e-3 else f"{p:.2g}"


def value(x: Any) -> str:
    """Any fact in one line, numbers with five digits."""
    if isinstance(x, (bool, np.bool_)):
        return "yes" if x else "no"
    if isinstance(x, (float, np.floating)):
        return number(float(x), 5)
    if isinstance(x, np.ndarray) and x.ndim == 0:
        return value(x.item())
    if isinstance(x, (list, tuple, np.ndarray)):
        shown = [value(item) for item in x[:_MOST_ITEMS]]
        return ", ".join([*shown, "…"] if len(x) > _MOST_ITEMS else shown) or "–"
    return "–" if x is None else str(x)


def fact_tables(facts: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Facts by table: nested mappings each make one, the others go into the first, unnamed."""
    tables = {"": {str(k): value(x) for k, x in facts.items() if not isinstance(x, Mapping)}}
    for name, section in facts.items():
        if isinstance(section, Mapping):
            tables[str(name)] = {str(k): value(x) for k, x in section.items()}
    return {name: table for name, table in tables.items() if table}

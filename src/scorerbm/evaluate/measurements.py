"""What a benchmark of roads has measured, and what follows from it."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._atomic import atomic_write
from ..rbm import RBM
from .floor import Floor
from .roads import Road

__all__ = ["LEVEL", "Measurements", "counted"]

LEVEL = 0.01
"""A budget is off the floor if exact samples would look as bad less often than this."""

Record = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Measurements:
    """Errors and costs of every road at every budget and seed.

    Attributes
    ----------
    model : RBM
    settings : dict
        How it was measured: seeds, samples a run, the reference, the samplers, versions, CPU …
    roads : dict of str to Road
    table : list of dict
        One row a run: ``road``, ``label``, ``unit``, ``budget``, ``seed``, ``score_evaluations``
        (None for a road without a diffusion), ``sweeps`` (passes through the model a sample),
        ``device_seconds`` that a device was held for the whole set (None where all is computed),
        ``seconds`` of wall time for it, and every error measured.
    floor : Floor
        The same errors of sets of exact samples.
    samples : dict of str to array, (≤ 64, N)
        Samples for pictures: of each road at its largest budget, and ``reference`` and ``data``.
    data_errors : dict of str to float, or None
        The errors of the data as if they were samples of the model: how far the model itself is
        from what it was trained on.
    """

    model: RBM
    settings: Record
    roads: Mapping[str, Road]
    table: list[Record]
    floor: Floor
    samples: Mapping[str, NDArray[Any]]
    data_errors: Mapping[str, float] | None

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the errors measured."""
        return tuple(self.floor.errors)

    @property
    def coverage(self) -> float:
        """Fraction of exact sets that each metric by itself leaves at the floor."""
        return 1.0 - LEVEL / len(self.metrics)

    def floor_limit(self, metric: str) -> float:
        """Error that means of exact sets, as many as there are seeds, exceed at `LEVEL`.

        Shared among the metrics (Bonferroni): about where the test of the floor rejects.
        """
        n_seeds = len({row["seed"] for row in self.table})
        return self.floor.quantile(metric, self.coverage, n_seeds)

    @cached_property
    def curves(self) -> list[Record]:
        """One record a road and budget: costs, errors over the seeds, p-values of the floor test.

        ``p_value`` is the smallest of the metrics' p-values times their number (Bonferroni);
        ``at_floor`` says whether it exceeds `LEVEL`.
        """
        return [
            self._point([row for row in self.table if (row["road"], row["budget"]) == (name, b)])
            for name, road in self.roads.items()
            for b in road.budgets
        ]

    def _point(self, rows: list[Record]) -> Record:
        kept = ("road", "label", "unit", "budget", "score_evaluations", "sweeps")
        point = {key: rows[0][key] for key in kept}
        point["seconds"] = float(np.median([row["seconds"] for row in rows]))
        device = [row["device_seconds"] for row in rows]
        point["device_seconds"] = None if None in device else float(np.median(device))
        p_values = {}
        for metric in self.metrics:
            errors = [row[metric] for row in rows]
            p_values[metric] = self.floor.p_value(metric, errors)
            point[metric] = float(np.mean(errors))
            point[f"{metric}_range"] = (min(errors), max(errors))
            point[f"{metric}_p_value"] = p_values[metric]
        point["p_value"] = min(1.0, min(p_values.values()) * len(p_values))
        point["at_floor"] = point["p_value"] > LEVEL
        return point

    def curve(self, road: str) -> list[Record]:
        """Records of one road, by increasing budget."""
        return [point for point in self.curves if point["road"] == road]

    @cached_property
    def summary(self) -> list[Record]:
        """One record a road: the budget from which on it cannot be told from exact samples.

        It is the smallest at which, and at all larger ones, the road is at the floor;
        ``reached`` says it in words.
        """
        return [self._reached(name, road) for name, road in self.roads.items()]

    def _reached(self, name: str, road: Road) -> Record:
        first = None
        for point in reversed(self.curve(name)):
            if not point["at_floor"]:
                break
            first = point
        costs = ("budget", "score_evaluations", "sweeps", "seconds", "device_seconds", "p_value")
        if first is None:
            words = f"not within {counted(road.budgets[-1], road.unit)}"
        else:
            words = counted(first["budget"], road.unit)
        record = {"road": name, "label": road.label, "unit": road.unit, "reached": words}
        return record | {key: None if first is None else first[key] for key in costs}

    @property
    def on_a_device(self) -> bool:
        """Whether any road held a device."""
        return any(row["device_seconds"] is not None for row in self.table)

    # -- files ------------------------------------------------------------------------------

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write `table`, with a header; the file appears whole or not at all."""
        with atomic_write(path) as file:
            writer = csv.DictWriter(file, list(self.table[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.table)

    def to_json(self, path: str | os.PathLike[str]) -> None:
        """Write settings, `summary`, `curves`, `table` and the floor's errors.

        Numbers that JSON does not have, such as an infinite divergence, become null.
        """
        everything = {
            "settings": self.settings,
            "summary": self.summary,
            "curves": self.curves,
            "table": self.table,
            "floor": {metric: errors.tolist() for metric, errors in self.floor.errors.items()},
            "data_errors": self.data_errors,
        }
        with atomic_write(path) as file:
            json.dump(_finite(everything), file, indent=1, ensure_ascii=False, allow_nan=False)
            file.write("\n")


def counted(n: int, unit: str) -> str:
    """Say a number of things whose name is given in the plural."""
    return f"{n} {unit.removesuffix('s') if n == 1 else unit}"


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(x) for key, x in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(x) for x in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value

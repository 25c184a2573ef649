"""One page that holds a comparison, and the files beside it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._atomic import atomic_write
from ..evaluate.measurements import LEVEL, Measurements, counted
from ..evaluate.reference import METRICS
from ..plot.quality import road_style
from . import text
from .pictures import Picture, pictures

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["write_report"]

_TEMPLATE = "report.html.j2"


def write_report(
    measurements: Measurements,
    folder: Path,
    title: str,
    facts: Mapping[str, Any],
    image_shape: Sequence[int] | None,
) -> Path:
    """Draw and render everything, then write the files; the page comes last."""
    template = _template()
    drawn = pictures(measurements, image_shape)
    page = _render(template, measurements, drawn, title, facts)
    folder.mkdir(parents=True, exist_ok=True)
    measurements.to_csv(folder / "table.csv")
    measurements.to_json(folder / "table.json")
    for picture in drawn:
        with atomic_write(folder / f"{picture.name}.png", "wb") as file:
            file.write(picture.png)
    target = folder / "report.html"
    with atomic_write(target) as page_file:
        page_file.write(page)
    return target


def _template() -> Template:
    """Load the page's template.

    Raises
    ------
    ImportError
        If jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError as error:
        raise ImportError('reports need jinja2: pip install "scorerbm[cli]"') from error
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "number": text.number,
        "duration": text.duration,
        "p_value": text.p_value,
        "value": text.value,
        "counted": counted,
        "data_uri": _data_uri,
    }
    source = files(__package__).joinpath(_TEMPLATE).read_text(encoding="utf-8")
    return environment.from_string(source)


def _render(
    template: Template,
    measurements: Measurements,
    drawn: Sequence[Picture],
    title: str,
    facts: Mapping[str, Any],
) -> str:
    return template.render(
        title=title,
        result=measurements,
        settings=measurements.settings,
        metrics={metric: METRICS[metric] for metric in measurements.metrics},
        floor={m: _floor(measurements, m) for m in measurements.metrics},
        colours={road: road_style(measurements, road).colour for road in measurements.roads},
        pictures=drawn,
        facts=text.fact_tables(facts),
        machine=_machine(measurements),
        level=LEVEL,
    )


def _floor(measurements: Measurements, metric: str) -> tuple[float, float]:
    """Mean of the reference sets' errors, and the limit for the mean of as many as the seeds."""
    return float(np.mean(measurements.floor.errors[metric])), measurements.floor_limit(metric)


def _machine(measurements: Measurements) -> dict[str, str]:
    settings = measurements.settings
    where, threads = settings["environment"], settings["n_threads"]
    native = settings["backend"] == "native"
    level = f", {where['cpu']['level']} kernels" if native else ""
    return {
        "scorerbm": f"{where['scorerbm']}, {settings['backend']} backend{level}",
        "Python, NumPy": f"{where['python']}, {where['numpy']}",
        "machine": f"{where['platform']}, {where['cpu']['threads']} logical cores",
        "threads": "all cores" if threads is None else str(threads),
    }


def _data_uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")

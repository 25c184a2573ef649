"""The study of mixing in small: that it runs, and that samplers that are right agree."""

from __future__ import annotations

import numpy as np
import pytest

import scorerbm as sr
from mixing import study
from mixing_study.measures import consensus, weights
from mixing_study.methods import REFERENCES
from mixing_study.pictures import picture
from mixing_study.problem import Problem, Size
from mixing_study.tables import report

TINY = Size(
    chains=12, gibbs=200, ladders=12, sweeps=200, models=12, along=200, particles=30, steps=(60,),
    tempered_particles=12, tempered_steps=(60,),
)  # fmt: skip


def two_modes(strength: float) -> sr.BernoulliRBM:
    """Twelve units that are on or off together."""
    w = np.full((12, 1), strength)
    ramp = np.linspace(-0.3, 0.3, 12)
    return sr.BernoulliRBM(w, ramp - 0.5 * strength, [-6.0 * strength], data_mean=np.full(12, 0.4))


@pytest.fixture(scope="module")
def problem():
    models = [two_modes(x) for x in (0.0, 0.5, 1.0, 1.5)]
    v = sr.Exact().sample(models[-1], 400).visible
    return Problem.of(v[:300], v[300:], models, n_modes=2)


def test_study(request, problem, tmp_path):
    if not request.config.getoption("small"):
        pytest.skip("python benchmarks/mixing.py runs the study itself")
    runs = study(problem, TINY, processes=1)
    text = report(problem, runs)
    assert all(f"| {name} |" in text for name in runs)
    _, squared, names = consensus({n: weights(problem, r) for n, r in runs.items()})
    assert names == list(REFERENCES)
    assert squared < 5.0
    picture(problem, runs, tmp_path / "mixing.png")
    assert (tmp_path / "mixing.png").stat().st_size > 0

"""The study of mixtures in small: that it runs, and that its probabilities are right."""

from __future__ import annotations

import numpy as np
import pytest

import mixtures
import scorerbm as sr
from mixture_targets import TARGETS
from scorerbm.evaluate import plane_probability

TINY = mixtures.Size(
    n_rows=200, n_hidden=3, n_epochs=2, n_samples=300, n_sweeps=8, n_steps=8, n_floors=2
)


@pytest.mark.parametrize("name", TARGETS)
def test_points_have_the_probabilities_of_the_cells(name):
    target = TARGETS[name]
    p = mixtures.with_rest(target.probability(mixtures.EDGES))
    points = sr.projected_density(target.draw(40000, 1), edges=mixtures.EDGES)
    q = points.all_counts() / points.n_points
    assert p.sum() == pytest.approx(1.0, abs=1e-6)
    assert sr.total_variation(q, p / p.sum()) < 0.1  # of about 700 cells that count
    other = next(t for n, t in TARGETS.items() if n != name)
    assert sr.total_variation(q, mixtures.with_rest(other.probability(mixtures.EDGES))) > 0.3


def test_it_runs(tmp_path):
    pytest.importorskip("matplotlib")
    results = mixtures.study("isotropic", TARGETS["isotropic"], TINY)
    assert [r.trainer for r in results] == ["recovery", "PCD"]
    for r in results:
        assert set(r.divergence) == {"Gibbs", "Gibbs–Langevin", "tempering", "reverse SDE"}
        assert np.isfinite([r.from_target, *r.divergence.values(), *r.floor]).all()
        assert plane_probability(r.model, mixtures.EDGES).sum() < 1.0
    lines = mixtures.table(results).splitlines()
    assert len(lines) == 4
    assert len({line.count("|") for line in lines}) == 1
    mixtures.picture(results, TINY, tmp_path / "mixtures.png")
    assert (tmp_path / "mixtures.png").stat().st_size > 10000

"""The study of latent models in small: that it runs, and that its numbers are possible."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
pytestmark = pytest.mark.torch

import latent  # noqa: E402
from latent_study.problems import PROBLEMS  # noqa: E402


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_study_in_small(request, tmp_path, name):
    if not request.config.getoption("small"):
        pytest.skip("python benchmarks/latent.py runs the study itself")
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2, (90, 784), dtype=np.uint8)
    np.savez(tmp_path / "mnist10k.npz", train=bits, test=bits[:40])
    problem = latent.small(PROBLEMS[name](tmp_path))
    assert problem.train.min() >= 0.0
    assert problem.train.max() <= 1.0
    picture = tmp_path / "picture.png"
    _, _, head, rule, *rows = latent.study(problem, latent.QUICK, picture)
    assert len(rows) == 15
    assert all(row.count("|") == head.count("|") == rule.count("|") for row in rows)
    assert picture.stat().st_size > 1000

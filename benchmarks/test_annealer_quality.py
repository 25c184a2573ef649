"""The study of annealers in small: that it runs, and that its numbers are possible."""

from __future__ import annotations

import pytest

import annealer_quality as study


@pytest.mark.parametrize("title", study.TABLES)
def test_tables(request, title):
    if not request.config.getoption("small"):
        pytest.skip("python benchmarks/annealer_quality.py runs the study itself")
    head, rule, *rows = study.TABLES[title](study.QUICK)
    assert rows
    assert all(row.count("|") == head.count("|") == rule.count("|") for row in rows)

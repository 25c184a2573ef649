"""The command that measures start-up, on the backend that starts at once."""

from __future__ import annotations

from startup import run


def test_every_step_has_a_time(tmp_path):
    seconds = run("native", str(tmp_path))
    assert list(seconds)[:2] == ["import", "backend"]
    assert {"gibbs, first", "gibbs, second", "sde, second"} <= set(seconds)
    assert all(x >= 0.0 for x in seconds.values())

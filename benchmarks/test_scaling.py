"""Growth of costs and memory: slopes of known curves, and small measurements."""

from __future__ import annotations

import numpy as np
import pytest

import scaling
from scales import memory
from scales.costs import AXES, WORKS, Scale
from scales.picture import draw
from scales.slopes import growth, line, local_slopes

SIZES = [10, 32, 100, 320, 1000]


@pytest.mark.parametrize(("power", "linear"), [(1.0, True), (0.5, False), (1.5, False)])
def test_the_slope_of_a_power_is_its_exponent(power, linear):
    seconds = [1e-3 * size**power for size in SIZES]
    result = growth(SIZES, seconds)
    assert result["slope"] == pytest.approx(power)
    assert result["linear"] is linear
    np.testing.assert_allclose(local_slopes(SIZES, seconds), power)


def test_what_a_call_costs_by_itself_counts_at_the_lower_decade_only():
    flat_at_first = [max(1.0, size / 100) for size in SIZES]
    assert growth(SIZES, flat_at_first)["slope"] == pytest.approx(1.0)


def test_one_size_has_no_slope():
    with pytest.raises(ValueError, match="expected two in the upper decade"):
        growth([1, 1000], [1.0, 2.0])


def test_a_line_with_a_fixed_cost_is_straight_and_a_power_is_not():
    found = line(SIZES, [2.0 + 0.5 * size for size in SIZES])
    assert found == pytest.approx((2.0, 0.5, 0.0), abs=1e-9)
    assert line(SIZES, [0.5 * size - 1.0 for size in SIZES]).fixed == 0.0
    assert line(SIZES, [1e-3 * size**1.5 for size in SIZES]).worst > 0.5


def test_an_axis_spans_two_decades_and_leaves_the_rest():
    for axis in AXES.values():
        sizes = [axis.of(scale) for scale in axis.scales(2)]
        assert len(sizes) == 5
        assert sizes[-1] / sizes[0] == pytest.approx(100.0, rel=0.02)
    assert [scale.steps for scale in AXES["rows"].scales(1)] == [Scale().steps] * 3
    assert len(AXES["steps"].scales(2, decades=1.0)) == 3


@pytest.mark.parametrize("work", WORKS)
def test_every_work_can_be_called(work):
    WORKS[work](Scale(rows=8, n_visible=12, n_hidden=7, steps=2), 1)()


def test_a_bound_that_is_left_is_found():
    good, bad = {"linear": True}, {"linear": False}
    assert scaling.within_bounds({"curves": [good], "memory": [{"allowed": True}]})
    assert not scaling.within_bounds({"curves": [good, bad], "memory": []})
    assert not scaling.within_bounds({"curves": [good], "memory": [{"allowed": False}]})


def test_memory_is_that_beyond_what_is_returned():
    small = memory.Trajectory(particles=8, n_visible=12, n_hidden=7, steps=4, keep_every=2)
    result = memory.working_memory(small)
    assert result["allowed"]
    kept = memory.working_memory(small._replace(keep_every=0))
    assert result["returned"] > kept["returned"] == 8 * (12 + 7)


def test_a_process_that_fails_says_why():
    with pytest.raises(RuntimeError, match="n_steps"):
        memory.working_memory(memory.Trajectory(8, 12, 7, steps=0))


def test_curves_are_drawn(tmp_path):
    curve = {"work": "a", "axis": "rows", "sizes": SIZES, "seconds": [1e-3 * x for x in SIZES]}
    straight = {"line": line(SIZES, curve["seconds"])._asdict()}
    draw([curve | growth(SIZES, curve["seconds"]) | straight], tmp_path / "scaling.png")
    assert (tmp_path / "scaling.png").stat().st_size > 0

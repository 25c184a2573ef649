"""A real quantum annealer, if a token for one is configured: `pytest -m live tests/live`.

Its few reads take some milliseconds of an account's access time.
"""

import numpy as np
import pytest

from helpers.models import random_bernoulli
from scorerbm import Annealer
from scorerbm.annealing import AnnealerError
from scorerbm.annealing.connect import connect
from scorerbm.annealing.failures import resolved
from scorerbm.annealing.simulated.limits import CouplingLimits

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def sampler():
    try:
        sampler = connect()
    except AnnealerError as error:
        if "no token" not in str(error):
            raise
        pytest.skip(f"no quantum annealer is configured: {error}")
    with sampler:
        yield sampler


def test_one_coupler_follows_its_sign(sampler):
    """At J = ±1 the inverse temperature of any device leaves next to no read excited."""
    a, b = sampler.edgelist[0]
    for J in (-1.0, 1.0):
        found = sampler.sample_ising({a: 0.0, b: 0.0}, {(a, b): J}, num_reads=50, auto_scale=False)
        resolved(found)
        assert found.record.num_occurrences.sum() == 50
        assert found.first.energy == -1.0
        energies = np.repeat(found.record.energy, found.record.num_occurrences)
        assert energies.mean() < -0.9
        assert found.info["timing"]["qpu_access_time"] > 0.0


def test_it_has_the_ranges_that_problems_are_checked_against(sampler):
    ranges = {name: sampler.properties[name] for name in ("h_range", "extended_j_range")}
    assert all(low < 0.0 < high for low, high in ranges.values())
    limits = CouplingLimits(sampler.properties, sampler.to_networkx_graph())
    assert limits.range[0] < 0.0 < limits.range[1]
    edge = np.array([sampler.edgelist[0]])
    assert np.count_nonzero(limits.totals(edge, np.array([-1.0]))) == 2


def test_a_problem_out_of_range_is_refused(sampler):
    high = sampler.properties["h_range"][1]
    found = sampler.sample_ising({sampler.nodelist[0]: 2.0 * high}, {}, auto_scale=False)
    with pytest.raises(AnnealerError, match="refused"):
        resolved(found)


def test_times_are_estimated_before(sampler):
    qubit = sampler.nodelist[0]
    found = resolved(sampler.sample_ising({qubit: 0.0}, {}, num_reads=50))
    estimate = sampler.solver.estimate_qpu_access_time(1, num_reads=50)
    assert found.info["timing"]["qpu_access_time"] == pytest.approx(estimate, rel=0.5)


def test_samples_of_a_model_have_its_temperature(sampler):
    """Of 8 × 8 units with weights well above the noise of real devices, in a few programmings."""
    model = random_bernoulli(8, 8, seed=1, scale=0.8)
    annealer = Annealer(sampler, n_gauges=2).calibrated(model, n_reads=500)
    samples = annealer.sample(model, 200)
    report = samples.report
    assert len(samples) == report.n_kept == 200
    assert abs(report.effective_beta - 1.0) < 0.2 + 4.0 * report.effective_beta_error
    assert report.access_time == pytest.approx(report.access_time_estimate, rel=0.5)
    assert len(set(report.problem_ids)) == report.n_programmings
    assert report.solver == sampler.properties["chip_id"]

"""Annealers through Ocean's own client, whose Solver API is on this machine."""

import numpy as np
import pytest
from dwave.cloud.exceptions import UseAfterCloseError

from helpers.devices import BETA, STRENGTH, ideal_qpu
from helpers.models import joint_probabilities, random_bernoulli
from helpers.statistics import ACCEPT, REJECT, chi_square_states
from scorerbm import Annealer, AnnealerError
from scorerbm.annealing import Session
from scorerbm.annealing.loopback import LoopbackServer

MODEL = random_bernoulli(4, 3, seed=1, scale=1.2, bias=0.8)
KNOWN = {"beta": BETA, "chain_strength": STRENGTH}


@pytest.fixture
def server(monkeypatch, tmp_path):
    """A server that Ocean's environment variables lead to."""
    with LoopbackServer(ideal_qpu()) as server:
        monkeypatch.setenv("DWAVE_API_ENDPOINT", server.endpoint)
        monkeypatch.setenv("DWAVE_API_TOKEN", server.token)
        monkeypatch.setenv("DWAVE_CACHE_ENABLED", "false")
        monkeypatch.setenv("DWAVE_CONFIG_FILE", str(tmp_path / "dwave.conf"))
        (tmp_path / "dwave.conf").write_text("")
        yield server


def joint(samples):
    return np.hstack([samples.visible, samples.hidden])


def test_the_configured_annealer_is_the_default(server):
    samples = Annealer(**KNOWN).sample(MODEL, 8000, seed=1)
    report = samples.report
    assert report.solver == server.qpu.properties["chip_id"]
    assert report.graph_id
    assert len(set(report.problem_ids)) == 10
    assert report.access_time == pytest.approx(report.access_time_estimate, rel=0.2)
    assert chi_square_states(joint(samples), joint_probabilities(MODEL)) > ACCEPT
    assert chi_square_states(joint(samples), joint_probabilities(MODEL, 0.8)) < REJECT


def test_a_connection_that_was_made_is_closed_and_one_that_was_given_is_not(server):
    annealer = Annealer(**KNOWN)
    with annealer.session() as session:
        first, second = (session.sample(MODEL, 5, seed=seed) for seed in (1, 2))
        made = session.device.sampler
    assert first.report.solver == second.report.solver
    with pytest.raises(UseAfterCloseError):
        made.client.get_solvers()
    with server.sampler() as given:
        Annealer(given, **KNOWN).sample(MODEL, 5)
        Annealer(given, **KNOWN).sample(MODEL, 5)


def test_a_connection_is_closed_where_options_are_wrong(server):
    with Annealer(**KNOWN, sampler_options={"time": 3}).session() as session:
        for _ in range(2):
            with pytest.raises(ValueError, match="sampler_options: got 'time'"):
                session.sample(MODEL, 5)
        made = session._connection
    with pytest.raises(UseAfterCloseError):
        made.client.get_solvers()


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        ("failed", "refused the problem or failed on it"),
        ("quota", "no access time left"),
        (500, "error of its own"),
    ],
)
def test_failures_of_the_service_are_one_error(server, failure, message):
    with server.sampler() as sampler:
        session = Session(Annealer(sampler, **KNOWN, n_gauges=2))
        session.sample(MODEL, 5)
        server.failure = failure
        with pytest.raises(AnnealerError, match=message):
            session.sample(MODEL, 5)
        server.failure = None
        session.sample(MODEL, 5)


def test_a_job_that_is_stuck_is_given_up(server):
    server.failure = "stuck"
    with pytest.raises(AnnealerError, match=r"gave no answer to problem \S+ within timeout=0.5 se"):
        Annealer(**KNOWN, n_gauges=2, timeout=0.5).sample(MODEL, 5)


def test_without_a_token_there_is_a_word_on_how_to_get_one(server, monkeypatch):
    monkeypatch.delenv("DWAVE_API_TOKEN")
    with pytest.raises(AnnealerError, match="there is no token for a quantum annealer: run `dwave"):
        Annealer().sample(MODEL, 5)

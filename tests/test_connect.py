"""Each failure on the way to an annealer ends in one error that says what to do, and no more."""

import logging
import os
import re
import socket
import traceback

import pytest

from scorerbm.annealing import AnnealerError
from scorerbm.annealing.connect import configured, connect
from scorerbm.annealing.failures import as_annealer_errors, resolved
from scorerbm.annealing.loopback import LoopbackServer
from scorerbm.annealing.simulated import SimulatedQPU

SECRET = "DEV-0123456789abcdef-never-shown"


@pytest.fixture(scope="module")
def running():
    with LoopbackServer(SimulatedQPU(size=2), token=SECRET) as server:
        yield server


@pytest.fixture
def server(running):
    running.failure, running.message = None, "as it was told to"
    return running


@pytest.fixture(autouse=True)
def no_configuration(monkeypatch, tmp_path):
    """Whatever this machine is configured for, these tests connect to the loopback only."""
    for name in os.environ:
        if name.startswith("DWAVE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def no_secret_is_told(caplog, capfd):
    caplog.set_level(logging.INFO)
    yield
    assert SECRET not in caplog.text
    assert SECRET not in "".join(capfd.readouterr())


def failure(action):
    """The message of the one error, whose traceback, chained ones included, has no secret."""
    with pytest.raises(AnnealerError) as caught:
        action()
    text = "".join(traceback.format_exception(caught.value))
    assert SECRET not in text
    assert SECRET not in repr(caught.value)
    return str(caught.value)


def to(server, **options):
    given = {"endpoint": server.endpoint, "token": SECRET, "cache_enabled": False} | options
    return connect(**{name: value for name, value in given.items() if value is not None})


# -- connections ------------------------------------------------------------------------------


def assert_connected(sampler, server):
    with sampler:
        assert sampler.solver.name == server.qpu.solver.name


def test_the_token_comes_from_the_argument(server):
    assert_connected(to(server), server)


def test_the_token_comes_from_the_environment(server, monkeypatch):
    monkeypatch.setenv("DWAVE_API_TOKEN", SECRET)
    monkeypatch.setenv("DWAVE_API_ENDPOINT", server.endpoint)
    assert_connected(connect(cache_enabled=False), server)


def configuration(tmp_path, text):
    path = tmp_path / "its.conf"
    path.write_text(text)
    return str(path)


def test_the_token_comes_from_the_configuration_file(server, tmp_path, monkeypatch):
    sections = f"[defaults]\nendpoint = {server.endpoint}\n[other]\ntoken = wrong\n"
    path = configuration(tmp_path, f"{sections}[mine]\ntoken = {SECRET}\n")
    monkeypatch.setenv("DWAVE_CONFIG_FILE", path)
    assert_connected(connect(profile="mine", cache_enabled=False), server)
    assert "does not accept" in failure(lambda: connect(profile="other", cache_enabled=False))


def test_arguments_come_before_the_environment_and_that_before_the_file(
    server, tmp_path, monkeypatch
):
    path = configuration(tmp_path, f"[mine]\nendpoint = {server.endpoint}\ntoken = wrong\n")
    monkeypatch.setenv("DWAVE_CONFIG_FILE", path)
    assert "does not accept" in failure(lambda: connect(cache_enabled=False))
    monkeypatch.setenv("DWAVE_API_TOKEN", SECRET)
    assert_connected(connect(cache_enabled=False), server)
    assert "does not accept" in failure(lambda: connect(token="wrong", cache_enabled=False))


def test_jobs_and_requests_have_an_end_unless_configured_otherwise(server, tmp_path):
    with to(server) as sampler:
        config = sampler.client.config
        assert config.polling_timeout == 600.0
        assert config.request_timeout == 30.0
        assert config.request_retry.total == 3
    path = configuration(tmp_path, "[mine]\nhttp_retry_total = 7\n")
    with to(server, config_file=path, polling_timeout=3) as sampler:
        config = sampler.client.config
        assert (config.polling_timeout, config.request_retry.total) == (3, 7)
        assert config.polling_schedule.wait_time == 3


def test_a_solver_is_chosen(server):
    assert_connected(to(server, solver=server.qpu.solver.name), server)
    assert_connected(to(server, solver={"topology__type": "zephyr"}), server)


@pytest.mark.parametrize("token", [5, b"token"])
def test_the_token_is_text(token):
    with pytest.raises(TypeError, match=r"token: got (int|bytes), expected a string"):
        connect(token=token)


# -- failures of connections ------------------------------------------------------------------


def test_whether_a_token_is_configured_is_told_without_a_server(monkeypatch, tmp_path):
    assert not configured()
    monkeypatch.setenv("DWAVE_API_TOKEN", "DEV-of-nobody")
    assert configured()
    monkeypatch.setenv("DWAVE_CONFIG_FILE", str(tmp_path / "absent.conf"))
    assert not configured()


def test_no_token():
    message = failure(connect)
    for way in ("dwave setup --auth", "DWAVE_API_TOKEN", "token=", "simulated sampler"):
        assert way in message


CONNECTING = {
    401: "does not accept the token.*dwave setup --auth.*DWAVE_API_TOKEN",
    402: "no access time left.*dashboard",
    403: "account may not do that: check its project",
    404: "check the endpoint or region",
    429: "too many requests.*wait",
    500: "error of its own: try again later",
    "html": "no Solver API.*check the endpoint and the proxy",
    "no solvers": "no solver that this account may use.*dwave solvers",
    "offline": "or it is offline",
    "unreachable": "cannot be reached: check the network",
}


@pytest.mark.parametrize("how", CONNECTING, ids=str)
def test_a_connection_that_fails_says_what_to_do(server, how):
    server.failure = how
    assert re.search(CONNECTING[how], failure(lambda: to(server)))


def test_a_wrong_token(running):
    with LoopbackServer(running.qpu, token="another") as server:
        assert "does not accept the token" in failure(lambda: to(server))


def test_an_unknown_solver(server):
    assert "no solver that this account" in failure(lambda: to(server, solver="Advantage_system9"))


def test_nobody_listens():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{unused.getsockname()[1]}/sapi/v2/"
    assert "cannot be reached" in failure(lambda: connect(endpoint=endpoint, token=SECRET))


@pytest.mark.parametrize("endpoint", ["nowhere", "ftp://127.0.0.1/sapi/", "http://"])
def test_the_endpoint_is_no_address(endpoint):
    assert "no address" in failure(lambda: connect(endpoint=endpoint, token=SECRET))


@pytest.mark.parametrize("ending", ["\n", "\r\nX-Other: 1", "→"])
def test_a_token_with_what_no_token_has(server, ending):
    """The client's own errors show it."""
    assert "line break" in failure(lambda: to(server, token=SECRET + ending))


def test_the_client_s_own_errors_do_show_the_token(server, tmp_path):
    """So the checks of this file would see it."""
    path = configuration(tmp_path, f"[mine]\n{SECRET}\n")
    for options in ({"token": f"{SECRET}\n"}, {"config_file": path}):
        with pytest.raises(Exception, match=r"header|parse") as caught:
            server.sampler(**options)
        assert SECRET in "".join(traceback.format_exception(caught.value))


def test_a_profile_that_is_not_there(tmp_path):
    path = configuration(tmp_path, f"[mine]\ntoken = {SECRET}\n")
    message = failure(lambda: connect(config_file=path, profile="yours"))
    assert "Config profile 'yours' not found" in message


def test_a_configuration_file_that_is_not_there():
    message = failure(lambda: connect(config_file="missing.conf"))
    assert "cannot be read" in message
    assert "missing.conf" in message
    assert "dwave config" in message


def test_a_configuration_file_that_cannot_be_parsed(tmp_path):
    """The parser's own error shows the line."""
    path = configuration(tmp_path, f"[mine]\n{SECRET}\n")
    assert "dwave config create" in failure(lambda: connect(config_file=path))


def test_an_option_that_is_not_valid(tmp_path):
    """The validator's own error shows all that it was given."""
    options = {"token": SECRET, "endpoint": "http://127.0.0.1/", "request_timeout": "soon"}
    assert "request_timeout" in failure(lambda: connect(**options))


# -- failures of jobs -------------------------------------------------------------------------


@pytest.fixture
def sampler(server):
    with to(server) as sampler:
        yield sampler


SAMPLING = {
    401: "does not accept the token",
    402: "no access time left",
    404: "check the endpoint or region",
    429: "too many requests or jobs.*submit fewer at once",
    500: "error of its own: try again later",
    "html": "no Solver API",
    "offline": "the solver is offline: try again later, or choose another one",
    "failed": "refused the problem or failed on it: as it was told to",
    "quota": "no access time left for this problem: ask for fewer reads.*Insufficient remaining",
    "unreachable": "cannot be reached",
}


@pytest.mark.parametrize("how", SAMPLING, ids=str)
def test_a_job_that_fails_says_what_to_do(server, sampler, how):
    server.failure = how
    found = sampler.sample_ising({sampler.nodelist[0]: 0.1}, {})
    assert re.search(SAMPLING[how], failure(lambda: resolved(found)))


def test_a_job_that_fails_is_named(server, sampler):
    server.failure = "failed"
    found = sampler.sample_ising({sampler.nodelist[0]: 0.1}, {})
    assert found.wait_id() in failure(lambda: resolved(found))


def test_a_job_that_is_stuck_is_named(server):
    server.failure = "stuck"
    with to(server, polling_timeout=0.3) as sampler:
        found = sampler.sample_ising({sampler.nodelist[0]: 0.1}, {})
        message = failure(lambda: resolved(found))
    assert "not done in time" in message
    assert f"(job {found.wait_id()})" in message


REFUSED = {
    "fields": ({0: 9.0}, {}, {}, "out of range by a factor of 2.25"),
    "couplings": ({}, {(0, 1): -3.0}, {}, "out of range by a factor of 1.5"),
    "reads": ({0: 0.1}, {}, {"num_reads": 20000}, "num_reads: got 20000"),
    "option": ({0: 0.1}, {}, {"bogus": 1}, "bogus is not a parameter"),
    "edge": ({}, {(0, 79): 1.0}, {}, "embed it for this one"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_problem_that_is_refused_says_why(sampler, what):
    h, J, options, pattern = REFUSED[what]
    assert {0, 1, 79} <= {*sampler.nodelist}

    def submit():
        with as_annealer_errors():
            sampler.sample_ising(h, J, auto_scale=False, **options).resolve()

    assert pattern in failure(submit)


def test_a_simulated_device_fails_as_a_real_one(server):
    found = server.qpu.sample_ising({0: 9.0}, {}, auto_scale=False)
    assert "out of range by a factor of 2.25" in failure(lambda: resolved(found))


def test_a_connection_that_is_closed(server):
    sampler = to(server)
    sampler.close()

    def submit():
        with as_annealer_errors():
            sampler.sample_ising({sampler.nodelist[0]: 0.1}, {}).resolve()

    assert "connect again" in failure(submit)


def test_the_client_s_own_error_is_chained(server, sampler):
    server.failure = "failed"
    found = sampler.sample_ising({sampler.nodelist[0]: 0.1}, {})
    with pytest.raises(AnnealerError) as caught:
        resolved(found)
    assert type(caught.value.__cause__).__name__ == "SolverFailureError"


@pytest.mark.parametrize("error", [ValueError("h"), KeyError("model"), KeyboardInterrupt()])
def test_what_is_no_failure_of_an_annealer_passes(error):
    with pytest.raises(type(error)) as caught, as_annealer_errors():
        raise error
    assert caught.value is error


def test_an_answer_that_is_there_is_returned(sampler):
    found = sampler.sample_ising({sampler.nodelist[0]: 0.1}, {}, num_reads=3)
    assert resolved(found).record.num_occurrences.sum() == 3

"""Many threads at work on one of everything, and the compiled modules without the GIL."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

import scorerbm as sr
from helpers.models import random_bernoulli

free_threaded = pytest.mark.skipif(
    not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="needs a free-threaded Python"
)
N_THREADS = 16


@free_threaded
@pytest.mark.parametrize("module", ["scorerbm", "scorerbm._core", "scorerbm._philox"])
def test_importing_the_modules_leaves_the_gil_off(module):
    """A module that does not declare itself turns it on, with a warning."""
    code = f"import sys, {module}; sys.exit(sys._is_gil_enabled())"
    undecided = {name: value for name, value in os.environ.items() if name != "PYTHON_GIL"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=undecided,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def frequent_switches():
    """The smallest interval between switches of threads, GIL or not."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def together(function, arguments):
    """Results of a function in threads that start at once, each taking every 16th argument."""
    start, shares = Barrier(N_THREADS), [arguments[i::N_THREADS] for i in range(N_THREADS)]

    def run(share):
        start.wait()
        return [function(argument) for argument in share]

    with ThreadPoolExecutor(N_THREADS) as pool:
        results = list(pool.map(run, shares))
    return [results[i % N_THREADS][i // N_THREADS] for i in range(len(arguments))]


def new_model():
    return random_bernoulli(70, 50, scale=0.2)


SAMPLERS = [
    sr.BlockGibbs(15),
    sr.BlockGibbs(15, n_threads=2),
    sr.BlockGibbs(15, precision="int32"),
    sr.ParallelTempering(6),
    sr.ReverseSDE(15),
    sr.ReverseSDE(15, denoiser=sr.MeanFieldDenoiser(2)),
]
N_SAMPLERS = len(SAMPLERS)
SCHEDULE = sr.CosineSchedule()
STATES = np.random.default_rng(0).integers(0, 2, (40, 70)).astype(np.uint8)


def drawn(model, job):
    samples = SAMPLERS[job % N_SAMPLERS].sample(model, 40, seed=job)
    return samples.visible.tobytes() + samples.hidden.tobytes()


def scored(model, job):
    denoiser = [sr.GibbsDenoiser(n_sweeps=2), sr.MeanFieldDenoiser(2)][job % 2]
    values = sr.score(model, STATES + 0.1 * job, 0.4, SCHEDULE, denoiser, seed=job)
    return values.tobytes() + model.free_energy(STATES).tobytes()


def trained(trainer, job):
    model = trainer.fit(STATES, seed=job).model
    return model.weights.tobytes() + model.visible_bias.tobytes()


CD = sr.ContrastiveDivergence(n_hidden=9, n_epochs=2, batch_size=20, n_sweeps=2)
SCORE_MATCHING = sr.ScoreMatching(n_hidden=9, n_epochs=2, batch_size=20)


@pytest.mark.parametrize(
    ("function", "new_shared", "n_jobs"),
    [
        (drawn, new_model, 24),
        (scored, new_model, 24),
        (trained, lambda: CD, 16),
        (trained, lambda: SCORE_MATCHING, 16),
    ],
)
def test_threads_that_share_an_object_from_its_first_use_on_find_what_one_thread_finds(
    function, new_shared, n_jobs, frequent_switches
):
    """What is derived from a model is made when it is first needed, by several threads at once."""
    shared = new_shared()
    found = together(lambda job: function(shared, job), list(range(n_jobs)))
    alone = new_shared()
    assert found == [function(alone, job) for job in range(n_jobs)]
    assert len(set(found)) == n_jobs


def test_threads_that_share_a_generator_get_each_number_once(frequent_switches):
    shared = np.random.Generator(sr.Philox4x32(3))
    parts = together(lambda _: shared.random(77), list(range(320)))
    expected = np.random.Generator(sr.Philox4x32(3)).random(320 * 77)
    assert np.array_equal(np.sort(np.concatenate(parts)), np.sort(expected))


def test_threads_may_set_and_read_the_state_of_a_generator_that_others_draw_from(frequent_switches):
    """Which numbers come is then anybody's guess; they are numbers, and the end is orderly."""
    shared = sr.Philox4x32(3)
    numbers, start = np.random.Generator(shared), shared.state

    def disturb(job):
        if job % 3 == 0:
            shared.state = start
        elif job % 3 == 1:
            return 0.0 <= shared.jumped().random_raw() < 2**64
        return (numbers.random(300) < 1.0).all()

    assert all(together(disturb, list(range(160))))
    shared.state = start
    assert np.array_equal(numbers.random(5), np.random.Generator(sr.Philox4x32(3)).random(5))

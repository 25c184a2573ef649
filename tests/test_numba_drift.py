"""Jitted drifts in the reverse SDE: with the model's own score, kept on disk, and in parallel."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scorerbm as sr
from helpers.models import joint_probabilities, random_bernoulli
from helpers.statistics import ACCEPT, REJECT, chi_square_states

numba = pytest.importorskip("numba")
pytestmark = pytest.mark.numba

import scorerbm.numba  # noqa: E402
from scorerbm.backends.numba import drift as drifts  # noqa: E402

scorerbm.numba.register()

MODEL = random_bernoulli(4, 2, seed=5, scale=1.5)


@numba.njit  # type: ignore[untyped-decorator]
def ratio(t: Any) -> Any:
    return np.exp(6.0 - 12.0 * t)


SCHEDULE = sr.SNRSchedule(function=ratio)


@numba.njit  # type: ignore[untyped-decorator]
def own_score(v: Any, t: Any, out: Any) -> None:
    rate = SCHEDULE.noise_rate(t)
    out[:, :] = rate * (0.5 * v + sr.score(MODEL, v, t, SCHEDULE))


def joint_states(schedule: sr.SNRSchedule, n: int = 4000) -> Any:
    sde = sr.ReverseSDE(
        n_steps=400, schedule=schedule, denoiser=sr.ExactDenoiser(), drift=own_score, n_threads=2
    )
    drawn = sde.sample(MODEL, n, seed=11)
    return np.hstack([drawn.visible, drawn.hidden])


def test_a_drift_with_the_models_score_and_schedule_has_its_law() -> None:
    expected = joint_probabilities(MODEL)
    assert chi_square_states(joint_states(SCHEDULE), expected) > ACCEPT
    # The same drift where the noise is that of other times.
    other = sr.SNRSchedule(float(np.exp(6.0)), float(np.exp(-3.0)))
    assert chi_square_states(joint_states(other), expected) < REJECT


def last_states(drift: Any, n_threads: int) -> Any:
    model = sr.BernoulliRBM(np.zeros((70, 1)), np.zeros(70), np.zeros(1))
    sde = sr.ReverseSDE(n_steps=50, drift=drift, keep_every=50, n_threads=n_threads)
    return sde.sample(model, 300, seed=3).trajectory.states[-1]


def to_quarter(v: Any, t: Any, out: Any) -> None:
    for c in numba.prange(v.shape[0]):
        for i in range(v.shape[1]):
            out[c, i] = np.float32(0.25) - np.float32(0.5) * v[c, i]


def test_parallel_drifts_start_their_threads_from_one(monkeypatch: Any) -> None:
    """Some of Numba's threading layers abort the process where two threads start theirs."""
    parallel = numba.njit(parallel=True)(to_quarter)

    @numba.njit  # type: ignore[untyped-decorator]
    def calls_one(v: Any, t: Any, out: Any) -> None:
        parallel(v, t, out)

    asked = []

    def counted(n_rows: int, work: float, n_threads: int, function: Any) -> None:
        asked.append(n_threads)
        function(0, n_rows)

    expected = last_states(to_quarter, 1)
    monkeypatch.setattr(drifts, "in_rows", counted)
    for drift, n_threads in ((parallel, 1), (calls_one, 1), (numba.njit(to_quarter), 2)):
        np.testing.assert_array_equal(last_states(drift, 2), expected)
        assert asked.pop() == n_threads


def test_a_drift_declared_for_other_types_is_converted_to() -> None:
    signature = "float32[:,:](float32[:,:], float32, float32[:,:])"

    @numba.njit(signature)  # type: ignore[untyped-decorator]
    def declared(v: Any, t: Any, out: Any) -> Any:
        for c in range(v.shape[0]):
            for i in range(v.shape[1]):
                out[c, i] = np.float32(0.25) - np.float32(0.5) * v[c, i]
        return out

    np.testing.assert_array_equal(last_states(declared, 1), last_states(to_quarter, 1))


@pytest.mark.parametrize("n_threads", [1, 2])
def test_what_a_drift_raises_is_raised(n_threads: int) -> None:
    @numba.njit  # type: ignore[untyped-decorator]
    def failing(v: Any, t: Any, out: Any) -> None:
        if t < 0.5:
            raise ValueError("no drift before half time")

    with pytest.raises(ValueError, match="no drift before half time"):
        last_states(failing, n_threads)


def test_a_function_that_takes_something_else_is_no_drift() -> None:
    with pytest.raises(numba.TypingError, match="too many positional arguments"):
        last_states(numba.njit(lambda v, t: None), 1)


PROGRAM = """
import os, sys
import numba, numpy as np
import scorerbm as sr

if sys.argv[1:]:
    from scorerbm.numba import structs
    structs._version = lambda: sys.argv[1]

MODEL = sr.BernoulliRBM(np.eye(5, 3), np.zeros(5), np.ones(3))
SCHEDULE = sr.LinearSchedule(0.1, 20.0)

@numba.njit(cache=True)
def of_model(model, v):
    return v + model.n_visible

@numba.njit(cache=True)
def drift(v, t, out):
    for c in range(len(v)):
        for i in range(v.shape[1]):
            out[c, i] = 0.5 * SCHEDULE.noise_rate(t) * v[c, i]

child = os.fork() if hasattr(os, "fork") else -1
assert of_model(MODEL, 2) == 7
if child == 0:
    os._exit(0)
assert child == -1 or os.waitpid(child, 0)[1] == 0
if sys.argv[1:]:
    sys.exit(sum(of_model.stats.cache_hits.values()))
sr.ReverseSDE(n_steps=3, schedule=SCHEDULE, drift=drift).sample(MODEL, 2, seed=0)
from scorerbm.backends.numba.drift import _steps
print(*(sum(f.stats.cache_hits.values()) for f in (of_model, drift, _steps)))
"""


def run(folder: Path, *arguments: str) -> str:
    """Run what imports nothing of `scorerbm.numba`: Numba finds it by its entry point."""
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        env=os.environ | {"NUMBA_CACHE_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_machine_code_is_kept_until_what_is_compiled_into_it_changes(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    run(tmp_path, str(program))
    assert run(tmp_path, str(program)) == "1 1 1"
    run(tmp_path, str(program), "of other sources")  # which fails where anything is found


def test_numba_alone_is_not_disturbed_where_there_is_no_native_build(tmp_path: Path) -> None:
    program = """
import sys
sys.modules["scorerbm._core"] = None
import numba
assert "scorerbm" not in sys.modules
print(numba.njit(lambda x: x + 1)(1), "scorerbm.numba.scores" in sys.modules)
"""
    assert run(tmp_path, "-c", program) == "2 True"

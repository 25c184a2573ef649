"""Native work among processes, threads and signals: forks, Ctrl-C, handlers that return."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

posix = pytest.mark.skipif(os.name != "posix", reason="needs the signals of POSIX")


def python(program, *, environment=()):
    """A process that runs this program beside the tests' helpers."""
    return subprocess.Popen(
        [sys.executable, "-c", "if True:\n" + program],
        cwd=Path(__file__).parent,
        env={**os.environ, **dict(environment)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def output(process):
    try:
        out, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    return out


# -- forks ----------------------------------------------------------------------------------

FORK = """
    import hashlib, os, threading, warnings
    import numpy as np
    from helpers.backend_cases import Problem
    from scorerbm import BlockGibbs
    from scorerbm.backends import get_backend
    from helpers.models import random_bernoulli
    # Python warns of forks in processes that have threads; those of native calls have ended.
    warnings.simplefilter("error")
    native, problem = get_backend("native"), Problem(700, 65, 63)
    model = random_bernoulli(300, 200, scale=0.1)

    def bits(n_threads):
        found = problem.run(native, n_threads)
        for precision in ("int16", "int32"):
            drawn = BlockGibbs(5, precision=precision, n_threads=n_threads).sample(model, 500)
            found |= {precision + "v": drawn.visible, precision + "h": drawn.hidden}
        return hashlib.sha256(b"".join(x.tobytes() for x in found.values())).hexdigest()

    before = bits(4)
    assert threading.active_count() == 1
    assert len(os.listdir("/proc/self/task")) == THREADS_OF_NUMPY
    reader, writer = os.pipe()
    children = []
    for generation in range(3):
        child = os.fork()
        if child == 0:
            try:
                grandchild = os.fork() if generation == 2 else None
                os.write(writer, (bits(4) + "\\n").encode())
                if grandchild:
                    assert os.waitpid(grandchild, 0)[1] == 0
            except BaseException as error:
                os.write(writer, (repr(error) + "\\n").encode())
                os._exit(1)
            os._exit(0)
        children.append(child)
        assert bits(4) == before
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    os.close(writer)
    found = os.fdopen(reader).read().split()
    assert found == [before] * 4, (before, found)
    assert bits(1) == before
    print("same")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs fork and /proc")
def test_forked_processes_draw_the_same_bits_in_threads():
    """After threaded work in the parent, also at the same time as more of it, and twice removed."""
    # One thread for NumPy, so that those of this package are the ones counted.
    quiet = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")}
    program = FORK.replace("THREADS_OF_NUMPY", "1")
    assert output(python(program, environment=quiet.items())) == "same\n"


# -- Ctrl-C -----------------------------------------------------------------------------------

# One native call that would take hours. A second thread waits until the first is inside it, and
# says so; the time of the exception is on the clock that all processes share.
INTERRUPTED = """
    import sys, threading, time, traceback
    from pathlib import Path
    import numpy as np
    from helpers.backend_cases import KEY, Problem
    from helpers.graph_cases import random_graph
    from scorerbm.backends import get_backend
    from scorerbm.backends.protocol import Stages
    from scorerbm.rbm.graph import build_graph

    native, n_threads, L = get_backend("native"), {n_threads}, {n_ladders}
    problem = Problem(8 * L, {n_visible}, {n_hidden})
    graph = build_graph(*random_graph({n_visible}, 1000, np.random.default_rng(0)))
    forever = 2**32 - 10

    def gibbs(n_sweeps):
        return native.gibbs(
            problem.narrow, problem.v, problem.chains, KEY, first_sweep=0, n_sweeps=n_sweeps,
            beta=problem.beta, mean=False, n_threads=n_threads,
        )

    def temper(n_sweeps):
        return native.temper(
            problem.narrow, problem.v, problem.chains, problem.chains[:L], KEY, first_sweep=0,
            n_sweeps=n_sweeps, swap_every=2**31, betas=np.linspace(0.1, 1.0, 8),
            slots=np.tile(np.arange(8, dtype=np.uint16), (L, 1)), offset=None, n_threads=n_threads,
        )

    def posterior_path(n_sweeps):
        one = np.ones(1, np.float32)
        return native.posterior_path(
            problem.narrow, problem.floats, problem.v, problem.chains, KEY, KEY,
            stages=Stages(one, one, one, one, one, one, np.zeros(1, np.uint8)),
            first_sweep=0, n_sweeps=n_sweeps, first_stage=0, n_threads=n_threads,
        )

    def sweep_graph(n_sweeps):
        return native.sweep_graph(
            graph, problem.v, problem.chains, KEY, first_sweep=0,
            beta=np.ones((min(n_sweeps, 2_000_000), 1)), n_threads=n_threads,
        )

    main = threading.get_ident()
    def watch():
        for _ in range(3000):
            code = sys._current_frames()[main].f_code
            # Not while it prepares the weights, which lets others run where there is no GIL.
            if code.co_name == "{call}" and Path(code.co_filename).parent.name == "native":
                break
            time.sleep(0.01)
        else:
            print("never inside", flush=True)
        time.sleep(0.2)
        print("inside", flush=True)

    before = {call}(20)
    threading.Thread(target=watch, daemon=True).start()
    try:
        {call}(forever)
    except KeyboardInterrupt as error:
        at = time.monotonic()
        innermost = traceback.extract_tb(error.__traceback__)[-1]
        assert innermost.name == "{call}", innermost
        assert Path(innermost.filename).parent.name == "native", innermost
    after = {call}(20)
    assert all(np.array_equal(a, b) for a, b in zip(before, after) if a is not None)
    print(at)
"""


@posix
@pytest.mark.parametrize(
    ("call", "n_threads", "n_ladders", "sizes"),
    [
        ("gibbs", 1, 1, (130, 70)),
        ("gibbs", 2, 1000, (130, 70)),
        ("posterior_path", 1, 1, (130, 70)),
        ("posterior_path", 2, 1000, (130, 70)),
        ("temper", 1, 4, (130, 70)),
        ("temper", 2, 500, (130, 70)),
        ("sweep_graph", 1, 64, (130, 70)),
        ("sweep_graph", 2, 1000, (130, 70)),
        ("temper", 2, 1, (2000, 1500)),  # threads share a ladder
    ],
)
def test_one_long_call_ends_on_ctrl_c(call, n_threads, n_ladders, sizes):
    """Within 0.2 s where a CPU is free; the bound leaves room for a machine that is not."""
    program = INTERRUPTED.format(
        call=call, n_threads=n_threads, n_ladders=n_ladders, n_visible=sizes[0], n_hidden=sizes[1]
    )
    process = python(program)
    said = process.stdout.readline()
    if said != "inside\n":
        process.kill()
        pytest.fail(f"{said}{process.stderr.read()}")
    sent = time.monotonic()
    process.send_signal(signal.SIGINT)
    took = float(output(process)) - sent
    print(f"{call}, {n_threads} threads, {n_ladders} ladders: {1e3 * took:.0f} ms")
    assert 0.0 <= took < 2.0


HANDLED = """
    import signal
    from helpers.backend_cases import KEY, Problem
    from scorerbm.backends import get_backend

    native, problem = get_backend("native"), Problem(64, 130, 70)
    def gibbs():
        return native.gibbs(
            problem.narrow, problem.v, problem.chains, KEY, first_sweep=0, n_sweeps=N_SWEEPS,
            beta=problem.beta, mean=False, n_threads=2,
        )
    undisturbed, calls = gibbs(), []

    class Timeout(Exception):
        pass

    def handler(number, frame):
        global raising
        calls.append(frame.f_code.co_name)
        if raising and calls[-1] == "gibbs":  # not in the lines around the calls
            raising = False
            raise Timeout

    raising = False
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.02)
    disturbed = gibbs()
    assert calls.count("gibbs") > 0, calls
    assert (disturbed.visible == undisturbed.visible).all()
    assert (disturbed.hidden == undisturbed.hidden).all()
    raising = True
    try:
        for _ in range(1000):
            gibbs()
    except Timeout:
        print("ended")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
"""


@posix
def test_a_signal_that_is_handled_changes_nothing_and_its_error_comes_out():
    assert output(python(HANDLED.replace("N_SWEEPS", "30000"))) == "ended\n"


@pytest.mark.parametrize("n_threads", [1, 2])
def test_a_daemon_thread_at_work_does_not_abort_the_end_of_the_process(n_threads):
    program = f"""
        import threading
        import numpy as np
        import scorerbm as sr

        model = sr.BernoulliRBM(np.zeros((300, 200)), np.zeros(300), np.zeros(200))
        sampler = sr.BlockGibbs(n_sweeps=10**6, n_threads={n_threads})
        thread = threading.Thread(target=sampler.sample, args=(model, 1000), daemon=True)
        thread.start()
        thread.join(0.3)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")

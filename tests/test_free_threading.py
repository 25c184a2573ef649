"""The compiled modules do without the GIL, where Python does."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import textwrap

import pytest

free_threaded = pytest.mark.skipif(
    not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="needs a free-threaded Python"
)


@free_threaded
def test_importing_the_modules_leaves_the_gil_off():
    """A module that does not declare itself turns it on, with a warning."""
    code = "import sys, scorerbm._core, scorerbm._philox; sys.exit(sys._is_gil_enabled())"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


# With the smallest interval between switches of threads, GIL or not.
TOGETHER = """
    import sys
    from concurrent.futures import ThreadPoolExecutor
    import numpy as np
    import scorerbm as sr

    sys.setswitchinterval(1e-6)
    rng = np.random.default_rng(0)
    model = sr.BernoulliRBM(0.2 * rng.standard_normal((70, 50)), np.zeros(70), np.zeros(50))
    samplers = [
        sr.BlockGibbs(15), sr.BlockGibbs(15, n_threads=2), sr.ParallelTempering(6),
        sr.ReverseSDE(15), sr.ReverseSDE(15, denoiser=sr.MeanFieldDenoiser(2)),
    ]

    def bits(job):
        drawn = samplers[job % 5].sample(model, 40, seed=job)
        return drawn.visible.tobytes() + drawn.hidden.tobytes()

    with ThreadPoolExecutor(20) as pool:  # all at once on a model that nothing is known of yet
        together = list(pool.map(bits, range(60)))
    assert together == [bits(job) for job in range(60)]
    assert together[0] != together[5]
"""


def test_many_threads_share_a_model_from_its_first_use_on():
    code = textwrap.dedent(TOGETHER)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

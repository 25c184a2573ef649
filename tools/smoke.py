"""A look at an installed package: the same bits at every CPU level that this machine has.

``python tools/smoke.py`` needs what the package needs and nothing else. Each level runs in a
process of its own, and so does the reference, which is written in NumPy.
"""

from __future__ import annotations

import os
import subprocess
import sys

DRAW = """
import hashlib, sys
import numpy as np
import scorerbm as sr

backend = sys.argv[1]
rng = np.random.default_rng(0)
w, b, c = rng.standard_normal((70, 50)), rng.standard_normal(70), rng.standard_normal(50)
model = sr.BernoulliRBM(0.2 * w, b, c)
digest = hashlib.sha256()
for sampler in (
    sr.BlockGibbs(20, backend=backend),
    sr.BlockGibbs(20, backend=backend, precision="int32"),
    sr.ParallelTempering(10, backend=backend),
    sr.ReverseSDE(20, backend=backend),
    sr.ReverseSDE(20, backend=backend, denoiser=sr.MeanFieldDenoiser()),
):
    drawn = sampler.sample(model, 65, seed=3)
    digest.update(drawn.visible.tobytes() + drawn.hidden.tobytes())
print(digest.hexdigest())
"""


def drawn(backend: str, level: str = "") -> str:
    """Return a digest of samples drawn by a backend at a CPU level."""
    environment = {**os.environ, "SCORERBM_CPU_LEVEL": level}
    command = [sys.executable, "-c", DRAW, backend]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def main() -> int:
    """Compare all levels with the reference; return the exit status."""
    import numpy as np

    import scorerbm as sr

    levels = sr.cpu_levels()
    assert os.path.exists(os.path.join(sr.get_include(), "scorerbm.h"))
    number = np.random.Generator(sr.Philox4x32(key=0)).integers(2**32, dtype=np.uint32)
    assert number == 0x6627E8D5  # the known answer of Random123
    expected, wrong = drawn("reference"), 0
    for level in levels.supported:
        same = drawn("native", level) == expected
        wrong += not same
        print(f"scorerbm {sr.__version__} at {level}: {'same bits' if same else 'OTHER BITS'}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())

"""How long until the first sample? Of each backend, with and without machine code kept on disk.

    pip install "scorerbm[numba]"
    python benchmarks/startup.py --repeats 5

CPU seconds to import the package, to load the backend, and of the first and the second call of each
sampler, in processes of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from statistics import median

PROGRAM = """
import json, sys, time
start = time.process_time()
import scorerbm as sr
from scorerbm.backends import get_backend
seconds = {"import": time.process_time() - start}
def timed(name, function):
    start = time.process_time()
    function()
    seconds[name] = time.process_time() - start
timed("backend", lambda: get_backend(sys.argv[1]))
model = sr.BernoulliRBM([[1.0, -1.0]] * 3, [0.0] * 3, [0.0] * 2)
for label, sampler in {
    "gibbs": sr.BlockGibbs(n_sweeps=5, backend=sys.argv[1]),
    "tempering": sr.ParallelTempering(n_sweeps=5, betas=[0.5, 1.0], backend=sys.argv[1]),
    "sde": sr.ReverseSDE(n_steps=20, backend=sys.argv[1]),
    "mean field": sr.ReverseSDE(
        n_steps=20, denoiser=sr.MeanFieldDenoiser(), backend=sys.argv[1]
    ),
}.items():
    for call in ("first", "second"):
        timed(f"{label}, {call}", lambda: sampler.sample(model, 20, seed=1))
print(json.dumps(seconds))
"""


def run(backend: str, folder: str) -> dict[str, float]:
    command = [sys.executable, "-c", PROGRAM, backend]
    environment = os.environ | {"NUMBA_CACHE_DIR": folder}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    seconds: dict[str, float] = json.loads(done.stdout)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as folder:
        rows = {"numba, compiling": [run("numba", folder)]}
        for backend in ("numba", "native", "reference"):
            label = "numba, kept" if backend == "numba" else backend
            rows[label] = [run(backend, folder) for _ in range(repeats)]
    for label, runs in rows.items():
        middle = {name: median(x[name] for x in runs) for name in runs[0]}
        print(label, *(f"{name}: {x:.3f}" for name, x in middle.items()), sep="  ")


if __name__ == "__main__":
    main()

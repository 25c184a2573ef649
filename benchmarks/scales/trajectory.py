"""A process whose peak of memory is measured: a trajectory, or only what goes in and comes out.

    python trajectory.py run  PARTICLES N M STEPS KEEP_EVERY     # 0: keep none
    python trajectory.py hold BYTES N M

Prints a JSON object with the peak in bytes, and the bytes of what came out.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import numpy as np

import scorerbm as sr

sys.path.insert(0, str(Path(__file__).parents[1]))

from paths.base import random_parameters


def peak() -> int:
    """Of this process's resident memory, in bytes.

    What getrusage says of a new process on Linux is at least its parent's peak: the kernel's own
    record of the address space starts afresh.
    """
    status = Path("/proc/self/status")
    if status.exists():
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return 1024 * int(fields["VmHWM"].split()[0])
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest if sys.platform == "darwin" else 1024 * largest


def main() -> None:
    mode, first, n, m, *rest = sys.argv[1], *map(int, sys.argv[2:])
    model = sr.BernoulliRBM(*random_parameters((n, m)))
    if mode == "hold":
        held = np.ones(first, dtype=np.uint8)
        print(json.dumps({"peak": peak(), "bytes": held.nbytes}))
        return
    n_steps, keep_every = rest
    sampler = sr.ReverseSDE(n_steps=n_steps, keep_every=keep_every or None)
    samples = sampler.sample(model, first)
    arrays = [samples.visible, samples.hidden]
    if samples.trajectory is not None:
        arrays += [samples.trajectory.times, samples.trajectory.states]
    print(json.dumps({"peak": peak(), "bytes": sum(x.nbytes for x in arrays)}))


if __name__ == "__main__":
    main()

"""How long do operations of matrix products take natively, and how long with Numba?

    pip install "scorerbm[numba]"
    OMP_NUM_THREADS=1 python benchmarks/dense_backends.py --rounds 9

CPU milliseconds on one thread of three steps of a reverse diffusion and of a gradient, 1024 rows.
Backends take turns, and a ratio is the median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import numpy as np

from scorerbm.backends import get_backend
from scorerbm.backends.protocol import (
    DenseModel,
    DenseObservation,
    ForceEstimator,
    RelaxedSweeps,
    Stages,
)
from scorerbm.gumbel import expectation_table

SIZES = [(784, 500), (64, 64)]
N_ROWS = 1024
ESTIMATORS: dict[str, RelaxedSweeps | ForceEstimator] = {
    "mean field, 3 sweeps": RelaxedSweeps(3),
    "relaxed, 4 noises": RelaxedSweeps(1, 4, 0.5),
    "literal, table": ForceEstimator(0.5, 0, False, expectation_table(0.5)),
    "literal, 8 noises": ForceEstimator(0.5, 8, False, None),
    "literal, 64 antithetic noises": ForceEstimator(0.5, 64, True, None),
}


def operations(size: tuple[int, int], n_rows: int) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Names and calls that take a backend."""
    rng = np.random.default_rng(0)

    def draw(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(np.float32)

    n, m = size
    model = DenseModel(draw(n, m) / np.float32(np.sqrt(n)), draw(n), draw(m), draw(n))
    v, chains = draw(n_rows, n), np.arange(n_rows, dtype=np.uint32)
    numbers = (np.full(3, x, np.float32) for x in (0.5, 0.25, 0.7, 0.2, 0.0, 0.3))
    stages = Stages(*numbers, np.zeros(3, np.uint8))
    observation = DenseObservation((v > 0.0).astype(np.float32), v, np.ones(n_rows, np.float32))
    for name, estimator in ESTIMATORS.items():

        def path(backend: Any, estimator: Any = estimator) -> None:
            backend.dense_path(
                model, estimator, v, chains, (1, 2), (3, 4), stages=stages, first_call=1,
                first_stage=0, n_threads=1,
            )  # fmt: skip

        def gradient(backend: Any, estimator: Any = estimator) -> None:
            relaxed = isinstance(estimator, RelaxedSweeps)
            take = backend.pathwise_gradient if relaxed else backend.literal_gradient
            take(model, estimator, observation, chains, (1, 2), call=1, n_threads=1)

        yield f"{name}: path", path
        if getattr(estimator, "table", None) is None:
            yield f"{name}: gradient", gradient


def seconds(call: Callable[[Any], Any], backend: Any) -> float:
    start = time.process_time()
    call(backend)
    return time.process_time() - start


def compare(
    call: Callable[[Any], Any], first: Any, second: Any, rounds: int
) -> tuple[float, float, float]:
    """Median seconds of both and the median of the second's over the first's."""
    for backend in (first, second):  # compiles
        call(backend)
    times = [(seconds(call, first), seconds(call, second)) for _ in range(rounds)]
    ratio = median(y / max(x, 1e-9) for x, y in times)
    return median(x for x, _ in times), median(y for _, y in times), ratio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    native, numba = get_backend("native"), get_backend("numba")
    for size in SIZES:
        for name, call in operations(size, N_ROWS):
            x, y, ratio = compare(call, native, numba, rounds)
            shown = f"native {1e3 * x:.1f} ms, Numba {1e3 * y:.1f} ms, {ratio:.2f} times"
            print(f"{size[0]} x {size[1]}, {name}: {shown}", flush=True)


if __name__ == "__main__":
    main()

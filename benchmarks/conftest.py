"""Options and fixtures shared by the benchmarks.

``python -m pytest benchmarks`` measures; ``--small`` runs each once on a small problem, to see that
it works. Nothing here asserts a time. pytest-benchmark's own options (``--benchmark-json``,
``--benchmark-compare``) apply.
"""

from __future__ import annotations

import pytest

# visible units, hidden units, chains or rows
FULL = [(64, 64, 1024), (784, 500, 256), (784, 500, 1024)]
SMALL = [(12, 7, 9)]
RATES = pytest.StashKey[list[tuple[str, str]]]()


def pytest_addoption(parser):
    parser.addoption("--small", action="store_true", help="run each benchmark once, in small")


def pytest_configure(config):
    config.stash[RATES] = []
    if config.getoption("small"):
        config.option.benchmark_disable = True


def pytest_generate_tests(metafunc):
    if "layers" in metafunc.fixturenames:
        sizes = SMALL if metafunc.config.getoption("small") else FULL
        metafunc.parametrize("layers", sizes, ids=["{}x{}x{}".format(*size) for size in sizes])


def pytest_terminal_summary(terminalreporter, config):
    if config.stash[RATES]:
        terminalreporter.section("rates, from the fastest round")
        width = max(len(name) for name, _ in config.stash[RATES])
        for name, rate in config.stash[RATES]:
            terminalreporter.write_line(f"{name:<{width}}  {rate}")


@pytest.fixture
def steps(request):
    """Sweeps, or steps of an integration, in one call."""
    return 2 if request.config.getoption("small") else 50


@pytest.fixture
def measure(request, benchmark):
    """Time a call that does so many units of work; returns its result."""

    def run(function, work, unit):
        result = benchmark(function)
        benchmark.extra_info[unit] = work
        if benchmark.stats is not None:
            rate = f"{work / benchmark.stats['min']:12.4g} {unit}/s"
            request.config.stash[RATES].append((request.node.name, rate))
        return result

    return run

"""Sessions beyond CI: several Python versions, lowest dependencies, slow tests, benchmarks."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import nox

PROJECT = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")

nox.needs_version = ">=2024.4.15"
nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = True
nox.options.sessions = ["lint", "types", "cpp", "tests"]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests."""
    session.install(".[test]")
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def slow(session: nox.Session) -> None:
    """Run the longer statistical tests."""
    session.install(".[test]")
    session.run("python", "-m", "pytest", "-m", "slow", *session.posargs)


@nox.session(python=PYTHONS[0])
def minimum(session: nox.Session) -> None:
    """Run the tests with the lowest versions that pyproject.toml allows."""
    session.install(".[test]", "--constraint", _lowest_versions(Path(session.create_tmp())))
    # Old dependencies use what newer ones of their own deprecate.
    session.run("python", "-m", "pytest", "-W", "ignore::DeprecationWarning", *session.posargs)


@nox.session
def doctest(session: nox.Session) -> None:
    """Run the examples in the README and in docstrings."""
    session.install(".[test]")
    session.run("python", "-m", "pytest", "tests/test_readme.py", *session.posargs)
    session.run("python", "-m", "pytest", "--doctest-modules", "--pyargs", "scorerbm")


@nox.session
def bench(session: nox.Session) -> None:
    """Run the benchmarks; ``nox -s bench -- --small`` runs each once on small problems."""
    session.install(".[test]")
    session.run("python", "-m", "pytest", "benchmarks", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and layers."""
    session.install(".[dev]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    sources = sorted(str(p) for p in Path("csrc").rglob("*") if p.suffix in {".cpp", ".h"})
    session.run("clang-format", "--dry-run", "--Werror", *sources)
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Check types."""
    session.install(".[dev]")
    session.run("mypy", "--strict")


@nox.session
def cpp(session: nox.Session) -> None:
    """Build and test the C++ core; ``nox -s cpp -- asan`` chooses another preset."""
    session.install("cmake", "ninja")
    preset = session.posargs[0] if session.posargs else "dev"
    session.run("cmake", "--preset", preset, env={"CMAKE_GENERATOR": "Ninja"})
    session.run("cmake", "--build", "--preset", preset)
    session.run("ctest", "--preset", preset)


def _lowest_versions(folder: Path) -> str:
    """Write the lower bounds of all dependencies as constraints; return the file."""
    extras = PROJECT["optional-dependencies"]
    requirements = [*PROJECT["dependencies"], *(r for extra in extras.values() for r in extra)]
    bound = re.compile(r"^([A-Za-z0-9._-]+)>=([0-9.]+)$")
    lowest = dict(match.groups() for r in requirements if (match := bound.match(r)))
    path = (folder / "lowest.txt").resolve()
    path.write_text("".join(f"{name}=={version}\n" for name, version in lowest.items()))
    return str(path)

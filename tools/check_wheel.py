"""What a wheel of this package may hold: ``python tools/check_wheel.py PATH [PATH ...]``.

A path is a wheel, or a folder of wheels. Fails, naming the wheel and the fault, if it is too large,
misses a file that others build with, or brings a library that is not ours. Of what it links to, the
tool that repairs wheels of its platform says the same: auditwheel, delocate or delvewheel.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

LARGEST = 3_000_000  # bytes
MODULES = {"scorerbm/_core", "scorerbm/_philox"}
NEEDED = {
    "scorerbm/py.typed",
    "scorerbm/__init__.pxd",
    "scorerbm/_philox.pyi",
    "scorerbm/include/scorerbm.h",
}
BINARY = re.compile(r"\.(so|pyd|dylib|dll)(\.|$)")
SOURCE = re.compile(r"\.(pyx|c|cpp|o|a|lib)$")


def faults(wheel: str) -> list[str]:
    """What is wrong with a wheel, a sentence each."""
    found = []
    size = os.path.getsize(wheel)
    if size >= LARGEST:
        found.append(f"has {size} bytes, expected fewer than {LARGEST}")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    binaries = {name for name in names if BINARY.search(name)}
    foreign = sorted(name for name in binaries if name.partition(".")[0] not in MODULES)
    if foreign:
        found.append(f"bundles {', '.join(foreign)}")
    missing = MODULES - {name.partition(".")[0] for name in binaries} | (NEEDED - names)
    if missing:
        found.append(f"misses {', '.join(sorted(missing))}")
    sources = sorted(name for name in names if SOURCE.search(name))
    if sources:
        found.append(f"has sources: {', '.join(sources)}")
    return found


def linux_faults(shown: str) -> list[str]:
    """Faults in what ``auditwheel show`` printed.

    A wheel that fits no common platform links to libraries that would have to be bundled.
    """
    said = " ".join(shown.split())
    if re.search(r'following platform tag: "(many|musl)linux_\w+"', said):
        return []
    return [f"fits no platform, auditwheel says: {said}"]


def macos_faults(shown: str) -> list[str]:
    """Faults in what ``delocate-listdeps --all`` printed: a library a line."""
    libraries = [line.strip() for line in shown.splitlines() if line.strip()]
    foreign = [name for name in libraries if not name.startswith(("/usr/lib/", "/System/"))]
    return [f"links to {', '.join(foreign)}"] if foreign else []


def windows_faults(shown: str) -> list[str]:
    """Faults in what ``delvewheel show`` printed: under its first heading what is to be bundled."""
    heading, _, rest = shown.partition("will be copied into the wheel.\n")
    names = [line.split()[0] for line in rest.partition("\n\n")[0].splitlines() if line.strip()]
    if not rest:
        return [f"is not understood, delvewheel says: {' '.join(heading.split())}"]
    return [] if names == ["None"] else [f"links to {', '.join(names)}"]


# The tool that lists what a wheel links to, and what to make of it, by the start of the last part
# of a wheel's name.
LINKS: dict[str, tuple[list[str], Callable[[str], list[str]]]] = {
    "linux": (["auditwheel", "show"], linux_faults),
    "manylinux": (["auditwheel", "show"], linux_faults),
    "musllinux": (["auditwheel", "show"], linux_faults),
    "macosx": (["delocate-listdeps", "--all"], macos_faults),
    "win": (["delvewheel", "show"], windows_faults),
}


def links(wheel: str) -> list[str]:
    """What is wrong with the libraries that a wheel links to."""
    platform = re.match(r"[a-z]+", wheel.rpartition("-")[2])
    if platform is None or platform[0] not in LINKS:
        return [f"is for none of {', '.join(LINKS)}"]
    command, found = LINKS[platform[0]]
    shown = subprocess.run([*command, wheel], capture_output=True, text=True, check=True)
    return found(shown.stdout)


def wheels_at(paths: list[str]) -> list[str]:
    """The wheels that paths name, in folders those that lie there."""
    return [
        str(wheel)
        for path in map(Path, paths)
        for wheel in (sorted(path.glob("*.whl")) if path.is_dir() else [path])
    ]


def main(paths: list[str]) -> int:
    """Check wheels; return the exit status."""
    wrong, wheels = 0, wheels_at(paths)
    for wheel in wheels:
        name = os.path.basename(wheel)
        problems = faults(wheel) + links(wheel)
        for problem in problems:
            print(f"{name}: {problem}", file=sys.stderr)
        wrong += bool(problems)
        print(f"{name}: {os.path.getsize(wheel)} bytes, {len(problems)} faults")
    return int(wrong > 0 or not wheels)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What a wheel of this package may hold: ``python tools/check_wheel.py WHEEL [WHEEL ...]``.

Fails, naming the wheel and the fault, if it is too large, misses a file that others build with, or
brings a library that is not ours. On Linux ``auditwheel show`` says the same of what it links to.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile

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


def links(wheel: str) -> list[str]:
    """What is wrong with the libraries that a wheel for Linux links to."""
    shown = subprocess.run(
        ["auditwheel", "show", wheel], capture_output=True, text=True, check=True
    )
    return platform_faults(shown.stdout)


def platform_faults(shown: str) -> list[str]:
    """Faults in what ``auditwheel show`` printed.

    A wheel that fits no common platform links to libraries that would have to be bundled.
    """
    said = " ".join(shown.split())
    if re.search(r'following platform tag: "(many|musl)linux_\w+"', said):
        return []
    return [f"fits no platform, auditwheel says: {said}"]


def main(wheels: list[str]) -> int:
    """Check wheels; return the exit status."""
    wrong = 0
    for wheel in wheels:
        name = os.path.basename(wheel)
        problems = faults(wheel)
        if "linux" in name.rpartition("-")[2]:
            problems += links(wheel)
        for problem in problems:
            print(f"{name}: {problem}", file=sys.stderr)
        wrong += bool(problems)
        print(f"{name}: {os.path.getsize(wheel)} bytes, {len(problems)} faults")
    return int(wrong > 0 or not wheels)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

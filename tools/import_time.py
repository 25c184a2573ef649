"""How long ``import scorerbm`` takes beside NumPy, which it imports; fails where it is long.

A ratio within one process, and the best of several: what else the machine does matters little. Run
it where the package is installed, so that its bytecode is at hand.
"""

from __future__ import annotations

import subprocess
import sys

MOST = 4.0


def ratio() -> float:
    """Time that the import adds to NumPy's, in units of that."""
    command = [sys.executable, "-X", "importtime", "-c", "import scorerbm"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line.partition(":")[2] for line in result.stderr.splitlines()]
    fields = [line.split("|") for line in lines if "cumulative" not in line]
    total = {name.strip(): int(cumulative) for _, cumulative, name in fields}
    return (total["scorerbm"] - total["numpy"]) / total["numpy"]


if __name__ == "__main__":
    best = min(ratio() for _ in range(5))
    print(f"import scorerbm: {best:.1f} times as long as NumPy within it")
    if best > MOST:
        sys.exit(f"expected at most {MOST}: something heavy is imported with it")

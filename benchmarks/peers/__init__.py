"""What other libraries do at the paths that we measure, each in the fastest form that we know of.

Block-Gibbs sweeps are here; scores, reverse diffusions, training steps and sweeps of real units
in folders of their own.

A peer is imported when it is asked for, so that none of these libraries is needed to run the
benchmarks: one that is missing is left out, with a line that says so. A new one takes a file with
a subclass of `Peer` and an entry in `PEERS`; ``test_peers.py`` then tests what it samples.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .base import Contestant, Peer, Problem

__all__ = [
    "PEERS",
    "Contestant",
    "Entry",
    "MissingPeerError",
    "Peer",
    "Problem",
    "installed",
    "load",
]


class Entry(NamedTuple):
    module: str
    class_name: str
    package: str
    """What to install with pip."""


PEERS = {
    "torch": Entry("torch_float32", "TorchFloat32", "torch"),
    "torch-bf16": Entry("torch_bfloat16", "TorchBfloat16", "torch"),
    "jax": Entry("jax_jit", "JaxJit", "jax"),
    "numpy": Entry("numpy_blas", "NumpyBlas", "numpy"),
    "sklearn": Entry("sklearn_gibbs", "SklearnGibbs", "scikit-learn"),
    "numba-16": Entry("numba_chains", "Numba16", "numba"),
    "numba-32": Entry("numba_chains", "Numba32", "numba"),
    "dwave": Entry("dwave_annealing", "DwaveAnnealing", "dwave-samplers"),
    "thrml": Entry("thrml_blocks", "ThrmlBlocks", "thrml"),
}


class MissingPeerError(Exception):
    """A peer whose package is not installed."""


def load(name: str, entries: Mapping[str, Entry] = PEERS) -> type[Any]:
    """Import the class of a peer, one of those of block Gibbs or of another path.

    Raises
    ------
    MissingPeerError
        With a line that names the package, if it is not installed.
    ValueError
        If there is no such peer.
    """
    if name not in entries:
        raise ValueError(f"peers: got {name!r}, expected some of {', '.join(entries)}")
    entry = entries[name]
    try:
        module = importlib.import_module(f"{__name__}.{entry.module}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith(__name__):  # our own file, not the library
            raise
        raise MissingPeerError(
            f"{name}: left out, no module {error.name!r} (pip install {entry.package})"
        ) from None
    return getattr(module, entry.class_name)


def installed(
    names: Iterable[str], entries: Mapping[str, Entry] = PEERS
) -> tuple[dict[str, type[Any]], list[str]]:
    """Classes of the peers at hand, and a line on each that is missing."""
    classes, lines = {}, []
    for name in names:
        try:
            classes[name] = load(name, entries)
        except MissingPeerError as missing:
            lines.append(str(missing))
    return classes, lines

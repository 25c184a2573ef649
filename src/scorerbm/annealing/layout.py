"""An embedding as arrays: which qubit and which coupler of the graph carries what."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .device import Device
from .embedding import Embedding

__all__ = ["Layout", "lay_out"]

Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Layout:
    """Q qubits in use, in the order in which they are programmed and read.

    Attributes
    ----------
    n_visible, n_hidden, n_copies : int
    labels : tuple
        Of the qubits, as the sampler calls them.
    unit : array, (Q,)
        Unit that a qubit stands for: copy · (N+M) + number in the copy.
    field_share : array, (Q,)
        1 over the number of qubits of the unit's chain.
    pairs : array, (E, 2)
        Qubits of a visible and a hidden unit that a coupler joins.
    coupling_share : array, (E,)
        1 over the number of couplers that join the two units.
    chain_pairs : array, (F, 2)
        Qubits of one unit that a coupler joins.
    couplers : array, (E+F,)
        Number of each coupler among those of the device, for its groups.
    """

    n_visible: int
    n_hidden: int
    n_copies: int
    labels: tuple[Any, ...]
    unit: Indices
    field_share: NDArray[np.float64]
    pairs: Indices
    coupling_share: NDArray[np.float64]
    chain_pairs: Indices
    couplers: Indices

    @property
    def n_units(self) -> int:
        """N + M, of one copy."""
        return self.n_visible + self.n_hidden

    @property
    def n_qubits(self) -> int:
        """In use, of all copies."""
        return len(self.labels)

    @property
    def longest_chain(self) -> int:
        """Number of qubits."""
        return int(np.bincount(self.unit).max())

    def name(self, unit: int) -> str:
        """What to call a unit in a message."""
        copy, k = divmod(int(unit), self.n_units)
        layer, number = ("visible", k) if k < self.n_visible else ("hidden", k - self.n_visible)
        return f"{layer} unit {number}" + (f" of copy {copy}" if self.n_copies > 1 else "")


def lay_out(device: Device, embedding: Embedding) -> Layout:
    """Find the couplers of an embedding, and check it.

    Raises
    ------
    ValueError
        If chains share qubits, use some that the graph has not, or hang together by no couplers,
        or if two units that are to be coupled have no coupler between their chains.
    """
    chains = [chain for copy in embedding.copies for chain in copy]
    labels = tuple(label for chain in chains for label in chain)
    lengths = np.array([len(chain) for chain in chains], np.intp)
    unit = np.repeat(np.arange(len(chains)), lengths)
    N, M, K = embedding.n_visible, embedding.n_hidden, embedding.n_units
    if (lengths == 0).any():
        raise ValueError(f"embedding: got no qubit for unit {int(np.argmin(lengths)) % K}")
    _check_disjoint(labels)
    if not device.structured:
        if len(labels) > K:
            raise ValueError(
                f"embedding: got {len(labels)} variables, expected one for each of {K} units: "
                f"{device.name} has no graph that would need chains or copies"
            )
        i, j = np.divmod(np.arange(N * M), M)
        pairs = np.stack([i, N + j], axis=1)
        couplers, chain_pairs = np.arange(N * M), np.zeros((0, 2), np.intp)
    else:
        pairs, chain_pairs, couplers = _joined(device, embedding, labels, unit)
    copy, k = np.divmod(unit[pairs], K)
    coupling = (copy[:, 0] * N + k[:, 0]) * M + k[:, 1] - N
    count = np.bincount(coupling, minlength=len(embedding.copies) * N * M)
    layout = Layout(
        N, M, len(embedding.copies), labels, unit, 1.0 / lengths[unit],
        pairs, 1.0 / count[coupling], chain_pairs, couplers,
    )  # fmt: skip
    if (count == 0).any():
        row, hidden = divmod(int(np.argmin(count)), M)
        of_copy = row // N * K
        raise ValueError(
            f"embedding: got no coupler between {layout.name(of_copy + row % N)} and "
            f"{layout.name(of_copy + N + hidden)}, expected one for every pair"
        )
    _check_connected(layout)
    return layout


def _check_disjoint(labels: tuple[Any, ...]) -> None:
    label, times = Counter(labels).most_common(1)[0]
    if times > 1:
        raise ValueError(f"embedding: got qubit {label!r} twice, expected disjoint chains")


def _joined(
    device: Device, embedding: Embedding, labels: tuple[Any, ...], unit: Indices
) -> tuple[Indices, Indices, Indices]:
    """Pairs of a visible and a hidden qubit of the same copy, pairs within a chain, couplers."""
    unknown = [label for label in labels if label not in device.index]
    if unknown:
        raise ValueError(
            f"embedding: got qubit {unknown[0]!r}, which {device.name} has not among its "
            f"{len(device.nodes)} qubits"
        )
    places = np.array([device.index[label] for label in labels], np.intp)
    qubit = np.full(len(device.nodes), -1, np.intp)
    qubit[places] = np.arange(len(places))
    ends = qubit[device.couplers]
    used = np.flatnonzero((ends >= 0).all(axis=1))
    ends = ends[used]
    units = unit[ends]
    copy, k = np.divmod(units, embedding.n_units)
    hidden = k >= embedding.n_visible
    inside = units[:, 0] == units[:, 1]
    between = (copy[:, 0] == copy[:, 1]) & (hidden[:, 0] != hidden[:, 1])
    # The visible end first.
    ends = np.where(hidden[:, :1] & between[:, None], ends[:, ::-1], ends)
    return ends[between], ends[inside], np.concatenate([used[between], used[inside]])


def _check_connected(layout: Layout) -> None:
    """Let the smallest number of a chain's qubits pass along its couplers."""
    seen = np.arange(layout.n_qubits)
    a, b = layout.chain_pairs.T
    while True:
        before = seen.copy()
        np.minimum.at(seen, a, before[b])
        np.minimum.at(seen, b, before[a])
        if np.array_equal(seen, before):
            break
    first = np.zeros(layout.n_copies * layout.n_units, np.intp)
    first[layout.unit[::-1]] = np.arange(layout.n_qubits)[::-1]
    apart = np.flatnonzero(seen != first[layout.unit])
    if len(apart):
        name = layout.name(int(layout.unit[apart[0]]))
        raise ValueError(
            f"embedding: got a chain of {name} that falls apart at qubit "
            f"{layout.labels[apart[0]]!r}, expected connected chains"
        )

"""One face for every dimod sampler: a graph of qubits with its ranges, or none of either."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._ocean import ocean

__all__ = ["BETA_OF_TOPOLOGY", "Device", "Range"]

Range = tuple[float, float]

BETA_OF_TOPOLOGY = {"zephyr": 8.5, "pegasus": 4.8}
"""Inverse temperatures in programmed units as published for these families, where to start from."""

_TIMES = ("annealing_time", "readout_thermalization", "programming_thermalization")
_MOST_READS = 1 << 20  # of one programming, where a sampler sets no limit


@dataclass(frozen=True, eq=False)
class Device:
    """What is to be known of a dimod sampler before a problem is sent to it.

    Attributes
    ----------
    sampler : dimod.Sampler
    """

    sampler: Any

    def __post_init__(self) -> None:
        for name in ("sample", "parameters", "properties"):
            if not hasattr(self.sampler, name):
                raise TypeError(
                    f"sampler: got {type(self.sampler).__name__} without {name!r}, expected a "
                    "dimod.Sampler"
                )
        if "num_reads" not in self.parameters:
            raise ValueError(
                f"sampler: got {self.name}, which has no parameter num_reads, expected one that "
                "draws as many samples as it is asked for"
            )

    # -- the graph --------------------------------------------------------------------------

    @cached_property
    def structured(self) -> bool:
        """Whether only some pairs of variables may be coupled."""
        return getattr(self.sampler, "nodelist", None) is not None

    @cached_property
    def nodes(self) -> tuple[Any, ...]:
        """Labels of the qubits; none for a sampler that is not structured."""
        return tuple(self.sampler.nodelist) if self.structured else ()

    @cached_property
    def index(self) -> dict[Any, int]:
        """Place of each label in `nodes`."""
        return {node: i for i, node in enumerate(self.nodes)}

    @cached_property
    def couplers(self) -> NDArray[np.intp]:
        """Pairs of places in `nodes`, (C, 2), smaller first, in increasing order."""
        index = self.index
        pairs = np.array([(index[a], index[b]) for a, b in self.sampler.edgelist], np.intp)
        pairs = np.sort(pairs.reshape(-1, 2), axis=1)
        return pairs[np.lexsort(pairs.T[::-1])]

    @cached_property
    def graph(self) -> Any:
        """The networkx graph, with what the sampler says of its family."""
        if hasattr(self.sampler, "to_networkx_graph"):
            return self.sampler.to_networkx_graph()
        graph = ocean("networkx").Graph()
        graph.add_nodes_from(self.nodes)
        graph.add_edges_from(self.sampler.edgelist)
        return graph

    @cached_property
    def fingerprint(self) -> str:
        """A hash of nodes and couplers: two devices that share it share their embeddings."""
        digest = hashlib.sha256(repr(self.nodes).encode())
        digest.update(self.couplers.astype("<i8").tobytes())
        return digest.hexdigest()[:16]

    # -- identity ---------------------------------------------------------------------------

    @cached_property
    def properties(self) -> dict[str, Any]:
        """Of the sampler, or of the one inside a composite, which says what solver that is."""
        found = dict(self.sampler.properties)
        while isinstance(found.get("child_properties"), Mapping):
            found = dict(found["child_properties"])
        return found

    @property
    def parameters(self) -> dict[str, Any]:
        """Keyword arguments that the sampler's ``sample`` takes."""
        return dict(self.sampler.parameters)

    @property
    def name(self) -> str:
        """The solver's name, or the class of a sampler that has none."""
        return str(self.properties.get("chip_id") or type(self.sampler).__name__)

    @property
    def graph_id(self) -> str:
        """What the solver calls its present graph, or the fingerprint; empty without a graph."""
        if not self.structured:
            return ""
        version = getattr(getattr(self._solver, "identity", None), "version", None)
        known = getattr(version, "graph_id", None) or self.properties.get("graph_id")
        return str(known or self.fingerprint)

    @property
    def topology(self) -> str:
        """Family of the graph, such as "zephyr"; empty if the sampler does not say."""
        return str((self.properties.get("topology") or {}).get("type", ""))

    @property
    def starting_beta(self) -> float:
        """Inverse temperature in programmed units to assume before any is measured.

        That of the family for quantum annealers. What knows no family is taken for software that
        draws from exp(-E) as programmed, as a Gibbs sampler at beta = 1 does.
        """
        return BETA_OF_TOPOLOGY.get(self.topology, 1.0)

    # -- ranges -----------------------------------------------------------------------------

    @property
    def h_range(self) -> Range | None:
        """Of the field of a qubit."""
        return self._range("h_range")

    @property
    def j_range(self) -> Range | None:
        """Of a coupling; the extended one where chains may be stronger than other couplings."""
        return self._range("extended_j_range") or self._range("j_range")

    @cached_property
    def total_range(self) -> Range | None:
        """Of the sum of couplings of a group, or at a qubit."""
        return self._range("per_group_coupling_range") or self._range("per_qubit_coupling_range")

    @cached_property
    def grouped(self) -> bool:
        """Whether that range is of groups of couplers and not of those at a qubit."""
        return "per_group_coupling_range" in self.sampler.properties

    @cached_property
    def coupling_groups(self) -> NDArray[np.intp]:
        """The two groups that each of the `couplers` is in, (C, 2): one at each of its ends."""
        index, groups = self.index, ocean("dwave.system.coupling_groups")
        found = [
            (index[a], index[b], group)
            for group, members in enumerate(groups.coupling_groups(self.graph))
            for a, b in members
        ]
        a, b, group = np.array(found, np.intp).reshape(-1, 3).T
        order = np.lexsort((group, np.maximum(a, b), np.minimum(a, b)))
        return np.asarray(group[order].reshape(-1, 2))

    def most_reads(self, options: Mapping[str, Any]) -> int:
        """Of one programming: slow anneals leave room for fewer within a job's longest duration."""
        most = int(self.properties.get("num_reads_range", (1, _MOST_READS))[1])
        in_time = getattr(self._solver, "max_num_reads", None)
        times = {name: options[name] for name in _TIMES if name in options}
        if in_time is not None and times:
            # A solver without a longest duration, or a time that it is left to refuse.
            with suppress(KeyError, TypeError):
                most = min(most, int(in_time(**times)))
        return max(1, most)

    def _range(self, name: str) -> Range | None:
        """As the sampler itself has it: what a composite programs into its child, it may change."""
        value = self.sampler.properties.get(name)
        if value is None:
            return None
        low, high = value
        return float(low), float(high)

    # -- device time ------------------------------------------------------------------------

    @property
    def _solver(self) -> Any:
        return getattr(self.sampler, "solver", None)

    def access_time(self, n_qubits: int, n_reads: int, options: Mapping[str, Any]) -> float | None:
        """Seconds that a programming is to take, as the solver's own properties say.

        None where the sampler has no such notion.
        """
        estimate = getattr(self._solver, "estimate_qpu_access_time", None)
        if estimate is None:
            return None
        timing = (*_TIMES, "anneal_schedule", "reduce_intersample_correlation")
        known = {name: options[name] for name in timing if name in options}
        try:
            return float(estimate(n_qubits, num_reads=n_reads, **known)) * 1e-6
        except (ValueError, KeyError, TypeError):  # a solver without timing data
            return None

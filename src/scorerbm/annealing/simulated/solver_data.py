"""What a Solver API says of a solver, for a device that is simulated."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np

from ..._ocean import ocean
from ..streams import generator
from .signed_graph import Integers

__all__ = ["TOPOLOGIES", "solver_data"]

TOPOLOGIES = ("pegasus", "zephyr")

_COUPLING_RANGES = {
    "pegasus": {"per_qubit_coupling_range": [-18.0, 15.0]},
    "zephyr": {"per_group_coupling_range": [-13.0, 10.0]},
}

_PARAMETERS = {
    "annealing_time": "Duration of one anneal in microseconds; enters the timing only.",
    "answer_mode": "'histogram' (distinct reads by energy) or 'raw' (in the order read).",
    "auto_scale": "Whether h and J are scaled to fill their ranges.",
    "label": "Label of the problem.",
    "num_reads": "Number of reads.",
    "programming_thermalization": "Microseconds after programming; enters the timing only.",
    "readout_thermalization": "Microseconds after each read; enters the timing only.",
    "reduce_intersample_correlation": "Pauses between reads; enters the timing only.",
}


def solver_data(
    topology: str, size: int, n_missing_qubits: int, n_missing_couplers: int, seed: int
) -> dict[str, Any]:
    """Describe a device with random defects, as a Solver API describes its solvers.

    Ranges are those of Advantage2 for Zephyr and of Advantage for Pegasus; the timing data are
    those that Ocean has of an Advantage for its own tests. Parameters that a device has and that
    are not simulated are not there: the client refuses them.

    Raises
    ------
    ValueError
        If more is to be missing than there is.
    """
    mocks = ocean("dwave.cloud.testing.mocks")
    whole = getattr(mocks, f"qpu_{topology}_solver_data")(size)["properties"]
    qubits, couplers = np.array(whole["qubits"]), np.array(whole["couplers"])
    rng = generator(seed, "defects")
    missing = _choose(rng, "qubits", n_missing_qubits, len(qubits))
    couplers = couplers[~np.isin(couplers, qubits[missing]).any(axis=1)]
    qubits = np.delete(qubits, missing)
    missing = _choose(rng, "couplers", n_missing_couplers, len(couplers))
    couplers = np.delete(couplers, missing, axis=0)
    graph_id = _digest(qubits, couplers)
    name = f"simulated-{topology}{size}-{graph_id}"
    parts = qubits.tolist(), couplers.tolist()
    properties = _properties(topology, size, name, whole["num_qubits"], *parts)
    data: dict[str, Any] = mocks.solver_configuration_data(
        identity={"name": name, "version": {"graph_id": graph_id}},
        description="Simulated: no quantum annealer is behind this solver",
        properties=properties,
        avg_load=0.0,
    )
    return data


def _choose(rng: np.random.Generator, what: str, n: int, there: int) -> Integers:
    if n > there:
        raise ValueError(f"n_missing_{what}: got {n}, expected at most the {there} that are there")
    return rng.choice(there, n, replace=False)


def _properties(
    topology: str,
    size: int,
    name: str,
    num_qubits: int,
    qubits: list[int],
    couplers: list[list[int]],
) -> dict[str, Any]:
    shape = [size, 4] if topology == "zephyr" else [size]
    timing = ocean("dwave.cloud.testing.mocks").qpu_problem_timing_data()
    return {
        "chip_id": name,
        "category": "qpu",  # which is what a client for annealers looks for
        "tags": ["simulated"],
        "topology": {"type": topology, "shape": shape},
        "num_qubits": num_qubits,
        "qubits": qubits,
        "couplers": couplers,
        "supported_problem_types": ["ising", "qubo"],
        "parameters": dict(_PARAMETERS),
        "h_range": [-4.0, 4.0],
        "j_range": [-1.0, 1.0],
        "extended_j_range": [-2.0, 1.0],
        **_COUPLING_RANGES[topology],
        "num_reads_range": [1, 10000],
        "annealing_time_range": [0.5, 2000.0],
        "programming_thermalization_range": [0.0, 10000.0],
        "readout_thermalization_range": [0.0, 10000.0],
        "problem_run_duration_range": [0.0, 1000000.0],
        "default_annealing_time": timing["default_annealing_time"],
        "default_programming_thermalization": timing["default_programming_thermalization"],
        "default_readout_thermalization": timing["default_readout_thermalization"],
        "problem_timing_data": timing,
        "quota_conversion_rate": 1,
    }


def _digest(qubits: Integers, couplers: Integers) -> str:
    """A name for a graph: the same for the same graph, so that embeddings of it may be kept."""
    arrays = (np.ascontiguousarray(a, "<i8").tobytes() for a in (qubits, couplers))
    return blake2b(b"".join(arrays), digest_size=5).hexdigest()

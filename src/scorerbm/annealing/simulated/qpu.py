"""A simulated device with the interface of a D-Wave sampler."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from threading import Lock
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ... import _check
from ..._ocean import ocean
from ...backends.protocol import Reals
from ..streams import subseed
from .ideal import IdealAnnealer
from .job import JobParameters, refuse, timing
from .limits import CouplingLimits, scale_factor
from .problem import IsingProblem, Physics, Spins
from .signed_graph import Integers
from .solver_data import TOPOLOGIES, solver_data

__all__ = ["Answer", "SimulatedQPU"]

dimod = ocean("dimod")

_DEVICES = {  # topology, size, working qubits and couplers
    "Advantage2_system1": ("zephyr", 12, 4577, 41515),
    "Advantage_system4": ("pegasus", 16, 5627, 40279),
}


@dataclass(frozen=True, eq=False)
class Answer:
    """What a device answers to one problem.

    Attributes
    ----------
    spins : int8 array, (R, Q)
    energies : array, (R,)
        Of the problem as submitted, before it was scaled.
    occurrences : array of int, (R,)
    timing : dict
        Microseconds.
    problem_id : str
    """

    spins: Spins
    energies: Reals
    occurrences: Integers
    timing: dict[str, float]
    problem_id: str


class SimulatedQPU(dimod.Sampler, dimod.Structured):  # type: ignore[name-defined, misc]
    """A structured sampler like Ocean's ``DWaveSampler``, with a simulated annealer inside.

    Graph, ranges, limits of coupling groups, scaling, forms of the answer and access times are
    those of a device; the reads are those of ``annealer``. Names of chip and solver begin with
    "simulated".

    Parameters
    ----------
    annealer : Physics, optional
        By default an `IdealAnnealer`.
    topology : {"zephyr", "pegasus"}
    size : int
        Grid parameter m of the topology: 12 for Advantage2, 16 for Advantage.
    n_missing_qubits, n_missing_couplers : int
        Random defects; couplers are lost between the qubits that are there.
    seed : int
        Of the defects and of the reads. A problem submitted again gets other reads; the same
        submissions to a new object get the same reads, whatever their order.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.
    ImportError
        If Ocean is not installed.
    """

    def __init__(
        self,
        annealer: Physics | None = None,
        *,
        topology: str = "zephyr",
        size: int = 12,
        n_missing_qubits: int = 0,
        n_missing_couplers: int = 0,
        seed: int = 0,
    ) -> None:
        _check.choice("topology", topology, TOPOLOGIES)
        data = solver_data(
            topology,
            _check.integer("size", size, 1 if topology == "zephyr" else 2),
            _check.integer("n_missing_qubits", n_missing_qubits),
            _check.integer("n_missing_couplers", n_missing_couplers),
            _check.integer("seed", seed),
        )
        self.annealer: Physics = IdealAnnealer() if annealer is None else annealer
        self.seed = seed
        self.solver: Any = ocean("dwave.cloud.solver").StructuredSolver(None, data)
        self.solver_data: dict[str, Any] = data
        self._submitted: Counter[bytes] = Counter()
        self._lock = Lock()

    @classmethod
    def like(cls, device: str, annealer: Physics | None = None, *, seed: int = 0) -> Self:
        """Simulate a graph with as many qubits and couplers as those of a device.

        Which of them are missing is random, not what the device lacks.

        Parameters
        ----------
        device : {"Advantage2_system1", "Advantage_system4"}
        annealer : Physics, optional
        seed : int
        """
        _check.choice("device", device, _DEVICES)
        topology, size, n_qubits, n_couplers = _DEVICES[device]
        options: dict[str, Any] = {"topology": topology, "size": size, "seed": seed}
        whole = cls(annealer, **options)
        options["n_missing_qubits"] = len(whole.nodelist) - n_qubits
        fewer = cls(annealer, **options)
        return cls(annealer, **options, n_missing_couplers=len(fewer.edgelist) - n_couplers)

    # -- what dimod asks of a structured sampler ---------------------------------------------

    @property
    def properties(self) -> dict[str, Any]:
        """Properties of the solver, as a ``DWaveSampler`` has them."""
        properties: dict[str, Any] = self.solver.properties
        return properties

    @cached_property
    def parameters(self) -> dict[str, list[str]]:
        """Parameters of `sample`."""
        return {name: ["parameters"] for name in self.properties["parameters"]} | {"warnings": []}

    @cached_property
    def nodelist(self) -> list[int]:
        """Working qubits."""
        return sorted(self.solver.nodes)

    @cached_property
    def edgelist(self) -> list[tuple[int, int]]:
        """Working couplers."""
        return sorted(self.solver.undirected_edges)

    def to_networkx_graph(self) -> Any:
        """Graph of the working qubits and couplers, as a ``DWaveSampler`` gives it."""
        topology = self.properties["topology"]
        graph = ocean("dwave.system.samplers.dwave_sampler").qpu_graph
        return graph(topology["type"], topology["shape"], self.nodelist, self.edgelist)

    @dimod.bqm_structured  # type: ignore[untyped-decorator]
    def sample(self, bqm: Any, warnings: Any = None, **parameters: Any) -> Any:
        """Submit a problem.

        Parameters
        ----------
        bqm : dimod.BinaryQuadraticModel
            On the qubits and couplers of the device.
        warnings
            Taken for the sake of ``DWaveSampler``, and ignored.
        **parameters
            See `parameters`.

        Returns
        -------
        dimod.SampleSet
            What the device refuses is raised when it is resolved, as by a ``DWaveSampler``.

        Raises
        ------
        KeyError
            If a parameter is not one of the device's.
        ValueError
            If a bias is not finite.
        dimod.exceptions.BinaryQuadraticModelStructureError
            If a variable or an interaction is not there on the device.
        """
        for name in parameters:
            if name not in self.parameters:
                raise KeyError(f"{name} is not a parameter of this solver.")
        qubits, problem, offset = _programmed(bqm)
        label = parameters.pop("label", None)
        answer: Future[Answer] = Future()
        try:
            answer.set_result(self.anneal(qubits, problem, parameters))
        except ocean("dwave.cloud.exceptions").SolverFailureError as refusal:
            answer.set_exception(refusal)

        def sample_set(future: Future[Answer]) -> Any:
            return _sample_set(future.result(), qubits, offset, label, bqm.vartype)

        return dimod.SampleSet.from_future(answer, sample_set)

    # -- the device ---------------------------------------------------------------------------

    def anneal(
        self, qubits: Integers, problem: IsingProblem, parameters: Mapping[str, Any]
    ) -> Answer:
        """Check a problem, scale it if asked to, and read out its anneals.

        Parameters
        ----------
        qubits : array of int, (Q,)
            Labels of the problem's spins.
        problem : IsingProblem
            As submitted.
        parameters : mapping
            Of the submission, without a label.

        Raises
        ------
        dwave.cloud.exceptions.SolverFailureError
            If a parameter is out of its range, or the problem is and ``auto_scale`` is off, or
            there are no qubits in it.
        """
        if len(qubits) == 0:
            raise refuse("the problem has no qubits")
        job = JobParameters.checked(parameters, self.solver)
        problem = problem.without_zeros()
        totals = self._limits.totals(qubits[problem.pairs], problem.J)
        factor = scale_factor(problem, totals, self.properties)
        if factor > 1.0 + 1e-9 and not job.auto_scale:
            raise refuse(f"h or J out of range by a factor of {factor:.6g}, without auto_scale")
        programmed = problem.scaled(1.0 / factor) if job.auto_scale and factor else problem
        problem_id, seed = self._ticket(qubits, problem, job)
        spins = self.annealer(*programmed, job.num_reads, seed)
        energies = problem.energy(spins)
        occurrences = np.ones(len(spins), dtype=np.int64)
        if job.answer_mode == "histogram":
            spins, energies, occurrences = _histogram(spins, energies)
        took = timing(job, len(qubits), self.solver)
        return Answer(spins, energies, occurrences, took, problem_id)

    @cached_property
    def _limits(self) -> CouplingLimits:
        return CouplingLimits(self.properties, self.to_networkx_graph())

    def _ticket(
        self, qubits: Integers, problem: IsingProblem, job: JobParameters
    ) -> tuple[str, int]:
        """Id and seed of a submission, by what is submitted and how often it has been."""
        content = blake2b(repr(job).encode(), digest_size=8)
        for array in (qubits, *problem):
            content.update(np.ascontiguousarray(array).tobytes())
        digest = content.digest()
        with self._lock:
            time, self._submitted[digest] = self._submitted[digest], self._submitted[digest] + 1
        seed = subseed(self.seed, "reads", int.from_bytes(digest), time)
        return f"simulated-{digest.hex()}-{time}", seed


def _programmed(bqm: Any) -> tuple[Integers, IsingProblem, float]:
    """Qubits in ascending order, the problem in spins, and its offset."""
    spin = bqm.change_vartype("SPIN", inplace=False)
    qubits = np.array(sorted(spin.variables), dtype=np.int64)
    h, (i, j, J), offset = spin.to_numpy_vectors(variable_order=qubits.tolist())
    h, J = _check.real_array("bqm.linear", h), _check.real_array("bqm.quadratic", J)
    pairs = np.sort(np.stack([i, j], axis=1).astype(np.int64), axis=1)
    order = np.lexsort(pairs.T[::-1])
    return qubits, IsingProblem(h, pairs[order], J[order]), float(offset)


def _histogram(spins: Spins, energies: Reals) -> tuple[Spins, Reals, Integers]:
    """Distinct reads, those of lowest energy first."""
    _, first, occurrences = np.unique(spins, axis=0, return_index=True, return_counts=True)
    order = np.argsort(energies[first], kind="stable")
    chosen: NDArray[np.int64] = first[order]
    return spins[chosen], energies[chosen], occurrences[order]


def _sample_set(
    answer: Answer, qubits: Integers, offset: float, label: str | None, vartype: Any
) -> Any:
    info: dict[str, Any] = {"timing": answer.timing, "problem_id": answer.problem_id}
    if label is not None:
        info["problem_label"] = label
    found = dimod.SampleSet.from_samples(
        (answer.spins, qubits.tolist()),
        vartype="SPIN",
        energy=answer.energies + offset,
        num_occurrences=answer.occurrences,
        info=info,
    )
    return found.change_vartype(vartype, inplace=False)

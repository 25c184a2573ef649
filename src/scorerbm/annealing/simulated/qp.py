"""The format "qp", in which problems and answers travel: arrays in base 64."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...backends.protocol import Reals
from .problem import IsingProblem
from .qpu import Answer
from .signed_graph import Integers

__all__ = ["ReceivedProblem", "encoded_answer"]


class ReceivedProblem:
    """A problem as a client sends it.

    Fields come for all qubits of the solver, NaN for those that are not used; couplings for all
    couplers between qubits that are.

    Parameters
    ----------
    job : mapping
        Message of the client.
    properties : mapping
        Of the solver.

    Raises
    ------
    ValueError
        If the numbers of fields and couplings do not fit the solver or each other.
    """

    def __init__(self, job: Mapping[str, Any], properties: Mapping[str, Any]) -> None:
        every_qubit = np.array(properties["qubits"], dtype=np.int64)
        couplers = np.array(properties["couplers"], dtype=np.int64).reshape(-1, 2)
        linear, quadratic = (_decoded(job["data"][part]) for part in ("lin", "quad"))
        _check_length("lin", linear, len(every_qubit))
        used = ~np.isnan(linear)
        self.qubits: Integers = every_qubit[used]
        couplers = couplers[np.isin(couplers, self.qubits).all(axis=1)]
        _check_length("quad", quadratic, len(couplers))
        pairs = np.searchsorted(self.qubits, couplers)
        self.offset, self.problem = 0.0, IsingProblem(linear[used], pairs, quadratic)
        if job["type"] == "qubo":
            self.offset, self.problem = _spins_of_bits(self.problem)


def encoded_answer(answer: Answer, received: ReceivedProblem, num_qubits: int) -> dict[str, Any]:
    """Answer to a problem, with energies of the problem as it came."""
    return {
        "format": "qp",
        "num_variables": num_qubits,
        "active_variables": _encoded(received.qubits, "<i4"),
        "solutions": _encoded(np.packbits(answer.spins > 0, axis=1), "u1"),
        "energies": _encoded(answer.energies + received.offset, "<f8"),
        "num_occurrences": _encoded(answer.occurrences, "<i4"),
        "timing": answer.timing,
    }


def _spins_of_bits(qubo: IsingProblem) -> tuple[float, IsingProblem]:
    """Constant and Ising problem of x = (1 + s)/2."""
    h, J = qubo.h / 2.0, qubo.J / 4.0
    for end in qubo.pairs.T:
        h = h + np.bincount(end, weights=J, minlength=len(h))
    return float(qubo.h.sum() / 2.0 + J.sum()), IsingProblem(h, qubo.pairs, J)


def _check_length(part: str, values: Reals, expected: int) -> None:
    if len(values) != expected:
        raise ValueError(f"{part}: got {len(values)} numbers, expected {expected}")


def _decoded(text: str) -> Reals:
    return np.frombuffer(b64decode(text), "<f8").astype(np.float64)


def _encoded(values: ArrayLike, dtype: str) -> str:
    return b64encode(np.ascontiguousarray(values, dtype).tobytes()).decode()

"""What our samplers share as `dimod.Sampler` classes."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns
from typing import Any, ClassVar

import dimod
import numpy as np
from dimod.core.initialized import Initialized
from dimod.core.sampler import Sampler

from .. import _check
from ..backends import BACKENDS, get_backend
from ..backends.protocol import Bits
from ..ising.bqm import QuadraticModel, is_bqm, read_bqm
from ..rbm.grid import PRECISIONS
from .form import Chains, Form, Reads, Values, Work
from .forms import form_of

__all__ = ["Interrupt", "NativeSampler"]

Interrupt = Callable[[], object]

_MOST_READS = 1 << 32
_BETWEEN_INTERRUPTS = 256
"""Reads that are drawn together before ``interrupt_function`` is asked."""


class NativeSampler(Sampler, Initialized):
    """Samplers of binary quadratic models on the kernels of this package.

    Parameters
    ----------
    n_threads : int, optional
        Threads to use; all cores by default. Does not change the samples.
    backend : {"auto", "native", "reference"}
        Where the work is done. Does not change the samples.
    precision : {"auto", "int16", "int32"}
        Grid to which biases are rounded; see `scorerbm.BlockGibbs`. On graphs that are swept
        variable by variable it is the finest of 32 bits in any case.

    Raises
    ------
    TypeError, ValueError
        If an option is not as described.
    """

    _arguments: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, *, n_threads: int | None = None, backend: str = "auto", precision: str = "auto"
    ) -> None:
        if n_threads is not None:
            _check.integer("n_threads", n_threads, 1)
        _check.choice("backend", backend, ("auto", *BACKENDS))
        _check.choice("precision", precision, PRECISIONS)
        self._n_threads, self._backend, self._precision = n_threads, backend, precision

    @property
    def parameters(self) -> dict[str, list[str]]:
        """Arguments of `sample` by name. They depend on no property."""
        return {name: [] for name in self._arguments}

    @property
    def properties(self) -> dict[str, Any]:
        """The options of the constructor."""
        return {
            "n_threads": self._n_threads,
            "backend": self._backend,
            "precision": self._precision,
        }

    def _sample(
        self,
        bqm: Any,
        set_up: Callable[[Form, Reads, Work], Chains],
        info: dict[str, Any],
        interrupt: Interrupt | None,
        **reads: Any,
    ) -> Any:
        """Read a problem, draw what is asked for, and return a `dimod.SampleSet`."""
        begin = perf_counter_ns()
        if not is_bqm(bqm):
            got = type(bqm).__name__
            raise TypeError(f"bqm: got {got}, expected a dimod.BinaryQuadraticModel")
        _check_function("interrupt_function", interrupt)
        problem = read_bqm(bqm)
        asked = self._reads(bqm, problem, **reads)
        work = Work(get_backend(self._backend), self._n_threads or 0, self._precision)
        info = info | {"seed": asked.seed, "backend": work.backend.name}
        if problem.labels:
            form = form_of(problem)
            chains = set_up(form, asked, work)
            prepared = perf_counter_ns()
            values = _drawn(chains, asked, interrupt)
            sampled = perf_counter_ns()
            energies, info = form.energies(values), info | chains.info
        else:
            prepared = sampled = perf_counter_ns()
            values = np.zeros((asked.n, 0), np.int8)
            energies = np.full(asked.n, problem.offset)
        sample_set: Any = dimod.SampleSet  # whose types are not told
        result = sample_set.from_samples(
            (values, problem.labels), vartype=bqm.vartype, energy=energies, info=info
        )
        result.info["timing"] = {
            "preprocessing_ns": prepared - begin,
            "sampling_ns": sampled - prepared,
            "postprocessing_ns": perf_counter_ns() - sampled,
        }
        return result

    def _reads(
        self,
        bqm: Any,
        problem: QuadraticModel,
        num_reads: int | None,
        seed: int | None,
        initial_states: Any,
        initial_states_generator: Any,
    ) -> Reads:
        """Return the reads asked for, with states to start from if there are any."""
        if seed is None:
            seed = int(np.random.default_rng().integers(_MOST_READS))
        seed = _check.integer("seed", seed)
        if num_reads is not None:
            num_reads = _check.integer("num_reads", num_reads, 1, _MOST_READS)
        if initial_states is None and initial_states_generator == "random":
            return Reads(0, num_reads or 1, seed, None)
        # Without biases, since dimod also computes the energies of all states.
        n = len(problem.labels)
        shape = dimod.BinaryQuadraticModel.from_numpy_vectors(
            np.zeros(n), ([], [], []), 0.0, bqm.vartype, variable_order=problem.labels
        )
        parsed = self.parse_initial_states(
            shape,
            initial_states=initial_states,
            initial_states_generator=initial_states_generator,
            num_reads=num_reads,
            seed=seed % _MOST_READS,
        )
        return Reads(0, parsed.num_reads, seed, _bits(parsed.initial_states, problem))


def _check_function(name: str, value: object) -> None:
    if value is not None and not callable(value):
        raise TypeError(f"{name}: got {type(value).__name__}, expected a function")


def _bits(states: Any, problem: QuadraticModel) -> Bits:
    """States of a sample set as bits, in the order of the problem's variables."""
    order = [states.variables.index(label) for label in problem.labels]
    # Rows one after the other, which columns chosen by number are not.
    bits: Bits = np.ascontiguousarray(states.record.sample[:, order] > 0, dtype=np.uint8)
    return bits


def _drawn(chains: Chains, reads: Reads, interrupt: Interrupt | None) -> Values:
    """Draw all reads, or so many until a function between them returns true."""
    if interrupt is None:
        return chains.draw(reads)
    parts = []
    for first in range(0, reads.n, _BETWEEN_INTERRUPTS):
        parts.append(chains.draw(reads.part(first, _BETWEEN_INTERRUPTS)))
        if interrupt():
            break
    return np.concatenate(parts)

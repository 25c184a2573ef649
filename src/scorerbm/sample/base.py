"""The one method that every sampler has, and what it returns."""

from __future__ import annotations

import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from numpy.typing import NDArray

from .. import _check
from .._kinds import to_kind
from .._progress import Progress
from .._seed import derive_key
from ..backends import BACKENDS, at_work, get_backend
from ..backends.protocol import Backend, Key, Reals, Words
from ..rbm import RBM, Standardisation
from ..rbm.chains import chain_ids
from ..rbm.grid import PRECISIONS
from .anneal_report import AnnealReport
from .draws import Draws

__all__ = ["Job", "SampleSet", "Sampler", "Trajectory"]

_WHERE = frozenset({"n_threads", "backend", "progress"})
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")  # of functions


@dataclass(frozen=True, eq=False)
class Trajectory:
    """States kept along an integration.

    Attributes
    ----------
    times : array, (K,)
        In the order of integration: downwards from 1 in the reverse diffusion.
    states : array, (K, B, N)
        v_t at these times, in single precision.
    """

    times: Reals
    states: Reals


@dataclass(frozen=True, eq=False, repr=False)
class SampleSet:
    """Samples of a model.

    Attributes
    ----------
    visible : array, (B, N)
        uint8 in {0, 1} for binary units; real states as the model has them, standardised if it
        keeps a ``standardisation``.
    hidden : array of uint8, (B, M)
    info : dict
        What was done: sampler, seed, backend, sweeps and score evaluations a sample, seconds …
    trajectory : Trajectory or None
        If asked for.
    draws : Draws or None
        Earlier states of the chains, if asked for.
    report : AnnealReport or None
        Of the annealer that drew them, if one did.
    standardisation : Standardisation or None
        That of the model.
    """

    visible: NDArray[Any]
    hidden: NDArray[Any]
    info: dict[str, Any]
    trajectory: Trajectory | None = None
    draws: Draws | None = None
    report: AnnealReport | None = None
    standardisation: Standardisation | None = None

    @property
    def data(self) -> NDArray[Any]:
        """The visible states in the units of the data, (B, N); where these are the same, they."""
        kept = self.standardisation
        if kept is None:
            return self.visible
        data: NDArray[Any] = to_kind(kept.undo(self.visible), like=self.visible)
        return data

    def to(self, like: Any) -> SampleSet:
        """Return the states as arrays of another library; the rest stays as it is.

        Parameters
        ----------
        like : {"numpy", "torch", "jax", "cupy"} or an array of one of these
            See `scorerbm.to_kind`.
        """
        return replace(
            self,
            visible=to_kind(_check.as_array("visible", self.visible), like),
            hidden=to_kind(_check.as_array("hidden", self.hidden), like),
        )

    def __len__(self) -> int:
        return len(self.visible)

    def __repr__(self) -> str:
        drawn = ", ".join(f"{k}={self.info[k]!r}" for k in ("sampler", "seed") if k in self.info)
        shapes = f"visible={self.visible.shape}, hidden={self.hidden.shape}"
        return f"SampleSet({shapes}{', ' if drawn else ''}{drawn})"


@dataclass(frozen=True, eq=False)
class Job:
    """One call of `Sampler.sample`: B numbered chains with their streams, and where they run."""

    model: RBM
    ids: Words
    seed: int
    backend: Backend
    n_threads: int
    precision: str = "auto"

    def __len__(self) -> int:
        return len(self.ids)

    def key(self, purpose: str) -> Key:
        """Key of one of the sampler's streams."""
        return derive_key(self.seed, purpose)


@dataclass(frozen=True, kw_only=True)
class Sampler(ABC):
    """Draws samples of p(v, h); `BlockGibbs` documents the options common to all samplers."""

    n_threads: int | None = None
    backend: str = "auto"
    precision: str = "auto"
    progress: Progress = False

    def __post_init__(self) -> None:
        if self.n_threads is not None:
            _check.integer("n_threads", self.n_threads, 1)
        _check.choice("backend", self.backend, ("auto", *BACKENDS))
        _check.choice("precision", self.precision, PRECISIONS)

    def sample(
        self, model: RBM, n_samples: int, *, seed: int = 0, first_chain: int = 0
    ) -> SampleSet:
        """Draw samples.

        Parameters
        ----------
        model : RBM
        n_samples : int
        seed : int
            The same seed gives the same samples.
        first_chain : int
            Number of the first chain. Samples depend on the seed and on their chain's number
            only, so the chains 0 … 999 may be drawn in one call or in several.

        Returns
        -------
        SampleSet

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described, or the model is one that this sampler cannot draw.
        """
        return self._run(model, n_samples, seed, first_chain, self._sample)

    def _run(
        self,
        model: RBM,
        n_samples: int,
        seed: int,
        first_chain: int,
        sample: Callable[[Job], SampleSet],
    ) -> SampleSet:
        """Do a job by ``sample``, and add to its info what is said of all samples."""
        if not isinstance(model, RBM):
            raise TypeError(f"model: got {type(model).__name__}, expected an RBM")
        first = _check.integer("first_chain", first_chain)
        n = _check.integer("n_samples", n_samples, 1, (1 << 32) - first)
        seed = _check.integer("seed", seed)
        backend = get_backend(self.backend)
        ids = chain_ids(n, first)
        job = Job(model, ids, seed, backend, self.n_threads or 0, self.precision)
        start = time.perf_counter()
        with at_work(backend, job.n_threads):
            result = sample(job)
            representation = self._representation(job)
        seconds = time.perf_counter() - start
        common = {
            "sampler": type(self).__name__,
            "seed": seed,
            "first_chain": first,
            "backend": backend.name,
            "seconds": seconds,
        }
        return replace(
            result,
            info=common | representation | result.info,
            standardisation=model.standardisation,
        )

    def described(self) -> str:
        """Class and options, less where the work is done: for reports and records."""
        shown = (
            f"{f.name}={_spoken(getattr(self, f.name))}"
            for f in fields(self)
            if f.repr and f.name not in _WHERE
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    @abstractmethod
    def _sample(self, job: Job) -> SampleSet: ...

    def _representation(self, job: Job) -> dict[str, Any]:
        """Precision, grid and its error of the model that is sampled, and the kernel that does."""
        return job.model.sampling_info(
            self.precision,
            len(job),
            backend=job.backend,
            n_threads=job.n_threads,
            n_sweeps=self._sweeps_a_call(job),
        )

    def _sweeps_a_call(self, job: Job) -> int:
        """Sweeps of all chains that the backend is asked for at once."""
        return 1


def _spoken(value: object) -> str:
    """What a value is, and not where it lies in memory, which differs from run to run."""
    anonymous = type(value).__repr__ is object.__repr__
    return type(value).__name__ if anonymous else _ADDRESS.sub("", repr(value))

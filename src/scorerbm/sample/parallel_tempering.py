"""Parallel tempering: replicas along a ladder from easy to hard, which exchange their places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from .._progress import progress_bar
from ..backends.protocol import Reals
from ..rbm import RBM, BernoulliRBM
from ..rbm.chains import MOST_STEPS, chain_ids
from ..rbm.tempering import Tempered, check_betas, check_family, check_reference, reference_of
from .base import Job, Sampler, SampleSet
from .clamping import states
from .ladder import TARGET_ACCEPTANCE, check_replicas, check_target, geometric_ladder, tuned
from .path import Path
from .replica_flow import ReplicaFlow
from .replicas import Replicas, State, Streams
from .tempered_families import path_to
from .trajectory import check_trajectory, on_trajectory

__all__ = ["ParallelTempering"]

_LADDERS = ("auto", "geometric")
_REPLICAS = 10


@dataclass(frozen=True)
class ParallelTempering(Sampler):
    r"""Block Gibbs sampling of replicas that exchange places on a ladder from easy to hard.

    Rung k samples, by sweeps of block Gibbs,

    .. math::

        p_k(v, h) \propto \exp[-(1 - \beta_k) E_\text{ref}(v) - \beta_k E(v, h)],
        \qquad 0 \le \beta_1 < \dots < \beta_R = 1,

    and after every ``swap_every`` sweeps neighbours exchange their inverse temperatures with
    probability

    .. math:: \min(1, \exp[(\beta_k - \beta_{k+1})(\Delta E_k - \Delta E_{k+1})]), \qquad
              \Delta E = E - E_\text{ref},

    even pairs and odd pairs in turn, which is not reversible and lets replicas drift instead of
    diffuse. The energies are those of (v, h) together: sweeps keep the joint distribution of each
    rung, and so do exchanges. Samples are the replicas at β = 1.

    Given a *sequence of models* in place of one, replicas exchange along the snapshots of a
    training run instead: see `sample`.

    Parameters
    ----------
    n_sweeps : int
        Sweeps of every replica before the (first) sample is taken.
    betas : {"auto", "geometric"} or array_like, (R,)
        ``"auto"`` tunes the ladder in a pilot run as `tune_ladder` does, which depends on the seed
        and the model, not on the number of samples; tune once to sample often. ``"geometric"`` has
        equal ratios. Numbers must increase from at least 0 to 1.
    n_replicas : int, optional
        R. By default what ``target_acceptance`` asks for, and 10 for ``"geometric"``.
    first_beta : float
        First inverse temperature of ``"geometric"``.
    target_acceptance : float
        Rate of exchange between neighbours at which ``"auto"`` aims.
    swap_every : int
        Sweeps between exchanges.
    reference : {"uniform", "data"}, optional
        What is sampled at β = 0, from where replicas also start. For bits ``"uniform"``, fair coins
        (E_ref = 0), by default, or ``"data"``, independent bits of the training data's frequencies,
        which is nearer to the model. For real units, which are nowhere uniform, ``"data"``: the
        diagonal Gaussian of `GaussianRBM.independent`.
    samples_per_ladder : int
        K. With 1, every sample has a ladder of its own and is independent of the others. Else the
        samples K·l … K·l + K - 1 come from the ladder l and are correlated.
    thin : int
        Sweeps between samples of one ladder.
    n_threads, backend, precision, progress
        See `BlockGibbs`.

    Raises
    ------
    TypeError, ValueError
        If an option is not as described; from `sample`, if the model is neither a `BernoulliRBM`
        nor a `GaussianRBM`, if its units cannot be the reference, if that is "data" and the
        ``data_mean`` of bits not known, or if the number of a replica, that of its ladder times R,
        does not fit 32 bits.

    References
    ----------
    Swendsen and Wang, Phys. Rev. Lett. 57 (1986) 2607. Hukushima and Nemoto, J. Phys. Soc. Jpn. 65
    (1996) 1604. Syed, Bouchard-Côté, Deligiannidis and Doucet, J. R. Stat. Soc. B 84 (2022) 321,
    arXiv 1905.02939. Decelle, Furtlehner, Rosset and Seoane, "Fast, accurate training and sampling
    of Restricted Boltzmann Machines", arXiv 2405.15376.

    Notes
    -----
    ``info`` has what the replicas did from the first sweep on: ``acceptance`` of each pair of
    neighbours; ``round_trips``, how often a replica went from the cold end to the hot one and
    back, and ``round_trip_sweeps``, how many sweeps that took on average (without any round trip,
    no sample has been independent of its start); ``flow_up``, the part of the replicas on each
    rung that were at the hot end last. ``n_sweeps`` counts the sweeps of all replicas for one
    sample, but not those of the pilot run, and ``replica_sweeps`` those of one replica.

    Examples
    --------
    >>> import scorerbm as sr
    >>> model = sr.BernoulliRBM([[8.0], [8.0]], [-4.0, -4.0], [-8.0])
    >>> samples = sr.ParallelTempering(100, betas=[0.0, 0.5, 1.0]).sample(model, 50)
    >>> samples.info["betas"]
    [0.0, 0.5, 1.0]
    """

    n_sweeps: int = 1000
    betas: str | ArrayLike = "auto"
    _: KW_ONLY
    n_replicas: int | None = None
    first_beta: float = 0.1
    target_acceptance: float = TARGET_ACCEPTANCE
    swap_every: int = 1
    reference: str | None = None
    samples_per_ladder: int = 1
    thin: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        _check.integer("n_sweeps", self.n_sweeps, 1, MOST_STEPS)
        if isinstance(self.betas, str):
            _check.choice("betas", self.betas, _LADDERS)
        else:
            # Samplers are values, which arrays are not.
            object.__setattr__(self, "betas", check_betas(self.betas))
        check_replicas(self.n_replicas)
        if self.n_replicas is not None and not isinstance(self.betas, str):
            raise ValueError(
                f"n_replicas: got {self.n_replicas} beside betas, expected one of the two"
            )
        first = _check.number("first_beta", self.first_beta, above=0.0)
        if first >= 1.0:
            raise ValueError(f"first_beta: got {first}, expected less than 1")
        check_target(self.target_acceptance)
        _check.integer("swap_every", self.swap_every, 1)
        check_reference(self.reference)
        _check.integer("samples_per_ladder", self.samples_per_ladder, 1)
        _check.integer("thin", self.thin, 1)
        sweeps = self._replica_sweeps(self.samples_per_ladder)
        if sweeps > MOST_STEPS:
            raise ValueError(
                f"n_sweeps: got {sweeps} with those between samples, expected at most {MOST_STEPS}"
            )

    def sample(
        self,
        model: RBM | Sequence[RBM],
        n_samples: int,
        *,
        seed: int = 0,
        first_chain: int = 0,
        init: SampleSet | ArrayLike | None = None,
    ) -> SampleSet:
        r"""Draw samples of a model, or of the last of several.

        With models 1 … R, such as snapshots of a training run (`scorerbm.Snapshots`), the rung k
        samples the model k, and neighbours exchange their states x and x' with probability

        .. math:: \min(1, \exp[E_k(x) + E_{k+1}(x') - E_k(x') - E_{k+1}(x)]).

        Where training has passed through continuous transitions only, the models on its way lead
        past the discontinuous ones that a change of temperature meets (Decelle et al., arXiv
        2405.15376).

        Parameters
        ----------
        model : BernoulliRBM or GaussianRBM, or list or tuple of either
            Several must have the same shape, and real units the same ``data_mean`` and
            ``data_scale``, and be ordered from the easiest to sample to the one wanted.
            Independent units, as ``model.independent()`` returns them, are drawn exactly.
            `select_snapshots` leaves out what is not needed.
        n_samples : int
        seed : int
            The same seed gives the same samples.
        first_chain : int
            Number of the first sample, which says what ladder it comes from. Samples depend on the
            seed and on their number only, so 0 … 999 may be drawn in one call or in several.
        init : SampleSet or array_like, (n_samples, N) or (N,), optional
            Visible states that replicas start from, all replicas of a ladder from one, instead of
            states drawn from the reference. Ladders that forget opposite starts are long enough.
            With samples_per_ladder above 1 only one state for all is taken.

        Returns
        -------
        SampleSet

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described.
        """
        if isinstance(model, (list, tuple)):
            models = check_trajectory(model)
            self._check_no_betas()

            def sample(job: Job) -> SampleSet:
                given = self._given(job, init)
                return self._draw(
                    job, lambda streams: self._along_models(job, models, streams, given)
                )

            return self._run(models[-1], n_samples, seed, first_chain, sample)

        one = cast(RBM, model)  # or nothing that can be sampled, which is refused
        return self._run(one, n_samples, seed, first_chain, lambda job: self._sample(job, init))

    def _given(self, job: Job, init: SampleSet | ArrayLike | None) -> NDArray[Any] | None:
        """One visible state for each sample of the job, if there are any to start from."""
        if init is None:
            return None
        array = np.asarray(init.visible if isinstance(init, SampleSet) else init)
        if array.ndim != 1 and self.samples_per_ladder > 1:
            raise ValueError(
                f"init: got shape {array.shape} with samples_per_ladder={self.samples_per_ladder}, "
                "expected one state for all ladders"
            )
        return states("init", array, job.model, len(job))

    def _check_no_betas(self) -> None:
        """Options of inverse temperatures say nothing of a trajectory of models."""
        for name in ("betas", "n_replicas", "reference", "first_beta", "target_acceptance"):
            value, default = getattr(self, name), getattr(type(self), name)
            if value != default:
                raise ValueError(
                    f"{name}: got {value!r} for a sequence of models, expected the default "
                    f"{default!r}: the models take the place of inverse temperatures"
                )

    def _representation(self, job: Job) -> dict[str, Any]:
        return {}  # what is sampled depends on the path: `_sample` says it

    def _sample(self, job: Job, init: SampleSet | ArrayLike | None = None) -> SampleSet:
        model, given = check_family(job.model), self._given(job, init)
        return self._draw(job, lambda streams: self._along_betas(job, model, streams, given))

    def _draw(
        self, job: Job, start: Callable[[Streams], tuple[Replicas, dict[str, Any]]]
    ) -> SampleSet:
        """Run the ladders of the samples asked for, once they are set up."""
        per_ladder = self.samples_per_ladder
        first, last = int(job.ids[0]), int(job.ids[-1])
        ladders = chain_ids(last // per_ladder - first // per_ladder + 1, first // per_ladder)
        streams = Streams(ladders, job.key("tempering"), job.backend, job.n_threads)
        replicas, info = start(streams)
        # Of a single ladder, no more than the last sample asked for.
        n_each = per_ladder if len(ladders) > 1 else last % per_ladder + 1
        flow = ReplicaFlow(replicas.slots, self.swap_every)
        visible, hidden = self._run_ladders(replicas, n_each, flow)
        wanted = slice(first % per_ladder, first % per_ladder + len(job))
        sweeps = self._replica_sweeps(n_each)
        info |= {
            "n_replicas": replicas.n_rungs,
            "n_ladders": len(ladders),
            "n_sweeps": -(-sweeps * replicas.n_rungs // n_each),
            "replica_sweeps": sweeps,
            "swap_every": self.swap_every,
        }
        return SampleSet(visible[wanted], hidden[wanted], info | flow.summary())

    def _replica_sweeps(self, n_samples: int) -> int:
        return self.n_sweeps + (n_samples - 1) * self.thin

    def _run_ladders(self, replicas: Replicas, n_each: int, flow: ReplicaFlow) -> State:
        """Take samples of the last rung, those of a ladder one after the other."""
        taken: list[State] = []
        total = self._replica_sweeps(n_each)
        with progress_bar(self.progress, total, "tempering sweeps") as update:
            for i in range(n_each):
                replicas.follow(self.thin if i else self.n_sweeps, flow, update)
                taken.append(replicas.on_rung(replicas.n_rungs - 1))
        visible, hidden = (np.stack(x, axis=1) for x in zip(*taken, strict=True))
        return visible.reshape(-1, visible.shape[-1]), hidden.reshape(-1, hidden.shape[-1])

    def _along_betas(
        self, job: Job, model: Tempered, streams: Streams, given: NDArray[Any] | None
    ) -> tuple[Replicas, dict[str, Any]]:
        reference = reference_of(model, self.reference)
        path = path_to(model, reference, job.precision)
        betas = self._ladder(job, path)
        start = _start(given, len(betas), streams)
        if start is None:
            start = path.start(len(betas), streams, job.key("start"))
        replicas = path.replicas(betas, start, streams, self.swap_every)
        # Of bits, the difference to the reference is what is rounded.
        rounded: dict[str, Any] = {}
        if isinstance(model, BernoulliRBM):
            model, rounded = model.split(reference)[0], {"tempered": True}
        info = model.sampling_info(
            job.precision,
            len(start),
            backend=job.backend,
            n_threads=job.n_threads,
            n_sweeps=self.n_sweeps,
            **rounded,
        )
        return replicas, info | {"reference": reference, "betas": betas.tolist()}

    def _ladder(self, job: Job, path: Path) -> Reals:
        if not isinstance(self.betas, str):
            return np.array(self.betas, np.float64)
        if self.betas == "geometric":
            return geometric_ladder(self.n_replicas or _REPLICAS, float(self.first_beta))
        return tuned(
            path,
            self.target_acceptance,
            self.n_replicas,
            job.seed,
            job.backend,
            job.n_threads,
            self.progress,
        ).betas

    def _along_models(
        self,
        job: Job,
        models: Sequence[Tempered],
        streams: Streams,
        given: NDArray[Any] | None,
    ) -> tuple[Replicas, dict[str, Any]]:
        start = _start(given, len(models), streams)
        replicas = on_trajectory(
            models, job.precision, streams, start, job.key("start"), self.swap_every
        )
        info = models[-1].sampling_info(
            job.precision, len(streams), backend=job.backend, n_threads=job.n_threads
        )
        return replicas, info


def _start(given: NDArray[Any] | None, n_replicas: int, streams: Streams) -> NDArray[Any] | None:
    """Repeat a ladder's state for all its replicas, (L · R, N)."""
    if given is None:
        return None
    # With several samples a ladder the given states are all the same.
    return np.repeat(given[: len(streams)], n_replicas, axis=0)

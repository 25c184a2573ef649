"""Parallel tempering of Ocean's problems."""

from __future__ import annotations

from typing import Any, ClassVar

from numpy.typing import ArrayLike

from .base import Interrupt, NativeSampler
from .ladder import ladder

__all__ = ["TemperingSampler"]


class TemperingSampler(NativeSampler):
    r"""A `dimod.Sampler` that draws from Boltzmann distributions with separate modes.

    .. math:: p(x) \propto e^{-\beta E(x)}

    Each read has a ladder of replicas at inverse temperatures from 0 to β, which exchange their
    places, and is the replica at β: `scorerbm.ParallelTempering` says how. Where modes are not
    separate, `GibbsSampler` gives the same samples for less.

    Parameters
    ----------
    n_threads, backend, precision
        See `GibbsSampler`.

    Examples
    --------
    >>> import dimod
    >>> from scorerbm.ocean import TemperingSampler
    >>> bqm = dimod.BinaryQuadraticModel({}, {("a", "b"): -8.0, ("b", "c"): -8.0}, "SPIN")
    >>> samples = TemperingSampler().sample(bqm, num_reads=50, num_sweeps=100, seed=0)
    >>> samples.vartype.name
    'SPIN'
    """

    _arguments: ClassVar[tuple[str, ...]] = (
        "num_reads",
        "num_sweeps",
        "beta",
        "betas",
        "num_replicas",
        "swap_every",
        "seed",
        "initial_states",
        "initial_states_generator",
        "interrupt_function",
    )

    def sample(
        self,
        bqm: Any,
        *,
        num_reads: int | None = None,
        num_sweeps: int | None = None,
        beta: float | None = None,
        betas: str | ArrayLike = "auto",
        num_replicas: int | None = None,
        swap_every: int = 1,
        seed: int | None = None,
        initial_states: Any = None,
        initial_states_generator: str = "random",
        interrupt_function: Interrupt | None = None,
        **unknown: Any,
    ) -> Any:
        """Draw samples.

        Parameters
        ----------
        bqm : dimod.BinaryQuadraticModel
            Of spins or bits, with any labels.
        num_reads : int, optional
            Number of samples. By default as many as ``initial_states``, or 1.
        num_sweeps : int, optional
            Sweeps of each replica, 1000 by default.
        beta : float, optional
            Inverse temperature of the samples, 1 by default.
        betas : {"auto", "geometric"} or array_like
            ``"auto"`` places the rungs in a pilot run so that neighbours exchange equally often,
            which depends on the seed and the problem only; ``"geometric"`` at equal ratios from
            β/10. Numbers must increase; the last is the β of the samples.
        num_replicas : int, optional
            Replicas of a ladder, if they are not to follow from the pilot run.
        swap_every : int
            Sweeps between exchanges.
        seed : int, optional
            The same seed gives the same samples. By default a random one, which is in ``info``.
        initial_states, initial_states_generator, interrupt_function
            See `GibbsSampler.sample`. All replicas of a ladder start from one state.
        **unknown
            Ignored with a warning, as by all of dimod's samplers.

        Returns
        -------
        dimod.SampleSet
            As from `GibbsSampler.sample`; ``info`` also has the ``betas`` and how replicas
            travelled (``acceptance``, ``round_trips``): with an ``interrupt_function``, those of
            the last reads.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described or a bias is not finite.
        """
        self.remove_unknown_kwargs(**unknown)
        plan = ladder(num_sweeps, beta, betas, num_replicas, swap_every)
        return self._sample(
            bqm,
            lambda form, reads, work: form.tempering(plan, reads, work),
            {"beta_range": [plan.beta, plan.beta], "num_sweeps": plan.n_sweeps},
            interrupt_function,
            num_reads=num_reads,
            seed=seed,
            initial_states=initial_states,
            initial_states_generator=initial_states_generator,
        )

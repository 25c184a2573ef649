"""Gibbs sampling of Ocean's problems."""

from __future__ import annotations

from typing import Any, ClassVar

from numpy.typing import ArrayLike

from .base import Interrupt, NativeSampler
from .schedule import TYPES, schedule

__all__ = ["GibbsSampler"]


class GibbsSampler(NativeSampler):
    r"""A `dimod.Sampler` that draws from the Boltzmann distribution of a problem.

    .. math:: p(x) \propto e^{-\beta E(x)}

    Each read is an independent Markov chain of heat-bath sweeps: every sweep draws each variable
    once given its neighbours. In a bipartite problem a layer is drawn at once.

    Unlike simulated annealing, which looks for states of low energy, sampling at **constant
    β = 1** is the default: the energies are taken as they are, and samples are those of
    exp(-E). Chains that do not cross between modes in ``num_sweeps`` need more sweeps, a schedule
    (``beta_range``), or `TemperingSampler`.

    Parameters
    ----------
    n_threads : int, optional
        Threads to use; all cores by default. Does not change the samples.
    backend : {"auto", "native", "reference"}
        Where the work is done. Does not change the samples.
    precision : {"auto", "int16", "int32"}
        Grid to which biases are rounded; see `scorerbm.BlockGibbs`. On graphs that are swept
        variable by variable it is the finest of 32 bits in any case.

    Examples
    --------
    >>> import dimod
    >>> from scorerbm.ocean import GibbsSampler
    >>> bqm = dimod.BinaryQuadraticModel({"a": 0.5}, {("a", "b"): -1.0}, 0.0, "SPIN")
    >>> samples = GibbsSampler().sample(bqm, num_reads=100, num_sweeps=50, seed=0)
    >>> len(samples)
    100
    """

    _arguments: ClassVar[tuple[str, ...]] = (
        "num_reads",
        "num_sweeps",
        "beta",
        "beta_range",
        "beta_schedule_type",
        "beta_schedule",
        "num_sweeps_per_beta",
        "seed",
        "initial_states",
        "initial_states_generator",
        "interrupt_function",
    )

    @property
    def parameters(self) -> dict[str, list[str]]:
        """Arguments of `sample` by name, and on which properties they depend."""
        return super().parameters | {"beta_schedule_type": ["beta_schedule_options"]}

    @property
    def properties(self) -> dict[str, Any]:
        """The options of the constructor, and types of schedules as Ocean's annealer tells them."""
        return super().properties | {"beta_schedule_options": TYPES}

    def sample(
        self,
        bqm: Any,
        *,
        num_reads: int | None = None,
        num_sweeps: int | None = None,
        beta: float | None = None,
        beta_range: ArrayLike | None = None,
        beta_schedule_type: str = "geometric",
        beta_schedule: ArrayLike | None = None,
        num_sweeps_per_beta: int = 1,
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
            Sweeps of each chain, 1000 by default; with 0, samples are the states at the start.
        beta : float, optional
            Constant inverse temperature β, 1 by default.
        beta_range : pair of float, optional
            First and last β of a schedule in place of a constant one. Only if the last is 1 are
            samples to be compared with exp(-E).
        beta_schedule_type : {"geometric", "linear", "custom"}
            How β goes from one to the other; "custom" is ``beta_schedule``.
        beta_schedule : array_like, optional
            Each β of a schedule.
        num_sweeps_per_beta : int
            Sweeps at each β of a schedule.
        seed : int, optional
            The same seed gives the same samples. By default a random one, which is in ``info``.
        initial_states : samples_like, optional
            Where chains start; see `dimod.Initialized.parse_initial_states`. A bipartite problem
            forgets those of one layer, which is drawn first.
        initial_states_generator : {"random", "tile", "none"}
            Where chains start for which there is no initial state.
        interrupt_function : callable, optional
            Called without arguments after every 256 reads; if it returns true, only the reads
            made are returned.
        **unknown
            Ignored with a warning, as by all of dimod's samplers.

        Returns
        -------
        dimod.SampleSet
            Of the problem's own vartype, energies included. ``info`` has the ``beta_range`` of
            the schedule, ``num_sweeps``, the ``seed``, how long each part took (``timing``), and
            how exactly the problem was sampled: ``log_odds_error`` is the largest error of any
            variable's log-odds, in any state, that is due to the grid.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described or a bias is not finite.
        """
        self.remove_unknown_kwargs(**unknown)
        plan = schedule(
            num_sweeps, beta, beta_range, beta_schedule_type, beta_schedule, num_sweeps_per_beta
        )
        return self._sample(
            bqm,
            lambda form, reads, work: form.gibbs(plan, reads, work),
            {"beta_range": [float(plan.betas[0]), plan.last], "num_sweeps": plan.n_sweeps},
            interrupt_function,
            num_reads=num_reads,
            seed=seed,
            initial_states=initial_states,
            initial_states_generator=initial_states_generator,
        )

"""What every family of restricted Boltzmann machines offers to the rest of the package."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..backends.protocol import Backend, Bits, DenseModel, Floats, Key, Reals, Stages, Words
from .chains import Chains
from .standardisation import Standardisation

__all__ = ["RBM"]


class RBM(ABC):
    """A restricted Boltzmann machine: p(v, h) = exp(-E(v, h))/Z with binary hidden units h.

    Denoisers, samplers and trainers use this interface only, so that a new family of visible
    units is one new subclass. Arrays hold one state a row; ``N`` visible and ``M`` hidden units.
    """

    binary_visible: ClassVar[bool] = False
    """Whether v is in {0, 1}^N, so that the visible states too can be counted."""

    references: ClassVar[tuple[str, ...]] = ("data",)
    """Independent units that annealing can start from."""

    @property
    @abstractmethod
    def weights(self) -> NDArray[np.floating[Any]]:
        """Weights W, (N, M)."""

    @property
    @abstractmethod
    def visible_bias(self) -> NDArray[np.floating[Any]]:
        """Visible biases b, (N,), or (B, N) for a batch of models that differ in b only."""

    @property
    @abstractmethod
    def hidden_bias(self) -> NDArray[np.floating[Any]]:
        """Hidden biases c, (M,)."""

    @property
    @abstractmethod
    def parameters(self) -> dict[str, NDArray[np.floating[Any]]]:
        """Every trained array by name, as the constructor takes them."""

    @property
    def n_visible(self) -> int:
        """Number N of visible units."""
        return int(self.weights.shape[0])

    @property
    def n_hidden(self) -> int:
        """Number M of hidden units."""
        return int(self.weights.shape[1])

    # -- data -------------------------------------------------------------------------------

    @property
    def standardisation(self) -> Standardisation | None:
        """How data become states v of the model, if they are not the same."""
        return None

    def standardise(self, x: ArrayLike) -> NDArray[Any]:
        """Return states v of the model for data in their own units, (…, N)."""
        return np.asanyarray(x) if self.standardisation is None else self.standardisation.apply(x)

    def restore(self, v: ArrayLike) -> NDArray[Any]:
        """Return data in their own units for states v of the model, (…, N)."""
        return np.asarray(v) if self.standardisation is None else self.standardisation.undo(v)

    # -- the distribution -------------------------------------------------------------------

    @abstractmethod
    def energy(self, v: ArrayLike, h: ArrayLike) -> Reals:
        """E(v, h) of each row."""

    @abstractmethod
    def free_energy(self, v: ArrayLike) -> Reals:
        """F(v) = -ln Σ_h exp(-E(v, h)) of each row."""

    @abstractmethod
    def hidden_log_odds(self, v: ArrayLike) -> Reals:
        """Log-odds of h_j = 1 given v, (B, M)."""

    @abstractmethod
    def hidden_probability(self, v: ArrayLike) -> Reals:
        """p(h_j = 1 | v), (B, M)."""

    @abstractmethod
    def visible_mean(self, h: ArrayLike) -> Reals:
        """E[v | h], (B, N); h may be relaxed to [0, 1]."""

    @abstractmethod
    def visible_force(self, v: ArrayLike, h: ArrayLike) -> Reals:
        """-∂E(v, h)/∂v of each row, for real v and h in [0, 1]."""

    # -- the diffusion ----------------------------------------------------------------------

    @abstractmethod
    def tilt(self, v_t: ArrayLike, alpha: ArrayLike, sigma: ArrayLike) -> Self:
        """Return the posterior given v_t = alpha v + sigma ζ, a model of the same family.

        The amplitudes are numbers, or one for each row of v_t.
        """

    @abstractmethod
    def posterior_start(self, v_t: Reals, alpha: ArrayLike, sigma: ArrayLike) -> Reals:
        """Mean of v given v_t as if the visible units were independent: where estimators start."""

    @abstractmethod
    def draw_visible(
        self, mean: Reals, chains: Words, key: Key, *, step: int, backend: Backend
    ) -> NDArray[Any]:
        """Draw visible states around the means of independent units, (C, N)."""

    @abstractmethod
    def relax_visible(
        self,
        h: Reals,
        tau: float,
        chains: Words,
        key: Key,
        *,
        step: int,
        noise: int,
        backend: Backend,
    ) -> Reals:
        """Draw v given h by a differentiable map of parameter-free noise, at temperature tau."""

    # -- Markov chains ----------------------------------------------------------------------

    @abstractmethod
    def random_visible(self, chains: Words, key: Key, backend: Backend) -> NDArray[Any]:
        """Visible states to start free chains from, drawn without regard to the weights."""

    @abstractmethod
    def gibbs(
        self,
        chains: Chains,
        n_sweeps: int,
        *,
        backend: Backend,
        beta: float | Reals = 1.0,
        mean: bool = False,
        n_threads: int = 0,
    ) -> Reals | None:
        """Advance the chains in place; return the mean of E[v|h] over the sweeps if asked.

        Visible units that ``chains.frozen`` marks keep their state.
        """

    def dense_model(self) -> DenseModel | None:
        """The parameters in single precision, or None where backends have no kernels for them."""
        return None

    def posterior_path(
        self,
        chains: Chains,
        state: Floats,
        stages: Stages,
        n_sweeps: int,
        *,
        first_stage: int,
        noise_key: Key,
        backend: Backend,
        n_threads: int = 0,
    ) -> Floats | None:
        """Carry noisy states through stages with the means of posterior chains, moved in place.

        None where the family has no kernel for it: `tilt` and `gibbs` do the same stage by stage.
        """
        return None

    @abstractmethod
    def sampling_info(
        self,
        precision: str,
        n_chains: int,
        *,
        backend: Backend,
        n_threads: int = 0,
        n_sweeps: int = 1,
    ) -> dict[str, Any]:
        """How so many chains represent the model, and what makes so many sweeps of them a call."""

    # -- training ---------------------------------------------------------------------------

    @abstractmethod
    def statistics(
        self,
        v: NDArray[Any],
        weights: Reals | None = None,
        *,
        backend: Backend,
        n_threads: int = 0,
    ) -> dict[str, Reals]:
        """Mean over the batch of -∂F(v)/∂θ for every parameter θ, each row times its weight."""

    # -- annealing --------------------------------------------------------------------------

    @abstractmethod
    def independent(self, reference: str = "data") -> Self:
        """Return a model of the family with W = 0, c = 0 and, where known, the data's marginals.

        With a reference other than "data", which must be one of `references`, that one.
        """

    @abstractmethod
    def interpolate(self, start: Self, beta: float) -> Self:
        """Return the model between ``start`` (W = 0, c = 0) at beta = 0 and this one at beta = 1.

        Its hidden log-odds are beta times this model's, for every v.
        """

    @abstractmethod
    def visible_energy(self, v: ArrayLike) -> Reals:
        """E(v, 0) of each row: F(v) less what the hidden units add to it."""

    @abstractmethod
    def hidden_free_energy(self, h: ArrayLike) -> Reals:
        """-ln Σ_v exp(-E(v, h)) of each row."""

    # -- enumeration ------------------------------------------------------------------------

    @abstractmethod
    def visible_variance(self, mean: Reals) -> Reals:
        """Var[v_i | h] of visible units whose means given h are these, (B, N)."""

    def enumerate_visible(self, *, backend: Backend, n_threads: int = 0) -> Reals:
        """-F(v) for all 2ᴺ visible states, bit i of the index being v_i.

        Raises
        ------
        TypeError
            If the visible units are not binary.
        """
        raise TypeError(f"model: got {type(self).__name__}, expected binary visible units")

    @abstractmethod
    def enumerate_hidden(self, *, backend: Backend, n_threads: int = 0) -> Reals:
        """Return ln Σ_v exp(-E(v, h)) for all 2ᴹ hidden states, bit j of the index being h_j."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(n_visible={self.n_visible}, n_hidden={self.n_hidden})"


def check_one(name: str, model: RBM) -> None:
    """Refuse what `RBM.tilt` makes of a batch of observations.

    Raises
    ------
    ValueError
    """
    if model.visible_bias.ndim != 1:
        raise ValueError(
            f"{name}: got a batch of {len(model.visible_bias)} tilted models, expected one model"
        )


def n_enumerable(model: RBM) -> int:
    """Units of the smallest layer whose states can be counted."""
    return min(model.n_visible, model.n_hidden) if model.binary_visible else model.n_hidden


def all_states(n_bits: int, start: int = 0, stop: int | None = None) -> Bits:
    """Return rows ``start:stop`` of all 2ⁿ binary states; bit k of the row number is column k."""
    return numbered_states(np.arange(start, 1 << n_bits if stop is None else stop), n_bits)


def numbered_states(index: NDArray[np.integer[Any]], n_bits: int) -> Bits:
    """Return the binary states of these numbers, one a row; bit k of a number is column k."""
    states: Bits = ((index[:, None] >> np.arange(n_bits)) & 1).astype(np.uint8)
    return states

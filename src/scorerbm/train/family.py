"""What training needs to know of a family of visible units: one class each."""

from __future__ import annotations

from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._seed import derive_key
from ..backends.protocol import Backend, Domain, Reals
from ..backends.reference.elementary import log, logit
from ..rbm import RBM, BernoulliRBM
from ..rbm.chains import chain_ids
from ..rbm.grid import Workspace
from .gaussian import GaussianFamily
from .states import BinaryStates, States

__all__ = ["FAMILIES", "Family"]

_INITIAL_WEIGHT = 0.01


class Family(Protocol):
    """Initialises parameters from data and wraps them as a model."""

    @classmethod
    def of(
        cls,
        data: States,
        init: RBM | None,
        sigma: float | None,
        sigma_floor: float,
        scale_floor: float,
    ) -> Self:
        """Return what is known from the data and, if training goes on, from a model.

        The floats are about real units: their width if it is not learned, the least that is
        learned, and the least scale of data.
        """
        ...

    def known_by(self, model: RBM) -> Self:
        """Return what a model knows of the data that it was trained on, as far as it does."""
        ...

    @staticmethod
    def check(name: str, v: ArrayLike) -> States:
        """Return data as states of this family, (n, N)."""
        ...

    def standardised(self, states: States) -> States:
        """Return data as states of the model."""
        ...

    def check_units(self, states: States, which: str) -> None:
        """Refuse states of data in other units than those of the data that say which."""
        ...

    def initial(self, n_hidden: int, seed: int, backend: Backend) -> dict[str, Reals]:
        """Parameters to start from: nearly independent units with the data's marginals."""
        ...

    def coordinates(self, parameters: dict[str, Reals]) -> dict[str, Reals]:
        """Return a model's parameters as they are trained."""
        ...

    def derivatives(
        self, gradients: dict[str, Reals], parameters: dict[str, Reals]
    ) -> dict[str, Reals]:
        """Return derivatives in what is trained from those in a model's parameters."""
        ...

    def bound(self, parameters: dict[str, Reals]) -> None:
        """Move parameters in training, in place, to where they may be."""
        ...

    def model(self, parameters: dict[str, Reals], workspace: Workspace) -> RBM:
        """Wrap parameters in training, without a copy."""
        ...

    def finished(self, model: RBM) -> RBM:
        """Return a model that owns its parameters, in the precision that users see."""
        ...

    def visible_offset(self) -> Reals:
        """Mean of the visible units' statistic in the data, (N,): μ of `Centring`."""
        ...

    def independent_log_likelihood(self, v: NDArray[Any]) -> Reals:
        """The ln p(v) of each row under independent units with the data's marginals."""
        ...


class BernoulliFamily:
    """Binary visible units."""

    def __init__(self, data_mean: Reals) -> None:
        self._data_mean = data_mean

    @classmethod
    def of(
        cls,
        data: States,
        init: RBM | None,
        sigma: float | None,
        sigma_floor: float,
        scale_floor: float,
    ) -> Self:
        """Take the frequencies of the data."""
        assert isinstance(data, BinaryStates)
        # Half a count of each kind keeps the frequencies off 0 and 1.
        return cls((data.counts() + 0.5) / (len(data) + 1.0))

    def known_by(self, model: RBM) -> Self:
        """Take the frequencies that it keeps, if any."""
        kept = getattr(model, "data_mean", None)
        if kept is None or kept.shape != self._data_mean.shape:  # training refuses the latter
            return self
        return type(self)(kept)

    @staticmethod
    def check(name: str, v: ArrayLike) -> BinaryStates:
        """Return bits, (n, N)."""
        return BinaryStates.of(name, v)

    def standardised(self, states: States) -> States:
        """Bits are what they are."""
        return states

    def check_units(self, states: States, which: str) -> None:
        """Bits have none."""

    def initial(self, n_hidden: int, seed: int, backend: Backend) -> dict[str, Reals]:
        """Small normal weights; visible biases are the data's log-odds."""
        n = len(self._data_mean)
        rows, key = chain_ids(n), derive_key(seed, "initial weights")
        weights = backend.normal(rows, n_hidden, key, step=0, domain=Domain.NORMAL)
        return {
            "weights": _INITIAL_WEIGHT * weights.astype(np.float64),
            "visible_bias": logit(self._data_mean),
            "hidden_bias": np.zeros(n_hidden),
        }

    def coordinates(self, parameters: dict[str, Reals]) -> dict[str, Reals]:
        """They are trained as they are."""
        return parameters

    def derivatives(
        self, gradients: dict[str, Reals], parameters: dict[str, Reals]
    ) -> dict[str, Reals]:
        """They are those in a model's parameters."""
        return gradients

    def bound(self, parameters: dict[str, Reals]) -> None:
        """They may be anything."""

    def model(self, parameters: dict[str, Reals], workspace: Workspace) -> RBM:
        """Wrap parameters in training, without a copy."""
        return BernoulliRBM.from_trusted(
            **parameters, data_mean=self._data_mean, workspace=workspace
        )

    def finished(self, model: RBM) -> RBM:
        """Return a float32 model of its own arrays."""
        return BernoulliRBM(**model.parameters, data_mean=self._data_mean)

    def visible_offset(self) -> Reals:
        """The data's frequencies."""
        return self._data_mean

    def independent_log_likelihood(self, v: NDArray[Any]) -> Reals:
        """Σ_i ln p̂_i^{v_i} (1-p̂_i)^{1-v_i}."""
        p = self._data_mean
        return np.asarray(v @ log(p) + (1.0 - v) @ log(1.0 - p))


FAMILIES: dict[str, type[Family]] = {"bernoulli": BernoulliFamily, "gaussian": GaussianFamily}

"""What training needs to know of real visible units."""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._seed import derive_key
from ..backends.protocol import Backend, Domain, Reals
from ..backends.reference.elementary import exp, log
from ..rbm import RBM, GaussianRBM, Standardisation
from ..rbm.chains import chain_ids
from ..rbm.grid import Workspace
from .states import RealStates, States

__all__ = ["FURTHEST", "LARGEST_SIGMA", "LEAST_SIGMA", "GaussianFamily"]

LEAST_SIGMA, LARGEST_SIGMA = 1e-4, 10.0
"""Bounds of any width, in standard deviations of the data."""

FURTHEST = 1e4
"""Standard deviations from the mean of the data that states never reach: n rows stay within √n."""

_LARGEST = 1e140  # number whose square can be added over any rows
_INITIAL_SPREAD = 0.5  # of the hidden units' log-odds over the data: enough to tell units apart


class GaussianFamily:
    """Real visible units: data standardised unit by unit, and widths trained by their logarithm.

    The logarithm gives a width the same relative step wherever it is, and keeps it positive.
    """

    def __init__(
        self, standardisation: Standardisation, sigma: float | None, sigma_floor: float
    ) -> None:
        self._standardisation = standardisation
        self._learned = sigma is None
        self._start = 1.0 if sigma is None else sigma
        low, high = (sigma_floor, LARGEST_SIGMA) if sigma is None else (sigma, sigma)
        self._bounds = tuple(float(x) for x in log(np.array([low, high])))

    @classmethod
    def of(
        cls,
        data: States,
        init: RBM | None,
        sigma: float | None,
        sigma_floor: float,
        scale_floor: float,
    ) -> Self:
        """Take mean and standard deviation of the data, or those that a model has kept.

        A kept scale stays as it is, whatever the floor.
        """
        if not isinstance(init, GaussianRBM):
            return cls(_learned(data.unpack(), scale_floor), sigma, sigma_floor)
        kept = init.standardisation
        if kept is None:
            raise ValueError(f"init: got {init!r}, expected one with data_mean and data_scale")
        if len(kept.mean) != data.n_units:
            raise ValueError(f"init: got {init!r}, expected {data.n_units} visible units as in v")
        found = cls(kept, sigma, sigma_floor)
        found.check_units(found.standardised(data), "init was trained on")
        return found

    def known_by(self, model: RBM) -> Self:
        """Data are standardised as it does already: else its parameters would mean nothing."""
        return self

    @staticmethod
    def check(name: str, v: ArrayLike) -> RealStates:
        """Return real numbers, (n, N)."""
        return RealStates.of(name, v)

    def standardised(self, states: States) -> States:
        """Return data in standard deviations from their mean."""
        return RealStates(self._standardisation.apply(states.unpack()))

    def check_units(self, states: States, which: str) -> None:
        """Refuse standardised data so far away that their units must be others."""
        furthest = float(np.abs(states.unpack()).max())
        if not furthest <= FURTHEST:
            raise ValueError(
                f"v: got numbers {furthest:.3g} standard deviations from the mean of the data that "
                f"{which}, expected data in the same units"
            )

    def initial(self, n_hidden: int, seed: int, backend: Backend) -> dict[str, Reals]:
        """Normal weights of variance 1/(4N); widths of 1, the data's own, unless they are fixed."""
        n = len(self._standardisation.mean)
        rows, key = chain_ids(n), derive_key(seed, "initial weights")
        weights = backend.normal(rows, n_hidden, key, step=0, domain=Domain.NORMAL)
        return {
            "weights": _INITIAL_SPREAD / math.sqrt(n) * weights.astype(np.float64),
            "visible_bias": np.zeros(n),
            "hidden_bias": np.zeros(n_hidden),
            "log_sigma": log(np.full(n, self._start)),
        }

    def coordinates(self, parameters: dict[str, Reals]) -> dict[str, Reals]:
        """Take the logarithm of the widths; fixed ones are as fixed, whatever the model's."""
        given = dict(parameters)
        if "sigma" in given:
            given["log_sigma"] = log(given.pop("sigma"))
            self.bound(given)
        return given

    def derivatives(
        self, gradients: dict[str, Reals], parameters: dict[str, Reals]
    ) -> dict[str, Reals]:
        """∂/∂ln σ = σ ∂/∂σ, if widths are learned."""
        found = dict(gradients)
        of_sigma = found.pop("sigma")
        if self._learned:
            found["log_sigma"] = exp(parameters["log_sigma"]) * of_sigma
        return found

    def bound(self, parameters: dict[str, Reals]) -> None:
        """Keep widths above the floor."""
        log_sigma = parameters["log_sigma"]
        np.clip(log_sigma, *self._bounds, out=log_sigma)

    def model(self, parameters: dict[str, Reals], workspace: Workspace) -> RBM:
        """Wrap parameters in training, without a copy."""
        w, b, c, log_sigma = parameters.values()
        return GaussianRBM.from_trusted(w, b, c, exp(log_sigma), self._standardisation)

    def finished(self, model: RBM) -> RBM:
        """Return a float32 model of its own arrays."""
        kept = self._standardisation
        return GaussianRBM(**model.parameters, data_mean=kept.mean, data_scale=kept.scale)

    def visible_offset(self) -> Reals:
        """Standardised data have mean 0."""
        return np.zeros(len(self._standardisation.mean))

    def independent_log_likelihood(self, v: NDArray[Any]) -> Reals:
        """Σ_i ln N(v_i; 0, 1)."""
        return np.asarray(-0.5 * (np.square(v) + math.log(2.0 * math.pi)).sum(axis=1))


def _learned(x: Reals, scale_floor: float) -> Standardisation:
    """Mean and standard deviation of data, whose squares are to be numbers."""
    largest = float(np.abs(x).max())
    if largest > _LARGEST:
        raise ValueError(
            f"v: got numbers as large as {largest:.3g}, expected at most {_LARGEST:g}, or their "
            "spread overflows: use larger units"
        )
    found = Standardisation.of(x, scale_floor)
    if not (found.scale > 0.0).all():
        raise ValueError(
            f"v: got numbers of unit {int(np.argmin(found.scale))} so small that their spread is "
            "lost: use smaller units"
        )
    return found

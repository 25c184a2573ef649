"""What a Gaussian–Bernoulli RBM is made of: its parameters, checked and kept, in either form."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends.protocol import Reals
from ..backends.reference.elementary import log
from .arrays import frozen, linear, single
from .base import RBM
from .real_chains import RealConditionals
from .standardisation import Standardisation

__all__ = ["GaussianParameters"]

Parameters = NDArray[np.floating[Any]]


class GaussianParameters(RBM):
    """The parameters of `GaussianRBM`, which says what they mean."""

    def __init__(
        self,
        weights: ArrayLike,
        visible_bias: ArrayLike,
        hidden_bias: ArrayLike,
        sigma: ArrayLike,
        *,
        data_mean: ArrayLike | None = None,
        data_scale: ArrayLike | None = None,
    ) -> None:
        w = _check.real_array("weights", weights, (None, None))
        n, m = w.shape
        if n == 0 or m == 0:
            raise ValueError(f"weights: got shape {w.shape}, expected at least one unit a layer")
        b = _check.real_array("visible_bias", visible_bias, (n,))
        c = _check.real_array("hidden_bias", hidden_bias, (m,))
        s = np.broadcast_to(_check.real_array("sigma", sigma, (), (n,)), (n,))
        self._given: dict[str, Parameters] | None = {
            "weights": single("weights", w),
            "visible_bias": single("visible_bias", b),
            "hidden_bias": single("hidden_bias", c),
            "sigma": _positive("sigma", single("sigma", s)),
        }
        self._standardisation = _standardisation(data_mean, data_scale, n)

    @classmethod
    def from_trusted(
        cls,
        weights: Reals,
        visible_bias: Reals,
        hidden_bias: Reals,
        sigma: Reals,
        standardisation: Standardisation | None,
    ) -> Self:
        """Wrap float64 arrays without a check or a copy: for training, once a step."""
        model = cls.__new__(cls)
        model._standardisation = standardisation
        model._given = {
            "weights": weights,
            "visible_bias": visible_bias,
            "hidden_bias": hidden_bias,
            "sigma": sigma,
        }
        return model

    @classmethod
    def _of(cls, natural: RealConditionals, standardisation: Standardisation | None) -> Self:
        """Wrap float64 arrays without a check or a copy."""
        model = cls.__new__(cls)
        model._given, model._standardisation = None, standardisation
        model._keep(natural)
        return model

    def _keep(self, natural: RealConditionals) -> None:
        for array in natural.arrays:
            frozen(array)
        kept = natural if natural.prepared is not None else natural._replace(prepared={})
        self.__dict__["conditionals"] = kept

    def __getstate__(self) -> dict[str, Any]:
        """Parameters only, not what has been derived from them."""
        state = {name: self.__dict__[name] for name in ("_given", "_standardisation")}
        if self._given is None:
            state["conditionals"] = self.conditionals._replace(prepared=None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self._given is None:
            self._keep(self.conditionals)
        arrays = [] if self._given is None else [*self._given.values()]
        if self._standardisation is not None:
            arrays += [self._standardisation.mean, self._standardisation.scale]
        for array in arrays:
            frozen(array)

    @property
    def n_visible(self) -> int:
        """Number N of visible units."""
        return len(self.conditionals.coupling)

    @property
    def n_hidden(self) -> int:
        """Number M of hidden units."""
        return len(self.conditionals.hidden)

    @property
    def weights(self) -> Parameters:
        """Weights W, (N, M), or (B, N, M) after `tilt` by observations of unequal amplitudes."""
        return self.parameters["weights"]

    @property
    def visible_bias(self) -> Parameters:
        """Visible biases b, (N,), or (B, N) after `tilt` by B observations."""
        return self.parameters["visible_bias"]

    @property
    def hidden_bias(self) -> Parameters:
        """Hidden biases c, (M,)."""
        return self.parameters["hidden_bias"]

    @property
    def sigma(self) -> Parameters:
        """Widths σ, (N,), or (B, N) after `tilt` by observations of unequal amplitudes."""
        return self.parameters["sigma"]

    @property
    def parameters(self) -> dict[str, Parameters]:
        """The trained arrays by name."""
        return dict(self._derived if self._given is None else self._given)

    @property
    def standardisation(self) -> Standardisation | None:
        """How data become states v of the model, if they are not the same."""
        return self._standardisation

    @property
    def data_mean(self) -> Reals | None:
        """Mean of each unit in the training data, (N,), in their units, if known."""
        return None if self._standardisation is None else self._standardisation.mean

    @property
    def data_scale(self) -> Reals | None:
        """Standard deviation of each unit in the training data, (N,), in their units, if known."""
        return None if self._standardisation is None else self._standardisation.scale

    # -- derived arrays, made once -----------------------------------------------------------

    @cached_property
    def conditionals(self) -> RealConditionals:
        """Parameters of p(h|v) and p(v|h), in float64."""
        assert self._given is not None
        w, b, c, s = (np.asarray(x, np.float64) for x in self._given.values())
        precision = 1.0 / (s * s)
        coupling = w * precision[:, None]
        transposed = np.ascontiguousarray(coupling.T)
        return RealConditionals(coupling, transposed, b * precision, c, precision, {})

    @cached_property
    def _derived(self) -> dict[str, Parameters]:
        """The parameters of a tilted or interpolated model."""
        known = self.conditionals
        return {
            "weights": frozen(known.coupling / known.precision[..., None]),
            "visible_bias": frozen(known.field / known.precision),
            "hidden_bias": known.hidden,
            "sigma": frozen(self._spread),
        }

    @cached_property
    def _bias(self) -> Reals:
        return np.asarray(self.conditionals.field / self.conditionals.precision)

    @cached_property
    def _spread(self) -> Reals:
        """σ"""
        return np.sqrt(1.0 / self.conditionals.precision)

    @cached_property
    def _log_width(self) -> Reals:
        """½ Σ ln(2πσ²): what the integral over v adds whatever h."""
        precision = self.conditionals.precision
        return np.asarray(0.5 * log(2.0 * math.pi / precision).sum(axis=-1))

    @cached_property
    def _marginals(self) -> tuple[Reals, Reals]:
        """Mean and variance of the visible units of `independent`."""
        if self._standardisation is not None:
            return np.zeros(self.n_visible), np.ones(self.n_visible)
        known = self.conditionals
        mean = self._bias + 0.5 * np.add.reduce(known.transposed, axis=0) / known.precision
        squares = np.add.reduce(np.square(known.transposed), axis=0) / known.precision
        return mean, (1.0 + 0.25 * squares) / known.precision

    def _hidden_odds(self, v: Reals) -> Reals:
        return linear(v, self.conditionals.coupling, self.conditionals.hidden)

    def _centre(self, h: Reals) -> Reals:
        field = linear(h, self.conditionals.transposed, self.conditionals.field)
        return np.asarray(field / self.conditionals.precision)

    # -- checks -----------------------------------------------------------------------------

    def _visible(self, v: ArrayLike, name: str = "v") -> Reals:
        n = self.n_visible
        return _check.real_array(name, v, (n,), (self._batch, n))

    def _hidden(self, h: ArrayLike) -> Reals:
        m = self.n_hidden
        return _check.real_array("h", h, (m,), (self._batch, m))

    @property
    def _batch(self) -> int | None:
        """Number B of rows that states must have after `tilt` by B observations."""
        return len(self.conditionals.field) if self.conditionals.field.ndim == 2 else None


def _positive(name: str, array: Parameters) -> Parameters:
    if not (array > 0.0).all():
        where = int(np.argmin(array))
        raise ValueError(f"{name}: got {array[where]} at index {where}, expected more than 0")
    return array


def _standardisation(
    mean: ArrayLike | None, scale: ArrayLike | None, n_visible: int
) -> Standardisation | None:
    if mean is None and scale is None:
        return None
    for name, value in (("data_mean", mean), ("data_scale", scale)):
        if value is None:
            raise ValueError(f"{name}: got None, expected data_mean and data_scale, or neither")
    m = _check.real_array("data_mean", mean, (n_visible,)).copy()
    s = _positive("data_scale", _check.real_array("data_scale", scale, (n_visible,)).copy())
    return Standardisation(frozen(m), frozen(s))

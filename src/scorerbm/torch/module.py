"""What modules of every family share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from .. import _check
from ..denoise import ExactDenoiser, MeanFieldDenoiser
from ..denoise.score import tweedie
from ..rbm import RBM
from ..rbm.base import all_states
from ..schedule import LinearSchedule, Schedule

__all__ = ["Posterior", "RBMModule", "to_numpy"]

_EXACT = 10  # hidden units that are enumerated by default


class Posterior(NamedTuple):
    """The visible units of models tilted by observations, one a row."""

    field: Tensor
    """(B, N)"""
    precision: Tensor | None
    """(B, N) of real units"""


class RBMModule(nn.Module, ABC):  # type: ignore[misc]
    r"""A model whose energies, posterior means and scores autograd differentiates.

    As a prior it adds `log_prob_unnormalised` to an objective,

    .. math:: \ln p(v) + \ln Z = -F(v),

    and as a layer it takes noisy states to their posterior means, `forward`, or to their
    `score`. States are those of the model: bits or real numbers between them, or standardised
    data.

    Parameters
    ----------
    model : RBM
        Its parameters are copied.
    trainable : bool
        Whether they require gradients; else only the states may.
    schedule : Schedule, optional
        Of the noise; `scorerbm.LinearSchedule` by default.
    denoiser : ExactDenoiser or MeanFieldDenoiser, optional
        How posterior means are found: by enumeration of the hidden units, of which B 2ᴹ N numbers
        are kept for the gradient, or by iterations from the same start as the denoiser's.
        By default exactly up to 10 hidden units.
    dtype : torch.dtype, optional
        Of the parameters; PyTorch's default one if not given.

    Notes
    -----
    ``state_dict`` has the parameters by the names of the model's arrays, and what it knows of the
    data. The schedule and the denoiser are not in it. Times are not differentiated.
    """

    weights: Tensor
    hidden_bias: Tensor

    def __init__(
        self,
        model: RBM,
        *,
        trainable: bool = False,
        schedule: Schedule | None = None,
        denoiser: ExactDenoiser | MeanFieldDenoiser | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        trainable = _check.boolean("trainable", trainable)
        if not isinstance(model, self._family):
            expected = self._family.__name__
            raise TypeError(f"model: got {type(model).__name__}, expected {expected}")
        if model.visible_bias.ndim != 1:
            raise ValueError("model: got a batch of tilted models, expected one model")
        if denoiser is None:
            few = model.n_hidden <= _EXACT
            denoiser = ExactDenoiser() if few else MeanFieldDenoiser()
        if not isinstance(denoiser, (ExactDenoiser, MeanFieldDenoiser)):
            raise TypeError(
                f"denoiser: got {type(denoiser).__name__}, expected ExactDenoiser or "
                "MeanFieldDenoiser"
            )
        if isinstance(denoiser, ExactDenoiser) and model.n_hidden > denoiser.max_units:
            raise ValueError(
                f"denoiser: got a model of {model.n_hidden} hidden units, expected at most "
                f"max_units={denoiser.max_units} to enumerate"
            )
        schedule = LinearSchedule() if schedule is None else schedule
        if not isinstance(schedule, Schedule):
            raise TypeError(f"schedule: got {type(schedule).__name__}, expected Schedule")
        self.schedule, self.denoiser = schedule, denoiser
        self._dtype = torch.get_default_dtype() if dtype is None else dtype
        if not (isinstance(self._dtype, torch.dtype) and self._dtype.is_floating_point):
            raise TypeError(f"dtype: got {dtype}, expected one of floating point")
        for name, array in self._arrays(model).items():
            parameter = nn.Parameter(self._tensor(array), requires_grad=trainable)
            self.register_parameter(name, parameter)
        for name in self._of_data:
            array = getattr(model, name)
            self.register_buffer(name, None if array is None else self._tensor(array))

    # -- what a family adds ------------------------------------------------------------------

    _family: ClassVar[type[RBM]]

    _of_data: ClassVar[tuple[str, ...]] = ()
    """Names of what models know of the data."""

    def _arrays(self, model: RBM) -> dict[str, Any]:
        """Arrays to be trained, by name."""
        return dict(model.parameters)

    @abstractmethod
    def to_rbm(self) -> RBM:
        """Return a model with the present parameters."""

    @abstractmethod
    def _free_energy(self, v: Tensor) -> Tensor: ...

    @abstractmethod
    def _posterior(self, v_t: Tensor, alpha: Tensor, sigma: Tensor) -> Posterior: ...

    @abstractmethod
    def _start(self, v_t: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """Where iterations start: `RBM.posterior_start`."""

    @abstractmethod
    def _coupling(self) -> Tensor:
        """What h is multiplied with to add to the field, and v to make log-odds of h, (N, M)."""

    @abstractmethod
    def _visible_mean(self, force: Tensor, posterior: Posterior) -> Tensor:
        """Mean of v, for the field with that of the hidden units."""

    @abstractmethod
    def _log_weight(self, force: Tensor, posterior: Posterior) -> Tensor:
        """Return ln Σ_v or ln ∫dv of the visible units' part of exp(-E), over the last axis."""

    # -- the distribution --------------------------------------------------------------------

    def free_energy(self, v: Tensor) -> Tensor:
        """Return F(v) = -ln Σ_h exp(-E(v, h)) of each row, (B,).

        Raises
        ------
        TypeError
            If v is not a tensor of floating-point numbers.
        """
        return self._free_energy(_floating("v", v))

    def log_prob_unnormalised(self, v: Tensor) -> Tensor:
        """Return ln p(v) + ln Z = -F(v) of each row, (B,).

        Raises
        ------
        TypeError
            If v is not a tensor of floating-point numbers.
        """
        return -self.free_energy(v)

    # -- the diffusion -----------------------------------------------------------------------

    def forward(self, v_t: Tensor, t: float | Tensor) -> Tensor:
        """Return the posterior mean E[v₀ | v_t], (B, N).

        Parameters
        ----------
        v_t : Tensor, (B, N)
        t : float or Tensor, () or (B,)
            Times in (0, 1].

        Raises
        ------
        ValueError
            If shapes disagree, or the schedule has no noise at a time.
        TypeError
            If v_t is not a tensor of floating-point numbers.
        """
        return self._mean(v_t, *self._amplitudes(v_t, t))

    def score(self, v_t: Tensor, t: float | Tensor) -> Tensor:
        """Return the score ∇ln p_t(v_t) of the noised model, (B, N), by Tweedie's formula."""
        alpha, sigma = self._amplitudes(v_t, t)
        of_state, of_mean = tweedie(alpha, sigma)
        return of_state * v_t + of_mean * self._mean(v_t, alpha, sigma)

    def _mean(self, v_t: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        posterior, coupling = self._posterior(v_t, alpha, sigma), self._coupling()
        if isinstance(self.denoiser, MeanFieldDenoiser):
            v = self._start(v_t, alpha, sigma)
            for _ in range(self.denoiser.n_iterations):
                h = torch.sigmoid(v @ coupling + self.hidden_bias)
                v = self._visible_mean(posterior.field + h @ coupling.T, posterior)
            return v
        h = torch.as_tensor(all_states(len(self.hidden_bias))).to(coupling)
        each = Posterior(*(None if x is None else x[:, None, :] for x in posterior))
        force = each.field + h @ coupling.T  # (B, 2ᴹ, N)
        weight = torch.softmax(self._log_weight(force, each) + h @ self.hidden_bias, dim=1)
        return (weight[:, :, None] * self._visible_mean(force, each)).sum(dim=1)

    def _amplitudes(self, v_t: Tensor, t: float | Tensor) -> tuple[Tensor, Tensor]:
        """α and σ for each row of v_t, or for all, to be broadcast over the units."""
        n = len(self.weights)
        if _floating("v_t", v_t).ndim != 2 or v_t.shape[1] != n:
            raise ValueError(f"v_t: got shape {tuple(v_t.shape)}, expected (any, {n})")
        times = np.asarray(t.detach().cpu().numpy() if isinstance(t, Tensor) else t, np.float64)
        if times.shape not in ((), (len(v_t),)):
            raise ValueError(f"t: got shape {times.shape}, expected () or ({len(v_t)},)")
        alpha, sigma = (np.asarray(f(times)) for f in (self.schedule.alpha, self.schedule.sigma))
        if not (sigma > 0.0).all():
            raise ValueError(f"t: got {times.min()}, where the schedule has added no noise")
        alpha, sigma = (torch.as_tensor(x).to(v_t)[..., None] for x in (alpha, sigma))
        return alpha, sigma

    def _tensor(self, array: Any) -> Tensor:
        return torch.tensor(np.asarray(array), dtype=self._dtype)

    def extra_repr(self) -> str:
        """Sizes, for the module's repr."""
        n, m = self.weights.shape
        return f"n_visible={n}, n_hidden={m}, denoiser={self.denoiser}"


def _floating(name: str, v: Tensor) -> Tensor:
    if not isinstance(v, Tensor):
        raise TypeError(f"{name}: got {type(v).__name__}, expected a tensor")
    if not v.is_floating_point():
        raise TypeError(f"{name}: got dtype {v.dtype}, expected floating point: {name}.float()")
    return v


def to_numpy(tensor: Tensor | None) -> Any:
    """Return a copy for a model."""
    return None if tensor is None else tensor.detach().cpu().double().numpy()

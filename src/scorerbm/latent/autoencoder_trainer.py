"""Training of a binary autoencoder, on PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from .._progress import Progress, progress_bar
from ..backends.protocol import Reals
from ..gumbel import Annealing, GeometricAnnealing
from .autoencoder import LIKELIHOODS
from .autoencoder_fit import AutoencoderFit
from .network import ACTIVATIONS

__all__ = ["AutoencoderTrainer"]


@dataclass(frozen=True, kw_only=True)
class AutoencoderTrainer:
    r"""Trains dense networks to code data in bits, through relaxed ones.

    .. math::

        E_x \big[ -E_{z \sim q(z|x)} \ln p(x|z) + \kappa\, KL(q(z|x) \| \tfrac12) \big]
        + \lambda\, KL(\bar q(z) \| \tfrac12)

    is minimised, the second divergence being that of each bit's mean over a batch. With κ = 1 and
    λ = 0 this is the variational bound of a prior of fair coins. The bits of z are Gumbel-sigmoid
    units, straight through or relaxed to (0, 1), at a temperature that is annealed.

    Parameters
    ----------
    n_bits : int
        K.
    hidden_sizes : sequence of int
        Units of the encoder's hidden layers; the decoder has them in reverse. With none, both are
        linear.
    activation : {"relu", "silu", "tanh"}
    likelihood : {"gaussian", "bernoulli"}
        Of the data given a code: real numbers with a width of each, which is learned; or bits, and
        numbers from 0 to 1 in their place.
    straight_through : bool
        Whether the decoder sees bits, with the derivatives of relaxed units, or these themselves.
    annealing : Annealing
        Relaxation temperature τ over the training.
    kl : float
        κ: what a nat of information in the bits costs in the likelihood. Below 1 codes keep more of
        the data, and are harder for a prior to model.
    balance : float
        λ, against bits that are nearly always 0 or nearly always 1, and tell nothing.
    sigma_floor : float
        Least width that is learned, in standard deviations of the data.
    n_epochs, batch_size : int
    learning_rate : float
        Of Adam, decayed to 0 along half a cosine.
    weight_decay : float
        Decoupled from the gradient (AdamW).
    patience : int, optional
        Stop if the validation loss has not fallen for so many epochs, and keep the best networks.
    progress : bool or callable
        Show a progress bar.

    Notes
    -----
    Needs PyTorch: ``pip install "scorerbm[torch]"``. Initial weights, the order of the rows and all
    noise are the package's own; on one machine, with one release of PyTorch and one number of
    threads, a seed gives the same networks.

    References
    ----------
    Jang et al., arXiv 1611.01144; Maddison et al., arXiv 1611.00712.
    """

    n_bits: int = 32
    hidden_sizes: Sequence[int] = (256,)
    activation: str = "relu"
    likelihood: str = "gaussian"
    straight_through: bool = True
    annealing: Annealing = GeometricAnnealing(1.0, 0.5)
    kl: float = 1.0
    balance: float = 0.0
    sigma_floor: float = 0.02
    n_epochs: int = 100
    batch_size: int = 100
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    patience: int | None = None
    progress: Progress = False

    def __post_init__(self) -> None:
        for name in ("n_bits", "n_epochs", "batch_size"):
            _check.integer(name, getattr(self, name), 1)
        if not isinstance(self.hidden_sizes, Sequence):
            raise TypeError(f"hidden_sizes: got {self.hidden_sizes!r}, expected a sequence")
        for size in self.hidden_sizes:
            _check.integer("hidden_sizes", size, 1)
        _check.choice("activation", self.activation, ACTIVATIONS)
        _check.choice("likelihood", self.likelihood, LIKELIHOODS)
        _check.boolean("straight_through", self.straight_through)
        if not isinstance(self.annealing, Annealing):
            raise TypeError(f"annealing: got {self.annealing!r}, expected an Annealing")
        for name in ("kl", "balance", "weight_decay"):
            _check.number(name, getattr(self, name), minimum=0.0)
        _check.number("sigma_floor", self.sigma_floor, above=0.0, maximum=1.0)
        _check.number("learning_rate", self.learning_rate, above=0.0)
        if self.patience is not None:
            _check.integer("patience", self.patience, 1)

    def fit(
        self, x: ArrayLike, *, validation: ArrayLike | None = None, seed: int = 0
    ) -> AutoencoderFit:
        """Train on data.

        Parameters
        ----------
        x : array_like, (n, N)
            In any units: they are standardised number by number, and the autoencoder remembers how.
            From 0 to 1 for the Bernoulli likelihood.
        validation : array_like, (m, N), optional
            Held-out data: for the validation loss, and to measure the residual width by, which is
            else that of the training data.
        seed : int

        Returns
        -------
        AutoencoderFit

        Raises
        ------
        TypeError, ValueError
            If data are not as described.
        ImportError
            If PyTorch is not installed.
        DivergenceError
            If the loss stops being finite.
        """
        data = self._data("x", x)
        if len(data) < 2 or data.shape[1] == 0:
            raise ValueError(f"x: got shape {data.shape}, expected at least two rows")
        held_out = None
        if validation is not None:
            held_out = self._data("validation", validation, data.shape[1])
            if len(held_out) == 0:
                raise ValueError("validation: got no rows, expected at least one")
        if self.patience is not None and held_out is None:
            raise ValueError(f"patience: got {self.patience} without validation data to judge by")
        seed = _check.integer("seed", seed)
        try:
            from .autoencoder_run import Run
        except ImportError as error:
            raise ImportError(
                'training an autoencoder needs PyTorch: pip install "scorerbm[torch]"'
            ) from error
        run = Run(self, data, held_out, seed)
        with progress_bar(self.progress, self.n_epochs * run.n_batches, "training") as update:
            return run.fit(update)

    def settings(self) -> dict[str, Any]:
        """Hyperparameters, as strings, numbers and lists."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "progress"}
        return values | {
            "hidden_sizes": [int(n) for n in self.hidden_sizes],
            "annealing": repr(self.annealing),
        }

    def _data(self, name: str, value: ArrayLike, n_units: int | None = None) -> Reals:
        data = _check.real_array(name, value, (None, n_units))
        if self.likelihood == "bernoulli" and not ((data >= 0.0) & (data <= 1.0)).all():
            wrong = data[(data < 0.0) | (data > 1.0)][0]
            raise ValueError(f"{name}: got {wrong}, expected numbers from 0 to 1")
        return np.ascontiguousarray(data)

"""Training of the prior of a latent model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from .._seed import derive_key
from ..backends.protocol import Bits, Reals
from ..rbm import BernoulliRBM
from ..train import Fit, ScoreMatching
from ..train.trainer import Trainer
from .codes import code_probability, draw_codes
from .conversions import Decoding, Encoding, coders
from .model import LatentModel

__all__ = ["LatentFit", "fit_latent"]


@dataclass(frozen=True)
class LatentFit:
    """A latent model whose prior was trained, and how.

    Attributes
    ----------
    model : LatentModel
    prior : Fit
        Of the RBM of the codes: history and settings.
    """

    model: LatentModel
    prior: Fit


def fit_latent(
    x: ArrayLike,
    encoder: Encoding,
    decoder: Decoding | None = None,
    *,
    trainer: Trainer | None = None,
    n_draws: int = 10,
    validation: ArrayLike | None = None,
    init: BernoulliRBM | None = None,
    seed: int = 0,
) -> LatentFit:
    """Train an RBM on the codes of data, and put it between encoder and decoder.

    Parameters
    ----------
    x : array_like, (n, …)
        Data in their own units.
    encoder : Encoder, RBM or callable
        See `LatentModel`.
    decoder : Decoder, RBM or callable, optional
        By default the encoder, which must then be both.
    trainer : ScoreMatching or ContrastiveDivergence, optional
        Of binary units; ``ScoreMatching()`` by default.
    n_draws : int
        Codes drawn from q(z|x) for each datum. All of them are rows of the training data, one bit
        a unit: it is the prior of the *drawn* codes that is trained, and a method that keeps a
        chain for each row needs rows that stay as they are. One draw is made where every
        probability is 0 or 1.
    validation : array_like, (m, …), optional
        Held-out data, of which one code each is drawn.
    init : BernoulliRBM, optional
        A prior to go on from.
    seed : int
        Of the codes and of the training.

    Returns
    -------
    LatentFit

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.
    """
    of_data, of_codes = coders(encoder, decoder)
    trainer = ScoreMatching() if trainer is None else trainer
    if not isinstance(trainer, Trainer):
        raise TypeError(
            f"trainer: got {type(trainer).__name__}, expected ScoreMatching(...) or "
            "ContrastiveDivergence(...)"
        )
    if trainer.visible != "bernoulli":
        raise ValueError(
            f"trainer: got visible={trainer.visible!r}, expected 'bernoulli', as codes are bits"
        )
    n_draws = _check.integer("n_draws", n_draws, 1)
    high, low = derive_key(seed, "codes of the training data")
    probability = code_probability(of_data, x)
    codes = _codes(probability, n_draws, high << 32 | low)
    if len(codes) < 2:
        raise ValueError(f"x: got {len(probability)} rows, expected at least two codes to train on")
    held_out = None
    if validation is not None:
        high, low = derive_key(seed, "codes of the validation data")
        held_out = _codes(code_probability(of_data, validation), 1, high << 32 | low)
    prior = trainer.fit(codes, validation=held_out, init=init, seed=seed)
    assert isinstance(prior.model, BernoulliRBM)
    return LatentFit(LatentModel(of_data, prior.model, of_codes), prior)


def _codes(probability: Reals, n_draws: int, seed: int) -> Bits:
    if ((probability == 0.0) | (probability == 1.0)).all():
        n_draws = 1
    return np.concatenate([draw_codes(probability, seed, draw=i) for i in range(n_draws)])

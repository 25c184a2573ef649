"""What the training of an autoencoder returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .autoencoder import BinaryAutoencoder

__all__ = ["AutoencoderFit"]


@dataclass(frozen=True)
class AutoencoderFit:
    """A trained autoencoder and how it came about.

    Attributes
    ----------
    autoencoder : BinaryAutoencoder
    history : list of dict
        One row an epoch, in nats a datum: ``loss``; its parts ``reconstruction``, -ln p(x|z) of
        standardised data, ``cost`` of the codes and ``imbalance`` of their bits against fair coins;
        ``validation_loss`` of bits that are drawn; ``tau`` and ``learning_rate``.
    settings : dict
        Hyperparameters, seed and sizes.
    epoch : int
        The epoch after which the networks were as they are: the last, or with ``patience`` that of
        the least validation loss.
    """

    autoencoder: BinaryAutoencoder
    history: list[dict[str, float]]
    settings: Mapping[str, Any]
    epoch: int

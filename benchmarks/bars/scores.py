"""Likelihood, classification and reconstruction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import scorerbm as sr

from .patterns import N_LABELS

__all__ = ["scores"]

Bits = NDArray[np.uint8]
_SWEEPS, _CHAINS = 200, 10


def scores(model: sr.RBM, train: Bits, test: Bits) -> dict[str, float]:
    """Mean exact log-likelihoods in nats a row, and fractions of labels and pixels that are right.

    Reconstruction: the right half of a test image and its label are drawn given the left half, by
    clamped Gibbs chains. A left half leaves 2⁴ bars open, but says all of a stripe.
    """
    log_z = sr.log_partition(model, method="exact")
    return {
        "train": float(sr.log_likelihood(model, train, log_z).mean()),
        "test": float(sr.log_likelihood(model, test, log_z).mean()),
        "train labels": _classified(model, train),
        "test labels": _classified(model, test),
        "pixels": _reconstructed(model, test),
    }


def _classified(model: sr.RBM, rows: Bits) -> float:
    """Fraction of rows whose label is the likelier one of their image, by free energy."""
    return float(np.mean(_labels(model, rows) == rows[:, -N_LABELS:].argmax(axis=1)))


def _labels(model: sr.RBM, rows: Bits) -> NDArray[np.intp]:
    energies = []
    for label in np.eye(N_LABELS, dtype=np.uint8):
        labelled = rows.copy()
        labelled[:, -N_LABELS:] = label
        energies.append(model.free_energy(labelled))
    return np.argmin(energies, axis=0)


def _completed(model: sr.RBM, rows: Bits) -> Bits:
    """Test rows with their right half and label drawn anew, `_CHAINS` times."""
    side = round((rows.shape[1] - N_LABELS) ** 0.5)
    free = np.zeros((side, side), bool)
    free[:, side // 2 :] = True
    free = np.append(free.ravel(), [True] * N_LABELS)
    clamp = np.repeat(np.where(free, np.nan, rows), _CHAINS, axis=0)
    return sr.BlockGibbs(n_sweeps=_SWEEPS).sample(model, len(clamp), seed=1, clamp=clamp).visible


def _reconstructed(model: sr.RBM, test: Bits) -> float:
    """Fraction of right pixels among those of stripes, whose completion is unique."""
    stripes = test[test[:, -1] == 1]
    pixels = stripes.shape[1] - N_LABELS
    side = round(pixels**0.5)
    drawn = _completed(model, stripes)[:, :pixels].reshape(len(stripes), _CHAINS, side, side)
    truth = stripes[:, :pixels].reshape(len(stripes), 1, side, side)
    return float(np.mean((drawn == truth)[..., side // 2 :]))

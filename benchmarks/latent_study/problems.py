"""Grey images of two sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["PROBLEMS", "Problem"]

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """Images, and what is trained on them."""

    name: str
    train: Reals
    test: Reals
    shape: tuple[int, int]
    n_bits: int
    hidden_sizes: tuple[int, ...]
    n_epochs: int
    """Of the autoencoder."""


def digits(folder: Path | None) -> Problem:
    """8×8 images of 17 grey levels, dequantised by uniform noise, from 0 to 1."""
    from sklearn.datasets import load_digits

    rng = np.random.default_rng(0)
    levels = load_digits().data
    x = (levels + rng.random(levels.shape)) / 17.0
    order = rng.permutation(len(x))
    return Problem("digits, 8×8", x[order[600:]], x[order[:600]], (8, 8), 32, (256,), 150)


def mnist(folder: Path | None) -> Problem:
    """28×28 images: binary ones smoothed over 3×3 pixels, in 16 levels that are dequantised.

    The grey levels of MNIST itself are not among the data at hand. Those of strokes smoothed by
    [1 2 1]ᵀ[1 2 1]/16 have edges of the same width.
    """
    assert folder is not None
    rng = np.random.default_rng(0)
    with np.load(folder / "mnist10k.npz") as file:
        train, test = (_grey(file[name], rng) for name in ("train", "test"))
    return Problem("mnist10k, smoothed, 28×28", train, test, (28, 28), 64, (512,), 40)


def _grey(bits: NDArray[np.uint8], rng: np.random.Generator) -> Reals:
    padded = np.pad(bits.reshape(-1, 28, 28).astype(np.float64), ((0, 0), (1, 1), (1, 1)))
    kernel = (1.0, 2.0, 1.0)
    rows = sum(w * padded[:, i : i + 28] for i, w in enumerate(kernel))
    levels = sum(w * rows[:, :, i : i + 28] for i, w in enumerate(kernel))
    flat = np.minimum(levels, 15.0).reshape(len(bits), -1)
    return np.asarray((flat + rng.random(flat.shape)) / 16.0)


PROBLEMS: dict[str, Callable[[Path | None], Problem]] = {"digits": digits, "mnist": mnist}
"""Name: a function of the folder with ``mnist10k.npz``."""

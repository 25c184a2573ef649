"""Mixtures of Gaussians in the plane, whose every probability is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Reals = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Mixture:
    """Gaussians of equal weights.

    Attributes
    ----------
    means : array, (K, 2)
    roots : array, (K, 2, 2)
        L of each covariance LLᵀ.
    """

    means: Reals
    roots: Reals

    def draw(self, n: int, seed: int) -> Reals:
        """Independent points, (n, 2)."""
        rng = np.random.default_rng(seed)
        k = rng.integers(0, len(self.means), n)
        noise = rng.standard_normal((n, 2))
        return self.means[k] + np.einsum("bij,bj->bi", self.roots[k], noise)

    def density(self, points: Reals) -> Reals:
        """p(x), (…,) of points (…, 2)."""
        covariances = self.roots @ self.roots.swapaxes(1, 2)
        each = [
            stats.multivariate_normal(mean, covariance).pdf(points)
            for mean, covariance in zip(self.means, covariances, strict=True)
        ]
        return np.mean(each, axis=0)

    def probability(self, edges: tuple[Reals, Reals], parts: int = 4) -> Reals:
        """Of each cell, by the midpoints of its parts, (I, J)."""
        fine = [np.linspace(e[0], e[-1], parts * (len(e) - 1) + 1) for e in edges]
        x, y = (0.5 * (e[1:] + e[:-1]) for e in fine)
        p = self.density(np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1))
        p = p * np.outer(*map(np.diff, fine))
        return p.reshape(len(x) // parts, parts, len(y) // parts, parts).sum(axis=(1, 3))


def ring(n: int = 5, radius: float = 3.0, width: float = 0.5) -> Mixture:
    """Isotropic Gaussians on a circle."""
    angle = 2.0 * np.pi * np.arange(n) / n
    means = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return Mixture(means, np.tile(width * np.eye(2), (n, 1, 1)))


def crossed(spacing: float = 2.5, long: float = 0.9, short: float = 0.3) -> Mixture:
    """Anisotropic Gaussians on a square, neighbours at right angles."""
    means = spacing * np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
    turns = 0.25 * np.pi * np.array([1.0, -1.0, -1.0, 1.0])
    turned = np.array([[[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]] for a in turns])
    return Mixture(means, turned * np.array([long, short]))


TARGETS = {"isotropic": ring(), "anisotropic": crossed()}

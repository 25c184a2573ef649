"""Operations on real numbers: noise, elementary functions, sums in a fixed order."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..protocol import Domain, Floats, Key, Reals, StageNumbers, Words
from . import elementary, single
from .jit import helper, kernel
from .philox import uniform53, word_blocks
from .threads import in_rows

__all__ = ["RealNumbers", "add_noise", "normals"]

_NORMAL = Domain.NORMAL
_STATES_AT_ONCE = 1 << 12


@helper
def normals(group: Any, chain: Any, step: Any, domain: Any, key: Any, words: Any, out: Any) -> None:
    """Those of 64 units."""
    word_blocks(16 * group, chain, step, domain, key, words)
    for i in range(np.uint64(16)):
        out[0, i], out[1, i] = single.normal_pair(words[0, i], words[1, i])
        out[2, i], out[3, i] = single.normal_pair(words[2, i], words[3, i])


@helper
def _logistics(
    group: Any, chain: Any, step: Any, domain: Any, key: Any, words: Any, out: Any
) -> None:
    word_blocks(16 * group, chain, step, domain, key, words)
    for k in range(4):
        for i in range(np.uint64(16)):
            out[k, i] = single.logistic(words[k, i])


@helper
def add_noise(row: Any, spread: Any, chain: Any, step: Any, key: Any) -> None:
    """Add spread·ζ to the state of a chain."""
    words, numbers = np.empty((4, 16), np.uint32), np.empty((4, 16), np.float32)
    flat = numbers.reshape(64)
    for group in range((len(row) + 63) // 64):
        normals(group, chain, step, _NORMAL, key, words, numbers)
        for j in range(min(64, len(row) - 64 * group)):
            row[64 * group + j] += spread * flat[j]


@kernel
def _normal(chains: Any, key: Any, step: Any, domain: Any, out: Any) -> None:
    words, numbers = np.empty((4, 16), np.uint32), np.empty((4, 16), np.float32)
    flat, width = numbers.reshape(64), out.shape[1]
    for c in range(len(out)):
        for first in range(0, width, 64):
            normals(first // 64, chains[c], step, domain, key, words, numbers)
            for j in range(min(64, width - first)):
                out[c, first + j] = flat[j]


@kernel
def _logistic(chains: Any, key: Any, step: Any, domain: Any, out: Any) -> None:
    words, numbers = np.empty((4, 16), np.uint32), np.empty((4, 16), np.float32)
    flat, width = numbers.reshape(64), out.shape[1]
    for c in range(len(out)):
        for first in range(0, width, 64):
            _logistics(first // 64, chains[c], step, domain, key, words, numbers)
            for j in range(min(64, width - first)):
                out[c, first + j] = flat[j]


@kernel
def _uniform(chains: Any, key: Any, step: Any, domain: Any, out: Any) -> None:
    for c in range(len(out)):
        for j in range(out.shape[1]):
            out[c, j] = uniform53(j >> 1, chains[c], step, domain, key, (j & 1) == 1)


@kernel
def _linear(x: Any, weights: Any, out: Any) -> None:
    for c in range(len(out)):
        for k in range(len(weights)):
            for j in range(out.shape[1]):
                out[c, j] += x[c, k] * weights[k, j]


@kernel
def _sigmoid(x: Any, out: Any) -> None:
    for i in range(len(x)):
        out[i] = elementary.sigmoid(x[i])


@kernel
def _softplus(x: Any, out: Any) -> None:
    for i in range(len(x)):
        out[i] = elementary.softplus(x[i])


@kernel
def _stage(
    v: Any, mean: Any, start: Any, numbers: Any, chains: Any, key: Any, step: Any, out: Any
) -> None:
    keep, pull, base, spread = numbers
    for c in range(len(out)):
        for j in range(out.shape[1]):
            moved = keep * v[c, j] + pull * mean[c, j]
            if len(start) > 0:
                moved += base * start[c, j]
            out[c, j] = moved
        if spread != np.float32(0.0):
            add_noise(out[c], spread, chains[c], step, key)


@kernel
def _enumerate(weights: Any, enumerated: Any, summed: Any, first: Any, out: Any) -> None:
    n_bits = len(enumerated)
    terms = np.empty(len(summed))
    for i in range(len(out)):
        total = 0.0
        terms[:] = summed
        for k in range(n_bits):
            x = np.float64(((first + i) >> k) & 1)
            total += x * enumerated[k]
            for j in range(len(terms)):
                terms[j] += x * weights[k, j]
        for j in range(len(terms)):
            total += elementary.softplus(terms[j])
        out[i] = total


class RealNumbers:
    """Their operations of the protocol."""

    def linear(self, x: Reals, weights: Reals, bias: Reals, n_threads: int) -> Reals:
        out = np.empty((len(x), weights.shape[1]))
        out[:] = bias
        x, weights = np.ascontiguousarray(x), np.array(weights)
        work = weights.size
        in_rows(len(out), work, n_threads, lambda a, b: _linear(x[a:b].copy(), weights, out[a:b]))
        return out

    def sigmoid(self, x: Reals) -> Reals:
        return _elementwise(_sigmoid, x)

    def softplus(self, x: Reals) -> Reals:
        return _elementwise(_softplus, x)

    def uniform(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Reals:
        out = np.empty((len(chains), width))
        _uniform(np.array(chains), key, step, domain, out)
        return out

    def normal(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Floats:
        out = np.empty((len(chains), width), np.float32)
        _normal(np.array(chains), key, step, domain, out)
        return out

    def logistic(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Floats:
        out = np.empty((len(chains), width), np.float32)
        _logistic(np.array(chains), key, step, domain, out)
        return out

    def stage(
        self,
        v: Floats,
        mean: Floats,
        start: Floats | None,
        numbers: StageNumbers,
        chains: Words,
        key: Key,
        *,
        step: int,
        n_threads: int,
    ) -> Floats:
        out = np.empty_like(v, order="C")
        given = np.array(v), np.array(mean)
        base = np.empty((0, 0), np.float32) if start is None else np.array(start)
        floats = tuple(np.float32(x) for x in numbers)
        ids = np.array(chains)

        def work(a: int, b: int) -> None:
            own = (x[a:b] for x in given)
            _stage(*own, base[a:b], floats, ids[a:b], key, step, out[a:b])

        in_rows(len(out), 50 * out.shape[1], n_threads, work)
        return out

    def enumerate_states(
        self, weights: Reals, enumerated_bias: Reals, summed_bias: Reals, n_threads: int
    ) -> Reals:
        out = np.empty(1 << len(enumerated_bias))
        given = tuple(np.array(x) for x in (weights, enumerated_bias, summed_bias))
        in_rows(
            len(out), 10 * weights.size, n_threads, lambda a, b: _enumerate(*given, a, out[a:b])
        )
        return out


def _elementwise(function: Any, x: Reals) -> Reals:
    flat = np.array(x, np.float64).reshape(-1)
    out = np.empty_like(flat)
    function(flat, out)
    return out.reshape(np.shape(x))

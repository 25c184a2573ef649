"""The C++ kernels, compiled for several levels of CPU and spread over threads."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import _core
from .protocol import (
    Bits,
    Counts,
    Domain,
    GibbsResult,
    IntegerRBM,
    Key,
    Moments,
    Reals,
    TemperResult,
    Words,
)

__all__ = ["CpuLevels", "NativeBackend", "cpu_levels"]


class CpuLevels(NamedTuple):
    """Names of instruction-set levels, lowest first."""

    compiled: tuple[str, ...]
    """Those this installation has kernels for."""
    supported: tuple[str, ...]
    """Those of them that this CPU can run."""
    used: str
    """The one that serves this process."""


def cpu_levels() -> CpuLevels:
    """Return the levels compiled in and the one in use.

    The highest supported level is used, unless the environment variable ``SCORERBM_CPU_LEVEL``
    names another when the first kernel is called.

    Raises
    ------
    ValueError
        If ``SCORERBM_CPU_LEVEL`` names a level that is unknown or not supported by this CPU.
    """
    return CpuLevels(
        tuple(_core.compiled_levels()), tuple(_core.supported_levels()), _core.cpu_level()
    )


class NativeBackend:
    """The operations of the protocol in C++; ``n_threads`` 0 means every CPU at hand."""

    name = "native"

    def __init__(self) -> None:
        self.cpu_level = _core.cpu_level()

    # -- binary units -----------------------------------------------------------------------

    def gibbs(
        self,
        rbm: IntegerRBM,
        visible: Bits,
        chains: Words,
        key: Key,
        *,
        first_sweep: int,
        n_sweeps: int,
        beta: Reals,
        mean: bool,
        n_threads: int,
        frozen: Bits | None = None,
    ) -> GibbsResult:
        return GibbsResult(
            *_core.gibbs(
                _prepared(rbm),
                rbm.visible_bias,
                rbm.hidden_bias,
                rbm.scale,
                visible,
                chains,
                key,
                first_sweep,
                n_sweeps,
                beta,
                mean,
                frozen,
                n_threads,
            )
        )

    def temper(
        self,
        rbm: IntegerRBM,
        visible: Bits,
        chains: Words,
        ladders: Words,
        key: Key,
        *,
        first_sweep: int,
        n_sweeps: int,
        swap_every: int,
        betas: Reals,
        slots: NDArray[np.uint16],
        offset: Reals | None,
        n_threads: int,
    ) -> TemperResult:
        return TemperResult(
            *_core.temper(
                _prepared(rbm),
                rbm.visible_bias,
                rbm.hidden_bias,
                rbm.scale,
                visible,
                chains,
                ladders,
                key,
                first_sweep,
                n_sweeps,
                swap_every,
                betas,
                slots,
                offset,
                n_threads,
            )
        )

    def energy(
        self, rbm: IntegerRBM, visible: Bits, hidden: Bits, n_threads: int = 0
    ) -> NDArray[np.int64]:
        return _core.energy(
            _prepared(rbm), rbm.visible_bias, rbm.hidden_bias, visible, hidden, n_threads
        )

    def plan(
        self, rbm: IntegerRBM, n_chains: int, n_threads: int, n_sweeps: int = 1
    ) -> dict[str, Any]:
        plan = _core.plan(_prepared(rbm), n_chains, n_sweeps, n_threads)
        return {"cpu_level": self.cpu_level, **plan}

    def conditional(
        self, states: Bits, weights: Counts, bias: Counts, scale: float, n_threads: int
    ) -> Reals:
        return _core.conditional(states, weights, bias, scale, n_threads)

    def moments(self, rbm: IntegerRBM, visible: Bits, n_threads: int) -> Moments:
        return Moments(
            *_core.moments(_prepared(rbm), rbm.hidden_bias, rbm.scale, visible, n_threads)
        )

    def bernoulli(
        self, probability: Reals, chains: Words, key: Key, *, step: int, domain: int
    ) -> Bits:
        return _core.bernoulli(probability, chains, key, step, domain)

    # -- real numbers -----------------------------------------------------------------------

    def linear(self, x: Reals, weights: Reals, bias: Reals, n_threads: int) -> Reals:
        return _core.linear(x, weights, bias, n_threads)

    def sigmoid(self, x: Reals) -> Reals:
        return _core.sigmoid(np.asarray(x, order="C"))

    def softplus(self, x: Reals) -> Reals:
        return _core.softplus(np.asarray(x, order="C"))

    def uniform(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Reals:
        return _core.uniform(chains, width, key, step, domain)

    def normal(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Reals:
        return _core.normal(chains, width, key, step, domain)

    def logistic(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Reals:
        return _core.logistic(chains, width, key, step, domain)

    def euler_maruyama(
        self,
        v: Reals,
        mean: Reals,
        coefficients: tuple[float, float, float],
        chains: Words,
        key: Key,
        *,
        step: int,
        n_threads: int,
    ) -> Reals:
        return _core.euler_maruyama(
            v, mean, coefficients, chains, key, step, Domain.NORMAL, n_threads
        )

    def enumerate_states(
        self, weights: Reals, enumerated_bias: Reals, summed_bias: Reals, n_threads: int
    ) -> Reals:
        return _core.enumerate_states(weights, enumerated_bias, summed_bias, n_threads)


def _prepared(rbm: IntegerRBM) -> _core.PreparedRBM:
    """The weights in the layout of the kernels, made once for as long as they are kept."""
    kept = {} if rbm.prepared is None else rbm.prepared
    found: _core.PreparedRBM | None = kept.get("native")
    if found is None:
        found = _core.PreparedRBM(rbm.weights, rbm.weights_transposed, rbm.bits)
        kept["native"] = found
    return found

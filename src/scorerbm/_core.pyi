"""Kernels of scorerbm, chosen once for the CPU at hand.

Arrays are aligned and C-contiguous; another layout or shape raises ValueError, another type
TypeError. ``n_threads`` 0 means every CPU the process may use.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

_Bits = NDArray[np.uint8]
_Words = NDArray[np.uint32]
_Counts = NDArray[np.int32]
_Reals = NDArray[np.float64]
_Floats = NDArray[np.float32]
_State = TypeVar("_State", _Floats, _Reals)
_Key = tuple[int, int]

def compiled_levels() -> list[str]: ...
def supported_levels() -> list[str]: ...
def cpu_level() -> str: ...
def hardware_threads() -> int: ...

class PreparedRBM:
    """Weights in the layout of the kernels; with 16 bits, sums over subsets must fit them."""

    def __init__(self, weights: _Counts, weights_transposed: _Counts, bits: int) -> None: ...

def gibbs(
    rbm: PreparedRBM,
    visible_bias: _Counts,
    hidden_bias: _Counts,
    scale: float,
    visible: _Bits,
    chains: _Words,
    key: _Key,
    first_sweep: int,
    n_sweeps: int,
    beta: _Reals,
    mean: bool,
    frozen: _Bits | None,
    n_threads: int,
) -> tuple[_Bits, _Bits, _Reals | None]: ...

class PreparedReal:
    """The weights of an RBM of real visible units in the layout of the kernels."""

    def __init__(self, coupling: _Floats, integers: _Counts) -> None: ...

def real_gibbs(
    weights: PreparedReal,
    hidden_bias: _Floats,
    move: Sequence[_Floats | None],
    visible: _Reals,
    chains: _Words,
    key: _Key,
    first_sweep: int,
    n_sweeps: int,
    beta: _Reals,
    mean: bool,
    frozen: _Bits | None,
    n_threads: int,
) -> tuple[_Reals, _Bits, _Reals | None]: ...
def sweep_graph(
    starts: _Counts,
    neighbours: _Counts,
    weights: _Counts,
    bias: _Counts,
    order: _Counts,
    scale: float,
    states: _Bits,
    chains: _Words,
    key: _Key,
    first_sweep: int,
    beta: _Reals,
    n_threads: int,
) -> _Bits: ...
def graph_energy(
    starts: _Counts,
    neighbours: _Counts,
    weights: _Counts,
    bias: _Counts,
    order: _Counts,
    states: _Bits,
    n_threads: int,
) -> NDArray[np.int64]: ...
def posterior_path(
    rbm: PreparedRBM,
    visible_bias: _Counts,
    hidden_bias: _Counts,
    scale: float,
    channel_limit: float,
    channel_shift: _Floats | None,
    state: _Floats,
    visible: _Bits,
    chains: _Words,
    key: _Key,
    noise_key: _Key,
    stages: tuple[_Floats, _Floats, _Floats, _Floats, _Floats, _Floats, _Bits],
    first_sweep: int,
    n_sweeps: int,
    first_stage: int,
    n_threads: int,
) -> tuple[_Floats, _Bits, _Bits]: ...
def temper(
    rbm: PreparedRBM,
    visible_bias: _Counts,
    hidden_bias: _Counts,
    scale: float,
    visible: _Bits,
    chains: _Words,
    ladders: _Words,
    key: _Key,
    first_sweep: int,
    n_sweeps: int,
    swap_every: int,
    betas: _Reals,
    slots: NDArray[np.uint16],
    offset: _Reals | None,
    n_threads: int,
) -> tuple[_Bits, _Bits, NDArray[np.uint16], NDArray[np.uint16], NDArray[np.int64]]: ...
def energy(
    rbm: PreparedRBM,
    visible_bias: _Counts,
    hidden_bias: _Counts,
    visible: _Bits,
    hidden: _Bits,
    n_threads: int,
) -> NDArray[np.int64]: ...
def plan(
    rbm: PreparedRBM, n_chains: int, n_sweeps: int, n_threads: int
) -> dict[str, str | int]: ...
def conditional(
    states: _Bits, weights: _Counts, bias: _Counts, scale: float, n_threads: int
) -> _Reals: ...
def bernoulli(probability: _Reals, chains: _Words, key: _Key, step: int, domain: int) -> _Bits: ...
def uniform(chains: _Words, width: int, key: _Key, step: int, domain: int) -> _Reals: ...
def normal(chains: _Words, width: int, key: _Key, step: int, domain: int) -> _Floats: ...
def logistic(chains: _Words, width: int, key: _Key, step: int, domain: int) -> _Floats: ...
def stage(
    v: _Floats,
    mean: _Floats,
    start: _Floats | None,
    numbers: tuple[float, float, float, float],
    chains: _Words,
    key: _Key,
    step: int,
    n_threads: int,
) -> _Floats: ...
def sigmoid(x: _Reals) -> _Reals: ...
def softplus(x: _Reals) -> _Reals: ...
def linear(x: _Reals, weights: _Reals, bias: _Reals, n_threads: int) -> _Reals: ...
def enumerate_states(
    weights: _Reals, enumerated_bias: _Reals, summed_bias: _Reals, n_threads: int
) -> _Reals: ...
def empty_rbm(n_visible: int, n_hidden: int, bits: int) -> PreparedRBM: ...
def refresh(rbm: PreparedRBM, weights: _Reals, scale: float, n_threads: int) -> None: ...
def round_bias(bias: _Reals, scale: float, limit: float) -> _Counts: ...
def descend(
    value: _Reals,
    gradient: _Floats,
    first: _Floats,
    second: _Floats | None,
    rule: tuple[float, ...],
    centre: tuple[_Floats, _Floats, _Floats, _Floats] | None,
    n_threads: int,
) -> None: ...
def weight_sums(
    weights: _Reals, visible_offset: _Reals, hidden_offset: _Reals, n_threads: int
) -> tuple[_Reals, _Reals, float, float]: ...
def sweep_bits(
    rbm: PreparedRBM,
    visible_bias: _Counts,
    hidden_bias: _Counts,
    scale: float,
    start: NDArray[np.uint64],
    ids: _Words,
    key: _Key,
    first_sweep: int,
    n_sweeps: int,
    tilt: tuple[NDArray[np.uint64], _Words, NDArray[np.float32], _Key, int] | None,
    n_threads: int,
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]: ...
def contrast(
    rbm: PreparedRBM,
    visible_bias: _Counts,
    hidden_bias: _Counts,
    scale: float,
    samples: NDArray[np.uint64],
    data: NDArray[np.uint64],
    multipliers: NDArray[np.float32] | None,
    sample_unit: float,
    data_unit: float,
    free_energy: bool,
    n_threads: int,
) -> tuple[_Floats, _Floats, _Floats, float]: ...
def overlaps(samples: NDArray[np.uint64], data: NDArray[np.uint64]) -> _Counts: ...
def fused_product(a: _Floats, b: _Floats, initial: _Floats, n_threads: int) -> _Floats: ...
def expectation(x: _Floats, table: Sequence[Any]) -> _Floats: ...
def dense_path(
    model: Sequence[_Floats],
    n_sweeps: int,
    n_noises: int,
    tau: float,
    antithetic: bool,
    table: Sequence[Any] | None,
    state: _State,
    chains: _Words,
    key: _Key,
    noise_key: _Key,
    stages: Sequence[Any],
    first_call: int,
    first_stage: int,
    n_threads: int,
) -> _State: ...
def pathwise_gradient(
    model: Sequence[_Floats],
    n_sweeps: int,
    n_noises: int,
    tau: float,
    antithetic: bool,
    target: _Floats,
    channel: _Floats,
    weight: _Floats,
    chains: _Words,
    key: _Key,
    call: int,
    n_threads: int,
) -> tuple[_Floats, _Floats, _Floats, _Reals]: ...
def literal_gradient(
    model: Sequence[_Floats],
    n_sweeps: int,
    n_noises: int,
    tau: float,
    antithetic: bool,
    target: _Floats,
    channel: _Floats,
    weight: _Floats,
    chains: _Words,
    key: _Key,
    call: int,
    n_threads: int,
) -> tuple[_Floats, _Floats, _Floats, _Reals]: ...

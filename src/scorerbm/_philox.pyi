from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Philox4x32"]

_Seed = int | Sequence[int] | NDArray[np.integer[Any]] | np.random.SeedSequence
_Words = int | Sequence[int] | NDArray[np.integer[Any]]

class Philox4x32(np.random.BitGenerator):
    def __init__(
        self,
        seed: _Seed | None = None,
        *,
        counter: _Words | None = None,
        key: _Words | None = None,
    ) -> None: ...
    @property
    def state(self) -> Mapping[str, Any]: ...
    @state.setter
    def state(self, value: Mapping[str, Any]) -> None: ...
    def advance(self, delta: int) -> Self: ...
    def jumped(self, jumps: int = 1) -> Self: ...

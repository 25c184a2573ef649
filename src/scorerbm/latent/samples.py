"""What a latent model's sampling returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..sample import AnnealReport, SampleSet

__all__ = ["LatentSamples"]


@dataclass(frozen=True, eq=False, repr=False)
class LatentSamples:
    """Samples of a latent model.

    Attributes
    ----------
    data : array, (n, …)
        Decoded, in the units of the data.
    codes : SampleSet
        Of the prior: ``codes.visible`` are the bits that were decoded.
    """

    data: NDArray[Any]
    codes: SampleSet

    @property
    def bits(self) -> NDArray[np.uint8]:
        """The codes, (n, K)."""
        return self.codes.visible

    @property
    def info(self) -> dict[str, Any]:
        """What the sampler of the prior did."""
        return self.codes.info

    @property
    def report(self) -> AnnealReport | None:
        """Of the annealer that drew the codes, if one did."""
        return self.codes.report

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        return f"LatentSamples(data={self.data.shape}, codes={self.codes!r})"

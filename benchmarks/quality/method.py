"""What is compared: a way to train with two knobs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from .problems import Problem
from .stopwatch import Stopwatch

__all__ = ["Method", "Setting"]

Setting = dict[str, Any]

LOOKS = 14  # models kept along a training


class Method(ABC):
    """One way to train, with the values that its tuner tries.

    Every method has four values of its rate and three more of a second knob, and, where it offers
    both, centred parameters and plain ones: the tuner makes seven or eight trainings for each.
    """

    name: ClassVar[str]
    knobs: ClassVar[dict[str, tuple[Any, ...]]]
    """The learning rate first; the second knob's first value is its default."""

    def __init__(self, batch_size: int = 50) -> None:
        self.batch_size = batch_size

    @abstractmethod
    def train(
        self, problem: Problem, setting: Setting, n_updates: int, seed: int, looks: int = LOOKS
    ) -> Stopwatch:
        """Train, and keep models on the way, the last among them."""

    def most_updates(self, problem: Problem) -> int | None:
        """A limit where an update is too dear for the study, or None."""
        return None

"""Noise schedules of the variance-preserving diffusion."""

from .base import Schedule
from .cosine import CosineSchedule
from .linear import LinearSchedule
from .snr import SNRSchedule

__all__ = ["CosineSchedule", "LinearSchedule", "SNRSchedule", "Schedule"]

"""Models in files: safetensors with one JSON record."""

from .metadata import ModelMetadata
from .model_file import load, read_metadata, save

__all__ = ["ModelMetadata", "load", "read_metadata", "save"]

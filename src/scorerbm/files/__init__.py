"""Models in files: safetensors with one JSON record."""

from .metadata import ModelMetadata
from .model_file import from_bytes, load, read_metadata, save, to_bytes

__all__ = ["ModelMetadata", "from_bytes", "load", "read_metadata", "save", "to_bytes"]

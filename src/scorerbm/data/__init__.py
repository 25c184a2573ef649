"""Binary data from files, and the digits that need none."""

from .dataset import Dataset, split
from .sources import SOURCES, load_data

__all__ = ["SOURCES", "Dataset", "load_data", "split"]

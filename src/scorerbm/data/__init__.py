"""Data from files and frames, and the digits that need none."""

from .dataset import Dataset, split
from .fasta import ALPHABETS, decode, one_hot
from .frames import from_frame
from .parts import read_parts
from .sources import SOURCES, load_data

__all__ = [
    "ALPHABETS",
    "SOURCES",
    "Dataset",
    "decode",
    "from_frame",
    "load_data",
    "one_hot",
    "read_parts",
    "split",
]

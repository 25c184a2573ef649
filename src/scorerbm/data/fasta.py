"""Aligned sequences as bits: one of them for each letter at each position."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends.protocol import Bits

__all__ = ["ALPHABETS", "column_names", "decode", "guess_alphabet", "one_hot", "read_fasta"]

ALPHABETS = {"protein": "-ACDEFGHIKLMNPQRSTVWY", "rna": "-ACGU", "dna": "-ACGT"}
"""Name → letters in the order of their bits; a gap is one, and comes first, as in `rbms`."""


def read_fasta(path: Path) -> tuple[list[str], list[str]]:
    """Return the headers and the sequences of a FASTA file.

    Raises
    ------
    ValueError
        If it is not one.
    """
    headers: list[str] = []
    parts: list[list[str]] = []
    try:
        with open(path, encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                text = line.strip()
                if text.startswith(">"):
                    headers.append(text[1:].strip())
                    parts.append([])
                elif text and not parts:
                    raise ValueError(f"line {number}: got {text[:20]!r}, expected a header: >name")
                elif text:
                    parts[-1].append(text)
    except UnicodeDecodeError as error:
        raise ValueError(f"not a FASTA file in UTF-8 ({error.reason})") from None
    if not headers:
        raise ValueError("the file has no sequences")
    return headers, ["".join(lines) for lines in parts]


def guess_alphabet(sequences: Iterable[str]) -> str:
    """Return the smallest alphabet that has all letters, "dna" before "rna" before "protein"."""
    letters = set().union(*(sequence.upper() for sequence in sequences))
    known = (name for name in ("dna", "rna") if letters <= set(ALPHABETS[name]))
    return next(known, "protein")


def one_hot(
    sequences: Sequence[str], alphabet: str = "protein", names: Sequence[str] | None = None
) -> Bits:
    """Return aligned sequences as bits, (n, L q): bit i q + k is on where letter k is at i.

    Parameters
    ----------
    sequences : sequence of str
        Of one length L; small letters count as capital ones.
    alphabet : {"protein", "rna", "dna"}
        Its q letters: see `ALPHABETS`.
    names : sequence of str, optional
        Of the sequences, for errors.

    Raises
    ------
    ValueError
        If they differ in length, or a letter is not in the alphabet.

    Examples
    --------
    >>> one_hot(["A-", "GT"], "dna").tolist()
    [[0, 1, 0, 0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0, 0, 1]]
    """
    letters = ALPHABETS[_check.choice("alphabet", alphabet, ALPHABETS)]
    number = np.full(256, len(letters), np.uint8)
    for k, letter in enumerate(letters):
        number[[ord(letter), ord(letter.lower())]] = k
    if len(sequences) == 0:
        raise ValueError("sequences: got none, expected at least one")
    length = len(sequences[0])
    bits = np.zeros((len(sequences), length, len(letters)), np.uint8)
    for row, sequence in enumerate(sequences):
        name = repr(names[row]) if names is not None else str(row)
        if len(sequence) != length:
            raise ValueError(
                f"sequence {name}: got {len(sequence)} positions, expected {length} as in the "
                "first: sequences must be aligned"
            )
        code = number[np.frombuffer(sequence.encode("latin-1", "replace"), np.uint8)]
        wrong = np.flatnonzero(code == len(letters))
        if wrong.size:
            raise ValueError(
                f"sequence {name}: got {sequence[wrong[0]]!r} at position {wrong[0] + 1}, expected "
                f"one of {letters}"
            )
        bits[row, np.arange(length), code] = 1
    return bits.reshape(len(sequences), -1)


def decode(bits: ArrayLike, alphabet: str = "protein") -> list[str]:
    """Return the sequences of one-hot bits, (n, L q).

    A model is not bound to have one letter at each position: where none or several are on, there
    is a question mark.

    Raises
    ------
    ValueError
        If the number of columns is not a multiple of the alphabet's letters.
    """
    letters = ALPHABETS[_check.choice("alphabet", alphabet, ALPHABETS)]
    rows = _check.bits("bits", bits, (None, None))
    if rows.shape[1] % len(letters):
        raise ValueError(
            f"bits: got {rows.shape[1]} columns, expected a multiple of the {len(letters)} letters "
            f"of {alphabet}"
        )
    states = rows.reshape(len(rows), -1, len(letters))
    code: NDArray[np.intp] = np.where(states.sum(axis=2) == 1, states.argmax(axis=2), len(letters))
    known = np.array([*letters, "?"])
    return ["".join(known[row]) for row in code]


def column_names(n_columns: int, alphabet: str) -> Iterator[str]:
    """Names of the bits: ``1:A`` is an A at the first position."""
    letters = ALPHABETS[alphabet]
    for column in range(n_columns):
        position, k = divmod(column, len(letters))
        yield f"{position + 1}:{letters[k]}"

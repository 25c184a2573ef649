"""Finding chains for a model on the graph of a device, or saying why there are none."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from typing import Any

from .._ocean import ocean
from .._progress import Progress, progress_bar
from .biclique import Bicliques
from .device import Device
from .embedding import Embedding
from .embedding_store import load_embedding, read_embedding, remember
from .layout import Layout, lay_out
from .tiles import find_copies, find_in_square

__all__ = ["Given", "embed"]

Given = Mapping[int, Any] | str | os.PathLike[str] | None

_SECONDS = 60.0  # for minorminer's search on a graph of no known family


def embed(
    device: Device,
    n_visible: int,
    n_hidden: int,
    *,
    n_copies: int | None = 1,
    given: Given = None,
    progress: Progress = False,
) -> Layout:
    """Return where a model of this size is to be programmed.

    Parameters
    ----------
    device : Device
    n_visible, n_hidden : int
    n_copies : int or None
        Disjoint copies of the model; None: as many as are found with little effort.
    given : mapping or path, optional
        {unit: qubits}, units 0 … N-1 visible, N … N+M-1 hidden, or a file of
        `write_embedding`. It is checked, and used as it is.
    progress : bool or callable
        Show that a search goes on: the first for a graph may take minutes.

    Raises
    ------
    ValueError
        If a given embedding is not one of this model in this graph, or none is found: then with
        the largest sizes that this graph has room for.
    """
    if given is not None:
        return lay_out(device, _several(_given(given, n_visible, n_hidden), n_copies))
    if not device.structured:
        return lay_out(device, _several(Embedding.direct(n_visible, n_hidden), n_copies))
    several = n_copies != 1
    kept = load_embedding(device, n_visible, n_hidden, copies=several)
    if kept is not None:
        try:
            whole = lay_out(device, kept)
        except ValueError as error:
            warnings.warn(f"a kept embedding is found anew: {error}", stacklevel=2)
        else:
            return _layout_of(device, kept, n_copies, whole)
    with progress_bar(progress, 1, "finding an embedding") as update:
        embedding = (_find_several if several else _find)(device, n_visible, n_hidden)
        update()
    whole = lay_out(device, embedding)
    remember(device, embedding, copies=several)
    return _layout_of(device, embedding, n_copies, whole)


def _layout_of(device: Device, embedding: Embedding, n_copies: int | None, whole: Layout) -> Layout:
    """So many of the copies, of which all have been laid out already."""
    chosen = _several(embedding, n_copies)
    return whole if chosen is embedding else lay_out(device, chosen)


def _several(embedding: Embedding, n_copies: int | None) -> Embedding:
    """So many of the copies that there are."""
    there = len(embedding.copies)
    if n_copies is None or n_copies == there:
        return embedding
    if there < n_copies:
        raise ValueError(
            f"copies: got {n_copies}, expected at most {there} of {embedding.n_visible} visible "
            f"and {embedding.n_hidden} hidden units"
        )
    return embedding.first(n_copies)


def _find_several(device: Device, n: int, m: int) -> Embedding:
    """As many copies as small squares of the graph have room for, or else a single one."""
    copies = find_copies(device.graph, n, m)
    return Embedding.of_chains(n, m, copies) if copies else _find(device, n, m)


def _given(given: Any, n_visible: int, n_hidden: int) -> Embedding:
    if isinstance(given, Mapping):
        return Embedding.of_mapping(n_visible, n_hidden, given)
    embedding = read_embedding(given)
    if (embedding.n_visible, embedding.n_hidden) != (n_visible, n_hidden):
        raise ValueError(
            f"embedding: got one of {embedding.n_visible} visible and {embedding.n_hidden} hidden "
            f"units, expected {n_visible} and {n_hidden}"
        )
    return embedding


def _find(device: Device, n: int, m: int) -> Embedding:
    """One copy, or an error that says what would fit."""
    quickly = find_in_square(device.graph, n, m)
    if quickly is not None:
        return Embedding.of_chains(n, m, [quickly])
    try:
        bicliques = Bicliques(device.graph)
    except ValueError:  # no graph that is laid out in rows and columns
        chains = _search(device, n, m)
        room = "minorminer found no embedding of it"
    else:
        chains = bicliques.find(n, m)
        room = _room(bicliques, n, m)
    if chains is None:
        raise ValueError(
            f"model: got {n} visible and {m} hidden units, which do not fit on {device.name} "
            f"({len(device.nodes)} qubits, {len(device.couplers)} couplers): {room}"
        )
    return Embedding.of_chains(n, m, [chains])


def _room(bicliques: Bicliques, n: int, m: int) -> str:
    k, shape = bicliques.balanced(), bicliques.largest(n, m)
    best = f"the largest model with layers of one size is {k}×{k}"
    return best if shape is None else f"{best}, the nearest to yours {shape[0]}×{shape[1]}"


def _search(device: Device, n: int, m: int) -> list[Any] | None:
    """Chains by minorminer's general heuristic."""
    if all(k in device.index for k in range(n + m)):
        try:  # the graph may be that of a composite which embeds this very model
            lay_out(device, Embedding.direct(n, m))
        except ValueError:
            pass
        else:
            return [(k,) for k in range(n + m)]
    edges = [(i, n + j) for i in range(n) for j in range(m)]
    found = ocean("minorminer").find_embedding(
        edges, list(device.sampler.edgelist), random_seed=0, timeout=_SECONDS
    )
    return [tuple(found[k]) for k in range(n + m)] if found else None

"""Chains for complete bipartite graphs, from what minorminer knows of a solver's graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from .._ocean import ocean
from .embedding import Chain

__all__ = ["Bicliques"]

Chains = list[Chain]


class Bicliques:
    """All complete bipartite graphs that minorminer finds in a graph of a known family.

    The public lookup of minorminer considers embeddings only whose *both* sides are as large as
    the larger side asked for, and returns the first it meets. Here one is chosen from all that are
    cached, in both orientations.

    Parameters
    ----------
    graph : networkx.Graph
        With the attributes of a Chimera, Pegasus or Zephyr graph.
    keep : bool
        Keep what is found in minorminer's own cache on disk.
    n_masks : int, optional
        Ways around missing couplers to be tried, if not as many as minorminer has for its cache.

    Raises
    ------
    ValueError
        If the graph is of no such family.
    """

    def __init__(self, graph: Any, *, keep: bool = True, n_masks: int | None = None) -> None:
        busclique = ocean("minorminer.busclique")
        try:
            self._cache = busclique.busgraph_cache(graph)
        except KeyError:
            raise ValueError("graph: got one without a family of topologies") from None
        if n_masks is not None:
            with suppress(AttributeError):
                self._cache._graph.set_mask_bound(n_masks)
        self._raw = self._all(keep)

    def _all(self, keep: bool) -> dict[tuple[int, int], Sequence[Chain]] | None:
        """Chains by the sizes of both sides; None if minorminer keeps them elsewhere by now."""
        try:
            if keep:
                self._cache._ensure_biclique_cache()
                found = self._cache._bicliques
            else:
                found = self._cache._graph.bicliques()
            return dict(found["raw"])
        except (AttributeError, KeyError, TypeError):
            return None

    def find(self, n: int, m: int) -> Chains | None:
        """Return n + m chains with the shortest longest chain, and of these the fewest qubits."""
        if self._raw is None:
            return self._find_publicly(n, m)
        best: tuple[tuple[int, int], Chains] | None = None
        for a, b in self._sides():
            if len(a) < n or len(b) < m:
                continue
            chains = sorted(a, key=len)[:n] + sorted(b, key=len)[:m]
            score = max(map(len, chains)), sum(map(len, chains))
            if best is None or score < best[0]:
                best = score, chains
        return None if best is None else self._labelled(best[1])

    def largest(self, n: int, m: int) -> tuple[int, int] | None:
        """Of the shapes closest to (n, m), that which has room for the most of it; None: unknown.

        That is the largest number of the smaller layer's units beside all of the larger layer's,
        or, if none fits, the largest larger layer.
        """
        if self._raw is None:
            return None
        shapes = {(len(a), len(b)) for a, b in self._sides()}
        return max(shapes, key=lambda s: (min(s[0] / n, s[1] / m), s[0] * s[1]), default=None)

    def balanced(self) -> int:
        """Return the largest k for which K_{k,k} fits."""
        if self._raw is None:
            return len(self._cache.largest_balanced_biclique()) // 2
        return max((min(shape) for shape in self._raw), default=0)

    def _sides(self) -> Iterator[tuple[Sequence[Chain], Sequence[Chain]]]:
        assert self._raw is not None
        for (n, _), chains in self._raw.items():
            yield chains[:n], chains[n:]
            yield chains[n:], chains[:n]

    def _labelled(self, chains: Chains) -> Chains:
        relabel = self._cache._graph.relabel(dict(enumerate(chains)))
        return [tuple(relabel[k]) for k in range(len(chains))]

    def _find_publicly(self, n: int, m: int) -> Chains | None:
        found = self._cache.find_biclique_embedding(n, m)
        return [tuple(found[k]) for k in range(n + m)] if found else None

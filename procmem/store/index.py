"""The nearest of one reader's memories: exact while they are few, through a graph when they are many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

import numpy as np

from procmem.settings import IndexKind
from procmem.store.exact import PIECE, Matrix, Rows
from procmem.store.graph import EFFORTS, Graph
from procmem.store.readwrite import ReadWriteLock

Entry: TypeAlias = tuple[int, int]
"""A memory version's number and the label of its vector: equal vectors have equal labels, others do not."""

DIGITS = 6
"""Cosines are rounded, so that equal vectors tie whoever computed them."""
FEW = 5_000
"""Distinct vectors up to which "auto" reads them all: a search in a graph takes about as long."""
TAIL = 1_000
"""Vectors that may wait in front of a graph, or a hundredth of it."""
THOROUGH = 4_000
"""Candidates of a search that counts as right when the effort is chosen."""
GOAL = 0.995
"""Least share of the five nearest that a search in the graph has to find."""
BATCH = 32
"""Vectors that enter the graph while searches wait: some ten milliseconds."""


class Index:
    """Numbers of memory versions by their unit vectors. Safe for many threads.

    Equal vectors are one entry with several numbers: a bank holds many memories of one task, and hnswlib loses most of
    its recall among duplicates. Vectors wait in an exact tail until ``settle`` moves them into the graph.
    """

    def __init__(self, dim: int, kind: IndexKind = "auto", graph: Graph | None = None) -> None:
        self.dim = dim
        self._kind = kind
        self._lock = ReadWriteLock()
        self._numbers: dict[int, int | set[int]] = {}  # by label; a plain int where it is one, which halves the memory
        self._tail = Rows(dim)
        self._graph = graph
        self._moving = False
        self._entered = 0  # vectors that entered the graph since it was tuned or loaded

    def __len__(self) -> int:
        """How many numbers are inside."""
        with self._lock.reading():
            return sum(1 if isinstance(numbers, int) else len(numbers) for numbers in self._numbers.values())

    # --- changes -----------------------------------------------------------------------------------------------------

    def attach(self, entries: Iterable[Entry]) -> list[Entry]:
        """Add the numbers whose vectors are inside already; the others are returned, to be added with vectors."""
        with self._lock.writing():
            return [entry for entry in entries if not self._attach(*entry)]

    def add(self, entries: Sequence[Entry], vectors: Matrix) -> None:
        """Add numbers that are not inside.

        Args:
            entries: Numbers and labels.
            vectors: Unit vectors of shape (len(entries), dim).

        Raises:
            ValueError: the shape is another, or a value is not finite.
        """
        if vectors.shape != (len(entries), self.dim) or not np.isfinite(vectors).all():
            raise ValueError(f"vectors of shape {vectors.shape} do not fit {len(entries)} x {self.dim} finite numbers")
        with self._lock.writing():
            fresh: dict[int, int] = {}
            for row, (number, label) in enumerate(entries):
                if not self._attach(number, label):
                    self._numbers[label] = number
                    fresh[label] = row
            self._tail.add(list(fresh), vectors[list(fresh.values())])

    def remove(self, entries: Iterable[Entry]) -> None:
        """Take numbers out that are inside."""
        with self._lock.writing():
            for number, label in entries:
                held = self._numbers[label]
                if not isinstance(held, int) and len(held) > 1:
                    held.remove(number)
                    continue
                del self._numbers[label]
                self._leave(label)

    def drop_strangers(self) -> None:
        """Leave out what a loaded graph holds and nobody has attached."""
        with self._lock.writing():
            if self._graph:
                for label in self._graph.labels - self._graph.removed - self._numbers.keys():
                    self._graph.remove(label)

    def _attach(self, number: int, label: int) -> bool:
        match self._numbers.get(label):
            case None:
                if not self._graph or not (label in self._graph or self._graph.revive(label)):
                    return False
                self._numbers[label] = number
            case int(other):
                self._numbers[label] = {other, number}
            case others:
                others.add(number)
        return True

    def _leave(self, label: int) -> None:
        if label in self._tail:
            self._tail.remove(label)
        elif self._graph:
            self._graph.remove(label)

    # --- search ------------------------------------------------------------------------------------------------------

    def search(self, vector: Matrix, limit: int) -> list[tuple[int, float]]:
        """(number, cosine) of the nearest to a unit vector of shape (dim,), best first.

        All that tie with the last are given too, so there may be more than ``limit``.

        Raises:
            ValueError: the vector has another shape or is not finite.
        """
        if vector.shape != (self.dim,) or not np.isfinite(vector).all():
            raise ValueError(f"a query of shape {vector.shape} is no finite vector of {self.dim} numbers")
        found: list[tuple[int, float]] = []
        with self._lock.reading():
            near = self._tail.search(vector, limit) + (self._graph.search(vector, limit) if self._graph else [])
            ranked = sorted(((round(cosine, DIGITS), label) for label, cosine in near), reverse=True)
            for cosine, ties in groupby(ranked, key=lambda pair: pair[0]):
                if len(found) >= limit:
                    break
                for _, label in ties:
                    held = self._numbers[label]
                    found += [(number, cosine) for number in ([held] if isinstance(held, int) else held)]
        return found

    # --- the graph ---------------------------------------------------------------------------------------------------

    @property
    def grown(self) -> bool:
        """Whether so much has entered the graph since it was tuned or loaded that it is worth tuning and saving."""
        return self._graph is not None and self._entered > max(TAIL, len(self._graph) // 100)

    @property
    def due(self) -> bool:
        """Whether ``settle`` has something to do."""
        return self._kind != "exact" and (len(self._tail) > self._patience or self._worn)

    def settle(self) -> bool:
        """Move one batch from the tail into the graph; whether more is to be done."""
        with self._lock.writing():
            if self._graph and self._worn:
                self._start_again(self._graph)
            self._moving = self.due
            if self._moving:
                self._graph = self._graph or Graph(self.dim, len(self._tail))
                labels, vectors = self._tail.pop(BATCH)
                self._graph.add(labels, vectors)
                self._entered += len(labels)
            return self.due

    def tune(self) -> float:
        """Let searches in the graph make the least effort that finds what a thorough search finds; the share found."""
        with self._lock.reading():
            self._entered = 0
            samples = self._graph.samples() if self._graph else ()
        right = [self._five(sample, THOROUGH) for sample in samples]
        total = sum(map(len, right))
        share = 1.0
        for effort in EFFORTS:
            found = [len(self._five(sample, effort) & five) for sample, five in zip(samples, right, strict=True)]
            share = sum(found) / total if total else 1.0
            if share >= GOAL or effort == EFFORTS[-1]:
                with self._lock.writing():
                    if self._graph:
                        self._graph.strive(effort)
                break
        return share

    def _five(self, vector: Matrix, effort: int) -> set[int]:
        with self._lock.reading():
            return {label for label, _ in self._graph.search(vector, effort)[:5]} if self._graph else set()

    @property
    def _patience(self) -> int:
        """How many vectors the tail may hold."""
        if self._kind == "hnsw" or self._moving:
            return 0
        return FEW if self._graph is None else max(TAIL, len(self._graph) // 100)

    @property
    def _worn(self) -> bool:
        """Whether most of the graph has been removed."""
        return self._graph is not None and len(self._graph.removed) > max(len(self._graph), TAIL)

    def _start_again(self, graph: Graph) -> None:
        live = sorted(graph.labels - graph.removed)
        for start in range(0, len(live), PIECE):
            labels = live[start : start + PIECE]
            self._tail.add(labels, graph.vectors(labels))
        self._graph = None

    def save(self, path: Path) -> tuple[int, list[int], int]:
        """Write the graph: how many labels the file holds, which of them are removed, and the effort of searches.

        Raises:
            OSError: the file could not be written whole.
        """
        with self._lock.reading():
            if self._graph is None:
                raise ValueError("this index has no graph")
            self._graph.save(path)
            return len(self._graph.labels), sorted(self._graph.removed), self._graph.ef

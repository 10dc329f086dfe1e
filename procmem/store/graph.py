"""Approximate nearest neighbours: hnswlib, with its sharp edges covered."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence, Set
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from procmem.store.exact import Matrix

LINKS, BUILD_EF = 16, 200
"""hnswlib's M and ef_construction."""
EFFORTS = (200, 400, 800, 1600)
"""How many candidates a search keeps (hnswlib's ef): the first suits MiniLM and tasks in words, others need more."""
SAMPLES = 100
ROOM = 4096
"""Least room for additions that the graph is given when it is full."""


class Graph:
    """Distinct unit vectors by label. Not safe by itself: a query during an addition aborts the process.

    Labels are never used for a second vector. What is removed stays inside as a way to others, and can come back.
    """

    def __init__(self, dim: int, room: int = ROOM) -> None:
        self._hnsw = _hnsw(dim)
        self._hnsw.init_index(max(room, ROOM), M=LINKS, ef_construction=BUILD_EF)
        self.ef = EFFORTS[0]
        self._hnsw.set_ef(self.ef)
        self._labels: set[int] = set()
        self._removed: set[int] = set()

    @classmethod
    def load(cls, path: Path, dim: int, labels: int, removed: Collection[int], ef: int) -> Graph:
        """A graph that ``save`` wrote, of this many labels, some of them removed.

        Raises:
            RuntimeError: hnswlib can not read the file, or it holds something else.
        """
        graph = cls.__new__(cls)
        graph._hnsw = _hnsw(dim)
        graph._hnsw.load_index(str(path), max_elements=labels + ROOM)
        graph.ef = ef
        graph._hnsw.set_ef(ef)  # the file does not keep it
        graph._labels = set(graph._hnsw.get_ids_list())
        graph._removed = set(removed)
        if len(graph._labels) != labels or not graph._removed <= graph._labels:
            raise RuntimeError(f"{len(graph._labels)} labels instead of {labels}")
        return graph

    def save(self, path: Path) -> None:
        """Write the graph; ``load`` must be told which labels are removed.

        Raises:
            OSError: the file could not be written whole.
        """
        self._hnsw.save_index(str(path))
        if path.stat().st_size != self._hnsw.index_file_size():  # hnswlib does not look whether the disk is full
            raise OSError(f"{path.name} could not be written whole")

    def __len__(self) -> int:
        return len(self._labels) - len(self._removed)

    def __contains__(self, label: int) -> bool:
        return label in self._labels and label not in self._removed

    @property
    def labels(self) -> Set[int]:
        """All labels inside, the removed ones too; to look at."""
        return self._labels

    @property
    def removed(self) -> Set[int]:
        """Labels that searches skip; to look at."""
        return self._removed

    def add(self, labels: Sequence[int], vectors: Matrix) -> None:
        """Add labels that were never inside; ``vectors`` has shape (len(labels), dim)."""
        full = len(self._labels) + len(labels)
        if full > self._hnsw.get_max_elements():  # beyond it hnswlib adds some of a batch, then raises
            self._hnsw.resize_index(full + max(ROOM, full // 4))
        threads = max((os.cpu_count() or 1) // 2, 1)  # the rest is for those who wait for an answer
        self._hnsw.add_items(vectors, np.array(labels, np.uint64), num_threads=threads)
        self._labels.update(labels)

    def remove(self, label: int) -> None:
        """Leave a label out of searches from now on."""
        self._hnsw.mark_deleted(label)
        self._removed.add(label)

    def revive(self, label: int) -> bool:
        """Take a removed label back in; false when it is not inside."""
        if label not in self._removed:
            return False
        self._hnsw.unmark_deleted(label)
        self._removed.remove(label)
        return True

    def vectors(self, labels: Iterable[int]) -> Matrix:
        """The vectors of labels that are not removed."""
        return np.array(self._hnsw.get_items(list(labels)), np.float32)

    def search(self, vector: Matrix, limit: int) -> list[tuple[int, float]]:
        """(label, cosine) of about the ``limit`` nearest, best first; fewer where the graph leads to no more."""
        most = min(limit, len(self))
        while most > 0:
            try:
                labels, distances = self._hnsw.knn_query(vector, k=most, num_threads=1)  # never with less effort than k
            except RuntimeError:  # it found fewer than it was asked for
                most //= 2
            else:
                return list(zip(labels[0].tolist(), (1 - distances[0]).tolist(), strict=True))
        return []

    def samples(self) -> Matrix:
        """Vectors near to some that are inside, to try searches with; shape (up to 100, dim)."""
        if not len(self):
            return np.zeros((0, 0), np.float32)
        step = max(len(self) // SAMPLES, 1)
        near = self.vectors(islice((label for label in self._labels if label in self), 0, step * SAMPLES, step))
        near += np.random.default_rng(0).normal(scale=0.3 / near.shape[1] ** 0.5, size=near.shape)
        samples: Matrix = near / np.linalg.norm(near, axis=1, keepdims=True)
        return samples

    def strive(self, ef: int) -> None:
        """Let searches keep at least so many candidates."""
        self.ef = max(self.ef, ef)
        self._hnsw.set_ef(self.ef)


def _hnsw(dim: int) -> Any:
    import hnswlib

    return hnswlib.Index("ip", dim)

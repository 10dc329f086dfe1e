"""Fills a graph, saves it and embeds until it is killed, and says on a pipe what it has begun."""

from __future__ import annotations

import os
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from procmem.store.duck import DuckStore
from procmem.store.exact import Matrix
from tests.records import full

DIM = 8
IMPORTED = 1100
"""So many new vectors make the graph worth saving."""


def vector(text: str) -> Matrix:
    """Some unit vector that the text decides."""
    values = np.random.default_rng(list(text.encode())).normal(size=DIM)
    return (values / np.linalg.norm(values)).astype(np.float32)


def write(pipe: Connection, file: Path, turn: int) -> None:
    """Import memories with vectors, embed some that came without, fill the graph, save it, and again."""
    store = DuckStore(file, "hnsw")
    store.nearest("e", vector(""), level="full-task")
    for number in count():
        names = [f"{turn}-{number}-{one}" for one in range(IMPORTED)]
        vectors = {"e": np.stack([vector(name) for name in names])}
        os.write(pipe.fileno(), b"import\n")
        store.add_many([full(name, name) for name in names], by="x", reason="y", vectors=vectors)
        bare = [full(f"{name}-bare", f"{name}-bare") for name in names[:50]]
        store.add_many(bare, by="x", reason="y")
        os.write(pipe.fileno(), b"embed\n")
        for start in range(0, len(bare), 10):
            store.embed("e", [(memory.id, 1, vector(memory.key)) for memory in bare[start : start + 10]])
        store.nearest("e", vector(""), level="full-task")
        os.write(pipe.fileno(), b"save\n")
        store.settle()
        os.write(pipe.fileno(), b"saved\n")

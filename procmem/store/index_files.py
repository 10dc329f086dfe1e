"""The index on disk: a cache. A file that is missing, damaged, foreign or half written is built anew from the store."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from procmem.store.graph import Graph
from procmem.store.index import Index

_log = logging.getLogger(__name__)


class Shelf(NamedTuple):
    """Whose vectors an index holds."""

    model: str
    status: str
    level: str
    agent: str


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What stands beside a graph's file. ``removed`` are labels inside that searches skip, ``ef`` is their effort."""

    shelf: Shelf
    dim: int
    space: str
    count: int
    removed: list[int]
    ef: int
    revision: int
    file: str
    checksum: int


class IndexFiles:
    """The graphs of one folder; ``None`` keeps nothing (for stores in memory)."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def load(self, shelf: Shelf, dim: int) -> Graph | None:
        """The graph of a shelf as it was saved last, or ``None``; the log says why where that is a surprise."""
        if self._folder is None or not (sidecar := _sidecar(self._folder, shelf)).is_file():
            return None
        try:
            return _read(sidecar, shelf, dim)
        except (OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
            cause = f"{type(error).__name__}: {error}"
            _log.warning("The index %s is built anew, because its file can not be used: %s", "/".join(shelf), cause)
            return None

    def save(self, shelf: Shelf, index: Index, revision: int) -> None:
        """Write a graph and its sidecar under new names, then put the sidecar in place; till then the old ones count.

        The bank's revision is kept for people; what the file lacks or has too much is found by comparing labels.
        """
        if self._folder is None:
            return
        sidecar = _sidecar(self._folder, shelf)
        written = self._folder / f"{sidecar.stem}.{os.urandom(4).hex()}.hnsw"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            count, removed, ef = index.save(written)
            described = Sidecar(shelf, index.dim, "ip", count, removed, ef, revision, written.name, _checksum(written))
            fresh = sidecar.with_suffix(".new")
            fresh.write_text(json.dumps(asdict(described)), encoding="utf-8")
            _flush(written)
            _flush(fresh)
            fresh.replace(sidecar)
        except (OSError, RuntimeError) as error:  # a full disk: the next start builds the graph again
            with suppress(OSError):
                written.unlink()
            _log.warning("The index %s could not be saved: %s", "/".join(shelf), error)
            return
        for old in self._folder.glob(f"{sidecar.stem}.*.hnsw"):
            if old != written:
                old.unlink(missing_ok=True)


def _read(sidecar: Path, shelf: Shelf, dim: int) -> Graph:
    found = json.loads(sidecar.read_text(encoding="utf-8"))
    known = Sidecar(**{**found, "shelf": Shelf(*found["shelf"])})
    wanted: Mapping[str, object] = {"shelf": shelf, "dim": dim, "space": "ip"}
    for name, value in wanted.items():
        if getattr(known, name) != value:
            raise ValueError(f"its {name} is {getattr(known, name)}, not {value}")
    file = sidecar.with_name(known.file)
    if _checksum(file) != known.checksum:
        raise ValueError(f"{file.name} is not the file that was written")
    return Graph.load(file, dim, known.count, known.removed, known.ef)


def _sidecar(folder: Path, shelf: Shelf) -> Path:
    return folder / f"{hashlib.sha256(json.dumps(shelf).encode()).hexdigest()[:16]}.json"


def _checksum(file: Path) -> int:
    """Against damage, not against malice; a second a gigabyte."""
    checksum = 0
    with file.open("rb") as stream:
        while piece := stream.read(2**22):
            checksum = zlib.crc32(piece, checksum)
    return checksum


def _flush(file: Path) -> None:
    with file.open("rb") as stream:
        os.fsync(stream.fileno())

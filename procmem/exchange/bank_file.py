"""A bank as JSONL: a header line, then one memory a line. Reading it is strict, and names the line and the field."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from procmem.errors import BadInput
from procmem.exchange.memory_json import LONGEST, AnyLine, FullTaskLine, SubtaskLine, checked, memory_of
from procmem.memory.bank import Bank
from procmem.store.rows import memory_json
from procmem.store.store import Vector
from procmem.types import JsonObject, Memory

SCHEMA = 1
CHUNK = 500
"""Memories whose vectors are looked up at once."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line. ``embedder`` is "" or names the model whose unit vectors of ``dim`` numbers every memory has."""

    revision: int
    exported: datetime
    memories: int
    embedder: str = ""
    dim: int = 0


@dataclass(frozen=True, slots=True)
class BankFile:
    """A file that was read to its end and is in order. ``vectors`` has shape (len(memories), dim)."""

    name: str
    header: Header
    memories: tuple[Memory, ...]
    vectors: npt.NDArray[np.float32] | None = None

    def place(self, index: int) -> str:
        """Where a memory stands, for a message."""
        return f"Line {index + 2} of {self.name}"


class _Header(BaseModel):
    model_config = ConfigDict(strict=True)  # what a later version adds to a header does no harm

    procmem_bank: int
    revision: int = 0
    exported: AwareDatetime
    memories: int = Field(ge=0)
    embedder: str = ""
    dim: int = Field(default=0, ge=0)


# --- writing ---------------------------------------------------------------------------------------------------------


def export(bank: Bank, *, at: int | None = None, retired: bool = False, vectors: bool = False) -> Iterator[str]:
    """The lines of a file that holds the bank, now or as of revision ``at``.

    Args:
        bank: What to export, with the embedder whose vectors go along.
        at: A revision; the newest by default.
        retired: Whether retired memories go along. Those that an active one is part of always do.
        vectors: Whether each memory carries its vector, so that nobody has to embed it again.

    Raises:
        BadInput: there is no such revision.
    """
    newest = bank.store.revision
    revision = newest if at is None else at
    if not 0 <= revision <= newest:
        raise BadInput(f"There is no revision {revision}: the bank is at revision {newest}.")
    memories = bank.store.memories(at=revision, retired=True)
    if not retired:
        needed = {memory.parent for memory in memories if memory.status == "active"}
        memories = [memory for memory in memories if memory.status == "active" or memory.id in needed]
    embedder, dim = (bank.embedder.name, bank.embedder.dim) if vectors else ("", 0)
    return _lines(Header(revision, datetime.now(UTC), len(memories), embedder, dim), memories, bank)


def export_some(bank: Bank, memories: Sequence[Memory]) -> Iterator[str]:
    """The lines of a file that holds these memories, and the full-task memories that they are part of."""
    missing = {memory.parent for memory in memories if memory.parent} - {memory.id for memory in memories}
    whole = [*(bank.store.memory(name) for name in sorted(missing)), *memories]
    return _lines(Header(bank.store.revision, datetime.now(UTC), len(whole)), whole, bank)


def _lines(header: Header, memories: Sequence[Memory], bank: Bank) -> Iterator[str]:
    first: JsonObject = {
        "procmem_bank": SCHEMA,
        "revision": header.revision,
        "exported": header.exported.isoformat(timespec="seconds"),
        "memories": header.memories,
    }
    if header.embedder:
        first |= {"embedder": header.embedder, "dim": header.dim}
    yield f"{json.dumps(first, ensure_ascii=False)}\n"
    for start in range(0, len(memories), CHUNK):
        chunk = memories[start : start + CHUNK]
        packed = map(_base64, _vectors(bank, chunk)) if header.embedder else (None for _ in chunk)
        for memory, vector in zip(chunk, packed, strict=True):
            written = memory_json(memory)
            yield f"{written}\n" if vector is None else f'{written[:-1]},"vector":"{vector}"}}\n'


def _vectors(bank: Bank, memories: Sequence[Memory]) -> list[Vector]:
    """The memories' vectors: the store's where a memory's key is still the same, else made anew."""
    ids = [memory.id for memory in memories]
    kept, now = bank.store.vectors(bank.embedder.name, ids), bank.store.latest(ids)
    known = {name: vector for name, vector in kept.items() if name in now}
    missing = [memory for memory in memories if memory.id not in known or now[memory.id].key != memory.key]
    made = bank.embedder.embed([memory.key for memory in missing]) if missing else ()
    known |= {memory.id: vector for memory, vector in zip(missing, made, strict=True)}
    return [known[name] for name in ids]


def _base64(vector: Vector) -> str:
    return base64.b64encode(np.asarray(vector, "<f4").tobytes()).decode("ascii")


def save(path: Path, lines: Iterable[str]) -> None:
    """Write a file whole or not at all: an older one stays until the new one is complete.

    Raises:
        BadInput: the file can not be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        try:
            with part.open("w", encoding="utf-8", newline="\n") as stream:
                stream.writelines(lines)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise BadInput(f"{path} can not be written: {error.strerror}. Name another file.") from error


# --- reading ---------------------------------------------------------------------------------------------------------


def load(path: Path) -> BankFile:
    """A bank from a file; see ``read``.

    Raises:
        BadInput: the file can not be read, or is not in order.
    """
    try:
        with path.open("rb") as stream:
            return read(iter(lambda: stream.readline(LONGEST + 1), b""), path.name)
    except OSError as error:
        raise BadInput(f"{path} can not be read: {error.strerror}.") from error


def read(lines: Iterable[bytes], name: str) -> BankFile:
    """A bank from its lines, checked to the end before anything is made of it.

    Raises:
        BadInput: it is no bank, from a newer version, cut off, or a line is not in order; line and field are named.
    """
    numbered = enumerate(lines, start=1)
    header = _header(next(numbered, (1, b""))[1], name)
    parse: Callable[[bytes], FullTaskLine | SubtaskLine] = TypeAdapter(AnyLine).validate_json
    memories: list[Memory] = []
    packed: list[bytes] = []
    known: dict[str, int] = {}
    for number, text in numbered:
        if not text.strip():
            continue
        place = f"Line {number} of {name}"
        if number != len(memories) + 2:
            raise BadInput(f"{place}: an empty line stands before it. Take it out.")
        line = checked(parse, text, place)
        if line.id in known:
            raise BadInput(f"{place}, field id: {line.id!r} is the id of line {known[line.id]} already.")
        known[line.id] = number
        memories.append(memory_of(line))
        packed += _packed(line.vector, header, place)
    if len(memories) != header.memories:
        raise BadInput(
            f"{name} holds {len(memories)} memories, but its first line promises {header.memories}: it was cut off or "
            "put together from others. Take the whole file."
        )
    return BankFile(name, header, tuple(memories), _matrix(packed, header))


def _header(text: bytes, name: str) -> Header:
    try:
        first: Any = json.loads(text.decode("utf-8-sig")) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        first = None
    version = first.get("procmem_bank") if isinstance(first, dict) else None
    if type(version) is not int or version < 1:
        raise BadInput(
            f'{name} is no bank of ProcMem: its first line should begin {{"procmem_bank": {SCHEMA}, ...}}. '
            "`procmem bank export` writes such files."
        )
    if version > SCHEMA:
        raise BadInput(
            f"{name} has form {version}, and this ProcMem reads form {SCHEMA}: a newer one wrote it. Update ProcMem."
        )
    found = checked(_Header.model_validate_json, text.removeprefix(b"\xef\xbb\xbf"), f"Line 1 of {name}")
    if bool(found.embedder) != bool(found.dim):
        raise BadInput(f"Line 1 of {name}, field dim: vectors need both, embedder and dim.")
    return Header(found.revision, found.exported, found.memories, found.embedder, found.dim)


def _packed(vector: str | None, header: Header, place: str) -> list[bytes]:
    if not header.embedder:
        if vector is not None:
            raise BadInput(f"{place}, field vector: the first line names no embedder that made it.")
        return []
    try:
        raw = base64.b64decode(vector or "", validate=True)
    except (binascii.Error, ValueError):
        raise BadInput(f"{place}, field vector: no base64.") from None
    if len(raw) != 4 * header.dim:
        raise BadInput(f"{place}, field vector: {len(raw)} bytes in place of {4 * header.dim} (float32).")
    length = float(np.linalg.norm(np.frombuffer(raw, "<f4")))
    if not abs(length - 1) < 1e-3:  # a NaN fails this too
        raise BadInput(f"{place}, field vector: of length {length:.4g}, not 1.")
    return [raw]


def _matrix(packed: Sequence[bytes], header: Header) -> npt.NDArray[np.float32] | None:
    if not header.embedder:
        return None
    return np.frombuffer(b"".join(packed), "<f4").reshape(len(packed), header.dim)

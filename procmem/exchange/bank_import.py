"""A file's memories into a bank: what would change, doing it at once, or proposing it for review."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from procmem.errors import BadInput
from procmem.exchange.bank_file import BankFile
from procmem.exchange.memory_json import memory_json
from procmem.store.store import BankStore
from procmem.types import Decision, Memory, Proposal, ProposalKind

CHUNK = 1000
"""Memories that are looked up at once."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would change: new memories, changed ones (bank, file), and how many the bank holds already."""

    added: tuple[Memory, ...]
    revised: tuple[tuple[Memory, Memory], ...]
    same: int


def plan(file: BankFile, store: BankStore) -> Plan:
    """Compare a file with the bank; version numbers do not matter, a memory's content and status do.

    Raises:
        BadInput: a subtask memory's parent is neither in the file nor in the bank, or is no full-task memory.
    """
    check_parents(file.memories, store, file.place)
    return compare(file.memories, store)


def compare(memories: Sequence[Memory], store: BankStore) -> Plan:
    """What these memories would change; see ``plan``."""
    added: list[Memory] = []
    revised: list[tuple[Memory, Memory]] = []
    for start in range(0, len(memories), CHUNK):
        chunk = memories[start : start + CHUNK]
        known = store.latest([memory.id for memory in chunk])
        added += [memory for memory in chunk if memory.id not in known]
        held = [(known[memory.id], memory) for memory in chunk if memory.id in known]
        revised += [(old, new) for old, new in held if replace(new, version=old.version) != old]
    return Plan(tuple(added), tuple(revised), len(memories) - len(added) - len(revised))


def check_parents(memories: Sequence[Memory], store: BankStore, place: Callable[[int], str]) -> None:
    """See that every subtask memory's whole is among these memories or in the bank.

    Raises:
        BadInput: one is not; ``place`` says of its index where it stands.
    """
    wholes = {memory.id for memory in memories if memory.level == "full-task"}
    asked = {memory.parent for memory in memories if memory.parent is not None} - wholes
    wholes |= {name for name, memory in store.latest(sorted(asked)).items() if memory.level == "full-task"}
    for index, memory in enumerate(memories):
        if memory.parent is not None and memory.parent not in wholes:
            raise BadInput(
                f"{place(index)}, field parent: no full-task memory {memory.parent!r} is in the file or the bank."
            )


def bring_in(file: BankFile, store: BankStore, by: str) -> Decision | None:
    """Import a file by one decision, which can be undone; ``None`` when the bank holds it all already.

    Raises:
        BadInput: as ``plan``; then nothing is imported.
    """
    check_parents(file.memories, store, file.place)
    vectors = None if file.vectors is None else {file.header.embedder: file.vectors}
    return store.add_many(file.memories, by=by, reason=f"Import of {file.name}", vectors=vectors)


def wishes(change: Plan, name: str, author: str) -> list[Proposal]:
    """The same change as proposals, one per full-task memory with its subtasks.

    Their ids derive from what they hold, so a second import of a file queues nothing twice. New memories that are
    retired in the file are left out.
    """
    families: dict[str, list[tuple[Memory | None, Memory]]] = {}
    news = [(None, memory) for memory in change.added if memory.status == "active"]
    for old, new in [*news, *change.revised]:
        families.setdefault(new.parent or new.id, []).append((old, new))
    return [_wish(root, sorted(family, key=_place), name, author) for root, family in families.items()]


def _place(pair: tuple[Memory | None, Memory]) -> bool:
    return pair[1].level == "subtask"


def _wish(root: str, family: Sequence[tuple[Memory | None, Memory]], name: str, author: str) -> Proposal:
    kind: ProposalKind = "add" if all(old is None for old, _ in family) else "revise"
    memories = tuple(replace(new, version=old.version if old else (1 if kind == "add" else 0)) for old, new in family)
    written = json.dumps([memory_json(memory) for memory in memories], sort_keys=True)
    digest = hashlib.sha256(written.encode()).hexdigest()[:12]
    return Proposal(f"import-{root}-{digest}", kind, memories, author, f"From {name}")

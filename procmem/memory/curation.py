"""What a curator wishes for, as proposals: retire, restore, revise, merge, supersede."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace

from procmem.errors import BadInput
from procmem.memory.build import parts_of
from procmem.store.store import BankStore
from procmem.types import FullTaskUnit, Memory, Proposal, ProposalKind


def retire(store: BankStore, ids: Sequence[str], author: str, reason: str, identity: str = "") -> Proposal:
    """Take memories out of use; a full-task memory takes its active subtask memories with it.

    Raises:
        UnknownName: there is no such memory.
        BadInput: one is retired already.
    """
    gone = []
    for memory in with_parts(store, ids):
        if memory.status == "retired":
            raise BadInput(f"“{memory.title}” is retired already.")
        gone.append(replace(memory, status="retired"))
    return _proposal("retire", gone, author, reason, identity)


def restore(store: BankStore, ids: Sequence[str], author: str, reason: str) -> Proposal:
    """Bring retired memories back; a full-task memory brings the subtask memories of its unit back.

    Raises:
        UnknownName: there is no such memory.
        BadInput: one is in use already.
    """
    back: dict[str, Memory] = {}
    for name in ids:
        memory = store.memory(name)
        if memory.status == "active":
            raise BadInput(f"“{memory.title}” is in use already.")
        family = [memory]
        if isinstance(memory.unit, FullTaskUnit):
            family += store.latest([part.id for part in parts_of(memory)]).values()
        back.update({one.id: replace(one, status="active") for one in family if one.status == "retired"})
    return _proposal("restore", list(back.values()), author, reason)


def restore_version(store: BankStore, memory_id: str, version: int, author: str) -> Proposal:
    """Bring the content of an earlier version back, as a new version.

    Raises:
        UnknownName: there is no such memory or version.
    """
    now, then = store.memory(memory_id), store.memory(memory_id, version)
    wanted = replace(then, version=now.version, status="active")
    return _proposal("revise", [wanted], author, f"Back to version {version}.")


def revise(memories: Sequence[Memory], author: str, reason: str) -> Proposal:
    """Change memories; each states the version that it was edited from."""
    return _proposal("revise", list(memories), author, reason)


def supersede(store: BankStore, old: str, new: Sequence[Memory], author: str, reason: str) -> Proposal:
    """Put new memories in the place of an old one, which is retired with its subtask memories.

    Raises:
        UnknownName: there is no such memory.
    """
    gone = [replace(memory, status="retired") for memory in with_parts(store, [old])]
    return _proposal("supersede", [*(replace(memory, version=0) for memory in new), *gone], author, reason)


def merge(store: BankStore, keep: str, others: Sequence[str], author: str, reason: str = "") -> Proposal:
    """Keep one of several near-duplicates: it remembers where the others came from, and they are retired.

    Raises:
        UnknownName: there is no such memory.
        BadInput: fewer than two, or of different levels or agents.
    """
    kept = store.memory(keep)
    twins = [store.memory(name) for name in dict.fromkeys(others) if name != keep]
    if not twins:
        raise BadInput("Merging takes two memories or more.")
    for twin in twins:
        if (twin.level, twin.agent) != (kept.level, kept.agent):
            raise BadInput(f"“{twin.title}” is a {twin.level} memory of {twin.agent}; only memories of one kind merge.")
    tasks = [task for twin in twins for task in (twin.origin.task_id, *twin.origin.learned_from)]
    known = dict.fromkeys((*kept.origin.learned_from, *tasks))
    learned = tuple(task for task in known if task != kept.origin.task_id)
    gone = [replace(memory, status="retired") for memory in with_parts(store, [twin.id for twin in twins])]
    changed = replace(kept, origin=replace(kept.origin, learned_from=learned))
    titles = ", ".join(f"“{twin.title}”" for twin in twins)
    return _proposal("merge", [changed, *gone], author, reason or f"Says the same as {titles}.")


def with_parts(store: BankStore, ids: Iterable[str]) -> list[Memory]:
    """Memories as they stand, each full-task memory followed by its active subtask memories, nothing twice.

    Raises:
        UnknownName: there is no such memory.
    """
    wholes = [store.memory(name) for name in dict.fromkeys(ids)]
    parts = store.children([memory.id for memory in wholes])
    family = [member for memory in wholes for member in (memory, *parts.get(memory.id, ()))]
    return list({memory.id: memory for memory in family}.values())


def _proposal(kind: ProposalKind, memories: Sequence[Memory], author: str, reason: str, identity: str = "") -> Proposal:
    return Proposal(identity or f"{kind}-{uuid.uuid4().hex[:12]}", kind, tuple(memories), author, reason)

"""Memories with their versions, proposals and decisions (the bank's half of ``BankStore``)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Literal

from procmem.errors import BadInput, UnknownName
from procmem.store.database import Database, Row, Session, utc_now
from procmem.store.rows import from_utc, memory, proposal, to_json, to_utc
from procmem.types import Decision, Memory, MemoryLevel, Proposal, Verdict

HEAD = """
with head as (
    select memory_id, max(version) as version, min(revision) as added from memory_version
    where revision <= ? group by memory_id
)
"""
NOW = 2_147_483_647
_PAST: dict[Verdict, str] = {"accept": "accepted", "edit": "accepted with edits", "discard": "discarded"}


class Bank:
    """The proposal, decision and memory_version tables; rows are only ever added."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @property
    def revision(self) -> int:
        """The bank's version number: 0 when empty, one more per applied decision."""
        ((revision,),) = self._db.rows("select coalesce(max(revision), 0) from decision")
        return int(revision)

    def propose(self, proposals: Sequence[Proposal]) -> None:
        """Queue proposals. A proposal whose id is already there is left as it is.

        Raises:
            BadInput: a proposal without memories.
        """
        for wished in proposals:
            if not wished.memories:
                raise BadInput(f"Proposal {wished.id!r} holds no memory.")
        with self._db.write() as session:
            ((last,),) = session.run("select coalesce(max(number), 0) from proposal")
            session.insert(
                "insert or ignore into proposal",
                "number, id, kind, run_id, author, proposed, payload",
                [
                    (number, p.id, p.kind, p.run_id, p.author, utc_now(), to_json(asdict(p)))
                    for number, p in enumerate(proposals, last + 1)
                ],
            )

    def proposals(
        self,
        *,
        state: Literal["undecided", "decided", "all"] = "undecided",
        run_id: str | None = None,
        limit: int = 100,
    ) -> list[Proposal]:
        """Proposals, oldest first; those of one run, or of all."""
        decided = "exists (from decision where proposal_id = proposal.id)"
        wanted = {"undecided": f"not {decided}", "decided": decided, "all": "true"}[state]
        rows = self._db.rows(
            f"select payload from proposal where {wanted} and (? is null or run_id = ?) order by number limit ?",
            run_id,
            run_id,
            limit,
        )
        return [proposal(text) for (text,) in rows]

    def decide(
        self,
        proposal_id: str,
        verdict: Verdict,
        *,
        by: str,
        reason: str = "",
        edited: Sequence[Memory] | None = None,
    ) -> Decision:
        """Apply a verdict in one transaction: the decision, new memory versions, and the next revision.

        A discard changes no memory and makes no revision. ``edited`` (verdict edit) replaces the proposal's memories;
        it may leave some out. The store numbers the versions. A revise or retire fits when the bank's latest version of
        each memory is the one that the memory states; ``base_version`` states it for the first.

        Raises:
            UnknownName: there is no such proposal.
            BadInput: it was decided before, the memory has moved on since ``base_version``, or the edit does not fit.
        """
        with self._db.write() as session:
            wished = _undecided(session, proposal_id)
            contents = _contents(session, wished, verdict, edited)
            ((revision,),) = session.run("select coalesce(max(revision), 0) from decision")
            decision = Decision(
                uuid.uuid4().hex, proposal_id, verdict, by, reason, revision + (verdict != "discard"), datetime.now(UTC)
            )
            session.run(
                "insert into decision (id, proposal_id, verdict, decider, reason, revision, decided) "
                "values (?, ?, ?, ?, ?, ?, ?)",
                decision.id,
                proposal_id,
                verdict,
                by,
                reason,
                decision.revision,
                to_utc(decision.at),
            )
            _insert_versions(session, decision, contents)
        return decision

    def memories(
        self,
        *,
        level: MemoryLevel | None = None,
        agent: str | None = None,
        at: int | None = None,
        retired: bool = False,
    ) -> list[Memory]:
        """The bank now, or as of revision ``at``, oldest first; without retired memories unless asked."""
        rows = self._db.rows(
            f"{HEAD} select payload from memory_version join head using (memory_id, version) "
            "where (? is null or level = ?) and (? is null or agent = ?) and (? or status = 'active') "
            "order by added, position, memory_id",
            NOW if at is None else at,
            level,
            level,
            agent,
            agent,
            retired,
        )
        return [memory(text) for (text,) in rows]

    def memory(self, memory_id: str, version: int | None = None) -> Memory:
        """One memory, its latest version or a given one.

        Raises:
            UnknownName: there is no such memory or version.
        """
        rows = self._db.rows("select version, payload from memory_version where memory_id = ?", memory_id)
        if not rows:
            raise self._no_memory(memory_id)
        versions: dict[int, str] = dict(rows)
        wanted = max(versions) if version is None else version
        if wanted not in versions:
            raise UnknownName(f"version of memory {memory_id!r}", str(wanted), map(str, versions))
        return memory(versions[wanted])

    def latest(self, ids: Sequence[str]) -> dict[str, Memory]:
        """The latest versions of these memories by id, in one query; unknown ids are left out."""
        return {memory_id: found for memory_id, (_, found) in _latest(self._db.rows, ids).items()}

    def children(self, memory_id: str) -> list[Memory]:
        """The active subtask memories of a full-task memory, in the order of its subtasks."""
        rows = self._db.rows(
            "select payload from memory_version "
            "where memory_id in (select memory_id from memory_version where parent = ?) "
            "qualify version = max(version) over (partition by memory_id) and status = 'active' "
            "order by position, memory_id",
            memory_id,
        )
        return [memory(text) for (text,) in rows]

    def _no_memory(self, memory_id: str) -> UnknownName:
        alike = self._db.rows(
            "select distinct memory_id from memory_version order by levenshtein(memory_id, ?), memory_id limit 5",
            memory_id,
        )
        return UnknownName("memory", memory_id, [id_ for (id_,) in alike])


def _undecided(session: Session, proposal_id: str) -> Proposal:
    rows = session.run("select payload from proposal where id = ?", proposal_id)
    if not rows:
        alike = session.run("select id from proposal order by levenshtein(id, ?), id limit 5", proposal_id)
        raise UnknownName("proposal", proposal_id, [id_ for (id_,) in alike])
    before = session.run(
        "select verdict, decider, decided, reason from decision where proposal_id = ? order by decided desc limit 1",
        proposal_id,
    )
    if before:
        ((verdict, decider, decided, reason),) = before
        because = f" ({reason})" if reason else ""
        raise BadInput(
            f"This proposal was decided before: {decider} {_PAST[verdict]} it on "
            f"{from_utc(decided):%Y-%m-%d at %H:%M:%S} UTC{because}."
        )
    return proposal(rows[0][0])


def _contents(
    session: Session, wished: Proposal, verdict: Verdict, edited: Sequence[Memory] | None
) -> list[tuple[int, Memory]]:
    """What a verdict writes: each memory in its new version, with its place among its siblings."""
    if (verdict == "edit") != (edited is not None):
        raise BadInput("An edit needs the edited memories, and only an edit takes them.")
    if verdict == "discard":
        return []
    chosen = _chosen(wished, edited)
    ids = [memory.id for memory in chosen]
    if len(set(ids)) < len(ids):
        raise BadInput(f"Proposal {wished.id!r} holds the same memory twice, so it can only be discarded or edited.")
    latest = _latest(session.run, ids)
    return [_next_version(wished, place, memory, latest.get(memory.id)) for place, memory in enumerate(chosen)]


def _chosen(wished: Proposal, edited: Sequence[Memory] | None) -> Sequence[Memory]:
    if edited is None:
        return wished.memories
    if wished.kind == "retire":
        raise BadInput("A retirement can be accepted or discarded; there is nothing to edit.")
    foreign = {memory.id for memory in edited} - {memory.id for memory in wished.memories}
    if foreign or not edited:
        strangers = ", ".join(sorted(foreign)) or "none was given"
        raise BadInput(f"An edit keeps to one or more of the proposal's memories ({strangers}).")
    return edited


def _latest(run: Callable[..., list[Row]], ids: Sequence[str]) -> dict[str, tuple[int, Memory]]:
    """The latest version of each known memory, with its position."""
    rows = run(
        "select memory_id, position, payload from memory_version where list_contains(?, memory_id) "
        "qualify version = max(version) over (partition by memory_id)",
        list(ids),
    )
    return {memory_id: (position, memory(text)) for memory_id, position, text in rows}


def _next_version(wished: Proposal, place: int, new: Memory, latest: tuple[int, Memory] | None) -> tuple[int, Memory]:
    position, current = latest or (place, None)
    match wished.kind:
        case "add":
            if current and current.status == "active":
                raise BadInput(f"Memory {new.id!r} is in the bank already.")
            return position, replace(new, version=current.version + 1 if current else 1, status="active")
        case "revise" | "retire":
            first = new.id == wished.memories[0].id
            base = wished.base_version if first and wished.base_version is not None else new.version
            if current is None:
                raise BadInput(f"Memory {new.id!r} is not in the bank, so it cannot be changed.")
            if current.version != base:
                raise BadInput(
                    f"Memory {new.id!r} has moved on: the proposal was made against version {base}, the bank holds "
                    f"version {current.version}. Look at it again."
                )
            if wished.kind == "retire":
                return position, replace(current, version=base + 1, status="retired")
            return position, replace(new, version=base + 1)


def _insert_versions(session: Session, decision: Decision, contents: Sequence[tuple[int, Memory]]) -> None:
    session.insert(
        "insert into memory_version",
        "memory_id, version, revision, decision_id, level, agent, parent, position, builder, status, key_text, payload",
        [
            (
                m.id,
                m.version,
                decision.revision,
                decision.id,
                m.level,
                m.agent,
                m.parent,
                position,
                m.origin.builder,
                m.status,
                m.key,
                to_json(asdict(m)),
            )
            for position, m in contents
        ],
    )

"""The bank's history: one transaction's decisions, new versions and the log of what stands, gathered and then written.

Tables: decision, memory_version, memory_head (what stood from a revision on) and memory_now (what stands).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from procmem.store.changes import Changes
from procmem.store.database import Database, Row, Session
from procmem.store.present import Present
from procmem.store.rows import from_utc, memory_json, to_utc, words_of
from procmem.types import Decision, Memory, ProposalState, Verdict

DECISION = "id, proposal_id, verdict, decider, reason, revision, decided, undoes, in_force"
_VERSION = (
    "number, memory_id, version, decision_id, level, agent, parent, position, builder, build, task_id, status, title, "
    "key_text, words, payload"
)


def decision(row: Row) -> Decision:
    """A row of DECISION's columns."""
    id_, proposal_id, verdict, by, reason, revision, decided, undoes, in_force = row
    return Decision(id_, proposal_id, verdict, by, reason, revision, from_utc(decided), undoes, in_force)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the history goes: the last revision, decision and version number, and how many active memories it has."""

    revision: int
    decision: int
    number: int
    full_tasks: int
    subtasks: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What the bank knows of a memory: the version that stands (``number`` is ``None`` when it left), and its past."""

    number: int | None
    first: int
    versions: int
    version: int = 0
    level: str = ""
    status: str = ""
    position: int = 0

    @property
    def active(self) -> bool:
        """Whether the bank's size counts it."""
        return self.number is not None and self.status == "active"


class Page:
    """The changes of one transaction. Every decision sees those before it; ``flush`` writes a statement per table."""

    def __init__(self, session: Session, mark: Mark) -> None:
        self.session = session
        self.revision = mark.revision
        self.decision = mark.decision
        self.number = mark.number
        self._sizes = {"full-task": mark.full_tasks, "subtask": mark.subtasks}
        self.now: dict[str, int | None] = {}  # what stands after this page, where it changed
        self.moved: set[int] = set()  # numbers of versions that entered the bank or left it
        self._standing: dict[str, Standing | None] = {}
        self._unknown: set[str] = set()  # memories that memory_now has no row of
        self._unwritten: dict[str, Standing] = {}
        self._decisions: list[Sequence[object]] = []
        self._versions: list[Sequence[object]] = []
        self._heads: list[Sequence[object]] = []
        self._states: dict[str, tuple[ProposalState, int | None]] = {}
        self._in_force: dict[str, bool] = {}

    @property
    def mark(self) -> Mark:
        """How far the history goes with this page."""
        return Mark(self.revision, self.decision, self.number, self._sizes["full-task"], self._sizes["subtask"])

    def look_up(self, ids: Sequence[str]) -> None:
        """Read what the bank knows of these memories, in one go."""
        unknown = [memory_id for memory_id in dict.fromkeys(ids) if memory_id not in self._standing]
        self._standing |= dict.fromkeys(unknown)
        rows = self.session.within("select memory_id, number, first, versions from memory_now where memory_id", unknown)
        versions = self.session.within(
            "select number, version, level, status, position from memory_version where number",
            [number for _, number, *_ in rows if number],
        )
        stands = {number: rest for number, *rest in versions}
        self._unknown.update(unknown)
        for memory_id, number, first, count in rows:
            self._unknown.discard(memory_id)
            self._standing[memory_id] = Standing(number, first, count, *stands.get(number, ()))

    def standing(self, memory_id: str) -> Standing | None:
        """What the bank knows of a memory that was looked up; ``None``: it was never there."""
        return self._standing[memory_id]

    def begin(
        self, proposal_id: str, verdict: Verdict, by: str, reason: str, *, changes: bool, undoes: str | None = None
    ) -> Decision:
        """The next decision. What it changes follows, then ``end``."""
        self.revision += changes
        self.decision += 1
        return Decision(uuid.uuid4().hex, proposal_id, verdict, by, reason, self.revision, datetime.now(UTC), undoes)

    def put(self, made: Decision, memory: Memory, position: int) -> None:
        """Write a memory that was looked up, its version numbered already."""
        self.number += 1
        past = self._standing[memory.id]
        first = past.first if past else self.number
        self._versions.append(_version_row(self.number, made, memory, position))
        stands = Standing(self.number, first, memory.version, memory.version, memory.level, memory.status, position)
        self.move(made, memory.id, stands)

    def move(self, made: Decision, memory_id: str, stands: Standing) -> None:
        """Let another version of a memory that was looked up stand, or none."""
        past = self._standing[memory_id]
        before = past.number if past else None
        self._heads.append((made.revision, memory_id, stands.number, before))
        self.moved.update(number for number in (stands.number, before) if number is not None)
        self.now[memory_id] = stands.number
        self._standing[memory_id] = self._unwritten[memory_id] = stands
        if past and past.active:
            self._sizes[past.level] -= 1
        if stands.active:
            self._sizes[stands.level] += 1

    def end(self, made: Decision, *, changes: bool) -> None:
        """Write the decision, with the bank's size after it."""
        self._decisions.append(
            (
                self.decision,
                changes,
                self._sizes["full-task"],
                self._sizes["subtask"],
                made.id,
                made.proposal_id,
                made.verdict,
                made.by,
                made.reason,
                made.revision,
                to_utc(made.at),
                made.undoes,
                made.in_force,
            )
        )

    def settle(self, proposal_id: str, state: ProposalState, decided: int | None) -> None:
        """Note a proposal's state, and the number of the decision in force."""
        self._states[proposal_id] = state, decided

    def settled(self, proposal_id: str) -> ProposalState | None:
        """What this page has noted of a proposal."""
        return self._states[proposal_id][0] if proposal_id in self._states else None

    def force(self, decision_id: str, in_force: bool) -> None:
        """Note whether a decision is in force."""
        self._in_force[decision_id] = in_force

    def flush(self) -> None:
        """Write what was gathered; a long page is flushed now and then, so that it stays small."""
        insert, update = self.session.insert, self.session.update
        insert("insert into decision", f"number, changed, full_tasks, subtasks, {DECISION}", self._decisions)
        insert("insert into memory_version", _VERSION, self._versions)
        insert("insert into memory_head", "revision, memory_id, number, before", self._heads)
        new = [(id_, s.number, s.first, s.versions) for id_, s in self._unwritten.items() if id_ in self._unknown]
        known = [(id_, s.number, s.versions) for id_, s in self._unwritten.items() if id_ not in self._unknown]
        insert("insert into memory_now", "memory_id, number, first, versions", new)
        update("memory_now", ("memory_id", "number", "versions"), known)
        self._unknown -= self._unwritten.keys()
        update("proposal", ("id", "state", "decision"), [(id_, *settled) for id_, settled in self._states.items()])
        update("decision", ("id", "in_force"), list(self._in_force.items()))
        for rows in (self._decisions, self._versions, self._heads):
            rows.clear()
        for noted in (self._unwritten, self._states, self._in_force):
            noted.clear()


def _version_row(number: int, made: Decision, memory: Memory, position: int) -> Sequence[object]:
    return (
        number,
        memory.id,
        memory.version,
        made.id,
        memory.level,
        memory.agent,
        memory.parent,
        position,
        memory.origin.builder,
        memory.origin.build,
        memory.origin.task_id,
        memory.status,
        memory.title,
        memory.key,
        words_of(memory),
        memory_json(memory),
    )


class History:
    """The history's tables, and what this process keeps of them in memory: it owns the file, so it knows."""

    def __init__(self, database: Database, changes: Changes) -> None:
        self._db = database
        self._changes = changes
        self._present = Present(database)
        self._mark: Mark | None = self._read_mark()
        self._known = (
            self._mark.revision
        )  # the last revision that everybody who keeps something of the bank has heard of

    @property
    def revision(self) -> int:
        """The bank's version number: 0 when empty, one more per decision that changes it (undo included)."""
        return self._now().revision

    def _now(self) -> Mark:
        mark = self._mark
        return mark or self._read_mark()

    def _read_mark(self) -> Mark:
        rows = self._db.rows(
            "select revision, number, (select coalesce(max(number), 0) from memory_version), full_tasks, subtasks "
            "from decision order by number desc limit 1"
        )
        return Mark(*rows[0]) if rows else Mark(0, 0, 0, 0, 0)

    def _catch_up(self) -> Mark:
        """Look again after a write that failed; should it be in the file all the same, everybody hears of it."""
        mark = self._read_mark()
        if mark.revision != self._known:
            numbers = self._db.rows("select number, before from memory_head where revision > ?", self._known)
            self._present.forget()
            self._changes.record({number for pair in numbers for number in pair if number is not None})
        return mark

    @contextmanager
    def _page(self) -> Iterator[Page]:
        """A transaction on the bank. What others keep of the bank follows before the next writer has its turn."""
        with self._db.turn:
            mark = self._mark or self._catch_up()
            try:
                with self._db.write() as session:
                    page = Page(session, mark)
                    yield page
                    page.flush()
            except BaseException:
                self._mark = None  # nobody knows how far it came, so look again
                raise
            self._mark = page.mark
            self._known = page.mark.revision
            self._present.follow(page.now)
            self._changes.record(page.moved)

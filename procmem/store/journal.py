"""The writer of the event log. Events that threads append at the same time are written together.

One row costs as much as fifty: most of it is the wait for the disk. So whoever finds the pen free writes all that waits
by then; whoever comes meanwhile waits, and the first of them has the pen next. Each returns when its row is on disk.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from procmem.errors import BadInput
from procmem.events import Event, Finished, Graded, Recalled, Started, kind_of, payload
from procmem.store.database import Database, Row, Session, utc_now
from procmem.store.rows import to_json

_COLUMNS = "run, seq, kind, written, payload"


@dataclass(slots=True, eq=False)
class _Entry:
    """An event that waits: ``woken`` when it is written, has failed, or has the pen."""

    run: int
    event: Event
    text: str
    seq: int = 0
    error: BaseException | None = None
    settled: bool = False
    woken: threading.Event = field(default_factory=threading.Event)


class Journal:
    """The event and recall tables. One per file: it keeps count of the events of the runs under way."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._gate = threading.Lock()
        self._waiting: list[_Entry] = []
        self._writing = False
        self._last: dict[int, int] = {}  # run number -> last sequence number; read and written by who has the pen

    def append(self, run: int, event: Event) -> int:
        """Write the next event of the run of this number, with what follows from it; its sequence number, from 1."""
        entry = _Entry(run, event, to_json(payload(event)))
        with self._gate:
            self._waiting.append(entry)
            waits, self._writing = self._writing, True
        if waits:
            try:
                entry.woken.wait()
            except BaseException:  # Ctrl+C
                self._leave(entry)
                raise
        if not entry.settled:
            self._write_what_waits(entry)
        if entry.error:
            raise entry.error
        return entry.seq

    def _write_what_waits(self, mine: _Entry) -> None:
        batch: list[_Entry] = []
        try:
            with self._db.turn:
                with self._gate:
                    batch, self._waiting = self._waiting, []
                self._write(batch)
        except BaseException as error:
            self._last.clear()
            for entry in batch:
                entry.error = error
            raise
        finally:
            self._pass_on(mine)
            for entry in batch:
                entry.settled = True
                entry.woken.set()

    def _leave(self, entry: _Entry) -> None:
        """Stop waiting; nobody gives the pen to an entry that is not on the list."""
        with self._gate:
            if entry in self._waiting:
                self._waiting.remove(entry)
        if entry.woken.is_set() and not entry.settled:  # it had just been given the pen
            self._pass_on(entry)

    def _pass_on(self, entry: _Entry) -> None:
        """Give the pen to the first of the others who wait."""
        with self._gate:
            if entry in self._waiting:  # interrupted before its turn came
                self._waiting.remove(entry)
            self._writing = bool(self._waiting)
            if self._waiting:
                self._waiting[0].woken.set()

    def _write(self, batch: Sequence[_Entry]) -> None:
        import duckdb

        try:
            self._insert(batch)
        except (BadInput, duckdb.Error) as error:
            for entry in batch:
                self._last.pop(entry.run, None)  # nobody knows whether it was written, so look again
            if len(batch) == 1:
                batch[0].error = error
            else:
                for entry in batch:  # the fault of one is not the others'
                    self._write([entry])

    def _insert(self, batch: Sequence[_Entry]) -> None:
        rows = [self._row(entry) for entry in batch]
        eventful = [entry for entry in batch if isinstance(entry.event, Started | Recalled | Graded | Finished)]
        if len(rows) == 1 and not eventful:
            self._db.put(f"insert into event ({_COLUMNS}) values (?, ?, ?, ?, ?)", *rows[0])
        else:
            with self._db.write() as session:
                session.insert("insert into event", _COLUMNS, rows)
                for entry in eventful:
                    _follow_up(session, entry)
        for entry in batch:
            if isinstance(entry.event, Finished):
                self._last.pop(entry.run, None)

    def _row(self, entry: _Entry) -> Row:
        last = self._last.get(entry.run)
        if last is None:
            ((last,),) = self._db.rows("select coalesce(max(seq), 0) from event where run = ?", entry.run)
        entry.seq = self._last[entry.run] = last + 1
        return entry.run, entry.seq, kind_of(entry.event), utc_now(), entry.text


def _follow_up(session: Session, entry: _Entry) -> None:
    """What an event changes besides the log."""
    number, event = entry.run, entry.event
    match event:
        case Started():
            session.run("update run set status = 'running', revision = ? where number = ?", event.revision, number)
        case Recalled():
            _insert_recall(session, number, entry.seq, event)
        case Graded():
            session.run("update run set success = ? where number = ?", event.success, number)
        case Finished():
            session.run(
                "update run set status = ?, ended = ?, steps = ?, failed_steps = ?, replans = ?, tokens = ?, cost = ?, "
                "seconds = ?, answer = ?, error = ? where number = ?",
                event.status,
                utc_now(),
                event.steps,
                event.failed_steps,
                event.replans,
                event.tokens,
                event.cost,
                event.seconds,
                event.answer,
                event.error,
                number,
            )
        case _:
            pass


def _insert_recall(session: Session, number: int, seq: int, event: Recalled) -> None:
    moment = (number, seq, event.turn, event.reader, event.moment)
    session.insert(
        "insert into recall",
        "run, seq, turn, reader, moment, memory_id, version, rank, score, entered, reason",
        [(*moment, c.memory_id, c.version, c.rank, c.score, c.entered, c.reason) for c in event.candidates],
    )

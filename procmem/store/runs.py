"""Runs and their events (``RunLog``)."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence

from procmem.errors import BadInput, UnknownName
from procmem.events import Event, Finished, Graded, Noted, Recalled, Started, kind_of, payload, revive
from procmem.store.database import Database, Session, utc_now
from procmem.store.rows import SUMMARY, summary, summary_values, to_json
from procmem.types import JsonObject, RunStatus, RunSummary

_UNFINISHED = ["waiting", "running", "paused"]
_INSERT_EVENT = "insert into event (run, seq, kind, written, payload) values (?, ?, ?, ?, ?)"


class Runs:
    """The run, event and recall tables. One object per file: it keeps count of the events of the runs under way."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._append_lock = threading.Lock()
        self._heads: dict[str, tuple[int, int]] = {}  # run id -> run number, last sequence number

    def begin_run(self, run: RunSummary, setup: JsonObject) -> None:
        """Record a run that is about to start. Dates in ``setup`` come back as ISO text.

        Raises:
            BadInput: there is a run with this id.
        """
        with self._db.write() as session:
            if session.run("select 1 from run where id = ?", run.id):
                raise BadInput(f"There is a run {run.id!r} already. Start the new one under another id.")
            ((number,),) = session.run("select coalesce(max(number), 0) + 1 from run")
            values = [*summary_values(run), number, to_json(setup)]
            session.run(f"insert into run ({SUMMARY}, number, setup) values ({', '.join('?' * len(values))})", *values)

    def append(self, run_id: str, event: Event) -> int:
        """Write the next event of a run and return its sequence number, from 1.

        Started, Graded and Finished also update the run's summary; Recalled also fills the recall table. A lone
        surrogate in any text is stored as U+FFFD.

        Raises:
            UnknownName: there is no such run.
        """
        with self._append_lock:
            number, last = self._heads.get(run_id) or self._find_head(run_id)
            self._heads.pop(run_id, None)  # after an error nobody knows whether it was written, so look again
            seq = last + 1
            row = (number, seq, kind_of(event), utc_now(), to_json(payload(event)))
            if isinstance(event, Started | Recalled | Graded | Finished):
                with self._db.write() as session:
                    session.run(_INSERT_EVENT, *row)
                    _follow_up(session, number, seq, event)
            else:
                self._db.put(_INSERT_EVENT, *row)
            if not isinstance(event, Finished):
                self._heads[run_id] = (number, seq)
        if isinstance(event, Finished):
            self._db.checkpoint()
        return seq

    def set_status(self, run_id: str, status: RunStatus) -> None:
        """Change the status of a run that has not ended; a run that has ended keeps its status."""
        self._db.put("update run set status = ? where id = ? and ended is null", status, run_id)

    def events(self, run_id: str, after: int = 0) -> list[tuple[int, Event]]:
        """The events of a run with a sequence number above ``after``, in order.

        An event that this version cannot read (a newer one wrote it) is given as a Noted in its place.
        """
        rows = self._db.rows(
            "select seq, kind, payload from event where run = (select number from run where id = ?) and seq > ? "
            "order by seq",
            run_id,
            after,
        )
        return [(seq, _revived(kind, json.loads(text))) for seq, kind, text in rows]

    def run(self, run_id: str) -> RunSummary:
        """One run.

        Raises:
            UnknownName: there is no such run.
        """
        rows = self._db.rows(f"select {SUMMARY} from run where id = ?", run_id)
        if not rows:
            raise self._no_run(run_id)
        return summary(rows[0])

    def setup(self, run_id: str) -> JsonObject:
        """What ``begin_run`` was given.

        Raises:
            UnknownName: there is no such run.
        """
        rows = self._db.rows("select setup from run where id = ?", run_id)
        if not rows:
            raise self._no_run(run_id)
        setup: JsonObject = json.loads(rows[0][0])
        return setup

    def runs(self, *, statuses: Sequence[RunStatus] = (), limit: int = 50, offset: int = 0) -> list[RunSummary]:
        """Runs, newest first; all of them, or those with one of ``statuses``."""
        wanted = "where list_contains(?, status)" if statuses else ""
        values: list[object] = [list(statuses)] if statuses else []
        rows = self._db.rows(
            f"select {SUMMARY} from run {wanted} order by started desc, number desc limit ? offset ?",
            *values,
            limit,
            offset,
        )
        return [summary(row) for row in rows]

    def interrupt_unfinished(self) -> int:
        """Mark runs that a killed process left behind as interrupted; returns how many.

        They ended with their last event. Call it before any run starts: it cannot tell a run under way from a dead one.
        """
        marked = self._db.put(
            "update run set status = 'interrupted', error = ?, "
            "ended = coalesce((select max(written) from event where event.run = run.number), started) "
            "where list_contains(?, status) returning id",
            "The program ended while this run was going.",
            _UNFINISHED,
        )
        return len(marked)

    def _find_head(self, run_id: str) -> tuple[int, int]:
        rows = self._db.rows(
            "select number, coalesce((select max(seq) from event where event.run = run.number), 0) "
            "from run where id = ?",
            run_id,
        )
        if not rows:
            raise self._no_run(run_id)
        number, last = rows[0]
        return number, last

    def _no_run(self, run_id: str) -> UnknownName:
        alike = self._db.rows("select id from run order by levenshtein(id, ?), id limit 5", run_id)
        return UnknownName("run", run_id, [id_ for (id_,) in alike])


def _follow_up(session: Session, number: int, seq: int, event: Started | Recalled | Graded | Finished) -> None:
    """What an event changes besides the log."""
    match event:
        case Started():
            session.run("update run set status = 'running', revision = ? where number = ?", event.revision, number)
        case Recalled():
            _insert_recall(session, number, seq, event)
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


def _insert_recall(session: Session, number: int, seq: int, event: Recalled) -> None:
    moment = (number, seq, event.turn, event.reader, event.moment)
    session.insert(
        "insert into recall",
        "run, seq, turn, reader, moment, memory_id, version, rank, score, entered, reason",
        [(*moment, c.memory_id, c.version, c.rank, c.score, c.entered, c.reason) for c in event.candidates],
    )


def _revived(kind: str, data: JsonObject) -> Event:
    from pydantic import ValidationError

    try:
        return revive(kind, data)
    except (KeyError, ValidationError):
        return Noted(f"An event of kind {kind!r} was written by another version of ProcMem and is left out.", "warning")

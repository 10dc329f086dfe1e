"""Runs and their events (``RunLog``)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from procmem.errors import BadInput, UnknownName
from procmem.events import Event, Finished, Noted, revive
from procmem.store.database import Database
from procmem.store.journal import Journal
from procmem.store.rows import SUMMARY, summary, summary_values, to_json
from procmem.types import JsonObject, Policy, RunStatus, RunSummary

_UNFINISHED = ["waiting", "running", "paused"]
_FINISHED = ["succeeded", "failed", "ungraded"]


class Runs:
    """The run table, and the log of what runs said."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._journal = Journal(database)
        self._numbers: dict[str, int] = {}  # of the runs under way

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
        number = self._numbers.get(run_id) or self._number(run_id)
        seq = self._journal.append(number, event)
        if isinstance(event, Finished):
            self._numbers.pop(run_id, None)
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

    def unlearned(self, policy: Policy, team: str) -> list[str]:
        """Ids of finished runs of this policy and team from which no update has learned yet, oldest first."""
        rows = self._db.rows(
            "select id from run where not learned and list_contains(?, status) and team = ? and policy = ? "
            "order by number",
            _FINISHED,
            team,
            to_json(asdict(policy)),
        )
        return [run_id for (run_id,) in rows]

    def mark_learned(self, run_ids: Sequence[str]) -> None:
        """Remember that an update has had these runs."""
        self._db.put("update run set learned = true where list_contains(?, id)", list(run_ids))

    def interrupt_unfinished(self) -> int:
        """Mark runs that a killed process left behind as interrupted, with totals of what they said; returns how many.

        They ended with their last event. Call it before any run starts: it cannot tell a run under way from a dead one.
        """
        marked = self._db.put(
            "update run set status = 'interrupted', error = ?, "
            "ended = coalesce((select max(written) from event where event.run = run.number), started) "
            "where list_contains(?, status) returning number",
            "The program ended while this run was going.",
            _UNFINISHED,
        )
        for (number,) in marked:
            self._add_up(number)
        return len(marked)

    def _add_up(self, number: int) -> None:
        """Give a run that could not say so itself the totals of its events; its time is that from start to end."""
        self._db.put(
            "update run set seconds = epoch(ended - started), steps = told.steps, failed_steps = told.failed, "
            "replans = told.replans, tokens = told.tokens, cost = told.cost from (select "
            "count(*) filter (kind = 'acted') as steps, "
            "count(*) filter (kind = 'acted' and (payload ->> '$.failed') = 'true') as failed, "
            "coalesce(max((payload ->> '$.replan')::integer) filter (kind = 'planned'), 0) as replans, "
            "sum((payload ->> '$.reply.usage.prompt')::bigint + (payload ->> '$.reply.usage.completion')::bigint) "
            "filter (kind = 'called') as tokens, "
            "sum((payload ->> '$.reply.cost')::double) filter (kind = 'called') as cost "
            "from event where run = ?) told where number = ?",
            number,
            number,
        )

    def _number(self, run_id: str) -> int:
        rows = self._db.rows("select number from run where id = ?", run_id)
        if not rows:
            raise self._no_run(run_id)
        number: int = rows[0][0]
        self._numbers[run_id] = number
        return number

    def _no_run(self, run_id: str) -> UnknownName:
        alike = self._db.rows("select id from run order by levenshtein(id, ?), id limit 5", run_id)
        return UnknownName("run", run_id, [id_ for (id_,) in alike])


def _revived(kind: str, data: JsonObject) -> Event:
    from pydantic import ValidationError

    try:
        return revive(kind, data)
    except (KeyError, ValidationError):
        return Noted(f"An event of kind {kind!r} was written by another version of ProcMem and is left out.", "warning")

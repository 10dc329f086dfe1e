"""Experiments and what their runs came to (``ExperimentLog``)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import ceil
from typing import Literal, Protocol

from procmem.errors import BadInput, UnknownName
from procmem.events import Called, Event, Finished, Graded, Recalled, Started, kind_of, payload
from procmem.store.database import Database, Row, Session, utc_now
from procmem.store.rows import SUMMARY, from_utc, summary_values, to_json, to_utc
from procmem.types import JsonObject, RunStatus, RunSummary

ExperimentStatus = Literal["running", "done", "cancelled", "failed"]


@dataclass(frozen=True, slots=True)
class ExperimentRecord:
    """An experiment as it is kept.

    Args:
        total: Number of its runs; ``done`` of them have ended.
        seconds: Time that it was worked on, over all attempts.
        error: Why it failed, as a sentence.
        design: What is run, as plain data.
        made_with: Versions, bank and tasks: what is needed to repeat it.
    """

    id: str
    name: str
    preset: str
    created: datetime
    status: ExperimentStatus
    simulated: bool
    total: int
    seconds: float
    error: str
    design: JsonObject
    made_with: JsonObject
    done: int = 0


@dataclass(frozen=True, slots=True)
class RunFigures:
    """What one run of an experiment came to.

    ``calls`` are those that were answered; tokens and cost are ``None`` where no call reported them.
    """

    place: int
    run_id: str
    status: RunStatus
    success: bool | None
    steps: int
    failed_steps: int
    replans: int
    calls: int
    prompt_tokens: int | None
    completion_tokens: int | None
    cost: float | None
    seconds: float
    error: str = ""


class ExperimentLog(Protocol):
    """Experiments and their runs; a run is recorded whole, with its figures, in one transaction."""

    def begin_experiment(self, record: ExperimentRecord) -> None:
        """Record an experiment that is about to start.

        Raises:
            BadInput: there is one with this id.
        """
        ...

    def set_experiment(self, identity: str, status: ExperimentStatus, seconds: float, error: str = "") -> None:
        """Change its status; ``seconds`` more have been worked on it."""
        ...

    def set_made_with(self, identity: str, made_with: JsonObject) -> None:
        """Change what is kept about how it was made, such as what its lessons taught."""
        ...

    def experiment(self, identity: str) -> ExperimentRecord:
        """One experiment.

        Raises:
            UnknownName: there is no such experiment.
        """
        ...

    def experiments(self, limit: int = 50, offset: int = 0, beginning: str = "") -> list[ExperimentRecord]:
        """Experiments whose id begins like this, newest first."""
        ...

    def remove_experiment(self, identity: str) -> None:
        """Forget an experiment with its runs."""
        ...

    def record_run(
        self,
        run: RunSummary,
        setup: JsonObject,
        events: Sequence[Event],
        identity: str = "",
        place: int = 0,
        counts: bool = True,
    ) -> None:
        """Write a run that has ended, with all its events, in one transaction; nothing when it is there already.

        ``identity`` and ``place`` say which run of which experiment it is; "" is none. ``counts`` says whether it
        counts among the outcomes of the memories that it recalled.
        """
        ...

    def figures(self, identity: str) -> list[RunFigures]:
        """The runs of an experiment that have ended, by place."""
        ...

    def usual_figures(self, team: str, models: Sequence[str]) -> tuple[int, RunFigures | None]:
        """How many earlier runs of experiments a team with these models made, and their mean figures, rounded up."""
        ...


_COLUMNS = "id, name, preset, created, status, simulated, total, seconds, error, design, made_with"
_DONE = "(select count(*) from experiment_run where experiment = experiment.number)"
_FIGURES = (
    "place, run_id, status, success, steps, failed_steps, replans, calls, prompt_tokens, completion_tokens, cost, "
    "seconds, error"
)


class Experiments:
    """The experiment and experiment_run tables."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def begin_experiment(self, record: ExperimentRecord) -> None:
        """See ``ExperimentLog``."""
        with self._db.write() as session:
            if session.run("select 1 from experiment where id = ?", record.id):
                raise BadInput(f"There is an experiment {record.id!r} already. Start the new one under another id.")
            ((number,),) = session.run("select coalesce(max(number), 0) + 1 from experiment")
            session.run(
                f"insert into experiment (number, {_COLUMNS}) values ({', '.join('?' * 12)})",
                number,
                record.id,
                record.name,
                record.preset,
                to_utc(record.created),
                record.status,
                record.simulated,
                record.total,
                record.seconds,
                record.error,
                to_json(record.design),
                to_json(record.made_with),
            )

    def set_experiment(self, identity: str, status: ExperimentStatus, seconds: float, error: str = "") -> None:
        """See ``ExperimentLog``."""
        self._db.put(
            "update experiment set status = ?, seconds = seconds + ?, error = ? where id = ?",
            status,
            seconds,
            error,
            identity,
        )

    def set_made_with(self, identity: str, made_with: JsonObject) -> None:
        """See ``ExperimentLog``."""
        self._db.put("update experiment set made_with = ? where id = ?", to_json(made_with), identity)

    def experiment(self, identity: str) -> ExperimentRecord:
        """See ``ExperimentLog``."""
        rows = self._db.rows(f"select {_COLUMNS}, {_DONE} from experiment where id = ?", identity)
        if not rows:
            alike = self._db.rows("select id from experiment order by levenshtein(id, ?), id limit 5", identity)
            raise UnknownName("experiment", identity, [id_ for (id_,) in alike])
        return _record(rows[0])

    def experiments(self, limit: int = 50, offset: int = 0, beginning: str = "") -> list[ExperimentRecord]:
        """See ``ExperimentLog``."""
        rows = self._db.rows(
            f"select {_COLUMNS}, {_DONE} from experiment where starts_with(id, ?) "
            "order by number desc limit ? offset ?",
            beginning,
            limit,
            offset,
        )
        return [_record(row) for row in rows]

    def remove_experiment(self, identity: str) -> None:
        """See ``ExperimentLog``."""
        mine = "experiment = (select number from experiment where id = ?)"
        runs = f"(select number from run where id in (select run_id from experiment_run where {mine}))"
        with self._db.write() as session:
            for table in ("event", "recall"):
                session.run(f"delete from {table} where run in {runs}", identity)
            session.run(f"delete from run where number in {runs}", identity)
            session.run(f"delete from experiment_run where {mine}", identity)
            session.run("delete from experiment where id = ?", identity)

    def record_run(
        self,
        run: RunSummary,
        setup: JsonObject,
        events: Sequence[Event],
        identity: str = "",
        place: int = 0,
        counts: bool = True,
    ) -> None:
        """See ``ExperimentLog``."""
        figures = figures_of(run, place, events)
        rows = [(seq, kind_of(event), to_json(payload(event))) for seq, event in enumerate(events, start=1)]
        with self._db.write() as session:
            if session.run("select 1 from run where id = ?", run.id):
                return
            ((number,),) = session.run("select coalesce(max(number), 0) + 1 from run")
            _insert_run(session, number, run, setup, figures, events)
            written = utc_now()
            session.insert(
                "insert into event",
                "run, seq, kind, written, payload",
                [(number, seq, kind, written, text) for seq, kind, text in rows],
            )
            if counts:
                _insert_recalls(session, number, events)
            if identity:
                _insert_figures(session, identity, figures)

    def figures(self, identity: str) -> list[RunFigures]:
        """See ``ExperimentLog``."""
        rows = self._db.rows(
            f"select {_FIGURES} from experiment_run "
            "where experiment = (select number from experiment where id = ?) order by place",
            identity,
        )
        return [RunFigures(*row) for row in rows]

    def usual_figures(self, team: str, models: Sequence[str]) -> tuple[int, RunFigures | None]:
        """See ``ExperimentLog``."""
        ((runs, *means),) = self._db.rows(
            "select count(*), avg(e.steps), avg(e.failed_steps), avg(e.replans), avg(calls), avg(prompt_tokens), "
            "avg(completion_tokens), avg(e.cost), avg(e.seconds) from experiment_run e join run on run.id = e.run_id "
            "where run.team = ? and run.setup ->> '$.team.orchestrator' = ? "
            "and list_sort(list_distinct(run.setup ->> '$.team.agents[*].model')) = list_sort(?)",
            team,
            models[0],
            sorted(set(models[1:]) or {models[0]}),
        )
        if not runs:
            return 0, None
        steps, failed, replans, calls, prompt, completion, cost, seconds = means
        return runs, RunFigures(
            0, "", "succeeded", None, _up(steps) or 0, _up(failed) or 0, _up(replans) or 0, _up(calls) or 0,
            _up(prompt), _up(completion), cost, seconds,
        )  # fmt: skip


def figures_of(run: RunSummary, place: int, events: Sequence[Event]) -> RunFigures:
    """A run's figures out of its events.

    Raises:
        ValueError: the run has not ended.
    """
    finished = next((event for event in reversed(events) if isinstance(event, Finished)), None)
    if finished is None:
        raise ValueError(f"run {run.id!r} has not ended")
    replies = [event.reply for event in events if isinstance(event, Called) and not event.fault]
    usages = [reply.usage for reply in replies if reply.usage]
    graded = next((event.success for event in reversed(events) if isinstance(event, Graded)), None)
    return RunFigures(
        place=place,
        run_id=run.id,
        status=finished.status,
        success=graded,
        steps=finished.steps,
        failed_steps=finished.failed_steps,
        replans=finished.replans,
        calls=len(replies),
        prompt_tokens=sum(usage.prompt for usage in usages) if usages else None,
        completion_tokens=sum(usage.completion for usage in usages) if usages else None,
        cost=finished.cost,
        seconds=finished.seconds,
        error=finished.error,
    )


def _insert_run(
    session: Session, number: int, run: RunSummary, setup: JsonObject, figures: RunFigures, events: Sequence[Event]
) -> None:
    revision = next((event.revision for event in events if isinstance(event, Started)), run.revision)
    answer = next(event.answer for event in reversed(events) if isinstance(event, Finished))
    tokens = None if figures.prompt_tokens is None else figures.prompt_tokens + (figures.completion_tokens or 0)
    ended = replace(
        run,
        status=figures.status,
        answer=answer,
        revision=revision,
        ended=datetime.now(UTC),
        steps=figures.steps,
        failed_steps=figures.failed_steps,
        tokens=tokens,
        cost=figures.cost,
        seconds=figures.seconds,
        error=figures.error,
    )
    values = [*summary_values(ended), number, to_json(setup), figures.replans, figures.success]
    names = f"{SUMMARY}, number, setup, replans, success"
    session.run(f"insert into run ({names}) values ({', '.join('?' * len(values))})", *values)


def _insert_recalls(session: Session, number: int, events: Sequence[Event]) -> None:
    session.insert(
        "insert into recall",
        "run, seq, turn, reader, moment, memory_id, version, rank, score, entered, reason",
        [
            (
                number, seq, event.turn, event.reader, event.moment,
                c.memory_id, c.version, c.rank, c.score, c.entered, c.reason,
            )
            for seq, event in enumerate(events, start=1)
            if isinstance(event, Recalled)
            for c in event.candidates
        ],
    )  # fmt: skip


def _insert_figures(session: Session, identity: str, figures: RunFigures) -> None:
    rows = session.run("select number from experiment where id = ?", identity)
    if not rows:
        raise UnknownName("experiment", identity, ())
    session.run(
        f"insert into experiment_run (experiment, {_FIGURES}) values ({', '.join('?' * 14)})",
        rows[0][0],
        figures.place,
        figures.run_id,
        figures.status,
        figures.success,
        figures.steps,
        figures.failed_steps,
        figures.replans,
        figures.calls,
        figures.prompt_tokens,
        figures.completion_tokens,
        figures.cost,
        figures.seconds,
        figures.error,
    )


def _record(row: Row) -> ExperimentRecord:
    identity, name, preset, created, status, simulated, total, seconds, error, design, made_with, done = row
    return ExperimentRecord(
        identity, name, preset, from_utc(created), status, simulated, total, seconds, error,
        json.loads(design), json.loads(made_with), done,
    )  # fmt: skip


def _up(value: float | None) -> int | None:
    return None if value is None else ceil(value)

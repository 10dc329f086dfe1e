"""Experiments in the store: runs are recorded whole with their figures, once, and found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from procmem.agents.teams import make_team
from procmem.errors import BadInput, UnknownName
from procmem.events import Called, Event, Finished, Graded, Recalled, Started
from procmem.store.duck import DuckStore
from procmem.store.experiments import ExperimentRecord, RunFigures, figures_of
from procmem.types import Candidate, Policy, Reply, RunSummary, Usage
from tests.records import a_run

TEAM = make_team("LLM team", "gpt-4o", "gpt-4o-mini")
RECORD = ExperimentRecord(
    "x1", "notes", "", datetime(2026, 1, 2, tzinfo=UTC), "running", True, 4, 0.0, "", {"a": 1}, {"b": [2]}
)
SETUP = {"team": {"orchestrator": "gpt-4o", "agents": [{"model": "gpt-4o-mini"}, {"model": "gpt-4o-mini"}]}}
REPLY = Reply("Done.", usage=Usage(100, 20), cost=0.002)
EVENTS: list[Event] = [
    Started("r1", "notes/1", "Write", TEAM, Policy(), 7, ()),
    Recalled("orchestrator", "planning", 0, "Write", (Candidate("m1", "t", "full-task", "", 1, 0.9, True, "", 3),)),
    Called("plan", "orchestrator", "planning", 0, (), (), {}, REPLY),
    Called("act", "system", "turn 1", 1, (), (), {}, replace(REPLY, usage=None)),
    Graded(True, (), ()),
    Finished("succeeded", "Done.", 6, 1, 2, 120, 0.004, 3.5),
]


@pytest.fixture
def store() -> DuckStore:
    store = DuckStore(None)
    store.begin_experiment(RECORD)
    return store


def run(name: str, team: str = "LLM team") -> RunSummary:
    return replace(a_run(name), team=team)


def test_a_run_is_recorded_with_its_events_its_summary_and_its_figures(store: DuckStore) -> None:
    store.record_run(run("r1"), SETUP, EVENTS, "x1", 3)
    assert [event for _, event in store.events("r1")] == EVENTS
    summary = store.run("r1")
    assert (summary.status, summary.revision, summary.steps, summary.tokens, summary.answer) == (
        "succeeded", 7, 6, 120, "Done.",
    )  # fmt: skip
    assert summary.ended is not None
    assert store.figures("x1") == [RunFigures(3, "r1", "succeeded", True, 6, 1, 2, 2, 100, 20, 0.004, 3.5)]
    assert store.outcomes(["m1"])["m1"].entered == 1


def test_a_run_that_is_recorded_twice_is_there_once(store: DuckStore) -> None:
    store.record_run(run("r1"), SETUP, EVENTS, "x1", 3)
    store.record_run(run("r1"), SETUP, EVENTS, "x1", 3)
    assert (len(store.figures("x1")), len(store.events("r1")), store.experiment("x1").done) == (1, 6, 1)


def test_a_run_that_does_not_count_leaves_the_outcomes_of_memories_alone(store: DuckStore) -> None:
    store.record_run(run("r1"), SETUP, EVENTS, "x1", 3, counts=False)
    assert store.outcomes(["m1"])["m1"].entered == 0
    assert len(store.events("r1")) == 6


def test_a_run_of_an_unknown_experiment_leaves_nothing_behind(store: DuckStore) -> None:
    with pytest.raises(UnknownName):
        store.record_run(run("r1"), SETUP, EVENTS, "x2", 3)
    assert store.runs() == []


def test_a_run_that_has_not_ended_is_not_recorded(store: DuckStore) -> None:
    with pytest.raises(ValueError, match="has not ended"):
        store.record_run(run("r1"), SETUP, EVENTS[:-1], "x1", 3)


def test_a_call_that_failed_is_not_counted() -> None:
    failed = Called("plan", "orchestrator", "planning", 0, (), (), {}, Reply(""), fault="The server is down.")
    assert figures_of(run("r1"), 1, [*EVENTS[:2], failed, EVENTS[-1]]).calls == 0


def test_tokens_that_nobody_counted_are_unknown_and_not_zero() -> None:
    uncounted = [event for event in EVENTS if not (isinstance(event, Called) and event.purpose == "plan")]
    assert figures_of(run("r1"), 1, uncounted).prompt_tokens is None


def test_an_experiment_comes_back_as_it_was_kept(store: DuckStore) -> None:
    assert store.experiment("x1") == RECORD
    store.set_experiment("x1", "failed", 2.5, "The server is down.")
    store.set_experiment("x1", "done", 1.5)
    found = store.experiment("x1")
    assert (found.status, found.seconds, found.error) == ("done", 4.0, "")
    with pytest.raises(BadInput, match="already"):
        store.begin_experiment(RECORD)
    with pytest.raises(UnknownName, match="x1"):
        store.experiment("x11")


def test_the_usual_figures_are_those_of_the_same_team_with_the_same_models(store: DuckStore) -> None:
    store.record_run(run("r1"), SETUP, EVENTS, "x1", 1)
    store.record_run(run("r2"), SETUP, [*EVENTS[:-1], Finished("failed", "", 9, 1, 0, 120, 0.006, 4.5)], "x1", 2)
    store.record_run(run("r3", "SLM team"), SETUP, EVENTS, "x1", 3)
    store.record_run(run("r4"), {"team": {**SETUP["team"], "orchestrator": "other"}}, EVENTS, "x1", 4)
    runs, usual = store.usual_figures("LLM team", ("gpt-4o", "gpt-4o-mini"))
    assert usual is not None
    assert (runs, usual.steps, usual.calls, usual.prompt_tokens, usual.seconds) == (2, 8, 2, 100, 4.0)
    assert usual.cost == pytest.approx(0.005)
    assert store.usual_figures("LLM team", ("gpt-4o",)) == (0, None)


def test_a_removed_experiment_takes_its_runs_along_and_no_others(store: DuckStore) -> None:
    store.record_run(run("r1"), SETUP, EVENTS, "x1", 1)
    store.record_run(run("r2"), SETUP, EVENTS)
    store.remove_experiment("x1")
    assert [summary.id for summary in store.runs()] == ["r2"]
    assert (store.events("r1"), store.experiments()) == ([], [])

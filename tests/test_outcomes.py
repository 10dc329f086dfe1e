"""What became of the runs that recalled a memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from procmem.events import Finished, Graded, Recalled
from procmem.store.duck import DuckStore
from procmem.types import Candidate, Outcomes, RunStatus, TaskOutcome
from tests.records import a_run


@pytest.fixture
def store() -> Iterator[DuckStore]:
    made = DuckStore(None)
    yield made
    made.close()


def record(
    store: DuckStore,
    task_id: str,
    success: bool | None,
    steps: int,
    entered: Sequence[str] = (),
    passed_over: Sequence[str] = (),
    team: str = "LLM team",
    status: RunStatus = "succeeded",
) -> None:
    """A run whose two agents recalled the same memories."""
    run_id = f"run {len(store.runs(limit=1000))}"
    store.begin_run(replace(a_run(run_id), task_id=task_id, team=team), {})
    candidates = [
        Candidate(memory_id, "T", "subtask", "excel", 1, 0.5, memory_id in entered, "because")
        for memory_id in (*entered, *passed_over)
    ]
    for agent in ("excel", "word"):
        store.append(run_id, Recalled(agent, "subtask", 1, "sort", tuple(candidates)))
    store.append(run_id, Graded(success, (), ()))
    store.append(run_id, Finished(status, "", steps, 0, 0, None, None, 1.0))


def test_a_memory_is_counted_once_per_run_and_only_where_it_entered(store: DuckStore) -> None:
    record(store, "t/1", True, 4, entered=["m"])
    record(store, "t/2", False, 10, entered=["m"], passed_over=["n"])
    record(store, "t/3", True, 99, passed_over=["m"])
    assert store.outcomes(["m", "n", "o"]) == {
        "m": Outcomes(3, 2, 2, 1, 7.0),
        "n": Outcomes(1, 0, 0, 0, None),
        "o": Outcomes(0, 0, 0, 0, None),
    }


def test_runs_without_a_grade_or_an_end_do_not_count_as_outcomes(store: DuckStore) -> None:
    record(store, "t/1", None, 4, entered=["m"], status="ungraded")
    record(store, "t/1", None, 4, entered=["m"], status="cancelled")
    store.begin_run(a_run("going"), {})
    found = Candidate("m", "T", "subtask", "excel", 1, 0.5, True, "because")
    store.append("going", Recalled("excel", "subtask", 1, "sort", (found,)))
    assert store.outcomes(["m"]) == {"m": Outcomes(1, 1, 0, 0, None)}


def test_tasks_that_one_team_ran_with_and_without_a_memory_are_set_side_by_side(store: DuckStore) -> None:
    record(store, "t/1", True, 4, entered=["m"])
    record(store, "t/1", True, 6, entered=["m", "n"])
    record(store, "t/1", False, 12, passed_over=["m"])
    record(store, "t/1", False, 14)
    record(store, "t/1", True, 100, team="SLM team")
    record(store, "t/2", True, 5, entered=["m"])
    record(store, "t/2", False, 50, team="SLM team")
    record(store, "t/3", True, 7)
    outcomes = store.outcomes(["m", "n"])
    assert outcomes["m"] == Outcomes(4, 3, 3, 3, 5.0, (TaskOutcome("t/1", 2, 2, 5.0, 2, 0, 13.0),))
    assert outcomes["n"].paired == (TaskOutcome("t/1", 1, 1, 6.0, 3, 1, 10.0),)

"""Runs to look through, and their figures against the bank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from procmem.agents.demonstrator import demonstration_team
from procmem.events import Event, Finished, Graded, Started
from procmem.store.duck import DuckStore
from procmem.store.experiments import ExperimentRecord
from procmem.store.trends import DEMONSTRATION_TEAM, Mark, Pair, RunFilter, Tally
from procmem.types import Policy, RunSummary, Team
from tests.records import NOON, a_run, add, full

NONE = Policy(placement="none")


@pytest.fixture
def store() -> Iterator[DuckStore]:
    made = DuckStore(None)
    yield made
    made.close()


def told(run: RunSummary, success: bool | None, steps: int = 4, failed: int = 1) -> list[Event]:
    """What a run says that ended."""
    status = "ungraded" if success is None else "succeeded" if success else "failed"
    return [
        Started(run.id, run.task_id, run.task, Team(run.team, "m", ()), run.policy, run.revision, ()),
        Graded(success, (), ()),
        Finished(status, "", steps, failed, 0, None, None, 1.0),
    ]


def record(
    store: DuckStore,
    run_id: str,
    *,
    success: bool | None = True,
    steps: int = 4,
    failed: int = 1,
    task: str = "mail/1",
    level: int = 1,
    revision: int = 0,
    team: str = "LLM team",
    policy: Policy | None = None,
    simulated: bool = True,
    experiment: str = "",
    place: int = 0,
) -> None:
    """A run that has ended."""
    run = replace(
        a_run(run_id, NOON + timedelta(minutes=store.run_count()[0])),
        task_id=task,
        task=f"Do {task} for O'Hara",
        team=team,
        policy=policy or Policy(),
        revision=revision,
        simulated=simulated,
    )
    setup = {"task": {"level": level, "split": "test" if level > 1 else "train"}}
    store.record_run(run, setup, told(run, success, steps, failed), experiment, place)


def ids(store: DuckStore, wanted: RunFilter) -> list[str]:
    return [run.id for run in store.history_of(wanted)[0]]


def fill(store: DuckStore) -> None:
    """Two revisions: one memory, then two."""
    for number in (1, 2):
        store.propose([add(f"p{number}", full(f"m{number}", f"key {number}"))])
        store.decide(f"p{number}", "accept", by="Ana")


def test_the_name_of_the_demonstrations_team_is_the_one_that_runs_them() -> None:
    assert demonstration_team().name == DEMONSTRATION_TEAM


def test_history_is_newest_first_and_pages_with_the_whole_number(store: DuckStore) -> None:
    for name in ("a", "b", "c"):
        record(store, name)
    found, total = store.history_of(RunFilter(), limit=2)
    assert ([run.id for run in found], total) == (["c", "b"], 3)
    assert [run.id for run in store.history_of(RunFilter(), limit=2, offset=2)[0]] == ["a"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (RunFilter(words="o'hara BUDGET"), ["two"]),
        (RunFilter(words="100%"), []),
        (RunFilter(status="failed"), ["two"]),
        (RunFilter(level=2), ["two"]),
        (RunFilter(split="train"), ["one"]),
        (RunFilter(team="SLM team"), ["two"]),
        (RunFilter(memory="without"), ["two"]),
        (RunFilter(memory="with"), ["one"]),
        (RunFilter(placement="none"), ["two"]),
        (RunFilter(variant="dynamic"), ["one"]),
        (RunFilter(simulated=False), ["two"]),
        (RunFilter(revisions=(1, 1)), ["one"]),
        (RunFilter(revisions=(2, 5)), ["two"]),
        (RunFilter(sizes=(2, 2)), ["two"]),
        (RunFilter(sizes=(0, 1), level=1), ["one"]),
        (RunFilter(source="demonstration"), ["shown"]),
        (RunFilter(source="any"), ["shown", "two", "one"]),
        (RunFilter(source="experiment"), []),
    ],
)
def test_every_filter_leaves_its_runs(store: DuckStore, wanted: RunFilter, found: list[str]) -> None:
    fill(store)
    record(store, "one", revision=1, policy=Policy(variant="dynamic"))
    record(
        store, "two", task="budget/2", level=2, revision=2, team="SLM team", policy=NONE, success=False, simulated=False
    )
    record(store, "shown", team=DEMONSTRATION_TEAM)
    assert ids(store, wanted) == found


def test_runs_of_an_experiment_are_found_by_its_id_and_are_not_among_ones_own(store: DuckStore) -> None:
    for name in ("x1", "x2"):
        store.begin_experiment(ExperimentRecord(name, name, "", NOON, "running", True, 1, 0.0, "", {}, {}))
        record(store, f"{name}-00001", experiment=name, place=1)
    record(store, "mine")
    assert ids(store, RunFilter()) == ["mine"]
    assert ids(store, RunFilter(source="experiment")) == ["x2-00001", "x1-00001"]
    assert ids(store, RunFilter(experiment="x1")) == ["x1-00001"]


def test_a_filter_can_choose_from_what_was_run_but_not_the_demonstrations_team(store: DuckStore) -> None:
    record(store, "one", level=3)
    record(store, "two", level=1, team="SLM team")
    record(store, "shown", level=2, team=DEMONSTRATION_TEAM)
    facets = store.run_facets()
    assert (facets.teams, facets.levels, facets.splits) == (("LLM team", "SLM team"), (1, 3), ("test", "train"))


def test_tallies_add_up_graded_runs_by_revision_task_and_series_with_the_size_of_the_bank(store: DuckStore) -> None:
    fill(store)
    record(store, "a", revision=1, steps=4, failed=1)
    record(store, "b", revision=1, steps=6, failed=0, success=False)
    record(store, "c", revision=2, team="SLM team", task="budget/2", simulated=False)
    record(store, "no checks", revision=2, success=None)
    record(store, "shown", revision=1, team=DEMONSTRATION_TEAM)
    assert store.tallies(RunFilter()) == [
        Tally("", 1, 1, "mail/1", 2, 1, 10, 1, True),
        Tally("", 2, 2, "budget/2", 1, 1, 4, 1, False),
    ]
    assert [tally.series for tally in store.tallies(RunFilter(), "team")] == ["LLM team", "SLM team"]
    assert {tally.series for tally in store.tallies(RunFilter(), "level")} == {"1"}
    assert {tally.series for tally in store.tallies(RunFilter(), "placement")} == {"both"}


def test_a_run_without_memory_has_no_variant(store: DuckStore) -> None:
    record(store, "a", policy=Policy(variant="dynamic"))
    record(store, "b", policy=NONE)
    assert [tally.series for tally in store.tallies(RunFilter(), "variant")] == ["dynamic", "none"]
    assert [tally.series for tally in store.tallies(RunFilter(), "memory")] == ["with", "without"]


def test_pairs_are_tasks_that_one_team_ran_both_ways(store: DuckStore) -> None:
    record(store, "with", steps=3, failed=0)
    record(store, "with again", success=False, steps=5, failed=2)
    record(store, "without", policy=NONE, success=False, steps=9, failed=3)
    record(store, "another team", policy=NONE, team="SLM team")
    record(store, "never without", task="budget/2")
    assert store.pairs(RunFilter()) == [Pair("mail/1", "LLM team", 1, 2, 1, 8, 2, 1, 0, 9, 3, True)]


def test_pairs_of_one_variant_are_still_compared_with_runs_without_memory(store: DuckStore) -> None:
    record(store, "vanilla")
    record(store, "dynamic", policy=Policy(variant="dynamic"), steps=7)
    record(store, "without", policy=NONE)
    (pair,) = store.pairs(RunFilter(variant="dynamic"))
    assert (pair.runs, pair.steps, pair.runs_without) == (1, 7, 1)
    assert store.pairs(RunFilter(placement="agents")) == []


def test_marks_say_what_changed_the_bank_and_an_undo_is_one(store: DuckStore) -> None:
    fill(store)
    store.propose([add("p3", full("m3"))])
    store.decide("p3", "discard", by="Ana")
    store.undo(store.decisions(memory_id="m2")[0].id, by="Bea")
    assert store.marks(1, 9) == [
        Mark("add", 1, 1, 1, 1, "Ana", "Title of m1"),
        Mark("add", 2, 2, 2, 1, "Ana", "Title of m2"),
        Mark("undo", 3, 3, 1, 1, "Bea", "Title of m2"),
    ]


def test_many_decisions_are_put_together_into_few_marks(store: DuckStore) -> None:
    store.propose([add(f"p{number}", full(f"m{number}")) for number in range(10)])
    store.decide_all([f"p{number}" for number in range(10)], "accept", by="Ana")
    assert [(mark.revision, mark.last_revision, mark.decisions, mark.size) for mark in store.marks(1, 10, most=3)] == [
        (1, 4, 4, 4),
        (5, 8, 4, 8),
        (9, 10, 2, 10),
    ]


def test_the_count_of_runs_tells_when_one_began_and_when_one_ended(store: DuckStore) -> None:
    record(store, "ended")
    store.begin_run(a_run("under way"), {})
    assert store.run_count() == (2, 1, "under way")

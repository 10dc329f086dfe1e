"""Runs and their events."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmem.errors import BadInput, UnknownName
from procmem.events import Acted, Called, Event, Finished, Graded, Noted, Planned, Recalled, Started
from procmem.store.duck import DuckStore
from procmem.types import AgentRole, Candidate, Limits, Policy, Reply, RunStatus, Team, Usage
from tests.records import NOON, a_run

TEAM = Team("LLM team", "simulated/large", (AgentRole("excel", "sheets", ("excel",), "simulated/small"),), Limits())
STARTED = Started("r1", "task/1", "Sort the sheet", TEAM, Policy(k_subtask=2), 7, ("data/a.xlsx",))
ACTED = Acted(1, 1, "excel", "look", "excel_read_file", {"file_path": "data/a.xlsx"}, "(1, 1): Name\t", False, 0.25)
FINISHED = Finished("succeeded", "42", 3, 1, 2, 1200, 0.125, 8.5)


@pytest.fixture
def store() -> Iterator[DuckStore]:
    made = DuckStore(None)
    yield made
    made.close()


def test_a_run_is_given_back_as_it_was_recorded(store: DuckStore) -> None:
    run = replace(a_run("r1"), policy=Policy(variant="dynamic", threshold=0.5), compared_with="r0")
    store.begin_run(run, {"task": {"now": datetime(2024, 5, 1, 10, 0), "files": ["a"]}})
    assert store.run("r1") == run
    assert store.setup("r1") == {"task": {"now": "2024-05-01T10:00:00", "files": ["a"]}}


def test_a_start_in_another_time_zone_is_the_same_moment(store: DuckStore) -> None:
    store.begin_run(a_run("r1", NOON.astimezone(timezone(timedelta(hours=5)))), {})
    assert store.run("r1").started == NOON


def test_events_are_numbered_from_one_and_given_back_whole(store: DuckStore) -> None:
    store.begin_run(a_run("r1"), {})
    store.begin_run(a_run("r2"), {})
    assert [store.append("r1", event) for event in (STARTED, ACTED, FINISHED)] == [1, 2, 3]
    assert store.append("r2", Noted("hello")) == 1
    assert store.events("r1") == [(1, STARTED), (2, ACTED), (3, FINISHED)]
    assert store.events("r1", after=2) == [(3, FINISHED)]
    assert store.events("r1", after=3) == []


def test_started_and_finished_update_the_summary(store: DuckStore) -> None:
    store.begin_run(a_run("r1"), {})
    store.append("r1", STARTED)
    run = store.run("r1")
    assert (run.status, run.revision, run.ended) == ("running", 7, None)
    store.append("r1", Graded(True, (), ()))
    store.append("r1", FINISHED)
    run = store.run("r1")
    assert (run.status, run.answer, run.steps, run.failed_steps) == ("succeeded", "42", 3, 1)
    assert (run.tokens, run.cost, run.seconds, run.error) == (1200, 0.125, 8.5, "")
    assert run.ended is not None


def test_unknown_tokens_and_cost_stay_unknown(store: DuckStore) -> None:
    store.begin_run(a_run("r1"), {})
    store.append("r1", replace(FINISHED, tokens=None, cost=None))
    run = store.run("r1")
    assert (run.tokens, run.cost) == (None, None)


def test_every_candidate_of_a_recall_is_counted(store: DuckStore) -> None:
    store.begin_run(a_run("r1"), {})
    found = Candidate("m1", "T", "subtask", "excel", 1, 0.75, True, "entered")
    left = replace(found, memory_id="m2", rank=2, score=0.5, entered=False, reason="below the threshold", version=3)
    store.append("r1", STARTED)
    store.append("r1", Recalled("excel", "subtask", 4, "sort", (found, left)))
    store.append("r1", Recalled("excel", "subtask", 5, "nothing found", ()))
    assert store._database.rows("select * exclude run from recall order by rank") == [
        (2, 4, "excel", "subtask", "m1", 1, 1, 0.75, True, "entered"),
        (2, 4, "excel", "subtask", "m2", 3, 2, 0.5, False, "below the threshold"),
    ]


def test_runs_are_listed_newest_first_by_status_and_page(store: DuckStore) -> None:
    statuses: list[RunStatus] = ["succeeded", "failed", "running", "succeeded"]
    for number, status in enumerate(statuses):
        store.begin_run(replace(a_run(f"r{number}", NOON + timedelta(minutes=number)), status=status), {})
    assert [run.id for run in store.runs()] == ["r3", "r2", "r1", "r0"]
    assert [run.id for run in store.runs(statuses=["succeeded", "failed"])] == ["r3", "r1", "r0"]
    assert [run.id for run in store.runs(limit=2, offset=1)] == ["r2", "r1"]


def test_runs_to_learn_from_are_the_finished_ones_of_a_policy_and_team_that_no_update_has_had(store: DuckStore) -> None:
    statuses: list[RunStatus] = ["succeeded", "failed", "ungraded", "cancelled", "running", "succeeded"]
    for number, status in enumerate(statuses):
        store.begin_run(replace(a_run(f"r{number}"), status=status), {})
    store.begin_run(replace(a_run("other team"), status="failed", team="SLM team"), {})
    store.begin_run(replace(a_run("other policy"), status="failed", policy=Policy(builders=("gpt",))), {})
    assert store.unlearned(Policy(), "LLM team") == ["r0", "r1", "r2", "r5"]
    assert store.unlearned(Policy(builders=("gpt",)), "LLM team") == ["other policy"]
    store.mark_learned(["r0", "r2", "other policy"])
    assert store.unlearned(Policy(), "LLM team") == ["r1", "r5"]


def test_a_run_that_has_ended_keeps_its_status(store: DuckStore) -> None:
    store.begin_run(a_run("r1"), {})
    store.set_status("r1", "paused")
    assert store.run("r1").status == "paused"
    store.append("r1", FINISHED)
    store.set_status("r1", "running")
    assert store.run("r1").status == "succeeded"


def test_runs_can_be_linked_for_comparison(store: DuckStore) -> None:
    store.begin_run(replace(a_run("r1"), compared_with="r0"), {})
    assert store.run("r1").compared_with == "r0"


def test_unfinished_runs_are_marked_interrupted_and_others_left_alone(store: DuckStore) -> None:
    unfinished: list[RunStatus] = ["waiting", "running", "paused"]
    for status in unfinished:
        store.begin_run(replace(a_run(status), status=status), {})
    store.append("running", Noted("working"))
    store.begin_run(a_run("done"), {})
    store.append("done", FINISHED)
    assert store.interrupt_unfinished() == 3
    assert [store.run(run_id).status for run_id in unfinished] == ["interrupted"] * 3
    assert store.run("waiting").ended == NOON
    assert store.run("running").ended is not None
    assert store.run("running").error == "The program ended while this run was going."
    assert store.run("done").status == "succeeded"
    assert store.interrupt_unfinished() == 0


def test_an_event_of_a_newer_version_is_replaced_by_a_warning(store: DuckStore) -> None:
    store.begin_run(a_run("r1"), {})
    store.append("r1", Noted("before"))
    insert = "insert into event select run, ?, ?, written, ? from event where seq = 1"
    store._database.put(insert, 2, "dreamed", "{}")
    store._database.put(insert, 3, "acted", '{"turn": "many"}')
    (_, unknown), (_, unfit) = store.events("r1", after=1)
    sentence = "An event of kind 'dreamed' was written by another version of ProcMem and is left out."
    assert unknown == Noted(sentence, "warning")
    assert unfit == Noted(sentence.replace("dreamed", "acted"), "warning")


def test_an_unknown_run_is_named_with_the_most_similar_ones(store: DuckStore) -> None:
    store.begin_run(a_run("run-1"), {})
    for ask in (store.run, store.setup, lambda run_id: store.append(run_id, ACTED)):
        with pytest.raises(UnknownName, match=r"Unknown run 'run-2'. Known: run-1."):
            ask("run-2")


def test_a_run_id_is_used_once(store: DuckStore) -> None:
    store.begin_run(a_run("r1"), {})
    with pytest.raises(BadInput, match="There is a run 'r1' already"):
        store.begin_run(a_run("r1"), {})


@pytest.fixture(scope="module")
def shared() -> Iterator[DuckStore]:
    """One store for many examples."""
    made = DuckStore(None)
    yield made
    made.close()


@given(text=st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_text_is_given_back_as_it_was(shared: DuckStore, text: str) -> None:
    assert kept(shared, text) == {text}


@pytest.mark.parametrize("text", ["a\x00b", "😀", "x" * 2_000_000, "é" * 1_000_000, '"\\\n\r\u2028'])
def test_odd_and_huge_text_is_given_back_as_it_was(shared: DuckStore, text: str) -> None:
    assert kept(shared, text) == {text}


def test_a_lone_surrogate_is_kept_as_the_replacement_character(shared: DuckStore) -> None:
    assert kept(shared, "a\ud800b") == {"a\ufffdb"}


def kept(store: DuckStore, text: str) -> set[str]:
    """What becomes of a text in each place that it can be written to."""
    run_id = f"run {len(store.runs(limit=1_000_000))}"
    store.begin_run(replace(a_run(run_id), task=text), {"text": text})
    store.append(run_id, replace(ACTED, observation=text, arguments={"text": [text]}))
    ((_, event),) = store.events(run_id)
    assert isinstance(event, Acted)
    return {event.observation, event.arguments["text"][0], store.run(run_id).task, store.setup(run_id)["text"]}


def test_events_that_wait_together_are_written_together_and_the_fault_of_one_is_its_own(store: DuckStore) -> None:
    outcomes = dict[str, int | str]()

    def write(run_id: str, event: Event) -> None:
        try:
            outcomes[run_id] = store.append(run_id, event)
        except duckdb.Error as error:
            outcomes[run_id] = type(error).__name__

    events = {f"r{number}": replace(ACTED, step=number) for number in range(6)}
    for run_id in (*events, "ends", "huge"):
        store.begin_run(a_run(run_id), {})
    with store._database.turn:  # everybody waits
        waiting = [
            threading.Thread(target=write, args=one)
            for one in [*events.items(), ("ends", FINISHED), ("huge", replace(FINISHED, steps=2**40))]
        ]
        for thread in waiting:
            thread.start()
    for thread in waiting:
        thread.join()
    assert outcomes == {**dict.fromkeys(events, 1), "ends": 1, "huge": "ConversionException"}
    assert {run_id: store.events(run_id) for run_id in events} == {id_: [(1, event)] for id_, event in events.items()}
    assert (store.run("ends").status, store.run("huge").status) == ("succeeded", "waiting")
    assert store.append("huge", FINISHED) == 1


@pytest.fixture
def heeding() -> Iterator[None]:
    """Ctrl+C interrupts, also where a shell started the tests in the background, which makes processes deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeding")
def test_who_is_interrupted_while_waiting_to_write_is_in_nobodys_way(store: DuckStore) -> None:
    for run_id in ("first", "interrupted", "later"):
        store.begin_run(a_run(run_id), {})
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with store._database.turn:
            held.set()
            let_go.wait()

    holder = threading.Thread(target=hold)
    first = threading.Thread(target=store.append, args=("first", ACTED))
    holder.start()
    held.wait()
    first.start()
    ctrl_c = threading.Timer(0.2, signal.pthread_kill, (threading.get_ident(), signal.SIGINT))
    ctrl_c.start()
    with pytest.raises(KeyboardInterrupt):
        store.append("interrupted", ACTED)
    let_go.set()
    first.join()
    assert store.events("interrupted") == []
    assert (store.append("later", ACTED), store.append("interrupted", ACTED)) == (1, 1)
    assert store.events("first") == [(1, ACTED)]


def test_threads_that_write_at_once_lose_no_event(store: DuckStore) -> None:
    for number in range(4):
        store.begin_run(a_run(f"r{number}"), {})

    def write(number: int) -> None:
        for step in range(25):
            store.append(f"r{number % 4}", replace(ACTED, step=step))
            store.events(f"r{(number + 1) % 4}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(4):
        assert [seq for seq, _ in store.events(f"r{number}")] == list(range(1, 51))


def test_a_run_that_was_killed_has_the_totals_of_what_it_said(store: DuckStore) -> None:
    def called(usage: Usage | None, cost: float | None) -> Called:
        return Called("act", "excel", "turn 1", 1, (), (), {}, Reply("", usage=usage, cost=cost))

    store.begin_run(a_run("r1"), {})
    for event in (
        Planned("1. look", 0),
        Planned("1. look again", 1),
        called(Usage(100, 10), 0.25),
        called(None, None),
        called(Usage(50, 5), 0.5),
        Acted(1, 1, "excel", "", "excel_read_file", {}, "seen", False, 0.1),
        Acted(1, 2, "excel", "", "excel_read_file", {}, "no such file", True, 0.1),
    ):
        store.append("r1", event)
    store.begin_run(a_run("silent"), {})
    store.interrupt_unfinished()
    run = store.run("r1")
    assert (run.steps, run.failed_steps, run.tokens, run.cost) == (2, 1, 165, 0.75)
    assert run.ended is not None
    assert run.seconds == pytest.approx((run.ended - run.started).total_seconds())
    silent = store.run("silent")
    assert (silent.steps, silent.failed_steps, silent.tokens, silent.cost, silent.seconds) == (0, 0, None, None, 0.0)

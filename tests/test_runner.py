"""Background runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from procmem.errors import BadInput, Cancelled, ModelFailed, UnknownName
from procmem.events import Acted, Called, Event, Finished, Noted, Planned
from procmem.runner import Runner, Solve, follow
from procmem.store.duck import DuckStore
from procmem.types import Reply, RunStatus, Usage
from tests.records import a_run

DONE = Finished("succeeded", "42", 1, 0, 0, None, None, 0.5)
STEP = Acted(1, 1, "excel", "", "excel_read_file", {}, "The file is missing.", True, 0.1)


@pytest.fixture
def store() -> Iterator[DuckStore]:
    made = DuckStore(None)
    yield made
    made.close()


@pytest.fixture
def runner(store: DuckStore) -> Iterator[Runner]:
    made = Runner(store, parallel=2)
    yield made
    made.shutdown()


class Steered:
    """A run whose every event waits until the test lets it go; ``closed`` is set when its generator is closed."""

    def __init__(self, *events: Event) -> None:
        self._events = events
        self._allowed = threading.Semaphore(0)
        self.closed = threading.Event()
        self.asked = threading.Semaphore(0)

    def __call__(self, run_id: str, stop: threading.Event) -> Iterator[Event]:
        try:
            for event in self._events:
                self.asked.release()
                self._allowed.acquire()
                yield event
        finally:
            self.closed.set()

    def let_go(self, events: int = 1) -> None:
        self._allowed.release(events)


def says(*events: Event) -> Solve:
    """A run that says these events and ends."""
    return lambda run_id, stop: iter(events)


def until(true: Callable[[], bool]) -> None:
    """Wait until something that another thread does has happened."""
    for _ in range(2000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def status(store: DuckStore, run_id: str) -> RunStatus:
    return store.run(run_id).status


def test_a_run_is_recorded_as_waiting_and_then_followed_to_its_end(store: DuckStore, runner: Runner) -> None:
    run = Steered(Noted("one"), DONE)
    assert runner.start(a_run("r1"), {"task": "x"}, run) == "r1"
    assert runner.active() == ("r1",)
    following = follow(store, "r1", every=0.01)
    run.let_go(2)
    assert list(following) == [(1, Noted("one")), (2, DONE)]
    assert (status(store, "r1"), runner.active()) == ("succeeded", ())
    assert store.setup("r1") == {"task": "x"}
    assert list(follow(store, "r1", after=1)) == [(2, DONE)]
    until(run.closed.is_set)


def test_an_event_is_in_the_log_before_the_next_one_is_asked_for(store: DuckStore, runner: Runner) -> None:
    seen: list[int] = []

    def solve(run_id: str, stop: threading.Event) -> Iterator[Event]:
        for number in range(3):
            seen.append(len(store.events(run_id)))
            yield Noted(str(number))
        yield DONE

    runner.start(a_run("r1"), {}, solve)
    list(follow(store, "r1", every=0.01))
    assert seen == [0, 1, 2]


def test_more_runs_than_threads_wait_their_turn(store: DuckStore, runner: Runner) -> None:
    runs = {f"r{number}": Steered(DONE) for number in range(3)}
    for run_id, run in runs.items():
        runner.start(a_run(run_id), {}, run)
    for run_id in ("r0", "r1"):
        assert runs[run_id].asked.acquire(timeout=20)
    assert [status(store, run_id) for run_id in runs] == ["running", "running", "waiting"]
    runs["r0"].let_go()
    assert runs["r2"].asked.acquire(timeout=20)
    assert runner.active() == ("r1", "r2")
    for run in runs.values():
        run.let_go()
    for run_id in runs:
        list(follow(store, run_id, every=0.01))
        assert status(store, run_id) == "succeeded"


def test_a_paused_run_says_nothing_holds_no_thread_and_goes_on_where_it_was(store: DuckStore) -> None:
    runner = Runner(store, parallel=1)
    first = Steered(Noted("one"), Noted("two"), DONE)
    runner.start(a_run("r1"), {}, first)
    assert first.asked.acquire(timeout=20)
    runner.pause("r1")
    first.let_go(3)
    runner.start(a_run("r2"), {}, says(DONE))
    assert list(follow(store, "r2", every=0.01)) == [(1, DONE)]
    assert store.events("r1") == [(1, Noted("one"))]
    assert status(store, "r1") == "paused"
    runner.resume("r1")
    assert [event for _, event in follow(store, "r1", every=0.01)] == [Noted("one"), Noted("two"), DONE]
    runner.shutdown()


def test_a_run_resumed_during_the_step_under_way_simply_goes_on(store: DuckStore, runner: Runner) -> None:
    run = Steered(Noted("one"), DONE)
    runner.start(a_run("r1"), {}, run)
    assert run.asked.acquire(timeout=20)
    for _ in range(3):
        runner.pause("r1")
        runner.resume("r1")
    assert status(store, "r1") == "running"
    run.let_go(2)
    assert [event for _, event in follow(store, "r1", every=0.01)] == [Noted("one"), DONE]


def test_a_waiting_run_can_be_paused_resumed_and_cancelled(store: DuckStore) -> None:
    runner = Runner(store, parallel=1)
    blocker = Steered(DONE)
    runner.start(a_run("blocker"), {}, blocker)
    runner.start(a_run("r1"), {}, says(DONE))
    runner.start(a_run("r2"), {}, says(DONE))
    runner.start(a_run("r3"), {}, says(DONE))
    runner.pause("r1")
    runner.resume("r1")
    runner.pause("r2")
    runner.cancel("r3")
    assert status(store, "r3") == "cancelled"
    blocker.let_go()
    assert [event for _, event in follow(store, "r1", every=0.01)] == [DONE]
    assert (status(store, "r2"), runner.active()) == ("paused", ("r2",))
    assert len(store.events("r3")) == 1
    runner.shutdown()


def test_a_run_that_hangs_is_cancelled_at_once_with_what_it_did(store: DuckStore, runner: Runner) -> None:
    gave_up = threading.Event()

    def hang(run_id: str, stop: threading.Event) -> Iterator[Event]:
        reply = Reply("", usage=Usage(100, 20), cost=0.25)
        yield Called("act", "excel", "c", 1, (), (), {}, reply)
        yield Called("act", "excel", "c", 1, (), (), {}, Reply("", usage=None, cost=None))
        yield Planned("again", 2)
        yield STEP
        stop.wait()
        release.wait()
        gave_up.set()
        raise Cancelled

    release = threading.Event()
    runner.start(a_run("r1"), {}, hang)
    until(lambda: len(store.events("r1")) == 4)
    runner.cancel("r1")
    assert (status(store, "r1"), runner.active()) == ("cancelled", ())
    *_, (seq, end) = list(follow(store, "r1"))
    assert isinstance(end, Finished)
    assert (seq, end.status, end.error) == (5, "cancelled", "The run was cancelled.")
    assert (end.steps, end.failed_steps, end.replans, end.tokens, end.cost) == (1, 1, 2, 120, 0.25)
    release.set()
    assert gave_up.wait(20)
    runner.start(a_run("r2"), {}, says(DONE))
    list(follow(store, "r2", every=0.01))
    assert len(store.events("r1")) == 5


def test_what_a_cancelled_run_still_says_is_not_written(store: DuckStore, runner: Runner) -> None:
    run = Steered(Noted("late"), DONE)
    runner.start(a_run("r1"), {}, run)
    assert run.asked.acquire(timeout=20)
    runner.cancel("r1")
    run.let_go(2)
    until(run.closed.is_set)
    assert [event.status for _, event in store.events("r1") if isinstance(event, Finished)] == ["cancelled"]
    assert len(store.events("r1")) == 1


def test_cancelling_a_paused_run_closes_what_it_has_open(store: DuckStore, runner: Runner) -> None:
    run = Steered(Noted("one"), DONE)
    runner.start(a_run("r1"), {}, run)
    assert run.asked.acquire(timeout=20)
    runner.pause("r1")
    run.let_go()
    until(lambda: len(store.events("r1")) == 1)
    runner.cancel("r1")
    assert status(store, "r1") == "cancelled"
    until(run.closed.is_set)


def test_an_unexpected_error_ends_the_run_with_a_sentence_and_goes_to_the_log(
    store: DuckStore, runner: Runner, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(run_id: str, stop: threading.Event) -> Iterator[Event]:
        yield STEP
        raise KeyError("colour")

    runner.start(a_run("r1"), {}, fail)
    *_, (_, end) = follow(store, "r1", every=0.01)
    assert isinstance(end, Finished)
    assert (end.status, end.steps) == ("error", 1)
    assert end.error == "An unexpected error ended the run: KeyError('colour'). The log has the traceback."
    assert "Traceback" in caplog.text
    runner.start(a_run("r2"), {}, says(DONE))
    assert [event for _, event in follow(store, "r2", every=0.01)] == [DONE]


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (ModelFailed("gpt-4o did not answer."), "error", "gpt-4o did not answer."),
        (BadInput("There is no such file."), "error", "There is no such file."),
        (Cancelled(), "cancelled", "The run was cancelled."),
    ],
)
def test_an_error_on_purpose_ends_the_run_with_its_own_sentence(
    store: DuckStore, runner: Runner, error: Exception, status: RunStatus, sentence: str
) -> None:
    def fail(run_id: str, stop: threading.Event) -> Iterator[Event]:
        raise error

    runner.start(a_run("r1"), {}, fail)
    ((_, end),) = follow(store, "r1", every=0.01)
    assert isinstance(end, Finished)
    assert (end.status, end.error) == (status, sentence)


def test_a_run_that_stops_without_a_result_is_an_error(store: DuckStore, runner: Runner) -> None:
    runner.start(a_run("r1"), {}, says(Noted("hm")))
    *_, (_, end) = follow(store, "r1", every=0.01)
    assert isinstance(end, Finished)
    assert (end.status, end.error) == ("error", "The run stopped without a result.")


def test_controls_on_a_run_that_has_ended_do_nothing(store: DuckStore, runner: Runner) -> None:
    runner.start(a_run("r1"), {}, says(DONE))
    list(follow(store, "r1", every=0.01))
    for control in (runner.pause, runner.resume, runner.cancel):
        control("r1")
    assert (status(store, "r1"), len(store.events("r1"))) == ("succeeded", 1)


def test_controls_on_an_unknown_run_say_so(store: DuckStore, runner: Runner) -> None:
    for control in (runner.pause, runner.resume, runner.cancel):
        with pytest.raises(UnknownName, match="Unknown run 'r9'"):
            control("r9")


def test_a_run_id_starts_once(store: DuckStore, runner: Runner) -> None:
    runner.start(a_run("r1"), {}, says(DONE))
    with pytest.raises(BadInput, match="There is a run 'r1' already"):
        runner.start(a_run("r1"), {}, says(DONE))


def test_shutting_down_interrupts_what_is_going_and_refuses_more(store: DuckStore) -> None:
    runner = Runner(store, parallel=1)
    run = Steered(Noted("one"), DONE)
    runner.start(a_run("r1"), {}, run)
    runner.start(a_run("r2"), {}, says(DONE))
    assert run.asked.acquire(timeout=20)
    run.let_go()
    runner.shutdown(seconds=0)
    assert [status(store, run_id) for run_id in ("r1", "r2")] == ["interrupted", "interrupted"]
    assert store.run("r1").error == "The program was closed while this run was going."
    with pytest.raises(BadInput, match="The program is closing"):
        runner.start(a_run("r3"), {}, says(DONE))
    run.let_go()
    until(run.closed.is_set)


def test_following_a_run_that_was_killed_ends_without_a_last_event(store: DuckStore) -> None:
    store.begin_run(a_run("r1"), {})
    store.append("r1", Noted("one"))
    store.interrupt_unfinished()
    assert list(follow(store, "r1")) == [(1, Noted("one"))]


def test_many_runs_with_many_controls_all_end_once(store: DuckStore) -> None:
    runner = Runner(store, parallel=3)
    runs = [f"r{number}" for number in range(12)]
    for run_id in runs:
        runner.start(a_run(run_id), {}, says(*[STEP] * 20, DONE))

    def meddle(turn: int) -> None:
        for run_id in runs[turn::3]:
            runner.pause(run_id)
            runner.resume(run_id)
            if turn == 0:
                runner.cancel(run_id)

    threads = [threading.Thread(target=meddle, args=(turn,)) for turn in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for run_id in runs:
        events = [event for _, event in follow(store, run_id, every=0.01)]
        assert sum(isinstance(event, Finished) for event in events) == 1
        assert isinstance(events[-1], Finished)
        if status(store, run_id) == "succeeded":
            assert len(events) == 21
    runner.shutdown()


def test_the_clock_of_a_run_stands_still_while_it_is_paused(store: DuckStore, runner: Runner) -> None:
    run = Steered(Noted("one"), DONE)
    runner.start(a_run("r1"), {}, run)
    assert run.asked.acquire(timeout=20)
    runner.pause("r1")
    paused = runner.seconds("r1")
    time.sleep(0.05)
    assert paused is not None
    assert paused > 0
    assert runner.seconds("r1") == paused
    runner.resume("r1")
    run.let_go(2)
    list(follow(store, "r1", every=0.01))
    assert runner.seconds("r1") is None

"""Worker processes: what a job gives back, and what happens when a process dies, hangs or is told to stop."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from procmem.agents.teams import make_team
from procmem.errors import Cancelled
from procmem.events import Called, Finished, Graded
from procmem.experiment.job import Job, OnceEmbedder
from procmem.experiment.pools import KEPT, Gates, Processes
from procmem.experiment.snapshot import Snapshot, take
from procmem.memory.desk import View
from procmem.models.embedders import make_embedder
from procmem.settings import Settings
from procmem.store.duck import DuckStore
from procmem.types import Policy, Task
from tests.bench import note_task
from tests.openai_server import OpenAIServer
from tests.records import add, full

TEAM = make_team("SLM team", "openai/m", "openai/m")


def notes(number: int, task: Task | None = None) -> Job:
    return Job(f"run-{number}", task or note_task(), TEAM, Policy(placement="none"), BANK.digest, View())


BANK: Snapshot = take(DuckStore(None), make_embedder("hash"))


def bank_with(memory_id: str) -> Snapshot:
    store = DuckStore(None)
    store.propose([add("p", full(memory_id))])
    store.decide("p", "accept", by="Ann")
    return take(store, make_embedder("hash"))


class Server(OpenAIServer):
    """Delegates, writes the note, finishes; and can be told to keep everybody waiting."""

    def __init__(self) -> None:
        super().__init__(answer=self._speak)
        self.open = threading.Event()
        self.open.set()
        self.waiting = 0

    def _speak(self, model, messages, tools, seed):  # type: ignore[no-untyped-def]
        self.waiting += 1
        self.open.wait(30)
        names = {tool["function"]["name"] for tool in tools or ()}
        answered = any(message["role"] == "tool" for message in messages)
        if "delegate" in names:
            task = {"agent": "system", "subtask": "Write Dana into data/note.txt"}
            return "", [("finish", {"answer": "Done."})] if answered else [("delegate", task)], (10, 2)
        if names and not answered:
            return "", [("files_write_file", {"file_path": "data/note.txt", "contents": "Dana"})], (10, 2)
        return "Done.", [], (10, 2)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as house:
        os.environ.update(OPENAI_API_BASE=house.url, OPENAI_API_KEY="none")
        yield house
        del os.environ["OPENAI_API_BASE"], os.environ["OPENAI_API_KEY"]


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Processes]:
    processes = Processes(Settings(home=tmp_path, embedder="hash"), 1, each=4)
    yield processes
    processes.close()


def children() -> list[int]:
    """Process ids of this process's workers."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid() and b"experiment.worker" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def until_waiting(server: Server, count: int) -> None:
    while server.waiting < count:
        time.sleep(0.02)


def in_thread(pool: Processes, number: int, ends: dict[int, object]) -> threading.Thread:
    def run() -> None:
        try:
            ends[number] = pool.run(notes(number), BANK)[-1]
        except Cancelled as error:
            ends[number] = error

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_one_process_serves_many_runs_at_once_survives_its_death_and_ends_when_told(
    server: Server, pool: Processes
) -> None:
    """One test for one process, whose start takes seconds."""
    events = pool.run(notes(1), BANK)
    assert isinstance(events[-1], Finished)
    assert (events[-1].status, events[-1].steps) == ("succeeded", 1)
    assert [event.success for event in events if isinstance(event, Graded)] == [True]
    assert sum(isinstance(event, Called) for event in events) == 5

    (worker,) = children()
    for number in range(KEPT + 2):  # more banks than a worker keeps open: it closes some and serves on
        bank = bank_with(f"m{number}")
        ended = pool.run(replace(notes(10 + number), snapshot=bank.digest), bank)[-1]
        assert isinstance(ended, Finished)
        assert ended.status == "succeeded"
    assert children() == [worker]

    server.open.clear()
    server.waiting = 0
    ends: dict[int, object] = {}
    threads = [in_thread(pool, number, ends) for number in (2, 3, 4)]
    until_waiting(server, 3)  # all three are under way in the one process
    (worker,) = children()
    os.kill(worker, signal.SIGKILL)
    server.open.set()
    for thread in threads:
        thread.join(60)
    assert [end.status for end in ends.values() if isinstance(end, Finished)] == ["succeeded"] * 3

    server.open.clear()
    server.waiting = 0
    last = in_thread(pool, 5, ends)
    until_waiting(server, 1)
    pool.close()
    last.join(10)
    server.open.set()
    assert isinstance(ends[5], Cancelled)
    assert children() == []


def test_a_run_that_hangs_ends_with_an_error_after_its_time(server: Server, tmp_path: Path) -> None:
    server.open.clear()
    pool = Processes(Settings(home=tmp_path, embedder="hash"), 1, seconds=0.2)
    end = pool.run(notes(1), BANK)[-1]
    pool.close()
    server.open.set()
    assert isinstance(end, Finished)
    assert (end.status, end.error) == (
        "error", "The process of this run ended twice without an answer, or took over 0 s.",
    )  # fmt: skip


def test_so_many_runs_at_once_go_through_a_providers_gate() -> None:
    gates, inside, most = Gates({"": 8, "openai": 2}), [0], [0]
    lock = threading.Lock()

    def run() -> None:
        with gates.through(("openai/a", "openai/b")):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            time.sleep(0.02)
            with lock:
                inside[0] -= 1

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [2]


def test_a_query_is_embedded_once_and_by_itself() -> None:
    asked: list[list[str]] = []
    plain = make_embedder("hash")

    class Counting:
        name, dim, ready = plain.name, plain.dim, plain.ready
        warm = plain.warm

        def embed(self, texts):  # type: ignore[no-untyped-def]
            asked.append(list(texts))
            return plain.embed(texts)

    once = OnceEmbedder(Counting())
    first = once.embed(["a task", "another"])
    assert (once.embed(["another"]) == first[1:]).all()
    assert asked == [["a task"], ["another"]]
    assert once.embed([]).shape == (0, 512)

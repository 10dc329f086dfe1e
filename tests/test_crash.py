"""A process that writes to the store is killed, again and again, and nothing that was acknowledged is lost."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from procmem.store.duck import DuckStore
from procmem.types import Decision
from tests.crash_writer import BATCH, family, write
from tests.nursery import born
from tests.quick_disk import quick_folder
from tests.records import abandon

KILLS = 100
KILLS_PER_STORE = 10


def test_kill_9_loses_nothing_acknowledged_and_leaves_nothing_half_done() -> None:
    with quick_folder() as folder, ThreadPoolExecutor(2) as threads:  # one looks at a store while a writer works
        folders = [folder / str(number) for number in range(KILLS // KILLS_PER_STORE)]
        kinds = set().union(*threads.map(kill_again_and_again, folders))
    assert kinds == {"run", "event", "finished", "proposed", "decided", "embedded"}


def kill_again_and_again(folder: Path) -> set[str]:
    """Kill ten writers of one store, one after the other, and look at it each time; what the writers did."""
    dice, acknowledged = random.Random(folder.name), list[list[str]]()
    for turn in range(KILLS_PER_STORE):
        said = killed_writer(folder / "store.duckdb", turn, lines=dice.randint(1, 40))
        acknowledged += said
        store = DuckStore(folder / "store.duckdb")
        assert store.notices == ()
        store.interrupt_unfinished()
        check_runs(store, said)
        check_bank(store, acknowledged)
        if turn % 2:
            store.close()
        else:
            store.stop_indexing()
            abandon(store)
    return {words[0] for words in acknowledged}


def killed_writer(file: Path, turn: int, lines: int) -> list[list[str]]:
    """What a writer acknowledged before it was killed, at some moment after its ``lines``-th word."""
    writer, heard = born(write, file, turn, lines)
    with open(heard.fileno(), closefd=False) as hearing:
        said = [hearing.readline() for _ in range(lines)]
        writer.kill()
        said += hearing.readlines()
    writer.join()
    heard.close()
    return [line.split() for line in said if line.endswith("\n")]


def check_runs(store: DuckStore, acknowledged: list[list[str]]) -> None:
    said = dict[str, int]()
    for what, name, *seq in acknowledged:
        if what in ("run", "event"):
            said[name] = int(seq[0]) if seq else 0
    for run_id, last in said.items():
        numbers = [seq for seq, _ in store.events(run_id)]
        assert numbers[:last] == list(range(1, last + 1))
        assert len(numbers) <= last + 2  # at most the event under way, and the end of the run
        over = ["finished", run_id] in acknowledged
        assert store.run(run_id).status in (["succeeded"] if over else ["succeeded", "interrupted"])
        assert (store.run(run_id).status == "succeeded") == (len(numbers) == 6)


def check_bank(store: DuckStore, acknowledged: list[list[str]]) -> None:
    decisions = store.decisions(limit=100_000)[::-1]
    said = [words[1] for words in acknowledged if words[0] == "decided"]
    kept = {decision.id for decision in decisions}
    assert [id_ for id_ in said if id_ not in kept] == []
    states = {filed.proposal.id: filed.state for filed in store.proposals(state="all", limit=100_000)}
    assert {name for what, name, *_ in acknowledged if what == "proposed"} <= states.keys()
    stood = replay(decisions)
    assert store.revision == len(stood) - 1
    assert store.sizes() == [(at, *size(names)) for at, names in enumerate(stood)][1:]
    assert {name for name, state in states.items() if state == "accepted"} == stood[-1]
    ids = sorted(memory_id for name in stood[-1] for memory_id in content(name))
    assert sorted(memory.id for memory in store.memories()) == ids
    assert sorted(memory.id for memory in store.memories(at=store.revision)) == ids
    assert sorted(store.latest(ids)) == ids
    embedded = {name for what, name, *_ in acknowledged if what == "embedded"} | {n for n in stood[-1] if n[-1] == "i"}
    wanted = [memory_id for name in embedded & stood[-1] for memory_id in content(name)]
    assert store.vectors("e", wanted).keys() == set(wanted)


def replay(decisions: list[Decision]) -> list[set[str]]:
    """The proposals that stood at each revision, as the decisions tell it, the first revision being the empty bank."""
    by_id = {decision.id: decision for decision in decisions}
    stood: list[set[str]] = [set()]
    for decision in decisions:
        root, adds = decision, True
        while root.undoes:
            root, adds = by_id[root.undoes], not adds
        if root.verdict != "discard":
            assert decision.revision == len(stood)
            stood.append(stood[-1] | {decision.proposal_id} if adds else stood[-1] - {decision.proposal_id})
    return stood


def size(names: set[str]) -> tuple[int, int]:
    """How many full-task and subtask memories these proposals hold."""
    return sum(BATCH if name[-1] == "i" else 1 for name in names), sum(0 if name[-1] == "i" else 2 for name in names)


def content(name: str) -> list[str]:
    """The ids of a proposal's memories."""
    return [f"{name}/{place}" for place in range(BATCH)] if name[-1] == "i" else [one.id for one in family(name)]

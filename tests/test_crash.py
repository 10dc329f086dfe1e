"""A process that writes to the store is killed, again and again, and nothing that was acknowledged is lost."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from procmem.store.duck import DuckStore
from tests.records import abandon

ROOT = Path(__file__).parent.parent
KILLS = 10


def test_kill_9_loses_nothing_acknowledged_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    file, acknowledged = tmp_path / "store.duckdb", list[list[str]]()
    dice = random.Random(7)
    for turn in range(KILLS):
        said = killed_writer(file, turn, lines=dice.randint(1, 250))
        acknowledged += said
        store = DuckStore(file)
        assert store.notices == ()
        store.interrupt_unfinished()
        check_runs(store, acknowledged if turn == KILLS - 1 else said)
        check_bank(store, acknowledged)
        if turn % 2:
            store.close()
        else:
            abandon(store)
    assert {words[0] for words in acknowledged} == {"run", "event", "finished", "proposed", "decided"}


def killed_writer(file: Path, turn: int, lines: int) -> list[list[str]]:
    """What a writer acknowledged before it was killed, at some moment after its ``lines``-th line."""
    command = [sys.executable, "-m", "tests.crash_writer", str(file), str(turn)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(lines)]
        writer.kill()
        said += writer.stdout.readlines()
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
        assert (store.run(run_id).status == "succeeded") == (len(numbers) == 11)


def check_bank(store: DuckStore, acknowledged: list[list[str]]) -> None:
    said = {name: int(rest[0]) for what, name, *rest in acknowledged if what == "decided"}
    decided = [proposal.id for proposal in store.proposals(state="decided", limit=10_000)]
    waiting = [proposal.id for proposal in store.proposals(limit=10_000)]
    assert set(said) <= set(decided)
    assert {name for what, name, *_ in acknowledged if what == "proposed"} <= {*decided, *waiting}
    assert store.revision == len(decided)
    whole = [name for proposal in decided for name in (proposal, f"{proposal}/1", f"{proposal}/2")]
    assert sorted(memory.id for memory in store.memories()) == sorted(whole)

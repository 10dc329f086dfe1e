"""Banks as of a revision, outside their store."""

from __future__ import annotations

from pathlib import Path

import pytest

from procmem.errors import BadInput
from procmem.experiment.snapshot import shuffled, take
from procmem.models.embedders import make_embedder
from procmem.store.duck import DuckStore
from procmem.types import FullTaskUnit, Memory, Origin, Proposal, SubtaskUnit

EMBEDDER = make_embedder("hash")


def family(name: str, number: int, builder: str = "demonstration") -> list[Memory]:
    """A full-task memory and a subtask memory of a task of a family."""
    origin = Origin(f"run-{name}-{number}", f"{name}/{number}", builder)
    part = SubtaskUnit("excel", f"part of {name}", "<think></think><action>{}</action>", "")
    whole = FullTaskUnit(f"a task of {name} {number}", "1. excel", (part,), "", "")
    identity = f"{name}-{number}"
    return [
        Memory(identity, "full-task", "orchestrator", name, f"a task of {name} {number}", whole, origin),
        Memory(f"{identity}.1", "subtask", "excel", name, f"part of {name}", part, origin, parent=identity),
    ]


def store_with(*families: list[Memory]) -> DuckStore:
    store = DuckStore(None)
    for members in families:
        store.propose([Proposal(f"add-{members[0].id}", "add", tuple(members), "test", "")])
        store.decide(f"add-{members[0].id}", "accept", by="test")
    return store


FAMILIES = {"budget/1": "budget", "letter/1": "letter", "agenda/1": "agenda", "budget/2": "budget"}


def test_a_snapshot_is_the_bank_as_of_its_revision() -> None:
    store = store_with(family("budget", 1), family("letter", 1))
    assert [memory.id for memory in take(store, EMBEDDER, 1).memories] == ["budget-1", "budget-1.1"]
    assert len(take(store, EMBEDDER).memories) == 4
    assert take(store, EMBEDDER, 0).memories == ()


def test_a_snapshot_opens_as_a_store_with_the_same_memories_and_vectors(tmp_path: Path) -> None:
    store = store_with(family("budget", 1), family("letter", 1))
    opened = take(store, EMBEDDER).open(tmp_path / "copy.duckdb")
    assert [memory.key for memory in opened.memories()] == [memory.key for memory in store.memories()]
    assert opened.unembedded("hash") == []
    opened.close()


def test_equal_banks_have_equal_digests_and_others_do_not() -> None:
    one, two = store_with(family("budget", 1)), store_with(family("budget", 1))
    assert take(one, EMBEDDER).digest == take(two, EMBEDDER).digest
    assert take(store_with(family("budget", 2)), EMBEDDER).digest != take(one, EMBEDDER).digest


def test_only_demonstrations_or_nothing_may_be_taken() -> None:
    store = store_with(family("budget", 1), family("letter", 1, builder="gpt-4o"))
    assert [m.id for m in take(store, EMBEDDER, start="demonstrations").memories] == ["budget-1", "budget-1.1"]
    assert take(store, EMBEDDER, start="empty").memories == ()


def test_a_placebo_keeps_the_contents_and_gives_each_the_key_of_another_family() -> None:
    snapshot = take(store_with(*(family(*name.split("/")) for name in FAMILIES)), EMBEDDER)  # type: ignore[arg-type]
    placebo = shuffled(snapshot, FAMILIES)
    assert [memory.unit for memory in placebo.memories] == [memory.unit for memory in snapshot.memories]
    for memory in placebo.memories:
        assert memory.title not in memory.key
    whole = [memory for memory in placebo.memories if memory.level == "full-task"]
    assert all(memory.key.startswith("a task of") for memory in whole)
    assert {memory.parent for memory in placebo.memories} == {None, *(memory.id for memory in whole)}


def test_a_placebos_vectors_are_those_of_its_keys() -> None:
    placebo = shuffled(take(store_with(*(family(*name.split("/")) for name in FAMILIES)), EMBEDDER), FAMILIES)  # type: ignore[arg-type]
    fresh = EMBEDDER.embed([memory.key for memory in placebo.memories])
    assert fresh == pytest.approx(placebo.vectors)


def test_a_placebo_of_one_family_is_impossible() -> None:
    with pytest.raises(BadInput, match="at least two task families"):
        shuffled(take(store_with(family("budget", 1)), EMBEDDER), FAMILIES)

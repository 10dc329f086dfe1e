"""What a curator wishes for: retire, restore, revise, merge, supersede."""

from __future__ import annotations

from dataclasses import replace

import pytest

from procmem.errors import BadInput, UnknownName
from procmem.memory.curation import merge, restore, restore_version, retire, revise, supersede
from procmem.store.duck import DuckStore
from procmem.types import Proposal
from tests.records import add, full, part


@pytest.fixture
def store() -> DuckStore:
    """Two full-task memories, a with subtask memories a.1 and a.2, b without."""
    store = DuckStore(None)
    memories = (full("a", "sort the sheet"), part("a.1", "excel", "a"), part("a.2", "word", "a"), full("b", "sort it"))
    apply(store, add("start", *memories))
    return store


def apply(store: DuckStore, proposal: Proposal) -> None:
    store.propose([proposal])
    store.decide(proposal.id, "accept", by="Ann")


def active(store: DuckStore) -> list[str]:
    return [memory.id for memory in store.memories()]


def test_a_retired_task_takes_its_subtasks_along_and_brings_them_back(store: DuckStore) -> None:
    apply(store, retire(store, ["a"], "Ann", "stale"))
    assert active(store) == ["b"]
    with pytest.raises(BadInput, match=r"“Title of a” is retired already"):
        retire(store, ["a"], "Ann", "again")
    apply(store, retire(store, ["b"], "Ann", "stale"))
    apply(store, restore(store, ["b"], "Ann", "needed"))
    with pytest.raises(BadInput, match="in use already"):
        restore(store, ["b"], "Ann", "again")


def test_the_content_of_an_earlier_version_comes_back_as_a_new_one(store: DuckStore) -> None:
    old = store.memory("b")
    apply(store, revise([replace(old, title="Better")], "Ann", "clearer"))
    assert store.memory("b").title == "Better"
    apply(store, restore_version(store, "b", 1, "Ann"))
    assert store.memory("b") == replace(old, version=3)
    with pytest.raises(UnknownName):
        restore_version(store, "b", 9, "Ann")


def test_a_merge_keeps_one_and_remembers_where_the_others_came_from(store: DuckStore) -> None:
    apply(store, add("more", replace(full("c"), origin=replace(full("c").origin, task_id="task/2"))))
    apply(store, merge(store, "a", ["c", "a"], "Ann"))
    assert active(store) == ["a", "a.1", "a.2", "b"]
    assert store.memory("a").origin.learned_from == ("task/2",)
    with pytest.raises(BadInput, match="two memories or more"):
        merge(store, "a", ["a"], "Ann")
    with pytest.raises(BadInput, match="only memories of one kind merge"):
        merge(store, "a", ["a.1"], "Ann")


def test_a_superseding_memory_takes_the_place_of_an_old_one(store: DuckStore) -> None:
    apply(store, supersede(store, "a", [full("d")], "Ann", "a better way"))
    assert active(store) == ["b", "d"]

"""Decisions taken back, and taken back again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from procmem.errors import BadInput, UnknownName
from procmem.store.duck import DuckStore
from procmem.types import Decision, Proposal
from tests.records import add, full, part

FAMILY = (full("m"), part("m-1", "word", "m"), part("m-0", "excel", "m"))


@pytest.fixture
def store() -> Iterator[DuckStore]:
    made = DuckStore(None)
    yield made
    made.close()


def accept(store: DuckStore, proposal: Proposal) -> Decision:
    store.propose([proposal])
    return store.decide(proposal.id, "accept", by="Ann")


def waiting(store: DuckStore) -> list[str]:
    return [filed.proposal.id for filed in store.proposals()]


def test_an_undo_lets_the_memories_stand_as_before_and_the_proposal_waits_again(store: DuckStore) -> None:
    accept(store, add("p1", *FAMILY))
    accept(store, Proposal("p2", "revise", (replace(full("m"), title="Revised"),), "a", "b"))
    (undone,) = store.undo(store.decisions()[0].id, by="Bob", reason="worse")
    assert (undone.verdict, undone.by, undone.reason, undone.revision) == ("undo", "Bob", "worse", 3)
    assert store.memories() == list(FAMILY)
    assert [memory.title for memory in store.memories(at=2)] == ["Revised", "Title of m-1", "Title of m-0"]
    assert (waiting(store), store.proposal("p2").decision) == (["p2"], None)
    assert [made.in_force for made in store.decisions()] == [True, False, True]
    assert store.sizes() == [(1, 1, 2), (2, 1, 2), (3, 1, 2)]


def test_an_undone_addition_leaves_nothing_and_its_next_version_is_a_new_one(store: DuckStore) -> None:
    first = accept(store, add("p1", full("m")))
    store.undo(first.id, by="Ann")
    assert (store.memories(retired=True), store.latest(["m"]), store.count()) == ([], {}, 0)
    assert store.memory("m") == full("m")
    store.decide("p1", "accept", by="Bob")
    assert store.latest(["m"]) == {"m": replace(full("m"), version=2)}


def test_an_undone_undo_is_a_redo(store: DuckStore) -> None:
    first = accept(store, add("p1", full("m")))
    last = first
    for _ in range(3):
        (undone,) = store.undo(last.id, by="Ann")
        assert (store.memories(), waiting(store), store.decision(first.id).in_force) == ([], ["p1"], False)
        (last,) = store.undo(undone.id, by="Bob")
        assert (store.memories(), waiting(store), store.decision(first.id).in_force) == ([full("m")], [], True)
        assert store.decision(undone.id).in_force is False
        filed = store.proposal("p1")
        assert (filed.state, filed.decision and filed.decision.id) == ("accepted", first.id)
    assert store.memory("m").version == 1


def test_later_decisions_on_the_same_memories_stand_in_the_way_of_an_undo_or_go_along(store: DuckStore) -> None:
    first = accept(store, add("p1", full("m"), full("n")))
    second = accept(store, Proposal("p2", "revise", (full("m"),), "a", "b"))
    accept(store, add("p3", full("other")))
    fourth = accept(store, Proposal("p4", "retire", (replace(full("m"), version=2, status="retired"),), "a", "b"))
    assert store.dependents(first.id) == [fourth, second]
    with pytest.raises(BadInput, match=r"2 later decisions changed the same memories: Ann accepted it on .* Undo the"):
        store.undo(first.id, by="Bob")
    undone = store.undo(first.id, by="Bob", cascade=True)
    assert [made.undoes for made in undone] == [fourth.id, second.id, first.id]
    assert [made.revision for made in undone] == [5, 6, 7]
    assert [memory.id for memory in store.memories(retired=True)] == ["other"]
    assert waiting(store) == ["p1", "p2", "p4"]


def test_what_was_taken_back_does_not_stand_in_the_way(store: DuckStore) -> None:
    first = accept(store, add("p1", full("m")))
    second = accept(store, Proposal("p2", "revise", (full("m"),), "a", "b"))
    store.undo(second.id, by="Ann")
    assert store.dependents(first.id) == []
    (undone,) = store.undo(first.id, by="Ann")
    assert store.memories() == []
    (blocked,) = [made for made in store.decisions() if made.undoes == second.id]
    assert store.dependents(blocked.id) == [undone]
    store.undo(blocked.id, by="Ann", cascade=True)
    assert store.memory("m").version == 2


def test_a_decision_is_undone_once(store: DuckStore) -> None:
    first = accept(store, add("p1", full("m")))
    (undone,) = store.undo(first.id, by="Bob", reason="vague")
    when = f"{undone.at:%Y-%m-%d at %H:%M:%S}"
    with pytest.raises(BadInput) as told:
        store.undo(first.id, by="Ann")
    assert str(told.value) == f"This decision was undone before: Bob took it back on {when} UTC (vague)."
    with pytest.raises(UnknownName, match="Unknown decision 'd'"):
        store.undo("d", by="Ann")


def test_a_redo_is_refused_once_the_proposal_has_been_decided_anew(store: DuckStore) -> None:
    first = accept(store, add("p1", full("m")))
    (undone,) = store.undo(first.id, by="Ann")
    store.decide("p1", "discard", by="Bob")
    with pytest.raises(BadInput, match=r"its proposal has been decided anew \(discarded\). Undo that first"):
        store.undo(undone.id, by="Ann")
    assert store.revision == 2
    store.undo(store.decisions()[0].id, by="Bob")
    store.undo(undone.id, by="Ann")
    assert store.memories() == [full("m")]


def test_an_undone_discard_changes_no_revision(store: DuckStore) -> None:
    store.propose([add("p1", full("m"))])
    discarded = store.decide("p1", "discard", by="Ann")
    (undone,) = store.undo(discarded.id, by="Bob")
    assert (undone.revision, store.revision, store.sizes(), waiting(store)) == (0, 0, [], ["p1"])
    store.undo(undone.id, by="Ann")
    assert (waiting(store), store.proposal("p1").state) == ([], "discarded")

"""Decisions on the Review page that are more than one verdict, and what it knows beforehand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from procmem.errors import BadInput
from procmem.memory.bank import Bank
from procmem.memory.curation import retire, revise
from procmem.memory.review import AUTOMATIC, as_decided, decide_instead, merge_into, neighbours, rebased, replace_twin
from procmem.models.embedders import make_embedder
from procmem.store.duck import DuckStore
from tests.records import add, full, part


@pytest.fixture
def store() -> DuckStore:
    """A bank with a (and its subtask memory), and a proposal to add b, which says the same."""
    store = DuckStore(None)
    store.propose([add("first", full("a"), part("a.1", parent="a"))])
    store.decide("first", "accept", by="Ann")
    twin = replace(full("b"), origin=replace(full("b").origin, task_id="task/2"))
    store.propose([add("second", twin, part("b.1", parent="b"))])
    return store


def test_the_nearest_memory_is_a_twin_and_the_proposals_own_are_left_out(store: DuckStore) -> None:
    bank = Bank(store, make_embedder("hash"))
    (near,) = neighbours(bank, store.proposal("second").proposal)
    assert (near.memory.id, round(near.score, 4), near.twin) == ("a", 1.0, True)
    store.decide("second", "accept", by="Ann")
    (near,) = neighbours(bank, store.proposal("second").proposal)
    assert near.memory.id == "a"


def test_a_merge_keeps_the_banks_memory_and_undo_leads_back_step_by_step(store: DuckStore) -> None:
    merge_into(store, "second", "a", "Ann")
    assert [memory.id for memory in store.memories()] == ["a", "a.1"]
    assert store.memory("a").origin.learned_from == ("task/2",)
    assert store.proposal("second").state == "discarded"
    for _ in range(2):
        newest = store.newest_decision("Ann")
        assert newest is not None
        store.undo(newest.id, by="Ann")
    assert store.proposal("second").state == "undecided"
    assert store.memory("a") == replace(full("a"), version=1)


def test_a_replacement_retires_the_banks_memory_with_its_parts(store: DuckStore) -> None:
    replace_twin(store, "second", "a", "Ann")
    assert [memory.id for memory in store.memories()] == ["b", "b.1"]
    with pytest.raises(BadInput, match="decided before: Ann discarded it"):
        merge_into(store, "second", "b", "Bob")
    assert [memory.id for memory in store.memories()] == ["b", "b.1"]


def test_a_merge_that_does_not_fit_leaves_the_proposal_waiting(store: DuckStore) -> None:
    store.propose([add("third", full("a2"))])
    store.decide("third", "accept", by="Ann")
    with pytest.raises(BadInput):
        replace_twin(store, "second", "missing", "Ann")
    assert store.proposal("second").state == "undecided"


def test_a_second_curator_can_put_an_edit_in_place_of_the_first_ones_decision(store: DuckStore) -> None:
    store.decide("second", "discard", by="Bob", reason="Duplicate")
    filed = store.proposal("second")
    mine = [replace(filed.proposal.memories[0], title="Mine"), filed.proposal.memories[1]]
    decide_instead(store, filed, mine, "Ann")
    assert store.memory("b").title == "Mine"
    assert [(one.verdict, one.by) for one in store.decisions(proposal_id="second")] == [
        ("edit", "Ann"),
        ("undo", "Ann"),
        ("discard", "Bob"),
    ]
    assert as_decided(store, store.proposal("second"))[0].title == "Mine"


def test_an_edit_that_does_not_fit_leaves_the_first_decision_standing(store: DuckStore) -> None:
    store.decide("second", "discard", by="Bob", reason="Duplicate")
    with pytest.raises(BadInput, match="keeps to one or more of the proposal's memories"):
        decide_instead(store, store.proposal("second"), [full("stranger")], "Ann")
    assert store.proposal("second").state == "discarded"


def test_a_retirement_takes_along_what_changed_meanwhile(store: DuckStore) -> None:
    wish = retire(store, ["a"], "Ann", "stale")
    apart = revise([replace(store.memory("a"), title="Better")], "Bob", "clearer")
    store.propose([wish, apart])
    store.decide(apart.id, "accept", by="Bob")
    assert [(one.title, one.version, one.status) for one in rebased(store, wish).memories] == [
        ("Better", 2, "retired"),
        ("Title of a.1", 1, "retired"),
    ]


def test_progress_counts_what_people_reviewed(store: DuckStore) -> None:
    store.propose(
        [add("auto", full("c")), add("stale", full("d")), revise([replace(full("a"), version=1)], "Ann", "x")]
    )
    store.decide("auto", "accept", by="auto")
    store.decide("stale", "discard", by="validation", reason="Redundant")
    assert store.progress(datetime.now(UTC) - timedelta(hours=1), AUTOMATIC) == (2, 1, 1)
    assert store.progress(datetime.now(UTC) + timedelta(hours=1), AUTOMATIC) == (2, 1, 0)
    revision = store.proposals(kind="revise")[0]
    store.decide(revision.proposal.id, "accept", by="Ann")
    assert store.progress(datetime.now(UTC) - timedelta(hours=1), AUTOMATIC) == (1, 1, 1)


def test_beside_a_place_stand_the_nearest_of_the_wanted_state_and_kind(store: DuckStore) -> None:
    store.propose(
        [add("third", full("c")), revise([replace(full("a"), version=1)], "Ann", "x"), add("last", full("e"))]
    )
    store.decide("third", "discard", by="Ann", reason="Duplicate")
    before, after = store.beside(store.proposal("third").number)
    assert before is not None
    assert after is not None
    assert (before.proposal.id, after.proposal.kind) == ("second", "revise")
    before, after = store.beside(store.proposal("third").number, kind="add")
    assert after is not None
    assert after.proposal.id == "last"
    before, after = store.beside(store.proposal("third").number, state="decided")
    assert before is not None
    assert (before.proposal.id, after) == ("first", None)


def test_the_newest_decision_of_a_person_is_the_one_in_force(store: DuckStore) -> None:
    made = store.decide("second", "accept", by="Ann")
    newest = store.newest_decision("Ann")
    assert newest is not None
    assert newest.id == made.id
    store.undo(made.id, by="Ann")
    newest = store.newest_decision("Ann")
    assert newest is not None
    assert newest.proposal_id == "first"
    assert store.newest_decision("Bob") is None

"""Proposals, decisions and the bank's versions."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from procmem.errors import BadInput, UnknownName
from procmem.store.duck import DuckStore
from procmem.types import Memory, Proposal
from tests.records import add, full, part


@pytest.fixture
def store() -> Iterator[DuckStore]:
    made = DuckStore(None)
    yield made
    made.close()


def family() -> tuple[Memory, Memory, Memory]:
    return full("m"), part("m-1", "word", "m"), part("m-0", "excel", "m")


def test_a_full_task_memory_and_its_subtasks_are_decided_as_one(store: DuckStore) -> None:
    store.propose([add("p1", *family())])
    decision = store.decide("p1", "accept", by="Ann", reason="clear")
    assert (decision.verdict, decision.by, decision.reason, decision.revision) == ("accept", "Ann", "clear", 1)
    assert store.revision == 1
    assert store.memories() == list(family())
    assert [memory.id for memory in store.children("m")] == ["m-1", "m-0"]


def test_proposals_wait_oldest_first_until_they_are_decided(store: DuckStore) -> None:
    proposals = [add("z", full("a"), run_id="r1"), add("y", full("b"), run_id="r2"), add("x", full("c"))]
    store.propose(proposals)
    store.propose([add("z", full("other")), add("w", full("d"))])
    assert [proposal.id for proposal in store.proposals()] == ["z", "y", "x", "w"]
    assert store.proposals(run_id="r2") == [proposals[1]]
    assert store.proposals(limit=1) == [proposals[0]]
    store.decide("y", "discard", by="Ann")
    assert [proposal.id for proposal in store.proposals()] == ["z", "x", "w"]
    assert store.proposals(state="decided") == [proposals[1]]
    assert len(store.proposals(state="all")) == 4


def test_a_proposal_without_memories_is_refused(store: DuckStore) -> None:
    with pytest.raises(BadInput, match="Proposal 'p1' holds no memory"):
        store.propose([add("p1")])


def test_a_discard_changes_nothing(store: DuckStore) -> None:
    store.propose([add("p1", full("m"))])
    assert store.decide("p1", "discard", by="Ann", reason="too vague").revision == 0
    assert (store.revision, store.memories()) == (0, [])


def test_an_edit_replaces_the_contents_and_may_leave_some_out(store: DuckStore) -> None:
    store.propose([add("p1", *family())])
    better = replace(full("m"), title="Better")
    store.decide("p1", "edit", by="Ann", edited=[better, part("m-0", "excel", "m")])
    assert store.memories() == [better, part("m-0", "excel", "m")]
    assert store.proposals(state="decided") == [add("p1", *family())]


@pytest.mark.parametrize(
    ("verdict", "edited", "sentence"),
    [
        ("edit", None, "An edit needs the edited memories"),
        ("accept", [full("m")], "An edit needs the edited memories"),
        ("edit", [], "An edit keeps to one or more of the proposal's memories"),
        ("edit", [full("other")], r"An edit keeps to .* \(other\)"),
    ],
)
def test_an_edit_that_does_not_fit_changes_nothing(
    store: DuckStore, verdict: str, edited: list[Memory] | None, sentence: str
) -> None:
    store.propose([add("p1", full("m"))])
    with pytest.raises(BadInput, match=sentence):
        store.decide("p1", verdict, by="Ann", edited=edited)  # type: ignore[arg-type]
    assert (store.revision, [proposal.id for proposal in store.proposals()]) == (0, ["p1"])


def test_a_revision_makes_the_next_version_and_keeps_the_old_one(store: DuckStore) -> None:
    accept(store, add("p1", *family()))
    revised = replace(part("m-1", "word", "m"), title="Revised")
    accept(store, Proposal("p2", "revise", (revised,), "adjustment", "it misled", "r9", base_version=1))
    assert store.memory("m-1") == replace(revised, version=2)
    assert store.memory("m-1", 1) == part("m-1", "word", "m")
    assert [memory.id for memory in store.children("m")] == ["m-1", "m-0"]
    assert store.memories(at=1) == list(family())


def test_a_retired_memory_is_left_out_but_not_lost(store: DuckStore) -> None:
    accept(store, add("p1", *family()))
    stale = replace(part("m-1", "word", "m"), title="as the proposer remembered it")
    accept(store, Proposal("p2", "retire", (stale,), "forgetting", "never helped", None, base_version=1))
    retired = replace(part("m-1", "word", "m"), version=2, status="retired")
    assert [memory.id for memory in store.memories()] == ["m", "m-0"]
    assert retired in store.memories(retired=True)
    assert [memory.id for memory in store.children("m")] == ["m-0"]
    assert store.memories(at=1) == list(family())
    accept(store, add("p3", part("m-1", "word", "m")))
    assert store.memory("m-1") == replace(part("m-1", "word", "m"), version=3)


def test_memories_are_chosen_by_level_and_agent(store: DuckStore) -> None:
    accept(store, add("p1", *family()))
    assert [memory.id for memory in store.memories(level="full-task")] == ["m"]
    assert [memory.id for memory in store.memories(level="subtask", agent="excel")] == ["m-0"]


def test_a_memory_that_has_moved_on_is_not_overwritten(store: DuckStore) -> None:
    accept(store, add("p1", full("m")))
    store.propose([Proposal(f"p{n}", "revise", (full("m"),), "a", "b", None, base_version=1) for n in (2, 3)])
    store.decide("p2", "accept", by="Ann")
    with pytest.raises(BadInput, match="made against version 1, the bank holds version 2"):
        store.decide("p3", "accept", by="Bob")
    assert store.revision == 2
    assert [proposal.id for proposal in store.proposals()] == ["p3"]


def test_an_edit_that_leaves_the_first_memory_out_is_held_against_its_own_version(store: DuckStore) -> None:
    accept(store, add("p1", *family()))
    accept(store, Proposal("p2", "revise", (full("m"),), "a", "b", None, base_version=1))
    store.propose([Proposal("p3", "revise", (full("m"), part("m-1", "word", "m")), "a", "b", None, base_version=2)])
    store.decide("p3", "edit", by="Ann", edited=[part("m-1", "word", "m")])
    assert (store.memory("m").version, store.memory("m-1").version) == (2, 2)


def test_a_proposal_that_holds_a_memory_twice_cannot_be_accepted(store: DuckStore) -> None:
    store.propose([add("p1", full("m"), full("m"))])
    with pytest.raises(BadInput, match="holds the same memory twice"):
        store.decide("p1", "accept", by="Ann")
    assert store.decide("p1", "edit", by="Ann", edited=[full("m")]).revision == 1


def test_one_memory_that_does_not_fit_stops_the_whole_proposal(store: DuckStore) -> None:
    accept(store, add("p1", full("m")))
    store.propose([add("p2", full("new"), full("m"))])
    with pytest.raises(BadInput, match="Memory 'm' is in the bank already"):
        store.decide("p2", "accept", by="Ann")
    assert (store.revision, [memory.id for memory in store.memories()]) == (1, ["m"])


def test_a_memory_that_is_not_there_cannot_be_revised_or_retired(store: DuckStore) -> None:
    store.propose([Proposal("p1", "revise", (full("m"),), "a", "b"), Proposal("p2", "retire", (full("m"),), "a", "b")])
    for proposal_id in ("p1", "p2"):
        with pytest.raises(BadInput, match="Memory 'm' is not in the bank"):
            store.decide(proposal_id, "accept", by="Ann")


def test_a_retirement_cannot_be_edited(store: DuckStore) -> None:
    accept(store, add("p1", full("m")))
    store.propose([Proposal("p2", "retire", (full("m"),), "a", "b")])
    with pytest.raises(BadInput, match="there is nothing to edit"):
        store.decide("p2", "edit", by="Ann", edited=[full("m")])


def test_the_second_curator_is_told_who_decided_what_when_and_why(store: DuckStore) -> None:
    store.propose([add("p1", full("m"))])
    first = store.decide("p1", "discard", by="Ann", reason="too vague")
    when = f"{first.at:%Y-%m-%d at %H:%M:%S}"
    with pytest.raises(BadInput) as told:
        store.decide("p1", "accept", by="Bob")
    assert str(told.value) == f"This proposal was decided before: Ann discarded it on {when} UTC (too vague)."


def test_of_two_threads_that_decide_at_once_one_is_told(store: DuckStore) -> None:
    told: list[str] = []

    def decide(by: str) -> None:
        try:
            store.decide(f"p{turn}", "accept", by=by)
        except BadInput as error:
            told.append(str(error))

    for turn in range(10):
        store.propose([add(f"p{turn}", full(f"m{turn}"))])
        threads = [threading.Thread(target=decide, args=(by,)) for by in ("Ann", "Bob")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(told) == turn + 1
    assert store.revision == 10


def test_unknown_names_are_told_with_the_most_similar_ones(store: DuckStore) -> None:
    accept(store, add("p1", full("m1")))
    with pytest.raises(UnknownName, match=r"Unknown memory 'm2'. Known: m1."):
        store.memory("m2")
    with pytest.raises(UnknownName, match=r"Unknown version of memory 'm1' '4'. Known: 1."):
        store.memory("m1", 4)
    with pytest.raises(UnknownName, match=r"Unknown proposal 'p'. Known: p1."):
        store.decide("p", "accept", by="Ann")


def accept(store: DuckStore, proposal: Proposal) -> None:
    store.propose([proposal])
    store.decide(proposal.id, "accept", by="Ann")


def test_the_latest_versions_of_several_memories_come_at_once_and_unknown_ids_are_left_out(store: DuckStore) -> None:
    store.propose([add("p1", full("m1"), part("m1.1", parent="m1")), add("p2", full("m2"))])
    store.decide("p1", "accept", by="Ann")
    store.decide("p2", "accept", by="Ann")
    found = store.latest(["m2", "m1.1", "nobody"])
    assert found == {"m2": store.memory("m2"), "m1.1": store.memory("m1.1")}

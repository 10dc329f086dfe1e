"""Proposals, decisions and the bank's versions."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from procmem.errors import BadInput, UnknownName
from procmem.store.duck import DuckStore
from procmem.types import BankDifference, Decision, Memory, Origin, Proposal
from tests.records import add, full, part


@pytest.fixture
def store() -> Iterator[DuckStore]:
    made = DuckStore(None)
    yield made
    made.close()


def waiting(store: DuckStore) -> list[str]:
    return [filed.proposal.id for filed in store.proposals()]


def children(store: DuckStore) -> list[str]:
    return [memory.id for memory in store.children(["m"])["m"]]


def family() -> tuple[Memory, Memory, Memory]:
    return full("m"), part("m-1", "word", "m"), part("m-0", "excel", "m")


def test_a_full_task_memory_and_its_subtasks_are_decided_as_one(store: DuckStore) -> None:
    store.propose([add("p1", *family())])
    decision = store.decide("p1", "accept", by="Ann", reason="clear")
    assert (decision.verdict, decision.by, decision.reason, decision.revision) == ("accept", "Ann", "clear", 1)
    assert store.revision == 1
    assert store.memories() == list(family())
    assert children(store) == ["m-1", "m-0"]


def test_proposals_wait_oldest_first_until_they_are_decided(store: DuckStore) -> None:
    proposals = [add("z", full("a"), run_id="r1"), add("y", full("b"), run_id="r2"), add("x", full("c"))]
    store.propose(proposals)
    store.propose([add("z", full("other")), add("w", full("d"))])
    assert waiting(store) == ["z", "y", "x", "w"]
    assert [filed.proposal for filed in store.proposals(run_id="r2")] == [proposals[1]]
    assert [filed.proposal for filed in store.proposals(limit=1)] == [proposals[0]]
    store.decide("y", "discard", by="Ann")
    assert waiting(store) == ["z", "x", "w"]
    (decided,) = store.proposals(state="decided")
    assert (decided.proposal, decided.number, decided.state) == (proposals[1], 2, "discarded")
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
    (decided,) = store.proposals(state="decided")
    assert (decided.proposal, decided.state) == (add("p1", *family()), "edited")


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
    assert (store.revision, waiting(store)) == (0, ["p1"])


def test_a_revision_makes_the_next_version_and_keeps_the_old_one(store: DuckStore) -> None:
    accept(store, add("p1", *family()))
    revised = replace(part("m-1", "word", "m"), title="Revised")
    accept(store, Proposal("p2", "revise", (revised,), "adjustment", "it misled", "r9"))
    assert store.memory("m-1") == replace(revised, version=2)
    assert store.memory("m-1", 1) == part("m-1", "word", "m")
    assert children(store) == ["m-1", "m-0"]
    assert store.memories(at=1) == list(family())


def test_a_retired_memory_is_left_out_but_not_lost(store: DuckStore) -> None:
    accept(store, add("p1", *family()))
    retired = replace(part("m-1", "word", "m"), status="retired")
    accept(store, Proposal("p2", "retire", (retired,), "forgetting", "never helped"))
    assert [memory.id for memory in store.memories()] == ["m", "m-0"]
    assert store.memories(retired=True) == [full("m"), replace(retired, version=2), part("m-0", "excel", "m")]
    assert children(store) == ["m-0"]
    assert store.memories(at=1) == list(family())
    assert (store.count(), store.count(level="subtask"), store.count(at=1), store.count(at=0)) == (2, 1, 3, 0)
    accept(store, add("p3", part("m-1", "word", "m")))
    assert store.memory("m-1") == replace(part("m-1", "word", "m"), version=3)
    assert store.sizes() == [(1, 1, 2), (2, 1, 1), (3, 1, 2)]


def test_memories_are_chosen_by_level_and_agent(store: DuckStore) -> None:
    accept(store, add("p1", *family()))
    assert [memory.id for memory in store.memories(level="full-task")] == ["m"]
    assert [memory.id for memory in store.memories(level="subtask", agent="excel")] == ["m-0"]


def test_a_memory_that_has_moved_on_is_not_overwritten(store: DuckStore) -> None:
    accept(store, add("p1", full("m")))
    store.propose([Proposal(f"p{n}", "revise", (full("m"),), "a", "b", None) for n in (2, 3)])
    store.decide("p2", "accept", by="Ann")
    with pytest.raises(BadInput, match="made against version 1, the bank holds version 2"):
        store.decide("p3", "accept", by="Bob")
    assert store.revision == 2
    assert waiting(store) == ["p3"]


def test_an_edit_that_leaves_the_first_memory_out_is_held_against_its_own_version(store: DuckStore) -> None:
    accept(store, add("p1", *family()))
    accept(store, Proposal("p2", "revise", (full("m"),), "a", "b", None))
    store.propose([Proposal("p3", "revise", (full("m"), part("m-1", "word", "m")), "a", "b", None)])
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


def test_a_merge_revises_one_memory_and_retires_the_other_in_one_revision(store: DuckStore) -> None:
    accept(store, add("p1", full("m"), full("n")))
    merged, gone = replace(full("m"), title="Both"), replace(full("n"), status="retired")
    accept(store, Proposal("p2", "merge", (merged, gone), "Ann", "the same"))
    assert store.memories(retired=True) == [replace(merged, version=2), replace(gone, version=2)]
    assert store.revision == 2


def test_a_supersede_adds_one_memory_and_retires_the_old_one(store: DuckStore) -> None:
    accept(store, add("p1", full("m")))
    new, old = replace(full("n"), version=0), replace(full("m"), status="retired")
    accept(store, Proposal("p2", "supersede", (new, old), "Ann", "better"))
    assert store.memories() == [replace(new, version=1)]
    store.propose([Proposal("p3", "supersede", (new,), "Ann", "again")])
    with pytest.raises(BadInput, match=r"Memory 'n' has moved on: .* against version 0, the bank holds version 1"):
        store.decide("p3", "accept", by="Ann")


def test_a_subtask_memory_needs_a_full_task_memory_that_the_bank_knows(store: DuckStore) -> None:
    store.propose([add("p1", *family())])
    with pytest.raises(BadInput, match="The full-task memory 'm' of a subtask memory is not in the bank: keep it"):
        store.decide("p1", "edit", by="Ann", edited=[part("m-0", "excel", "m")])


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


def accept(store: DuckStore, proposal: Proposal) -> Decision:
    store.propose([proposal])
    return store.decide(proposal.id, "accept", by="Ann")


def test_the_latest_versions_of_several_memories_come_at_once_and_unknown_ids_are_left_out(store: DuckStore) -> None:
    store.propose([add("p1", full("m1"), part("m1.1", parent="m1")), add("p2", full("m2"))])
    store.decide("p1", "accept", by="Ann")
    store.decide("p2", "accept", by="Ann")
    found = store.latest(["m2", "m1.1", "nobody"])
    assert found == {"m2": store.memory("m2"), "m1.1": store.memory("m1.1")}


def test_many_verdicts_are_applied_at_once_and_each_refusal_is_told(store: DuckStore) -> None:
    store.propose([add("p1", full("m")), add("p2", full("m")), add("p3", full("n"))])
    decisions, refused = store.decide_all(["p3", "p1", "p2", "p9", "p3"], "accept", by="Ann", reason="good")
    assert [(made.proposal_id, made.revision) for made in decisions] == [("p3", 1), ("p1", 2)]
    assert [memory.id for memory in store.memories()] == ["n", "m"]
    assert refused["p2"] == "Memory 'm' is in the bank already."
    assert refused["p9"] == "Unknown proposal 'p9'. Known: p1, p2, p3."
    assert refused["p3"].startswith("This proposal was decided before: Ann accepted it on ")
    assert store.proposal_counts() == {"undecided": 1, "accepted": 2, "edited": 0, "discarded": 0}


def test_the_queue_is_chosen_by_state_kind_and_number(store: DuckStore) -> None:
    store.propose([add(f"p{number}", full(f"m{number}")) for number in range(4)])
    store.propose([Proposal("retire", "retire", (full("m0"),), "a", "b")])
    store.decide("p1", "discard", by="Ann")
    assert [filed.number for filed in store.proposals(state="all", after=2, limit=2)] == [3, 4]
    assert [filed.proposal.id for filed in store.proposals(kind="retire")] == ["retire"]
    filed = store.proposal("p1")
    assert (filed.state, filed.decision) == ("discarded", store.decisions()[0])
    assert store.proposal("p0").decision is None
    with pytest.raises(UnknownName, match=r"Unknown proposal 'p7'. Known: p0, p1, p2, p3, retire"):
        store.proposal("p7")


def test_a_memory_tells_every_change_and_who_made_it(store: DuckStore) -> None:
    first = accept(store, add("p1", full("m"), full("n")))
    second = accept(store, Proposal("p2", "revise", (full("m"),), "a", "b"))
    accept(store, Proposal("p3", "revise", (full("n"),), "a", "b"))
    undone = store.undo(first.id, by="Bob", cascade=True)
    told = [(change.memory and change.memory.version, change.decision.verdict) for change in store.history("m")]
    assert told == [(1, "accept"), (2, "accept"), (1, "undo"), (None, "undo")]
    assert [made.id for made in store.decisions(memory_id="m")] == [undone[2].id, undone[1].id, second.id, first.id]
    assert [made.id for made in store.decisions(proposal_id="p2")] == [undone[1].id, second.id]
    assert [made.revision for made in store.decisions(after=4)] == [6, 5]
    assert [made.revision for made in store.decisions(limit=2, offset=1)] == [5, 4]
    with pytest.raises(UnknownName, match=r"Unknown memory 'o'. Known: m, n."):
        store.history("o")


def test_the_difference_of_two_revisions_goes_both_ways(store: DuckStore) -> None:
    accept(store, add("p1", full("a"), full("b")))
    removed = accept(store, add("p2", full("c")))
    revised = replace(full("a"), title="Revised")
    accept(store, Proposal("p3", "revise", (revised,), "a", "b"))
    store.undo(removed.id, by="Ann")
    accept(store, add("p5", full("d")))
    changed = (full("a"), replace(revised, version=2))
    assert store.difference(2, 5) == BankDifference((full("d"),), (changed,), (full("c"),))
    assert store.difference(5, 2) == BankDifference((full("c"),), (changed[::-1],), (full("d"),))
    assert store.difference(1, 5).removed == ()
    assert store.difference(3, 3) == BankDifference((), (), ())


def test_memories_are_found_by_words_in_any_case_and_by_their_builder(store: DuckStore) -> None:
    straße = replace(full("a", "Fill in the STRASSE"), title="Straße")
    model = replace(full("b"), origin=Origin("r", "t", "gpt"))
    accept(store, add("p1", straße, model, part("c", parent="a")))
    assert [memory.id for memory in store.memories(words="straße FILL")] == ["a"]
    assert [memory.id for memory in store.memories(words="look column")] == ["c"]
    assert store.memories(words="high_level_plan") == []
    assert [memory.id for memory in store.memories(builder="gpt")] == ["b"]
    assert [memory.id for memory in store.memories(limit=1, offset=1)] == ["b"]


def test_a_sample_is_decided_by_its_seed(store: DuckStore) -> None:
    accept(store, add("p1", *[full(f"m{number}") for number in range(8)], part("s")))
    assert store.sample("full-task", None, 1, 8) == store.sample("full-task", "orchestrator", 1, 8)
    assert store.sample("full-task", None, 1, 3) == store.sample("full-task", None, 1, 8)[:3]
    assert store.sample("full-task", None, 2, 8) != store.sample("full-task", None, 1, 8)
    assert sorted(store.sample("full-task", None, 2, 9)) == [f"m{number}" for number in range(8)]
    assert store.sample("subtask", "word", 1, 9) == []


def test_children_of_several_memories_come_at_once(store: DuckStore) -> None:
    accept(store, add("p1", *family(), full("o")))
    first, second = family()[1:]
    assert store.children(["o", "m", "nobody"]) == {"o": [], "m": [first, second], "nobody": []}

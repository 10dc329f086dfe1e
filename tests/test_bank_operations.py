"""Any sequence of operations on the bank, undone, gives the same bank; the bank of the past never changes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from procmem.errors import BadInput
from procmem.store.duck import DuckStore
from procmem.store.rows import memory_json
from procmem.types import Decision, Memory, Proposal, ProposalKind
from tests.records import add, full, part

IDS = ["a", "b", "c", "a.1", "b.1"]
Bank = dict[str, str]  # what stands: memory id -> all of its JSON


def content(memory_id: str, title: str) -> Memory:
    parent = memory_id.split(".")[0]
    return replace(full(memory_id) if parent == memory_id else part(memory_id, "excel", parent), title=title)


def now(store: DuckStore, at: int | None = None) -> Bank:
    return {memory.id: memory_json(memory) for memory in store.memories(retired=True, at=at)}


class Operations(RuleBasedStateMachine):
    """A bank that held some memories before the test meddles with it."""

    def __init__(self) -> None:
        super().__init__()
        self.store = DuckStore(None)
        self.store.propose([add("start", content("a", "0"), content("a.1", "0"), content("b", "0"))])
        self.start = self.store.decide("start", "accept", by="Ann")
        self.past = [Bank(), now(self.store)]
        self.decisions: list[Decision] = []
        self.names = 0

    def teardown(self) -> None:
        for decision in self.store.decisions(limit=1000)[:-1]:
            if decision.verdict != "undo" and self.store.decision(decision.id).in_force:
                (undone,) = self.store.undo(decision.id, by="Ann")
                self.remember([undone])
        assert now(self.store) == self.past[1]
        assert [now(self.store, at) for at in range(len(self.past))] == self.past
        assert self.store.decision(self.start.id).in_force
        self.store.close()

    # --- operations ---

    @rule(ids=st.lists(st.sampled_from(IDS), min_size=1, max_size=3, unique=True), title=st.sampled_from("123"))
    def wish_to_add(self, ids: list[str], title: str) -> None:
        self.wish("add", [content(memory_id, title) for memory_id in ids])

    @rule(
        kind=st.sampled_from(["revise", "retire", "restore", "merge", "supersede"]),
        ids=st.lists(st.sampled_from(IDS), min_size=1, max_size=2, unique=True),
        title=st.sampled_from("123"),
        retired=st.lists(st.booleans(), min_size=2, max_size=2),
        behind=st.sampled_from([0, 0, 0, 1]),
    )
    def wish_to_change(self, kind: ProposalKind, ids: list[str], title: str, retired: list[bool], behind: int) -> None:
        stand = self.store.latest(ids)
        versions = [stand[memory_id].version - behind if memory_id in stand else 0 for memory_id in ids]
        self.wish(
            kind,
            [
                replace(content(memory_id, title), version=version, status="retired" if gone else "active")
                for memory_id, version, gone in zip(ids, versions, retired, strict=False)
            ],
        )

    def wish(self, kind: ProposalKind, memories: list[Memory]) -> None:
        self.names += 1
        self.store.propose([Proposal(f"p{self.names}", kind, tuple(memories), "Ann", "because")])

    @precondition(lambda self: self.store.proposal_counts()["undecided"])
    @rule(data=st.data(), verdict=st.sampled_from(["accept", "accept", "accept", "edit", "discard"]))
    def decide(self, data: st.DataObject, verdict: str) -> None:
        wished = data.draw(st.sampled_from([filed.proposal for filed in self.store.proposals()]))
        edited = wished.memories[:1] if verdict == "edit" else None
        with suppress(BadInput):
            self.remember([self.store.decide(wished.id, verdict, by="Ann", edited=edited)])  # type: ignore[arg-type]

    @rule(verdict=st.sampled_from(["accept", "accept", "discard"]))
    def decide_all(self, verdict: str) -> None:
        wished = [filed.proposal.id for filed in self.store.proposals()]
        decisions, refused = self.store.decide_all(wished, verdict, by="Bob")  # type: ignore[arg-type]
        assert sorted([*refused, *(decision.proposal_id for decision in decisions)]) == sorted(wished)
        revisions = [decision.revision for decision in decisions if decision.verdict != "discard"]
        assert revisions == list(range(len(self.past), len(self.past) + len(revisions)))
        self.decisions += decisions
        self.past += [now(self.store, revision) for revision in revisions]

    @rule(ids=st.lists(st.sampled_from(IDS), min_size=1, max_size=4, unique=True), title=st.sampled_from("0123"))
    def bring_in(self, ids: list[str], title: str) -> None:
        memories = [content(memory_id, title) for memory_id in ids]
        before = now(self.store)
        with suppress(BadInput):
            decision = self.store.add_many(memories, by="Ann", reason="a file")
            assert self.store.add_many(memories, by="Ann", reason="a file") is None
            if decision is None:
                assert now(self.store) == before
            else:
                self.remember([decision])

    @precondition(lambda self: self.decisions)
    @rule(data=st.data(), cascade=st.booleans())
    def undo(self, data: st.DataObject, cascade: bool) -> None:
        wanted = self.store.decision(data.draw(st.sampled_from(self.decisions)).id)
        later = self.store.dependents(wanted.id)
        before = now(self.store)
        try:
            undone = self.store.undo(wanted.id, by="Bob", cascade=cascade)
        except BadInput as error:
            why = str(error)
            assert (later and not cascade) or not wanted.in_force or "decided anew" in why
            assert now(self.store) == before
            return
        assert [one.undoes for one in undone] == [one.id for one in [*later, wanted]]
        for one in undone:
            before = self.taken_back(before, self.store.decision(one.undoes or ""))
        assert now(self.store) == before
        self.remember(undone)

    # --- what must hold ---

    def taken_back(self, bank: Bank, decision: Decision) -> Bank:
        """The bank with the memories that a decision changed as they were before it."""
        if not self.changed(decision):
            return bank
        old, new = self.past[decision.revision - 1], self.past[decision.revision]
        touched = {memory_id for memory_id in IDS if old.get(memory_id) != new.get(memory_id)}
        rest = {memory_id: text for memory_id, text in bank.items() if memory_id not in touched}
        return rest | {memory_id: text for memory_id, text in old.items() if memory_id in touched}

    def changed(self, decision: Decision) -> bool:
        root = decision
        while root.undoes:
            root = self.store.decision(root.undoes)
        return root.verdict != "discard"

    def remember(self, decisions: list[Decision]) -> None:
        self.decisions += decisions
        for decision in decisions:
            assert decision.revision == len(self.past) - (not self.changed(decision))
            if self.changed(decision):
                self.past.append(now(self.store, decision.revision))

    @invariant()
    def every_way_of_reading_agrees(self) -> None:
        bank, revision = now(self.store), self.store.revision
        assert revision == len(self.past) - 1
        assert bank == self.past[-1] == now(self.store, revision)
        assert {id_: memory_json(memory) for id_, memory in self.store.latest(IDS).items()} == bank
        memories = self.store.memories()
        levels = [memory.level for memory in memories]
        sizes = (levels.count("full-task"), levels.count("subtask"))
        assert self.store.sizes()[-1] == (revision, *sizes)
        assert (self.store.count(level="full-task"), self.store.count(level="subtask")) == sizes
        for memory_id in IDS:
            if any(memory_id in then for then in self.past):
                last = self.store.history(memory_id)[-1].memory
                assert (last and memory_json(last)) == bank.get(memory_id)
        children = self.store.children(["a"])["a"]
        assert children == [memory for memory in memories if memory.parent == "a"]


def test_whatever_was_done_undone_it_is_the_same_bank_and_the_past_stays() -> None:
    run_state_machine_as_test(Operations, settings=settings(max_examples=8, stateful_step_count=18, deadline=None))

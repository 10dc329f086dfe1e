"""The bank as people look through it: filters, order, pages, uses, changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from procmem.agents.teams import make_team
from procmem.lab import setup
from procmem.memory import curation
from procmem.store.catalogue import Filter
from procmem.store.duck import DuckStore
from procmem.types import Decision, FullTaskUnit, Memory, Origin, Policy, Proposal, SubtaskUnit, Task
from tests.bench import Bench, note_replies, note_task


@pytest.fixture
def store() -> DuckStore:
    return DuckStore(None)


def whole(identity: str, text: str, builder: str = "demonstration") -> Memory:
    unit = FullTaskUnit(text, "1. system: do it", (), "Done.", "")
    return Memory(identity, "full-task", "orchestrator", text, text, unit, Origin("run-0", "notes/0", builder))


def part(identity: str, text: str, parent: str, agent: str = "system") -> Memory:
    unit = SubtaskUnit(agent, text, "<think>t</think><action>{}</action>", "")
    origin = Origin("run-0", "notes/0", "demonstration")
    return Memory(identity, "subtask", agent, text, text, unit, origin, parent=parent)


def add(store: DuckStore, *memories: Memory) -> None:
    store.add_many(memories, by="Ann", reason="test")


def decided(store: DuckStore, wish: Proposal) -> Decision:
    store.propose([wish])
    return store.decide(wish.id, "accept", by="Ann")


def titles(store: DuckStore, wanted: Filter) -> list[str]:
    return [entry.memory.title for entry in store.listed(wanted).entries]


def test_filters_leave_what_fits_all_of_them(store: DuckStore) -> None:
    add(store, whole("a", "Write the Minutes"), part("a.1", "Read the minutes", "a"), whole("b", "Send", "person"))
    assert titles(store, Filter(order="title")) == ["Read the minutes", "Send", "Write the Minutes"]
    assert titles(store, Filter(words="MINUTES the", level="full-task")) == ["Write the Minutes"]
    assert titles(store, Filter(agent="system")) == ["Read the minutes"]
    assert titles(store, Filter(builder="person")) == ["Send"]
    assert titles(store, Filter(build="workflow")) == []


def test_a_page_says_how_many_there_are_on_all_pages(store: DuckStore) -> None:
    add(store, *(whole(f"m{number}", f"Task {number}") for number in range(7)))
    page = store.listed(Filter(order="oldest"), limit=3, offset=3)
    assert ([entry.memory.id for entry in page.entries], page.total) == (["m3", "m4", "m5"], 7)
    assert store.names(Filter(order="newest"))[:2] == ["m6", "m5"]


def test_what_a_search_by_meaning_found_keeps_its_order(store: DuckStore) -> None:
    add(store, whole("a", "A"), whole("b", "B"), whole("c", "C"))
    assert titles(store, Filter(ids=("c", "a", "gone"))) == ["C", "A"]


def test_retired_memories_are_listed_when_asked_for(store: DuckStore) -> None:
    add(store, whole("a", "A"), whole("b", "B"))
    decided(store, curation.retire(store, ["a"], "Ann", "old"))
    assert titles(store, Filter()) == ["B"]
    assert titles(store, Filter(status="retired")) == ["A"]
    assert titles(store, Filter(status="any", order="title")) == ["A", "B"]


def test_the_bank_is_listed_as_of_a_revision(store: DuckStore) -> None:
    add(store, whole("a", "A"))
    decided(store, curation.revise([replace(whole("a", "A"), title="A, better")], "Ann", "wording"))
    decided(store, curation.retire(store, ["a"], "Ann", "old"))
    assert [titles(store, Filter(at=revision)) for revision in (0, 1, 2, 3)] == [[], ["A"], ["A, better"], []]


def test_uses_and_success_are_those_of_the_finished_runs_that_had_it_in_a_prompt(bench: Bench) -> None:
    bench.teach(note_task(), note_replies(), "run-1")
    for number, said in enumerate(("Erik", "Bob")):  # the second one writes the wrong name
        recorded_run(bench, f"run-{number + 2}", said, note_task(f"notes/{number + 2}", "Erik"))
    (entry,) = bench.store.listed(Filter(level="full-task")).entries
    assert (entry.entered, entry.runs, entry.successes, entry.simulated) == (2, 2, 1, False)
    assert titles(bench.store, Filter(level="full-task", success="middle", used="day")) == [entry.memory.title]
    for other in (Filter(success="high"), Filter(success="unknown"), Filter(used="never"), Filter(used="longer")):
        assert titles(bench.store, other) == []
    uses, total = bench.store.uses(entry.memory.id)
    assert ([use.run.id for use in uses], total) == (["run-3", "run-2"], 2)
    assert (uses[0].reader, uses[0].rank, uses[0].entered, uses[0].version) == ("orchestrator", 1, True, 1)
    assert not bench.store.rests_on_simulation(entry.memory.id)


def test_changes_are_counted_whole_and_read_by_page(store: DuckStore) -> None:
    add(store, whole("a", "A"), whole("b", "B"))
    add(store, whole("c", "C"))
    decided(store, curation.retire(store, ["a"], "Ann", "old"))
    found = store.changes(1, 3, limit=1)
    assert (found.added, found.revised, found.removed) == (1, 1, 0)
    assert [after.status for _, after in found.page.revised] == ["retired"]
    assert [memory.id for memory in store.changes(1, 3, limit=1, offset=1).page.added] == ["c"]
    back = store.changes(3, 1)
    assert ([memory.id for memory in back.page.removed], back.added) == (["c"], 0)


def test_the_maker_of_a_revision_is_its_decision(store: DuckStore) -> None:
    add(store, whole("a", "A"))
    made = store.maker(1)
    assert made is not None
    assert (made.by, made.revision) == ("Ann", 1)
    assert store.maker(2) is None


def test_what_there_is_to_choose_from(store: DuckStore) -> None:
    assert store.facets().agents == ()
    add(store, whole("a", "A", "person"), part("a.1", "B", "a", "excel"))
    found = store.facets()
    assert (found.agents, found.builders) == (("excel", "orchestrator"), ("demonstration", "person"))
    assert found.builds == ("proceduralization",)


def recorded_run(bench: Bench, run_id: str, said: str, task: Task) -> None:
    """A recorded run that uses memory and teaches nothing."""
    team, policy = make_team("LLM team", "scripted", "scripted"), Policy(every=0)
    bench.store.begin_run(bench.lab.summary(run_id, task, team, policy), setup(task, team, policy))
    for event in bench.run(note_replies(said), task, policy, run_id=run_id)[0]:
        bench.store.append(run_id, event)

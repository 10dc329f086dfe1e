"""Memories that guided a failed run are revised, all of them, as new versions."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from procmem.errors import ModelFailed
from procmem.events import Noted
from procmem.memory.adjust import adjust
from procmem.memory.bank import Bank
from procmem.memory.build import Pen, memories_of
from procmem.memory.curation import retire
from procmem.memory.distil import RULES
from procmem.memory.rules import full_task_unit
from procmem.memory.units import unit_json
from procmem.models.embedders import make_embedder
from procmem.store.duck import DuckStore
from procmem.types import AgentRole, FullTaskUnit, Memory, Proposal, Step, Trajectory, Turn
from tests.answering import AnsweringModel, finish, line_to

READ = Step("Look.", "excel_read_file", {"file_path": "data/a.xlsx"}, "a table")
WRITE = Step("Write.", "excel_set_cell", {"file_path": "data/a.xlsx", "text": "7"}, "Written.")


def run(run_id: str, task_id: str, *turns: Turn) -> Trajectory:
    return Trajectory(run_id, task_id, f"Add up in {task_id}", "1. excel", turns, "7", True, ("gpt-4o",))


TAUGHT = run("run-1", "totals/1", Turn("excel", "Read", (READ,), "read"), Turn("excel", "Write", (WRITE,), "done"))
FAILED = replace(run("run-2", "totals/2", Turn("excel", "Write", (WRITE,), "done")), success=False)
MEMORIES = memories_of(TAUGHT, full_task_unit(TAUGHT), "proceduralization", "run-1")


@pytest.fixture
def store() -> DuckStore:
    store = DuckStore(None)
    store.propose([Proposal("p", "add", MEMORIES, "tester", "")])
    store.decide("p", "accept", by="tester")
    return store


def pen(store: DuckStore, model: AnsweringModel, name: str = "answering") -> Pen:
    agents = (AgentRole("system", "You look after files.", ("files",), name),)
    return Pen(Bank(store, make_embedder("hash")), line_to(model), name, agents)


def answer(memory: Memory, why: str = "The total lacked the last row.", **changes: object) -> str:
    workflow = {**unit_json(memory.unit), **changes}
    return f"<Analysis>\n{why}\n</Analysis>\n<Workflow>\n{json.dumps(workflow)}\n</Workflow>"


def adjusted(store: DuckStore, model: AnsweringModel, entered: list[tuple[str, int]]) -> list[Proposal]:
    proposals = finish(adjust([(FAILED, entered, "- the cell is empty")], pen(store, model)))[1]
    assert isinstance(proposals, list)
    return proposals


def test_a_misleading_memory_gets_a_revision_with_the_subtasks_that_change(store: DuckStore) -> None:
    better = replace(MEMORIES[0].unit.subtasks[1], steps="<think>All rows.</think><action>{}</action>")  # type: ignore[union-attr]
    subtasks = [unit_json(MEMORIES[1].unit), unit_json(better)]
    model = AnsweringModel({"adjust": [answer(MEMORIES[0], subtasks=subtasks)]})
    (proposal,) = adjusted(store, model, [("run-1", 1)])
    assert (proposal.kind, proposal.author, proposal.reason) == (
        "revise",
        "answering",
        "The total lacked the last row.",
    )
    assert [(memory.id, memory.version) for memory in proposal.memories] == [("run-1", 1), ("run-1.2", 1)]
    store.propose([proposal])
    store.decide(proposal.id, "accept", by="tester")
    now = store.memory("run-1")
    assert (now.version, now.origin.learned_from) == (2, ("totals/2",))
    assert store.memory("run-1.2").unit == better
    assert store.memory("run-1.1").version == 1
    (prompt,) = model.prompts("adjust")
    assert "- the cell is empty" in prompt
    assert '"agent": "excel"' in prompt
    assert "system:\n- files_" in prompt
    assert "\n- files_read_file(file_path, [start_line])\n" in prompt


def test_every_memory_that_entered_is_looked_at_by_way_of_its_task(store: DuckStore) -> None:
    other = memories_of(replace(TAUGHT, run_id="run-9"), full_task_unit(TAUGHT), "proceduralization", "run-9")
    store.propose([Proposal("q", "add", other, "tester", "")])
    store.decide("q", "accept", by="tester")
    model = AnsweringModel({"adjust": ["<Analysis>No.</Analysis><Workflow>unchanged</Workflow>"]})
    assert adjusted(store, model, [("run-1.2", 1), ("run-1.1", 1), ("run-9", 1)]) == []
    assert len(model.asked) == 2


def test_subtasks_may_be_added_and_dropped(store: DuckStore) -> None:
    fewer = AnsweringModel({"adjust": [answer(MEMORIES[0], subtasks=[unit_json(MEMORIES[1].unit)])]})
    (proposal,) = adjusted(store, fewer, [("run-1", 1)])
    assert [(m.id, m.status) for m in proposal.memories] == [("run-1", "active"), ("run-1.2", "retired")]
    third = {"agent": "excel", "description": "Check", "steps": "s", "observations": "o"}
    whole = MEMORIES[0].unit
    assert isinstance(whole, FullTaskUnit)
    more = AnsweringModel(
        {"adjust": [answer(MEMORIES[0], subtasks=[*(unit_json(unit) for unit in whole.subtasks), third])]}
    )
    (proposal,) = adjusted(store, more, [("run-1", 1)])
    assert [(m.id, m.version) for m in proposal.memories] == [("run-1", 1), ("run-1.3", 0)]
    store.propose([proposal])
    store.decide(proposal.id, "accept", by="tester")
    assert [child.id for child in store.children(["run-1"])["run-1"]] == ["run-1.1", "run-1.2", "run-1.3"]


def test_memories_that_moved_on_or_were_retired_are_left_alone(store: DuckStore) -> None:
    model = AnsweringModel({"adjust": [answer(MEMORIES[0], high_level_plan="x")]})
    assert adjusted(store, model, [("run-1", 7), ("nobody", 1)]) == []
    store.propose([retire(store, ["run-1"], "tester", "stale", "r")])
    store.decide("r", "accept", by="tester")
    assert adjusted(store, model, [("run-1", 1), ("run-1", 2)]) == []
    assert model.asked == []


def test_an_unusable_answer_is_asked_for_again_and_then_given_up_with_a_sentence(store: DuckStore) -> None:
    model = AnsweringModel({"adjust": ["<Workflow>{}</Workflow>"]})
    events, proposals = finish(adjust([(FAILED, [("run-1", 1)], "")], pen(store, model)))
    assert proposals == []
    assert [event.text for event in events if isinstance(event, Noted)] == [
        "“Add up in totals/1” could not be adjusted: `high_level_plan`: field required."
    ]
    assert len(model.asked) == 2


def test_a_model_that_fails_is_named(store: DuckStore) -> None:
    model = AnsweringModel({"adjust": [ModelFailed("The host is unreachable.")]})
    events, _ = finish(adjust([(FAILED, [("run-1", 1)], "")], pen(store, model)))
    assert [event.text for event in events if isinstance(event, Noted)] == [
        "“Add up in totals/1” could not be adjusted: The host is unreachable."
    ]


def test_two_failures_of_a_batch_build_upon_each_other(store: DuckStore) -> None:
    first = answer(MEMORIES[0], high_level_plan="1. better")
    second = answer(MEMORIES[0], high_level_plan="1. best")
    model = AnsweringModel({"adjust": [first, second]})
    other = replace(FAILED, run_id="run-3", task_id="totals/3")
    entered = [("run-1", 1)]
    _, proposals = finish(adjust([(FAILED, entered, ""), (other, entered, "")], pen(store, model)))
    assert isinstance(proposals, list)
    (proposal,) = proposals
    assert proposal.memories[0].origin.learned_from == ("totals/2", "totals/3")
    assert "1. better" in model.prompts("adjust")[1]
    assert proposal.memories[0].version == 1


def test_without_a_model_nothing_is_adjusted_and_it_says_so(store: DuckStore) -> None:
    model = AnsweringModel({})
    events, proposals = finish(adjust([(FAILED, [("run-1", 1)], "")], pen(store, model, RULES)))
    assert proposals == []
    assert len(events) == 1

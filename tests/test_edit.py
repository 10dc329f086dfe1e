"""Editing a proposal field by field."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmem.errors import BadInput
from procmem.memory.build import parts_of
from procmem.memory.edit import droppable, edited, fields
from procmem.types import FullTaskUnit, Memory, Origin, Proposal, SubtaskUnit
from tests.records import full, part

READ = SubtaskUnit("excel", "Read the sheet", '<think>Look.</think><action>{"app": "excel"}</action>', "[1] 3 rows")
WRITE = SubtaskUnit("word", "Write the sum", '<think>Write.</think><action>{"app": "word"}</action>', "[1] Done")


def whole(version: int = 1) -> Memory:
    unit = FullTaskUnit("Sum the hours", "1. read\n2. write", (READ, WRITE), "42", "")
    origin = Origin("run-1", "hours/1", "simulated/large")
    return Memory("m", "full-task", "orchestrator", "Sum the hours", "Sum the hours", unit, origin, version=version)


def addition() -> Proposal:
    return Proposal("p", "add", (whole(), *parts_of(whole())), "simulated/large", "It passed.", "run-1")


def test_the_fields_of_an_addition_are_its_texts_in_reading_order() -> None:
    assert [(field.group, field.label) for field in fields(addition())] == [
        ("", "Title"),
        ("", "Task"),
        ("", "Plan"),
        ("Subtask 1 · excel", "Description"),
        ("Subtask 1 · excel", "Steps"),
        ("Subtask 1 · excel", "Observations"),
        ("Subtask 2 · word", "Description"),
        ("Subtask 2 · word", "Steps"),
        ("Subtask 2 · word", "Observations"),
        ("", "Final answer"),
        ("", "Reflections"),
    ]


@given(st.sets(st.sampled_from([field.name for field in fields(addition())])))
def test_texts_that_stay_as_they_are_give_the_very_same_memories(names: set[str]) -> None:
    texts = {field.name: field.text for field in fields(addition()) if field.name in names}
    assert edited(addition(), texts) == addition().memories


def test_an_edit_of_the_whole_reaches_its_subtask_memory_and_both_keys() -> None:
    new = edited(addition(), {"task": "Add up the hours", "subtask.2.description": "Write the total"})
    first, second, third = new
    assert isinstance(first.unit, FullTaskUnit)
    assert (first.key, first.unit.task, first.unit.subtasks[1].description) == (
        "Add up the hours",
        "Add up the hours",
        "Write the total",
    )
    assert second == addition().memories[1]
    assert (third.id, third.title, third.key, third.unit) == (
        "m.2",
        "Write the total",
        "Write the total",
        replace(WRITE, description="Write the total"),
    )


def test_a_subtask_that_is_left_out_leaves_memories_numbered_as_the_units_are() -> None:
    assert droppable(addition()) == [1, 2]
    first, second = edited(addition(), {}, dropped=[1])
    assert isinstance(first.unit, FullTaskUnit)
    assert first.unit.subtasks == (WRITE,)
    assert (second.id, second.agent, second.unit, second.title) == ("m.1", "word", WRITE, "Write the sum")
    with pytest.raises(BadInput, match="Every subtask is left out"):
        edited(addition(), {}, dropped=[1, 2])


def test_a_revision_keeps_versions_and_leaves_subtasks_alone_that_it_does_not_change() -> None:
    second = replace(parts_of(whole())[1], version=4)
    gone = replace(part("m.3", parent="m"), status="retired", version=2)
    proposal = Proposal("p", "revise", (whole(3), second, gone), "simulated/large", "It misled.")
    assert [field.label for field in fields(proposal) if field.fixed] == ["Description", "Steps", "Observations"]
    new = edited(proposal, {"plan": "1. all", "subtask.1.steps": "ignored", "subtask.2.observations": "[1] Saved"})
    assert [(memory.id, memory.version, memory.status) for memory in new] == [
        ("m", 3, "active"),
        ("m.2", 4, "active"),
        ("m.3", 2, "retired"),
    ]
    assert isinstance(new[0].unit, FullTaskUnit)
    assert new[0].unit.subtasks == (READ, replace(WRITE, observations="[1] Saved"))
    assert new[1].unit == replace(WRITE, observations="[1] Saved")


def test_steps_are_edited_a_line_each_and_kept_as_one_string() -> None:
    two = replace(READ, steps=READ.steps * 2)
    proposal = Proposal("p", "add", (replace(part("w.1"), unit=two),), "simulated/large", "")
    steps = next(field.text for field in fields(proposal) if field.label == "Steps")
    assert steps == f"{READ.steps}\n{READ.steps}"
    (new,) = edited(proposal, {"w.1.steps": f"{steps}\n{READ.steps}\n"})
    assert new.unit == replace(READ, steps=READ.steps * 3)


def test_memories_without_a_whole_are_edited_one_by_one() -> None:
    proposal = Proposal("p", "add", (part("w.1"), part("w.2")), "simulated/large", "Two runs share it.")
    one, two = edited(proposal, {"w.1.title": "Sort", "w.2.description": "sort all columns"})
    assert (one.title, one.unit) == ("Sort", part("w.1").unit)
    assert two.key == "sort all columns"


def test_a_retirement_has_nothing_to_edit() -> None:
    assert fields(Proposal("p", "retire", (replace(full("m"), status="retired"),), "Ann", "stale")) == []


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        ({"task": "  "}, "Task: this can not be empty"),
        ({"subtask.1.description": ""}, "Subtask 1 · excel, description: this can not be empty"),
        ({"subtask.2.steps": "<think>a</think><action>{1}</action>"}, "Subtask 2 · word, steps: action 1 is no JSON"),
        ({"subtask.1.steps": "<think>a<action>{}</action>"}, "Subtask 1 · excel, steps: every <think>"),
    ],
)
def test_what_can_not_be_saved_says_where_and_why(texts: dict[str, str], problem: str) -> None:
    with pytest.raises(BadInput, match=problem):
        edited(addition(), texts)

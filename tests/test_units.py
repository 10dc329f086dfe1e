"""What a prompt shows of memories."""

from __future__ import annotations

from procmem.memory.units import call_json, show, tools_of
from procmem.types import FullTaskUnit, Memory, Origin, Step, SubtaskUnit

SUBTASK = SubtaskUnit("excel", "Read data/a.xlsx", "<think>Look.</think><action>{}</action>", "[1] a table")
ORIGIN = Origin("run-1", "totals/1", "demonstration")
FULL = Memory(
    "m1",
    "full-task",
    "orchestrator",
    "Add",
    "Add up",
    FullTaskUnit("Add up", "1. excel", (SUBTASK,), "7", "ok"),
    ORIGIN,
)
PART = Memory("m1.1", "subtask", "excel", "Read", "Read data/a.xlsx", SUBTASK, ORIGIN, "m1")


def test_no_memories_leave_no_trace_in_the_prompt() -> None:
    assert show([], []) == ""


def test_full_task_memories_are_shown_as_the_papers_json_with_their_task_and_rank() -> None:
    assert show([FULL], ["Add up"]) == (
        "\n\n## Memories of similar tasks\n"
        "The team solved these tasks before, most similar first. Follow what worked, and put this task's own names, "
        "dates, files and numbers in place of theirs.\n\n"
        '<memory rank="1">\n'
        "{\n"
        ' "task": "Add up",\n'
        ' "high_level_plan": "1. excel",\n'
        ' "subtasks": [\n'
        "  {\n"
        '   "agent": "excel",\n'
        '   "description": "Read data/a.xlsx",\n'
        '   "steps": "<think>Look.</think><action>{}</action>",\n'
        '   "observations": "[1] a table"\n'
        "  }\n"
        " ],\n"
        ' "final_answer": "7",\n'
        ' "reflections": "ok"\n'
        "}\n"
        "</memory>"
    )


def test_subtask_memories_carry_the_task_they_were_part_of() -> None:
    text = show([PART, PART], ["Add up", "Add up"])
    assert text.count('"task": "Add up"') == 2
    assert '<memory rank="2">' in text
    assert "## Memories of similar subtasks" in text


def test_a_call_of_the_office_names_app_and_action_and_any_other_its_tool() -> None:
    assert call_json(Step("", "excel_read_file", {"path": "a"}, "")) == {
        "app": "excel",
        "action": "read_file",
        "path": "a",
    }
    assert call_json(Step("", "book_room", {"room": "Oak"}, "")) == {"action": "book_room", "room": "Oak"}
    assert call_json(Step("", "book_room", {"action": "hold"}, "")) == {
        "action": "book_room",
        "arguments": {"action": "hold"},
    }


def test_a_units_tools_are_read_from_its_steps_and_what_can_not_be_read_is_left_out() -> None:
    good, own = '<action>{"app": "excel", "action": "read_file"}</action>', '<action>{"action": "x"}</action>'
    steps = f"{good}<action>{{broken</action>{own}"
    assert tools_of(SubtaskUnit("a", "b", steps, "")) == ("excel_read_file", "x")

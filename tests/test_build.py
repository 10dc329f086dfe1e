"""Trajectories become LEGOMem's units by the rules of its Appendix A."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from procmem.memory.build import memories_of
from procmem.memory.rules import full_task_unit, headline, shorten, subtask_unit
from procmem.types import FullTaskUnit, Step, SubtaskUnit, Trajectory, Turn

READ = Step("See the table.", "excel_read_file", {"file_path": "data/a.xlsx"}, "(1, 1): Name\t(1, 2): Sum\t")
WRONG = Step("Write it.", "excel_set_cell", {"file_path": "data/b.xlsx"}, "The file data/b.xlsx does not exist.", True)
WRITE = Step("Write it.", "excel_set_cell", {"file_path": "data/a.xlsx", "text": "7"}, "Successfully write text.")


def trajectory(*turns: Turn) -> Trajectory:
    return Trajectory("run-1", "totals/1", "Add up the sums", "1. excel: do it", turns, "7", True, ("gpt-4o",))


def test_steps_are_a_string_of_think_and_action_pairs_in_legomem_form() -> None:
    unit = subtask_unit(Turn("excel", "Read the table", (READ,), "done"))
    assert unit.steps == (
        "<think>See the table.</think>"
        '<action>{"app": "excel", "action": "read_file", "file_path": "data/a.xlsx"}</action>'
    )


def test_failed_actions_are_dropped_and_observations_keep_the_numbers_of_the_steps() -> None:
    unit = subtask_unit(Turn("excel", "Add", (READ, WRONG, WRITE), "done"))
    assert unit.steps.count("<action>") == 2
    assert unit.observations == "[1] (1, 1): Name\t(1, 2): Sum\t\n[2] Successfully write text."


def test_a_subtask_without_a_successful_step_is_left_out() -> None:
    unit = full_task_unit(trajectory(Turn("word", "Write", (WRONG,), "no"), Turn("excel", "Add", (WRITE,), "ok")))
    assert [subtask.agent for subtask in unit.subtasks] == ["excel"]


def test_reflections_name_what_failed_when_nobody_wrote_any() -> None:
    unit = full_task_unit(trajectory(Turn("excel", "Add", (WRONG, WRITE), "ok")))
    assert unit.reflections == "The excel agent's excel_set_cell failed: The file data/b.xlsx does not exist."


def test_memories_of_a_run_are_the_whole_task_and_one_per_subtask_with_their_origin() -> None:
    run = trajectory(Turn("excel", "Add up", (READ,), "7"), Turn("email", "Send 7 to Dana", (WRITE,), "sent"))
    whole, first, second = memories_of(run, full_task_unit(run), "proceduralization", "m1")
    assert (whole.id, whole.level, whole.agent, whole.key) == ("m1", "full-task", "orchestrator", "Add up the sums")
    assert (first.id, first.parent, first.agent) == ("m1.1", "m1", "excel")
    assert (second.id, second.key, second.origin.builder) == ("m1.2", "Send 7 to Dana", "gpt-4o")
    assert isinstance(whole.unit, FullTaskUnit)
    assert isinstance(second.unit, SubtaskUnit)


def test_a_script_keeps_plan_and_descriptions_and_a_trajectory_keeps_the_steps() -> None:
    run = trajectory(Turn("excel", "Add up", (READ,), "7"))
    told, part = memories_of(run, full_task_unit(run), "script", "m1")
    assert isinstance(told.unit, FullTaskUnit)
    assert (told.unit.high_level_plan, told.unit.subtasks[0].steps) == ("1. excel: do it", "")
    assert part.unit == SubtaskUnit("excel", "Add up", "", "")
    assert told.origin.build == "script"
    done, _ = memories_of(run, full_task_unit(run), "trajectory", "m1")
    assert isinstance(done.unit, FullTaskUnit)
    assert (done.unit.high_level_plan, done.unit.reflections) == ("", "")
    assert "read_file" in done.unit.subtasks[0].steps


@given(st.text(max_size=400), st.integers(min_value=1, max_value=80))
def test_a_shortened_text_is_a_beginning_of_the_text(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert short == text or (short.endswith(" …") and text.startswith(short[:-2]) and len(short) <= limit + 2)


def test_a_headline_is_the_first_line_cut_between_words() -> None:
    assert headline("Send the report\nto Dana") == "Send the report"
    assert headline("one two three", 9) == "one two…"

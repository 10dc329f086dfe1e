"""A model distils a trajectory into LEGOMem's unit; what it writes is checked, asked for again, or replaced."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmem.errors import BadInput, ModelFailed
from procmem.memory.distil import RULES, Distilled, distil
from procmem.memory.rules import full_task_unit
from procmem.memory.trajectories import text_of
from procmem.memory.units import read_unit
from procmem.types import FullTaskUnit, Step, SubtaskUnit, Trajectory, Turn
from tests.answering import AnsweringModel, finish, line_to

WRITE = Step("Write it.", "files_write_file", {"file_path": "data/note.txt"}, "Written.")
RUN = Trajectory("run-1", "notes/1", "Write a note", "1. system", (Turn("system", "Write", (WRITE,), "ok"),), "x", True)
UNIT = {
    "high_level_plan": "1. system: write the note",
    "subtasks": [{"agent": "System", "description": "Write", "steps": "<think>a</think>", "observations": "ok"}],
    "final_answer": "x",
    "reflections": "All went well.",
}
GOOD = f"Here it is.\n<start>{json.dumps(UNIT)}<end>"
READ = FullTaskUnit(
    "Write a note",
    "1. system: write the note",
    (SubtaskUnit("system", "Write", "<think>a</think>", "ok"),),
    "x",
    "All went well.",
)


def distilled(model: AnsweringModel, name: str = "answering") -> object:
    return finish(distil(RUN, line_to(model), name))[1]


def test_the_models_json_becomes_the_unit_with_the_agents_exact_name() -> None:
    model = AnsweringModel({"script": [GOOD]})
    assert distilled(model) == Distilled(READ)
    assert text_of(RUN) in model.prompts("script")[0]


def test_an_unusable_answer_is_asked_for_again_with_what_was_wrong() -> None:
    broken = GOOD.replace('"final_answer": "x", ', "")
    model = AnsweringModel({"script": [broken, GOOD]})
    assert distilled(model) == Distilled(READ)
    assert "That memory could not be used: `final_answer`: field required." in model.prompts("script")[1]


def test_after_two_unusable_answers_the_transcribed_trajectory_stands_in_with_the_reason() -> None:
    model = AnsweringModel({"script": ["I would rather not."]})
    assert distilled(model) == Distilled(
        full_task_unit(RUN), "answering gave no usable memory: there is no JSON in it."
    )
    assert len(model.asked) == 2


def test_an_agent_that_took_no_part_is_refused() -> None:
    model = AnsweringModel({"script": [GOOD.replace("System", "plumber")]})
    result = distilled(model)
    assert isinstance(result, Distilled)
    assert result.fault == "answering gave no usable memory: no agent is called 'plumber'; these took part: system."


def test_a_model_that_fails_loses_nothing() -> None:
    model = AnsweringModel({"script": [ModelFailed("The host is unreachable.")]})
    assert distilled(model) == Distilled(full_task_unit(RUN), "The host is unreachable.")


def test_rules_ask_no_model() -> None:
    model = AnsweringModel({})
    assert distilled(model, RULES) == Distilled(full_task_unit(RUN))
    assert model.asked == []


def test_json_in_a_code_fence_or_without_tags_is_read() -> None:
    assert read_unit(f"```json\n{json.dumps(UNIT)}\n```", "t").final_answer == "x"
    assert read_unit(f"Sure: {json.dumps(UNIT)} Bye.", "t").final_answer == "x"


@given(st.one_of(st.text(max_size=300), st.text(max_size=200).map(lambda text: f"<start>{{{text}}}<end>")))
def test_whatever_a_model_says_is_a_unit_or_a_sentence(text: str) -> None:
    said = ""
    try:
        assert isinstance(read_unit(text, "t"), FullTaskUnit)
    except BadInput as error:
        said = str(error)
    assert said == "" or said.endswith(".")


def test_a_bottomless_answer_is_refused() -> None:
    with pytest.raises(BadInput, match=r"the JSON (is nested too deeply|does not parse: line 1, column 100001)"):
        read_unit("[" * 100_000, "t")

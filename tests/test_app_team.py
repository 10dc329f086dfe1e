"""The Team page without a browser, and what it keeps for the Run page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from procmem.models.scripted import ScriptedModel
from procmem.preferences import load_preferences, preferences_file
from procmem.runner import follow
from procmem.workbench import Workbench
from tests.app_page import open_page
from tests.bench import Bench, note_replies, workbench_of


@pytest.fixture
def workbench(bench: Bench, tmp_path: Path) -> Iterator[Workbench]:
    made = workbench_of(bench, tmp_path)
    for _ in made.prepare():
        pass
    made.warm()
    yield made
    made.close()


def page(bench: Workbench, anew: object = None) -> AppTest:
    return open_page("pages.team_page:draw_team_page", bench, anew)


def test_looking_at_the_page_keeps_nothing(workbench: Workbench) -> None:
    at = page(workbench)
    assert at.button(key="keep-team").disabled
    assert not preferences_file(workbench.lab.settings.home).exists()


def test_a_kept_team_is_what_the_run_page_starts(bench: Bench, workbench: Workbench) -> None:
    at = page(workbench)
    at.segmented_control(key="kept-preset").set_value("Hybrid team").run()
    at.text_input(key="kept-model-large").set_value("openai/gpt-4o")
    at.text_input(key="kept-model-word").set_value("ollama_chat/llama3.1")
    at.text_input(key="kept-model-distiller").set_value("rules")
    at.number_input(key="kept-steps").set_value(7).run()
    at.button(key="keep-team").click().run()
    assert at.button(key="keep-team").disabled
    kept = load_preferences(workbench.lab.settings.home).team
    assert (kept.preset, kept.large, kept.roles, kept.distiller) == (
        "Hybrid team",
        "openai/gpt-4o",
        {"word": "ollama_chat/llama3.1"},
        "rules",
    )
    assert page(workbench).text_input(key="kept-model-word").value == "ollama_chat/llama3.1"

    bench.model = ScriptedModel(note_replies("Erik"))
    run = open_page("pages.run_page:draw_run_page", workbench, task="note_write/2")
    assert run.segmented_control(key="team").value == "Hybrid team"
    run.button(key="start").click().run()
    (started,) = workbench.store.runs(limit=1)
    for _ in follow(workbench.store, started.id):
        pass
    team = workbench.store.setup(started.id)["team"]
    assert (team["name"], team["orchestrator"], team["distiller"]) == ("Hybrid team", "openai/gpt-4o", "rules")
    assert team["limits"]["steps"] == 7
    assert {agent["name"]: agent["model"] for agent in team["agents"]}["word"] == "ollama_chat/llama3.1"
    assert {agent["name"]: agent["model"] for agent in team["agents"]}["excel"] == "simulated/small"


def test_emptied_limits_are_no_limits(workbench: Workbench) -> None:
    at = page(workbench)
    at.number_input(key="kept-tokens").set_value(None)
    at.number_input(key="kept-dollars").set_value(None).run()
    at.button(key="keep-team").click().run()
    limits = load_preferences(workbench.lab.settings.home).team.limits
    assert (limits.tokens, limits.dollars, limits.steps) == (None, None, 50)


def test_choices_that_can_not_be_read_are_said_and_the_usual_team_is_shown(workbench: Workbench) -> None:
    workbench.lab.settings.make_home()
    preferences_file(workbench.lab.settings.home).write_text("{")
    at = page(workbench)
    assert "can not be used" in at.warning[0].value
    assert at.segmented_control(key="kept-preset").value == "LLM team"


def test_keys_are_named_as_set_or_missing_and_never_shown(workbench: Workbench) -> None:
    before = dict(os.environ)
    os.environ["ANTHROPIC_API_KEY"] = "sk-secret-0123456789"
    os.environ.pop("OPENAI_API_KEY", None)
    os.environ.pop("OPENAI_API_BASE", None)
    try:
        at = page(workbench)
        at.text_input(key="kept-model-large").set_value("openai/gpt-4o").run()
        everything = [element.value for element in (*at.text, *at.markdown, *at.caption)]
    finally:
        os.environ.clear()
        os.environ.update(before)
    order = [value for value in everything if isinstance(value, str)]
    assert "OPENAI_API_KEY" in order
    assert any("Missing" in value for value in order)
    assert any("Set" in value for value in order)
    assert not any("sk-secret" in value for value in order)


def test_the_run_page_names_a_key_that_is_missing_before_the_run(workbench: Workbench) -> None:
    before = dict(os.environ)
    for name in ("OPENAI_API_KEY", "OPENAI_API_BASE", "OPENAI_BASE_URL"):
        os.environ.pop(name, None)
    try:
        at = open_page("pages.run_page:draw_run_page", workbench, task="note_write/2")
        assert not at.warning
        at.text_input(key="model-large").set_value("openai/gpt-4o").run()
        warning = at.warning[0].value.replace("\\", "")
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert warning == "openai/gpt-4o needs OPENAI_API_KEY in the environment, which is not set. " + (
        "Set it and start the app again."
    )
    assert not at.button(key="start").disabled


def test_a_reset_asks_first_and_says_what_is_deleted(workbench: Workbench) -> None:
    done: list[str] = []
    at = page(workbench, lambda: done.append("emptied"))
    at.button(key="reset").click().run()
    assert "- 1 run with their files" in at.markdown[-1].value
    assert "2 memories and 1 proposal" in at.markdown[-1].value
    at.button(key="reset-no").click().run()
    assert done == []
    at.button(key="reset").click().run()
    at.button(key="reset-yes").click().run()
    assert done == ["emptied"]
    assert [button for button in at.button if button.key == "reset-yes"] == []

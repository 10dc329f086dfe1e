"""A whole team whose model is a real HTTP server, well-behaved and not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event as Flag
from typing import Any

import pytest

from procmem.agents.teams import make_team
from procmem.events import Acted, Event, Finished
from procmem.models.litellm_model import LiteLLMModel
from procmem.office.tasks import load_tasks
from procmem.settings import PROJECT
from procmem.types import Limits, Policy
from tests.bench import Bench, note_task
from tests.openai_server import BEHAVIOURS, Answer, OpenAIServer

LIMITS = Limits(turns=3, steps=6, steps_per_subtask=3, seconds_per_call=1.0)

GOOD = [
    Answer("1. system: write the note"),
    Answer(None, [("delegate", {"agent": "system", "subtask": "Write Dana into data/note.txt"})]),
    Answer("Write it.", [("files_write_file", {"file_path": "data/note.txt", "contents": "Dana"})]),
    Answer("Written."),
    Answer(None, [("finish", {"answer": "Wrote Dana."})]),
]


def run(bench: Bench, server: OpenAIServer, limits: Limits = LIMITS, run_id: str = "run-1") -> list[Event]:
    model = LiteLLMModel("openai/test-model", api_base=server.url, pause=0.01)
    lab = replace(bench.lab, models=lambda name, seed: model)
    team = make_team("LLM team", "openai/test-model", "openai/test-model", limits)
    return list(lab.solve(run_id, note_task(), team, Policy(), Flag()))


def end(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def test_a_task_is_solved_with_usage_counted(bench: Bench) -> None:
    with OpenAIServer(GOOD) as server:
        finished = end(run(bench, server))
    assert (finished.status, finished.steps, finished.tokens, finished.cost) == ("succeeded", 1, 5 * 18, None)


@pytest.mark.parametrize("position", range(len(GOOD)))
@pytest.mark.parametrize("trouble", ["429", "500", "drop", "cut off", "hang", "no choices", "empty", "html"])
def test_a_trouble_that_passes_is_retried_wherever_it_comes(bench: Bench, trouble: str, position: int) -> None:
    script: list[Any] = [*GOOD[:position], trouble, *GOOD[position:]]
    with OpenAIServer(script) as server:
        finished = end(run(bench, server))
    assert finished.status == "succeeded"


@pytest.mark.parametrize(
    "mistake", ["wrong json in arguments", "arguments are a list", "unknown tool", "huge arguments"]
)
def test_a_wrong_call_is_an_observation_to_the_agent(bench: Bench, mistake: str) -> None:
    with OpenAIServer([*GOOD[:2], mistake, *GOOD[2:]]) as server:
        events = run(bench, server)
    first = next(event for event in events if isinstance(event, Acted))
    assert first.failed
    assert len(first.observation) < 2_000
    assert end(events).status == "succeeded"


@pytest.mark.parametrize("behaviour", sorted(BEHAVIOURS))
def test_whatever_a_server_does_for_ever_the_run_ends_with_a_sentence(bench: Bench, behaviour: str) -> None:
    with OpenAIServer(repeat=behaviour) as server:
        finished = end(run(bench, server))
    assert finished.status == "failed"
    assert finished.error.endswith((".", ")", "!"))
    assert "Traceback" not in finished.error
    assert len(finished.error) < 600


def test_the_simulated_reasoner_behind_a_real_server_does_what_it_does_in_process(bench: Bench, tmp_path: Path) -> None:
    from procmem.models.registry import make_model
    from procmem.models.simulated.reasoner import answer

    task = load_tasks(PROJECT / "data" / "tasks")["calendar_add/4"]
    in_process = replace(bench.lab, models=make_model)
    team = make_team("LLM team")
    here = list(in_process.solve("here", task, team, Policy(), Flag()))
    with OpenAIServer(answer=lambda model, *request: answer("large", *request)) as server:
        model = LiteLLMModel("openai/large", api_base=server.url)
        there = list(replace(bench.lab, models=lambda name, seed: model).solve("there", task, team, Policy(), Flag()))
    steps = [[(e.tool, e.arguments, e.observation) for e in events if isinstance(e, Acted)] for events in (here, there)]
    assert steps[0] == steps[1] != []
    assert end(here).status == end(there).status

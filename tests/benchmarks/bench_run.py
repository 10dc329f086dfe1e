"""A whole run of 50 steps beside a bare loop that sends the same growing conversation to the same server."""

from __future__ import annotations

import http.client
import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from procmem.agents.teams import make_team
from procmem.events import Acted, Called, Finished, payload
from procmem.lab import Lab, setup
from procmem.models.embedders import make_embedder
from procmem.models.litellm_model import LiteLLMModel
from procmem.settings import Settings
from procmem.store.duck import DuckStore
from procmem.types import Limits, Policy
from tests.bench import note_task
from tests.benchmarks.fifty_steps import STEPS

TEAM = make_team("LLM team", "openai/x", "openai/x", Limits(steps=STEPS, steps_per_subtask=STEPS + 1))
POLICY = Policy(placement="none")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The server as a process of its own, so that its work is not counted as ours."""
    server = Path(__file__).parent.parent / "openai_server.py"
    command = [sys.executable, str(server), "--port", "0", "--answer", "tests.benchmarks.fifty_steps:answer"]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root, env={"PYTHONPATH": str(root)})
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait()


@pytest.fixture
def lab(tmp_path: Path, url: str) -> Iterator[Lab]:
    """A lab on a DuckDB file with the server as its model."""
    store = DuckStore(tmp_path / "bench.duckdb")
    model = LiteLLMModel("openai/x", api_base=url)
    yield Lab(Settings(home=tmp_path), store, make_embedder("hash"), lambda name, seed: model)
    store.close()


def solve(lab: Lab, run_id: str) -> list[Any]:
    """One recorded run; its events."""
    task = replace(note_task(), id="bench/1")
    lab.store.begin_run(lab.summary(run_id, task, TEAM, POLICY), setup(task, TEAM, POLICY))
    events = []
    for event in lab.solve(run_id, task, TEAM, POLICY, threading.Event()):
        lab.store.append(run_id, event)
        events.append(event)
    return events


def test_a_run_of_50_steps(benchmark: Any, lab: Lab) -> None:
    numbers = itertools.count()
    events = benchmark.pedantic(lambda: solve(lab, f"run-{next(numbers)}"), rounds=7, warmup_rounds=2)
    assert isinstance(events[-1], Finished)
    assert sum(isinstance(event, Acted) for event in events) == STEPS


def test_a_bare_loop_that_sends_the_same_requests(benchmark: Any, lab: Lab, url: str) -> None:
    bodies = requests_of(solve(lab, "run-0"))
    line = http.client.HTTPConnection(urlsplit(url).netloc)

    def loop() -> None:
        for body in bodies:
            line.request("POST", "/v1/chat/completions", json.dumps(body), {"content-type": "application/json"})
            json.loads(line.getresponse().read())

    benchmark.pedantic(loop, rounds=7, warmup_rounds=2)


def requests_of(events: list[Any]) -> list[dict[str, Any]]:
    """The bodies that the run sent, put together from its log."""
    from procmem.agents.orchestrator import orchestrator_tools
    from procmem.office.apps import APPS, toolbox

    specs = {tool.name: tool.spec for tool in toolbox(APPS).values()}
    specs |= {spec.name: spec for spec in orchestrator_tools(TEAM.agents)}
    talks: dict[str, list[dict[str, Any]]] = {}
    bodies = []
    for event in events:
        if isinstance(event, Called):
            talk = talks.setdefault(event.conversation, [])
            talk.extend(payload(event)["added"])
            tools = [
                {"type": "function", "function": {"name": name, "parameters": specs[name].parameters}}
                for name in event.tools
            ]
            bodies.append({"model": "x", "messages": list(talk), **({"tools": tools} if tools else {})})
    return bodies

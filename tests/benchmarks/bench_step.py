"""What the framework adds to one agent step beyond a bare HTTP loop; the table is printed (``make bench``).

Against the same local server (a process of its own), with conversations of 10, 50 and 150 messages and 12 tools:
a bare loop of http.client and json; the adapter, which asks a server of one's own straight; the adapter with the step's
events written to a DuckDB file; the adapter with a model that litellm knows and therefore asks; and the adapter with a
function in this process behind it (the way of the simulated model). Medians in milliseconds.
The rounds alternate, so that a busy machine slows all of them alike.
"""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from procmem.events import Acted, Called
from procmem.models.litellm_door import litellm
from procmem.models.litellm_model import LiteLLMModel
from procmem.models.simulated_provider import register
from procmem.types import Message, Policy, RunSummary, ToolSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from procmem.store.store import Store

TOOLS = [
    ToolSpec(
        f"app_tool_{number}",
        "Do something with a file of the office. " * 4,
        {
            "type": "object",
            "properties": {"file_path": {"type": "string", "description": "path"}, "row": {"type": "integer"}},
            "required": ["file_path"],
        },
    )
    for number in range(12)
]


def conversation(length: int) -> list[Message]:
    """A system message and then tool calls with observations of 600 characters in turn."""
    messages: list[Message] = [{"role": "system", "content": "You are an agent in an office. " * 80}]
    for number in range((length - 1) // 2):
        function = {"name": "app_tool_1", "arguments": json.dumps({"file_path": "data/x.xlsx", "row": number})}
        call = {"id": f"call_{number}", "type": "function", "function": function}
        messages.append({"role": "assistant", "content": "I read the next row.", "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": call["id"], "content": "(1, 1): value\t" * 43})
    return [*messages, {"role": "user", "content": "Go on."}][:length]


@contextmanager
def serving() -> Iterator[str]:
    """The test server as a process of its own, so that its work is not counted as ours."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent.parent / "openai_server.py"), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def bare(url: str, messages: list[Message]) -> Callable[[], object]:
    """The loop that a person would write without any framework."""
    line = http.client.HTTPConnection(urlsplit(url).netloc)
    tools = [
        {"type": "function", "function": {"name": t.name, "description": t.description, "parameters": t.parameters}}
        for t in TOOLS
    ]
    body = {"model": "test-model", "messages": messages, "tools": tools, "temperature": 0.0, "seed": 0}

    def step() -> object:
        headers = {"content-type": "application/json", "authorization": "Bearer none"}
        line.request("POST", "/v1/chat/completions", json.dumps(body), headers)
        return json.loads(line.getresponse().read())["choices"][0]["message"]["content"]

    return step


def logged(model: LiteLLMModel, messages: list[Message], store: Store, run_id: str) -> Callable[[], object]:
    """A model call and the two events that a step writes."""
    names = tuple(tool.name for tool in TOOLS)
    parts = {"system": 2400, "tools": 4000, "memories": 0, "history": 9000}

    def step() -> object:
        reply = model.complete("act", messages, TOOLS)
        added = tuple(messages[-2:])
        store.append(run_id, Called("act", "excel_agent", "turn-1", 1, added, names, parts, reply))
        return store.append(run_id, Acted(1, 1, "excel_agent", "", "app_tool_1", {"row": 1}, "x" * 600, False, 0.0))

    return step


def medians(steps: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Milliseconds by name; five rounds warm up uncounted."""
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(rounds + 5):
        for name, step in steps.items():
            started = time.perf_counter()
            step()
            if number >= 5:
                taken[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(values) for name, values in taken.items()}


def open_store(folder: Path) -> Store:
    """A fresh DuckDB store with one run."""
    from procmem.store.duck import DuckStore

    store = DuckStore(folder / "bench.duckdb")
    now = datetime.now(UTC)
    store.begin_run(RunSummary("r", "t", "task", "team", Policy(), "running", 0, False, now), {})
    return store


def rows(rounds: int) -> Iterator[str]:
    """The lines of the table."""
    register(litellm(), lambda model, messages, tools, seed: ("Done.", [], (5, 1)), provider="pretend")
    yield "messages    bare  adapter  +events  litellm  in process   added by adapter  added with events"
    with serving() as url, tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        for length in (10, 50, 150):
            messages, model = conversation(length), LiteLLMModel("openai/test-model", api_base=url)
            known, local = LiteLLMModel("openai/gpt-4o", api_base=url), LiteLLMModel("pretend/large")
            steps: dict[str, Callable[[], object]] = {
                "bare": bare(url, messages),
                "adapter": lambda model=model, messages=messages: model.complete("act", messages, TOOLS),  # type: ignore[misc]
                "events": logged(model, messages, store, "r"),
                "known": lambda known=known, messages=messages: known.complete("act", messages, TOOLS),  # type: ignore[misc]
                "local": lambda local=local, messages=messages: local.complete("act", messages, TOOLS),  # type: ignore[misc]
            }
            ms = medians(steps, rounds)
            line = f"{length:8} {ms['bare']:7.2f} {ms['adapter']:8.2f} {ms['events']:8.2f} {ms['known']:8.2f}"
            added = f"{ms['adapter'] - ms['bare']:19.2f} {ms['events'] - ms['bare']:18.2f}"
            yield f"{line} {ms['local']:11.2f}{added}"
        store.close()


def test_what_the_framework_adds_to_a_step() -> None:
    print("\nmilliseconds per step, medians of 100", *rows(100), sep="\n")  # noqa: T201 - figures are what a benchmark is for

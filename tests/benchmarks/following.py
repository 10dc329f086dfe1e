"""An app with ten runs under way, for bench_follow: the Run page of each, and the processor time of its own process.

The runs' model answers after a second, as a real one does, so the runs themselves cost little and go on for minutes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from pages.run_page import draw_run_page
from procmem.agents.teams import make_team
from procmem.lab import Lab
from procmem.models.embedders import make_embedder
from procmem.models.scripted import ScriptedModel
from procmem.settings import Settings
from procmem.store.duck import DuckStore
from procmem.types import Limits, Message, Policy, Reply, ToolCall, ToolSpec
from procmem.workbench import Workbench
from tests.bench import note_task

RUNS, SECONDS = 10, 1.0


def answer(_: Sequence[Message], tools: Sequence[ToolSpec]) -> Reply:
    """A plan, then one delegation after the other, each with steps up to its limit."""
    time.sleep(SECONDS)
    names = [tool.name for tool in tools]
    if not names:
        return Reply("1. system: look at the files")
    if "delegate" in names:
        return Reply("", (ToolCall("call", "delegate", {"agent": "system", "subtask": "Look at the files"}),))
    return Reply("I look once more.", (ToolCall("call", "files_list_files", {"folder_path": "data"}),))


@st.cache_resource
def opened() -> tuple[Workbench, list[str]]:
    """The workbench and its runs."""
    loaded = Settings.load()
    settings = replace(loaded, parallel_runs=RUNS, data=loaded.home / "data")  # no demonstrations to learn from first
    (settings.data / "tasks").mkdir(parents=True)
    lab = Lab(
        settings,
        DuckStore(settings.database),
        make_embedder("hash"),
        lambda *_: ScriptedModel([answer] * 10_000),  # type: ignore[list-item]
    )
    bench = Workbench(lab)
    team = make_team("LLM team", limits=Limits(turns=100, steps=1_000, stalls=100))
    return bench, [bench.start(note_task(f"note/{number}"), team, Policy()) for number in range(RUNS)]


if st.query_params.get("run"):
    draw_run_page(lambda: opened()[0])
else:
    bench, runs = opened()
    st.text(f"{time.process_time()} {time.monotonic()}")
    st.text(" ".join(runs))

"""The Review page over a real store with the hash embedder, for tests: proposals, and a hand on the page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from pages.parts.review_table import rows_key
from procmem.memory.build import parts_of
from procmem.settings import Settings
from procmem.store.store import Store
from procmem.types import FullTaskUnit, Memory, Origin, Proposal, SubtaskUnit
from procmem.workbench import Workbench
from tests.bench import Bench

HOSTILE = "# h1 <script>alert(1)</script> $x$ :material/home: [a](javascript:alert(1)) **b** </div>"
STEPS = '<think>Look.</think><action>{"app": "excel", "action": "read_file", "file_path": "data/a.xlsx"}</action>'


def script(bench: object) -> None:
    """The page as app.py draws it."""
    from pages.review_page import draw_review_page

    draw_review_page(lambda: bench)  # type: ignore[arg-type,return-value]


@contextmanager
def review_bench(bench: Bench, folder: Path) -> Iterator[Workbench]:
    """A workbench without tasks and with an empty bank, ready to look up memories."""
    (folder / "tasks").mkdir()
    made = Workbench(replace(bench.lab, settings=Settings(home=folder / "home", data=folder)))
    made.warm()
    while made.preparation.state == "working":
        time.sleep(0.01)
    yield made
    made.close()


def memory(name: str, task: str = "", text: str = "Read the sheet") -> Memory:
    """A full-task memory of two subtasks."""
    task = task or f"Sum the hours of {name}"
    subtasks = (SubtaskUnit("excel", text, STEPS, "[1] 3 rows"), SubtaskUnit("word", f"Write {name}", "", ""))
    unit = FullTaskUnit(task, "1. excel: read\n2. word: write", subtasks, "42", "")
    return Memory(name, "full-task", "orchestrator", task, task, unit, Origin("", f"hours/{name}", "simulated/large"))


def addition(name: str, **more: Any) -> Proposal:
    """A wish to add a memory with its subtask memories."""
    whole = memory(name, **more)
    return Proposal(
        f"add-{name}", "add", (whole, *parts_of(whole)), "simulated/large", "The run passed all its checks."
    )


def page(bench: Workbench, **params: str) -> AppTest:
    """The page after its first run."""
    at = AppTest.from_function(script, args=(bench,), default_timeout=20)
    for name, value in params.items():
        at.query_params[name] = value
    return ran(at)


def ran(at: AppTest) -> AppTest:
    """The page after another run."""
    at.run()
    assert not at.exception
    return at


def press(at: AppTest, name: str) -> AppTest:
    """Press the button whose key begins like this."""
    found = [button for button in at.button if (button.key or "").startswith(name)]
    assert len(found) == 1, [button.key for button in at.button]
    found[0].click()
    return ran(at)


def check(at: AppTest, ids: tuple[str, ...], rows: list[int]) -> None:
    """Check rows of the table of these proposals."""
    at.session_state[rows_key(ids)] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    ran(at)


def shown(at: AppTest) -> str:
    """The title of the proposal on the screen."""
    return at.subheader[0].value


def progress(at: AppTest) -> str:
    return at.text[0].value


def states(store: Store) -> list[str]:
    return [filed.state for filed in store.proposals(state="all")]

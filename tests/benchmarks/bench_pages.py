"""Every page over a large store, in Chromium beside a hello-world page: first content, and what a person does next.

50,000 memories, 5,000 proposals, 2,000 runs, 200,000 events: ``python -m pytest tests/benchmarks/bench_pages.py -s``.
Both servers are warm, and every visit is a new visitor. Targets: first content within 1.0 s, an interaction within
0.5 s of server time. What is measured is longer, since the browser draws on the same machine: hello world says by how
much.
"""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from procmem.store.duck import DuckStore
from tests.benchmarks.bench_bank import family
from tests.benchmarks.bench_first_paint import served
from tests.browser.conftest import FLAGS, ROOT
from tests.records import a_run, add, full

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MEMORIES, PROPOSALS, RUNS, EVENTS_OF_A_RUN = 50_000, 5_000, 2_000, 100
ROUNDS = 5
HELLO = """
import streamlit as st

st.title("Hello, world")
if st.button("Again"):
    st.text("Hello again")
"""
CONTENT = {
    "run": ("/", "text=Search by name or words"),
    "review": ("/review", "text=/of 5,0\\d\\d decided/"),
    "memories": ("/memories", "[data-testid=stDataFrame]"),
    "runs": ("/runs", "[data-testid=stDataFrame]"),
    "trends": ("/trends", ".js-plotly-plot .point"),
    "replay": ("/runs?run=r77&step=1", "text=After step 1"),
}
"""Where a page is, and what a person came for."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the large store."""
    made = tmp_path_factory.mktemp("pages") / "home"
    made.mkdir()
    fill(DuckStore(made / "procmem.duckdb"))
    return made


def fill(store: DuckStore) -> None:
    dice = random.Random(0)
    memories = [memory for number in range(MEMORIES // 3) for memory in family(number, dice)]
    vectors = np.random.default_rng(0).normal(size=(len(memories), 512)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    store.add_many(memories, by="Ann", reason="a file", vectors={"hash": vectors})
    store.propose([add(f"p{number}", full(f"new {number}", "sort the sheet " * 20)) for number in range(PROPOSALS)])
    store.decide_all([f"p{number}" for number in range(PROPOSALS // 10)], "accept", by="Ann")
    setup = {"task": {"level": 1, "split": "test", "files": ["x" * 8_000]}}
    store.begin_run(a_run("r"), setup)
    store._database.put(
        "insert into run select run.* replace (i as number, 'r' || i as id, 'task/' || i % 300 as task_id, "
        "if(i % 3 > 0, 'succeeded', 'failed') as status, i % 3 > 0 as success, i % 20 + 1 as steps, "
        "i % 4 as failed_steps, started + interval (i) minute as started, started + interval (i) minute as ended, "
        "if(i % 2 = 0, 'SLM team', team) as team, i % 500 as revision, "
        "if(i % 7 = 0, replace(policy, '\"both\"', '\"none\"'), policy) as policy) from run, range(2, ?) t(i)",
        RUNS + 2,
    )
    store._database.put(
        "insert into event select run, seq, if(seq = 1, 'delegated', 'acted'), now()::timestamp, if(seq = 1, "
        """'{"turn":1,"agent":"excel","subtask":"Sort"}', """
        """'{"turn":1,"step":' || seq - 1 || ',"agent":"excel","thought":"","tool":"excel_read_file",' || """
        """'"arguments":{"file_path":"a.xlsx"},"observation":"' || repeat('cell ', 60) || '","failed":false,' || """
        """'"seconds":0.1}') from range(2, ?) r(run), range(1, ?) s(seq)""",
        RUNS + 2,
        EVENTS_OF_A_RUN + 1,
    )
    store._database.put(
        "insert into recall select i // 20 + 2, 1, 1, 'excel', 'subtask', "
        "format('memory-{:06d}', (i * 7919) % 3000), 1, i % 20, 0.5, i % 20 < 5, 'because' from range(0, ?) t(i)",
        20 * RUNS,
    )
    store.close()


WATCH = """
window.spans = [];
let begun = null;
new MutationObserver(() => {
    const state = document.querySelector("[data-testid=stApp]")?.getAttribute("data-test-script-state");
    if (state === "running") begun ??= performance.now();
    if (state === "notRunning" && begun !== null) { window.spans.push(performance.now() - begun); begun = null; }
}).observe(document, {subtree: true, childList: true, attributes: true});
"""
"""Notes how long each run of the page's script took, as the browser saw it: the server's time and the way there."""


def first_content(browser: Browser, url: str, content: str) -> tuple[float, float]:
    """Seconds from the click on a link until its content can be seen, with an empty cache; and of the script's run."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script(WATCH)
    start = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.locator(content).first.wait_for(timeout=60_000)
    seconds = time.perf_counter() - start
    page.wait_for_function("window.spans.length > 0")
    script: float = page.evaluate("window.spans[0]") / 1000
    context.close()
    return seconds, script


def acted(page: Page, do: Callable[[], Any], seen: str) -> float:
    """Seconds from an action until what it asks for is seen."""
    start = time.perf_counter()
    do()
    page.locator(seen).first.wait_for(timeout=60_000)
    return time.perf_counter() - start


def interactions(page: Page, url: str) -> dict[str, float]:
    """What a person does on the Runs and Trends pages."""
    found = {}
    page.goto(f"{url}/runs?run=r77&step=1")
    page.locator("text=After step 1").wait_for(timeout=60_000)
    page.wait_for_timeout(800)
    found["next step of a replay"] = acted(page, lambda: page.keyboard.press("ArrowRight"), "text=After step 2")
    page.goto(f"{url}/runs")
    page.locator("[data-testid=stPagination], [data-testid=stDataFrame]").first.wait_for(timeout=60_000)
    page.wait_for_timeout(800)
    field = page.get_by_placeholder("Search tasks")
    field.fill("task/77")
    found["search of the history"] = acted(page, lambda: field.press("Enter"), "text=/of \\d+ · |\\d+ runs/")
    page.goto(f"{url}/trends")
    page.locator(".js-plotly-plot .point").first.wait_for(timeout=60_000)
    page.wait_for_timeout(800)
    found["trends against bank size"] = acted(
        page, lambda: page.get_by_text("Memories in the bank").first.click(), ".xtitle:has-text('Memories in the bank')"
    )
    return found


def again(page: Page, url: str) -> float:
    page.goto(url)
    page.get_by_role("button", name="Again").wait_for()
    page.wait_for_timeout(800)
    return acted(page, lambda: page.get_by_role("button", name="Again").click(), "text=Hello again")


def test_every_page_over_a_large_store(home: Path, tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    path = os.environ.get("PROCMEM_CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("There is no Chromium: set PROCMEM_CHROMIUM to its path.")
    hello = tmp_path / "hello.py"
    hello.write_text(HELLO)
    with (
        served(hello, tmp_path / "none") as plain,
        served(ROOT / "app.py", home) as ours,
        playwright.sync_playwright() as started,
    ):
        browser = started.chromium.launch(executable_path=path, args=FLAGS)
        say("first content, ms: the first visit, then the median; of which the script ran")
        for name, (place, content) in {"hello": ("", "h1"), **CONTENT}.items():
            address = (plain if name == "hello" else ours) + place
            seen, ran = zip(*(first_content(browser, address, content) for _ in range(ROUNDS)), strict=True)
            say(f"  {name:10} {seen[0] * 1000:6.0f} {median(seen[1:]) * 1000:6.0f} {median(ran[1:]) * 1000:6.0f}")
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        say("interactions, ms (median)")
        say(f"  hello {median(again(page, plain) for _ in range(ROUNDS)) * 1000:.0f}")
        rounds = [interactions(page, ours) for _ in range(ROUNDS)]
        for name in rounds[0]:
            say(f"  {name} {median(one[name] for one in rounds) * 1000:.0f}")
        browser.close()


def say(text: str) -> None:
    print(text)  # noqa: T201 - the figures are what a benchmark is for

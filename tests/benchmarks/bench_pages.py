"""Every page over a large store, in Chromium beside a hello-world page: first content, and what a person does next.

50,000 memories, 5,000 proposals, 2,000 runs, 200,000 events:
``python -m pytest tests/benchmarks/bench_pages.py -s``, under 5 minutes on 2 cores. With PROCMEM_BENCH_HOME the store
is kept in that folder, and the next run begins with it: under 4 minutes.
Both servers are warm, and every visit is a new visitor. Targets: first content within 1.0 s, an interaction within
0.5 s of server time, the next proposal 0.3 s after a decision. "Seen" is what a person waits, browser included: hello
world says how much of it is the browser's and the machine's. "Server" is by the browser's network clock: from the
question on its web socket to the end of the script's last run.
"""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from procmem.settings import Settings
from procmem.store.duck import DuckStore
from procmem.workbench import Workbench
from tests.benchmarks.bench_bank import family
from tests.benchmarks.bench_first_paint import served
from tests.benchmarks.wire import Wire
from tests.browser.conftest import FLAGS, ROOT
from tests.records import a_run, add, full

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MEMORIES, PROPOSALS, RUNS, EVENTS_OF_A_RUN = 50_000, 5_000, 2_000, 100
FIRST = PROPOSALS // 10
"""The first proposal that waits: those before it are decided."""
VISITS, ROUNDS = 4, 2
PREPARED = 15
"""Seconds until the app has read its index, which it does in the background after its first visit."""
HELLO = """
import streamlit as st

st.title("Hello, world")
if st.button("Again"):
    st.text("Hello again")
"""
CONTENT = {
    "Run": ("/", "text=Search by name or words"),
    "Review": ("/review", "h3:has-text('new 500')"),
    "Review, table": ("/review?view=Table", "[data-testid=stDataFrame]"),
    "Memories": ("/memories", "[data-testid=stDataFrame]"),
    "a memory": ("/memories?memory=memory-000077", "text=Where it comes from"),
    "Runs": ("/runs", "[data-testid=stDataFrame]"),
    "a replay": ("/runs?run=r77&step=1", "text=After step 1"),
    "Trends": ("/trends", ".js-plotly-plot .point"),
    "Experiments": ("/trends?view=experiments", "text=Plan an experiment"),
    "Team": ("/team", "text=Limits"),
}
"""Where a page is, and what a person came for."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the large store, prepared as an app that has run for a while leaves it."""
    kept = os.environ.get("PROCMEM_BENCH_HOME")
    made = tmp_path_factory.mktemp("pages") / "home"
    if kept and Path(kept).is_dir():
        shutil.copytree(kept, made)
        return made
    made.mkdir()
    fill(DuckStore(made / "procmem.duckdb"))
    bench = Workbench.open(Settings(home=made, embedder="hash"))
    for _ in bench.prepare():
        pass
    bench.close()
    if kept:
        shutil.copytree(made, kept)
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


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person does on a page, and what they then see; NEXT is the proposal after the first that waits.

    ``do`` gets the number of the round.
    """

    name: str
    path: str
    do: Callable[[Page, int], Any]
    seen: str


def press(key: str) -> Callable[[Page, int], Any]:
    return lambda page, _: page.keyboard.press(key)


def click(text: str) -> Callable[[Page, int], Any]:
    return lambda page, _: page.get_by_role("button", name=text).or_(page.get_by_role("radio", name=text)).first.click()


def search(field: str, text: str) -> Callable[[Page, int], Any]:
    def do(page: Page, _: int) -> None:
        page.get_by_placeholder(field).fill(text)
        page.get_by_placeholder(field).press("Enter")

    return do


def turn_to_page_2(page: Page, _: int) -> None:
    page.get_by_test_id("stPagination").get_by_role("button", name="Page 2", exact=True).click()


DEEDS = (
    Deed("Review: accept", "/review", press("a"), "h3:has-text('new NEXT')"),
    Deed("Review: next", "/review?proposal=p1000", press("ArrowRight"), "h3:has-text('new 1001')"),
    Deed("Review: why discard", "/review?proposal=p1000", press("d"), "text=Why discard it?"),
    Deed("Review: edit", "/review?proposal=p1000", press("e"), "text=Save and accept"),
    Deed("Review: show decided", "/review", click("Decided"), "text=/Accepted by/"),
    Deed("Review: table", "/review", click("Table"), "[data-testid=stDataFrame]"),
    Deed("Memories: words", "/memories", search("Search memories", "report sales"), "text=/ of (?!50,)[\\d,]+ ·/"),
    Deed("Memories: meaning", "/memories?how=meaning", search("Search memories", "sort sales"), "text=of 200"),
    Deed("Memories: page 2", "/memories", turn_to_page_2, "text=26 to 50"),
    Deed("Memories: map", "/memories", click("Map"), ".js-plotly-plot .point"),
    Deed("Memories: changes", "/memories", click("Changes"), "text=What changed"),
    Deed("Memories: versions", "/memories?memory=memory-000077", click("Versions"), "text=As it stands"),
    Deed("Runs: search", "/runs", search("Search tasks", "task/77"), "text=/of \\d+ · |\\d+ runs/"),
    Deed("Runs: page 2", "/runs", turn_to_page_2, "text=26 to 50"),
    Deed("Runs: next step", "/runs?run=r77&step=1", press("ArrowRight"), "text=After step 2"),
    Deed("Trends: bank size", "/trends", click("Memories in the bank"), ".xtitle:has-text('Memories in the bank')"),
    Deed("Trends: experiments", "/trends", click("Experiments"), "text=Plan an experiment"),
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; the benchmark is skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api")
    path = os.environ.get("PROCMEM_CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("There is no Chromium: set PROCMEM_CHROMIUM to its path.")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def settle(page: Page, wire: Wire) -> float:
    """Wait until the page is at rest; returns how long the server worked, in seconds."""
    while wire.seconds is None:
        page.wait_for_timeout(20)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)
    page.wait_for_timeout(250)
    return wire.seconds


def visit(browser: Browser, url: str, content: str) -> tuple[float, float]:
    """Seconds from the click on a link until its content can be seen, with an empty cache; and of the server."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    wire = Wire(page)
    start = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.locator(content).first.wait_for(timeout=60_000)
    seconds = time.perf_counter() - start
    worked = settle(page, wire)
    context.close()
    return seconds, worked


def carried_out(page: Page, wire: Wire, url: str, deed: Deed, number: int) -> tuple[float, float]:
    """Seconds from what a person does until what they asked for is seen; and of the server."""
    wire.clear()
    page.goto(url + deed.path)
    settle(page, wire)
    wire.clear()
    start = time.perf_counter()
    deed.do(page, number)
    page.locator(deed.seen.replace("NEXT", str(FIRST + 1 + number))).first.wait_for(timeout=30_000)
    seconds = time.perf_counter() - start
    return seconds, settle(page, wire)


def test_every_page_over_a_large_store(home: Path, tmp_path: Path) -> None:
    hello = tmp_path / "hello.py"
    hello.write_text(HELLO)
    with served(hello, tmp_path / "none") as plain, served(ROOT / "app.py", home) as ours, chromium() as browser:
        visit(browser, f"{ours}/memories", "[data-testid=stDataFrame]")
        time.sleep(PREPARED)
        say(f"\n{'first content, ms':24}{'very first':>12}{'seen':>8}{'server':>8}")
        for name, (path, content) in {"hello world": ("", "h1"), **CONTENT}.items():
            address = (plain if name == "hello world" else ours) + path
            seen, worked = zip(*(visit(browser, address, content) for _ in range(VISITS)), strict=True)
            row(name, seen[0], median(seen[1:]), median(worked[1:]))
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        wire = Wire(page)
        say(f"\n{'interactions, ms':24}{'':12}{'seen':>8}{'server':>8}")
        again = Deed("hello world", "", click("Again"), "text=Hello again")
        for deed in (again, *DEEDS):
            url = plain if deed is again else ours
            times = [carried_out(page, wire, url, deed, number) for number in range(ROUNDS)]
            seen, worked = zip(*times, strict=True)
            row(deed.name, None, median(seen), median(worked))


def row(name: str, *seconds: float | None) -> None:
    cells = ["" if value is None else f"{1000 * value:.0f}" for value in seconds]
    say(f"{name:24}{cells[0]:>12}{cells[1]:>8}{cells[2]:>8}")


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the figures are what a benchmark is for

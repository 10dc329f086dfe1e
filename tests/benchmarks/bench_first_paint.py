"""First paint of the app beside a hello-world app, in one Chromium, in one run: until the title is on the screen.

``python -m pytest tests/benchmarks/bench_first_paint.py -s``; both servers are warm, and every visit is a new visitor.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import FLAGS, ROOT, await_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROUNDS = 9
HELLO = 'import streamlit as st\n\nst.title("Hello, world")\n'


@contextmanager
def served(script: Path, home: Path) -> Iterator[str]:
    """The address of ``streamlit run script``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}", "--server.headless=true"]
    environment = {**os.environ, "PROCMEM_HOME": str(home), "PROCMEM_EMBEDDER": "hash"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        await_server(url, process)
        yield url
    finally:
        process.terminate()
        process.wait()


def first_paint(browser: Browser, url: str) -> float:
    """Seconds from the click on a link until the title can be read, with an empty cache."""
    context = browser.new_context()
    page = context.new_page()
    start = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.locator("h1").first.wait_for()
    seconds = time.perf_counter() - start
    context.close()
    return seconds


def test_the_title_is_there_within_one_and_a_half_times_a_hello_world_app(tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    path = os.environ.get("PROCMEM_CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("There is no Chromium: set PROCMEM_CHROMIUM to its path.")
    hello = tmp_path / "hello.py"
    hello.write_text(HELLO)
    with (
        served(hello, tmp_path / "none") as plain,
        served(ROOT / "app.py", tmp_path / "home") as ours,
        playwright.sync_playwright() as started,
    ):
        browser = started.chromium.launch(executable_path=path, args=FLAGS)
        first = first_paint(browser, ours)
        times = [(first_paint(browser, plain), first_paint(browser, ours)) for _ in range(ROUNDS)]
        browser.close()
    theirs, own = (median(column) for column in zip(*times, strict=True))
    print(  # noqa: T201 - the figures are what a benchmark is for
        f"\nhello world {theirs * 1000:.0f} ms, the app {own * 1000:.0f} ms (median of {ROUNDS}), "
        f"ratio {own / theirs:.2f}; the very first visit of the server {first * 1000:.0f} ms"
    )
    assert own < 1.5 * theirs

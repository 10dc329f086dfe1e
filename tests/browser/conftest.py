"""The real app in a real Chromium, with a model behind real HTTP that plays the tasks' demonstrations."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.actors import player
from tests.openai_server import OpenAIServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60
"""Seconds until a server that does not answer is given up; a busy machine is slow."""


@dataclass(frozen=True, slots=True)
class App:
    """A running app: its address, the folder of its data, and the process."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End the server as Ctrl+C does and wait for it; one that does not end is killed, and the test fails."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()


def _missing(reason: str) -> None:
    if os.environ.get("PROCMEM_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, found by PROCMEM_CHROMIUM or on the PATH."""
    path = os.environ.get("PROCMEM_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        _missing("There is no Chromium: set PROCMEM_CHROMIUM to its path.")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("The package playwright is not installed.")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A fresh tab of a fresh visitor. What its tabs showed last is kept as pictures in the test's folder."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    context.set_default_timeout(20_000)
    yield context.new_page()
    for number, tab in enumerate(context.pages):
        tab.screenshot(path=tmp_path / f"tab-{number}.png")
    context.close()


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose bank has learned from the demonstrations, to be copied."""
    from procmem.settings import Settings
    from procmem.workbench import Workbench

    home = tmp_path_factory.mktemp("prepared")
    bench = Workbench.open(Settings(home=home, embedder="hash"))
    for _ in bench.prepare():
        pass
    bench.close()
    return home


Start = Callable[..., App]


@pytest.fixture(scope="session")
def model_server() -> Iterator[OpenAIServer]:
    """An OpenAI-compatible server that plays the demonstration of the task it is asked about."""
    with OpenAIServer(answer=player(), latency=0.15) as server:
        yield server


@pytest.fixture(scope="session")
def start_app() -> Iterator[Start]:
    """Start the app on a data folder with a model server; all are stopped at the end."""
    running: list[App] = []

    def start(home: Path, models: OpenAIServer, embedder: str = "hash", *, demo: bool = False) -> App:
        app = launch(home, models.url, embedder, demo=demo)
        running.append(app)
        return app

    yield start
    for app in running:
        if app.process.poll() is None:
            app.stop()


@pytest.fixture(scope="session")
def app(
    start_app: Start, prepared_home: Path, model_server: OpenAIServer, tmp_path_factory: pytest.TempPathFactory
) -> App:
    """The app that most tests share."""
    home = tmp_path_factory.mktemp("shared") / "home"
    shutil.copytree(prepared_home, home)
    return start_app(home, model_server)


def launch(home: Path, models: str, embedder: str = "hash", *, demo: bool = False) -> App:
    """Start ``streamlit run app.py`` on a free port and wait until it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "PROCMEM_HOME": str(home),
        "PROCMEM_EMBEDDER": embedder,
        "PROCMEM_DEMO": "on" if demo else "off",
        "OPENAI_API_BASE": models,
        "OPENAI_API_KEY": "sk-test",
    }
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}", "--server.headless=true"]
    log = (home.parent / f"server-{port}.log").open("wb")
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    app = App(f"http://127.0.0.1:{port}", home, process)
    await_server(app.url, process)
    return app


def await_server(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers.

    Raises:
        TimeoutError: it does not, in PATIENCE seconds; it is stopped.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    process.terminate()
    raise TimeoutError(f"The server at {url} did not start.")

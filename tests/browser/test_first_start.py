"""The first start with no key: real content comes by itself, the tour ends for good, a reset begins anew."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import App, Start
from tests.openai_server import OpenAIServer

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app(
    start_app: Start, prepared_home: Path, model_server: OpenAIServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[App]:
    """A server on an untouched data folder; the bank has learned already, since that takes longest."""
    home = tmp_path_factory.mktemp("first") / "home"
    shutil.copytree(prepared_home, home)
    app = start_app(home, model_server, demo=True)
    yield app
    app.stop()


def test_a_newcomer_finds_runs_proposals_and_an_experiment_made_by_simulated_runs(page: Page, app: App) -> None:
    page.goto(app.url)
    page.get_by_text("Pick a task and press Start").wait_for()
    page.get_by_text(re.compile("^First start: ")).wait_for()
    page.get_by_text("Recent runs").wait_for(timeout=60_000)
    page.get_by_text(re.compile("simulated · ")).first.wait_for()
    page.get_by_text(re.compile("^First start: ")).wait_for(state="detached", timeout=120_000)
    page.get_by_role("link", name="Next: Review").click()
    page.get_by_text(re.compile(r"^\d of \d+ decided|^0 of \d+ decided")).wait_for()
    page.goto(f"{app.url}/trends?view=experiments")
    page.get_by_text("As the bank grows").first.wait_for(state="attached")


def test_the_tour_ends_for_good(page: Page, app: App) -> None:
    page.goto(app.url)
    page.get_by_role("button", name="End the tour").click()
    page.get_by_text("Pick a task and press Start").wait_for(state="detached")
    page.context.clear_cookies()
    page.goto(f"{app.url}/team")
    page.get_by_role("heading", name="Connection").wait_for()
    assert page.get_by_role("button", name="End the tour").count() == 0


def test_a_reset_asks_empties_the_folder_and_the_app_goes_on(page: Page, app: App) -> None:
    watcher = page.context.new_page()
    watcher.goto(f"{app.url}/runs")
    page.goto(f"{app.url}/team")
    page.get_by_role("button", name="Reset demo").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(re.compile(r"\d+ runs with their files")).wait_for()
    dialog.get_by_role("button", name="Delete and begin anew").click()
    dialog.wait_for(state="detached", timeout=60_000)
    page.get_by_text(re.compile("Learning from demonstrations|Getting ready|Loading")).first.wait_for()
    assert [path.suffix for path in (app.home / "backups").iterdir()] == [".duckdb"]
    watcher.goto(app.url)
    watcher.get_by_role("heading", name="Run a task").wait_for()
    assert watcher.get_by_test_id("stException").count() == 0

"""The Runs and Trends pages, driven as a person drives them."""

from __future__ import annotations

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from procmem.events import Acted, Delegated, Finished, Graded, Planned, Started
from procmem.lab import setup
from procmem.store.duck import DuckStore
from procmem.types import Policy
from tests.browser.conftest import App, Start
from tests.openai_server import OpenAIServer
from tests.records import NOON, a_run

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app(
    start_app: Start, prepared_home: Path, model_server: OpenAIServer, tmp_path_factory: pytest.TempPathFactory
) -> App:
    """An app with twelve runs of the past, half of them without memory."""
    from dataclasses import replace

    from procmem.agents.teams import make_team
    from tests.bench import note_task

    home = tmp_path_factory.mktemp("trends") / "home"
    shutil.copytree(prepared_home, home)
    store = DuckStore(home / "procmem.duckdb")
    team = make_team("LLM team")
    for number in range(12):
        task = note_task(f"note_write/{number // 2}", "Dana")
        policy = Policy(placement="none" if number % 2 else "both")
        run = replace(
            a_run(f"run-{number}", NOON + timedelta(minutes=number)),
            task_id=task.id, task=task.text, policy=policy, revision=5 + 10 * (number // 4),
        )  # fmt: skip
        success = number % 2 == 0 or number == 1
        events = [
            Started(run.id, task.id, task.text, team, policy, run.revision, ()),
            Planned("1. system: write the note", 0),
            Delegated(1, "system", "Write the note"),
            Acted(1, 1, "system", "", "files_list_files", {}, "hello.txt", False, 0.1),
            Acted(1, 2, "system", "", "files_write_file", {"file_path": "note.txt"}, "Written.", False, 0.1),
            Graded(success, (), ()),
            Finished("succeeded" if success else "failed", "Done.", 2, 0, 0, 100, None, 1.0),
        ]
        store.record_run(run, setup(task, team, policy), events)
    store.close()
    return start_app(home, model_server)


def await_idle(page: Page) -> None:
    page.wait_for_timeout(400)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def heading(page: Page, text: str) -> Locator:
    return page.get_by_role("heading", name=text, exact=True)


def test_a_deep_link_in_a_fresh_server_opens_a_replay_and_the_arrow_keys_step_through_it(page: Page, app: App) -> None:
    page.goto(f"{app.url}/runs?run=run-0&step=1")
    page.get_by_text("After step 1 of 2").wait_for()
    await_idle(page)
    assert page.get_by_text("Files write file").count() == 0
    page.keyboard.press("ArrowRight")
    page.get_by_text("After step 2 of 2").wait_for()
    page.get_by_text("Files write file").wait_for()
    page.wait_for_url(re.compile("step=2"))
    page.keyboard.press("ArrowLeft")
    page.get_by_text("After step 1 of 2").wait_for()


def test_a_run_is_exported_as_json(page: Page, app: App) -> None:
    page.goto(f"{app.url}/runs?run=run-0")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export JSON").click()
    whole = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert whole["run"]["id"] == "run-0"
    assert [event["kind"] for event in whole["events"]][-1] == "finished"


def test_a_filter_stands_in_the_address_and_comes_back_with_it(page: Page, app: App) -> None:
    page.goto(f"{app.url}/runs")
    page.get_by_text("12 runs").wait_for()
    page.get_by_test_id("stPopover").get_by_role("button").click()
    page.get_by_role("combobox", name="Memory").click()
    page.get_by_role("option", name="Without memory").click()
    page.get_by_text("6 runs").wait_for()
    assert "memory=without" in page.url
    page.reload()
    page.get_by_text("6 runs").wait_for()


def test_a_click_on_a_point_opens_its_runs(page: Page, app: App) -> None:
    page.goto(f"{app.url}/trends")
    heading(page, "Success").wait_for()
    await_idle(page)
    chart = page.get_by_test_id("stPlotlyChart").first
    chart.locator(".scatterlayer .point").first.wait_for()
    place = chart.locator(".scatterlayer .trace").first.locator(".point").first.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.wait_for_timeout(300)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url(re.compile(r"/runs\?.*revisions=5-5"))
    assert "memory=with" in page.url
    heading(page, "Runs").wait_for()
    page.get_by_text("2 runs").wait_for()
    page.go_back()
    heading(page, "Trends").wait_for()


def test_an_experiment_is_planned_started_followed_and_its_report_downloaded(page: Page, app: App) -> None:
    page.goto(f"{app.url}/trends?view=experiments&new=own")
    limit = page.get_by_role("spinbutton", name="Tasks at most")
    limit.fill("2")
    limit.press("Enter")
    page.get_by_text("4 runs", exact=True).wait_for()
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile("experiment=x"))
    page.get_by_role("button", name="HTML report").wait_for(timeout=90_000)
    page.get_by_text(re.compile(r"^(\w+ )?Simulated$")).first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="HTML report").click()
    assert "<title>LEGOMem against no memory</title>" in Path(download.value.path()).read_text(encoding="utf-8")
    page.reload()
    page.get_by_role("button", name="HTML report").wait_for()
    page.get_by_role("link", name="See its runs").click()
    heading(page, "Runs").wait_for()
    page.get_by_text("4 runs").wait_for()

"""The Run page, driven as a person drives it."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.actors import HOSTILE, HOSTILE_TASK, OWN_TASK
from tests.browser.conftest import App, Start
from tests.openai_server import OpenAIServer

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

TASK = "calendar_add/4"
LONG_TASK = "minutes_actions/4"


def open_task(page: Page, app: App, task: str) -> None:
    """The Run page with a task chosen and every model behind the test's server."""
    page.goto(f"{app.url}/?task={task}")
    use_test_model(page)


def use_test_model(page: Page) -> None:
    page.get_by_text("Models and limits").click()
    field = page.get_by_label("Large model")
    await_idle(page)
    field.fill("openai/test")
    field.press("Enter")
    await_idle(page)


def start(page: Page) -> None:
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile(r"run=run-"))


def await_end(page: Page) -> None:
    """Wait until the run has ended, whatever came of it."""
    page.get_by_role("button", name="New run").wait_for()


def await_idle(page: Page) -> None:
    """Wait until uploads have arrived and the page has been drawn with them."""
    page.wait_for_timeout(500)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def badge(page: Page, text: str) -> None:
    """Wait for the status badge with this word; its text begins with the name of its icon."""
    page.get_by_test_id("stMain").get_by_text(re.compile(rf"^(\w+ )?{text}$")).first.wait_for()


def test_a_run_is_followed_across_a_reload_and_in_a_second_tab(page: Page, app: App) -> None:
    open_task(page, app, LONG_TASK)
    start(page)
    page.get_by_text(re.compile("^Turn 1")).first.wait_for()
    page.reload()
    page.get_by_text(re.compile("^Turn 1")).first.wait_for()
    second = page.context.new_page()
    second.goto(page.evaluate("location.href"))
    for tab in (page, second):
        await_end(tab)
        badge(tab, "Succeeded")
        assert tab.get_by_text(re.compile(r"(\d+) of \1 checks? passed")).count() == 1


def test_a_run_can_be_cancelled_after_a_reload_while_the_model_hangs(
    page: Page, start_app: Start, prepared_home: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(prepared_home, home)
    with OpenAIServer(repeat="hang") as stuck:
        app = start_app(home, stuck)
        open_task(page, app, TASK)
        start(page)
        badge(page, "Running")
        page.reload()
        page.get_by_role("button", name="Cancel").click()
        badge(page, "Cancelled")
        await_end(page)
        assert page.get_by_role("button", name="Run it again").is_visible()
        app.stop()


def test_a_paused_run_waits_until_it_is_resumed_in_another_tab(page: Page, app: App) -> None:
    open_task(page, app, LONG_TASK)
    start(page)
    page.get_by_role("button", name="Pause").click()
    badge(page, "Paused")
    second = page.context.new_page()
    second.goto(page.evaluate("location.href"))
    second.get_by_role("button", name="Resume").click()
    await_end(page)
    badge(page, "Succeeded")


def test_memories_stand_beside_the_steps_and_open_with_the_exact_prompt(page: Page, app: App) -> None:
    open_task(page, app, TASK)
    start(page)
    await_end(page)
    assert page.get_by_text("5 memories for the orchestrator").is_visible()
    assert page.get_by_text(re.compile("memor(y|ies) for the calendar agent")).is_visible()
    assert page.get_by_text(re.compile(r"Full task · rank 1 · score \d\.\d\d · in the prompt")).is_visible()

    page.locator("[class*=recall-0-1] button").first.click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_text("Distilled from a demonstration").wait_for()
    assert "memory=" in page.evaluate("location.href")
    page.keyboard.press("Escape")
    drawer.wait_for(state="detached")

    page.get_by_role("button", name="Prompt: plan").click()
    drawer.get_by_text(re.compile(r"Memories \d+%, about .* tokens")).wait_for()
    assert drawer.get_by_text(re.compile(r"System \d+%")).is_visible()
    assert drawer.get_by_text(re.compile(r"tokens sent in all")).is_visible()


def test_the_same_task_without_memory_is_shown_side_by_side(page: Page, app: App) -> None:
    open_task(page, app, TASK)
    start(page)
    await_end(page)
    page.get_by_role("button", name="Run again without memory").click()
    page.wait_for_url(re.compile(r"run=run-.*with=run-"))
    page.get_by_role("heading", name="With memory", exact=True).wait_for()
    page.get_by_role("heading", name="Without memory", exact=True).wait_for()
    page.get_by_test_id("stTable").get_by_text("Succeeded").nth(1).wait_for()
    assert page.get_by_text(re.compile(r"\d memor(y|ies) for the orchestrator")).count() == 1


def test_an_own_task_with_uploaded_files_runs_and_its_result_can_be_downloaded(
    page: Page, app: App, tmp_path: Path
) -> None:
    from docx import Document
    from openpyxl import Workbook

    sheet, letter = tmp_path / "hours.xlsx", tmp_path / "summary.docx"
    book = Workbook()
    for row in (["Name", "Hours"], ["Ann", 12], ["Bob", 30]):
        book.active.append(row)
    book.save(sheet)
    document = Document()
    document.add_paragraph("Hours of the week")
    document.save(str(letter))

    page.goto(app.url)
    page.get_by_role("radio", name="Your own").or_(page.get_by_role("button", name="Your own")).click()
    use_test_model(page)
    page.get_by_label("What should the team do?").fill(OWN_TASK)
    page.keyboard.press("Tab")
    page.locator("input[type=file]").set_input_files([sheet, letter])
    page.get_by_text("summary.docx").last.wait_for()
    await_idle(page)
    start(page)
    await_end(page)
    badge(page, "Finished")
    page.get_by_text("This task has no checks").wait_for()

    page.locator("summary").filter(has_text="summary.docx").filter(has_text="changed").click()
    page.get_by_role("button", name="Download", exact=True).wait_for()
    await_idle(page)  # a click while the page is drawn anew would go nowhere
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    result = Document(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert [paragraph.text for paragraph in result.paragraphs] == ["Hours of the week", "Total: 42 hours"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all as .zip").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert {"data/hours.xlsx", "data/summary.docx"} <= set(archive.namelist())


def test_links_to_a_run_work_in_a_fresh_server(
    page: Page, start_app: Start, model_server: OpenAIServer, prepared_home: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(prepared_home, home)
    first = start_app(home, model_server)
    open_task(page, first, TASK)
    start(page)
    await_end(page)
    query = page.evaluate("location.search")
    first.stop()

    fresh = start_app(home, model_server)
    page.goto(f"{fresh.url}/run{query}")
    badge(page, "Succeeded")
    assert page.get_by_role("heading", name="Add an event that the instruction states (4)").is_visible()
    page.goto(f"{fresh.url}/{query}")
    badge(page, "Succeeded")
    fresh.stop()


def test_a_run_started_on_a_fresh_data_folder_waits_for_the_bank_and_then_goes_on(
    page: Page, start_app: Start, model_server: OpenAIServer, tmp_path: Path
) -> None:
    app = start_app(tmp_path / "home", model_server, "minilm")
    page.goto(f"{app.url}/?task={TASK}")
    page.get_by_text(re.compile("you can already choose a task")).wait_for()
    start(page)
    badge(page, "Simulated")
    page.get_by_text(re.compile("the run begins as soon as it is ready")).first.wait_for()
    page.get_by_role("button", name="New run").wait_for(timeout=120_000)
    assert page.get_by_text("5 memories for the orchestrator").is_visible()
    assert page.get_by_text(re.compile("you can already choose a task")).count() == 0
    app.stop()


def test_text_from_files_and_models_is_shown_and_never_interpreted(page: Page, app: App) -> None:
    page.goto(app.url)
    page.get_by_role("radio", name="Your own").or_(page.get_by_role("button", name="Your own")).click()
    use_test_model(page)
    page.get_by_label("What should the team do?").fill(HOSTILE_TASK)
    page.keyboard.press("Tab")
    page.locator("input[type=file]").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": HOSTILE.encode()}
    )
    page.get_by_text("notes.txt", exact=True).first.wait_for()
    await_idle(page)
    start(page)
    await_end(page)
    page.locator("summary").filter(has_text="Files read file").click()
    main = page.get_by_test_id("stMain")
    assert main.get_by_text(HOSTILE, exact=True).count() >= 4
    assert main.locator("a, .katex, strong:has-text('bold'), script").count() == 0
    assert page.title() == "ProcMem"


def test_a_narrow_screen_needs_no_horizontal_scrolling(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_task(page, app, TASK)
    assert overflow(page) == 0
    start(page)
    await_end(page)
    assert overflow(page) == 0
    page.goto(app.url)
    page.get_by_text("Recent runs").wait_for()
    assert overflow(page) == 0


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the screen."""
    return int(
        page.evaluate(
            "Math.max(document.documentElement.scrollWidth - innerWidth,"
            " ...[...document.querySelectorAll('[data-testid=stMain]')].map(e => e.scrollWidth - e.clientWidth))"
        )
    )

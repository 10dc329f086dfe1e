"""The Memories page, used as a person uses it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.actors import HOSTILE
from tests.browser.conftest import App, Start
from tests.browser.test_run_page import await_idle, overflow
from tests.openai_server import OpenAIServer
from tests.test_app_memories import exported, part, whole

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def memories_app(
    start_app: Start, prepared_home: Path, model_server: OpenAIServer, tmp_path_factory: pytest.TempPathFactory
) -> App:
    """An app whose bank also holds a memory of hostile text."""
    from procmem.memory.bank import Bank
    from procmem.models.embedders import make_embedder
    from procmem.store.duck import DuckStore

    home = tmp_path_factory.mktemp("memories") / "home"
    shutil.copytree(prepared_home, home)
    store = DuckStore(home / "procmem.duckdb")
    hostile = whole("hostile", HOSTILE)
    store.add_many([hostile, part(hostile)], by="Ann", reason=HOSTILE)
    Bank(store, make_embedder("hash")).embed_missing()
    store.close()
    return start_app(home, model_server)


def test_a_click_on_a_title_opens_the_memory_and_back_leads_to_the_filtered_list(page: Page, memories_app: App) -> None:
    page.goto(f"{memories_app.url}/memories?q=budget&level=full-task&order=title")
    table = page.get_by_test_id("stDataFrame")
    table.wait_for()
    await_idle(page)
    table.click(position={"x": 200, "y": 52})
    page.get_by_role("button", name="All memories").wait_for()
    assert re.search(r"memory=demo-", page.evaluate("location.search"))
    page.get_by_text("Where it comes from").wait_for()
    assert page.get_by_role("link", name=re.compile("The run of")).get_attribute("href")
    page.get_by_role("button", name="All memories").click()
    table.wait_for()
    query = page.evaluate("location.search")
    assert "q=budget" in query
    assert "memory=" not in query


def test_a_filter_is_in_the_address_and_survives_a_reload(page: Page, memories_app: App) -> None:
    page.goto(f"{memories_app.url}/memories")
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("button", name="Subtask", exact=True).or_(page.get_by_role("radio", name="Subtask")).click()
    page.wait_for_url(re.compile("level=subtask"))
    page.reload()
    page.get_by_role("button", name="Filter (1)").wait_for()
    page.get_by_label("Search", exact=True).fill("calendar")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=calendar"))


def test_the_page_of_the_list_is_in_the_address(page: Page, memories_app: App) -> None:
    page.goto(f"{memories_app.url}/memories?page=2")
    page.get_by_text(re.compile("^26 to 50 of")).wait_for()
    await_idle(page)
    pages = page.get_by_test_id("stPagination")
    pages.get_by_role("button", name="Page 3").click()
    page.get_by_text(re.compile("^51 to 75 of")).wait_for()
    assert "page=3" in page.evaluate("location.search")
    await_idle(page)
    pages.get_by_role("button", name="Page 1", exact=True).click()
    page.get_by_text(re.compile("^1 to 25 of")).wait_for()
    assert "page=" not in page.evaluate("location.search")


def test_a_memory_is_retired_for_a_reason_and_brought_back_by_undo(page: Page, memories_app: App) -> None:
    page.goto(f"{memories_app.url}/memories?memory=demo-invitation-1")
    page.get_by_role("button", name="Retire").click()
    page.get_by_label("Why").fill("Too narrow")
    page.get_by_role("button", name="Retire 1 memory").click()
    page.get_by_role("button", name="Restore").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Taken back.").wait_for()
    page.get_by_role("button", name="Edit").wait_for()


def test_a_point_of_the_map_opens_its_memory(page: Page, memories_app: App) -> None:
    page.goto(f"{memories_app.url}/memories?view=map&q=Add+an+event+to+the+calendar")
    page.get_by_text("Nearest to").wait_for()
    page.get_by_text("Your query").wait_for()
    await_idle(page)
    page.locator(".scatterlayer .point").nth(3).click(force=True)
    page.get_by_role("button", name="All memories").wait_for()
    assert "memory=" in page.evaluate("location.search")


def test_a_bank_is_exported_and_another_is_imported_after_a_look(page: Page, memories_app: App, tmp_path: Path) -> None:
    page.goto(f"{memories_app.url}/memories?view=files")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export the bank").click()
    assert '"procmem_bank": 1' in Path(download.value.path()).read_text(encoding="utf-8").splitlines()[0]
    file = tmp_path / "bank.jsonl"
    file.write_bytes(exported([whole("room", "Book a room")]))
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("1 new, 0 changed, 0 in the bank already.").wait_for()
    page.get_by_role("button", name="Import 1 memory").click()
    page.get_by_text("Imported bank.jsonl").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Taken back.").wait_for()


def test_text_from_memories_is_shown_and_never_interpreted(page: Page, memories_app: App) -> None:
    page.goto(f"{memories_app.url}/memories?memory=hostile")
    page.get_by_text("Where it comes from").wait_for()
    main = page.get_by_test_id("stMain")
    main.get_by_text(HOSTILE).nth(2).wait_for()
    assert main.locator(".katex, strong:has-text('bold'), script, a[href^=javascript]").count() == 0
    assert page.title() == "ProcMem"


@pytest.mark.parametrize("view", ["list", "map"])
def test_a_narrow_screen_needs_no_horizontal_scrolling(page: Page, memories_app: App, view: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{memories_app.url}/memories?view={view}")
    page.get_by_text("memories in use").wait_for()
    await_idle(page)
    assert overflow(page) == 0

"""The Team page as a person uses it: try the models, keep a team, take a backup home."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from procmem.store.duck import DuckStore
from tests.browser.conftest import App

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_models_are_tried_and_what_failed_is_named_while_the_page_stays_usable(page: Page, app: App) -> None:
    page.goto(f"{app.url}/team")
    page.get_by_role("heading", name="Connection").wait_for()
    assert page.get_by_text("Page not found").count() == 0
    page.get_by_label("Large model").fill("openai/test-model")
    page.keyboard.press("Enter")
    page.get_by_text("openai/test-model", exact=True).wait_for()
    page.get_by_role("textbox", name="Distiller").fill("nobody/knows-this")
    page.keyboard.press("Enter")
    page.get_by_text("nobody/knows-this", exact=True).wait_for()
    page.get_by_role("button", name="Test connection").click()
    page.get_by_text(re.compile(r"^openai/test-model calls tools")).wait_for(timeout=60_000)
    page.get_by_text(re.compile("nobody/knows-this.*LiteLLM|No provider|no provider|knows no", re.I)).first.wait_for()
    main = page.get_by_test_id("stMain")
    main.get_by_text("OPENAI_API_KEY", exact=True).wait_for()
    assert main.get_by_text("sk-test").count() == 0


def test_a_kept_team_is_there_after_a_reload_and_on_the_run_page(page: Page, app: App) -> None:
    page.goto(f"{app.url}/team")
    page.get_by_role("radio", name="SLM team").or_(page.get_by_role("button", name="SLM team")).click()
    page.get_by_label("Small model").fill("openai/test-model")
    page.keyboard.press("Enter")
    page.get_by_text("Changed, not kept yet.").wait_for()
    page.get_by_role("button", name="Keep this team").click()
    page.get_by_text("Kept for the Run page.").wait_for()
    page.reload()
    page.get_by_label("Small model").wait_for()
    assert page.get_by_label("Small model").input_value() == "openai/test-model"
    page.goto(app.url)
    page.get_by_text("Small models everywhere").wait_for()
    page.get_by_text("Models and limits").click()
    assert page.get_by_label("Small model").get_attribute("placeholder") == "openai/test-model"
    (app.home / "preferences.json").unlink()


def test_a_backup_is_downloaded_while_the_app_runs_and_opens_as_a_store(page: Page, app: App, tmp_path: Path) -> None:
    page.goto(f"{app.url}/team")
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Download a backup").click()
    copy = tmp_path / "copy.duckdb"
    download.value.save_as(copy)
    store = DuckStore(copy)
    assert store.count(level="full-task") == store.revision > 50
    store.close()


def test_the_page_fits_a_narrow_screen(page: Page, app: App) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{app.url}/team")
    page.get_by_role("button", name="Reset demo").wait_for()
    wide = "Math.max(...[...document.querySelectorAll('[data-testid=stMain]')].map(e => e.scrollWidth - e.clientWidth))"
    assert page.evaluate(wide) == 0

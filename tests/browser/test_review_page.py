"""The Review page, driven as a curator drives it: with the keyboard."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from procmem.memory.build import parts_of
from procmem.settings import Settings
from procmem.types import FullTaskUnit, Memory, Proposal
from procmem.workbench import Workbench
from tests.browser.actors import HOSTILE
from tests.browser.conftest import App, Start
from tests.openai_server import OpenAIServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

WAITING = 34


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory, prepared_home: Path) -> Path:
    """A data folder in which proposals wait: what demonstrations taught, under new names."""
    home = tmp_path_factory.mktemp("review") / "home"
    shutil.copytree(prepared_home, home)
    bench = Workbench.open(Settings(home=home, embedder="hash"))
    known = bench.store.memories(level="full-task")
    bench.store.propose([_wish(known[at % len(known)], at + 1) for at in range(WAITING)])
    bench.close()
    return home


def _wish(old: Memory, number: int) -> Proposal:
    assert isinstance(old.unit, FullTaskUnit)
    task = f"Proposal {number}. {HOSTILE if number == WAITING else old.unit.task}"
    whole = replace(old, id=f"new-{number}", title=f"Proposal {number}", key=task, unit=replace(old.unit, task=task))
    return Proposal(f"add-{number}", "add", (whole, *parts_of(whole)), "simulated/large", "It passed.")


@pytest.fixture(scope="module")
def app(start_app: Start, queue: Path, model_server: OpenAIServer) -> App:
    return start_app(queue, model_server)


@pytest.fixture
def page(page: Page, app: App) -> Page:
    """The Review page. The first visit of all is a deep link to a fresh server."""
    page.goto(f"{app.url}/review")
    page.get_by_text(re.compile(r"\d+ of \d+ decided")).wait_for()
    assert page.get_by_text("Page not found").count() == 0
    return page


def shows(page: Page, title: str) -> None:
    """Wait until the proposal of this title is on the screen and its keys are alive."""
    page.get_by_role("heading", name=title, exact=True).wait_for()
    page.get_by_role("button", name="Next Shortcut").wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def progress(page: Page, text: str) -> None:
    page.get_by_text(text).wait_for()


def test_thirty_proposals_are_decided_and_five_undone_by_keyboard_alone(page: Page) -> None:
    shows(page, "Proposal 1")
    for number in range(1, 31):
        shows(page, f"Proposal {number}")
        if number % 10 == 3:
            page.keyboard.press("d")
            page.get_by_text("Why discard it?").wait_for()
            page.keyboard.press("2")
        elif number % 10 == 7:
            page.keyboard.press("e")
            page.wait_for_function("document.activeElement.getAttribute('aria-label') === 'Title'")
            page.keyboard.press("End")
            page.keyboard.type(" by hand")
            page.keyboard.press("Control+Enter")
        else:
            page.keyboard.press("a")
    shows(page, "Proposal 31")
    progress(page, f"30 of {WAITING} decided, 30 today")
    for number in range(30, 25, -1):
        page.keyboard.press("u")
        shows(page, f"Proposal {number}")
    progress(page, f"25 of {WAITING} decided, 25 today")
    page.keyboard.press("ArrowRight")
    shows(page, "Proposal 27")
    page.keyboard.press("ArrowLeft")
    shows(page, "Proposal 26")
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_text("Accept as it is").wait_for()


def test_an_edit_is_shown_as_a_difference_before_and_after_it_is_saved(page: Page, app: App) -> None:
    page.goto(f"{app.url}/review?proposal=add-31")
    shows(page, "Proposal 31")
    page.keyboard.press("e")
    page.get_by_label("Plan").fill("1. think first")
    page.keyboard.press("Tab")
    page.locator("ins").filter(has_text="think first").wait_for()
    page.get_by_label("Final answer").focus()
    page.keyboard.press("Control+Enter")
    page.get_by_text("Accepted with edits: Proposal 31").wait_for()
    page.goto(f"{app.url}/review?proposal=add-31")
    page.get_by_text("What the edit changed").wait_for()
    page.locator("ins").filter(has_text="think first").wait_for()


def test_the_second_curator_of_a_proposal_is_told_and_loses_nothing(page: Page, app: App, browser: Browser) -> None:
    page.goto(f"{app.url}/review?proposal=add-32")
    shows(page, "Proposal 32")
    page.keyboard.press("e")
    page.get_by_label("Reflections").fill("What Bob knows.")
    page.keyboard.press("Tab")
    page.locator("ins").filter(has_text="What Bob knows").wait_for()

    other = browser.new_context()
    ann = other.new_page()
    ann.goto(f"{app.url}/review?proposal=add-32")
    shows(ann, "Proposal 32")
    ann.get_by_role("button", name="As person").click()
    ann.get_by_label("Your name", exact=True).fill("Ann")
    ann.keyboard.press("Enter")
    ann.get_by_role("button", name="As Ann").wait_for()
    ann.keyboard.press("Escape")
    ann.locator("h1").click()
    ann.keyboard.press("a")
    ann.get_by_text("Accepted: Proposal 32").wait_for()
    other.close()

    page.get_by_label("Reflections").focus()
    page.keyboard.press("Control+Enter")
    page.get_by_text(re.compile(r"decided before: Ann accepted it on")).wait_for()
    assert page.get_by_label("Reflections").input_value() == "What Bob knows."
    page.get_by_role("button", name="Take Ann's decision back and save mine").click()
    page.get_by_text("Accepted with edits: Proposal 32").wait_for()


def test_text_of_a_memory_is_shown_and_never_interpreted(page: Page, app: App) -> None:
    page.goto(f"{app.url}/review?proposal=add-{WAITING}")
    shows(page, f"Proposal {WAITING}")
    main = page.get_by_test_id("stMain")
    main.get_by_text(HOSTILE).first.wait_for()
    assert main.locator(".katex, script, strong:has-text('bold')").count() == 0
    assert main.locator("a[href^=javascript]").count() == 0
    assert page.title() == "ProcMem"


def test_the_page_fits_a_narrow_screen(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Accept").wait_for()
    wider = "[...document.querySelectorAll('[data-testid=stMain]')].map(e => e.scrollWidth - e.clientWidth)"
    assert page.evaluate(f"Math.max(0, ...{wider})") == 0

"""Following ten runs under way, each in a tab of its own: what it costs the server, in shares of a core.

``python -m pytest tests/benchmarks/bench_follow.py -s``, about a minute. The runs' own work is measured first, with
nobody looking, and taken off. Target: under 20 % of a core.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.bench_first_paint import served
from tests.benchmarks.bench_pages import chromium, say
from tests.browser.conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

SECONDS = 12


def cost(page: Page, url: str, seconds: int = SECONDS) -> tuple[float, list[str]]:
    """The share of a core that the server takes over some seconds, and the ids of its runs."""
    spent = []
    for wait in (seconds, 0):
        page.goto(url)
        page.get_by_text("run-").wait_for()
        spent.append([float(number) for number in page.get_by_test_id("stText").first.inner_text().split()])
        page.wait_for_timeout(wait * 1000)
    (busy, clock), (busy_then, clock_then) = spent
    return (busy_then - busy) / (clock_then - clock), page.get_by_text("run-").inner_text().split()


def test_following_ten_runs(tmp_path: Path) -> None:
    with (
        served(ROOT / "tests" / "benchmarks" / "following.py", tmp_path / "home") as url,
        chromium() as browser,
    ):
        page = browser.new_page()
        cost(page, url, 5)  # what is loaded at the start is no part of it
        alone, runs = cost(page, url)
        say(f"\nshare of a core: {len(runs)} runs with nobody looking {alone:.0%}")
        tabs = [browser.new_page() for _ in runs]
        for tab, run in zip(tabs, runs, strict=True):
            tab.goto(f"{url}/?run={run}", wait_until="commit")
        for tab in tabs:
            tab.get_by_role("button", name="Pause").wait_for(timeout=60_000)
        together, _ = cost(page, url)
        say(f"with a follower each {together:.0%}; following {len(runs)} runs: {together - alone:.0%}")

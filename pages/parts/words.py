"""Names and figures as a person reads them: no raw ids, no jargon, unknown is a dash."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pages.parts.plain import one_line
from procmem.types import ORCHESTRATOR, RunStatus, RunSummary

Color = Literal["red", "orange", "yellow", "blue", "green", "violet", "gray", "primary"]


@dataclass(frozen=True, slots=True)
class Look:
    """How a status is shown."""

    label: str
    icon: str
    color: Color


STATUS: dict[RunStatus, Look] = {
    "waiting": Look("Waiting", ":material/hourglass_top:", "blue"),
    "running": Look("Running", ":material/play_circle:", "blue"),
    "paused": Look("Paused", ":material/pause_circle:", "orange"),
    "succeeded": Look("Succeeded", ":material/check_circle:", "green"),
    "failed": Look("Failed", ":material/cancel:", "red"),
    "ungraded": Look("Finished", ":material/task_alt:", "gray"),
    "cancelled": Look("Cancelled", ":material/block:", "gray"),
    "interrupted": Look("Interrupted", ":material/power_off:", "orange"),
    "error": Look("Stopped", ":material/error:", "red"),
}
ACTIVE: frozenset[RunStatus] = frozenset({"waiting", "running", "paused"})


def task_title(task_id: str) -> str:
    """A task's name: "budget_mail/3" is "Budget mail 3"."""
    family, _, number = task_id.partition("/")
    if re.fullmatch(r"\d-\d+", family):
        return f"OfficeBench {task_id}"
    if family.startswith("own-"):
        return "Your own task"
    return f"{family_title(family)} {number}".strip()


def task_name(task_id: str, titles: Mapping[str, str]) -> str:
    """A task by what it is about: "budget_mail/3" is "Mail the budget (3)", where its family's title is known."""
    family, _, number = task_id.partition("/")
    title = titles.get(family)
    return task_title(task_id) if title is None else f"{title} ({number})"


def family_title(family: str) -> str:
    """A family's name in sentence case."""
    return family.replace("_", " ").replace("-", " ").strip().capitalize()


def reader_title(reader: str) -> str:
    """Who reads a memory or makes a call: "the orchestrator", "the excel agent"."""
    return "the orchestrator" if reader == ORCHESTRATOR else f"the {reader} agent"


def decider_title(by: str) -> str:
    """Who decided: a person's name, or what did it by rule."""
    match by:
        case "auto":
            return "The automatic curator"
        case "validation" | "vanilla" | "adjustment":
            return "The update rule"
        case "demonstration":
            return "The demonstration"
        case _:
            return by.capitalize() if by == "person" else by


def tool_title(tool: str) -> str:
    """A tool's name as words: "excel_set_cell" is "Excel set cell"."""
    app, _, action = tool.partition("_")
    return f"{app_title(app)} {action.replace('_', ' ')}" if action else tool


def app_title(app: str) -> str:
    """An app's name: "Excel", "OCR"."""
    return app.upper() if app in ("ocr", "pdf") else app.capitalize()


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 step", "4 memories", "2 ways"."""
    plural = noun[:-1] + "ies" if re.search(r"[^aeiou]y$", noun) else noun + "s"
    return f"{number:,} {noun if number == 1 else plural}"


def tokens(number: int | None) -> str:
    """A number of tokens: "842", "12.4k", "1.20M"; a dash when nobody counted."""
    if number is None:
        return "–"
    if number < 1_000:
        return str(number)
    return f"{number / 1_000:.1f}k" if number < 1_000_000 else f"{number / 1_000_000:.2f}M"


def money(dollars: float | None) -> str:
    """Dollars with as many decimals as the amount needs; a dash when the price is unknown."""
    if dollars is None:
        return "–"
    if dollars == 0:
        return "$0"
    return f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.4f}"


def seconds(number: float | None) -> str:
    """A duration: "40 ms", "3.2 s", "2 min 5 s"."""
    if number is None:
        return "–"
    if number < 1:
        return f"{round(number * 1_000)} ms"
    if number < 60:
        return f"{number:.1f} s"
    return f"{int(number // 60)} min {int(number % 60)} s"


def day(moment: datetime) -> str:
    """A date and time without seconds: "1 May 2024, 10:30"."""
    return f"{moment.day} {moment:%b %Y, %H:%M}"


def run_title(run: RunSummary, titles: Mapping[str, str] | None = None) -> str:
    """What a run is called: its task's name, or the first words of one's own task."""
    return one_line(run.task, 60) if run.task_id.startswith("own-") else task_name(run.task_id, titles or {})

"""A task without memory: which agents its words call for, and what may answer its question from their reports."""

from __future__ import annotations

import re
from collections.abc import Iterator

from procmem.models.simulated.context import Context
from procmem.models.simulated.entities import as_number, mentions
from procmem.models.simulated.evaluation import figure
from procmem.models.simulated.filling import ENDINGS, grids, named_rows
from procmem.models.simulated.looking import looks
from procmem.models.simulated.reading import Done, Request, report_seen, reported
from procmem.models.simulated.records import Table, phrase_in

_WORDS = {
    "calendar": ("calendar", "calendars", "event", "events", "appointment", "appointments"),
    "mail": ("mail", "mails", "email", "emails", "e-mail", "inbox", "mailbox", "reply", "forward", "send"),
    "files": ("folder", "folders", "rename", "copy", "move"),
    "excel": ("spreadsheet", "workbook", "excel"),
    "word": ("document", "word"),
    "pdf": ("pdf",),
}
"""Everyday words for what an agent's description speaks of."""
_MOST_LEFT_OVER = 2
GO_ON = "Go on with"
"""How a subtask begins that an agent had before."""
_FIGURES = (
    ("count", r"\bhow many\b|\bnumber of\b|\bcount\b"),
    ("sum", r"\btotal\b|\bsum\b|\badd up\b|\baltogether\b|\bhow much\b"),
    ("mean", r"\baverage\b|\bmean\b"),
    ("highest", r"\bhighest\b|\bmost\b|\blargest\b|\bmaximum\b|\bbiggest\b|\bbest\b"),
    ("lowest", r"\blowest\b|\bleast\b|\bsmallest\b|\bminimum\b|\bcheapest\b"),
)


def divided(request: Request) -> list[tuple[str, str]]:
    """Agents with what each is asked to do: those whose files are named first, then those whose matters are."""
    agents = list(dict.fromkeys([*_by_files(request, request.task), *_by_words(request, request.task.lower())]))
    if not agents and request.team:
        agents = list(_by_things(request)) or [request.team[0][0]]
    if len(agents) == 1:
        return [(agents[0], request.task)]
    return [(agent, f"Do the {agent} part of this task: {request.task}") for agent in agents]


def _by_things(request: Request) -> Iterator[str]:
    """Where no word says whose matter a task is: days and hours are the calendar's, people's sayings the mailbox's."""
    kinds = {mention.kind for mention in mentions(request.task)}
    if kinds & {"date", "time", "datetime"}:
        yield from (name for name, about in request.team if _serves(name, about, "calendar"))
    elif "name" in kinds:
        yield from (name for name, about in request.team if _serves(name, about, "mail"))
    else:
        yield from [name for name, about in request.team if "folders" in about][:1]


def elsewhere(request: Request) -> tuple[str, str] | None:
    """An agent that was not asked yet and may know more, as long as nothing was changed: mails, days, then files."""
    turns = [one for one in request.done if one.tool == "delegate"]
    asked = {str(one.arguments.get("agent", "")) for one in turns}
    if any(seen.tool and not looks(seen.tool) for one in turns for seen in report_seen(one.observation)):
        return None
    for app in ("mail", "calendar", "folders"):
        for name, about in request.team:
            if name not in asked and (_serves(name, about, app) or app in about.lower()):
                return (
                    name,
                    f"See whether you find anything that this task needs, and do your part of it: {request.task}",
                )
    return None


def left_over(request: Request) -> list[tuple[str, str]]:
    """Agents that nothing was handed to, though what the others read speaks of their matters."""
    turns = [one for one in request.done if one.tool == "delegate"]
    asked = {str(one.arguments.get("agent", "")) for one in turns}
    read = [seen.text for one in turns for seen in report_seen(one.observation)]
    text = "\n".join(line for one in read for line in one.split("\n")[1:]).lower()
    agents = [*_by_files(request, text), *_by_words(request, text)]
    free = [agent for agent in dict.fromkeys(agents) if agent not in asked]
    return [(agent, f"Do the {agent} part of this task: {request.task}") for agent in free[:_MOST_LEFT_OVER]]


def unfinished(request: Request) -> tuple[str, str] | None:
    """An agent that has only looked so far, though others have found more since; each is asked once more."""
    turns = [one for one in request.done if one.tool == "delegate"]
    asked = [str(one.arguments.get("agent", "")) for one in turns]
    for agent in dict.fromkeys(asked):
        own = [place for place, name in enumerate(asked) if name == agent]
        acted = any(
            seen.tool and not looks(seen.tool) for place in own for seen in report_seen(turns[place].observation)
        )
        more = any(_found(turns[place]) for place in range(own[-1] + 1, len(turns)))
        if len(own) == 1 and more and not acted:
            return agent, f"{GO_ON} the {agent} part of this task, now that more is known: {request.task}"
    return None


def _found(turn: Done) -> bool:
    return any(seen.tool for seen in report_seen(turn.observation))


def _by_files(request: Request, text: str) -> Iterator[str]:
    for mention in mentions(text):
        app = ENDINGS.get(mention.text.rsplit(".", 1)[-1].lower()) if mention.kind == "file" else None
        if app:
            yield from (name for name, about in request.team if _serves(name, about, {"ocr": "pdf"}.get(app, app)))


def _by_words(request: Request, text: str) -> Iterator[str]:
    for app, words in _WORDS.items():
        if any(phrase_in(word, text) for word in words):
            yield from (name for name, description in request.team if _serves(name, description, app))


def _serves(name: str, description: str, app: str) -> bool:
    return name == app or app in description.lower().split() or f"{app}." in description.lower()


def answered(request: Request) -> str:
    """An answer from the reports: a figure or a cell that the question asks for, else what was done."""
    turns = [one for one in request.done if one.tool == "delegate"]
    seen = reported([one.observation for one in turns])
    context = Context({"task": request.task}, seen, user=request.user, today=request.today)
    for _, table in grids(context):
        value = _asked(table, request.task)
        if value:
            return value
    return turns[-1].observation.split("\n", 2)[1][:400] if turns and "\n" in turns[-1].observation else "Done."


def _asked(table: Table, question: str) -> str | None:
    """The figure or cell of a table that a question asks for."""
    lowered = question.lower()
    operator = next((name for name, pattern in _FIGURES if re.search(pattern, lowered)), None)
    width = len(table.numbers)
    named = [index for index, name in enumerate(table.columns[:width]) if phrase_in(name, lowered)]
    rows = named_rows(table, question) or list(table.rows)
    if operator == "count":
        return str(len(rows))
    numeric = [
        index for index in named or range(width) if all(as_number(row[index]) is not None for row in rows if row[index])
    ]
    if operator and numeric:
        index = numeric[-1]
        values = [value for row in rows if (value := as_number(row[index])) is not None]
        amount = figure(operator, values)
        if operator in ("sum", "mean"):
            return amount
        best = next((row for row in rows if amount is not None and as_number(row[index]) == float(amount)), None)
        return ", ".join(cell for cell in (best[0], best[index])) if best else None
    if len(rows) == 1 and named:
        known = [index for index in named if not phrase_in(rows[0][index], lowered)]
        return rows[0][known[0]] if known else None
    return None

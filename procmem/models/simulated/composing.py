"""Texts and tables made of what was read: the rows and columns that the words want, entries, documents, figures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from procmem.models.simulated.findings import Document, Event, Findings, Sheet
from procmem.models.simulated.people import names
from procmem.models.simulated.records import Table, phrase_in, tables
from procmem.models.simulated.selecting import Grid, chosen

_WHOLE = re.compile(
    r"(?i)\b(table|all|every|each|whole|content|contents|data|list|report|combine|numbers|information|info)\b"
)
_NAMES = re.compile(r"(?i)\b(names?|titles?)\b")


def grids(known: Findings) -> list[tuple[str, Grid]]:
    """The tables that were read, as grids with their file: sheets, lists in documents and in mails, the latest last."""
    found = [(sheet.path, grid_of(sheet)) for sheet in known.sheets if sheet.table is not None]
    texts = [(document.path, document.text) for document in known.documents]
    texts += [(mail.id, mail.body) for mail in known.mails if mail.whole]
    for path, text in texts:
        table = _columns(text)
        if table is not None:
            found.append(
                (
                    path,
                    Grid(table.columns[: len(table.numbers)], tuple(row[: len(table.numbers)] for row in table.rows)),
                )
            )
    return found


def grid_of(sheet: Sheet) -> Grid:
    """A sheet's cells below its header."""
    assert sheet.table is not None
    width = len(sheet.table.numbers)
    return Grid(sheet.table.columns[:width], tuple(row[:width] for row in sheet.table.rows))


def _columns(text: str) -> Table | None:
    return next((table for table in tables(text) if table.kind == "columns" and len(table.numbers) > 1), None)


def best_grid(text: str, known: Findings) -> tuple[str, Grid] | None:
    """The table that a text speaks of most: by its file's name, its titles, and its cells."""
    scored = []
    lowered = text.lower()
    for place, (path, grid) in enumerate(grids(known)):
        stem = re.sub(r"[_-]", " ", path.rsplit("/", 1)[-1].rsplit(".", 1)[0]).lower()
        score = 3.0 * (path.lower() in lowered or phrase_in(stem, lowered)) + len(grid.named(text))
        score += 0.5 * sum(phrase_in(word, lowered) for word in stem.split())
        score += 0.3 * (len(chosen(grid, text)) < len(grid.rows)) + 0.1 * min(len(grid.rows), 5)
        scored.append((score, -place, path, grid))
    best = max(scored, key=lambda one: one[:2], default=None)
    return (best[2], best[3]) if best is not None else None


def composed(text: str, known: Findings) -> str:
    """What the words want told of what was read, as lines of text; nothing where nothing was read."""
    found = best_grid(text, known)
    if re.search(r"(?i)\b(calendars?|events?|schedules?)\b", text) and known.events:
        return _entries(text, known.events)
    if found is not None:
        return "\n".join(lines_of(found[1], text))
    document = best_document(text, known.documents)
    if document is not None:
        return document.text.strip()
    mail = next((mail for mail in known.mails if mail.whole), None)
    return mail.body if mail is not None else ""


def best_document(text: str, documents: Sequence[Document]) -> Document | None:
    """The text that is meant: one whose file is named, else the last that was read."""
    named = [document for document in documents if document.path.lower() in text.lower()]
    short = [document for document in documents if document.path.rsplit("/", 1)[-1].lower() in text.lower()]
    return next(iter([*named, *short, *reversed(documents)]), None)


def lines_of(grid: Grid, text: str) -> list[str]:
    """The rows that a text picks, each as a line of the columns that it names; with titles where it is a table."""
    columns = wanted_columns(grid, text)
    rows = [[grid.rows[place][index] for index in columns] for place in chosen(grid, text)]
    shown = [", ".join(cell for cell in row if cell) for row in rows]
    head = [", ".join(grid.titles[index] for index in columns)] if len(columns) > 1 and not _format(text) else []
    return [*head, *[line for line in shown if line]]


def wanted_columns(grid: Grid, text: str) -> list[int]:
    """The columns to tell: those in the order of a format, those whose titles are said, names alone, else all."""
    form = _format(text)
    if form:
        ordered = grid.named(form)
        if ordered:
            return ordered
    named = grid.named(text)
    if _NAMES.search(text) and set(named) <= {0} and not re.search(r"(?i)\btable\b", text):
        return [0]
    if _NAMES.search(text) and 0 not in named:
        return [0, *named] if len(named) < len(grid.titles) - 1 and not _WHOLE.search(text) else [0]
    return list(range(len(grid.titles))) if not named or len(named) < 2 else sorted({0, *named})


def _format(text: str) -> str:
    match = re.search(r"(?i)\b(?:format|form|order)\b[^`'\"“‘]{0,12}[`'\"“‘]([^`'\"”’\n]{3,80})[`'\"”’]", text)
    return match[1] if match else ""


def _entries(text: str, events: Sequence[Event]) -> str:
    people = {one.text for one in names(text)}
    own = [event for event in events if event.owner in people] or list(events)
    left_out = re.search(r"(?i)\b(?:except|but not|without|other than)\b([^.;]*)", text)
    only = re.search(r"(?i)\bonly\b([^.;]*)", text)
    if left_out:
        own = [event for event in own if not phrase_in(event.title, left_out[1].lower())]
    elif only and any(phrase_in(event.title, only[1].lower()) for event in own):
        own = [event for event in own if phrase_in(event.title, only[1].lower())]
    if re.search(r"(?i)\b(common|shared|both have|in common)\b", text):
        titles = [
            {event.title for event in events if event.owner == owner} for owner in {event.owner for event in events}
        ]
        shared = set.intersection(*titles) if titles else set()
        own = [event for event in own if event.title in shared]
    return "\n".join(
        dict.fromkeys(f"{event.title}: {event.start:%Y-%m-%d %H:%M} to {event.end:%Y-%m-%d %H:%M}" for event in own)
    )

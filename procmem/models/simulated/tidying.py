"""Whole tables put right: dates written in one form, totals filled in as formulas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from procmem.models.simulated.entities import as_number, mentions, render_like, typed
from procmem.models.simulated.findings import Findings, Sheet
from procmem.models.simulated.roles import Act
from procmem.models.simulated.rules import told

_DATES = re.compile(r"(?i)\bdates?\b")
_ONE_FORM = re.compile(
    r"(?i)\b(form|format|style|way|ways|alike|same|consistent|clean\w*|correct|tidy|looks? like|written|typed|iso)\b"
)
_DAY_FIRST = re.compile(r"(?i)\bday (?:comes |stands |is )?(?:first|before)|\bdd?[/.-]mm?[/.-]y")
_PATTERN = re.compile(r"(?i)\byyyy-mm-dd\b|\biso\b")
_TOTALS = re.compile(r"(?i)\b(totals?|sums?|adds? up|summary|altogether|subtotals?)\b")
_FILLING = re.compile(r"(?i)\b(fill|complete|finish|compute|calculate|add|enter|write|put|work out)\b")


def dates_alike(text: str, known: Findings, sheets: Sequence[Sheet]) -> list[Act]:
    """Every date of a workbook that is not in the form that its notes or the words show, written anew."""
    if not _DATES.search(text) or not (_ONE_FORM.search(text) or _example(told(known))):
        return []
    notes = f"{text}\n{told(known)}"
    example = "2000-01-31" if _PATTERN.search(text) else _example(told(known)) or _example(text)
    if not example:
        return []
    acts = []
    for sheet in sheets:
        for (row, column), cell in sorted(sheet.cells.items()):
            fixed = _fixed(cell, example, day_first=bool(_DAY_FIRST.search(notes)))
            if row > 1 and fixed and fixed != cell:
                acts.append(_set(sheet, row, column, fixed))
    return acts


def _example(text: str) -> str:
    """A date that a text gives as an example of how dates are written."""
    for one in mentions(text):
        if one.kind == "date" and re.search(
            r"(?i)\b(like|as|example|e\.g\.|form|:)\W*$", text[max(0, one.start - 14) : one.start]
        ):
            return one.text
    return ""


def _fixed(cell: str, example: str, *, day_first: bool) -> str:
    """A cell's date in the form of the example; empty where the cell is no date by itself."""
    slashed = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", cell.strip())
    if slashed:
        first, second, year = (int(part) for part in slashed.groups())
        day, month = (first, second) if (day_first or first > 12) and second <= 12 else (second, first)
        if "." in cell:
            day, month = first, second
        try:
            return render_like(date(year, month, day).isoformat(), example)
        except ValueError:
            return ""
    what = typed(cell)
    if what.kind != "date" or not isinstance(what.value, date):
        return ""
    return render_like(what.value.isoformat(), example)


def totals(text: str, sheets: Sequence[Sheet]) -> list[Act]:
    """Empty cells of a summary as formulas: beside a sheet's name what it adds up to, at the end all of them."""
    if not (_TOTALS.search(text) and _FILLING.search(text)) and not (_FILLING.search(text) and len(sheets) > 2):
        return []
    by_name = {sheet.name.lower(): sheet for sheet in sheets if sheet.name}
    for summary in sheets:
        named = [
            (row, cell)
            for (row, column), cell in sorted(summary.cells.items())
            if column == 1 and cell.lower() in by_name
        ]
        if len(named) > 1:
            return _sums(summary, named, by_name)
    return []


def _sums(summary: Sheet, named: Sequence[tuple[int, str]], by_name: dict[str, Sheet]) -> list[Act]:
    acts = []
    for row, name in named:
        column = _counted(by_name[name.lower()], [by_name[other.lower()] for _, other in named])
        if column and not summary.cells.get((row, 2)):
            letter = chr(ord("A") + column - 1)
            shown = name if re.fullmatch(r"\w+", name) else f"'{name}'"
            acts.append(_set(summary, row, 2, f"=SUM({shown}!{letter}2:{letter}{by_name[name.lower()].last})"))
    last = summary.last
    if acts and last > named[-1][0] and not summary.cells.get((last, 2)):
        acts.append(_set(summary, last, 2, f"=SUM(B{named[0][0]}:B{named[-1][0]})"))
    return acts


def _counted(sheet: Sheet, alike: Sequence[Sheet]) -> int | None:
    """The column that adds up: the last one of numbers whose title all such sheets have."""
    titles = [set(other.columns.values()) for other in alike]
    shared = set.intersection(*titles) if titles else set()
    columns = [
        column
        for column, title in sheet.columns.items()
        if title in shared
        and all(
            as_number(cell) is not None
            for (row, own), cell in sheet.cells.items()
            if own == column and row > 1 and cell
        )
    ]
    return max(columns, default=None)


def _set(sheet: Sheet, row: int, column: int, value: str) -> Act:
    named = {"sheet": sheet.name} if sheet.name else {}
    return Act("set", {"path": sheet.path, "row": row, "column": column, "text": value, **named})

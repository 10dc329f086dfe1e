"""Workbooks: opening, saving, finding sheets and cells, and the table that agents read."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, TypeAlias

from procmem.errors import ToolError
from procmem.office.formats.faults import refusing
from procmem.office.formats.packed import require_package

Scalar: TypeAlias = str | int | float | bool | datetime | date | time | None
Place: TypeAlias = tuple[int, int]
"""Row and column, both from 1."""

Workbook: TypeAlias = Any
Worksheet: TypeAlias = Any

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_DENSE = 60_000
"""Cells. A used range with more is shown without its empty cells."""

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LONGEST_TEXT = 32_767  # Excel's limit of a cell


def open_workbook(data: bytes, name: str, *, cached: bool = False) -> Workbook:
    """An openpyxl workbook; ``cached`` gives the values that Excel last stored instead of the formulas.

    Raises:
        ToolError: the bytes are no workbook, are protected, damaged or too large.
    """
    from openpyxl import load_workbook

    require_package(data, name, "spreadsheet")
    with refusing("openpyxl", f"{name} is damaged and can not be opened as a spreadsheet."):
        workbook = load_workbook(io.BytesIO(data), data_only=cached, keep_vba=name.lower().endswith(".xlsm"))
    if not workbook.worksheets:
        raise ToolError(f"{name} has no sheet with cells.")
    return workbook


def new_workbook(sheet_name: str) -> Workbook:
    """An empty workbook with one sheet."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.active.title = checked_title(sheet_name) if sheet_name else "Sheet1"
    return workbook


def saved(workbook: Workbook, name: str) -> bytes:
    """The workbook's bytes.

    Raises:
        ToolError: openpyxl can not write what it read.
    """
    stream = io.BytesIO()
    with refusing("openpyxl", f"{name} holds something that can not be written back; nothing was changed."):
        workbook.save(stream)
    return stream.getvalue()


def sheet_of(workbook: Workbook, name: str, sheet_name: str) -> Worksheet:
    """A sheet by name (case does not matter), or the one in front when the name is empty.

    Raises:
        ToolError: there is no such sheet; the text lists the sheets.
    """
    if not sheet_name:
        front = workbook.active
        return front if front in workbook.worksheets else workbook.worksheets[0]
    for sheet in workbook.worksheets:
        if sheet.title.casefold() == sheet_name.strip().casefold():
            return sheet
    titles = ", ".join(sheet.title for sheet in workbook.worksheets)
    raise ToolError(f"{name} has no sheet {sheet_name!r}. Its sheets are: {titles}.")


def checked_title(title: str) -> str:
    """A new sheet's name, if Excel allows it.

    Raises:
        ToolError: it is empty, longer than 31 characters, or holds one of []:*?/\\.
    """
    if (
        not title.strip()
        or len(title) > 31
        or re.search(r"[\[\]:*?/\\\x00-\x1f]", title)
        or "'" in (title[0], title[-1])
    ):
        raise ToolError(f"{title!r} can not name a sheet: 1 to 31 characters, none of []:*?/\\, no quote at the ends.")
    return title


# --- cells -----------------------------------------------------------------------------------------------------------


def filled(sheet: Worksheet) -> dict[Place, Any]:
    """The cells that hold something: (row, column) -> value or formula.

    Reads openpyxl's own dictionary: its public iterators create every cell of the range, which one stray cell in the
    last row turns into millions.
    """
    return {place: cell.value for place, cell in sheet._cells.items() if cell.value is not None}


def put(sheet: Worksheet, place: Place, value: Scalar) -> None:
    """Write one cell.

    Raises:
        ToolError: it is covered by a merged cell; the text says where that begins.
    """
    from openpyxl.cell.cell import MergedCell

    cell = sheet.cell(*place)
    if isinstance(cell, MergedCell):
        block = next(each for each in sheet.merged_cells.ranges if cell.coordinate in each)
        raise ToolError(f"{place} is covered by a merged cell; write to ({block.min_row}, {block.min_col}) instead.")
    cell.value = value


def used_range(cells: Mapping[Place, object]) -> Place:
    """The last row and the last column that hold something; (0, 0) for an empty sheet."""
    return max((row for row, _ in cells), default=0), max((column for _, column in cells), default=0)


def formula_text(value: object) -> str | None:
    """The text of a formula ("=SUM(B2:B5)"), also of an array formula; ``None`` when the value is none."""
    text = getattr(value, "text", value)
    return text if isinstance(text, str) and text.startswith("=") and len(text) > 1 else None


def typed(text: str | int | float | None, what: str) -> Scalar:
    """What a cell stores for what an agent wrote.

    A plain number ("12", "-3.50") is stored as a number and "=..." as a formula. Everything else stays text, exactly
    as written: "007", "2,100,000", "5%", "$300", dates, and digits beyond the 15 that a spreadsheet keeps.

    Raises:
        ToolError: the text is longer than a cell may be.
    """
    if not isinstance(text, str):
        return text
    if len(text) > _LONGEST_TEXT:
        raise ToolError(f"The text for {what} has {len(text):,} characters; a cell holds {_LONGEST_TEXT:,}.")
    if _NUMBER.fullmatch(text) and sum(map(str.isdigit, text)) <= 15:
        return float(text) if "." in text else int(text)
    return _CONTROL.sub("", text) or None


def table_text(values: Mapping[Place, object]) -> str:
    """OfficeBench's table: "(row, column): value" and a tab per cell, one line per row, "[Empty Cell]" for nothing."""
    rows, columns = used_range(values)
    if rows * columns <= _DENSE:
        return "\n".join(
            "".join(f"({row}, {column}): {_shown(values.get((row, column)))}\t" for column in range(1, columns + 1))
            for row in range(1, rows + 1)
        )
    lines: dict[int, str] = {}
    for row, column in sorted(values):
        lines[row] = lines.get(row, "") + f"({row}, {column}): {_shown(values[row, column])}\t"
    return "\n".join(lines.values()) + "\n[Empty cells are left out: the sheet is large.]"


def grid(values: Mapping[Place, object]) -> list[list[str]]:
    """The cells as rows of texts, "" for nothing, as documents show them."""
    rows, columns = used_range(values)
    shown = range(1, columns + 1)
    return [
        ["" if values.get((row, column)) is None else str(values[row, column]) for column in shown]
        for row in range(1, rows + 1)
    ]


def _shown(value: object) -> str:
    return "[Empty Cell]" if value is None else str(value)

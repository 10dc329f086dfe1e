"""Rows that move: deleting one and sorting them, with the formulas that point at them kept right."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any, TypeAlias

from procmem.office.formats.sheets import Place, Scalar, Workbook, Worksheet, formula_text, used_range

_REFERENCE = re.compile(r"^(?P<sheet>.*!)?(?P<area>[^!]+)$", re.DOTALL)
_CELL = re.compile(r"(\$?[A-Za-z]{1,3})(\$?)(\d+)")
_ROWS = re.compile(r"()(\$?)(\d+)")

Rows: TypeAlias = list[int]
"""The rows of one reference: one of a cell, two of a range."""
Change: TypeAlias = Callable[[Rows, bool], Rows | None]
"""Where the rows of a reference are now, or ``None`` when they are gone; told also whether "$" fixes one of them."""


def delete_row(workbook: Workbook, sheet: Worksheet, row: int) -> None:
    """Delete a row; those below move up, and all formulas of the workbook that point at them follow."""
    heights = {index: dimension.height for index, dimension in sheet.row_dimensions.items()}
    _shift_merged(sheet, row)
    sheet.delete_rows(row)
    for index in sorted(heights):
        if index >= row:
            sheet.row_dimensions[index].height = heights.get(index + 1)
    for other in workbook.worksheets:
        _rewrite(other, partial(_repointed, here=other.title, changed=sheet.title, change=partial(_without, row)))


def _shift_merged(sheet: Worksheet, row: int) -> None:
    for merged in list(sheet.merged_cells.ranges):
        if merged.max_row < row:
            continue
        if merged.min_row > row:
            merged.shift(row_shift=-1)
        elif merged.max_row > merged.min_row:
            merged.shrink(bottom=1)
        else:
            sheet.merged_cells.remove(merged)


def _rewrite(sheet: Worksheet, change: Callable[[str], str]) -> None:
    for cell in list(sheet._cells.values()):
        text = formula_text(cell.value)
        if text is None:
            continue
        if isinstance(cell.value, str):
            cell.value = change(text)
        else:
            cell.value.text = change(text)


def _repointed(formula: str, *, here: str, changed: str, change: Change) -> str:
    """The formula after rows of the sheet ``changed`` moved; ``here`` is the sheet the formula is on."""
    from openpyxl.formula import Tokenizer
    from openpyxl.formula.tokenizer import Token, TokenizerError

    try:
        tokenizer = Tokenizer(formula)
    except TokenizerError:
        return formula  # no formula that anything could compute
    for token in tokenizer.items:
        if token.type == Token.OPERAND and token.subtype == Token.RANGE:
            token.value = _reference(token.value, here, changed, change)
    return str(tokenizer.render())


def _reference(text: str, here: str, changed: str, change: Change) -> str:
    match = _REFERENCE.match(text)
    if match is None:
        return text
    sheet, ends = match["sheet"] or "", match["area"].split(":")
    title = sheet.rstrip("!").strip("'").replace("''", "'") or here
    found = [_CELL.fullmatch(end) for end in ends] if _CELL.match(ends[0]) else [_ROWS.fullmatch(end) for end in ends]
    parts = [part for part in found if part is not None]
    if title.casefold() != changed.casefold() or len(parts) != len(ends) or len(ends) > 2:
        return text
    rows = change([int(part[3]) for part in parts], any(part[2] for part in parts))
    if rows is None:
        return f"{sheet}#REF!"
    return sheet + ":".join(f"{part[1]}{part[2]}{row}" for part, row in zip(parts, rows, strict=True))


def _without(gone: int, rows: Rows, _fixed: bool) -> Rows | None:
    """After one row is gone. A range that ends on it ends on the row before."""
    if set(rows) == {gone}:
        return None
    last = max(rows)
    return [row - 1 if row > gone or (row == gone == last and len(rows) == 2) else row for row in rows]


def _along(source: int, target: int, rows: Rows, fixed: bool) -> Rows:
    """After a row went from ``source`` to ``target``, seen from that row: what pointed at itself still does."""
    return [target] * len(rows) if set(rows) == {source} and not fixed else rows


def sort_rows(sheet: Worksheet, values: dict[Place, Scalar], column: int, *, descending: bool) -> None:
    """Sort all rows below the header by one column, with their styles; formulas that point into their own row still do.

    Ascending, numbers come before dates and dates before texts, in any case; empty cells always come last.
    """
    last_row, last_column = used_range(values)
    columns = range(1, max(last_column, sheet.max_column) + 1)
    order = list(range(2, last_row + 1))
    filled = [row for row in order if values.get((row, column)) is not None]
    filled.sort(key=lambda row: _rank(values[row, column]), reverse=descending)
    target = filled + [row for row in order if values.get((row, column)) is None]
    taken = {row: [_lifted(sheet.cell(row, each)) for each in columns] for row in order}
    for row, source in zip(order, target, strict=True):
        for each, (value, style) in zip(columns, taken[source], strict=True):
            cell = sheet.cell(row, each)
            cell.value, cell._style = _moved(value, cell, source), style


def _lifted(cell: Any) -> tuple[Any, Any]:
    return cell.value, copy(cell._style)


def _moved(value: Any, cell: Any, source: int) -> Any:
    if not isinstance(value, str) or formula_text(value) is None:
        return value
    title = cell.parent.title
    return _repointed(value, here=title, changed=title, change=partial(_along, source, cell.row))


def _rank(value: Scalar) -> tuple[int, Any]:
    if isinstance(value, bool):
        return 3, value
    if isinstance(value, int | float):
        return 0, value
    if isinstance(value, str):
        return 2, value.casefold()
    return 1, str(value)

"""The excel app: workbooks. Rows and columns count from 1; without sheet_name the sheet in front is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from procmem.errors import ToolError
from procmem.office.formats.blocks import Block, Line, Table
from procmem.office.formats.computed import Computed, computed
from procmem.office.formats.moving import delete_row as delete_row_of
from procmem.office.formats.moving import sort_rows
from procmem.office.formats.numbers import displayed
from procmem.office.formats.remembered import by_content
from procmem.office.formats.sheets import (
    MOST_COLUMNS,
    MOST_ROWS,
    Place,
    Workbook,
    Worksheet,
    checked_title,
    filled,
    grid,
    new_workbook,
    open_workbook,
    put,
    saved,
    sheet_of,
    table_text,
    typed,
    used_range,
)
from procmem.office.formats.typeset import typeset
from procmem.office.tool import App, tool
from procmem.office.workspace import Office

Cell: TypeAlias = str | int | float | None

_ENDINGS = (".xlsx", ".xlsm")
_FAR = 1_000  # rows or columns beyond the used range that a cell may be set, so that a slip makes no giant sheet
_MOST_PRINTED, _MOST_MOVED = 20_000, 500_000  # cells


@tool("excel", long=True)
def read_file(office: Office, file_path: str, sheet_name: str = "") -> str:
    """Read a sheet as "(row, column): value" cells. Formulas show their value and are listed below the table.

    Args:
        file_path: Workbook, like data/budget.xlsx.
        sheet_name: Sheet to read; the one in front when empty.
    """
    _, data = _bytes(office, file_path, "Failed to read the file.")
    return _table(data, file_path, sheet_name)


@by_content(most=256)
def _table(data: bytes, file_path: str, sheet_name: str) -> str:
    workbook = open_workbook(data, file_path)
    sheet = sheet_of(workbook, file_path, sheet_name)
    found = computed(workbook, sheet.title, data, file_path)
    if not found.values:
        return f"The sheet {sheet.title} of {file_path} is empty."
    return "\n".join(
        ["The following is the table from the excel file:", table_text(found.values), *_notes(found)]
    ).rstrip("\n")


@tool("excel")
def set_cell(office: Office, file_path: str, row_idx: int, column_idx: int, text: str, sheet_name: str = "") -> str:
    """Write one cell. A plain number is stored as a number, a text beginning with "=" as a formula, the rest as text.

    Args:
        file_path: Workbook, like data/budget.xlsx.
        row_idx: Row, from 1.
        column_idx: Column, from 1.
        text: What to write, like "Total", "120" or "=SUM(B2:B5)"; empty clears the cell.
        sheet_name: Sheet to write to; the one in front when empty.
    """
    path, _, workbook = _opened(office, file_path, "Failed to write to the file.")
    sheet = sheet_of(workbook, file_path, sheet_name)
    _require_near(sheet, row_idx, column_idx)
    put(sheet, (row_idx, column_idx), typed(text, f"({row_idx}, {column_idx})"))
    office.write(path, saved(workbook, file_path))
    return f"Successfully write text to {file_path}"


@tool("excel")
def append_rows(office: Office, file_path: str, rows: Sequence[Sequence[Cell]], sheet_name: str = "") -> str:
    """Write rows below the last used row, from the first column on.

    Args:
        file_path: Workbook, like data/budget.xlsx.
        rows: Rows, each a list of cells, like [["Ann", 12], ["Bob", 7]].
        sheet_name: Sheet to write to; the one in front when empty.
    """
    path, _, workbook = _opened(office, file_path, "Failed to write to the file.")
    sheet = sheet_of(workbook, file_path, sheet_name)
    if not rows:
        raise ToolError("The argument rows is empty; give at least one row, like [['Ann', 12]].")
    last, _ = used_range(filled(sheet))
    for row, cells in enumerate(rows, start=last + 1):
        for column, value in enumerate(cells, start=1):
            put(sheet, (row, column), typed(value, f"({row}, {column})"))
    office.write(path, saved(workbook, file_path))
    return f"Successfully append {len(rows)} rows to {file_path}: rows {last + 1} to {last + len(rows)}."


@tool("excel")
def delete_cell(office: Office, file_path: str, row_idx: int, column_idx: int, sheet_name: str = "") -> str:
    """Empty one cell. Nothing moves.

    Args:
        file_path: Workbook, like data/budget.xlsx.
        row_idx: Row, from 1.
        column_idx: Column, from 1.
        sheet_name: Sheet to change; the one in front when empty.
    """
    path, _, workbook = _opened(office, file_path, "Failed to delete the cell.")
    sheet = sheet_of(workbook, file_path, sheet_name)
    _require_used(sheet, row=row_idx, column=column_idx)
    put(sheet, (row_idx, column_idx), None)
    office.write(path, saved(workbook, file_path))
    return f"Successfully delete a cell in {file_path}"


@tool("excel")
def delete_row(office: Office, file_path: str, row_idx: int, sheet_name: str = "") -> str:
    """Delete a whole row; the rows below move up by one.

    Args:
        file_path: Workbook, like data/budget.xlsx.
        row_idx: Row, from 1.
        sheet_name: Sheet to change; the one in front when empty.
    """
    path, _, workbook = _opened(office, file_path, "Failed to delete the row.")
    sheet = sheet_of(workbook, file_path, sheet_name)
    _require_used(sheet, row=row_idx)
    _require_small(sheet, sheet.max_row, sheet.max_column, _MOST_MOVED, "move its rows")
    delete_row_of(workbook, sheet, row_idx)
    office.write(path, saved(workbook, file_path))
    last, _ = used_range(filled(sheet))
    return f"Successfully delete row {row_idx} in {file_path}. The rows below moved up; {last} rows are left."


@tool("excel")
def create_new_file(office: Office, file_path: str, sheet_name: str = "") -> str:
    """Make an empty workbook.

    Args:
        file_path: New workbook, like data/budget.xlsx.
        sheet_name: Name of its sheet; Sheet1 when empty.
    """
    path = office.path(file_path)
    if path.exists():
        raise ToolError(f"File {file_path} already exists. Nothing was changed.")
    if path.suffix.lower() not in _ENDINGS:
        raise ToolError(f"Failed to create new file {file_path}. Its name must end with .xlsx.")
    office.write(path, saved(new_workbook(sheet_name), file_path))
    return f"Successfully create new file {file_path}"


@tool("excel")
def add_sheet(office: Office, file_path: str, sheet_name: str) -> str:
    """Add an empty sheet behind the others.

    Args:
        file_path: Workbook, like data/budget.xlsx.
        sheet_name: Name of the new sheet.
    """
    path, _, workbook = _opened(office, file_path, "Failed to add the sheet.")
    title = checked_title(sheet_name)
    if title.casefold() in {each.casefold() for each in workbook.sheetnames}:
        raise ToolError(f"{file_path} already has a sheet {title!r}. Its sheets are: {', '.join(workbook.sheetnames)}.")
    workbook.create_sheet(title)
    office.write(path, saved(workbook, file_path))
    return f"Successfully add sheet {title} to {file_path}"


@tool("excel")
def list_sheets(office: Office, file_path: str) -> str:
    """List the sheets of a workbook with the size of their used ranges.

    Args:
        file_path: Workbook, like data/budget.xlsx.
    """
    _, _, workbook = _opened(office, file_path, "Failed to list the sheets.")
    front = sheet_of(workbook, file_path, "").title
    lines = [f"The sheets of {file_path} are:"]
    for sheet in workbook.worksheets:
        rows, columns = used_range(filled(sheet))
        lines.append(f"{sheet.title} ({rows} rows, {columns} columns{', in front' if sheet.title == front else ''})")
    return "\n".join(lines)


@tool("excel")
def sort(office: Office, file_path: str, column_idx: int, descending: bool = False, sheet_name: str = "") -> str:
    """Sort the rows by one column. Row 1 is the header and stays; empty cells come last.

    Args:
        file_path: Workbook, like data/budget.xlsx.
        column_idx: Column to sort by, from 1.
        descending: Largest first.
        sheet_name: Sheet to sort; the one in front when empty.
    """
    path, data, workbook = _opened(office, file_path, "Failed to sort the file.")
    sheet = sheet_of(workbook, file_path, sheet_name)
    _require_used(sheet, column=column_idx)
    _require_small(sheet, sheet.max_row, sheet.max_column, _MOST_MOVED, "sort")
    merged = [str(each) for each in sheet.merged_cells.ranges if each.max_row > 1]
    if merged:
        raise ToolError(f"The sheet {sheet.title} can not be sorted: it has merged cells ({', '.join(merged[:5])}).")
    values = computed(workbook, sheet.title, data, file_path).values
    sort_rows(sheet, values, column_idx, descending=descending)
    office.write(path, saved(workbook, file_path))
    rows, _ = used_range(values)
    order = "descending" if descending else "ascending"
    return f"Successfully sort rows 2 to {rows} of {file_path} by column {column_idx}, {order}."


@tool("excel")
def convert_to_pdf(office: Office, excel_file_path: str, pdf_file_path: str) -> str:
    """Make a PDF with the tables of all sheets.

    Args:
        excel_file_path: Workbook to convert, like data/budget.xlsx.
        pdf_file_path: PDF to make, like data/budget.pdf.
    """
    _, data, workbook = _opened(office, excel_file_path, f"Failed to convert {excel_file_path} to {pdf_file_path}.")
    target = office.path(pdf_file_path)
    blocks: list[Block] = []
    for sheet in workbook.worksheets:
        _require_small(sheet, *_used(sheet)[0], _MOST_PRINTED, "print")
        rows = grid(_printed(sheet, computed(workbook, sheet.title, data, excel_file_path).values))
        blocks += [Line(sheet.title, "heading")] if len(workbook.worksheets) > 1 else []
        blocks += [Table(tuple(tuple(row) for row in rows))] if rows else []
    printed = typeset(blocks, Path(excel_file_path).stem)
    office.write(target, printed.data)
    return f"Successfully convert {excel_file_path} to {pdf_file_path}{printed.note}"


def _opened(office: Office, file_path: str, failed: str) -> tuple[Path, bytes, Workbook]:
    path, data = _bytes(office, file_path, failed)
    return path, data, open_workbook(data, file_path)


def _bytes(office: Office, file_path: str, failed: str) -> tuple[Path, bytes]:
    path = office.existing(file_path, failed)
    if path.suffix.lower() == ".csv":
        raise ToolError(f"{file_path} is a text file. {failed} Read it with files_read_file.")
    return path, office.read(path)


def _printed(sheet: Worksheet, values: Mapping[Place, object]) -> dict[Place, object]:
    """The values as the sheet shows them: 0.1 in a cell for percentages is 10%."""
    return {place: displayed(value, sheet.cell(*place).number_format) for place, value in values.items()}


def _notes(found: Computed) -> list[str]:
    shown = [f"({row}, {column}): {text}" for (row, column), text in sorted(found.formulas.items())[:50]]
    more = f"; and {len(found.formulas) - 50} more" if len(found.formulas) > 50 else ""
    notes = [f"Formulas: {'; '.join(shown)}{more}"] if shown else []
    places = ", ".join(f"({row}, {column})" for row, column in sorted(found.unknown)[:20])
    return [*notes, f"Not computed, shown as formula: {places}"] if places else notes


def _used(sheet: Worksheet) -> tuple[Place, str]:
    rows, columns = used_range(filled(sheet))
    text = f"rows 1 to {rows} and columns 1 to {columns}" if rows else "nothing"
    return (rows, columns), f"The sheet {sheet.title} uses {text}."


def _require_used(sheet: Worksheet, *, row: int | None = None, column: int | None = None) -> None:
    (rows, columns), text = _used(sheet)
    if row is not None and not 1 <= row <= rows:
        raise ToolError(f"There is no row {row}. {text}")
    if column is not None and not 1 <= column <= columns:
        raise ToolError(f"There is no column {column}. {text}")


def _require_near(sheet: Worksheet, row: int, column: int) -> None:
    (rows, columns), text = _used(sheet)
    if not (1 <= row <= min(rows + _FAR, MOST_ROWS) and 1 <= column <= min(columns + _FAR, MOST_COLUMNS)):
        raise ToolError(f"The cell ({row}, {column}) is out of range; rows and columns count from 1. {text}")


def _require_small(sheet: Worksheet, rows: int, columns: int, most: int, what: str) -> None:
    if rows * columns > most:
        raise ToolError(f"The sheet {sheet.title} is too large to {what}: more than {most:,} cells. {_used(sheet)[1]}")


EXCEL = App(
    "excel",
    "Workbooks: read and write cells, append, delete and sort rows, sheets, formulas, convert to PDF.",
    (
        read_file,
        set_cell,
        append_rows,
        delete_cell,
        delete_row,
        create_new_file,
        add_sheet,
        list_sheets,
        sort,
        convert_to_pdf,
    ),
)

"""The excel app."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from procmem.office.formats.moving import delete_row
from procmem.office.formats.sheets import typed
from tests.desk import Desk

BOOK = "data/book.xlsx"
SCORES = [["Name", "Score"], ["Zoe", 12], ["Ann", 7.5], ["Bob", 20]]


def book(desk: Desk, rows: Sequence[Any], *more: Callable[[Workbook], None]) -> Path:
    """Place a workbook with one sheet of rows, changed by ``more``."""
    workbook = Workbook()
    workbook.active.title = "Scores"
    for row in rows:
        workbook.active.append(row)
    for change in more:
        change(workbook)
    stream = io.BytesIO()
    workbook.save(stream)
    return desk.put(BOOK, stream.getvalue())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.open(tmp_path)


def test_a_sheet_reads_as_officebench_prints_it(desk: Desk) -> None:
    book(desk, [["Name", "Score", "Day"], ["Zoe", 12, datetime(2024, 5, 1)], [None, 7.5, "007"]])
    assert desk.says("excel_read_file", file_path="/testbed/data/book.xlsx") == (
        "The following is the table from the excel file:\n"
        "(1, 1): Name\t(1, 2): Score\t(1, 3): Day\t\n"
        "(2, 1): Zoe\t(2, 2): 12\t(2, 3): 2024-05-01 00:00:00\t\n"
        "(3, 1): [Empty Cell]\t(3, 2): 7.5\t(3, 3): 007\t"
    )


def test_formulas_show_their_values_and_are_listed(desk: Desk) -> None:
    rows = [[1, "=SUM(A1:A3)"], [2, "=B1/A3"], [4, '=IF(B1>5,"yes","no")'], [None, "=AVERAGE(A:A)"]]
    book(desk, rows)
    assert desk.says("excel_read_file", file_path=BOOK).splitlines()[1:] == [
        "(1, 1): 1\t(1, 2): 7\t",
        "(2, 1): 2\t(2, 2): 1.75\t",
        "(3, 1): 4\t(3, 2): yes\t",
        "(4, 1): [Empty Cell]\t(4, 2): 2.33333333333333\t",
        'Formulas: (1, 2): =SUM(A1:A3); (2, 2): =B1/A3; (3, 2): =IF(B1>5,"yes","no"); (4, 2): =AVERAGE(A:A)',
    ]


def test_formulas_reach_other_sheets_dates_and_empty_cells(desk: Desk) -> None:
    def add(workbook: Workbook) -> None:
        other = workbook.create_sheet("Price list")
        other.append(["pen", 2])
        other.append(["ink", 9])
        workbook.active["A1"] = datetime(2024, 2, 28)
        workbook.active["A2"], workbook.active["A2"].number_format = "=A1+2", "yyyy-mm-dd"
        workbook.active["A3"] = "=VLOOKUP(\"ink\",'Price list'!A1:B2,2,FALSE)"
        workbook.active["A4"] = "=C9+1"
        workbook.active["A5"] = "=0.1+0.2"
        workbook.active["A6"] = "=1/0"

    book(desk, [], add)
    assert desk.says("excel_read_file", file_path=BOOK).splitlines()[1:7] == [
        "(1, 1): 2024-02-28 00:00:00\t",
        "(2, 1): 2024-03-01 00:00:00\t",
        "(3, 1): 9\t",
        "(4, 1): 1\t",
        "(5, 1): 0.3\t",
        "(6, 1): #DIV/0!\t",
    ]


@pytest.mark.parametrize(
    "formula",
    ["=NOW()", "=FOO(1)", "=A1", "=B1+1", "=SUM(A1", "=[2]Other!B9", '=INDIRECT("B9")', "=Nowhere!A1", "=name+1"],
)
def test_a_formula_without_a_value_shows_as_itself(desk: Desk, formula: str) -> None:
    book(desk, [[formula, "=A1"]])
    text = desk.says("excel_read_file", file_path=BOOK)
    assert f"(1, 1): {formula}\t" in text
    assert text.endswith("Not computed, shown as formula: (1, 1), (1, 2)")


@pytest.mark.parametrize("step", [1, -1])
def test_a_long_chain_of_formulas_is_computed_from_either_end(desk: Desk, step: int) -> None:
    first, last = (1, 200) if step == 1 else (200, 1)

    def chain(workbook: Workbook) -> None:
        workbook.active.cell(first, 1).value = 1
        for row in range(first + step, last + step, step):
            workbook.active.cell(row, 1).value = f"=A{row - step}+1"

    book(desk, [], chain)
    assert f"\n({last}, 1): 200\t\n" in desk.says("excel_read_file", file_path=BOOK)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=ROWS(A1:A9)", "=ROWS(A1:A9)"),
        ("=COUNTBLANK(A1:A10)", "7"),
        ("=SUM(A:A)", "6"),
        ("=COUNTBLANK(A:A)", "=COUNTBLANK(A:A)"),
        ("=MAX(1:1)", "=MAX(1:1)"),
        ('=SUMIF(A:A,">1")', "5"),
        ('=COUNTA(A1:A5)&" items"', "3 items"),
        ("=TRUE", "True"),
    ],
)
def test_ranges_are_as_large_as_they_say(desk: Desk, formula: str, value: str) -> None:
    book(desk, [[1, formula], [2], [3]])
    assert f"(1, 2): {value}\t" in desk.says("excel_read_file", file_path=BOOK)


def test_the_value_that_excel_stored_is_shown(desk: Desk) -> None:
    path = book(desk, [["=NOW()"]])
    unpacked = path.read_bytes()

    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(unpacked)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<f>NOW()</f><v></v>", b"<f>NOW()</f><v>45000</v>"))
    desk.put(BOOK, stream.getvalue())
    assert "(1, 1): 45000\t" in desk.says("excel_read_file", file_path=BOOK)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("12", 12),
        ("-3.50", -3.5),
        ("0", 0),
        ("=A1+1", "=A1+1"),
        ("007", "007"),
        ("2,100,000", "2,100,000"),
        ("1e3", "1e3"),
        ("5%", "5%"),
        ("$300", "$300"),
        ("2020-05-01", "2020-05-01"),
        ("8:00", "8:00"),
        ("1234567890123456", "1234567890123456"),
        ("a\x07b", "ab"),
        ("", None),
        (" 5", " 5"),
        (7.25, 7.25),
        (None, None),
    ],
)
def test_plain_numbers_are_stored_as_numbers_and_the_rest_as_written(text: str | float | None, stored: object) -> None:
    assert typed(text, "x") == stored
    assert type(typed(text, "x")) is type(stored)


@given(st.integers(-(10**14), 10**14))
def test_any_whole_number_survives_as_a_number(number: int) -> None:
    assert typed(str(number), "x") == number


def test_a_cell_is_written_and_other_sheets_and_styles_stay(desk: Desk) -> None:
    def decorate(workbook: Workbook) -> None:
        workbook.active["A1"].font = Font(bold=True)
        workbook.create_sheet("Notes")["C3"] = "keep"

    path = book(desk, SCORES, decorate)
    assert desk.says("excel_set_cell", file_path=BOOK, row_idx=2, column_idx=2, text="13") == (
        "Successfully write text to data/book.xlsx"
    )
    desk.says("excel_set_cell", file_path=BOOK, row_idx=1, column_idx=1, text="here", sheet_name="notes")
    workbook = load_workbook(path)
    assert [cell.value for cell in workbook["Scores"][2]] == ["Zoe", 13]
    assert workbook["Scores"]["A1"].font.bold
    assert (workbook["Notes"]["C3"].value, workbook["Notes"]["A1"].value) == ("keep", "here")


def test_rows_are_appended_below_the_last_used_one(desk: Desk) -> None:
    book(desk, SCORES)
    assert desk.says("excel_append_rows", file_path=BOOK, rows=[["Eve", "3"], [None, 4.5, "=B2"]]) == (
        "Successfully append 2 rows to data/book.xlsx: rows 5 to 6."
    )
    assert desk.says("excel_read_file", file_path=BOOK).splitlines()[5:7] == [
        "(5, 1): Eve\t(5, 2): 3\t(5, 3): [Empty Cell]\t",
        "(6, 1): [Empty Cell]\t(6, 2): 4.5\t(6, 3): 12\t",
    ]


def test_deleting_a_cell_moves_nothing_and_deleting_a_row_moves_all_below(desk: Desk) -> None:
    path = book(desk, SCORES)
    desk.says("excel_delete_cell", file_path=BOOK, row_idx=3, column_idx=2)
    assert [[cell.value for cell in row] for row in load_workbook(path).active.iter_rows()][2] == ["Ann", None]
    assert desk.says("excel_delete_row", file_path=BOOK, row_idx=2) == (
        "Successfully delete row 2 in data/book.xlsx. The rows below moved up; 3 rows are left."
    )
    assert list(load_workbook(path).active.values) == [("Name", "Score"), ("Ann", None), ("Bob", 20)]


@pytest.mark.parametrize(
    ("formula", "after"),
    [
        ("=SUM(A2:A9)", "=SUM(A2:A8)"),
        ("=SUM(A3:A9)", "=SUM(A3:A8)"),
        ("=SUM(A1:A3)", "=SUM(A1:A2)"),
        ("=A2+A4", "=A2+A3"),
        ("=A3*2", "=#REF!*2"),
        ('=$A$4&"A4"', '=$A$3&"A4"'),
        ("=Scores!A4+Notes!A4", "=Scores!A3+Notes!A4"),
        ("=SUM(A:A)+SUM(4:5)", "=SUM(A:A)+SUM(3:4)"),
        ("=LOG10(A4)", "=LOG10(A3)"),
        ("=SUM(A$2:A$3)", "=SUM(A$2:A$2)"),
        ("='Scores'!$A4", "='Scores'!$A3"),
        ("=SUM(A4", "=SUM(A3"),
    ],
)
def test_formulas_follow_the_rows_that_move(formula: str, after: str) -> None:
    workbook = Workbook()
    workbook.active.title = "Scores"
    for row in range(1, 10):
        workbook.active.cell(row, 1).value = row
    workbook.active["C1"] = formula
    delete_row(workbook, workbook.active, 3)
    assert workbook.active["C1"].value == after


def test_formulas_of_other_sheets_follow_too(desk: Desk) -> None:
    def link(workbook: Workbook) -> None:
        workbook.create_sheet("Sum")["A1"] = "=SUM(Scores!B2:B4)"

    path = book(desk, SCORES, link)
    desk.says("excel_delete_row", file_path=BOOK, row_idx=2)
    assert load_workbook(path)["Sum"]["A1"].value == "=SUM(Scores!B2:B3)"
    assert "(1, 1): 27.5\t" in desk.says("excel_read_file", file_path=BOOK, sheet_name="Sum")


def test_sorting_keeps_the_header_types_and_styles(desk: Desk) -> None:
    def decorate(workbook: Workbook) -> None:
        workbook.active["A2"].font = Font(bold=True)

    path = book(desk, [*SCORES, ["Cy", None], ["Di", "7"], ["Ed", "=B2*2"]], decorate)
    assert desk.says("excel_sort", file_path=BOOK, column_idx=2, descending=True) == (
        "Successfully sort rows 2 to 7 of data/book.xlsx by column 2, descending."
    )
    sheet = load_workbook(path).active
    assert [row[0].value for row in sheet.iter_rows()] == ["Name", "Di", "Ed", "Bob", "Zoe", "Ann", "Cy"]
    assert [cell.font.bold for cell in sheet["A"]] == [False, False, False, False, True, False, False]
    assert (sheet["A3"].value, sheet["B3"].value) == ("Ed", "=B2*2")
    desk.says("excel_sort", file_path=BOOK, column_idx=1)
    assert [row[0].value for row in load_workbook(path).active.iter_rows()] == [
        "Name", "Ann", "Bob", "Cy", "Di", "Ed", "Zoe",
    ]  # fmt: skip


def test_formulas_that_point_into_their_own_row_are_sorted_with_it(desk: Desk) -> None:
    path = book(desk, [["n", "double", "share"], [3, "=A2*2", "=A2/$A$2"], [1, "=A3*2", "=A3/$A$2"]])
    desk.says("excel_sort", file_path=BOOK, column_idx=1)
    assert list(load_workbook(path).active.values)[1:] == [
        (1, "=A2*2", "=A2/$A$2"),
        (3, "=A3*2", "=A3/$A$2"),
    ]


@settings(max_examples=40)
@given(st.lists(st.integers(-99, 99) | st.none(), max_size=12))
def test_sorting_is_stable_and_complete(tmp_path_factory: pytest.TempPathFactory, numbers: list[int | None]) -> None:
    desk = Desk.open(tmp_path_factory.mktemp("sort"))
    path = book(desk, [["n", "was"], *([number, place] for place, number in enumerate(numbers))])
    desk.says("excel_sort", file_path=BOOK, column_idx=1)
    got = list(load_workbook(path).active.iter_rows(min_row=2, values_only=True))
    some = [(number, place) for place, number in enumerate(numbers) if number is not None]
    none = [(None, place) for place, number in enumerate(numbers) if number is None]
    assert got == sorted(some, key=lambda pair: pair[0]) + none


def test_sheets_are_listed_added_and_named_in_errors(desk: Desk) -> None:
    book(desk, SCORES)
    assert desk.says("excel_add_sheet", file_path=BOOK, sheet_name="Notes") == (
        "Successfully add sheet Notes to data/book.xlsx"
    )
    assert desk.says("excel_list_sheets", file_path=BOOK) == (
        "The sheets of data/book.xlsx are:\nScores (4 rows, 2 columns, in front)\nNotes (0 rows, 0 columns)"
    )
    assert desk.says("excel_read_file", file_path=BOOK, sheet_name="notes") == (
        "The sheet Notes of data/book.xlsx is empty."
    )
    assert desk.refuses("excel_read_file", file_path=BOOK, sheet_name="Note") == (
        "data/book.xlsx has no sheet 'Note'. Its sheets are: Scores, Notes."
    )
    assert desk.refuses("excel_add_sheet", file_path=BOOK, sheet_name="NOTES") == (
        "data/book.xlsx already has a sheet 'NOTES'. Its sheets are: Scores, Notes."
    )
    assert "can not name a sheet" in desk.refuses("excel_add_sheet", file_path=BOOK, sheet_name="a/b")


def test_a_new_file_is_made_and_an_old_one_kept(desk: Desk) -> None:
    assert desk.says("excel_create_new_file", file_path="data/new/plan.xlsx", sheet_name="Plan") == (
        "Successfully create new file data/new/plan.xlsx"
    )
    assert desk.refuses("excel_create_new_file", file_path="data/new/plan.xlsx") == (
        "File data/new/plan.xlsx already exists. Nothing was changed."
    )
    assert desk.refuses("excel_create_new_file", file_path="data/plan.txt") == (
        "Failed to create new file data/plan.txt. Its name must end with .xlsx."
    )


@pytest.mark.parametrize(
    ("tool", "arguments", "answer"),
    [
        ("delete_row", {"row_idx": 9}, "There is no row 9. The sheet Scores uses rows 1 to 4 and columns 1 to 2."),
        ("delete_row", {"row_idx": 0}, "There is no row 0. The sheet Scores uses rows 1 to 4 and columns 1 to 2."),
        (
            "delete_cell",
            {"row_idx": 1, "column_idx": 3},
            "There is no column 3. The sheet Scores uses rows 1 to 4 and columns 1 to 2.",
        ),
        (
            "set_cell",
            {"row_idx": 2000, "column_idx": 1, "text": "x"},
            "The cell (2000, 1) is out of range; rows and columns count from 1. "
            "The sheet Scores uses rows 1 to 4 and columns 1 to 2.",
        ),
        ("sort", {"column_idx": 5}, "There is no column 5. The sheet Scores uses rows 1 to 4 and columns 1 to 2."),
        (
            "set_cell",
            {"row_idx": 1, "column_idx": 1, "text": "x" * 40_000},
            "The text for (1, 1) has 40,000 characters; a cell holds 32,767.",
        ),
        ("append_rows", {"rows": []}, "The argument rows is empty; give at least one row, like [['Ann', 12]]."),
    ],
)
def test_what_does_not_fit_is_refused_with_the_used_range(
    desk: Desk, tool: str, arguments: dict[str, object], answer: str
) -> None:
    path = book(desk, SCORES)
    before = path.read_bytes()
    assert desk.refuses(f"excel_{tool}", file_path=BOOK, **arguments) == answer
    assert path.read_bytes() == before


def test_merged_cells_are_written_at_their_corner_move_with_rows_and_are_not_sorted(desk: Desk) -> None:
    path = book(desk, [*SCORES, ["Total", 1]], lambda workbook: workbook.active.merge_cells("A4:B5"))
    assert desk.refuses("excel_set_cell", file_path=BOOK, row_idx=5, column_idx=2, text="x") == (
        "(5, 2) is covered by a merged cell; write to (4, 1) instead."
    )
    assert desk.refuses("excel_sort", file_path=BOOK, column_idx=1) == (
        "The sheet Scores can not be sorted: it has merged cells (A4:B5)."
    )
    desk.says("excel_delete_row", file_path=BOOK, row_idx=2)
    desk.says("excel_set_cell", file_path=BOOK, row_idx=3, column_idx=1, text="moved")
    sheet = load_workbook(path).active
    assert ([str(each) for each in sheet.merged_cells.ranges], sheet["A3"].value) == (["A3:B4"], "moved")
    desk.says("excel_delete_row", file_path=BOOK, row_idx=3)
    assert [str(each) for each in load_workbook(path).active.merged_cells.ranges] == ["A3:B3"]
    desk.says("excel_read_file", file_path=BOOK)


def test_one_stray_cell_far_away_costs_nothing(desk: Desk) -> None:
    book(desk, [["x"]], lambda workbook: workbook.active.cell(1_048_576, 16_384, "far"))
    assert desk.says("excel_read_file", file_path=BOOK) == (
        "The following is the table from the excel file:\n"
        "(1, 1): x\t\n(1048576, 16384): far\t\n[Empty cells are left out: the sheet is large.]"
    )
    assert "too large to sort" in desk.refuses("excel_sort", file_path=BOOK, column_idx=1)
    assert "too large to print" in desk.refuses(
        "excel_convert_to_pdf", excel_file_path=BOOK, pdf_file_path="data/x.pdf"
    )
    assert "too large to move" in desk.refuses("excel_delete_row", file_path=BOOK, row_idx=1)


def test_the_pdf_has_the_requested_name_and_all_sheets(desk: Desk) -> None:
    book(desk, SCORES, lambda workbook: workbook.create_sheet("Notes").append(["Total", "=SUM(Scores!B2:B4)"]))
    assert desk.says("excel_convert_to_pdf", excel_file_path=BOOK, pdf_file_path="data/out/scores.pdf") == (
        "Successfully convert data/book.xlsx to data/out/scores.pdf"
    )
    assert desk.says("pdf_read_file", pdf_file_path="data/out/scores.pdf") == (
        "Scores\nName  Score\nZoe  12\nAnn  7.5\nBob  20\nNotes\nTotal  39.5"
    )


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (b"", "data/bad.xlsx is empty (0 bytes); it is no spreadsheet."),
        (
            b"a,b\n1,2\n",
            "data/bad.xlsx is no spreadsheet, whatever its name says; it is plain text: read it with files_read_file.",
        ),
        (
            b"%PDF-1.4",
            "data/bad.xlsx is no spreadsheet, whatever its name says; it is a PDF: read it with pdf_read_file.",
        ),
        (b"PK\x03\x04rest", "data/bad.xlsx is damaged and can not be opened as a spreadsheet."),
        (b"\x00\x01\x02", "data/bad.xlsx is no spreadsheet, whatever its name says."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "data/bad.xlsx is protected with a password and can not be opened. Ask for an open copy.",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "data/bad.xlsx is in an old binary format. Ask for it as .xlsx or .docx.",
        ),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_with_what_to_do(desk: Desk, data: bytes, answer: str) -> None:
    desk.put("data/bad.xlsx", data)
    assert desk.refuses("excel_read_file", file_path="data/bad.xlsx") == answer


def test_a_zip_bomb_is_refused_before_it_is_unpacked(desk: Desk) -> None:

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 70_000_000)
    desk.put("data/bomb.xlsx", stream.getvalue())
    assert desk.refuses("excel_read_file", file_path="data/bomb.xlsx") == (
        "data/bomb.xlsx unpacks to 70 MB in 1 parts, more than a spreadsheet may have (60 MB, 5,000 parts); "
        "it was not opened."
    )

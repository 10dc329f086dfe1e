"""OfficeBench's nine checks, by their names and meanings (officebench.md 5.2).

Where upstream's evaluator can not work at all it is mended: it finds mailboxes inside the office, reads folded calendar
lines, compares Word and PDF files as text, and reads the one form of comparator that occurs instead of running it.
"""

from __future__ import annotations

import ast
import difflib
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from procmem.errors import ToolError
from procmem.office.documents import DocType, cells, events, text_of

if TYPE_CHECKING:
    from procmem.office.workspace import Office

Verdict: TypeAlias = tuple[bool, str]
Keyword: TypeAlias = str | int | float


@dataclass(frozen=True, slots=True)
class CellValue:
    """What a cell must begin with; rows and columns count from 1."""

    row: int
    col: int
    value: Keyword

    @property
    def dumped(self) -> str:
        """How OfficeBench's dump shows the cell."""
        return f"({self.row}, {self.col}): {self.value}"


@dataclass(frozen=True, slots=True)
class CellComparator:
    """A test for one cell."""

    row: int
    col: int
    comparator: str


def evaluate_contain(
    office: Office, *, doc_type: DocType, keywords: list[Keyword], file: str = "", username: str = ""
) -> Verdict:
    """Every keyword is in the text, whatever its case. From the first number on, commas in the text do not count."""
    where = file or f"{username}'s mailbox"
    missing = _missing(text_of(office, doc_type, file or username), keywords)
    if missing:
        return False, f"{where} does not contain {_quoted(missing)}."
    return True, f"{where} contains {_quoted(keywords)}."


def evaluate_not_contain(
    office: Office, *, doc_type: DocType, keywords: list[Keyword], file: str = "", username: str = ""
) -> Verdict:
    """The negation of ``evaluate_contain``: at least one keyword is missing. A missing file contains nothing."""
    where = file or f"{username}'s mailbox"
    if file and not office.path(file).exists():
        return True, f"{where} does not exist, so it does not contain {_quoted(keywords)}."
    if _missing(text_of(office, doc_type, file or username), keywords):
        return True, f"{where} does not contain {_quoted(keywords)}."
    return False, f"{where} contains {_quoted(keywords)}, which should not be there."


def evaluate_file_exist(office: Office, *, file: str) -> Verdict:
    """A file or folder is there."""
    exists = office.path(file).exists()
    return exists, f"{file} exists." if exists else f"{file} does not exist."


def evaluate_file_not_exist(office: Office, *, file: str) -> Verdict:
    """No file or folder is there."""
    exists = office.path(file).exists()
    return not exists, f"{file} exists but should not." if exists else f"{file} does not exist, as it should be."


def evaluate_excel_cell_value(office: Office, *, file: str, matches: list[CellValue]) -> Verdict:
    """Cells of the active sheet begin with the values: "2" also matches 25, because upstream compares so."""
    dump = text_of(office, "xlsx", file)
    for cell in matches:
        if cell.dumped not in dump:
            found = _found(dump, cell.row, cell.col, "[^\\t]*")
            return False, f"{file}: expected {cell.dumped}, found {found if found is not None else 'no such cell'}."
    return True, f"{file}: {', '.join(cell.dumped for cell in matches)}, as expected."


def evaluate_excel_cell_comparator(office: Office, *, file: str, matches: list[CellComparator]) -> Verdict:
    """Cells hold one word that their comparator accepts; a comparator is "lambda x: x in ['a', 'b']"."""
    dump = text_of(office, "xlsx", file)
    for cell in matches:
        allowed = _allowed(cell.comparator)
        found = _found(dump, cell.row, cell.col, r"\w+")
        if found not in allowed:
            wanted = f"one of {', '.join(allowed)} in ({cell.row}, {cell.col})"
            return False, f"{file}: expected {wanted}, found {found or 'no such word'}."
    return True, f"{file}: all cells hold allowed values."


def evaluate_exact_match(office: Office, *, doc_type: DocType, result_file: str, expected_file: str) -> Verdict:
    """Two files say the same: workbooks cell by cell with types (active sheets), all others as text."""
    if doc_type == "xlsx":
        result, expected = (_values(office, file) for file in (result_file, expected_file))
        differing = sorted(
            place for place in result.keys() | expected.keys() if result.get(place) != expected.get(place)
        )
        if not differing:
            return True, f"{result_file} equals {expected_file} cell by cell."
        place = differing[0]
        seen, wanted = result.get(place, (None,))[-1], expected.get(place, (None,))[-1]
        return False, f"{result_file} differs in {place}: {seen!r}, expected {wanted!r}."
    same = text_of(office, doc_type, result_file) == text_of(office, doc_type, expected_file)
    return same, f"{result_file} {'equals' if same else 'differs from'} {expected_file}."


def evaluate_diff_contain_text(
    office: Office, *, doc_type: DocType, input_file: str, output_file: str, keywords: list[Keyword]
) -> Verdict:
    """The difference between two files is not empty and holds every keyword in this very spelling."""
    old, new = (text_of(office, doc_type, file).splitlines() for file in (input_file, output_file))
    diff = "\n".join(difflib.unified_diff(old, new, n=0))
    missing = [keyword for keyword in keywords if str(keyword) not in diff]
    if not diff:
        return False, f"{output_file} does not differ from {input_file}."
    if missing:
        return False, f"The changes in {output_file} do not show {_quoted(missing)}."
    return True, f"The changes in {output_file} show {_quoted(keywords)}."


def evaluate_calendar_no_overlap(office: Office, *, username: str) -> Verdict:
    """No event of the calendar begins before the one ahead of it ends."""
    found = events(office, username)
    if not found:
        raise ToolError(f"{username} has no calendar or it is empty.")
    for earlier, later in pairwise(found):
        if earlier.end > later.start:
            return False, f"{username}'s {earlier.summary!r} ends {earlier.end:%H:%M}, after {later.summary!r} began."
    return True, f"{username}'s {len(found)} events do not overlap."


def _missing(text: str, keywords: list[Keyword]) -> list[Keyword]:
    """Upstream strips commas for good once a keyword is a number, so the order of keywords matters."""
    missing = []
    lowered = text.lower()
    for keyword in keywords:
        if _is_number(str(keyword)):
            lowered = lowered.replace(",", "")
        if str(keyword).lower() not in lowered:
            missing.append(keyword)
    return missing


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _allowed(comparator: str) -> list[str]:
    """The list of ``lambda x: x in [...]``, read without running anything."""
    try:
        expression = ast.parse(comparator.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise ToolError(f"The comparator {comparator!r} is not of the form \"lambda x: x in ['a', 'b']\".") from error
    match expression:
        case ast.Lambda(
            args=ast.arguments(args=[ast.arg(arg=parameter)]),
            body=ast.Compare(left=ast.Name(id=name), ops=[ast.In()], comparators=[ast.List(elts=items)]),
        ) if name == parameter and all(isinstance(item, ast.Constant) for item in items):
            return [str(item.value) for item in items if isinstance(item, ast.Constant)]
        case _:
            raise ToolError(f"The comparator {comparator!r} is not of the form \"lambda x: x in ['a', 'b']\".")


def _values(office: Office, file: str) -> dict[tuple[int, int], tuple[type, object]]:
    return {place: (type(value), value) for place, value in cells(office, file).items()}


def _found(dump: str, row: int, col: int, kind: str) -> str | None:
    """The whole text of a cell in the dump, if it is of this kind (a regular expression)."""
    cell = re.search(rf"\({row}, {col}\): ({kind})\t", dump)
    return cell.group(1) if cell else None


def _quoted(keywords: list[Keyword]) -> str:
    return ", ".join(repr(str(keyword)) for keyword in keywords)

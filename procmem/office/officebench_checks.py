"""OfficeBench's nine checks, by their names and meanings (officebench.md 5.2).

Each takes ``grading``, which says whether it reads as upstream's evaluator does or mended (``officebench_reading``). No
check runs code from a task: the one form of comparator that occurs is read.
"""

from __future__ import annotations

import ast
import difflib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from procmem.errors import ToolError
from procmem.office.documents import events
from procmem.office.formats.calendars import open_calendars
from procmem.office.officebench_reading import REPAIRED, DocType, Evidence, Grading

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
    office: Office,
    *,
    doc_type: DocType,
    keywords: list[Keyword],
    file: str = "",
    username: str = "",
    grading: Grading = REPAIRED,
) -> Verdict:
    """Every keyword is in the text, whatever its case. From the first number on, commas in the text do not count."""
    name, where = _named(doc_type, file, username)
    missing = _missing(Evidence(office, grading).text(doc_type, name), keywords)
    if missing:
        return False, f"{where} does not contain {_quoted(missing)}."
    return True, f"{where} contains {_quoted(keywords)}."


def evaluate_not_contain(
    office: Office,
    *,
    doc_type: DocType,
    keywords: list[Keyword],
    file: str = "",
    username: str = "",
    grading: Grading = REPAIRED,
) -> Verdict:
    """The negation of ``evaluate_contain``: at least one keyword is missing. A missing file contains nothing."""
    name, where = _named(doc_type, file, username)
    evidence = Evidence(office, grading)
    if doc_type != "email" and not evidence.path(name).is_file():
        return True, f"{where} does not exist, so it does not contain {_quoted(keywords)}."
    if _missing(evidence.text(doc_type, name), keywords):
        return True, f"{where} does not contain {_quoted(keywords)}."
    return False, f"{where} contains {_quoted(keywords)}, which should not be there."


def evaluate_file_exist(office: Office, *, file: str, grading: Grading = REPAIRED) -> Verdict:
    """A file or folder is there."""
    exists = Evidence(office, grading).path(file).exists()
    return exists, f"{file} exists." if exists else f"{file} does not exist."


def evaluate_file_not_exist(office: Office, *, file: str, grading: Grading = REPAIRED) -> Verdict:
    """No file or folder is there."""
    exists = Evidence(office, grading).path(file).exists()
    return not exists, f"{file} exists but should not." if exists else f"{file} does not exist, as it should be."


def evaluate_excel_cell_value(
    office: Office, *, file: str, matches: list[CellValue], grading: Grading = REPAIRED
) -> Verdict:
    """Cells of the active sheet begin with the values: "2" also matches 25, because upstream compares so."""
    dump = Evidence(office, grading).text("xlsx", file)
    for cell in matches:
        if cell.dumped not in dump:
            found = _found(dump, cell.row, cell.col, "[^\\t]*")
            return False, f"{file}: expected {cell.dumped}, found {found if found is not None else 'no such cell'}."
    return True, f"{file}: {', '.join(cell.dumped for cell in matches)}, as expected."


def evaluate_excel_cell_comparator(
    office: Office, *, file: str, matches: list[CellComparator], grading: Grading = REPAIRED
) -> Verdict:
    """Cells hold one word that their comparator accepts; a comparator is "lambda x: x in ['a', 'b']"."""
    dump = Evidence(office, grading).text("xlsx", file)
    for cell in matches:
        allowed = _allowed(cell.comparator)
        found = _found(dump, cell.row, cell.col, r"\w+")
        if found not in allowed:
            wanted = f"one of {', '.join(map(str, allowed))} in ({cell.row}, {cell.col})"
            return False, f"{file}: expected {wanted}, found {found or 'no such word'}."
    return True, f"{file}: all cells hold allowed values."


def evaluate_exact_match(
    office: Office, *, doc_type: DocType, result_file: str, expected_file: str, grading: Grading = REPAIRED
) -> Verdict:
    """Two files say the same: workbooks cell by cell (active sheets, 1 is not "1"), all others as text.

    Upstream compares Word and PDF files by identity, which is never equal; mended, they have the same words.
    """
    evidence = Evidence(office, grading)
    if doc_type == "xlsx":
        result, expected = evidence.cells(result_file), evidence.cells(expected_file)
        differing = sorted(
            place for place in result.keys() | expected.keys() if result.get(place) != expected.get(place)
        )
        if not differing:
            return True, f"{result_file} equals {expected_file} cell by cell."
        place = differing[0]
        return False, f"{result_file} differs in {place}: {result.get(place)!r}, expected {expected.get(place)!r}."
    if evidence.upstream and doc_type not in ("txt", "ics"):
        return False, f"OfficeBench's evaluator never finds two files of type {doc_type} equal."
    found, wanted = (evidence.text(doc_type, file) for file in (result_file, expected_file))
    same = found == wanted if doc_type in ("txt", "ics") else found.split() == wanted.split()
    return same, f"{result_file} {'equals' if same else 'differs from'} {expected_file}."


def evaluate_diff_contain_text(
    office: Office,
    *,
    doc_type: DocType,
    input_file: str,
    output_file: str,
    keywords: list[Keyword],
    grading: Grading = REPAIRED,
) -> Verdict:
    """The difference between two files is not empty and holds every keyword in this very spelling.

    Upstream can do that for workbooks only.
    """
    evidence = Evidence(office, grading)
    if evidence.upstream and doc_type != "xlsx":
        return False, f"OfficeBench's evaluator can not compare files of type {doc_type}."
    old, new = (evidence.text(doc_type, file).split("\n") for file in (input_file, output_file))
    diff = "\n".join(difflib.unified_diff(old, new, n=0))
    missing = [keyword for keyword in keywords if str(keyword) not in diff]
    if not diff:
        return False, f"{output_file} does not differ from {input_file}."
    if missing:
        return False, f"The changes in {output_file} do not show {_quoted(missing)}."
    return True, f"The changes in {output_file} show {_quoted(keywords)}."


def evaluate_calendar_no_overlap(office: Office, *, username: str, grading: Grading = REPAIRED) -> Verdict:
    """No event of the calendar begins before the one ahead of it ends.

    Upstream takes local times for UTC and stops at time zones and whole days; mended, times count as they are written.
    """
    evidence = Evidence(office, grading)
    found = _upstream_spans(evidence, username) if evidence.upstream else _spans(office, username)
    for (what, _, end), (later, start, _) in pairwise(found):
        if end > start:
            return False, f"{username}'s {what!r} ends {end:%H:%M}, after {later!r} began."
    return True, f"{username}'s {len(found)} events do not overlap."


Span: TypeAlias = tuple[str, datetime, datetime]
"""Summary, start and end of an event."""


def _spans(office: Office, username: str) -> list[Span]:
    found = events(office, username)
    if not found:
        raise ToolError(f"{username} has no calendar or it is empty.")
    return [(event.summary, event.start, event.end) for event in found]


def _upstream_spans(evidence: Evidence, username: str) -> list[Span]:
    name = f"calendar/{username}.ics"
    calendars = open_calendars(evidence.content(name), name)
    if len(calendars) > 1:
        raise ToolError(f"OfficeBench's evaluator can not read {name}: it holds several calendars.")
    spans = [
        (str(part.get("summary")), _instant(part, "dtstart", name), _instant(part, "dtend", name))
        for part in calendars[0].subcomponents
    ]
    return sorted(spans, key=lambda span: span[1])


def _instant(part: object, key: str, name: str) -> datetime:
    moment = getattr(part.get(key), "dt", None)  # type: ignore[attr-defined]  # icalendar is untyped
    if not isinstance(moment, datetime):
        raise ToolError(f"OfficeBench's evaluator can not read {name}: something in it has no {key} with a time.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _named(doc_type: DocType, file: str, username: str) -> tuple[str, str]:
    """What is looked into, and what to call it."""
    name = username if doc_type == "email" else file
    if not name:
        raise ToolError(
            f"The check does not say {'whose mailbox' if doc_type == 'email' else 'which file'} it is about."
        )
    return name, f"{name}'s mailbox" if doc_type == "email" else name


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


def _allowed(comparator: str) -> list[object]:
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
            return [item.value for item in items if isinstance(item, ast.Constant)]
        case _:
            raise ToolError(f"The comparator {comparator!r} is not of the form \"lambda x: x in ['a', 'b']\".")


def _found(dump: str, row: int, col: int, kind: str) -> str | None:
    """The whole text of a cell in the dump, if it is of this kind (a regular expression)."""
    cell = re.search(rf"\({row}, {col}\): ({kind})\t", dump)
    return cell.group(1) if cell else None


def _quoted(keywords: list[Keyword]) -> str:
    return ", ".join(repr(str(keyword)) for keyword in keywords)

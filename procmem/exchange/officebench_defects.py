"""OfficeBench's known task defects, and how the ``repaired`` mode mends those that can be (officebench.md 5.4).

A task is listed when its published checks can not tell a right solution from a wrong one: because they stop with an
error, because they want something else than the instruction, or because they pass before anything was done. A defect is
mended only where what is right follows from the defect itself; the other tasks are left out of "valid tasks only".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from procmem.office.officebench_reading import Mode
from procmem.types import Check, JsonObject

Mend: TypeAlias = Callable[[Check], Check | None]
"""A check made right, or ``None`` for one that should not be there."""


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong with a task's checks; ``mend`` is ``None`` where only a new check would help."""

    reason: str
    mend: Mend | None = None


def valid(task_id: str, mode: Mode = "upstream") -> str:
    """Why a task does not count among the valid ones; "" when it does. Mended tasks are valid in ``repaired`` mode."""
    defect = DEFECTS.get(task_id)
    if defect is None or (mode == "repaired" and defect.mend is not None):
        return ""
    return defect.reason


@dataclass(frozen=True, slots=True)
class Note:
    """What was done about a task's defect: its checks were mended, or it is left out of the valid tasks."""

    task_id: str
    treatment: Literal["mended", "left out"]
    reason: str


def notes(ids: Iterable[str], mode: Mode) -> tuple[Note, ...]:
    """The known defects of these tasks with their treatment in this mode, to be listed below every table."""
    found = ((name, DEFECTS[name]) for name in ids if name in DEFECTS)
    return tuple(Note(name, "left out" if valid(name, mode) else "mended", defect.reason) for name, defect in found)


def mended(task_id: str, checks: Sequence[Check]) -> list[Check]:
    """The checks of a task with its known defect mended, or as they are."""
    defect = DEFECTS.get(task_id)
    mend = defect.mend if defect else None
    return list(_kept(mend, checks)) if mend else list(checks)


def _kept(mend: Mend, checks: Sequence[Check]) -> Iterator[Check]:
    for check in checks:
        right = mend(check)
        if right is not None:
            yield right


# --- mends -----------------------------------------------------------------------------------------------------------


def by_reading(check: Check) -> Check:
    """Nothing to change: the repaired reading of the published check is right."""
    return check


def rewritten(pattern: str, text: str) -> Mend:
    """Wherever a text in the arguments matches ``pattern``, it reads ``text``."""
    return lambda check: replace(check, args=_each_text(check.args, lambda old: re.sub(pattern, text, old)))


def without_keywords(*words: str) -> Mend:
    """These keywords are not looked for; a check with no others is dropped."""

    def mend(check: Check) -> Check | None:
        if "keywords" not in check.args:
            return check
        left = [word for word in check.args["keywords"] if str(word).lower() not in words]
        return replace(check, args={**check.args, "keywords": left}) if left else None

    return mend


def without_file(name: str) -> Mend:
    """Checks of files of this name are dropped."""
    return lambda check: None if str(check.args.get("file", "")).endswith(f"/{name}") else check


def salaries_after_a_year(check: Check) -> Check:
    """The table that the instruction of 1-6/3 asks for, in the workbook it names: 5, 10 and 10 percent more."""
    if check.function != "evaluate_excel_cell_value":
        return check
    amounts = {"2": "210000", "3": "110000", "4": "110000"}
    matches = [{**cell, "value": amounts.get(str(cell["row"]), cell["value"])} for cell in check.args["matches"]]
    return replace(check, args={**check.args, "file": "./data/salary.xlsx", "matches": matches})


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case list():
            return [_each_text(item, change) for item in value]
        case dict():
            return _entries(value, change)
        case _:
            return value


def _entries(value: JsonObject, change: Callable[[str], str]) -> JsonObject:
    return {key: _each_text(item, change) for key, item in value.items()}


# --- the table -------------------------------------------------------------------------------------------------------

_MISPLACED = Defect("The file to look at stands beside the check's arguments, so the evaluator stops.", by_reading)
_UTC = Defect(
    "Times are wanted in UTC with a Z at the end; the calendar app writes local times.",
    rewritten(r"^(DT(?:START|END):\d{8}T\d{6})Z$", r"\1"),
)
_UTC_SHIFTED = Defect("Times are wanted in UTC, converted from a zone that nobody has named.")
_FREE = Defect("Its checks pass before anything is done.")

DEFECTS: Mapping[str, Defect] = {
    # the check stops with an error, or can never be true
    "1-14/2": Defect(
        "The name of the reference workbook is misspelt, so there is nothing to compare with.",
        rewritten(r"\bsalery\.xlsx$", "salary.xlsx"),
    ),
    "2-48/0": _MISPLACED,
    "3-8/0": _MISPLACED,
    "3-29/0": _MISPLACED,
    "3-30/0": _MISPLACED,
    "3-32/0": _MISPLACED,
    "3-62/0": Defect("PDF files are compared by identity, which is never equal.", by_reading),
    "3-82/0": Defect("A Word file is read as a workbook, so the evaluator stops.", by_reading),
    # times that the calendar app does not write
    "3-20/0": _UTC,
    "3-23/0": _UTC,
    "3-24/0": _UTC,
    "3-28/0": _UTC,
    "3-40/0": _UTC,
    "3-73/0": _UTC_SHIFTED,
    "3-74/0": _UTC_SHIFTED,
    # the instruction asks for something else
    "1-3/4": Defect(
        "A workbook should have been moved, but the instruction lists documents, PDF files and images only.",
        without_file("file3.xlsx"),
    ),
    "1-6/3": Defect(
        "The instruction is about the salary workbook, the checks are about the budget, with amounts as text.",
        salaries_after_a_year,
    ),
    "1-8/0": Defect("The reference workbook is empty, without even the names that should stay."),
    "1-10/3": Defect(
        "The expected sum lacks a zero: 2,000,000 and 1,000 are 2,001,000.", rewritten("^201000$", "2001000")
    ),
    "1-14/3": Defect("The reference swaps the fewest and the most, the instruction says the second fewest."),
    "1-15/0": Defect("The file's name begins with a capital letter, the check wants a small one."),
    "1-22/1": Defect("The sender's name is misspelt in the check.", rewritten("^gradescrope$", "gradescope")),
    "2-2/0": Defect("The instruction asks for the date, the check looks for the address."),
    "2-2/1": Defect("The instruction asks for the address, the check looks for the date."),
    "2-26/3": Defect("The instruction wants invitation_letter.docx, the check looks at market_analysis.docx."),
    "3-1/0": Defect("The activities are misspelt in the check.", rewritten(r"^Activaty(?=\d)", "Activity ")),
    "3-33/0": Defect("The check forbids the very time that is right."),
    "3-36/0": Defect("The check looks into a folder that the instruction does not mention."),
    "3-58/0": Defect("Bananas are wanted, but the shopping list has none.", without_keywords("banana")),
    "3-80/0": Defect(
        "The instruction wants trading_record_post.jpg, the check looks for company_trading_records.jpg.",
        rewritten(r"company_trading_records\.jpg$", "trading_record_post.jpg"),
    ),
    "3-97/0": Defect("Two events are wanted that the instruction does not ask for.", without_keywords("nap", "dinner")),
    "3-99/0": Defect(
        "The name of the document is misspelt in the check.", rewritten(r"revenuse\.docx$", "revenues.docx")
    ),
    # nothing needs to be done
    "1-2/1": _FREE,
    "1-11/3": _FREE,
    "2-16/0": _FREE,
    "2-25/0": _FREE,
}
"""Task id -> what is wrong with its published checks: 32 that can not be passed rightly, 4 that pass untouched."""

"""How a task is graded: OfficeBench's nine checks and ours, each with a reason that a person can read.

A check is a function of the office and the keyword arguments in the task. It returns whether it passed and why; a
``ToolError`` on the way (a missing or unreadable file) is a failed check with that sentence.
"""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from email.utils import getaddresses
from fnmatch import fnmatchcase
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeAlias, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from procmem.errors import BadInput, ToolError, UnknownName
from procmem.office.documents import before, content, new_mails, word_tables
from procmem.office.documents import events as calendar_events
from procmem.office.documents import paragraphs as word_paragraphs
from procmem.office.documents import rows as table
from procmem.office.formats.calendars import Event
from procmem.office.formats.mails import Mail
from procmem.office.officebench_checks import (
    Verdict,
    evaluate_calendar_no_overlap,
    evaluate_contain,
    evaluate_diff_contain_text,
    evaluate_exact_match,
    evaluate_excel_cell_comparator,
    evaluate_excel_cell_value,
    evaluate_file_exist,
    evaluate_file_not_exist,
    evaluate_not_contain,
)
from procmem.types import Check, CheckResult, JsonObject, Task

if TYPE_CHECKING:
    from procmem.office.workspace import Office

Scalar: TypeAlias = str | int | float | bool | None

ANSWER = "data/answer.txt"
_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_LEADING_ZERO = re.compile(r"-?0\d")


def grade(task: Task, office: Office) -> tuple[CheckResult, ...]:
    """Every check of the task with its verdict and reason, in the task's order. The run passes when all pass."""
    return tuple(_graded(check, office) for check in task.checks)


def _graded(check: Check, office: Office) -> CheckResult:
    try:
        arguments = check_arguments(check)
        passed, reason = CHECKS[check.function](office, **arguments)
    except (BadInput, ToolError) as error:
        return CheckResult(check.function, False, str(error))
    return CheckResult(check.function, passed, reason)


def check_arguments(check: Check) -> JsonObject:
    """The arguments of a check, validated and complete.

    Raises:
        UnknownName: there is no such check.
        BadInput: an argument is missing, unknown or of the wrong type; the text names it.
    """
    if check.function not in CHECKS:
        raise UnknownName("check", check.function, CHECKS)
    try:
        model = _arguments(check.function).model_validate(check.args)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{check.function} has a problem with its argument {place}: {first['msg']}.") from error
    return {name: getattr(model, name) for name in type(model).model_fields}


@cache
def _arguments(function: str) -> type[BaseModel]:
    """The keyword arguments of a check as a pydantic model."""
    check = CHECKS[function]
    hints = get_type_hints(check, localns={"Office": object})
    parameters = list(inspect.signature(check).parameters.values())[1:]
    fields: dict[str, Any] = {
        p.name: (hints[p.name], ... if p.default is inspect.Parameter.empty else p.default) for p in parameters
    }
    return create_model(function, __config__=ConfigDict(extra="forbid"), **fields)


# --- calendar --------------------------------------------------------------------------------------------------------


def evaluate_calendar_event(
    office: Office,
    *,
    user: str,
    summary: str,
    start: datetime | None = None,
    end: datetime | None = None,
    location: str = "",
    description: str = "",
    times: int = 1,
) -> Verdict:
    """An event is in a user's calendar exactly ``times`` times; 0 means it must not be there.

    Summary and location are compared as words whatever their case, the description contains ``description``; what is
    not given does not matter.
    """
    there = calendar_events(office, user)
    named = [event for event in there if _words(event.summary) == _words(summary)]
    found = [
        event
        for event in named
        if start in (None, event.start)
        and end in (None, event.end)
        and _words(location) in ("", _words(event.location))
        and _words(description) in _words(event.description)
    ]
    span = f", {start or '...'} to {end or '...'}" if start or end else ""
    what = f"{summary!r}{span}{f', in {location}' if location else ''} is in {user}'s calendar {_often(len(found))}"
    if len(found) == times:
        return True, f"{what}, as it should be."
    seen = _listed([_event_line(event) for event in named or there])
    return False, f"{what}, expected {_often(times)}. There: {seen}."


def _event_line(event: Event) -> str:
    return f"{event.summary} {event.start:%Y-%m-%d %H:%M}-{event.end:%H:%M}"


def _often(count: int) -> str:
    return {0: "not at all", 1: "once"}.get(count, f"{count} times")


def evaluate_events_added(office: Office, *, user: str, count: int) -> Verdict:
    """All events that a calendar had are as they were, and exactly ``count`` are new."""
    old, new = (
        Counter(_event_facts(event) for event in calendar_events(state, user)) for state in (before(office), office)
    )
    gone = [summary for summary, *_ in (old - new).elements()]
    if gone:
        return False, f"{user}'s calendar lost or changed: {_listed(gone)}."
    added = (new - old).total()
    return added == count, f"{user}'s calendar kept its old events ({old.total()}); new: {added}, expected: {count}."


def evaluate_calendar_equals(
    office: Office, *, user: str, events: list[tuple[str, datetime, datetime, str | None]]
) -> Verdict:
    """A calendar holds exactly these events (summary, start, end, place), each as often as it is given."""
    there = Counter((event.summary, event.start, event.end, event.location) for event in calendar_events(office, user))
    wanted = Counter((summary, start, end, place or "") for summary, start, end, place in events)
    if wanted == there:
        return True, f"{user}'s calendar holds the {wanted.total()} events it should."
    lacking, surplus = (
        [
            f"{summary} {start:%Y-%m-%d %H:%M}-{end:%H:%M}{place and f' in {place}'}"
            for summary, start, end, place in more
        ]
        for more in ((wanted - there).elements(), (there - wanted).elements())
    )
    return False, f"{user}'s calendar lacks: {_listed(lacking)}; it should not hold: {_listed(surplus)}."


def _event_facts(event: Event) -> tuple[str, datetime, datetime, str, str, str]:
    return event.summary, event.start, event.end, event.location, event.description, event.repeats


# --- mail ------------------------------------------------------------------------------------------------------------


def evaluate_mail_sent(
    office: Office,
    *,
    to: str,
    subject: str = "",
    body: tuple[Scalar, ...] = (),
    attachments: tuple[str, ...] = (),
    sender: str = "",
    times: int = 1,
) -> Verdict:
    """This run sent mails to ``to`` (names separated by commas, all of them) exactly ``times`` times; 0 forbids it.

    The subject contains ``subject``, the body all of ``body`` (numbers as whole numbers, thousands commas ignored),
    the mail carries all ``attachments`` by name, and it is from ``sender``, each where given.
    """
    sent = new_mails(office)
    found = [mail for mail in sent if _is_party(to, f"{mail.to}, {mail.cc}")]
    problems = [_mail_problem(mail, subject, body, attachments, sender) for mail in found]
    fitting = problems.count("")
    what = f"to {to}" + (f" about {subject!r}" if subject else "")
    if fitting == times:
        return True, f"A mail {what} was sent {_often(fitting)}, as it should be."
    near = next((problem for problem in problems if problem), "")
    seen = near or _listed([f"{mail.subject!r} to {mail.to}" for mail in sent])
    sentence = f"A fitting mail {what} was sent {_often(fitting)}, expected {_often(times)}."
    return False, f"{sentence} {'The nearest ' if near else 'Sent: '}{seen}."


def _mail_problem(mail: Mail, subject: str, body: tuple[Scalar, ...], attachments: tuple[str, ...], sender: str) -> str:
    """Why a mail is not the one that is looked for; empty when it is."""
    if sender and not _is_party(sender, mail.sender):
        return f"is from {mail.sender}, not from {sender}"
    if not _says(mail.subject, subject):
        return f"has the subject {mail.subject!r}"
    missing = [str(part) for part in body if not _says(mail.body, part)]
    if missing:
        return f"does not say {_listed(missing)}; it says {mail.body.strip()[:200]!r}"
    carried = [attachment.name for attachment in mail.attachments]
    lacking = [name for name in attachments if name not in carried]
    return f"lacks the attachment {_listed(lacking)}; it has {_listed(carried)}" if lacking else ""


def _is_party(names: str, header: str) -> bool:
    """All names, separated by commas, are in an address header; a name is a whole address or its part before "@"."""
    addresses = {address.casefold() for _, address in getaddresses([header])}
    known = addresses | {address.partition("@")[0] for address in addresses}
    return all(name.strip().casefold() in known for name in names.split(","))


def evaluate_mail_count(office: Office, *, count: int) -> Verdict:
    """This run sent exactly ``count`` mails, to whomever."""
    sent = [f"{mail.subject!r} to {mail.to}" for mail in new_mails(office)]
    return len(sent) == count, f"Mails sent: {len(sent)}, expected: {count} ({_listed(sent)})."


# --- tables ----------------------------------------------------------------------------------------------------------


def evaluate_table_equals(office: Office, *, file: str, rows: list[list[Scalar]], sheet_name: str = "") -> Verdict:
    """A sheet (the active one by default) holds exactly these rows. Numbers are equal however they are written."""
    found, expected = _trimmed(table(office, file, sheet_name)), _trimmed(rows)
    return _same_rows(f"{file}{f', sheet {sheet_name}' if sheet_name else ''}", found, expected)


def _same_rows(place: str, found: list[list[Any]], expected: list[list[Any]]) -> Verdict:
    for number, (row, wanted) in enumerate(zip(found, expected, strict=False), start=1):
        if [_plain(value) for value in row] != [_plain(value) for value in wanted]:
            return False, f"{place}, row {number}: found {row}, expected {wanted}."
    if len(found) != len(expected):
        return False, f"{place} has {len(found)} rows, expected {len(expected)}."
    return True, f"{place} holds the {len(expected)} rows it should."


def evaluate_rows_appended(office: Office, *, file: str, rows: list[list[Scalar]], sheet_name: str = "") -> Verdict:
    """A sheet (the active one by default) is as it was, with exactly these rows below."""
    old = _trimmed(table(before(office), file, sheet_name))
    return evaluate_table_equals(office, file=file, rows=[*old, *rows], sheet_name=sheet_name)


def _trimmed(rows: list[list[Any]]) -> list[list[Any]]:
    """Without empty cells at the ends of rows and empty rows at the end."""
    trimmed = [
        row[: max((at for at, value in enumerate(row, 1) if value not in (None, "")), default=0)] for row in rows
    ]
    return trimmed[: max((at for at, row in enumerate(trimmed, 1) if row), default=0)]


def _plain(value: Any) -> Any:
    """A cell to compare: numbers as floats, text without outer blanks, empty text as nothing. "007" is no number."""
    text = "" if value is None else str(value).strip()
    if _NUMBER.fullmatch(text) and not _LEADING_ZERO.match(text):
        return float(text.replace(",", ""))
    return text or None


def evaluate_word_table(office: Office, *, file: str, rows: list[list[Scalar]]) -> Verdict:
    """A Word file has exactly one table, with these rows. Numbers are equal however they are written."""
    tables = word_tables(office, file)
    if len(tables) != 1:
        return False, f"{file} has {len(tables)} tables, expected 1."
    return _same_rows(f"The table in {file}", _trimmed(tables[0]), _trimmed(rows))


# --- texts -----------------------------------------------------------------------------------------------------------


def evaluate_paragraphs_equal(office: Office, *, file: str, paragraphs: list[str]) -> Verdict:
    """A Word file has exactly these paragraphs in this order; empty ones and outer blanks do not count."""
    found = [text.strip() for text in word_paragraphs(office, file) if text.strip()]
    for number, (text, wanted) in enumerate(zip_longest(found, paragraphs), start=1):
        if text != wanted:
            return False, f"{file}, paragraph {number}: found {text!r}, expected {wanted!r}."
    return True, f"{file} has the {len(found)} paragraphs it should."


def evaluate_text_appended(office: Office, *, file: str, text: str) -> Verdict:
    """A text file is as it was, with exactly ``text`` at its end; line breaks at the seam do not count."""
    old, new = (content(state, file).decode(errors="replace").strip() for state in (before(office), office))
    added = new.removeprefix(old).strip()
    if new.startswith(old) and added == text.strip():
        return True, f"{file} ends with {text.strip()!r} and is else as it was."
    return False, f"{file} should only have gained {text.strip()!r} at its end; it now ends with {new[-200:]!r}."


# --- the whole office ------------------------------------------------------------------------------------------------


def evaluate_same_file(office: Office, *, file: str, was: str) -> Verdict:
    """A file has the very bytes that the file ``was`` had before the run."""
    same = content(office, file) == content(before(office), was)
    return same, f"{file} {'is' if same else 'is not'} what {was} was."


def evaluate_nothing_else_changed(
    office: Office, *, allowed: tuple[str, ...] = (), new: tuple[str, ...] = ()
) -> Verdict:
    """Only files that match ``allowed`` were created, changed or deleted, and only files that match ``new`` created.

    Patterns are shell globs over paths like "data/budget.xlsx"; the final answer is always allowed.
    """
    old, now = (_bytes(state) for state in (before(office), office))
    touched = {name for name in old.keys() | now.keys() if old.get(name) != now.get(name)} - {ANSWER}
    wrong = [
        name for name in sorted(touched) if not _fits(name, allowed) and not (name not in old and _fits(name, new))
    ]
    if not wrong:
        return True, "Nothing else changed."
    said = [
        f"{name} ({'created' if name not in old else 'deleted' if name not in now else 'changed'})" for name in wrong
    ]
    return False, f"These files should have been left alone: {_listed(said)}."


def _bytes(office: Office) -> dict[str, bytes]:
    return {name: office.root.joinpath(name).read_bytes() for name in office.files()}


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def evaluate_answer(office: Office, *, contains: tuple[Scalar, ...] = (), equals: Scalar = None) -> Verdict:
    """The final answer contains all of ``contains``, or is ``equals``; numbers count however they are written."""
    answer = content(office, ANSWER).decode(errors="replace").strip() if office.path(ANSWER).exists() else ""
    if equals is not None and _plain(answer) != _plain(equals):
        return False, f"The answer is {answer[:200]!r}, expected {equals!r}."
    missing = [str(part) for part in contains if not _says(answer, part)]
    if missing:
        return False, f"The answer does not say {_listed(missing)}; it is {answer[:200]!r}."
    return True, f"The answer is {answer[:200]!r}, as it should be."


# --- words and numbers -----------------------------------------------------------------------------------------------


def _says(text: str, part: Scalar) -> bool:
    """The part is in the text, whatever case and line breaks; a number must be a whole number of the text."""
    wanted = _plain(part)
    if isinstance(wanted, float):
        return wanted in (float(number.replace(",", "")) for number in _NUMBER.findall(text))
    return _words(str(part)) in _words(text)


def _words(text: str) -> str:
    return " ".join(text.split()).casefold()


def _listed(items: list[str]) -> str:
    return ", ".join(items) or "nothing"


CHECKS: dict[str, Callable[..., Verdict]] = {
    "evaluate_contain": evaluate_contain,
    "evaluate_not_contain": evaluate_not_contain,
    "evaluate_file_exist": evaluate_file_exist,
    "evaluate_file_not_exist": evaluate_file_not_exist,
    "evaluate_excel_cell_value": evaluate_excel_cell_value,
    "evaluate_excel_cell_comparator": evaluate_excel_cell_comparator,
    "evaluate_exact_match": evaluate_exact_match,
    "evaluate_diff_contain_text": evaluate_diff_contain_text,
    "evaluate_calendar_no_overlap": evaluate_calendar_no_overlap,
    "evaluate_calendar_event": evaluate_calendar_event,
    "evaluate_events_added": evaluate_events_added,
    "evaluate_calendar_equals": evaluate_calendar_equals,
    "evaluate_mail_sent": evaluate_mail_sent,
    "evaluate_mail_count": evaluate_mail_count,
    "evaluate_table_equals": evaluate_table_equals,
    "evaluate_rows_appended": evaluate_rows_appended,
    "evaluate_word_table": evaluate_word_table,
    "evaluate_paragraphs_equal": evaluate_paragraphs_equal,
    "evaluate_text_appended": evaluate_text_appended,
    "evaluate_same_file": evaluate_same_file,
    "evaluate_nothing_else_changed": evaluate_nothing_else_changed,
    "evaluate_answer": evaluate_answer,
}

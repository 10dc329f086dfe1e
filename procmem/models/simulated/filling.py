"""Arguments without memory: filled by their names and types from what the request says and what was seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from procmem.models.simulated.alignment import gist, stems
from procmem.models.simulated.context import Context
from procmem.models.simulated.entities import Mention, as_number, mentions, shift, typed
from procmem.models.simulated.expressions import TableRef
from procmem.models.simulated.pointing import kinds, words_after, words_before
from procmem.models.simulated.reading import Request, Tool
from procmem.models.simulated.records import ROW, Table, phrase_in

_DURATION = re.compile(r"(?i)\b(\d{1,3}|half an|an|one|two|three)[ -]?(minutes?|min|hours?|h)\b")
_NUMBERS = {"an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "half an": 0.5}
_PLACES = {"calendar": ("calendar", "calendars"), "email": ("mailbox", "inbox")}
_ROOMS = ("calendar", "calendars", "mailbox", "inbox")
ENDINGS = {
    "xlsx": "excel", "docx": "word", "pdf": "pdf", "png": "ocr", "jpg": "ocr", "jpeg": "ocr",
    "txt": "files", "csv": "files", "md": "files",
}  # fmt: skip
"""Which app opens a file of an ending: what anybody who works in an office knows."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The request's text with its mentions, and what was seen."""

    request: Request
    text: str
    context: Context

    def first(self, kind: str) -> str | None:
        """The first mention of a kind, or None."""
        found = kinds(self.text, kind)
        return found[0].text if found else None


def fill(tool: Tool, wording: Wording) -> dict[str, Any] | None:
    """The arguments of a tool, or None when a required one can not be found."""
    filled: dict[str, Any] = {}
    for name, schema in tool.properties.items():
        value = _value(name, schema, tool, wording)
        if value is not None:
            filled[name] = value
        elif name in tool.required:
            return None
    return filled


def _value(name: str, schema: dict[str, Any], tool: Tool, wording: Wording) -> Any:
    finder = _finder(name)
    found = finder(name, tool, wording) if finder is not None else None
    if found is None:
        found = _in_record(name, wording)
    if found is None:
        return None
    kind = schema.get("type")
    if kind == "integer":
        number = as_number(found)
        return int(number) if number is not None and number == int(number) else None
    if kind == "array":
        return [found]
    if kind == "boolean":
        return found == "true"
    return found


def _in_record(name: str, wording: Wording) -> str | None:
    """What the one listed record that the text names has under the argument's name."""
    wanted = stems(name.replace("_", " "))
    for ref in wording.context.references():
        table = wording.context.table(ref) if ref.kind == "blocks" else None
        columns = [place for place, title in enumerate(table.columns) if stems(title) == wanted] if table else []
        if table is None or not columns or not wanted:
            continue
        rows = [
            row for row in table.rows if any(phrase_in(cell, wording.text.lower()) for cell in row if len(cell) > 3)
        ]
        days = [one.text for one in kinds(wording.text, "date")]
        dated = [row for row in rows if any(_same_day(cell, day) for cell in row for day in days)]
        rows = dated or rows
        if len(rows) == 1 and not name.startswith("new"):
            return rows[0][columns[0]] or None
    return None


def _same_day(cell: str, day: str) -> bool:
    return (
        len(cell) < 40
        and (moved := typed(cell)).kind in ("date", "datetime")
        and f"{moved.value:%Y-%m-%d}" == _day(day)
    )


def _day(text: str) -> str:
    what = typed(text)
    return f"{what.value:%Y-%m-%d}" if what.kind == "date" else ""


_Finder = Callable[[str, Tool, Wording], str | None]


def _finder(name: str) -> _Finder | None:
    parts = name.split("_")
    for word, finder in _FINDERS.items():
        if word in parts or word == name:
            return finder
    return None


def _person(name: str, tool: Tool, wording: Wording) -> str | None:
    """Whose calendar or mailbox: who has one in the text, else who is served, if named, else who owns something."""
    del name
    app, user = tool.name.split("_", 1)[0], wording.request.user
    names = kinds(wording.text, "name")
    placed = [one.text for one in names if _owned(wording.text, one) in _PLACES.get(app, ())]
    if app == "email" and user and any(one.text == user for one in names):
        placed.append(user)
    others = [place for key, places in _PLACES.items() if key != app for place in places]
    owners = [one.text for one in names if _owned(wording.text, one) not in (*others, "")]
    served = [one.text for one in names if "for" in words_before(wording.text, one)[:1]]
    if "list" in tool.name.split("_") and user:
        return next(iter([*placed, *served]), user)
    return next(iter([*placed, *owners, *served]), user) or None


def _owned(text: str, mention: Mention) -> str:
    """What a mention owns: the word behind its "'s", or before its "of"."""
    behind, before = words_after(text, mention), words_before(text, mention)
    if behind[:1] == ["'s"]:
        return behind[1] if len(behind) > 1 else "it"
    return before[1] if before[:1] == ["of"] and before[1] in _ROOMS else ""


def _sender(name: str, tool: Tool, wording: Wording) -> str | None:
    del name, tool
    for mention in kinds(wording.text, "name"):
        if words_before(wording.text, mention)[:1] in (["as"], ["from"]):
            return mention.text
    return wording.request.user or None


def _recipient(name: str, tool: Tool, wording: Wording) -> str | None:
    address = wording.first("address")
    if address:
        return address
    sender = _sender(name, tool, wording)
    others = [one for one in kinds(wording.text, "name") if one.text != sender]
    direct = [
        one for one in others if set(words_before(wording.text, one)[:1]) & {"to", "mail", "email", "tell", "and"}
    ]
    return ", ".join(dict.fromkeys(one.text for one in direct or others[:1])) or None


def _phrase(name: str, tool: Tool, wording: Wording) -> str | None:
    """A short quoted phrase: a title, subject or summary."""
    del tool
    quoted = kinds(wording.text, "quoted")
    for mention in quoted:
        if name in words_before(wording.text, mention):
            return mention.text
    if quoted:
        return min(quoted, key=lambda one: len(one.text)).text if len(quoted) > 1 else quoted[0].text
    match = re.search(r"(?i)\b(?:called|titled|named|subject)\s+([^,.;\n]{2,60})", wording.text)
    return match[1].strip() if match else None


def _content(name: str, tool: Tool, wording: Wording) -> str | None:
    """A longer quoted phrase, or what follows "saying" or "that"."""
    del name, tool
    quoted = [one.text for one in kinds(wording.text, "quoted") if not _seen_title(one.text, wording)]
    if quoted:
        return max(quoted, key=len)
    match = re.search(r"(?i)\b(?:saying|says|that|with the text|reading):? (.{3,200}?)(?:\.(?=\s|$)|$)", wording.text)
    return match[1].strip() if match else None


def _seen_title(text: str, wording: Wording) -> bool:
    """Whether a phrase is the title of something that was listed, and so nothing to be written."""
    tables = [wording.context.table(ref) for ref in wording.context.references() if ref.kind == "blocks"]
    return any(text in row for table in tables if table is not None for row in table.rows)


def _moment(name: str, tool: Tool, wording: Wording) -> str | None:
    """A start or end in the text, or, where the tool needs one, in the documents that were read, the latest first."""
    found = _moment_in(name, wording)
    for text in single_texts(wording.context) if found is None and name in tool.required else ():
        body = text.partition("\nContent: ")[2] or text
        found = found or _moment_in(name, replace(wording, text=body))
    return found


def _moment_in(name: str, wording: Wording) -> str | None:
    """The date of the text with its first or last time, or the start and a duration."""
    whole = kinds(wording.text, "datetime")
    days, clocks = kinds(wording.text, "date"), kinds(wording.text, "time")
    if name.startswith("new") and len(whole) + len(days) > 1:
        whole, days = whole[-1:], days[-1:]
    late = "end" in name
    if whole and not (days and len(clocks) > 1):
        start = _iso(whole[0].text)
        if not late:
            return start
        return _iso(whole[1].text) if len(whole) > 1 else _clocked(start, clocks, wording)
    if not days or not clocks:
        return None
    start = _iso(f"{days[0].text} {clocks[0].text}")
    return _clocked(start, clocks[1:], wording) if late else start


def _clocked(start: str | None, clocks: list[Mention], wording: Wording) -> str | None:
    if start is None:
        return None
    if clocks:
        return _iso(f"{start[:10]} {clocks[0].text}")
    match = _DURATION.search(wording.text)
    if not match:
        return None
    amount = _NUMBERS.get(match[1].lower()) or float(match[1])
    moved = shift(start, amount * (60 if match[2].lower().startswith("h") else 1), "minutes")
    return f"{moved}:00" if moved else None


def _iso(text: str) -> str | None:
    what = typed(text)
    return f"{what.value:%Y-%m-%d %H:%M:%S}" if what.kind == "datetime" else None


def _file(name: str, tool: Tool, wording: Wording) -> str | None:
    """A file that the tool's app opens; a destination is the last one named."""
    app = tool.name.split("_", 1)[0]
    changing = app == "files" and name in ("path", "source")
    files = [one.text for one in kinds(wording.text, "file") if not changing or _meant(tool, wording.text, one)]
    own = [text for text in files if ENDINGS.get(text.rsplit(".", 1)[-1].lower()) == app]
    ending = next((end for end in ENDINGS if name.startswith((end, ENDINGS[end]))), "")
    fitting = [text for text in files if ending and text.lower().endswith(ending)]
    chosen = fitting or (own if app != "files" else files)
    if not chosen:
        return None
    return chosen[-1] if name in ("destination",) and len(chosen) > 1 else chosen[0]


def _meant(tool: Tool, text: str, mention: Mention) -> bool:
    """Whether the sentence that names a file also says what the tool does."""
    ends = [match.end() for match in re.finditer(r"[.!?;]\s", text)]
    start = max((end for end in ends if end <= mention.start), default=0)
    stop = min((end for end in ends if end >= mention.end), default=len(text))
    return bool(stems(tool.name.split("_")[1]) & stems(text[start:stop])) if "_" in tool.name else True


def _folder(name: str, tool: Tool, wording: Wording) -> str | None:
    del name, tool
    return wording.first("folder") or ""


def grids(context: Context) -> list[tuple[TableRef, Table]]:
    """The tables of cells that were seen, the latest first; those of a sheet that had to be named come last."""
    found = [(ref, context.table(ref)) for ref in context.references() if ref.kind == "grid"]
    return sorted(((ref, table) for ref, table in found if table is not None), key=lambda one: _further(one[1]))


def _further(table: Table) -> bool:
    return any("sheet" in name and name.startswith("@") for name in table.columns)


def named_rows(table: Table, text: str) -> list[tuple[str, ...]]:
    """The rows of which a cell stands in the text."""
    lowered = text.lower()
    return [
        row
        for row in table.rows
        if any(len(cell) > 2 and phrase_in(cell, lowered) for cell in row[: len(table.numbers)])
    ]


def _row(name: str, tool: Tool, wording: Wording) -> str | None:
    del name, tool
    match = re.search(r"(?i)\brow (\d{1,5})\b", wording.text)
    if match:
        return match[1]
    for _, table in grids(wording.context):
        rows = [] if _further(table) else named_rows(table, wording.text)
        if len(rows) == 1:
            return rows[0][table.columns.index(ROW)]
    return None


def _column(name: str, tool: Tool, wording: Wording) -> str | None:
    del name, tool
    match = re.search(r"(?i)\bcolumn (\d{1,3})\b", wording.text)
    if match:
        return match[1]
    lowered = wording.text.lower()
    for _, table in grids(wording.context):
        named = [
            number for number, title in zip(table.numbers, table.columns, strict=False) if phrase_in(title, lowered)
        ]
        if len(named) == 1:
            return str(named[0])
    return None


def _text(name: str, tool: Tool, wording: Wording) -> str | None:
    """What is to be written into a cell: what stands behind "to" or "as"."""
    for mention in reversed(mentions(wording.text)):
        if mention.kind in ("quoted", "number", "date", "name") and set(words_before(wording.text, mention)[:1]) & {
            "to",
            "as",
            "is",
        }:
            return mention.text
    return _content(name, tool, wording)


def _descending(name: str, tool: Tool, wording: Wording) -> str | None:
    del name, tool
    return "true" if re.search(r"(?i)descending|highest first|largest first|newest first", wording.text) else "false"


def _mail(name: str, tool: Tool, wording: Wording) -> str | None:
    """The id of the listed mail that the text names most clearly."""
    del name, tool
    listed = mails_by_fit(wording)
    return listed[0][1] if listed and listed[0][0] >= 1 else None


def mails_by_fit(wording: Wording) -> list[tuple[float, str]]:
    """The ids of the listed mails, those that the text names most clearly first, with how clearly (0: not at all)."""
    lowered, words = wording.text.lower(), gist(wording.text)
    found: dict[str, float] = {}
    for ref in wording.context.references():
        table = wording.context.table(ref)
        if table is None or table.column("Email ID") is None:
            continue
        for row in table.rows:
            record = dict(zip(table.columns, row, strict=True))
            score = 2.0 * phrase_in(record.get("Subject", ""), lowered)
            score += any(phrase_in(word, lowered) for word in record.get("From", "").replace("@", " ").split()[:1])
            score += 0.2 * len(gist(record.get("Subject", "")) & words)
            found.setdefault(record["Email ID"], score)
    return sorted(((score, mail) for mail, score in found.items() if mail), key=lambda one: -one[0])


def single_texts(context: Context) -> list[str]:
    """The documents that were read, the latest first: texts that are no tables and no lists of records."""
    lists = {
        ref.source
        for ref in context.references()
        if ref.kind in ("grid", "blocks") and (table := context.table(ref)) is not None and len(table.rows) > 1
    }
    seen = [one for source, several in reversed(context.observed.items()) if source not in lists for one in several]
    return [one.text for one in seen if "list" not in one.tool.split("_")]


_FINDERS: dict[str, _Finder] = {
    "email_id": _mail, "sender": _sender, "recipient": _recipient, "username": _person, "user": _person,
    "summary": _phrase, "subject": _phrase, "title": _phrase, "query": _phrase, "content": _content,
    "contents": _content,
    "time": _moment, "file": _file, "path": _file, "source": _file, "destination": _file, "folder": _folder,
    "row": _row, "column": _column, "text": _text, "descending": _descending,
}  # fmt: skip

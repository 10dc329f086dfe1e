"""Tables in text. Whatever an observation or an instruction lists is read as rows with named columns.

Kinds: ``grid`` (cells written as ``(row, column): value``), ``blocks`` (records of ``Key: value`` lines between
dashes), ``fields`` (one row of all ``Key: value`` lines), ``columns`` (lines cut by a separator), ``lines`` (each line
with its mentions as columns), ``parts`` (an enumeration inside a sentence), ``clauses`` (cut at semicolons) and
``each <kind>`` (all mentions of one kind).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from procmem.models.simulated.entities import LONGEST_TEXT, key, mentions
from procmem.models.simulated.enumerations import listings

_LONGEST_TABLE = 240
_CELL = re.compile(r"\((\d{1,5}), (\d{1,3})\): ([^\t\n]*)")
_FIELD = re.compile(
    r"^\s*(?:[-*•]\s+)?([A-Za-z#][\w /#.()-]{0,38}?)\s?:\s+(\S.*)$|^([A-Z][\w/-]{0,18}(?: [\w/-]{1,14})?):$"
)
_RULE = re.compile(r"^\s*[-=_]{5,}\s*$")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)])\s+")
_BEHIND = re.compile(
    r"(?i)\b(at|by|for|from|in|of|on|to|with)\s+(?=([^,;:()\n]{2,60}?)(?:\s+(?:at|by|for|from|in|of|on|to|with)\b|[,;:()]|\.?$))"
)
_PARTS = re.compile(r"\s*;\s*|\s*\n\s*|\s*,\s+(?:and\s+)?|\s+and\s+")
EMPTY_CELL = "[Empty Cell]"
ROW = "#row"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text cells under named columns; missing cells are empty. A grid's columns have ``numbers``."""

    kind: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()

    def column(self, name: str) -> int | None:
        """The index of a column by its name in any case, or None."""
        wanted = name.strip().lower()
        return next((index for index, known in enumerate(self.columns) if known.strip().lower() == wanted), None)


@lru_cache(maxsize=1024)
def tables(text: str) -> tuple[Table, ...]:
    """Every reading of a text as tables, most structured first; several of one kind keep their order."""
    text = text[:LONGEST_TEXT]
    grid = _grid(text)
    if grid is not None:
        return (grid,)
    lines = [line for line in text.split("\n") if line.strip()][:_LONGEST_TABLE]
    blocks = _blocks(lines)
    found: list[Table | None] = [blocks, *_columns(lines)]
    if blocks is None:
        found += [_fields(lines), _lines(lines), *_parts(text), *_clauses(text)]
    return tuple(table for table in found if table is not None) + _each(text)


def _grid(text: str) -> Table | None:
    cells: dict[int, dict[int, str]] = {}
    for match in _CELL.finditer(text):
        value = match[3].strip()
        cells.setdefault(int(match[1]), {})[int(match[2])] = "" if value == EMPTY_CELL else value
        if len(cells) > _LONGEST_TABLE:
            break
    if not cells or sum(len(row) for row in cells.values()) < 2:
        return None
    widest = max(sum(map(bool, row.values())) for row in cells.values())
    head = next((number for number, row in cells.items() if sum(map(bool, row.values())) >= min(2, widest)), min(cells))
    numbers = tuple(sorted({column for row in cells.values() for column in row}))
    names = _distinct([cells[head].get(column) or f"column {column}" for column in numbers])
    body = [
        (*(row.get(column, "") for column in numbers), str(number))
        for number, row in cells.items()
        if number > head and any(row.values())
    ]
    return Table("grid", (*names, ROW), tuple(body), numbers)


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{name} ({index})" if name in names[:index] else name for index, name in enumerate(names))


def _blocks(lines: Sequence[str]) -> Table | None:
    blocks: list[list[str]] = [[]]
    for line in lines:
        if _RULE.match(line):
            blocks.append([])
        else:
            blocks[-1].append(line)
    records = [fields for block in blocks if len(fields := _pairs(block)) >= 2]
    return _table("blocks", records) if records and len(blocks) > 1 else None


def _fields(lines: Sequence[str]) -> Table | None:
    fields = _pairs(line for line in lines if not _RULE.match(line))
    return _table("fields", [fields]) if fields else None


def _pairs(lines: Iterable[str]) -> dict[str, str]:
    """``Key: value`` lines as a record; a line without a key goes on with the value before it."""
    record: dict[str, str] = {}
    last = ""
    for line in lines:
        match = _FIELD.match(line)
        if match and (name := (match[1] or match[3]).strip()) not in record:
            last = name
            record[name] = (match[2] or "").strip()
        elif last and not match:
            record[last] = f"{record[last]}\n{line.strip()}".strip()
    return {name: value for name, value in record.items() if value}


def _columns(lines: Sequence[str]) -> list[Table]:
    for separator in ("|", "\t", ";", ","):
        rows = [
            [cell.strip() for cell in line.strip().strip("|").split(separator)] for line in lines if separator in line
        ]
        rows = [row for row in rows if not all(re.fullmatch(r":?-*:?", cell) for cell in row)]
        widths = {len(row) for row in rows}
        whole = separator in "|\t" or len(rows) >= len(lines) - 1
        if len(rows) >= 2 and len(widths) == 1 and whole and max(len(cell) for row in rows for cell in row) <= 120:
            names = _distinct([cell or f"column {index}" for index, cell in enumerate(rows[0], 1)])
            numbers = tuple(range(1, len(names) + 1))
            body = tuple((*row, str(number)) for number, row in enumerate(rows[1:], 2))
            return [Table("columns", (*names, ROW), body, numbers)]
    return []


def _lines(lines: Sequence[str]) -> Table | None:
    body = lines[1:] if len(lines) > 1 and lines[0].rstrip().endswith(":") else lines
    records = [part for line in body if not _RULE.match(line) and (part := described(_BULLET.sub("", line).strip()))]
    return _table("lines", records) if len(records) > (body is lines) else None


def _parts(text: str) -> list[Table]:
    """Lists with commas; a text without any colon is one."""
    if len(text) > 1500:
        return []
    found = [[described(piece) for piece in one.pieces] for one in listings(text) if one.sign != ";"]
    if ": " not in text:
        found = [[described(part) for part in _PARTS.split(text.strip(" .")) if part]]
    return [_table("parts", records) for records in found if len(records) > (": " not in text)]


def _clauses(text: str) -> list[Table]:
    """Lists with semicolons; a single piece may be one, too."""
    found = [[described(piece) for piece in one.pieces] for one in listings(text) if one.sign != ","]
    return [_table("clauses", records) for records in found]


def _each(text: str) -> tuple[Table, ...]:
    rows: dict[str, list[dict[str, str]]] = {}
    for mention in mentions(text):
        if all(row["text"] != mention.text for row in rows.get(mention.kind, [])):
            rows.setdefault(mention.kind, []).append({"text": mention.text})
    return tuple(_table(f"each {kind}", records[:_LONGEST_TABLE]) for kind, records in rows.items())


def described(text: str) -> dict[str, str]:
    """A piece of text as a record: the text, its mentions by kind and number, and what stands before the first one."""
    record = {"text": text}
    if " (" in text and text.endswith(")"):
        record["before the bracket"] = text.partition(" (")[0]
    counts: dict[str, int] = {}
    first = len(text)
    for mention in mentions(text)[:24]:
        counts[mention.kind] = counts.get(mention.kind, 0) + 1
        record[f"{mention.kind} {counts[mention.kind]}"] = mention.text
        if mention.kind in ("number", "date", "time", "datetime"):
            first = min(first, mention.start)
    if 0 < first < len(text) and (head := text[:first].strip(" :-|,\t(")):
        record["head"] = head
    for behind in _BEHIND.finditer(text) if len(text) < 200 else ():
        record.setdefault(f"behind {behind[1].lower()}", behind[2].strip())
    if ":" in text and (match := _FIELD.match(text)):
        record["label"], record["value"] = (match[1] or match[3]).strip(), (match[2] or "").strip()
    return record


def _table(kind: str, records: Sequence[dict[str, str]]) -> Table:
    columns = tuple(dict.fromkeys(name for record in records for name in record))[:40]
    return Table(kind, columns, tuple(tuple(record.get(name, "") for name in columns) for record in records))


def joined(parts: Sequence[tuple[Table, dict[str, str]]]) -> Table | None:
    """Tables of one kind from several documents as one; each row also carries its document's own fields."""
    if not parts:
        return None
    own = tuple(dict.fromkeys(name for _, fields in parts for name in fields))
    columns = tuple(dict.fromkeys(name for table, _ in parts for name in table.columns))
    rows = []
    for table, fields in parts:
        place = {name: index for index, name in enumerate(table.columns)}
        tail = tuple(fields.get(name, "") for name in own)
        rows += [(*(row[place[name]] if name in place else "" for name in columns), *tail) for row in table.rows]
    numbers = parts[0][0].numbers if all(table.columns == columns for table, _ in parts) else ()
    return Table(parts[0][0].kind, (*columns, *own), tuple(rows[:_LONGEST_TABLE]), numbers)


def phrase_in(phrase: str, text: str) -> bool:
    """Whether a phrase stands in a text as whole words, in any case."""
    wanted = phrase.strip().lower()
    if len(wanted) < 2:
        return False
    position = text.find(wanted)
    while position >= 0:
        end = position + len(wanted)
        before, after = text[position - 1 : position], text[end : end + 1]
        if not (before.isalnum() or after.isalnum() or "_" in (before, after)):
            return True
        position = text.find(wanted, position + 1)
    return False


def same_cells(table: Table, column: int, wanted: str) -> int:
    """The rows whose cell equals a value, as a bit mask."""
    goal = key(wanted)
    return sum(1 << index for index, row in enumerate(table.rows) if row[column] and key(row[column]) == goal)

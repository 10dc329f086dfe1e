"""What the words want done in tables: cells written, rows added or taken out, columns filled, tables sorted or made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from procmem.models.simulated.alignment import stem
from procmem.models.simulated.composing import best_grid, grid_of, wanted_columns
from procmem.models.simulated.entities import as_number, mentions, typed
from procmem.models.simulated.findings import Findings, Sheet
from procmem.models.simulated.pointing import by_part, kinds, words_before
from procmem.models.simulated.records import phrase_in
from procmem.models.simulated.roles import Act, app_of
from procmem.models.simulated.rules import kept_in
from procmem.models.simulated.selecting import Grid, chosen, picks
from procmem.models.simulated.tidying import dates_alike, totals
from procmem.models.simulated.words import PLAIN

_REMOVING = re.compile(r"(?i)\b(delete|remove|erase|drop|strike|discard|take\b.{0,40}\bout|clean\b.{0,60}\bof)\b")
_SORTING = re.compile(r"(?i)\b(sort\w*|rank\w*|order(?:ed)? (?:by|the rows|rows|them))\b")
_FALLING = re.compile(
    r"(?i)\b(descend\w*|descent\w*|highest first|largest first|newest first|latest first|most first|decreasing|"
    r"from (?:the )?"
    r"(?:highest|largest|newest|most))\b"
)
_APPENDING = re.compile(
    r"(?i)\b(add|append|book|enter|put|register|insert|record|take in|new (?:row|line|entry)|another (?:row|"
    r"line|entry))\b"
)
_SETTING = re.compile(
    r"(?i)\b(should|must|set|change|update|correct|write|enter|put|fill|note|mark|record|"
    r"replace|make)\b"
)
_REPEATING = re.compile(r"(?i)\b(?:duplicate|copy|repeat)\b[^.]{0,60}\b(?:bottom|end|below)\b")
_NEW_COLUMN = re.compile(
    r"(?i)\bnew (?:header|column|field)\s+(?:called |named )?(?:'([^']{1,40})'|\"([^\"]{1,40})\"|"
    r"([A-Z][\w ]{1,30}?)(?=[,.;]| with| in|$))"
)
_BECOMES = re.compile(r"(?i)\b(?:to|be|becomes?)\s+$")
_VALUE = re.compile(r"(?i)\b(?:to|as|is|be|becomes?|with|value|=)\s+(?:now )?(?:value )?$")
_FIELD = re.compile(r"^\s*([A-Za-z][\w /-]{0,30}?)\s*:\s+(\S.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a sheet."""

    row: int
    column: int


def table_acts(text: str, known: Findings) -> list[Act]:
    """Acts on tables that the words of a text want, given the sheets that were read."""
    made = _new_table(text, known)
    if made:
        return made
    sheet = sheet_meant(text, known.sheets)
    if sheet is None or sheet.table is None:
        return []
    grid = grid_of(sheet)
    if _REMOVING.search(text) and picks(grid, text):
        return list(_removed(sheet, grid, text, known))
    whole = dates_alike(text, known, _sheets_of(sheet, known)) or totals(text, _sheets_of(sheet, known))
    if whole:
        return whole
    if _REPEATING.search(text) and picks(grid, text):
        return [
            _on(sheet, "append", {"rows": [[_cell(cell) for cell in grid.rows[one]] for one in chosen(grid, text)]})
        ]
    if _SORTING.search(text):
        return _sorted(sheet, grid, text)
    column = _NEW_COLUMN.search(text)
    if column:
        return list(_filled_column(sheet, grid, text, column))
    if _APPENDING.search(text) or known.documents:
        rows = [(row, one) for one in _sheets_of(sheet, known) if (row := _new_row(one, text, known))]
        if rows:
            row, goal = max(rows, key=lambda one: sum(cell not in ("", None) for cell in one[0]))
            return [_on(goal, "append", {"rows": [row]})]
    clear = _explained(sheet, text, known) and not _SETTING.search(text)
    return _set(sheet, text, known) if clear or _SETTING.search(text) else []


def _sheets_of(sheet: Sheet, known: Findings) -> list[Sheet]:
    """All sheets of a workbook, this one first."""
    return [sheet, *[one for one in known.sheets if one.path == sheet.path and one.name != sheet.name and one.table]]


def sheet_meant(text: str, sheets: Sequence[Sheet]) -> Sheet | None:
    """The sheet that a text speaks of: in the named file, the one whose rows, titles or name it says."""
    lowered = text.lower()
    own = [sheet for sheet in sheets if sheet.path.lower() in lowered] or _alike(lowered, sheets)
    bare = re.sub(r"[\w/-]+\.\w{2,5}\b", " ", lowered)
    scored = []
    for place, sheet in enumerate(own):
        score = 0.4 * (not sheet.name) - 0.01 * place
        if sheet.name and re.search(
            rf"\b(?:sheet|tab) ['\"]?{re.escape(sheet.name.lower())}\b|['\"]{re.escape(sheet.name.lower())}['\"]", bare
        ):
            score += 4.0
        elif sheet.name and phrase_in(sheet.name, bare):
            score += 0.7
        if sheet.table is not None:
            grid = grid_of(sheet)
            score += 1.5 * picks(grid, text) + 0.5 * min(3, len(grid.named(text))) + 0.2 * (len(grid.titles) > 2)
        scored.append((score, -place, sheet))
    best = max(scored, key=lambda one: one[:2], default=None)
    return best[2] if best is not None else None


def _alike(lowered: str, sheets: Sequence[Sheet]) -> list[Sheet]:
    """Sheets of files of whose names most words stand in the text; all where none does."""
    found = []
    for sheet in sheets:
        words = re.split(r"[_\W]+", sheet.path.rsplit("/", 1)[-1].rsplit(".", 1)[0].lower())
        found.append((sum(phrase_in(word, lowered) for word in words), sheet))
    best = max((score for score, _ in found), default=0)
    return [sheet for score, sheet in found if score == best]


def _on(sheet: Sheet, deed: str, values: dict[str, object]) -> Act:
    named = {"sheet": sheet.name} if sheet.name else {}
    return Act(deed, {"path": sheet.path, **values, **named})  # type: ignore[arg-type]


def _numbers(sheet: Sheet) -> list[int]:
    """The row numbers of the table's rows."""
    assert sheet.table is not None
    return [int(row[-1]) for row in sheet.table.rows]


def _removed(sheet: Sheet, grid: Grid, text: str, known: Findings) -> Iterator[Act]:
    """The rows that are meant, from the bottom up, so that no number changes before its turn.

    Where the workbook's own notes want such rows kept on another sheet, they are put there first.
    """
    numbers, rows = _numbers(sheet), chosen(grid, text)
    others = [other.name for other in known.sheets if other.path == sheet.path and other.name not in ("", sheet.name)]
    goal = kept_in(known, sheet.path, others)
    if goal:
        cells = [[_cell(cell) for cell in grid.rows[place]] for place in rows]
        yield Act("append", {"path": sheet.path, "sheet": goal, "rows": cells})
    for place in sorted(rows, reverse=True):
        yield _on(sheet, "delete", {"row": numbers[place]})


def _sorted(sheet: Sheet, grid: Grid, text: str) -> list[Act]:
    behind = re.search(r"(?i)\b(?:by|after|according to)\b(.{2,60})", text)
    columns = (grid.named(behind[1]) if behind else []) or grid.named(text) or grid.numeric()[-1:]
    if not columns or sheet.table is None:
        return []
    column = sheet.table.numbers[columns[0]]
    return [_on(sheet, "sort", {"column": column, "descending": bool(_FALLING.search(text))})]


def _filled_column(sheet: Sheet, grid: Grid, text: str, named: re.Match[str]) -> Iterator[Act]:
    """A new title behind the others, and below it the value that the words give for every row they pick."""
    title = next(part for part in named.groups() if part).strip()
    column = max(sheet.columns, default=0) + 1
    yield _on(sheet, "set", {"row": 1, "column": column, "text": title})
    quoted = [one.text for one in mentions(text) if one.kind == "quoted" and one.text != title]
    told = re.search(r"(?i)\b(?:value|with)\s+['\"]?([\w.]+)['\"]?", text[named.end() :])
    value = quoted[-1] if quoted else told[1] if told else ""
    for place in chosen(grid, text) if value else ():
        yield _on(sheet, "set", {"row": _numbers(sheet)[place], "column": column, "text": value})


# --- one cell --------------------------------------------------------------------------------------------------------


def _set(sheet: Sheet, text: str, known: Findings) -> list[Act]:
    """One cell: the row and the column that the words name, with the value they give or a list explains."""
    assert sheet.table is not None
    grid = grid_of(sheet)
    spoken = _pointed(text)
    place = spoken or _crossing(sheet, grid, text)
    if place is None:
        return []
    said = {cell.lower() for row in grid.rows for cell in row} | {title.lower() for title in grid.titles}
    value = _explained(sheet, text, known) or _told(text, said)
    if not value or sheet.cells.get((place.row, place.column), "") == value:
        return []
    return [_on(sheet, "set", {"row": place.row, "column": place.column, "text": value})]


def _pointed(text: str) -> Place | None:
    """The cell that the words count: "row 3, column 2", "cell B3"."""
    row, column = re.search(r"(?i)\brow (\d{1,5})\b", text), re.search(r"(?i)\bcolumn (\d{1,3})\b", text)
    if row and column:
        return Place(int(row[1]), int(column[1]))
    cell = re.search(r"\bcell ([A-Z])(\d{1,5})\b", text)
    return Place(int(cell[2]), ord(cell[1]) - ord("A") + 1) if cell else None


def _crossing(sheet: Sheet, grid: Grid, text: str) -> Place | None:
    """Where the one row that the words name crosses the column that they name."""
    assert sheet.table is not None
    lowered = text.lower()
    rows = [
        place
        for place, row in enumerate(grid.rows)
        if any(len(cell) > 1 and cell.lower() not in PLAIN and phrase_in(cell, lowered) for cell in row[:2])
    ]
    columns = _column_of(grid, text)
    if len(rows) != 1 or not columns:
        return None
    return Place(_numbers(sheet)[rows[0]], sheet.table.numbers[columns[0]])


def _column_of(grid: Grid, text: str) -> list[int]:
    """The columns that are meant: a day that is told as a title, else a title that is said."""
    days = {f"{what.value}" for one in kinds(text, "date") if (what := typed(one.text)).kind == "date"}
    dated = [index for index, title in enumerate(grid.titles) if f"{typed(title).value}"[:10] in days]
    return dated or [index for index in grid.named(text) if index > 0]


def _told(text: str, said: set[str]) -> str:
    """The value that stands behind "to", "as" or "is", else the only one that is no cell of the table already."""
    found = [one for one in mentions(text) if one.kind in ("quoted", "number", "name", "code", "time")]
    for one in reversed(found):
        before = text[max(0, one.start - 14) : one.start].rstrip("'\"“‘")
        known = one.text.lower() in said and not (one.kind == "quoted" and _BECOMES.search(before))
        if _VALUE.search(before) and not known:
            return one.text
    match = re.search(r"(?i)\b(?:to|as) (?!the\b|a\b|be\b|it\b)([a-z][\w-]{2,20})(?=[.,;]|$)", text)
    if match and match[1].lower() not in said:
        return match[1]
    fresh = [one.text for one in found if one.kind in ("quoted", "number") and one.text.lower() not in said]
    return fresh[0] if len(fresh) == 1 else ""


def _explained(sheet: Sheet, text: str, known: Findings) -> str:
    """The sign that another list of the same file gives for something that the words say, or the other way round."""
    lowered = text.lower()
    for other in known.sheets:
        if other.path != sheet.path or other.name == sheet.name or other.table is None:
            continue
        grid = grid_of(other)
        if len(grid.titles) != 2:
            continue
        hits = [
            (len(cell), row[1 - index])
            for row in grid.rows
            for index, cell in enumerate(row[:2])
            if len(cell) > 2 and phrase_in(cell, lowered) and len(row[1 - index]) <= 12
        ]
        if hits:
            return max(hits)[1]
    return ""


# --- rows ------------------------------------------------------------------------------------------------------------


def _new_row(sheet: Sheet, text: str, known: Findings) -> list[object]:
    """A row for what a document or the words tell, in the order of the titles; empty where less than half is known."""
    titles = [title for _, title in sorted(sheet.columns.items())]
    facts = _facts(text, known)
    row = [_fact(title, facts) for title in titles]
    people = [one for one in mentions(text) if one.kind == "name"]
    for place in [place for place in range(len(titles)) if not row[place]]:
        row[place] = next((one.text for one in people if _listed(sheet, place, one.text)), "")
    fresh = [one.text for one in people if one.text not in row]
    heading = next((value for label, value in facts if not label), "") or next(iter(fresh), "")
    open_still = [place for place, title in enumerate(titles) if not row[place]]
    own = next((place for place in open_still if _lists(titles[place], heading, sheet, known)), None)
    if own is None and heading and len(open_still) == 1:
        own = open_still[0]
    if own is not None:
        row[own] = heading
    for place, title in enumerate(titles):
        row[place] = row[place] or _looked_up(sheet, title, [cell for cell in row if cell], known)
    told = sum(bool(cell) for cell in row)
    return [_cell(cell) for cell in row] if told * 2 > len(titles) and told > 1 else []


def _listed(sheet: Sheet, place: int, value: str) -> bool:
    """Whether a column of the sheet has a value already."""
    column = sorted(sheet.columns)[place]
    return any(own == column and cell.lower() == value.lower() for (row, own), cell in sheet.cells.items() if row > 1)


def _lists(title: str, value: str, sheet: Sheet, known: Findings) -> bool:
    """Whether some list has this value under this title."""
    for other in known.sheets:
        if other.table is not None and other.path == sheet.path and value:
            index = other.table.column(title)
            if index is not None and any(row[index].lower() == value.lower() for row in other.table.rows):
                return True
    return False


def _facts(text: str, known: Findings) -> list[tuple[str, str]]:
    """What the last document and the words say of the new thing, by label; a document's heading has no label."""
    found: list[tuple[str, str]] = []
    for document in known.documents[-1:]:
        lines = [line.strip() for line in document.text.split("\n") if line.strip()]
        if lines and ":" not in lines[0]:
            found.append(("", lines[0]))
        found += [(match[1].strip(), match[2].strip()) for match in _FIELD.finditer(document.text)]
    found += [(match[1], match[2]) for match in re.finditer(r"\b([a-z]\w+) of ([$€£]?\d[\d.,]*\d|\d)\b", text)]
    found += [(match[1].split(" ")[-1], match[2] or match[3]) for match in _SAID.finditer(text)]
    return found


_SAID = re.compile(
    r"\b([A-Za-z]\w{1,20}):? (?:['\"“]([^'\"”\n]{1,60})['\"”]|([$€£]?\d[\d.,:-]*\w|[A-Z][\w.@-]*(?: [A-Z][\w-]+)*))"
)
_ALSO = (
    "amount total sum price cost value",
    "date day on when",
    "name who person applicant",
    "place where location room",
)
"""Titles that mean much the same in lists and on paper."""


def _fact(title: str, facts: Sequence[tuple[str, str]]) -> str:
    """What is said under a title: under its very words, some of them, or words that mean the same."""
    wanted = _stems(title)
    alike = [own for words in _ALSO if (own := _stems(words)) & wanted]
    for fits in (
        lambda own: own == wanted,
        lambda own: bool(own & wanted),
        lambda own: any(own & words for words in alike),
    ):
        found = next((value for label, value in facts if label and fits(_stems(label))), "")
        if found:
            return found
    return ""


def _stems(text: str) -> set[str]:
    return {stem(word) for word in re.findall(r"[a-z]+", text.lower())}


def _looked_up(sheet: Sheet, title: str, told: Sequence[str], known: Findings) -> str:
    """What another list gives under a title for something that is known of the row."""
    for other in known.sheets:
        if (other.name == sheet.name and other.path == sheet.path) or other.table is None:
            continue
        grid = grid_of(other)
        columns = [index for index, name in enumerate(grid.titles) if name.lower() == title.lower()]
        for row in grid.rows if columns else ():
            if any(cell and any(cell.lower() == value.lower() for value in told) for cell in row):
                return row[columns[0]]
    return ""


def _cell(value: str) -> object:
    """A cell as it is written: a plain number as one."""
    number = as_number(value) if re.fullmatch(r"[$€£]?-?[\d,]+(?:\.\d+)?", value) else None
    if number is None:
        return value
    return int(number) if number == int(number) and "." not in value else number


# --- tables of their own ---------------------------------------------------------------------------------------------


def _new_table(text: str, known: Findings) -> list[Act]:
    """A workbook that is to be made, with the rows that the words want of what was read."""
    files = [one for one in mentions(text) if one.kind == "file" and app_of(one.text) == "excel"]
    read = {sheet.path.rsplit("/", 1)[-1] for sheet in known.sheets} | {path.rsplit("/", 1)[-1] for path in known.files}
    fresh = [one for one in files if one.text.rsplit("/", 1)[-1] not in read]
    if not fresh or (
        len(files) > 1 and by_part(text, files, True) is None and len(fresh) == len(files) and known.sheets == []
    ):
        return []
    found = best_grid(text, known)
    if found is None or (
        "as" not in (before := words_before(text, fresh[0]))
        and not {"file", "into", "to", "called", "named", "create", "new", "make"} & set(before)
    ):
        return []
    path, grid = full_path(fresh[0].text), found[1]
    columns = wanted_columns(grid, text) if not _SORTING.search(text) else list(range(len(grid.titles)))
    rows = [[_cell(grid.rows[place][index]) for index in columns] for place in chosen(grid, text)]
    acts = [
        Act("make", {"path": path}),
        Act("append", {"path": path, "rows": [[grid.titles[index] for index in columns], *rows]}),
    ]
    if _SORTING.search(text):
        behind = re.search(r"(?i)\b(?:by|after)\b(.{2,40})", text)
        named = (grid.named(behind[1]) if behind else []) or grid.named(text) or grid.numeric()[-1:]
        if named:
            acts.append(Act("sort", {"path": path, "column": named[0] + 1, "descending": bool(_FALLING.search(text))}))
    return acts


def full_path(path: str) -> str:
    """A file's place: a bare name lies where all files lie."""
    return path if "/" in path else f"data/{path}"

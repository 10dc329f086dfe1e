"""The answer to a task's question from what was read: a figure, a cell, the rows that are meant, yes or no."""

from __future__ import annotations

import re
from collections.abc import Iterator

from procmem.models.simulated.alignment import gist
from procmem.models.simulated.composing import best_grid
from procmem.models.simulated.context import Seen
from procmem.models.simulated.entities import as_number, number_text
from procmem.models.simulated.findings import Findings, Mail
from procmem.models.simulated.people import names
from procmem.models.simulated.reading import Request, report_seen
from procmem.models.simulated.records import phrase_in
from procmem.models.simulated.roles import looks, role_of
from procmem.models.simulated.selecting import HIGHEST, LOWEST, Grid, chosen

_ASKING = re.compile(
    r"(?i)\b(what|which|who|whose|how (?:many|much|long)|when|where|does|did|is my|are there|tell me|"
    r"let me know|answer|find the|"
    r"calculate|count|total|add (?:up )?all)\b|\?"
)
_COUNT = re.compile(r"(?i)\bhow many\b|\bnumber of\b|\bcount\b")
_SUM = re.compile(r"(?i)\b(total|sum|add up|adds? up|altogether|how much|add all|comes? to|sum)\b")
_MEAN = re.compile(r"(?i)\b(average|mean)\b")
_DIFFERENCE = re.compile(r"(?i)\b(differ\w*|how much (?:more|less)|gap)\b")
_EXTREMES = re.compile(r"(?i)\b(?:highest|lowest|largest|smallest)\b")
_YES_NO = re.compile(r"(?i)\byes or no\b|^(?:does|did|is|are|has|have|can|do)\b")
_NOT = re.compile(r"(?i)\b(not|no|never|n't|declin\w+|reject\w+|unfortunately)\b")
_MONEY = re.compile(r"(?i)\b(amount|total|price|cost|sum|value|fee|revenue)s?\b")
_BY_MONTH = re.compile(r"(?is)\b(?:annual|year\w*)\b.*\bmonth\w*\b.*\?")


def answered(request: Request) -> str:
    """An answer from the reports: what the question asks for, else what was done."""
    turns = [one for one in request.done if one.tool == "delegate"]
    known = Findings(tuple(_before_acting([seen for one in turns for seen in report_seen(one.observation)])))
    if _ASKING.search(request.task):
        found = replied(request.task, known)
        if found:
            return found[:1000]
    return turns[-1].observation.split("\n", 2)[1][:400] if turns and "\n" in turns[-1].observation else "Done."


def _before_acting(seen: list[Seen]) -> Iterator[Seen]:
    """What was seen of each thing before it was changed: a question is about that."""
    changed: set[str] = set()
    for one in seen:
        values = {value for name, value in one.arguments if role_of(name) in ("path", "owner")}
        if one.tool and not looks(one.tool):
            changed |= values
        elif not values & changed:
            yield one


def replied(question: str, known: Findings) -> str:
    """What a question asks for, of tables, entries and mails; empty where nothing says it."""
    grid = best_grid(question, known)
    mails = bool(re.search(r"(?i)\be?-?mails?\b|\bmailbox\b", question)) and bool(known.mails)
    if mails or (grid is None and known.mails):
        found = _of_mails(question, known)
        if found:
            return found
    if grid is not None:
        found = _of_table(question, grid[1])
        if found:
            return found
    return _of_entries(question, known) if known.events else ""


# --- tables ----------------------------------------------------------------------------------------------------------


def _of_table(question: str, grid: Grid) -> str:
    """One figure for each part of the question, or the rows that it asks for."""
    compared = _compared(question, grid)
    if compared:
        return compared
    rows = chosen(grid, _EXTREMES.sub("", question) if _DIFFERENCE.search(question) else question)
    numbers = [index for index in grid.named(question) if index in grid.numeric()]
    if _COUNT.search(question) and not re.search(r"(?i)\bwhich\b|\bwho\b", question):
        return _counts(question, grid)
    if re.search(r"(?i)\b(least|fewest|most)\b", question) and not numbers:
        most = _commonest(question, grid)
        if most:
            return most
    money = [index for index in grid.numeric() if _MONEY.search(grid.titles[index])]
    column = next(iter([*numbers, *money[-1:], *grid.numeric()[-1:]]), None)
    if column is not None:
        values = [(value, place) for place in rows if (value := as_number(grid.rows[place][column])) is not None]
        found = _figure(question, values, grid, column)
        if found:
            return found
    return _cells(question, grid, rows)


def _counts(question: str, grid: Grid) -> str:
    """For every part of the question that counts, how many rows it picks."""
    parts = [part for part in re.split(r",? and (?=how many)|[;?]", question) if part.strip()]
    return ", ".join(str(len(chosen(grid, part))) for part in parts if _COUNT.search(part) or _SUM.search(part))


def _figure(question: str, values: list[tuple[float, int]], grid: Grid, column: int) -> str:
    if not values:
        return ""
    high, low = max(values, key=lambda one: one[0]), min(values, key=lambda one: one[0])
    if _DIFFERENCE.search(question):
        return number_text(high[0] - low[0])
    if _SUM.search(question):
        total = sum(value for value, _ in values)
        return number_text(total / 12) if _BY_MONTH.search(question) else number_text(total)
    if _MEAN.search(question):
        return number_text(round(sum(value for value, _ in values) / len(values), 2))
    for pattern, best in ((HIGHEST, high), (LOWEST, low)):
        if pattern.search(question):
            row = grid.rows[best[1]]
            asked = [index for index in grid.named(question) if index != column]
            told = dict.fromkeys([*(row[index] for index in asked), row[0], row[column]])
            return ", ".join(cell for cell in told if cell)
    return ""


def _commonest(question: str, grid: Grid) -> str:
    """Of a column that is named, the value that stands in most or in fewest rows."""
    columns = grid.named(question)
    if not columns:
        return ""
    counts: dict[str, int] = {}
    for row in grid.rows:
        counts[row[columns[0]]] = counts.get(row[columns[0]], 0) + 1
    if len(counts) < 2 or max(counts.values()) == 1:
        return ""
    fewest = bool(LOWEST.search(question))
    return (min if fewest else max)(counts, key=lambda value: counts[value])


def _compared(question: str, grid: Grid) -> str:
    """The rows whose number in one named column is higher or lower than in another."""
    match = re.search(
        r"(?i)\b(higher|lower|more|less|greater|smaller|better|worse)\b.{0,30}?\bin\b(.+?)\bthan\b(?: in)?(.+)",
        question,
    )
    if not match:
        return ""
    left, right = grid.named(match[2]), grid.named(match[3])
    if not left or not right or left[0] == right[0]:
        return ""
    rising = match[1].lower() in ("higher", "more", "greater", "better")
    rows = []
    for row in grid.rows:
        one, other = as_number(row[left[0]]), as_number(row[right[0]])
        if one is not None and other is not None and one != other and (one > other) == rising:
            rows.append(row[0])
    return ", ".join(rows)


def _cells(question: str, grid: Grid, rows: list[int]) -> str:
    """The cells of the rows that are meant, in the columns that are asked for."""
    if not rows or len(rows) == len(grid.rows) > 1:
        return ""
    asked = [
        index
        for index in grid.named(question)
        if len(rows) > 1 or not phrase_in(grid.rows[rows[0]][index], question.lower())
    ]
    columns = asked[:2] or [0]
    return "; ".join(", ".join(grid.rows[place][index] for index in columns) for place in rows[:30])


# --- entries and mails -----------------------------------------------------------------------------------------------


def _of_entries(question: str, known: Findings) -> str:
    """Which of several people begins earlier, or has more entries; else the entry that is named."""
    people = [one.text for one in names(question)]
    asked = [event for event in known.events if not people or event.owner in people]
    if re.search(r"(?i)\b(earli\w+|first)\b", question) and len(people) > 1 and asked:
        return min(asked, key=lambda event: (event.start.time(), event.owner)).owner
    if re.search(r"(?i)\b(more|most|fewer|less|busier)\b", question) and len(people) > 1 and asked:
        counts = {name: sum(event.owner == name for event in asked) for name in people}
        fewest = bool(re.search(r"(?i)\b(fewer|less)\b", question))
        return (min if fewest else max)(counts, key=lambda name: counts[name])
    named = [event for event in asked if phrase_in(event.title, question.lower())]
    if named:
        return f"{named[0].title}: {named[0].start:%Y-%m-%d %H:%M} to {named[0].end:%Y-%m-%d %H:%M}"
    return str(len(asked)) if _COUNT.search(question) else ""


def _of_mails(question: str, known: Findings) -> str:
    """The subject or sender that is asked for, yes or no, or the sentence of a mail that speaks of the matter."""
    mails = sorted(known.mails, key=lambda mail: mail.date)
    people = [one.text.lower() for one in names(question)]
    to = [mail for mail in mails if any(name in mail.to.lower() for name in people)]
    mails = to or mails
    if re.search(r"(?i)\bwho\b.{0,20}\bmost\b", question):
        counts: dict[str, int] = {}
        for mail in mails:
            counts[mail.sender] = counts.get(mail.sender, 0) + 1
        return max(counts, key=lambda name: counts[name]) if counts else ""
    if re.search(r"(?i)\bsubject\b", question) and mails:
        own = [mail for mail in mails if known.mails and mail.owner and mail.owner.lower() in mail.sender.lower()]
        latest = bool(re.search(r"(?i)\b(latest|last|newest|most recent)\b", question))
        meant = own if re.search(r"\bI\b", question) and own else mails
        return meant[-1].subject if latest else meant[0].subject
    sentence = _sentence(question, mails)
    if _YES_NO.search(question.strip()):
        return ("No. " if sentence and _NOT.search(sentence) else "Yes. ") + sentence if sentence else "No."
    return sentence


def _sentence(question: str, mails: list[Mail]) -> str:
    """Of all that the mails say, the sentence that shares most words with the question."""
    words = gist(question)
    best = (0.0, "")
    for mail in mails:
        for sentence in re.split(r"(?<=[.!?])\s+|\n+", f"{mail.subject}\n{mail.body}"):
            shared = len(gist(sentence) & words) + 0.5 * len(
                set(re.findall(r"\w*\d\w*", sentence)) & set(re.findall(r"\w*\d\w*", question))
            )
            score = shared + 0.3 * bool(re.search(r"\d", sentence)) if shared else 0.0
            best = max(best, (score, sentence.strip()), key=lambda one: one[0])
    return best[1]

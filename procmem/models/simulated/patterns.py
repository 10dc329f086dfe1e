"""Patterns with blanks, as house rules write them: ``Report <month>.docx``, ``Dear {name}``.

A value that fits a pattern word for word was made by it; what stood in each blank is then explained by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import lru_cache

from procmem.models.simulated.context import TEXTS, Context
from procmem.models.simulated.entities import mentions
from procmem.models.simulated.records import ROW, phrase_in

BLANK = re.compile(r"<([^<>\n]{1,40})>|\{([^{}\n]{1,40})\}|\[([^\[\]\n]{1,40})\]")
_LETTERS = re.compile(r"[^\W\d_]")
_MOST = 40
_FEWEST_LETTERS = 3
_LONGEST = 400


def blanks(pattern: str) -> tuple[str, ...]:
    """The names of a pattern's blanks, in order."""
    return tuple((match[1] or match[2] or match[3]).strip() for match in BLANK.finditer(pattern))


@lru_cache(maxsize=4096)
def fitted(pattern: str, value: str) -> tuple[tuple[str, str], ...] | None:
    """What stands in each blank of a value that fits a pattern; None when it does not fit."""
    names = blanks(pattern)
    if not names or len(names) > 8 or len(pattern) > _LONGEST or len(value) > _LONGEST:
        return None
    constant = BLANK.split(pattern)[::4]
    match = re.fullmatch("(.+?)".join(re.escape(text) for text in constant), value.strip(), re.DOTALL)
    if match is None:
        return None
    found: dict[str, str] = {}
    for name, text in zip(names, match.groups(), strict=True):
        if found.setdefault(name, text) != text:
            return None
    return tuple(found.items())


@lru_cache(maxsize=1024)
def _is_pattern(text: str) -> bool:
    return bool(BLANK.search(text)) and len(_LETTERS.findall(BLANK.sub("", text))) >= _FEWEST_LETTERS


def patterns(context: Context) -> list[str]:
    """The patterns in quoted parts of the instructions, and in cells and fields of what was observed, each once."""
    found: dict[str, None] = {}
    for text in context.texts.values():
        quoted = (one.text for one in mentions(text) if one.kind == "quoted")
        found |= dict.fromkeys(one for one in quoted if len(one) <= _LONGEST and _is_pattern(one))
    for ref in context.references():
        table = context.table(ref)
        if table is None or ref.kind.startswith("each") or ref.source in TEXTS:
            continue
        for row in table.rows[:60]:
            for cell in row[:12]:
                if "<" in cell or "{" in cell or "[" in cell:
                    text = cell.strip()
                    if len(text) <= _LONGEST and _is_pattern(text):
                        found.setdefault(text)
        if len(found) >= _MOST:
            break
    return list(found)[:_MOST]


def written(pattern: str, filling: Mapping[str, str | None], context: Context) -> str | None:
    """The pattern with its blanks filled: as told, else by what the blank is called; None when one stays open."""
    shown, position = "", 0
    for match in BLANK.finditer(pattern):
        name = (match[1] or match[2] or match[3]).strip()
        value = filling.get(name) or called(name, context)
        if value is None:
            return None
        shown += pattern[position : match.start()] + value
        position = match.end()
    return shown + pattern[position:]


def alike(pattern: str, wanted: frozenset[str], then: str, context: Context) -> str:
    """The pattern; where it lacks the wanted blanks, the observed one with just these that is worded most like then."""
    if wanted <= set(blanks(pattern)):
        return pattern
    fitting = [one for one in patterns(context) if wanted == set(blanks(one))]
    return max(fitting, key=lambda one: SequenceMatcher(None, one, then).ratio()) if fitting else pattern


def called(name: str, context: Context) -> str | None:
    """The one value that something observed, or the row at hand, has under a name."""
    wanted = name.strip().lower()
    for column, value in (context.item or {}).items():
        if column.lower() == wanted and value:
            return value
    for ref in context.references():
        table = context.table(ref)
        place = table.column(name) if table is not None and name != ROW else None
        if table is None or place is None:
            continue
        rows = list(table.rows)
        if len(rows) > 1:
            asked = " ".join(context.lowered(source) for source in TEXTS)
            rows = [row for row in rows if any(len(cell) > 2 and phrase_in(cell, asked) for cell in row)]
        if len(rows) == 1 and rows[0][place]:
            return rows[0][place]
    return None

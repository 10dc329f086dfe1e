"""Laying one text beside another: which stretch of the new text stands where a stretch of the old one stood."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from procmem.models.simulated.entities import mentions
from procmem.models.simulated.words import PLAIN, SYNONYMS

LONGEST = 420
"""Tokens of a text that are aligned; longer texts are not."""
_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, sign or whole mention. ``shape`` is equal for all mentions of a kind and for a word in any case."""

    shape: str
    start: int
    end: int


@lru_cache(maxsize=2048)
def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a text in order; a typed mention is one token."""
    found: list[Token] = []
    position = 0
    for mention in mentions(text):
        if mention.start < position:
            continue
        found += _words(text, position, mention.start)
        found.append(Token(f"<{mention.kind}>", mention.start, mention.end))
        position = mention.end
    found += _words(text, position, len(text))
    return tuple(found)


def _words(text: str, start: int, end: int) -> list[Token]:
    return [Token(match.group().lower(), match.start(), match.end()) for match in _TOKEN.finditer(text, start, end)]


@lru_cache(maxsize=4096)
def _partners(model: str, text: str) -> dict[int, int]:
    """For each aligned token of ``model`` its partner in ``text``."""
    left, right = tokens(model), tokens(text)
    if len(left) > LONGEST or len(right) > LONGEST:
        return {}
    matcher = SequenceMatcher(None, [token.shape for token in left], [token.shape for token in right], autojunk=False)
    return {
        block.a + offset: block.b + offset for block in matcher.get_matching_blocks() for offset in range(block.size)
    }


@lru_cache(maxsize=16384)
def carry(model: str, start: int, end: int, text: str) -> str | None:
    """The stretch of ``text`` that stands where ``model[start:end]`` stands, or None when its neighbours differ."""
    left, right = tokens(model), tokens(text)
    inside = [index for index, token in enumerate(left) if token.start < end and token.end > start]
    if not inside or left[inside[0]].start < start or left[inside[-1]].end > end:
        return None
    partners = _partners(model, text)
    first, last = inside[0], inside[-1]
    if all(partners.get(index) == partners.get(first, -1) + index - first for index in inside):
        begin, stop = partners[first], partners[last] + 1
        if _neighbours(partners, first, last, len(left), len(right)) < _wanted(model, text):
            return None
    else:
        before = -1 if first == 0 else partners.get(first - 1)
        behind = len(right) if last == len(left) - 1 else partners.get(last + 1)
        if before is None or behind is None or behind <= before + 1:
            return None
        begin, stop = before + 1, behind
    stretch = text[right[begin].start : right[stop - 1].end]
    return stretch if len(stretch) <= 400 else None


def _neighbours(partners: dict[int, int], first: int, last: int, total: int, others: int) -> int:
    """On how many sides an aligned stretch has aligned neighbours; the edge of both texts counts as one."""
    before = partners.get(first - 1) == partners[first] - 1 if first else partners[first] == 0
    behind = partners.get(last + 1) == partners[last] + 1 if last + 1 < total else partners[last] == others - 1
    return int(before) + int(behind)


def _wanted(model: str, text: str) -> int:
    """How many aligned neighbours make an aligned mention believable: the less alike the texts, the more."""
    alike = resemblance(model, text)
    return 0 if alike > 0.7 else 1 if alike > 0.4 else 2


_WORD = re.compile(r"[a-z]{2,}")


@lru_cache(maxsize=4096)
def gist(text: str) -> frozenset[str]:
    """The content words of a text, without its mentions, function words and endings."""
    masked = list(text[:6000].lower())
    for mention in mentions(text[:6000]):
        masked[mention.start : mention.end] = " " * (mention.end - mention.start)
    return frozenset(SAME.get(stem(word), stem(word)) for word in _WORD.findall("".join(masked)) if word not in PLAIN)


def stem(word: str) -> str:
    """A word without its common endings, so that "schedules" meets "scheduled"."""
    for ending in ("ations", "ation", "ings", "ing", "ment", "ies", "ied", "ers", "ed", "es", "er", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word.removesuffix("y")


SAME: dict[str, str] = {stem(word): stem(line.split()[0]) for line in reversed(SYNONYMS) for word in line.split()}
"""Stems of everyday verbs that say much the same, each with the one that stands for all. General English."""


def stems(text: str) -> frozenset[str]:
    """The stems of a text's words of three letters and more, each as the one that stands for it."""
    return frozenset(SAME.get(stem(word), stem(word)) for word in re.findall(r"[^\W\d_]{3,}", text.lower()))


def likeness(one: str, other: str) -> float:
    """How much two requests are about the same thing: shared content words, between 0 and 1 (Dice)."""
    left, right = gist(one), gist(other)
    if not left or not right:
        return 0.0
    return 2 * len(left & right) / (len(left) + len(right))


@lru_cache(maxsize=4096)
def resemblance(one: str, other: str) -> float:
    """How much of two texts is worded alike, whatever they name, between 0 and 1."""
    left, right = tokens(one)[:LONGEST], tokens(other)[:LONGEST]
    if not left or not right:
        return 0.0
    matcher = SequenceMatcher(None, [token.shape for token in left], [token.shape for token in right], autojunk=False)
    return matcher.ratio()

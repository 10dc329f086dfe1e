"""Lists inside sentences: what stands behind a colon, piece by piece: ``Move these: A (May 3), B (May 4). Stop.``"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from procmem.models.simulated.entities import mentions

_LONGEST = 6000
_SENTENCE = re.compile(r"[.!?][\"”']?(?:\s+(?=[A-Z\"“'])|\s*$)")
_BRACKET = re.compile(r"\([^()\n]{0,200}\)")
_COMMA = re.compile(r"\s*,\s+(?:and\s+)?|\s+and\s+")
_SEMICOLON = re.compile(r"\s*;\s*")
_MOST_PIECES = 60


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A list in a text, from ``start`` to ``stop``: the sign between its pieces (none for a single one), the pieces."""

    sign: str
    pieces: tuple[str, ...]
    start: int
    stop: int


@lru_cache(maxsize=2048)
def listings(text: str) -> tuple[Enumeration, ...]:
    """The lists behind the colons of a text's sentences, in order.

    A sentence has at most one, behind its first colon; colons, commas and full stops in quotations and brackets do not
    count.
    """
    text = text[:_LONGEST]
    plain = _hidden(text)
    found = []
    for start, stop in _sentences(plain):
        colon = plain.find(": ", start, stop)
        if colon >= 0:
            begin = colon + 2
            sign = ";" if ";" in plain[begin:stop] else ","
            pieces = tuple(_pieces(text, plain, begin, stop, _SEMICOLON if sign == ";" else _COMMA))
            if pieces:
                found.append(Enumeration(sign if len(pieces) > 1 else "", pieces[:_MOST_PIECES], begin, stop))
    return tuple(found)


def _hidden(text: str) -> str:
    """The text, as long as it was, with the insides of quotations and brackets made unreadable."""
    shown = text
    for one in mentions(text):
        if one.kind in ("quoted", "file"):
            shown = f"{shown[: one.start]}{'x' * (one.end - one.start)}{shown[one.end :]}"
    return _BRACKET.sub(lambda match: "x" * len(match[0]), shown)


def _sentences(plain: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _SENTENCE.finditer(plain):
        yield start, match.start()
        start = match.end()
    if start < len(plain):
        yield start, len(plain.rstrip())


def _pieces(text: str, plain: str, begin: int, stop: int, sign: re.Pattern[str]) -> Iterator[str]:
    position = begin
    for match in sign.finditer(plain, begin, stop):
        if text[position : match.start()].strip():
            yield text[position : match.start()].strip()
        position = match.end()
    if text[position:stop].strip():
        yield text[position:stop].strip()

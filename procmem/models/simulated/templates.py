"""Cutting texts into what stays and what varies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from procmem.models.simulated.alignment import tokens

_LONGEST = 500
_FINE = re.compile(r"[A-Za-z]+|\d+|[^A-Za-z\d\s]")
_SPLIT_MOMENT = re.compile(r"(.*\d)(T|,? (?:at )?)(\d{1,2}(?::\d{2}){0,2}.*)", re.IGNORECASE)
_TYPED_SHAPES = frozenset(("<file>", "<folder>", "<address>", "<date>", "<time>", "<number>", "<code>", "<quoted>", "<name>"))


@dataclass(frozen=True, slots=True)
class Piece:
    """A token of a text with what stands before it (spaces) and its shape."""

    before: str
    text: str
    shape: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the first text: wording that all texts share, or a slot with the others' stretches there.

    ``others`` holds None for a text whose stretch is unknown.
    """

    before: str
    text: str
    slot: bool
    varies: bool
    others: tuple[str | None, ...] = ()


@lru_cache(maxsize=2048)
def pieces(text: str, *, fine: bool = False) -> tuple[Piece, ...]:
    """The tokens of a text: whole mentions (a moment as date and time), or finely words and digits."""
    spans: list[tuple[int, int, str]] = []
    if fine:
        spans = [(match.start(), match.end(), match.group().lower()) for match in _FINE.finditer(text)]
    else:
        for token in tokens(text):
            match = _SPLIT_MOMENT.match(text[token.start : token.end]) if token.shape == "<datetime>" else None
            if match:
                spans.append((token.start, token.start + match.end(1), "<date>"))
                spans.append((token.start + match.start(3), token.end, "<time>"))
            else:
                spans.append((token.start, token.end, token.shape))
    found, position = [], 0
    for start, end, shape in spans[:_LONGEST]:
        found.append(Piece(text[position:start], text[start:end], shape))
        position = end
    if position < len(text):
        found.append(Piece("", text[position:], "end"))
    return tuple(found)


def segments(first: str, others: Sequence[str], *, fine: bool = False) -> list[Segment]:
    """The first text cut at what varies between it and the others. Alone, every typed mention is a slot."""
    own = pieces(first, fine=fine)
    partners = [_partners(own, pieces(other, fine=fine)) for other in others]
    stays = [all(index in partner for partner in partners) for index in range(len(own))]
    found: list[Segment] = []
    index = 0
    while index < len(own):
        if stays[index]:
            piece = own[index]
            slot = piece.shape in _TYPED_SHAPES or (fine and not others and len(piece.text) > 1)
            found.append(Segment(piece.before, piece.text, slot, varies=slot and not others, others=(piece.text,) * len(others)))
            _insertions(found, own, index, partners, [pieces(other, fine=fine) for other in others])
            index += 1
            continue
        stop = index
        while stop < len(own) and not stays[stop]:
            stop += 1
        text = _text(own[index:stop])
        there = tuple(
            _stretch(pieces(other, fine=fine), partner, index, stop, len(own))
            for other, partner in zip(others, partners, strict=True)
        )
        found.append(Segment(own[index].before, text, slot=True, varies=True, others=there))
        index = stop
    return found


def _insertions(found: list[Segment], own: Sequence[Piece], index: int, partners: Sequence[dict[int, int]], theirs: Sequence[Sequence[Piece]]) -> None:
    """Where another text has more between two pieces that are neighbours here, the earlier piece becomes part of a slot."""
    if index + 1 >= len(own):
        return
    extra = []
    for partner, other in zip(partners, theirs, strict=True):
        if index + 1 not in partner:
            return
        extra.append(_text(other[partner[index] : partner[index + 1]]))
    last = found[-1]
    if any(text != last.text for text in extra) and any(partner[index + 1] > partner[index] + 1 for partner in partners):
        found[-1] = Segment(last.before, last.text, slot=True, varies=True, others=tuple(extra))


def _partners(own: Sequence[Piece], other: Sequence[Piece]) -> dict[int, int]:
    matcher = SequenceMatcher(None, [piece.text for piece in own], [piece.text for piece in other], autojunk=False)
    return {block.a + step: block.b + step for block in matcher.get_matching_blocks() for step in range(block.size)}


def _stretch(other: Sequence[Piece], partner: dict[int, int], start: int, stop: int, total: int) -> str | None:
    begin = 0 if start == 0 else partner.get(start - 1, -2) + 1
    end = len(other) if stop == total else partner.get(stop, -1)
    return _text(other[begin:end]) if 0 <= begin < end else None


def _text(run: Sequence[Piece]) -> str:
    return "".join(piece.before + piece.text for piece in run)[len(run[0].before) :] if run else ""


_SEPARATORS = (("\n", "\n"), ("; ", "; "), (", ", ", and "), (", ", " and "), (", ", ", "), (" | ", " | "))


def split_list(texts: Sequence[str]) -> tuple[str, str, list[list[str]]] | None:
    """The texts as lists with one separator (and one before the last item), when at least one has two items."""
    for separator, last in _SEPARATORS:
        lists = [_split(text, separator, last) for text in texts]
        longest = max(len(items) for items in lists)
        if 2 <= longest <= 60 and all(all(items) for items in lists) and _consistent(texts, lists, separator, last):
            return separator, last, lists
    return None


def _split(text: str, separator: str, last: str) -> list[str]:
    items = text.split(separator)
    if last != separator and last in items[-1]:
        head, _, tail = items[-1].rpartition(last)
        items[-1:] = [head, tail]
    elif last.strip(" ,") == "and" and items[-1].startswith("and "):
        items[-1] = items[-1][4:]
    return [item for item in items if item] if text.strip() else []


def _consistent(texts: Sequence[str], lists: Sequence[Sequence[str]], separator: str, last: str) -> bool:
    return all(
        text == (items[0] if len(items) == 1 else separator.join(items[:-1]) + last + items[-1])
        for text, items in zip(texts, lists, strict=True)
        if items
    )


def varying(rounds: Sequence[dict[str, str]]) -> tuple[str, ...]:
    """The arguments whose values differ between rounds; those that all rounds have."""
    names = [name for name in rounds[0] if all(name in round_ for round_ in rounds)]
    return tuple(name for name in names if len({round_[name] for round_ in rounds}) > 1)

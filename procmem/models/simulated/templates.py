"""Cutting texts into what stays and what varies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from procmem.models.simulated.alignment import tokens

_LONGEST = 500
_LITTLE = 5
"""Pieces between two slots that may belong to one list."""
_FINE = re.compile(r"\d{4}-\d{2}(?:-\d{2})?(?!\d)|[A-Za-z]+|\d+|[^A-Za-z\d\s]")
_SPLIT_MOMENT = re.compile(r"(.*\d)(T|,? (?:at )?)(\d{1,2}(?::\d{2}){0,2}.*)", re.IGNORECASE)
_TYPED_SHAPES = frozenset(
    ("<file>", "<folder>", "<address>", "<date>", "<time>", "<number>", "<code>", "<quoted>", "<name>", "<phrase>")
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A token of a text with what stands before it (spaces) and its shape."""

    before: str
    text: str
    shape: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the first text, from one piece to another: wording that all texts share, or a slot with what the
    others have there (None where that is unknown).
    """

    start: int
    stop: int
    before: str
    text: str
    slot: bool
    varies: bool
    others: tuple[str | None, ...] = ()

    def split(self) -> list[Segment]:
        """The segment piece by piece, when all texts have the same shapes of pieces here; else nothing."""
        own = pieces(self.text)
        theirs = [pieces(text) if text is not None else None for text in self.others]
        shapes = [piece.shape for piece in own]
        known = [run for run in theirs if run is not None]
        if len(own) < 2 or any([piece.shape for piece in run] != shapes for run in known):
            return []
        return [
            Segment(
                place,
                place + 1,
                piece.before if place else "",
                piece.text,
                slot=piece.shape in _TYPED_SHAPES or any(run[place].text != piece.text for run in known),
                varies=any(run[place].text != piece.text for run in known) or not known,
                others=tuple(run[place].text if run is not None else None for run in theirs),
            )
            for place, piece in enumerate(own)
        ]


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


def _with_phrases(text: str, found: Sequence[Piece], phrases: Sequence[str]) -> tuple[Piece, ...]:
    """The pieces of a text with each known phrase as one piece; a piece that only reaches into one is cut there."""
    spans, position = [], 0
    for piece in found:
        position += len(piece.before)
        spans.append((position, position + len(piece.text), piece.shape))
        position += len(piece.text)
    for phrase in phrases:
        for match in re.finditer(rf"(?<!\w){re.escape(phrase)}(?!\w)", text):
            start, stop = match.span()
            touched = [one for one in spans if one[0] < stop and one[1] > start]
            inside_other = any(one[0] <= start and stop <= one[1] and one[2] in _WHOLE for one in touched)
            if not touched or inside_other:
                continue
            kept = [one for one in spans if one not in touched]
            kept += [(one[0], start - 1, "") for one in touched if one[0] < start - 1 and text[start - 1] == " "]
            kept += [(stop + 1, one[1], "") for one in touched if one[1] > stop + 1 and text[stop : stop + 1] == " "]
            spans = sorted([*kept, (start, stop, "<phrase>")])
    merged, position = [], 0
    for start, stop, shape in spans:
        merged.append(Piece(text[position:start], text[start:stop], shape or text[start:stop].lower()))
        position = stop
    return tuple(merged)


class Cut:
    """The first text beside the others, piece by piece. ``named`` are words that are names elsewhere, so slots here.

    ``phrases`` are known from elsewhere, too, the longest first; they count where there is nothing to compare with.
    """

    def __init__(
        self,
        first: str,
        others: Sequence[str],
        *,
        fine: bool = False,
        named: frozenset[str] = frozenset(),
        phrases: Sequence[str] = (),
    ) -> None:
        self.named = named
        self.own = pieces(first, fine=fine)
        if phrases and not others and not fine:
            self.own = _with_phrases(first, self.own, phrases)
        self.theirs = [pieces(other, fine=fine) for other in others]
        self.partners = [_partners(self.own, other) for other in self.theirs]
        self.stays = [all(index in partner for partner in self.partners) for index in range(len(self.own))]
        self.fine = fine

    def segments(self) -> list[Segment]:
        """The text cut at what varies between it and the others. Alone, every typed mention is a slot."""
        found: list[Segment] = []
        index = 0
        while index < len(self.own):
            stop = index
            while stop < len(self.own) and not self.stays[stop]:
                stop += 1
            found.append(self.stretch(index, stop) if stop > index else self._constant(index))
            index = max(stop, index + 1)
        return found

    def _constant(self, index: int) -> Segment:
        piece = self.own[index]
        grown = self._grown(index)
        if grown is not None:
            return Segment(index, index + 1, piece.before, piece.text, slot=True, varies=True, others=grown)
        alone = self.fine and not self.theirs and len(piece.text) > 1
        slot = piece.shape in _TYPED_SHAPES or alone or (not self.theirs and piece.text in self.named)
        others = (piece.text,) * len(self.theirs)
        return Segment(index, index + 1, piece.before, piece.text, slot=slot, varies=slot and not others, others=others)

    def _grown(self, index: int) -> tuple[str, ...] | None:
        """Where another text has more between two pieces that are neighbours here, the first is part of a slot."""
        if index + 1 >= len(self.own) or not self.stays[index + 1]:
            return None
        if all(partner[index + 1] == partner[index] + 1 for partner in self.partners):
            return None
        return tuple(
            _text(other[partner[index] : partner[index + 1]])
            for partner, other in zip(self.partners, self.theirs, strict=True)
        )

    def stretch(self, start: int, stop: int) -> Segment:
        """The pieces from start to stop as one slot, with what the others have there."""
        there = tuple(
            _stretch(other, partner, start, stop, len(self.own))
            for other, partner in zip(self.theirs, self.partners, strict=True)
        )
        return Segment(
            start, stop, self.own[start].before, _text(self.own[start:stop]), slot=True, varies=True, others=there
        )

    def runs(self, found: Sequence[Segment]) -> dict[int, Segment]:
        """Stretches that may be lists of different lengths: slots with little between them, by where they start."""
        slots = [one for one in found if one.varies]
        runs: dict[int, Segment] = {}
        for place, first in enumerate(slots):
            last = first
            for one in slots[place + 1 :]:
                if one.start - last.stop > _LITTLE or self._ends(last.stop, one.start):
                    break
                last = one
            if last is not first or any(sign in first.text for sign in (";", ",", "\n")):
                runs[first.start] = self.stretch(first.start, self._closed(first.start, last.stop))
        return runs

    def _ends(self, start: int, stop: int) -> bool:
        """Whether a sentence ends between two slots."""
        return any(piece.text == "." for piece in self.own[start:stop])

    def _closed(self, start: int, stop: int) -> int:
        """Where a stretch ends when a bracket that it opens is closed behind it."""
        run = [piece.text for piece in self.own[start:stop]]
        behind = self.own[stop].text if stop < len(self.own) else ""
        return stop + 1 if behind == ")" and run.count("(") > run.count(")") else stop


def _partners(own: Sequence[Piece], other: Sequence[Piece]) -> dict[int, int]:
    matcher = SequenceMatcher(None, [piece.text for piece in own], [piece.text for piece in other], autojunk=False)
    return {block.a + step: block.b + step for block in matcher.get_matching_blocks() for step in range(block.size)}


def _stretch(other: Sequence[Piece], partner: dict[int, int], start: int, stop: int, total: int) -> str | None:
    begin = 0 if start == 0 else partner.get(start - 1, -2) + 1
    end = len(other) if stop == total else partner.get(stop, -1)
    return _text(other[begin:end]) if 0 <= begin < end else None


def _text(run: Sequence[Piece]) -> str:
    return "".join(piece.before + piece.text for piece in run)[len(run[0].before) :] if run else ""


_WHOLE = ("<quoted>", "<file>", "<phrase>", "<address>")
SEPARATORS = (("\n", "\n"), ("; ", "; "), (", ", ", and "), (", ", " and "), (", ", ", "), (" | ", " | "))

NOTHING = ("none", "nothing", "nobody", "no one")
"""Words that stand in the place of an empty list."""
BULLETS = (("\n- ", "\n- "),)


def bulleted(text: str) -> tuple[str, str, str] | None:
    """A text cut at its one list of lines that begin with "- ": what comes before, the list, and what comes behind."""
    start = text.find("\n- ")
    if start < 0:
        return None
    lines = text[start + 1 :].split("\n")
    count = next((number for number, line in enumerate(lines) if not line.startswith("- ")), len(lines))
    listed = "\n".join(lines[:count])
    rest = text[start + 1 + len(listed) :]
    return (text[: start + 3], listed[2:], rest) if "\n- " not in rest else None


def split_list(
    texts: Sequence[str], separators: Sequence[tuple[str, str]] = SEPARATORS
) -> tuple[str, str, list[list[str]]] | None:
    """The texts as lists with one separator (and one before the last item), when at least one has two items."""
    for separator, last in separators:
        lists = [_split(text, separator, last) for text in texts]
        longest = max(len(items) for items in lists)
        if 2 <= longest <= 60 and all(all(items) for items in lists) and _consistent(texts, lists, separator, last):
            return separator, last, lists
    return None


def _split(text: str, separator: str, last: str) -> list[str]:
    items = _outside_brackets(text, separator)
    if last != separator and last in items[-1]:
        head, _, tail = items[-1].rpartition(last)
        items[-1:] = [head, tail]
    elif last.strip(" ,") == "and" and items[-1].startswith("and "):
        items[-1] = items[-1][4:]
    return [item for item in items if item] if text.strip() and text.strip().lower() not in NOTHING else []


def _outside_brackets(text: str, separator: str) -> list[str]:
    """A text split where the separator stands outside brackets."""
    items: list[str] = []
    for piece in text.split(separator):
        if items and items[-1].count("(") > items[-1].count(")"):
            items[-1] += separator + piece
        else:
            items.append(piece)
    return items


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

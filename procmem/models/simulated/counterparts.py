"""Which thing of one request plays the part that a thing of another request plays, however the two are worded.

All things of one sort are matched at once and one to one: by the words around them, by who is served, by their order,
by what is to be made of them. A moment counts as its day and its hour.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

from procmem.models.simulated.alignment import stems
from procmem.models.simulated.entities import Mention, key, mentions
from procmem.models.simulated.pointing import by_part

_MOST = 6
"""Things of one sort that are matched in every way; of more, only the first ones are."""
_AROUND = 36
_MOMENT = re.compile(r"(?P<day>.*\d{4}|\d{4}-\d{2}-\d{2})(?:T|,? (?:at )?)(?P<hour>\d{1,2}.*)", re.IGNORECASE)
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Thing:
    """What a text names: its sort, its wording, and the stems of the words before and behind it."""

    sort: str
    text: str
    before: tuple[str, ...]
    behind: tuple[str, ...]


@lru_cache(maxsize=2048)
def things(text: str) -> tuple[Thing, ...]:
    """The things that a text names, each once, in order."""
    found: dict[tuple[str, str], Thing] = {}
    for one in _atoms(text[:_LONGEST]):
        thing = Thing(_sort(one), one.text, _stems(text[max(0, one.start - _AROUND) : one.start])[::-1],
                      _stems(text[one.end : one.end + _AROUND]))  # fmt: skip
        found.setdefault((thing.sort, key(one.text)), thing)
    return tuple(found.values())


def _atoms(text: str) -> Sequence[Mention]:
    """The mentions of a text, moments as day and hour."""
    atoms: list[Mention] = []
    for one in mentions(text):
        match = _MOMENT.fullmatch(one.text) if one.kind == "datetime" else None
        if match is None:
            atoms.append(one)
            continue
        day, hour = match["day"].rstrip(","), match["hour"]
        atoms.append(Mention("date", day, one.start, one.start + len(day)))
        atoms.append(Mention("time", hour, one.end - len(hour), one.end))
    return atoms


def _sort(mention: Mention) -> str:
    if mention.kind != "file":
        return mention.kind
    ending = mention.text.rsplit(".", 1)[-1].lower()
    return "file.image" if ending in ("png", "jpg", "jpeg") else f"file.{ending}"


def _stems(text: str) -> tuple[str, ...]:
    words = re.findall(r"[^\W\d_]{2,}", text.lower())
    return tuple(next(iter(stems(word)), word) for word in words)


def part_of(value: str, text: str) -> int | None:
    """The place of the thing that a value is among the things of a text, or None."""
    wanted = key(value)
    return next((place for place, one in enumerate(things(text)) if key(one.text) == wanted), None)


@lru_cache(maxsize=8192)
def counterpart(then: str, place: int, now: str, served_then: str, served_now: str) -> str | None:
    """The thing of the text ``now`` that plays the part of the ``place``-th thing of ``then``; None where none does.

    Args:
        then: A remembered request.
        place: Which of its things.
        now: The new request.
        served_then: On whose behalf the remembered request was.
        served_now: On whose behalf the new one is.
    """
    wanted = things(then)[place]
    old = [one for one in things(then) if one.sort == wanted.sort][:_MOST]
    new = [one for one in things(now) if one.sort == wanted.sort][:_MOST]
    if wanted not in old or not new:
        return None
    matching = _Matching(old, new, (then, now), (served_then, served_now))
    other = matching.best()[old.index(wanted)]
    return new[other].text if other >= 0 else None


@dataclass(frozen=True, slots=True)
class _Matching:
    """The things of one sort in two texts, and on whose behalf each text was."""

    old: list[Thing]
    new: list[Thing]
    texts: tuple[str, str]
    served: tuple[str, str]

    def best(self) -> tuple[int, ...]:
        """For each old thing the place of its new one, or -1."""
        likeness = [
            [self._likeness(number, other) for other in range(len(self.new))] for number in range(len(self.old))
        ]
        places = [*range(len(self.new)), *[-1] * max(0, len(self.old) - len(self.new))]

        def together(chosen: tuple[int, ...]) -> float:
            return sum(likeness[number][other] for number, other in enumerate(chosen) if other >= 0)

        return max(permutations(places, len(self.old)), key=together)

    def _likeness(self, number: int, place: int) -> float:
        """How much two things play the same part."""
        one, other = self.old[number], self.new[place]
        score = 1.7 * _shared(one.before, other.before) + 1.0 * _shared(one.behind, other.behind)
        score += 0.5 * (number == place) + 0.2 * (len(self.old) - number == len(self.new) - place)
        if one.sort == "name" and all(self.served):
            score += 2.0 if (one.text == self.served[0]) == (other.text == self.served[1]) else -2.0
        if one.sort.startswith("file") and len(self.old) > 1 and len(self.new) > 1:
            made = [_is_made(thing.text, text) for thing, text in zip((one, other), self.texts, strict=True)]
            score += 0.0 if None in made else 1.5 if made[0] == made[1] else -1.5
        return score + (_alike_worded(one.text, other.text) if one.sort == "quoted" else 0.0)


def _alike_worded(one: str, other: str) -> float:
    """How much two quotations are of one size and form: a title, a sentence."""
    sizes = sorted((one.count(" ") + 1, other.count(" ") + 1))
    ended = one.endswith((".", "!", "?")) == other.endswith((".", "!", "?"))
    return 0.8 * sizes[0] / sizes[1] + 1.2 * ended


def _shared(one: Sequence[str], other: Sequence[str]) -> float:
    """How much the words beside two things agree; the nearest ones count most."""
    weights = {word: 1.0 / (2 + place) for place, word in reversed(list(enumerate(other[:4])))}
    return sum(weights.get(word, 0.0) * 2.0 / (2 + place) for place, word in enumerate(one[:4]))


@lru_cache(maxsize=2048)
def _is_made(file: str, text: str) -> bool | None:
    """Whether a file is the one that the text wants made; None when that is unclear."""
    files = [one for one in mentions(text) if one.kind == "file"]
    made, given = by_part(text, files, True), by_part(text, files, False)
    return True if made == file else False if given == file else None

"""Days and hours as the words of a request tell them: also "tomorrow", "next Friday", "half an hour"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from procmem.models.simulated.entities import MONTHS, WEEKDAYS, as_date, mentions, typed

_COUNTS = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "half an": 0.5,
    "half a": 0.5,
}  # fmt: skip
_COUNT = r"(?P<count>\d{1,3}(?:\.\d)?|half an?|an?|one|two|three|four|five|six)"
_DURATION = re.compile(rf"(?i)\b{_COUNT}[ -](?P<unit>minutes?|mins?|min|hours?|hrs?|h)\b")
_SHIFT = re.compile(rf"(?i)\b{_COUNT}[ -](?P<unit>minutes?|mins?|hours?|days?|weeks?)\b")
_RELATIVE = re.compile(rf"(?i)\b(today|tomorrow|yesterday|(?:(?:next|this|coming|on) )(?:{'|'.join(WEEKDAYS)}))\b")
_NTH = r"(?:st|nd|rd|th)?"
_MONTH = "|".join(MONTHS)
_NO_YEAR = re.compile(
    rf"(?i)\b(?:(?P<d1>\d{{1,2}}){_NTH}(?: of)? (?P<m1>{_MONTH})|(?P<m2>{_MONTH}) (?P<d2>\d{{1,2}}){_NTH})\b"
    r"(?!,? \d{4}|[:\d])"
)
_BETWEEN = re.compile(r"(?i)^[\s,()]*(?:at|on|from|starting|between|beginning|around|for|o'clock|,|\s)*[\s,(]*$")
_FALL = re.compile(r"(?i)\b(earlier|forward|before|ahead)\b")
HOUR = 60
"""Minutes that something takes when nobody says how long."""


@dataclass(frozen=True, slots=True)
class Point:
    """A day, an hour, or both, with the place in the text where it is told."""

    day: date | None
    clock: time | None
    start: int
    end: int

    @property
    def whole(self) -> datetime | None:
        """Day and hour, or None when one is missing."""
        return datetime.combine(self.day, self.clock) if self.day and self.clock is not None else None


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when; ``told`` is whether the end or a duration was said."""

    start: datetime
    end: datetime
    told: bool


@lru_cache(maxsize=2048)
def points(text: str, today: str = "") -> tuple[Point, ...]:
    """The days and hours of a text in order; a day with the hour beside it is one. Quoted words tell none."""
    quoted = [(one.start, one.end) for one in mentions(text) if one.kind == "quoted"]
    found = [point for point in (*_written(text), *_relative(text, today)) if not _inside(point, quoted)]
    merged: list[Point] = []
    for point in sorted(found, key=lambda one: one.start):
        last = merged[-1] if merged else None
        if last is not None and point.start < last.end:
            continue
        joins = (
            last is not None and len(text[last.end : point.start]) < 24 and _BETWEEN.match(text[last.end : point.start])
        )
        if last is not None and joins and last.day and last.clock is None and point.day is None:
            merged[-1] = Point(last.day, point.clock, last.start, point.end)
        elif last is not None and joins and last.day is None and point.day and point.clock is None:
            merged[-1] = Point(point.day, last.clock, last.start, point.end)
            if len(merged) > 1 and merged[-2].day is None:  # "10:30 to 11:00 on 5 May": the day is that of both
                merged[-2] = replace(merged[-2], day=point.day)
        else:
            merged.append(point)
    return tuple(merged)


def _written(text: str) -> list[Point]:
    found = []
    for one in mentions(text):
        if one.kind in ("date", "datetime", "time"):
            what = typed(one.text.strip())
            match what.value:
                case datetime() as moment:
                    found.append(Point(moment.date(), moment.time(), one.start, one.end))
                case date() as day:
                    found.append(Point(day, None, one.start, one.end))
                case time() as clock:
                    found.append(Point(None, clock, one.start, one.end))
                case float() | str():
                    pass
    return found


def _relative(text: str, today: str) -> list[Point]:
    day = as_date(today)
    if day is None:
        return []
    found = []
    for match in _RELATIVE.finditer(text):
        word = match[1].lower()
        if word in ("today", "tomorrow", "yesterday"):
            moved = day + timedelta(days=("yesterday", "today", "tomorrow").index(word) - 1)
        else:
            ahead = (WEEKDAYS.index(word.split()[-1]) - day.weekday()) % 7
            moved = day + timedelta(days=ahead or 7)
        found.append(Point(moved, None, match.start(), match.end()))
    for match in _NO_YEAR.finditer(text):
        month, number = match["m1"] or match["m2"], int(match["d1"] or match["d2"])
        moved = as_date(f"{number} {month} {day.year}") or day
        found.append(Point(moved, None, match.start(), match.end()))
    return found


def _inside(point: Point, stretches: Sequence[tuple[int, int]]) -> bool:
    return any(start <= point.start < end for start, end in stretches)


def duration(text: str) -> int | None:
    """How long something takes, in minutes; None where it is not said."""
    match = _DURATION.search(text)
    if match is None:
        return None
    return round(_count(match["count"]) * (60 if match["unit"].lower().startswith("h") else 1))


def shift(text: str) -> timedelta | None:
    """By how much something is moved: "by three days", "half an hour earlier"; None where it is not said."""
    for match in _SHIFT.finditer(text):
        by = text[max(0, match.start() - 4) : match.start()].lower().endswith("by ")
        behind = text[match.end() : match.end() + 20].lower()
        if not by and not re.match(r"\s*(?:earlier|later|forward|ahead|back)\b", behind):
            continue
        unit, count = match["unit"].lower(), _count(match["count"])
        amount = {"d": timedelta(days=1), "w": timedelta(weeks=1), "h": timedelta(hours=1)}.get(
            unit[0], timedelta(minutes=1)
        )
        falls = bool(_FALL.search(behind)) or ("bring" in text[: match.start()].lower() and "forward" in text.lower())
        return amount * count * (-1 if falls else 1)
    return None


def _count(word: str) -> float:
    return _COUNTS.get(word.lower()) or float(word)


def span(text: str, today: str = "", known: Sequence[Point] | None = None) -> Span | None:
    """From when to when a text says something is, or None without a day.

    A day alone is all of it, two days are all from the first to the last; an hour without an end takes as long as the
    text says, else one hour.
    """
    found = points(text, today) if known is None else known
    day = next((one.day for one in found if one.day), None)
    if day is None:
        return None
    clocks = [one for one in found if one.clock is not None]
    if not clocks:
        last = max((one.day for one in found if one.day), default=day)
        return Span(datetime.combine(day, time(0)), datetime.combine(last, time(23, 59)), True)
    start = datetime.combine(clocks[0].day or day, clocks[0].clock or time(0))
    if len(clocks) > 1:
        end = datetime.combine(clocks[1].day or start.date(), clocks[1].clock or time(0))
        if end > start:
            return Span(start, end, True)
    minutes = duration(text)
    return Span(start, start + timedelta(minutes=minutes or HOUR), minutes is not None)


def written(moment: datetime) -> str:
    """A moment as tools want it: YYYY-MM-DD HH:MM:SS."""
    return f"{moment:%Y-%m-%d %H:%M:%S}"

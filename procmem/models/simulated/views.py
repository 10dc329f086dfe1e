"""Other ways to see a value: letter case, parts of a file name, parts of a date, the first name of a person."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from functools import lru_cache

from procmem.models.simulated.entities import typed


def view(name: str, value: str) -> str | None:
    """The value seen through ``VIEWS[name]``; None where that makes no sense for it."""
    shown = VIEWS[name](value)
    return shown or None


@lru_cache(maxsize=8192)
def views_of(value: str) -> tuple[tuple[str, str], ...]:
    """All views of a value that show something else than itself: (name, what is seen)."""
    return tuple((name, seen) for name in VIEWS if (seen := view(name, value)) and seen != value)


def _day_of(value: str) -> date | None:
    what = typed(value).value
    if isinstance(what, datetime):
        return what.date()
    return what if isinstance(what, date) else None


def _date_part(pattern: str) -> Callable[[str], str | None]:
    def part(value: str) -> str | None:
        day = _day_of(value)
        return day.strftime(pattern) if day else None

    return part


def _own_date(value: str) -> str | None:
    return f"{day:%Y-%m-%d}" if (day := _day_of(value)) else None


def _own_time(value: str) -> str | None:
    what = typed(value).value
    return f"{what:%H:%M}" if isinstance(what, datetime | time) else None


def _file(value: str) -> bool:
    return typed(value).kind == "file" or bool(re.fullmatch(r"(?:[\w.-]+/)*[\w .-]+\.\w{2,5}", value))


def _last_part(value: str) -> str | None:
    return value.rsplit("/", 1)[-1] if "/" in value else None


def _stem(value: str) -> str | None:
    return value.rsplit("/", 1)[-1].rsplit(".", 1)[0] if _file(value) else None


def _folder(value: str) -> str | None:
    return value.rsplit("/", 1)[0] if "/" in value else None


def _extension(value: str) -> str | None:
    return value.rsplit(".", 1)[-1] if _file(value) else None


def _joined(sign: str) -> Callable[[str], str | None]:
    def change(value: str) -> str | None:
        words = re.split(r"[\s_-]+", value.strip())
        return sign.join(words) if len(words) > 1 and len(value) < 120 else None

    return change


def _lower_joined(sign: str) -> Callable[[str], str | None]:
    def change(value: str) -> str | None:
        words = re.findall(r"\w+", value.lower())
        return sign.join(words) if 1 < len(words) < 14 else None

    return change


def _word(place: int) -> Callable[[str], str | None]:
    def pick(value: str) -> str | None:
        words = value.split()
        return words[place].strip(",;:") if 1 < len(words) < 12 else None

    return pick


def _digits(value: str) -> str | None:
    found = re.findall(r"\d+", value)
    return found[0] if len(found) == 1 and found[0] != value and typed(value).kind in ("text", "file") else None


def _local_part(value: str) -> str | None:
    return value.split("@", 1)[0] if value.count("@") == 1 else None


def _bare(value: str) -> str | None:
    """An address without angle brackets and name, or a name without its address."""
    match = re.fullmatch(r"(.*?)\s*<([^<>]+)>", value)
    return match[2] if match else None


def _shown_name(value: str) -> str | None:
    match = re.fullmatch(r"(.+?)\s*<[^<>]+@[^<>]+>", value)
    return match[1].strip('" ') if match else None


def _around_colon(place: int) -> Callable[[str], str | None]:
    def pick(value: str) -> str | None:
        sides = value.split(": ", 1)
        return sides[place].strip() if len(sides) == 2 and len(value) < 160 else None

    return pick


VIEWS: dict[str, Callable[[str], str | None]] = {
    "date": _own_date,
    "time": _own_time,
    "lower": lambda value: value.lower() if len(value) < 200 else None,
    "upper": lambda value: value.upper() if len(value) < 200 else None,
    "title": lambda value: value.title() if len(value) < 200 else None,
    "opening capital": lambda value: value[:1].upper() + value[1:] if len(value) < 200 else None,
    "base name": _last_part,
    "stem": _stem,
    "folder": _folder,
    "extension": _extension,
    "underscored": _joined("_"),
    "hyphened": _joined("-"),
    "spaced": _joined(" "),
    "lower underscored": _lower_joined("_"),
    "lower hyphened": _lower_joined("-"),
    "first word": _word(0),
    "last word": _word(-1),
    "local part": _local_part,
    "bare address": _bare,
    "shown name": _shown_name,
    "before the colon": _around_colon(0),
    "behind the colon": _around_colon(1),
    "digits": _digits,
    "month name": _date_part("%B"),
    "short month": _date_part("%b"),
    "month": _date_part("%m"),
    "year": _date_part("%Y"),
    "year and month": _date_part("%Y-%m"),
    "month name and year": _date_part("%B %Y"),
    "day": _date_part("%d"),
    "weekday": _date_part("%A"),
    "compact date": _date_part("%Y%m%d"),
}

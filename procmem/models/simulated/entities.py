"""Typed mentions in text: dates, times, numbers, files, addresses, codes, quoted phrases and names.

A value stays text everywhere; ``typed`` says what it is, ``key`` makes two spellings of one value equal, and
``render_like`` writes a value in the spelling of another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, TypeAlias

from procmem.models.simulated.words import DOING, NO_NAMES, PLAIN

Kind = Literal["file", "folder", "address", "datetime", "date", "time", "number", "code", "quoted", "name", "text"]
Parsed: TypeAlias = date | datetime | time | float | str

MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = (
    r"\d{4}-\d{2}-\d{2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\.?,? \d{{4}}"
    rf"|{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    r"|\d{1,2}/\d{1,2}/\d{4}|\d{1,2}\.\d{1,2}\.\d{4}"
)
_TIME = r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\b\.?)?|\d{1,2} ?[ap]\.?m\b\.?"
_NUMBER = r"[$€£]?-?\d{1,3}(?:,\d{3})+(?:\.\d+)?%?|[$€£]?-?\d+(?:\.\d+)?%?"
LONGEST_TEXT = 24_000
"""Characters of one text that are read at all."""
_MENTION = re.compile(
    rf"(?P<address>(?<![\w.+-])[\w.+-]{{1,64}}@[\w-]{{1,64}}\.[\w.-]{{0,64}}\w)"
    rf"|(?P<datetime>\b(?:{_DATE})(?:T|,? (?:at )?)(?:{_TIME}))"
    rf"|(?P<date>\b(?:{_DATE})(?![\w]))"
    r"|(?P<file>(?<![\w-])(?:\./)?(?:[\w-]{1,80}/){1,12}(?:[\w.-]{0,120}\w)?|\b\w[\w-]{0,120}(?:\.[\w-]{1,80}){0,8}\.[A-Za-z][A-Za-z0-9]{1,4}\b)"
    rf"|(?P<time>\b(?:{_TIME})(?!\w))"
    r"|(?P<code>\b(?=[\w-]{0,40}\d)(?=[\w-]{0,40}[A-Za-z])\w{1,40}(?:-\w{1,40}){0,8}\b|\b\d{1,6}-\d{1,8}\b(?!-))"
    rf"|(?P<number>(?<![\w.-])(?:{_NUMBER})(?!\w))",
    re.IGNORECASE,
)
_COORDINATES = re.compile(r"\(\d{1,5}, \d{1,3}\):")
"""Where a table is printed cell by cell: places of cells are not what the text speaks of."""
_QUOTED = re.compile(r"\"([^\"\n]{1,300})\"|“([^”\n]{1,300})”|(?<!\w)['‘]([^\n]{1,300}?)['’](?!\w)")
_NAME = re.compile(r"\b[A-Z][\w]*(?:[-'][A-Z]\w+)*(?: (?:[A-Z][\w]*(?:[-'][A-Z]\w+)*))*(?: \d{1,2}\b(?![:.,/%-]?\w))?")
_START = re.compile(r"(?:^|[.!?:;\n]\s*|[\"“'‘(]\s*|[-*] )$")
_FILE = re.compile(r"(?:[^\s/]+/)*[^\s/]+\.[A-Za-z][A-Za-z0-9]{1,4}$")


@dataclass(frozen=True, slots=True)
class Mention:
    """A typed stretch of a text: ``text == source[start:end]`` (without the quotes for quoted phrases)."""

    kind: Kind
    text: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def mentions(text: str) -> tuple[Mention, ...]:
    """All mentions of a text in order. A quoted phrase may hold further mentions; others do not overlap."""
    text = text[:LONGEST_TEXT]
    found = [
        Mention(match.lastgroup, _trim(match.group()), match.start(), match.start() + len(_trim(match.group())))  # type: ignore[arg-type]
        for match in _MENTION.finditer(_COORDINATES.sub(lambda match: " " * len(match[0]), text))
        if match.lastgroup
    ]
    found = [Mention("folder", one.text, one.start, one.end) if _is_folder(one) else one for one in found]
    for match in _QUOTED.finditer(text):
        group = match.lastindex or 1
        found.append(Mention("quoted", match.group(group), match.start(group), match.end(group)))
    taken = [(mention.start, mention.end) for mention in found]
    found += [name for name in _names(text) if not any(start < name.end and name.start < end for start, end in taken)]
    return tuple(sorted(found, key=lambda mention: (mention.start, -mention.end)))


def _is_folder(mention: Mention) -> bool:
    return mention.kind == "file" and "." not in mention.text.rsplit("/", 1)[-1]


def _trim(text: str) -> str:
    return text.rstrip(".,") if not text.lower().endswith(".m.") else text


def _names(text: str) -> list[Mention]:
    names = []
    for match in _NAME.finditer(text):
        start, words = match.start(), match.group()
        first = words.split(" ", 1)[0]
        opening = bool(_START.search(text[max(0, start - 4) : start]))
        if opening and " " not in words and not _opens_as_name(text, start, match.end(), first):
            continue
        if first.lower() in NO_NAMES or _calendar_word(first):
            if not opening and first.lower() not in NO_NAMES:
                continue
            start += len(first) + 1
            words = words[len(first) + 1 :]
        if text[match.end() : match.end() + 1] == ":":
            continue
        if words.endswith("'s"):
            words = words[:-2]
        if len(words) > 1 and words.split(" ", 1)[0].lower() not in NO_NAMES and not _calendar_word(words):
            names.append(Mention("name", words, start, start + len(words)))
    return names


def _opens_as_name(text: str, start: int, end: int, word: str) -> bool:
    """Whether a capital word that begins a sentence is a name: it owns or does something, or stands elsewhere too."""
    behind = text[end : end + 24]
    if behind.startswith(("'s", "’s")) or not behind.strip() or behind[0] in ",;)\n":
        return True
    verb = behind.split()[0].strip(".,") if behind[0] == " " else ""
    done = len(verb) > 4 and verb.endswith("ed") and word.lower() not in PLAIN and not word.endswith("ed")
    return verb in DOING or done or text.count(f" {word}") > (text[start - 1 : start] == " ")


def _calendar_word(word: str) -> bool:
    return word.lower() in WEEKDAYS or word.lower() in MONTHS


@dataclass(frozen=True, slots=True)
class Typed:
    """What a whole text is: its kind and its value (a date, datetime, time, float, or the text itself)."""

    kind: Kind
    value: Parsed


@lru_cache(maxsize=16384)
def typed(text: str) -> Typed:
    """The type of a whole value. ``2024-05-17 00:00:00`` is a date, ``4,310.50`` and ``$12`` are numbers."""
    stripped = text.strip()
    if not stripped or len(stripped) > 60:
        return Typed("text", text)
    if stripped[0].isdigit() or stripped[0] in "$€£-" or stripped[0].isalpha():
        number = as_number(stripped)
        if number is not None:
            return Typed("number", number)
        moment = _moment(stripped)
        if moment is not None:
            return moment
    if _FILE.match(stripped):
        return Typed("address" if "@" in stripped else "file", stripped)
    return Typed("text", stripped)


@lru_cache(maxsize=65536)
def as_number(text: str) -> float | None:
    """The number a text is, or None: currency signs, thousands commas and a percent sign are understood."""
    bare = text.strip().strip("$€£").removesuffix("%").strip()
    if not re.fullmatch(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE]-?\d{1,2})?", bare) or len(bare) > 24:
        return None
    return float(bare.replace(",", ""))


def _moment(text: str) -> Typed | None:
    match = re.fullmatch(rf"(?i)({_DATE})(?:(?:T|,? (?:at )?)({_TIME}))?", text)
    if match:
        day = as_date(match.group(1))
        clock = as_time(match.group(2)) if match.group(2) else None
        if day is None:
            return None
        if clock is None or (clock == time(0) and match.group(2) == "00:00:00"):
            return Typed("date", day)
        return Typed("datetime", datetime.combine(day, clock))
    clock = as_time(text)
    return Typed("time", clock) if clock is not None else None


def as_date(text: str) -> date | None:
    """The date a text spells, or None. ``5/17/2024`` is read month first unless that is impossible."""
    try:
        if match := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
            first, second = int(match[1]), int(match[2])
            return date(int(match[3]), *((second, first) if first > 12 else (first, second)))
        if match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
            return date(int(match[3]), int(match[2]), int(match[1]))
        words = re.findall(r"[A-Za-z]{3,}|\d+", text)
        numbers = [int(word) for word in words if word.isdigit()]
        month = next(
            (index for index, name in enumerate(MONTHS, 1) for word in words if _abbreviates(word, name)), None
        )
        if month and len(numbers) == 2:
            return date(max(numbers), month, min(numbers))
    except ValueError:
        return None
    return None


def _abbreviates(word: str, name: str) -> bool:
    return len(word) >= 3 and name.startswith(
        word.lower().removesuffix("t") if word.lower() == "sept" else word.lower()
    )


def as_time(text: str) -> time | None:
    """The time of day a text spells (``10:30``, ``10:30:00``, ``2 pm``, ``10:30 a.m.``), or None."""
    match = re.fullmatch(r"(?i)(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?(?: ?([ap])\.?m\.?)?", text.strip())
    if not match or (match[2] is None and match[4] is None):
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[4]:
        hour = hour % 12 + (12 if match[4].lower() == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


@lru_cache(maxsize=32768)
def key(text: str) -> str:
    """Equal for equal values, however they are spelled."""
    what = typed(text)
    match what.value:
        case datetime():
            return f"dt:{what.value:%Y-%m-%dT%H:%M}"
        case date():
            return f"d:{what.value.isoformat()}"
        case time():
            return f"t:{what.value:%H:%M}"
        case float():
            return (
                f"n:{round(what.value, 6):g}"
                if abs(what.value) < 1e5
                else f"n:{round(what.value, 4)!r}".removesuffix(".0")
            )
        case str():
            return "s:" + " ".join(what.value.lower().split()).strip(" .,;:!?")


DATE_FORMATS = ("%Y-%m-%d", "%d %B %Y", "%-d %B %Y", "%B %d, %Y", "%B %-d, %Y", "%d %b %Y", "%-d %b %Y", "%b %-d, %Y",
                "%m/%d/%Y", "%-m/%-d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%-d.%-m.%Y", "%B %-d %Y", "%-d %B, %Y")  # fmt: skip
TIME_FORMATS = ("%H:%M", "%H:%M:%S", "%-I:%M %p", "%-I:%M%p", "%-I %p", "%-I%p", "%-H:%M")
JOINTS = (" ", "T", " at ", ", ")


@lru_cache(maxsize=4096)
def _pattern(text: str) -> str | None:
    """The strftime pattern that writes this date, time or datetime as it is written, or None."""
    what = typed(text)
    match what.value:
        case datetime():
            patterns = [day + joint + clock for day in DATE_FORMATS for joint in JOINTS for clock in TIME_FORMATS]
        case date():
            patterns = [*DATE_FORMATS, "%Y-%m-%d %H:%M:%S"]
        case time():
            patterns = list(TIME_FORMATS)
        case _:
            return None
    for pattern in patterns:
        shown = what.value.strftime(pattern)
        if shown == text or shown.lower() == text.lower().replace(".", "", 2):
            return pattern
    return None


def render_like(value: str, model: str) -> str:
    """``value`` written as ``model`` is: its date or time pattern, its decimals, commas, currency and percent sign."""
    what, like = typed(value), typed(model)
    if isinstance(what.value, float) and isinstance(like.value, float):
        return number_like(what.value, model)
    if isinstance(what.value, (date, time)):
        pattern = _pattern(model.strip())
        if pattern and (what.kind == like.kind or {what.kind, like.kind} == {"date", "datetime"}):
            return what.value.strftime(pattern)
    return value


def number_like(value: float, model: str) -> str:
    """A number with the decimals, commas and signs of ``model``; more decimals only where rounding would lose some."""
    bare = model.strip()
    decimals = len(bare.rstrip("%").partition(".")[2])
    if decimals == 0 and abs(value - round(value)) > 1e-6:
        decimals = 1 if abs(value * 10 - round(value * 10)) < 1e-6 else 2
    if re.fullmatch(r"0\d+", bare) and decimals == 0:
        return f"{round(value):0{len(bare)}d}"
    shown = f"{value:,.{decimals}f}" if "," in bare else f"{value:.{decimals}f}"
    prefix = bare[0] if bare[:1] in "$€£" and bare else ""
    return f"{prefix}{shown}{'%' if bare.endswith('%') else ''}"


def number_text(value: float) -> str:
    """A number as plain text: no decimals when whole, at most six otherwise."""
    return str(round(value)) if abs(value - round(value)) < 1e-9 else f"{value:.6f}".rstrip("0")


def same(found: str | None, wanted: str) -> bool:
    """Whether a computed value is the wanted one; numbers may be rounded to the wanted one's decimals."""
    if found is None:
        return False
    if key(found) == key(wanted):
        return True
    left, right = as_number(found), as_number(wanted)
    if left is None or right is None:
        return False
    decimals = len(wanted.strip().rstrip("%").partition(".")[2])
    return abs(left - right) <= 0.5000001 / float(10**decimals)


def shift(value: str, amount: float, unit: Literal["days", "minutes", "months"]) -> str | None:
    """A date, datetime or time moved by an amount, in ISO spelling; None when that leaves the calendar."""
    what = typed(value).value
    try:
        match what:
            case datetime():
                moved = what + (timedelta(days=amount) if unit == "days" else timedelta(minutes=amount))
                return f"{moved:%Y-%m-%d %H:%M}"
            case date() if unit == "days":
                return (what + timedelta(days=amount)).isoformat()
            case time() if unit == "minutes":
                return f"{datetime.combine(date(2000, 1, 2), what) + timedelta(minutes=amount):%H:%M}"
            case _:
                return None
    except OverflowError:
        return None

"""What the words want done in calendars: entries added, moved, renamed or taken out, also at the first free time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from procmem.models.simulated.entities import mentions
from procmem.models.simulated.findings import Event, Findings
from procmem.models.simulated.moments import HOUR, Point, Span, duration, points, shift, span, written
from procmem.models.simulated.people import owners, place_in
from procmem.models.simulated.records import phrase_in
from procmem.models.simulated.roles import Act
from procmem.models.simulated.rules import Rule, exemptions

_REMOVING = re.compile(
    r"(?i)\b(delete|remove|cancel\w*|clear|erase|drop|strike|take\b[^.;]{1,60}\b(?:out|off)|free up|get rid of|"
    r"empt(?:y|ied)|wipe|"
    r"must go|call off|called off|nothing (?:\w+ ){1,2}(?:left|stays?|remains?))\b"
)
_MOVING = re.compile(
    r"(?i)\b(move[sd]?|reschedul\w+|postpon\w+|shift\w*|instead|new (?:time|start|date|place|room|title|name)|"
    r"another (?:time|day)|"
    r"chang\w+|correct|updat\w+|up to date|later|earlier|bring forward|rename\w*|put off|over to|is now|still)\b"
)
_ADDING = re.compile(
    r"(?i)\b(add|put|enter|create|schedul\w+|book|plan|set(?: up)?|insert|make|remind|note|notify|record|find|"
    r"needs?|has|have|wants?|belongs?|invite)\b"
)
_FREE = re.compile(
    r"(?i)\b(free|gaps?|slots?|clash\w*|conflict\w*|overlap\w*|common (?:\w+ )?time|available|both can|suits?)\b"
)
_NOT_BEFORE = re.compile(r"(?i)\b(?:from|not before|no sooner than|after|since|starting|between)\s*(?:at )?$")
_NOT_AFTER = re.compile(r"(?i)\b(?:until|till|by|before|no later than|and|to)\s*(?:at )?$")
_NOT_BEFORE_EITHER = re.compile(r"(?i)\bnot before\s*$")
_BEHIND = r"(?= (?:on|at|from|for|in|to|into|with|of|together|every|between)\b|[,.;?]|$)"
_LENGTH = r"(?:new |one |\w+[ -]hours? |\d+[ -]minutes? )?"
_TITLES = (
    r"\b(?:called|titled|named|entitled)\s+(?P<t>[^,.;\n]{2,60}?)" + _BEHIND,
    r"\b(?:add|schedule|book|create|plan|set up|put|enter) (?:an?|the|one)\s+"
    + _LENGTH
    + r"(?P<t>[a-z][\w -]{2,40}?)"
    + _BEHIND,
    r"\b(?:has|have|having) (?:to )?(?:an? |one |the )?" + _LENGTH + r"(?P<t>[a-z][\w -]{2,40}?)" + _BEHIND,
    r"\bneeds? to (?P<t>[a-z][\w -]{2,40}?)" + _BEHIND,
)
_NO_TITLE = re.compile(
    r"(?i)(?:(?:new |calendar )?(?:entry|entries|events?)\b.*|calendar.*|it|them|(?:common )?time|what\b.*|"
    r"which\b.*|that\b.*|"
    r".*calendars?|.*\bthat (?:is|are)\b.*)"
)
_QUESTION = re.compile(r"(?i)^\s*(?:who|what|which|when|where|how|does|did|is|are)\b")
_OFFICE_HOURS = (time(9), time(18))


def calendar_acts(text: str, known: Findings, user: str, today: str) -> list[Act]:
    """Acts on calendars that the words of a text want, given what is known of the entries that are there."""
    told = points(text, today)
    named = _named(text, known.events)
    dated = [event for event in known.events if any(event.start.date() == point.day for point in told)]
    if _REMOVING.search(text):
        return [_removal(event) for event in _to_remove(text, named, dated, told, exemptions(known))]
    if named and _MOVING.search(text):
        return _moves(text, named, told, known, today)
    if _QUESTION.search(text) and not re.search(r"(?i)\b(add|put|enter|schedule|book|create)\b", text):
        return []
    clear = any(one.kind == "quoted" for one in mentions(text)) and any(point.whole for point in told)
    return _additions(text, known, user, today) if clear or _ADDING.search(text) else []


def _named(text: str, events: Sequence[Event]) -> list[Event]:
    """The entries whose titles stand in the text; a longer title hides a shorter one inside it."""
    lowered = text.lower()
    quoted = {one.text.lower() for one in mentions(text) if one.kind == "quoted"}
    found = [event for event in events if event.title.lower() in quoted]
    found = found or [event for event in events if len(event.title) > 3 and phrase_in(event.title, lowered)]
    whose = [event for event in found if phrase_in(event.owner, lowered)]
    longest = max((len(event.title) for event in found), default=0)
    return [event for event in whose or found if quoted or len(event.title) == longest]


def _removal(event: Event) -> Act:
    return Act("delete", {"owner": event.owner, "title": event.title, "start": written(event.start)})


def _to_remove(
    text: str, named: list[Event], dated: list[Event], told: Sequence[Point], rules: Sequence[Rule]
) -> list[Event]:
    """The named entries, of them those of the day that is told; without a name, all of the day."""
    both = [event for event in named if event in dated]
    exact = [event for event in both or named if any(point.whole == event.start for point in told)]
    found = exact or both or named
    if not found and any(point.day for point in told):
        owned = [event for event in dated if phrase_in(event.owner, text.lower())]
        found = owned or dated
    return [event for event in found if not _kept(event, text, rules)]


def _kept(event: Event, text: str, rules: Sequence[Rule]) -> bool:
    """Whether the words, or a rule that was read, leave an entry where it is."""
    if re.search(rf"(?i)\b(?:except|but not|other than)\b[^.;]*{re.escape(event.title)}", text):
        return True
    return any(rule.holds(event.title) or rule.holds(event.place) for rule in rules)


# --- moving ----------------------------------------------------------------------------------------------------------


def _moves(text: str, named: list[Event], told: Sequence[Point], known: Findings, today: str) -> list[Act]:
    """The entry that is meant, at its new time; where the text tells none, the documents about it may."""
    event = _meant(named, told, today)
    fresh = [point for point in told if point.whole != event.start and not _old_day(point, event, told)]
    by = shift(text)
    if by is None and not fresh:
        texts = [
            mail.body
            for mail in known.mails
            if mail.whole and phrase_in(event.title, f"{mail.subject} {mail.body}".lower())
        ]
        texts += [document.text for document in known.documents if phrase_in(event.title, document.text.lower())]
        fresh = next((found for one in texts if (found := _fresh_in(one, event, today))), [])
    renamed = _new_title(text, event)
    values: dict[str, str] = {"owner": event.owner, "title": event.title, "start": written(event.start)}
    moved = event.start + by if by is not None else _new_start(event, fresh)
    if moved is not None:
        values["new start"] = written(moved)
        values["new end"] = written(_new_end(event, moved, fresh))
    if renamed:
        values["new title"] = renamed
    place = place_in(text) if re.search(r"(?i)\b(?:room|place|location|hall)\b", text) and moved is None else ""
    if place:
        values["new place"] = place
    return [Act("change", values)] if len(values) > 3 else []


def _meant(named: list[Event], told: Sequence[Point], today: str) -> Event:
    """Of entries with one title the one whose time is told, else the next one."""
    exact = [event for event in named if any(point.whole == event.start for point in told)]
    same_day = [event for event in named if any(point.day == event.start.date() for point in told)]
    coming = [event for event in named if f"{event.start:%Y-%m-%d}" >= today]
    return next(iter([*exact, *same_day, *coming, *named]))


def _old_day(point: Point, event: Event, told: Sequence[Point]) -> bool:
    """Whether a day only says where the entry stands now."""
    return point.clock is None and point.day == event.start.date() and len(told) > 1


def _fresh_in(text: str, event: Event, today: str) -> list[Point]:
    return [point for point in points(text, today) if point.whole != event.start and (point.day or point.clock)]


def _new_start(event: Event, fresh: Sequence[Point]) -> datetime | None:
    if not fresh:
        return None
    day = next((point.day for point in fresh if point.day), event.start.date())
    clock = next((point.clock for point in fresh if point.clock is not None), event.start.time())
    moved = datetime.combine(day, clock)
    return moved if moved != event.start else None


def _new_end(event: Event, moved: datetime, fresh: Sequence[Point]) -> datetime:
    clocks = [point for point in fresh if point.clock is not None]
    if len(clocks) > 1 and clocks[1].clock is not None:
        end = datetime.combine(clocks[1].day or moved.date(), clocks[1].clock)
        if end > moved:
            return end
    return moved + (event.end - event.start)


def _new_title(text: str, event: Event) -> str:
    match = re.search(r"(?i)\brenam\w+\b[^.;]*?\b(?:to|as|into) ['\"‘“]([^'\"’”\n]{1,80})", text)
    match = match or re.search(r"(?i)\bnew (?:title|name)\b[^.;]*?['\"‘“]([^'\"’”\n]{1,80})", text)
    return match[1] if match and match[1] != event.title else ""


# --- adding ----------------------------------------------------------------------------------------------------------


def _additions(text: str, known: Findings, user: str, today: str) -> list[Act]:
    whose = owners(text, ("calendar", "calendars"), user)
    title, source = _title(text), text
    when = _free_time(text, known, whose, today) if _seeks(text, whose, today) else span(text, today)
    if when is None:
        document = next(_telling(known, today), None)
        if document is not None:
            source, when = document, span(document, today)
            named = any(one.kind == "quoted" for one in mentions(text))
            title = title if named else _heading(document) or title
    if when is None or not title:
        return []
    place = place_in(source)
    return list(_entries(whose, title, when, place, known))


def _seeks(text: str, whose: Sequence[str], today: str) -> bool:
    """Whether a time has to be found: the words say so, or tell how long and on which day, but not when."""
    told, minutes = points(text, today), duration(text)
    clocks = [point for point in told if point.clock is not None]
    if _FREE.search(text):
        return True
    if minutes is None or not any(point.day for point in told):
        return False
    when = span(text, today)
    bounded = len(clocks) > 1 and when is not None and when.end - when.start != timedelta(minutes=minutes)
    return not clocks or bounded or (len(whose) > 1 and len(clocks) == 1 and _bound(text, clocks[0]))


def _bound(text: str, point: Point) -> bool:
    """Whether an hour only says between when something is to be."""
    return bool(re.search(r"(?i)\b(?:before|after|until|by|sooner than|later than|from)\s*$", text[: point.start]))


def _entries(whose: Sequence[str], title: str, when: Span, place: str, known: Findings) -> Iterator[Act]:
    for owner in whose:
        there = any((event.owner, event.title, event.start) == (owner, title, when.start) for event in known.events)
        values = {"owner": owner, "title": title, "start": written(when.start), "end": written(when.end)}
        if not there:
            yield Act("make", {**values, "place": place} if place else values)


def _title(text: str) -> str:
    """The quoted title, the one for the calendar where several are quoted, else what the words call it."""
    quoted = [one for one in mentions(text) if one.kind == "quoted"]
    others = [
        one
        for one in quoted
        if re.search(
            r"(?i)\b(?:subject(?: line)?|text|says?|saying|tell \w+|message|words|that)\W*$", text[: one.start - 1]
        )
    ]
    own = [one for one in quoted if one not in others]
    if own:
        return own[0].text
    for pattern in _TITLES:
        match = re.search(pattern, text, re.IGNORECASE)
        if match and not _NO_TITLE.fullmatch(match["t"].strip()):
            return match["t"].strip()
    return ""


def _telling(known: Findings, today: str) -> Iterator[str]:
    """Texts that were read and tell a day with an hour, the latest first."""
    texts = [document.text for document in reversed(known.documents)]
    texts += [mail.body for mail in known.mails if mail.whole]
    for text in texts:
        told = points(text, today)
        if any(point.day for point in told) and any(point.clock is not None for point in told):
            yield text


def _heading(text: str) -> str:
    """What a text is about: what stands behind a label for it, else its first line."""
    match = re.search(r"(?im)^(?:title|event|subject|topic|what|summary)\s*:\s*(\S.*)$", text)
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    return match[1].strip() if match else first if len(first) <= 80 and ":" not in first else ""


def _free_time(text: str, known: Findings, whose: Sequence[str], today: str) -> Span | None:
    """The first time of the day that is told at which nobody has anything."""
    told = points(text, today)
    day = next((point.day for point in told if point.day), None)
    if day is None:
        return None
    opening, closing = _hours(text, told)
    length = timedelta(minutes=duration(text) or HOUR)
    busy = [event for event in known.events if event.owner in whose and event.end.date() >= day >= event.start.date()]
    start = datetime.combine(day, opening)
    for event in sorted(busy, key=lambda one: one.start):
        if event.start >= start + length:
            break
        start = max(start, event.end)
    end = start + length
    if start.date() != day or end > datetime.combine(day, closing):
        return _free_time_anywhere(busy, day, length) if opening == _OFFICE_HOURS[0] else None
    return Span(start, end, True)


def _free_time_anywhere(busy: Sequence[Event], day: date, length: timedelta) -> Span | None:
    start = datetime.combine(day, time(0))
    for event in sorted(busy, key=lambda one: one.start):
        if event.start >= start + length:
            break
        start = max(start, event.end)
    return Span(start, start + length, True) if (start + length).date() == day else None


def _hours(text: str, told: Sequence[Point]) -> tuple[time, time]:
    """Between which hours a time is looked for."""
    opening, closing = _OFFICE_HOURS
    for point in told:
        before = text[max(0, point.start - 24) : point.start]
        if point.clock is None:
            continue
        if _NOT_AFTER.search(before) and not _NOT_BEFORE_EITHER.search(before):
            closing = point.clock
        elif _NOT_BEFORE.search(before) or point.day is None or opening == _OFFICE_HOURS[0]:
            opening = point.clock
    return opening, max(closing, opening)

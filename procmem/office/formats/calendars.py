"""Calendars: .ics files through icalendar. Times are shown without their zone, as OfficeBench shows them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from procmem.errors import ToolError
from procmem.office.formats.faults import refusing
from procmem.office.formats.texts import decoded

if TYPE_CHECKING:
    from icalendar import Calendar
    from icalendar import Event as Component

SHOWN_TIME = "%Y-%m-%d %H:%M:%S"
_PRODUCT = "-//ProcMem//Office//EN"


@dataclass(frozen=True, slots=True)
class Event:
    """One event; ``start`` and ``end`` without zone. ``component`` is icalendar's record of it."""

    summary: str
    start: datetime
    end: datetime
    description: str
    location: str
    repeats: str
    component: Component


def open_calendars(data: bytes, name: str) -> list[Calendar]:
    """The calendars of an .ics file; usually one.

    Raises:
        ToolError: the file is empty, damaged, or no calendar.
    """
    from icalendar import Calendar

    if not data.strip():
        raise ToolError(f"{name} is empty; it is no calendar.")
    with refusing("icalendar", f"{name} is damaged and can not be read as a calendar."):
        calendars = [
            each for each in Calendar.from_ical(decoded(data, name), multiple=True) if each.name == "VCALENDAR"
        ]
    if not calendars:
        raise ToolError(f"{name} holds no calendar.")
    return calendars


def new_calendar() -> Calendar:
    """A calendar without events."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    return calendar


def saved(calendars: Iterable[Calendar], name: str) -> bytes:
    """The bytes of an .ics file; lines are folded at 75 bytes, as RFC 5545 asks."""
    with refusing("icalendar", f"{name} holds something that can not be written back; nothing was changed."):
        return b"".join(calendar.to_ical(sorted=False) for calendar in calendars)


def events_of(calendars: Iterable[Calendar], name: str) -> list[Event]:
    """All events by start; those without a readable start are left out.

    Raises:
        ToolError: an event is damaged.
    """
    with refusing("icalendar", f"An event of {name} is damaged and can not be read."):
        found = (_event(component) for calendar in calendars for component in calendar.walk("VEVENT"))
        return sorted((event for event in found if event is not None), key=lambda event: (event.start, event.summary))


def _event(component: Any) -> Event | None:
    start = getattr(component.get("dtstart"), "dt", None)
    if start is None:
        return None
    end = getattr(component.get("dtend"), "dt", None)
    length = getattr(component.get("duration"), "dt", None) or timedelta(0)
    return Event(
        summary=_text(component, "summary"),
        start=local(start),
        end=local(end) if end is not None else local(start) + length,
        description=_text(component, "description"),
        location=_text(component, "location"),
        repeats=_rule(component),
        component=component,
    )


def _text(component: Any, key: str) -> str:
    value = component.get(key, "")
    return str(value[0] if isinstance(value, list) else value)


def _rule(component: Any) -> str:
    rules = component.get("rrule", [])
    return "; ".join(rule.to_ical().decode() for rule in (rules if isinstance(rules, list) else [rules]))


def local(moment: datetime | date) -> datetime:
    """The moment as it is written, without its zone; a day begins at midnight."""
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime.combine(moment, time())


def new_event(
    summary: str, start: datetime, end: datetime, location: str, description: str, now: datetime, number: int
) -> Component:
    """An event with local times. ``number`` tells equal events apart in their UID; ``now`` is the office's clock."""
    from icalendar import Event as Component

    component = Component()
    digest = hashlib.sha256(repr((summary, start, end, number)).encode()).hexdigest()[:24]
    component.add("uid", f"{digest}@example.com")
    component.add("dtstamp", now.replace(tzinfo=UTC))
    component.add("summary", summary)
    component.add("dtstart", start)
    component.add("dtend", end)
    for key, text in (("location", location), ("description", description)):
        if text:
            component.add(key, text)
    return component


def replaced(component: Component, key: str, value: str | datetime) -> None:
    """Set a property of an event; a new time stays in the zone that the old one was written in."""
    if isinstance(value, datetime):
        old = getattr(component.get(key) or component.get("dtstart"), "dt", None)
        value = value.replace(tzinfo=old.tzinfo if isinstance(old, datetime) else None)
    component.pop(key, None)
    component.add(key, value)


def events_text(events: Iterable[Event]) -> str:
    """OfficeBench's list of events: five lines each, and a line of 50 dashes after each."""
    return "\n".join(_shown(event) for event in events)


def _shown(event: Event) -> str:
    lines = [
        f"Summary: {event.summary}",
        f"Start Time: {event.start.strftime(SHOWN_TIME)}",
        f"End Time: {event.end.strftime(SHOWN_TIME)}",
        f"Description: {event.description or None}",
        f"Location: {event.location or None}",
    ]
    lines += [f"Repeats: {event.repeats}"] if event.repeats else []
    return "\n".join([*lines, "-" * 50])

"""The calendar app: events in calendar/<User>.ics."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from procmem.errors import ToolError
from procmem.office.formats.calendars import (
    SHOWN_TIME,
    Event,
    events_of,
    events_text,
    new_calendar,
    new_event,
    open_calendars,
    replaced,
    saved,
)
from procmem.office.jail import is_regular
from procmem.office.people import calendar_of, require_known
from procmem.office.tool import App, tool
from procmem.office.workspace import Office

if TYPE_CHECKING:
    from icalendar import Calendar

_TIME_FORMATS = (SHOWN_TIME, "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M")


@tool("calendar")
def create_event(
    office: Office, user: str, summary: str, time_start: str, time_end: str, location: str = "", description: str = ""
) -> str:
    """Add an event to one user's calendar. A calendar that does not exist yet is made.

    Args:
        user: Whose calendar, one name.
        summary: Title of the event.
        time_start: Local start as YYYY-MM-DD HH:MM:SS.
        time_end: Local end as YYYY-MM-DD HH:MM:SS, after the start.
        location: Where it takes place.
        description: Further notes.
    """
    failed = f"Failed to create a new event to {user}'s calendar."
    start, end = _time(time_start, "time_start", failed), _time(time_end, "time_end", failed)
    if end <= start:
        raise ToolError(f"{failed} It would end ({time_end}) before or when it starts ({time_start}).")
    title = _title(summary, failed)
    path = calendar_of(office, user)
    calendars = _calendars(office, path) if is_regular(path) else [new_calendar()]
    events = events_of(calendars, path.name)
    if any((event.summary, event.start, event.end) == (title, start, end) for event in events):
        raise ToolError(f"{failed} This event is already there; nothing was added.")
    calendars[0].add_component(new_event(title, start, end, location, description, office.now, len(events)))
    office.write(path, saved(calendars, office.show(path)))
    return f"Successfully create a new event to {user}'s calendar."


@tool("calendar", long=True)
def list_events(office: Office, username: str) -> str:
    """List all events of one user's calendar, by start.

    Args:
        username: Whose calendar, one name.
    """
    path = calendar_of(office, username)
    if not is_regular(path):
        require_known(office, username, f"Failed to list events for {username}.")
        return f"No events found for {username}."
    events = events_of(_calendars(office, path), office.show(path))
    if not events:
        return f"No events found for {username}."
    return f"Successfully list events for {username}:\n{events_text(events)}"


@tool("calendar")
def delete_event(office: Office, user: str, summary: str, time_start: str = "") -> str:
    """Delete an event from one user's calendar.

    Args:
        user: Whose calendar, one name.
        summary: Title of the event, as listed.
        time_start: Its start as YYYY-MM-DD HH:MM:SS; needed when several events have that title.
    """
    failed = f"Failed to delete an event named {summary} from {user}'s calendar."
    path, calendars, event = _one(office, user, summary, time_start, failed)
    for calendar in calendars:
        calendar.subcomponents = [each for each in calendar.subcomponents if each is not event.component]
    office.write(path, saved(calendars, office.show(path)))
    return f"Successfully delete an event named {event.summary} from {user}'s calendar."


@tool("calendar")
def update_event(
    office: Office,
    user: str,
    summary: str,
    time_start: str = "",
    new_summary: str = "",
    new_time_start: str = "",
    new_time_end: str = "",
    new_location: str = "",
) -> str:
    """Change the title, time or place of an event. Without a new end, a moved event keeps its length.

    Args:
        user: Whose calendar, one name.
        summary: Present title of the event, as listed.
        time_start: Present start as YYYY-MM-DD HH:MM:SS; needed when several events have that title.
        new_summary: New title.
        new_time_start: New local start as YYYY-MM-DD HH:MM:SS.
        new_time_end: New local end as YYYY-MM-DD HH:MM:SS.
        new_location: New place.
    """
    failed = f"Failed to update an event named {summary} in {user}'s calendar."
    if not (new_summary or new_time_start or new_time_end or new_location):
        raise ToolError(f"{failed} Nothing to change: give new_summary, new_time_start, new_time_end or new_location.")
    path, calendars, event = _one(office, user, summary, time_start, failed)
    start = _time(new_time_start, "new_time_start", failed) if new_time_start else event.start
    end = _time(new_time_end, "new_time_end", failed) if new_time_end else start + (event.end - event.start)
    if end <= start:
        raise ToolError(f"{failed} It would end ({end}) before or when it starts ({start}).")
    _change(event, start, end, _title(new_summary, failed) if new_summary else "", new_location)
    office.write(path, saved(calendars, office.show(path)))
    return f"Successfully update an event named {event.summary} in {user}'s calendar."


def _change(event: Event, start: datetime, end: datetime, summary: str, location: str) -> None:
    if summary:
        replaced(event.component, "summary", summary)
    if location:
        replaced(event.component, "location", location)
    if (start, end) != (event.start, event.end):
        replaced(event.component, "dtend", end)
        replaced(event.component, "dtstart", start)
        event.component.pop("duration", None)


def _calendars(office: Office, path: Path) -> list[Calendar]:
    return open_calendars(office.read(path), office.show(path))


def _title(summary: str, failed: str) -> str:
    title = " ".join(summary.split())
    if not title:
        raise ToolError(f"{failed} The summary is empty; give the event a title.")
    return title


def _time(text: str, argument: str, failed: str) -> datetime:
    for pattern in _TIME_FORMATS:
        try:
            return datetime.strptime(text.strip(), pattern)
        except ValueError:
            continue
    raise ToolError(f"{failed} {argument} is {text!r}; write it as 2024-05-17 10:30:00, a date that exists.")


def _one(office: Office, user: str, summary: str, time_start: str, failed: str) -> tuple[Path, list[Calendar], Event]:
    """The one event that is meant, with its calendars and their file.

    Raises:
        ToolError: none or several; the text lists the events that are there.
    """
    path = calendar_of(office, user)
    if not is_regular(path):
        require_known(office, user, failed)
        raise ToolError(f"{failed} {user} has no calendar and so no events.")
    calendars = _calendars(office, path)
    events = events_of(calendars, office.show(path))
    wanted = " ".join(summary.split()).casefold()
    named = [event for event in events if " ".join(event.summary.split()).casefold() == wanted]
    start = _time(time_start, "time_start", failed) if time_start else None
    meant = [event for event in named if start in (None, event.start)]
    if len(meant) == 1:
        return path, calendars, meant[0]
    if len(meant) > 1:
        raise ToolError(f"{failed} Several events have that title: {_listed(meant)}. Give time_start.")
    there = named or events
    raise ToolError(
        f"{failed} There is no such event. The events are: {_listed(there)}."
        if there
        else f"{failed} There are no events."
    )


def _listed(events: list[Event]) -> str:
    listed = "; ".join(f"{event.summary} ({event.start.strftime(SHOWN_TIME)})" for event in events[:20])
    return f"{listed}; and {len(events) - 20} more" if len(events) > 20 else listed


CALENDAR = App(
    "calendar",
    "Events of each person: add, list, change, delete.",
    (create_event, list_events, delete_event, update_event),
)

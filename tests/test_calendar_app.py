"""The calendar app."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmem.office.formats.calendars import events_of, open_calendars
from tests.desk import Desk

ZONED = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:ics.py - http://git.io/lLljaA\r
BEGIN:VTIMEZONE\r
TZID:Europe/Paris\r
BEGIN:STANDARD\r
DTSTART:19701025T030000\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
END:STANDARD\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
DTEND:20240501T140000Z\r
DTSTART:20240501T130000Z\r
SUMMARY:nap\r
UID:1\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;TZID=Europe/Paris:20240501T080000\r
DURATION:PT90M\r
SUMMARY:Sales\\, budget\\; plan\r
DESCRIPTION:A long note that is folded because it has more than seventy-five\r
  octets\\nand a second line\r
LOCATION:Room 1\r
RRULE:FREQ=WEEKLY;COUNT=3\r
UID:2\r
BEGIN:VALARM\r
ACTION:DISPLAY\r
TRIGGER:-PT15M\r
END:VALARM\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20240502\r
DTEND;VALUE=DATE:20240503\r
SUMMARY:Holiday\r
UID:3\r
END:VEVENT\r
END:VCALENDAR\r
"""

DASHES = "-" * 50


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.open(tmp_path)


def add(desk: Desk, summary: str, start: str = "2024-05-17 10:30:00", end: str = "2024-05-17 11:00:00") -> str:
    return desk.says("calendar_create_event", user="Bob", summary=summary, time_start=start, time_end=end)


def test_events_are_listed_as_officebench_does_without_their_zone(desk: Desk) -> None:
    before = desk.put("calendar/Bob.ics", ZONED).read_bytes()
    assert desk.says("calendar_list_events", username="bob") == (
        "Successfully list events for bob:\n"
        "Summary: Sales, budget; plan\nStart Time: 2024-05-01 08:00:00\nEnd Time: 2024-05-01 09:30:00\n"
        "Description: A long note that is folded because it has more than seventy-five octets\nand a second line\n"
        f"Location: Room 1\nRepeats: FREQ=WEEKLY;COUNT=3\n{DASHES}\n"
        "Summary: nap\nStart Time: 2024-05-01 13:00:00\nEnd Time: 2024-05-01 14:00:00\n"
        f"Description: None\nLocation: None\n{DASHES}\n"
        "Summary: Holiday\nStart Time: 2024-05-02 00:00:00\nEnd Time: 2024-05-03 00:00:00\n"
        f"Description: None\nLocation: None\n{DASHES}"
    )
    assert (desk.office.root / "calendar" / "Bob.ics").read_bytes() == before


def test_a_new_event_is_a_real_one_with_local_times_and_the_frozen_clock(desk: Desk) -> None:
    assert add(desk, "Bob's review, part 1; draft") == "Successfully create a new event to Bob's calendar."
    path = desk.office.root / "calendar" / "Bob.ics"
    assert path.read_bytes().decode().splitlines() == [
        "BEGIN:VCALENDAR",
        "PRODID:-//ProcMem//Office//EN",
        "VERSION:2.0",
        "BEGIN:VEVENT",
        "UID:43b13d05740d37df0a308e87@example.com",
        "DTSTAMP:20240517T100000Z",
        "SUMMARY:Bob's review\\, part 1\\; draft",
        "DTSTART:20240517T103000",
        "DTEND:20240517T110000",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_everything_else_in_the_file_survives_a_new_event(desk: Desk) -> None:
    path = desk.put("calendar/Bob.ics", ZONED)
    add(desk, "Extra")
    text = path.read_bytes().decode()
    for line in ("TZID:Europe/Paris", "TRIGGER:-PT15M", "RRULE:FREQ=WEEKLY;COUNT=3", "DTSTART:20240501T130000Z"):
        assert line in text
    assert text.count("BEGIN:VEVENT") == 4


@given(
    summary=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200).filter(
        lambda text: bool(text.split())
    )
)
def test_any_title_survives_folding_and_escaping(tmp_path_factory: pytest.TempPathFactory, summary: str) -> None:
    desk = Desk.open(tmp_path_factory.mktemp("titles"))
    add(desk, summary)
    data = (desk.office.root / "calendar" / "Bob.ics").read_bytes()
    assert [event.summary for event in events_of(open_calendars(data, "Bob.ics"), "Bob.ics")] == [
        " ".join(summary.split())
    ]


@pytest.mark.parametrize("start", ["2024-05-17 10:30", "2024-05-17T10:30", " 2024-05-17T10:30:00 "])
def test_times_may_be_written_without_seconds_or_with_a_t(desk: Desk, start: str) -> None:
    add(desk, "Review", start=start)
    assert "Start Time: 2024-05-17 10:30:00" in desk.says("calendar_list_events", username="Bob")


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (
            "17 May",
            "2024-05-17 11:00",
            "time_start is '17 May'; write it as 2024-05-17 10:30:00, a date that exists.",
        ),
        (
            "2024-02-30 10:00",
            "2024-05-17 11:00",
            "time_start is '2024-02-30 10:00'; write it as 2024-05-17 10:30:00, a date that exists.",
        ),
        (
            "2024-05-17 11:00",
            "2024-05-17 11:00",
            "It would end (2024-05-17 11:00) before or when it starts (2024-05-17 11:00).",
        ),
    ],
)
def test_impossible_times_are_refused(desk: Desk, start: str, end: str, why: str) -> None:
    answer = desk.refuses("calendar_create_event", user="Bob", summary="x", time_start=start, time_end=end)
    assert answer == f"Failed to create a new event to Bob's calendar. {why}"
    assert desk.office.files() == ()


def test_the_same_event_is_not_added_twice(desk: Desk) -> None:
    add(desk, "Review")
    answer = desk.refuses(
        "calendar_create_event",
        user="bob",
        summary="Review",
        time_start="2024-05-17 10:30",
        time_end="2024-05-17 11:00",
    )
    assert answer.endswith("This event is already there; nothing was added.")


def test_several_users_at_once_are_refused(desk: Desk) -> None:
    answer = desk.refuses(
        "calendar_create_event",
        user="Ann, Bob",
        summary="x",
        time_start="2024-05-17 10:30",
        time_end="2024-05-17 11:00",
    )
    assert answer == "'Ann, Bob' is not one user's name or address. Give one like 'Dana' or 'dana@example.com'."


def test_listing_has_no_side_effects_and_knows_the_users(desk: Desk) -> None:
    desk.put("emails/Ann/hello.eml", "Subject: hello\n\nhi")
    assert desk.says("calendar_list_events", username="ann") == "No events found for ann."
    assert desk.says("calendar_list_events", username="Dana") == "No events found for Dana."
    assert desk.refuses("calendar_list_events", username="Zed") == (
        "Failed to list events for Zed. There is no user 'Zed'. The known users are: Ann, Dana."
    )
    assert desk.office.files() == ("emails/Ann/hello.eml",)


def test_an_event_is_deleted_by_title_and_if_need_be_by_start(desk: Desk) -> None:
    add(desk, "Review")
    add(desk, "Review", "2024-05-18 09:00:00", "2024-05-18 10:00:00")
    add(desk, "Lunch")
    assert desk.refuses("calendar_delete_event", user="Bob", summary="review") == (
        "Failed to delete an event named review from Bob's calendar. Several events have that title: "
        "Review (2024-05-17 10:30:00); Review (2024-05-18 09:00:00). Give time_start."
    )
    assert desk.refuses("calendar_delete_event", user="Bob", summary="Dinner") == (
        "Failed to delete an event named Dinner from Bob's calendar. There is no such event. The events are: "
        "Lunch (2024-05-17 10:30:00); Review (2024-05-17 10:30:00); Review (2024-05-18 09:00:00)."
    )
    assert desk.refuses("calendar_delete_event", user="Ann", summary="Lunch") == (
        "Failed to delete an event named Lunch from Ann's calendar. There is no user 'Ann'. "
        "The known users are: Dana, Bob."
    )
    assert desk.says("calendar_delete_event", user="bob", summary="REVIEW", time_start="2024-05-18 09:00") == (
        "Successfully delete an event named Review from bob's calendar."
    )
    assert desk.says("calendar_list_events", username="Bob").count("Summary:") == 2


def test_a_moved_event_keeps_its_length_zone_and_alarm(desk: Desk) -> None:
    path = desk.put("calendar/Bob.ics", ZONED)
    title = "Sales, budget; plan"
    assert (
        desk.says(
            "calendar_update_event",
            user="Bob",
            summary=title,
            new_time_start="2024-05-03 15:00:00",
            new_summary="Sales",
            new_location="Room 2",
        )
        == f"Successfully update an event named {title} in Bob's calendar."
    )
    assert "Summary: Sales\nStart Time: 2024-05-03 15:00:00\nEnd Time: 2024-05-03 16:30:00\n" in desk.says(
        "calendar_list_events", username="Bob"
    )
    text = path.read_bytes().decode()
    assert "DTSTART;TZID=Europe/Paris:20240503T150000" in text
    assert ("TRIGGER:-PT15M" in text, "DURATION" in text, "LOCATION:Room 2" in text) == (True, False, True)


def test_an_update_needs_a_change_and_a_positive_length(desk: Desk) -> None:
    add(desk, "Review")
    assert desk.refuses("calendar_update_event", user="Bob", summary="Review").endswith(
        "Nothing to change: give new_summary, new_time_start, new_time_end or new_location."
    )
    assert "before or when it starts" in desk.refuses(
        "calendar_update_event", user="Bob", summary="Review", new_time_end="2024-05-17 10:00"
    )
    desk.says("calendar_update_event", user="Bob", summary="Review", new_time_end="2024-05-17 12:00")
    assert "End Time: 2024-05-17 12:00:00" in desk.says("calendar_list_events", username="Bob")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", "calendar/Bob.ics is empty; it is no calendar."),
        ("hello", "calendar/Bob.ics is damaged and can not be read as a calendar. (ValueError)"),
        ("BEGIN:VTODO\nEND:VTODO\n", "calendar/Bob.ics holds no calendar."),
        ("\0\1", "calendar/Bob.ics is not a text file."),
    ],
)
def test_a_file_that_is_no_calendar_is_refused_and_kept(desk: Desk, text: str, answer: str) -> None:
    path = desk.put("calendar/Bob.ics", text)
    assert desk.refuses("calendar_list_events", username="Bob") == answer
    desk.refuses(
        "calendar_create_event", user="Bob", summary="x", time_start="2024-05-17 10:30", time_end="2024-05-17 11:00"
    )
    assert path.read_text() == text


def test_a_long_calendar_can_be_read_on(desk: Desk) -> None:
    start = datetime(2024, 1, 1, 9)
    events = "".join(
        f"BEGIN:VEVENT\nUID:{n}\nSUMMARY:Event {n}\nDTSTART:{start + timedelta(days=n):%Y%m%dT%H%M%S}\nEND:VEVENT\n"
        for n in range(200)
    )
    desk.put("calendar/Bob.ics", f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{events}END:VCALENDAR\n")
    text = desk.says("calendar_list_events", username="Bob")
    seen = text.count("Summary: ")
    while "start_line=" in text:
        line = int(text.rsplit("start_line=", 1)[1].split(" ")[0])
        text = desk.says("calendar_list_events", username="Bob", start_line=line)
        seen += text.count("Summary: ")
    assert seen == 200

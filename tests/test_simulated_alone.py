"""The simulated worker without memory: it looks at what the words name and does what they say, with any such tools."""

from __future__ import annotations

from typing import Any

import pytest

from procmem.models.simulated.reasoner import answer
from tests.simulated_prompts import Told, events, exchange, grid, made_calls, wire, worker_prompt

RULE = "-" * 50


def acts(
    agent: str, task: str, seen: dict[str, str], history: str = "Nothing yet."
) -> list[tuple[str, dict[str, Any]]]:
    """What a worker changes in a world that answers every call of a tool with one text; looks are left out."""
    told = Told(task, task, (), agent=agent)
    made: list[tuple[str, dict[str, Any]]] = []
    messages = worker_prompt(told, [], history)
    for number in range(16):
        _, calls, _ = answer("large", messages, wire(agent), 0)
        if not calls:
            break
        made.append(calls[0])
        messages += exchange(f"call_{number}", *calls[0], seen.get(calls[0][0], "Successfully done."))
    return [(name, given) for name, given in made if name not in seen]


DIARY = events(
    "Mia",
    [
        ("Pottery", "2024-05-20 09:00:00", "2024-05-20 10:30:00"),
        ("Dentist", "2024-05-21 08:00:00", "2024-05-21 08:45:00"),
        ("Choir", "2024-05-21 18:00:00", "2024-05-21 20:00:00"),
    ],
)


@pytest.mark.parametrize(
    ("task", "wanted"),
    [
        (
            "Put 'Boat trip' into Mia's calendar for tomorrow, 14:00 to 15:30.",
            ("create_event", "Boat trip", {"time_start": "2024-05-14 14:00:00", "time_end": "2024-05-14 15:30:00"}),
        ),
        (
            "Mia has a guitar lesson at 6/3/2024 5:00 p.m at Rose Street, set it in the calendar.",
            (
                "create_event",
                "guitar lesson",
                {"time_start": "2024-06-03 17:00:00", "time_end": "2024-06-03 18:00:00", "location": "Rose Street"},
            ),
        ),
        (
            "Postpone 'Pottery' in Mia's calendar by two days.",
            (
                "update_event",
                "Pottery",
                {
                    "time_start": "2024-05-20 09:00:00",
                    "new_time_start": "2024-05-22 09:00:00",
                    "new_time_end": "2024-05-22 10:30:00",
                },
            ),
        ),
        (
            "In Mia's calendar, 'Choir' begins at 19:00 instead.",
            (
                "update_event",
                "Choir",
                {
                    "time_start": "2024-05-21 18:00:00",
                    "new_time_start": "2024-05-21 19:00:00",
                    "new_time_end": "2024-05-21 21:00:00",
                },
            ),
        ),
    ],
)
def test_an_entry_is_added_or_moved_as_the_words_say(task: str, wanted: tuple[str, str, dict[str, str]]) -> None:
    tool, title, rest = wanted
    assert acts("calendar", task, {"calendar_list_events": DIARY}) == [
        (f"calendar_{tool}", {"user": "Mia", "summary": title, **rest})
    ]


def test_the_entries_of_a_day_go_but_for_those_that_a_rule_in_the_calendar_spares() -> None:
    note = "Entries whose title begins with Den are never removed."
    diary = DIARY.replace("Description: None", f"Description: {note}", 1) if "Description" in DIARY else DIARY
    listed = diary if note in diary else f"{diary}"
    wanted = [("calendar_delete_event", {"user": "Mia", "summary": "Choir", "time_start": "2024-05-21 18:00:00"})]
    if note not in listed:
        wanted.insert(
            0, ("calendar_delete_event", {"user": "Mia", "summary": "Dentist", "time_start": "2024-05-21 08:00:00"})
        )
    assert acts("calendar", "Clear 2024-05-21 in Mia's calendar.", {"calendar_list_events": listed}) == wanted


def test_the_first_time_at_which_all_are_free_is_found() -> None:
    told = (
        "Find half an hour on 2024-05-21 from 08:00 on when Mia and Leo are free, and put 'Chess' into both calendars."
    )
    made = acts("calendar", told, {"calendar_list_events": DIARY})
    given = {"summary": "Chess", "time_start": "2024-05-21 08:45:00", "time_end": "2024-05-21 09:15:00"}
    assert made == [("calendar_create_event", {"user": name, **given}) for name in ("Mia", "Leo")]


def mail(name: str, sender: str, subject: str) -> str:
    return f"Email ID: {name}.eml\nFrom: {sender}@x.org\nTo: Dana@x.org\nSubject: {subject}\nContent: Hello\n{RULE}"


INBOX = "\n".join(
    [mail("Skis", "Leo", "Skis"), mail("Skis (2)", "Ina", "Skis"), mail("Tiles", "Leo", "Tiles for the kitchen")]
)
READ = "Failed to read it."


@pytest.mark.parametrize(
    ("task", "wanted"),
    [
        (
            "Answer Leo's mail 'Skis' with \"You can have them.\"",
            ("reply_email", {"username": "Dana", "email_id": "Skis.eml", "content": "You can have them."}),
        ),
        (
            "Pass the mail 'Tiles for the kitchen' on to Rob.",
            ("forward_email", {"username": "Dana", "email_id": "Tiles.eml", "recipient": "Rob"}),
        ),
        (
            "Write to Rob and Sue, subject 'Ferry', that the boat leaves at noon.",
            (
                "send_email",
                {"sender": "Dana", "recipient": "Rob, Sue", "subject": "Ferry", "content": "the boat leaves at noon."},
            ),
        ),
    ],
)
def test_a_mail_is_answered_passed_on_or_sent_as_the_words_say(task: str, wanted: tuple[str, dict[str, str]]) -> None:
    made = acts("email", task, {"email_list_emails": INBOX, "email_read_email": READ})
    assert made == [(f"email_{wanted[0]}", wanted[1])]


CLUB = grid([("Member", "Town", "Fee"), ("Ida", "Ulm", 40), ("Joe", "Bonn", 75), ("Kim", "Ulm", 60)])
SHEET = {"file_path": "data/club.xlsx"}


@pytest.mark.parametrize(
    ("task", "wanted"),
    [
        ("Set the fee of Joe in data/club.xlsx to 80.", [("set_cell", {"row_idx": 3, "column_idx": 3, "text": "80"})]),
        (
            "Remove the members from Ulm from data/club.xlsx.",
            [("delete_row", {"row_idx": 4}), ("delete_row", {"row_idx": 2})],
        ),
        ("Sort data/club.xlsx by fee, highest first.", [("sort", {"column_idx": 3, "descending": True})]),
        (
            "Delete the cheapest member, the one with the lowest fee, in data/club.xlsx.",
            [("delete_row", {"row_idx": 2})],
        ),
    ],
)
def test_a_table_is_changed_where_the_words_point(task: str, wanted: list[tuple[str, dict[str, Any]]]) -> None:
    seen = {"excel_read_file": CLUB, "excel_list_sheets": "The sheets are:\nClub (4 rows, 3 columns, in front)"}
    assert acts("excel", task, seen) == [(f"excel_{tool}", {**SHEET, **given}) for tool, given in wanted]


def test_what_another_agent_read_goes_into_the_file_that_is_to_be_made() -> None:
    history = (
        f'1. excel: Read it.\nReport: Done, with 1 call.\n[1] excel_read_file {{"file_path": "data/club.xlsx"}}\n{CLUB}'
    )
    made = acts(
        "word",
        "Write the names of the members from Ulm to data/ulm.docx.",
        {"word_read_file": "The file data/ulm.docx does not exist."},
        history,
    )
    assert made == [
        ("word_create_new_file", {"file_path": "data/ulm.docx"}),
        ("word_write_to_file", {"file_path": "data/ulm.docx", "contents": "Ida\nKim"}),
    ]


def test_words_go_to_the_end_of_a_text_file_and_nothing_is_written_over() -> None:
    made = acts("system", 'Add "12 May: oil changed" to data/boat.txt.', {"files_read_file": "3 May: oars bought"})
    assert made == [("files_append_to_file", {"file_path": "data/boat.txt", "contents": "12 May: oil changed"})]


def test_tools_of_other_names_are_used_by_what_their_arguments_stand_for() -> None:
    tools = [
        {"type": "function", "function": {"name": name, "description": "", "parameters": parameters}}
        for name, parameters in {
            "show_agenda": {"properties": {"person": {"type": "string"}}, "required": ["person"]},
            "book_meeting": {
                "properties": {name: {"type": "string"} for name in ("owner", "title", "begin", "finish", "room")},
                "required": ["owner", "title", "begin", "finish"],
            },
        }.items()
    ]
    task = "Add 'Regatta' to Mia's calendar on 2024-06-08 from 11:00 to 12:00."
    messages = worker_prompt(Told(task, task, (), agent="calendar"), [])
    _, look, _ = answer("large", messages, tools, 0)
    messages += exchange("call_1", *look[0], "No events found for Mia.")
    _, made, _ = answer("large", messages, tools, 0)
    given = {"owner": "Mia", "title": "Regatta", "begin": "2024-06-08 11:00:00", "finish": "2024-06-08 12:00:00"}
    assert (look, made) == ([("show_agenda", {"person": "Mia"})], [("book_meeting", given)])


def test_a_question_changes_nothing() -> None:
    seen = {"calendar_list_events": DIARY}
    assert acts("calendar", "When does Mia have 'Choir' on 2024-05-21?", seen) == []
    assert (
        made_calls(Told("Who wrote?", "Who wrote?", (), agent="email"), [], lambda *_: INBOX)[-1][0]
        != "email_send_email"
    )

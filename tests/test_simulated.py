"""The simulated model on procedures that exist only here: it must carry over what its memories show."""

from __future__ import annotations

import json
from typing import Any

import pytest

from procmem.models.simulated.reasoner import answer
from procmem.prompts import render
from tests.simulated_prompts import (
    Told,
    events,
    exchange,
    follows,
    grid,
    made_calls,
    subtask_memory,
    wire,
    worker_prompt,
)

DONE = "Successfully done."


def moved(user: str, what: str, day: str, days: int, start: str, end: str, goal: tuple[str, str]) -> Told:
    """Look for an event and move it by some days."""
    listed = events(
        user, [("Lunch", "2024-01-05 12:00:00", "2024-01-05 13:00:00"), (what, f"{day} {start}", f"{day} {end}")]
    )
    change = {"user": user, "summary": what, "new_time_start": f"{goal[0]} {start}", "new_time_end": f"{goal[1]} {end}"}
    return Told(
        f"Shift '{what}' of {user} by {days} days.",
        f"In {user}'s calendar, postpone the event '{what}' by {days} days.",
        (("calendar_list_events", {"username": user}, listed), ("calendar_update_event", change, DONE)),
        agent="calendar",
    )


def test_an_event_is_moved_by_the_days_that_the_request_names() -> None:
    memories = [
        moved("Ana", "Pottery", "2024-03-04", 3, "09:00:00", "10:00:00", ("2024-03-07", "2024-03-07")),
        moved("Ben", "Choir night", "2024-06-28", 5, "18:30:00", "20:00:00", ("2024-07-03", "2024-07-03")),
    ]
    new = moved("Cleo", "Boat trip", "2024-02-27", 4, "07:15:00", "11:45:00", ("2024-03-02", "2024-03-02"))
    assert follows(memories, new)


def reminders(sheet: str, rows: list[tuple[str, str, int]]) -> Told:
    """Mail everybody whose balance is below zero."""
    table = grid([("Member", "Address", "Balance"), *rows])
    read = ("excel_read_file", {"file_path": sheet}, table)
    return Told(
        f"Who owes money in {sheet}? Remind them.",
        f"Read {sheet} and copy the members with a balance below 0 to the end of the same table.",
        (
            read,
            *(
                ("excel_append_rows", {"file_path": sheet, "rows": [[name, address, balance]]}, DONE)
                for name, address, balance in rows
                if balance < 0
            ),
        ),
    )


def test_a_repetition_runs_over_the_rows_that_fulfil_the_condition_now() -> None:
    memories = [
        reminders("data/club.xlsx", [("Ida", "ida@x.org", -5), ("Joe", "joe@x.org", 7), ("Kim", "kim@x.org", -2)]),
        reminders("data/chess.xlsx", [("Lea", "lea@x.org", 1), ("Max", "max@x.org", -9), ("Ned", "ned@x.org", 0)]),
    ]
    new = [("Pia", "pia@x.org", -1), ("Quin", "quin@x.org", -30), ("Rob", "rob@x.org", 0), ("Sue", "sue@x.org", -4)]
    assert follows(memories, reminders("data/row.xlsx", new))


def group_total(sheet: str, group: str, rows: list[tuple[str, int]], total: int) -> Told:
    """Add up one group's numbers and write the sum under the table."""
    written = {"file_path": sheet, "row_idx": len(rows) + 2, "column_idx": 2, "text": str(total)}
    return Told(
        f"What does {group} come to in {sheet}? Put it under the list.",
        f"Read {sheet}, add up the hours of {group} and write the sum into the first free row of the column Hours.",
        (
            ("excel_read_file", {"file_path": sheet}, grid([("Crew", "Hours"), *rows])),
            ("excel_set_cell", written, DONE),
        ),
    )


def test_a_sum_over_a_group_goes_into_the_first_free_row() -> None:
    memories = [
        group_total("data/june.xlsx", "Red", [("Red", 4), ("Blue", 9), ("Red", 7)], 11),
        group_total("data/july.xlsx", "Green", [("Red", 3), ("Green", 8), ("Green", 1), ("Blue", 2), ("Green", 5)], 14),
    ]
    assert follows(
        memories, group_total("data/may.xlsx", "Blue", [("Blue", 6), ("Red", 2), ("Blue", 13), ("Red", 1)], 19)
    )


def renamed(folder: str, word: str, names: list[str]) -> Told:
    """Give every file of a folder a prefix."""
    listing = f"The folder {folder} holds:\n" + "\n".join(f"{folder}/{name}" for name in names)
    return Told(
        f"Put {word} in front of what is in {folder}.",
        f"Rename every file in {folder} so that its name begins with {word}_ and stays otherwise.",
        (
            ("files_list", {"folder": folder}, listing),
            *(
                ("files_move", {"source": f"{folder}/{name}", "destination": f"{folder}/{word}_{name}"}, DONE)
                for name in names
            ),
        ),
        agent="system",
    )


def test_files_are_renamed_by_the_pattern_of_the_memories() -> None:
    memories = [
        renamed("data/scans", "Acme", ["a1.pdf", "b7.pdf"]),
        renamed("data/photos", "Berlin", ["dom.png", "spree.png", "zoo.png"]),
    ]
    assert follows(memories, renamed("data/plans", "Oslo", ["fjord.docx", "opera.docx", "pier.docx", "tram.docx"]))


def cheapest(sheet: str, rows: list[tuple[str, str, int]], seller: str, price: int) -> Told:
    """Find the cheapest offer and note it in a text."""
    text = f"Cheapest: {seller} at {price} euros."
    return Told(
        f"Which offer in {sheet} is the cheapest?",
        f"Read {sheet} and write a note about the cheapest offer to data/note.txt.",
        (
            (
                "files_read_file",
                {"file_path": sheet},
                "\n".join(["Seller,Town,Price", *(f"{a},{b},{c}" for a, b, c in rows)]),
            ),
            ("files_write_file", {"file_path": "data/note.txt", "contents": text}, DONE),
        ),
        agent="system",
    )


def test_the_smallest_row_is_found_and_put_into_the_wording() -> None:
    memories = [
        cheapest("data/bikes.csv", [("Velo", "Bonn", 310), ("Rad", "Ulm", 290), ("Tour", "Kiel", 450)], "Rad", 290),
        cheapest("data/pumps.csv", [("Aqua", "Trier", 88), ("Hydro", "Bonn", 120)], "Aqua", 88),
    ]
    rows = [("Nord", "Kiel", 75), ("West", "Bonn", 64), ("Ost", "Ulm", 66), ("Mitte", "Fulda", 90)]
    assert follows(memories, cheapest("data/tents.csv", rows, "West", 64))


def booked(letter: str, text: str, who: str, start: str, end: str) -> Told:
    """Take a date out of prose and book it."""
    made = {"user": who, "summary": "Visit", "time_start": start, "time_end": end}
    return Told(
        f"Book what {letter} announces for {who}.",
        f'Add the visit to the calendar of {who}. The letter says: "{text}"',
        (
            ("calendar_list_events", {"username": who}, f"No events found for {who}."),
            ("calendar_create_event", made, DONE),
        ),
        agent="calendar",
    )


def test_dates_and_times_in_prose_are_written_as_the_tool_wants_them() -> None:
    first, second = "4 March 2024 from 9:30 to 11:00", "12 July 2024 from 14:00 to 15:15"
    third = "28 October 2025 from 8:05 to 9:10"
    memories = [
        booked("data/a.pdf", f"We come on {first}.", "Ana", "2024-03-04 09:30:00", "2024-03-04 11:00:00"),
        booked("data/b.pdf", f"Our team is there on {second}.", "Ben", "2024-07-12 14:00:00", "2024-07-12 15:15:00"),
    ]
    new = booked("data/c.pdf", f"Two of us arrive on {third}.", "Cleo", "2025-10-28 08:05:00", "2025-10-28 09:10:00")
    assert follows(memories, new)


def booking(sheet: str, header: tuple[str, ...], entry: dict[str, str]) -> Told:
    """Append an entry in the order of the table's columns."""
    return Told(
        f"Enter the new plant into {sheet}.",
        f"Append a plant to {sheet}: name {entry['Plant']}, bed {entry['Bed']}, planted {entry['Planted']}.",
        (
            ("excel_read_file", {"file_path": sheet}, grid([header, *[tuple("x" for _ in header)]])),
            ("excel_append_rows", {"file_path": sheet, "rows": [[entry[name] for name in header]]}, DONE),
        ),
    )


def test_a_row_follows_the_column_order_of_its_own_table() -> None:
    memories = [
        booking("data/a.xlsx", ("Plant", "Bed", "Planted"), {"Plant": "Rose", "Bed": "B-2", "Planted": "2024-04-01"}),
        booking("data/b.xlsx", ("Planted", "Plant", "Bed"), {"Plant": "Iris", "Bed": "C-5", "Planted": "2024-04-09"}),
    ]
    new = booking("data/c.xlsx", ("Bed", "Planted", "Plant"), {"Plant": "Lily", "Bed": "A-1", "Planted": "2024-05-20"})
    assert follows(memories, new)


def test_one_memory_alone_carries_over_names_dates_and_files() -> None:
    memory = moved("Ana", "Pottery", "2024-03-04", 3, "09:00:00", "10:00:00", ("2024-03-07", "2024-03-07"))
    new = moved("Cleo", "Boat trip", "2024-02-27", 4, "07:15:00", "11:45:00", ("2024-03-02", "2024-03-02"))
    assert follows([memory], new)


EASY = Told(
    "Add an event 'Quarterly review' to Lea's calendar on 2024-05-17 from 10:30 to 11:00.",
    "Add an event 'Quarterly review' to Lea's calendar on 2024-05-17 from 10:30 to 11:00.",
    (
        ("calendar_list_events", {"username": "Lea"}, "No events found for Lea."),
        (
            "calendar_create_event",
            {
                "user": "Lea",
                "summary": "Quarterly review",
                "time_start": "2024-05-17 10:30:00",
                "time_end": "2024-05-17 11:00:00",
            },
            DONE,
        ),
    ),
    agent="calendar",
)


def test_an_easy_request_needs_no_memory_and_what_was_done_is_looked_at_again() -> None:
    look, create = [(name, given) for name, given, _ in EASY.calls]
    assert made_calls(EASY, [], lambda name, given: DONE) == [look, create, look]


UNRELATED = (
    group_total("data/june.xlsx", "Red", [("Red", 4), ("Blue", 9), ("Red", 7)], 11),
    renamed("data/scans", "Acme", ["a1.pdf", "b7.pdf"]),
    cheapest("data/bikes.csv", [("Velo", "Bonn", 310), ("Rad", "Ulm", 290)], "Rad", 290),
)
HARD = (
    group_total("data/may.xlsx", "Blue", [("Blue", 6), ("Red", 2), ("Blue", 13)], 19),
    renamed("data/plans", "Oslo", ["fjord.docx", "opera.docx"]),
    reminders("data/row.xlsx", [("Pia", "pia@x.org", -1), ("Rob", "rob@x.org", 0), ("Sue", "sue@x.org", -4)]),
    moved("Cleo", "Boat trip", "2024-02-27", 4, "07:15:00", "11:45:00", ("2024-03-02", "2024-03-02")),
)


@pytest.mark.parametrize("told", [EASY, *HARD], ids=lambda told: told.subtask[:30])
def test_unrelated_memories_change_nothing(told: Told) -> None:
    answers = {json.dumps([name, given], sort_keys=True): seen for name, given, seen in told.calls}

    def world(name: str, given: dict[str, Any]) -> str:
        return answers.get(json.dumps([name, given], sort_keys=True), "Failed. There is no such thing.")

    others = [subtask_memory(other) for other in UNRELATED if other.subtask.split()[0] != told.subtask.split()[0]]
    assert made_calls(told, others, world) == made_calls(told, [], world)


@pytest.mark.parametrize("told", HARD, ids=lambda told: told.subtask[:30])
def test_what_the_memories_show_is_not_guessed_without_them(told: Told) -> None:
    assert not follows([], told)


def test_a_failed_call_is_repeated_by_large_with_the_name_that_the_error_offers() -> None:
    memory = group_total("data/june.xlsx", "Red", [("Red", 4), ("Blue", 9)], 4)
    new = group_total("data/may.xlsx", "Blue", [("Blue", 6)], 6)
    error = (
        "The file data/may.xlsx does not exist. Failed to read the file. The existing files are: data/may_2024.xlsx."
    )
    messages = [
        *worker_prompt(new, [subtask_memory(memory)]),
        *exchange("call_1", "excel_read_file", {"file_path": "data/may.xlsx"}, error),
    ]
    _, calls, _ = answer("large", messages, wire("excel"), 0)
    assert calls == [("excel_read_file", {"file_path": "data/may_2024.xlsx"})]
    _, calls, _ = answer("small", messages, wire("excel"), 0)
    assert calls[0] != ("excel_read_file", {"file_path": "data/may_2024.xlsx"})


def test_without_memory_all_sheets_and_the_mails_that_fit_are_read() -> None:
    read = {"file_path": "data/club.xlsx"}
    world = {
        "excel_read_file": grid([("Member", "Fee"), ("Ida", 5)]),
        "excel_list_sheets": "The sheets are:\nFees (2 rows, 2 columns, in front)\nHints (3 rows, 1 columns)",
    }
    told = Told("See what data/club.xlsx says.", "See what data/club.xlsx says.", ())
    assert made_calls(told, [], lambda name, given: world.get(name, "Failed.")) == [
        ("excel_read_file", read),
        ("excel_list_sheets", read),
        ("excel_read_file", {**read, "sheet_name": "Hints"}),
    ]
    rule = "-" * 50
    listed = "\n".join(
        f"Email ID: {name}.eml\nFrom: Bo@example.com\nTo: Dana@example.com\nSubject: {name}\nContent: Hi\n{rule}"
        for name in ("Lunch", "Garden hose", "Chess", "Piano", "Skis", "Ferry", "Tiles")
    )
    told = Told("What is known about the garden hose?", "Find what is known about the garden hose.", (), agent="email")
    made = made_calls(told, [], lambda name, given: listed if name == "email_list_emails" else "Content: It leaks.")
    assert made == [
        ("email_list_emails", {"username": "Dana"}),
        ("email_read_email", {"username": "Dana", "email_id": "Garden hose.eml"}),
    ]


def test_a_report_repeats_what_was_seen_word_for_word() -> None:
    (name, given, seen) = HARD[0].calls[0]
    messages = [
        *worker_prompt(HARD[0], []),
        *exchange("call_1", name, given, seen),
        {"role": "user", "content": render("report")},
    ]
    text, calls, _ = answer("large", messages, None, 0)
    assert (calls, seen in text, name in text) == ([], True, True)


# --- honesty, determinism, hostility ---------------------------------------------------------------------------------


def test_small_slips_depend_on_seed_and_prompt_only() -> None:
    memories = [subtask_memory(told) for told in (HARD[1], UNRELATED[1])]
    new = renamed("data/tickets", "Rome", [f"t{number}.pdf" for number in range(9)])
    listing = new.calls[0][2]
    runs = [
        made_calls(new, memories, lambda name, given: listing if name == "files_list" else DONE, "small", seed)
        for seed in (*range(12), *range(12))
    ]
    assert runs[:12] == runs[12:]
    assert 1 < len({json.dumps(run) for run in runs}) < 12


def test_malformed_memories_are_worth_less_and_nothing_fails() -> None:
    broken: list[dict[str, Any]] = [
        {"task": 5, "steps": ["<action>{}</action>"]},
        {"subtasks": "none"},
        {"description": "x", "steps": "<action>{"},
    ]
    made = made_calls(EASY, broken, lambda name, given: DONE)
    assert made == made_calls(EASY, [], lambda name, given: DONE)

"""What one memory pins down alone: moments, patterns with blanks, lists, the part that a file plays, stale names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from procmem.models.simulated.covering import captured
from procmem.models.simulated.patterns import fitted
from procmem.models.simulated.reasoner import answer
from procmem.models.simulated.templates import bulleted, split_list
from procmem.prompts import render
from tests.simulated_prompts import Told, events, exchange, follows, grid, subtask_memory, wire, worker_prompt

DONE = "Successfully done."


def booked(user: str, what: str, day: str, start: str, end: str, others: list[tuple[str, str, str]]) -> Told:
    """Look at a calendar and add an event."""
    made = {"user": user, "summary": what, "time_start": f"{day} {start}:00", "time_end": f"{day} {end}:00"}
    return Told(
        f"Put '{what}' into {user}'s calendar.",
        f"Add '{what}' to {user}'s calendar on {day} from {start} to {end}.",
        (
            ("calendar_list_events", {"username": user}, events(user, others)),
            ("calendar_create_event", made, DONE),
        ),
        agent="calendar",
    )


def test_a_day_and_an_hour_of_the_request_come_before_a_shift_of_some_listed_event() -> None:
    gym = ("Gym", "2024-03-03 09:00:00", "2024-03-03 10:30:00")
    yoga = ("Yoga", "2025-11-18 07:00:00", "2025-11-18 08:00:00")
    memory = booked("Ana", "Pottery", "2024-03-04", "09:30", "11:00", [gym])
    new = booked("Ben", "Choir", "2025-11-20", "18:15", "19:45", [yoga])
    assert follows([memory], new)


def written(sheet: str, rules: list[tuple[str, str]], who: str, team: str, text: str) -> Told:
    """Read rules with a pattern, and write a text after it."""
    return Told(
        f"Welcome {who} of the {team} team.",
        f"Read {sheet} and write the greeting for {who} of the {team} team into data/hello.txt.",
        (
            ("excel_read_file", {"file_path": sheet}, grid([("Topic", "Rule"), *rules])),
            ("files_write_file", {"file_path": "data/hello.txt", "contents": text}, DONE),
        ),
    )


def test_a_pattern_with_blanks_is_filled_as_the_new_rules_word_it() -> None:
    memory = written(
        "data/a.xlsx", [("Length", "short"), ("Greeting", "Hello <name>, you are in <team>.")], "Ida", "Red",
        "Hello Ida, you are in Red.",
    )  # fmt: skip
    new = written(
        "data/b.xlsx", [("Greeting", "The <team> team says hi to <name>!"), ("Length", "any")], "Kim", "Blue",
        "The Blue team says hi to Kim!",
    )  # fmt: skip
    assert follows([memory], new)


@pytest.mark.parametrize(
    ("pattern", "value", "blanks"),
    [
        ("Report <month>.docx", "Report May.docx", (("month", "May"),)),
        ("{who} and {who}", "Ida and Ida", (("who", "Ida"),)),
        ("{who} and {who}", "Ida and Kim", None),
        ("Dear [name], <what>", "Dear Bo, come.", (("name", "Bo"), ("what", "come."))),
        ("no blanks", "no blanks", None),
        ("Dear <name>", "Hi Bo", None),
    ],
)
def test_what_stands_in_a_blank_is_what_the_wording_leaves(pattern: str, value: str, blanks: object) -> None:
    assert fitted(pattern, value) == blanks


def test_a_value_with_the_same_wording_gives_what_it_has_in_place_of_the_known_strings() -> None:
    parts = (("data/in", True), ("/", False), ("a.pdf", True))
    assert captured(parts, "data/new/b7.pdf") == ["data/new", "b7.pdf"]
    assert captured(parts, "data") is None


def test_a_list_ends_where_its_bullets_do_and_commas_in_brackets_do_not_cut_it() -> None:
    assert bulleted("These:\n- Ida\n- Kim\nBy May.") == ("These:\n- ", "Ida\n- Kim", "\nBy May.")
    assert bulleted("None of these.") is None
    assert split_list(["A-1 (Ida, 5), A-2 (Kim, 7)", "none"]) == (", ", ", ", [["A-1 (Ida, 5)", "A-2 (Kim, 7)"], []])


def copied(sentence: str, old: str, new: str) -> Told:
    """Make a copy; the sentence names both files in any order."""
    call = ("files_copy", {"source": old, "destination": new}, DONE)
    return Told(sentence.format(old=old, new=new), sentence.format(old=old, new=new), (call,), agent="system")


def test_the_file_to_be_made_is_known_by_the_words_around_it() -> None:
    memories = [
        copied("Copy the text about the garden: create {new} from {old}.", "data/plan.txt", "data/fair.txt"),
        copied("Copy the text about the garden: from {old}, make {new}.", "data/song.txt", "data/tune.txt"),
    ]
    assert follows(
        memories,
        copied("Copy the text about the garden: save as {new} what {old} says.", "data/menu.txt", "data/card.txt"),
    )


def booked_row(sheet: str, header: tuple[str, ...], old: tuple[str, ...], row: dict[str, str]) -> Told:
    """Look at a list and append a row to it."""
    told = ", ".join(f"{name.lower()} {row[name]}" for name in ("Plant", "Bed", "Gardener"))
    table = grid([header, old])
    return Told(
        f"Add a plant to {sheet}.",
        f"Append a row to {sheet}: {told}.",
        (
            ("excel_read_file", {"file_path": sheet}, table),
            ("excel_append_rows", {"file_path": sheet, "rows": [[row[name] for name in header]]}, DONE),
        ),
    )


def test_a_row_follows_the_columns_that_its_table_has_now() -> None:
    memory = booked_row(
        "data/a.xlsx", ("Plant", "Bed", "Gardener"), ("Rose", "North", "Ida"),
        {"Plant": "Oak", "Bed": "South", "Gardener": "Kim"},
    )  # fmt: skip
    new = booked_row(
        "data/b.xlsx", ("Gardener", "Plant", "Bed"), ("Bo", "Fern", "West"),
        {"Plant": "Moss", "Bed": "East", "Gardener": "Sue"},
    )  # fmt: skip
    assert follows([memory], new)


def mailed(sender: str, subject: str, others: list[tuple[str, str]]) -> Told:
    """Find a mail by its subject and its sender, and read it."""
    rule = "-" * 50
    mails = [
        f"Email ID: {name}.eml\nFrom: {who}@example.com\nSubject: {what}\n{rule}"
        for name, who, what in ((f"{what} of {who}", who, what) for who, what in [*others, (sender, subject)])
    ]
    return Told(
        f"What does {sender} write about '{subject}'?",
        f"In Dana's mailbox, read the mail '{subject}' from {sender}.",
        (
            ("email_list_emails", {"username": "Dana"}, "\n".join(mails)),
            ("email_read_email", {"username": "Dana", "email_id": f"{subject} of {sender}.eml"}, "Content: Hi."),
        ),
        agent="email",
    )


def test_two_conditions_that_each_leave_several_rows_pick_one_together() -> None:
    memory = mailed("Ida", "Choir", [("Kim", "Garden")])
    new = mailed("Sue", "Yoga", [("Sue", "Lunch"), ("Bo", "Yoga")])
    assert follows([memory], new)


def noted(place: str, day: str) -> Told:
    """Read a mail about a place of several words, and pass on what it says."""
    sent = {"sender": "Dana", "recipient": "Ida", "subject": "News", "content": f"We meet at {place} on {day}."}
    return Told(
        "Tell Ida where we meet.",
        "Read the mail Where.eml in Dana's mailbox and tell Ida, under the subject 'News', where we meet.",
        (
            ("email_read_email", {"username": "Dana", "email_id": "Where.eml"}, f"News\nDate: {day}\nPlace: {place}"),
            ("email_send_email", sent, DONE),
        ),
        agent="email",
    )


def test_a_place_of_several_words_is_one_thing() -> None:
    assert follows([noted("North yard", "2024-05-24")], noted("Hall by the old mill", "2024-06-12"))


# --- stale and wrong memories ----------------------------------------------------------------------------------------


def stale(memory: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    assert old in memory["steps"]
    return {**memory, "steps": memory["steps"].replace(old, new)}


def first_call(memory: dict[str, Any], new: Told, model: str) -> tuple[str, dict[str, Any]]:
    name, given, seen = new.calls[0]
    messages = [*worker_prompt(new, [memory]), *exchange("call_1", name, given, seen)]
    return answer(model, messages, wire(new.agent), 0)[1][0]


OLD = booked("Ana", "Pottery", "2024-03-04", "09:30", "11:00", [])
NEW = booked("Ben", "Choir", "2025-11-20", "18:15", "19:45", [])


@pytest.mark.parametrize(
    ("old", "new"),
    [('"summary"', '"event_summary"'), ('"create_event"', '"add_event"'), ('"create_event"', '"delete_event"')],
    ids=["argument", "unknown tool", "other tool"],
)
def test_large_puts_a_stale_name_right_before_calling_and_small_calls_it_as_it_is(old: str, new: str) -> None:
    memory = stale(subtask_memory(OLD), old, new)
    wanted = (NEW.calls[1][0], NEW.calls[1][1])
    assert first_call(memory, NEW, "large") == wanted
    assert first_call(memory, NEW, "small") != wanted


def corrupted(memory: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The memory with one step made wrong, by what was done to it."""
    return {
        "argument name": stale(memory, '"summary"', '"the_summary"'),
        "value": stale(memory, '"username": "Ana"', '"username": "Pottery"'),
    }


ADDED = "Successfully create a new event to Ana's calendar."


def told_by_small(memory: dict[str, Any]) -> tuple[bool, list[dict[str, Any]]]:
    """Whether a small worker with this one memory does the new subtask, and its steps."""
    wrong = (
        "calendar_create_event: there is no argument 'the_summary'. "
        "Arguments: user (text), summary (text), time_start (text), time_end (text)."
    )
    answers = {json.dumps([name, given], sort_keys=True): seen for name, given, seen in NEW.calls}
    messages, steps = worker_prompt(NEW, [memory]), []
    for number in range(6):
        calls = answer("small", messages, wire("calendar"), 1)[1]
        if not calls:
            break
        ((name, given),) = calls
        known = answers.get(json.dumps([name, given], sort_keys=True))
        failure = wrong if "the_summary" in given else "There is no user 'Choir'."
        app, _, action = name.partition("_")
        step = {"app": app, "action": action, **given}
        steps.append({"thought": "", "action": step, "observation": known or failure, "failed": known is None})
        messages += exchange(f"call_{number}", name, given, known or failure)
    return [step["failed"] for step in steps] == [False, False] and "create" in steps[1]["action"]["action"], steps


@pytest.mark.parametrize("kind", ["argument name", "value"])
def test_adjustment_repairs_a_memory_whose_step_was_made_wrong(kind: str) -> None:
    listed = events("Ana", [("Gym", "2024-03-03 09:00:00", "2024-03-03 10:30:00")])
    old = booked("Ana", "Pottery", "2024-03-04", "09:30", "11:00", [])
    calls = (("calendar_list_events", {"username": "Ana"}, listed), (*old.calls[1][:2], ADDED))
    good = subtask_memory(Told(old.task, old.subtask, calls, agent="calendar"))
    assert told_by_small(good)[0]
    bad = corrupted(good)[kind]
    solved, steps = told_by_small(bad)
    assert not solved
    run = {"task": NEW.task, "turns": [{"agent": "calendar", "subtask": NEW.subtask, "steps": steps, "report": ""}]}
    texts = {"memory": json.dumps(bad), "trajectory": json.dumps(run), "feedback": "not stated"}
    prompt = render("adjust", tools="Not stated.", **texts)
    text, _, _ = answer("large", [{"role": "user", "content": prompt}], None, 0)
    revised = json.loads(text.partition("<Workflow>")[2].partition("</Workflow>")[0])
    assert told_by_small(revised)[0]

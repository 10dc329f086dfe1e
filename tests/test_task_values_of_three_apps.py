"""What tasks over three apps give as literals (who, how many, which day) is worked out again from their files."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from procmem.office.apps import APPS, toolbox, use
from procmem.office.tasks import load_tasks
from procmem.office.workspace import Office
from procmem.settings import PROJECT
from procmem.types import JsonObject, Task

TASKS = load_tasks(PROJECT / "data" / "tasks")
Row: TypeAlias = dict[str, Any]


def family(name: str) -> list[Task]:
    tasks = [task for task in TASKS.values() if task.family == name]
    assert len(tasks) >= 5
    return tasks


def spec(task: Task, kind: str, at: int = 0) -> JsonObject:
    return [file.spec for file in task.files if file.spec["kind"] == kind][at]


def records(rows: list[list[Any]]) -> list[Row]:
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def sheets(task: Task) -> dict[str, list[Row]]:
    return {name: records(rows) for name, rows in spec(task, "xlsx")["sheets"].items()}


def facts(lines: list[Any]) -> dict[str, str]:
    """What "Name: value" lines say."""
    return dict(line.split(": ", 1) for line in lines if isinstance(line, str) and ": " in line)


def arguments(task: Task, check: str) -> list[JsonObject]:
    return [each.args for each in task.checks if each.function == f"evaluate_{check}"]


def later(moment: str, **by: int) -> str:
    return f"{datetime.fromisoformat(moment) + timedelta(**by):%Y-%m-%d %H:%M}"


def calendar(events: list[Row]) -> list[list[Any]]:
    rows = ([each["summary"], each["start"], each["end"], each.get("location")] for each in events)
    return sorted(rows, key=lambda row: (row[1], row[0]))


def expected_calendar(task: Task) -> list[list[Any]]:
    return sorted(arguments(task, "calendar_equals")[0]["events"], key=lambda row: (row[1], row[0]))


def test_meetings_that_begin_while_their_room_is_closed_move_and_their_organisers_get_a_mail() -> None:
    for task in family("room_notice"):
        notice = facts(spec(task, "png")["blocks"])
        events = spec(task, "ics")["events"]
        closed = (f"{notice['Day']} {notice['From']}", f"{notice['Day']} {notice['Until']}")
        hit = [
            each for each in events if each["location"] == notice["Room"] and closed[0] <= each["start"] <= closed[1]
        ]
        moved = [each | {"location": notice["Use instead"]} if each in hit else each for each in events]
        assert expected_calendar(task) == calendar(moved)
        mails = [(mail["to"], mail["subject"]) for mail in arguments(task, "mail_sent")]
        assert mails == [
            (each["description"].removeprefix("Organiser: "), f"New room: {each['summary']}") for each in hit
        ]
        assert arguments(task, "mail_count") == [{"count": len(hit)}]


def test_courses_move_with_their_hours_or_go_and_the_mail_counts_both() -> None:
    for task in family("course_changes"):
        changes, rules = list(sheets(task).values())
        prefix = next(rule["Rule"] for rule in rules if rule["Topic"] == "Event").split()[-2]
        mail = arguments(task, "mail_sent")[0]
        mine = [each for each in changes if each["Person"] == mail["to"]]
        events = list(spec(task, "ics")["events"])
        for change in (each for each in mine if each["Change"] != "on hold"):
            old = next(
                each
                for each in events
                if each["summary"] == f"{prefix} {change['Course']}" and each["start"].startswith(change["Old date"])
            )
            events.remove(old)
            if change["Change"] == "moved":
                events.append(
                    old | {part: old[part].replace(change["Old date"], change["New date"]) for part in ("start", "end")}
                )
        assert expected_calendar(task) == calendar(events)
        kinds = [each["Change"] for each in mine]
        assert mail["body"] == [f"Moved: {kinds.count('moved')}.", f"Cancelled: {kinds.count('cancelled')}."]


def test_letters_go_to_the_contacts_of_open_invoices_that_reach_the_limit() -> None:
    for task in family("reminder_letters"):
        (name, invoices), (_, rules) = sheets(task).items()
        limit = int(next(rule["Rule"] for rule in rules if rule["Topic"] == "Who").split()[4])
        due = [each for each in invoices if each["Status"] == "open" and each["Amount"] >= limit]
        template = spec(task, "docx")["blocks"]
        letters = [
            [
                line.replace("<invoice>", each["Invoice"])
                .replace("<contact>", each["Contact"])
                .replace("<amount>", str(each["Amount"]))
                for line in template
            ]
            for each in due
        ]
        assert [letter["paragraphs"] for letter in arguments(task, "paragraphs_equal")] == letters
        assert [mail["to"] for mail in arguments(task, "mail_sent")] == [each["Contact"] for each in due]
        marked = [each | {"Letter": "sent"} if each in due else each for each in invoices]
        table = next(args for args in arguments(task, "table_equals") if args["sheet_name"] == name)
        assert records(table["rows"]) == marked


def test_applications_are_listed_with_the_fee_that_students_or_others_pay() -> None:
    for task in family("form_intake"):
        mail = next(file.spec for file in task.files if file.spec.get("attachments"))
        form = facts(mail["attachments"][0]["file"]["blocks"])
        rows = sheets(task)
        price = next(fee for fee in rows["Fees"] if fee["Membership"] == form["Membership"])
        fee = price["Reduced" if form["Student"] == "yes" else "Full"]
        appended = arguments(task, "rows_appended")[0]
        assert dict(zip(rows[appended["sheet_name"]][0], appended["rows"][0], strict=True)) == {
            "Name": mail["from"],
            "Membership": form["Membership"],
            "Start": form["Start"],
            "Fee": fee,
        }
        assert arguments(task, "mail_sent")[0]["body"] == [f"Your fee for {form['Membership']} is {fee}."]


def test_quarters_add_up_without_the_rows_that_do_not_count() -> None:
    for task in family("quarter_table"):
        rows = sheets(task)
        rules = {rule["Topic"]: rule["Rule"] for rule in rows.pop("Rules")}
        people = {person["Role"]: person["Name"] for person in rows.pop("People")}
        mark = rules["What counts"].split()[-1]
        totals = {
            month: sum(row["Amount"] for row in table if mark not in row.values()) for month, table in rows.items()
        }
        best = max(totals, key=lambda month: totals[month])
        expected = [["Month", "Total"], *([month, str(total)] for month, total in totals.items())]
        assert arguments(task, "word_table")[0]["rows"] == [*expected, ["Quarter", str(sum(totals.values()))]]
        mail = arguments(task, "mail_sent")[0]
        assert mail["body"] == [f"Best month: {best} with {totals[best]}"]
        assert mail["to"] == people[next(role for role in people if f" {role} " in rules["Mail"])]


def test_of_two_meetings_that_clash_the_kind_that_comes_later_gives_way_by_a_week() -> None:
    for task in family("meeting_conflict"):
        order = spec(task, "txt")["text"].splitlines()[1].split(". ")[2]
        first, middle, last = (order.split()[at].strip(",.") for at in (0, 3, 7))
        ranks = {first: 0, middle: 1, last: 2}
        invitation = spec(task, "eml")["text"]
        day, start, end = facts(invitation.splitlines())["When"].replace(", ", " ").replace(" to ", " ").split()
        topic = invitation.splitlines()[1].removeprefix("please come to ").removesuffix(".")
        invited = {"summary": topic, "start": f"{day} {start}", "end": f"{day} {end}"}
        events = spec(task, "ics")["events"]
        (rival,) = (each for each in events if each["start"] < invited["end"] and invited["start"] < each["end"])
        loser = max(invited, rival, key=lambda each: ranks[each["summary"].split(":")[0]])
        shifted = loser | {part: later(loser[part], weeks=1) for part in ("start", "end")}
        settled = [shifted if each is loser else each for each in (*events, invited)]
        assert expected_calendar(task) == calendar(settled)
        held = shifted if loser is invited else invited
        answer = f"Agreed: {topic} on {held['start'].replace(' ', ' at ')}"
        assert arguments(task, "mail_sent")[0]["body"] == [answer]


def test_new_colleagues_get_the_files_of_their_team_but_no_drafts_and_its_guide() -> None:
    for task in family("new_colleague"):
        copies = arguments(task, "same_file")
        team, staff = copies[0]["was"].rsplit("/", 1)[0], copies[0]["file"].rsplit("/", 1)[0]
        paths = [file.path for file in task.files]
        names = [path.removeprefix(f"{team}/") for path in paths if path.startswith(f"{team}/")]
        assert copies == [
            {"file": f"{staff}/{name}", "was": f"{team}/{name}"} for name in names if not name.startswith("draft")
        ]
        guides = {guide["Team"]: guide["Name"] for guide in records(spec(task, "csv")["rows"])}
        event = arguments(task, "calendar_event")[0]
        assert event["user"] == guides[team.rsplit("/", 1)[1]]
        assert event["summary"] == f"First day: {staff.rsplit('/', 1)[1]}"


# --- what an agent can know ------------------------------------------------------------------------------------------

TOOLS = toolbox(APPS)


def words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]+", text))


@pytest.mark.parametrize("task", [task for task in TASKS.values() if task.level == 3], ids=lambda task: task.id)
def test_an_agent_writes_no_word_that_it_has_not_been_told_or_read(task: Task, tmp_path: Path) -> None:
    """It is told the task, its subtask and the reports of earlier turns; it reads the observations of its own turn."""
    assert task.demonstration is not None
    office = Office.open(task, tmp_path)
    told = task.text
    for turn in task.demonstration.turns:
        known = words(f"{told} {turn.subtask}")
        for step in turn.steps:
            written = json.dumps(list(step.arguments.values())).replace("\\n", " ")
            assert words(written) - {"true", "false", "null"} <= known, step
            known |= words(use(office, TOOLS, step.tool, step.arguments).text)
        told = f"{told} {turn.report}"

"""What demonstrations compute is given in the family files as literals; here it is computed again from the files."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from procmem.office.tasks import load_tasks
from procmem.settings import PROJECT
from procmem.types import Demonstration, Task

TASKS = load_tasks(PROJECT / "data" / "tasks")


def demonstrated(task: Task) -> Demonstration:
    assert task.demonstration is not None
    return task.demonstration


def family(name: str) -> list[Task]:
    found = [task for task in TASKS.values() if task.family == name]
    assert found
    return found


def tables_of(task: Task) -> dict[str, list[list[Any]]]:
    return next(file.spec["sheets"] for file in task.files if file.spec["kind"] == "xlsx")


def test_sums_of_cancelled_orders_are_right() -> None:
    for task in family("excel_cancelled"):
        header, *orders = next(iter(tables_of(task).values()))
        amount, status = header.index("Amount"), header.index("Status")
        assert demonstrated(task).answer == str(sum(row[amount] for row in orders if row[status] == "cancelled"))


def test_figures_of_region_reports_are_right() -> None:
    for task in family("region_report"):
        header, *sales = next(iter(tables_of(task).values()))
        amount, region, customer = (header.index(name) for name in ("Amount", "Region", "Customer"))
        report = next(check.args for check in task.checks if check.function == "evaluate_paragraphs_equal")
        wanted = report["file"].removeprefix("data/report_").removesuffix(".docx")
        mine = sorted((row[amount], row[customer]) for row in sales if row[region] == wanted)
        assert report["paragraphs"][1:] == [
            f"Total: {sum(sold for sold, _ in mine)}",
            f"Largest customer: {mine[-1][1]} with {mine[-1][0]}",
        ]


def test_notice_dates_are_the_end_minus_the_period() -> None:
    for task in family("contract_notice"):
        facts = dict(
            line.split(": ") for line in task.files[0].spec["blocks"] if isinstance(line, str) and ": " in line
        )
        notice = date.fromisoformat(facts["End of contract"]) - timedelta(int(facts["Notice period"].split()[0]))
        event = next(check.args for check in task.checks if check.function == "evaluate_calendar_event")
        assert event["start"].startswith(f"{notice} ")


def test_shifts_are_all_those_of_the_person_with_the_hours_of_the_roster() -> None:
    for task in family("shift_roster"):
        roster, hours = list(tables_of(task).values())[:2]
        person = task.files[1].path.removeprefix("calendar/").removesuffix(".ics")
        columns = [roster[0].index(name) for name in ("Date", "Shift", "Person")]
        mine = [[row[at] for at in columns] for row in roster[1:]]
        times = {shift: (start, end) for shift, start, end in hours[1:]}
        wanted = [(f"{day} {times[shift][0]}", f"{day} {times[shift][1]}") for day, shift, who in mine if who == person]
        events = [check.args for check in task.checks if check.function == "evaluate_calendar_event"]
        assert [(event["start"], event["end"]) for event in events] == wanted


def test_action_lists_hold_all_actions_of_the_minutes_and_their_number() -> None:
    for task in family("minutes_actions"):
        lines = [block["paragraph"] for block in task.files[0].spec["blocks"] if "paragraph" in block]
        actions = [line.removeprefix("ACTION ") for line in lines if line.startswith("ACTION ")]
        wanted = next(
            check.args["paragraphs"] for check in task.checks if check.function == "evaluate_paragraphs_equal"
        )
        assert wanted[1:] == [*actions, f"Total: {len(actions)}"]


def test_invoices_that_need_a_copy_are_in_their_table_and_above_the_limit() -> None:
    for task in family("invoice_copy"):
        header, *invoices = next(iter(tables_of(task).values()))
        mail = next(check.args for check in task.checks if check.function == "evaluate_mail_sent")
        row = next(dict(zip(header, row, strict=True)) for row in invoices if mail["body"][0] in row)
        assert [row["Invoice"], row["Supplier"], row["Amount"], row["Owner"]] == [*mail["body"], mail["to"]]
        rule = tables_of(task)["Rules"][-1][1]
        assert row["Amount"] > int(rule.split()[1])


RECEIPT = {"Date": "Date", "Total": "Amount", "Paid by": "Paid by"}


def test_receipts_are_booked_with_the_category_of_their_vendor() -> None:
    for task in family("receipt"):
        expenses, categories = tables_of(task).values()
        appended = next(check.args["rows"][0] for check in task.checks if check.function == "evaluate_rows_appended")
        booked = dict(zip(expenses[0], appended, strict=True))
        assert sorted([booked["Vendor"], booked["Category"]]) in [sorted(row) for row in categories]
        receipt = task.files[0].spec["blocks"]
        assert receipt[0] == {"title": booked["Vendor"]}
        assert receipt[1:4] == [
            f"Date: {booked['Date']}",
            f"Total: {booked['Amount']}",
            f"Paid by: {booked['Paid by']}",
        ]


# --- calendars -------------------------------------------------------------------------------------------------------


def events_of(task: Task, user: str = "") -> list[dict[str, str]]:
    path = f"calendar/{user or task.username}.ics"
    events: list[dict[str, str]] = next(file.spec["events"] for file in task.files if file.path == path)
    return events


def wanted_events(task: Task) -> list[list[str]]:
    return sorted(next(check.args["events"] for check in task.checks if check.function == "evaluate_calendar_equals"))


def row_of(event: dict[str, str]) -> list[str]:
    return [event["summary"], event["start"], event["end"], event.get("location", "")]


def test_cleared_days_keep_what_the_calendar_protects_and_all_other_days() -> None:
    for task in family("calendar_clear"):
        note, *events = events_of(task)
        word = note["description"].removeprefix("Entries whose title begins with ").split(" ")[0]
        (day,) = set(re.findall(r"\d{4}-\d\d-\d\d", task.text))
        kept = [event for event in events if not event["start"].startswith(day) or event["summary"].startswith(word)]
        assert wanted_events(task) == sorted(row_of(event) for event in [note, *kept])


def test_a_slot_is_the_first_in_which_both_are_free() -> None:
    for task in family("free_slot"):
        mine, theirs = (check.args for check in task.checks if check.function == "evaluate_calendar_event")
        assert (mine["start"], mine["end"]) == (theirs["start"], theirs["end"])
        busy = [*events_of(task), *events_of(task, theirs["user"])]
        (opening,) = re.findall(r"\d\d:\d\d", task.text)
        day, _ = mine["start"].split(" ")
        length = timedelta(minutes=int(re.findall(r"(\d+) minutes", task.text)[0]))
        start = datetime.fromisoformat(f"{day} {opening}")
        while any(start < moment(event["end"]) and moment(event["start"]) < start + length for event in busy):
            start += timedelta(minutes=5)
        assert (moment(mine["start"]), moment(mine["end"])) == (start, start + length)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def mails_of(task: Task) -> list[dict[str, str]]:
    return [file.spec for file in task.files if file.spec["kind"] == "eml"]


def test_moved_meetings_are_the_next_ones_at_the_time_that_was_mailed_last_and_keep_their_length() -> None:
    for task in family("meeting_moved"):
        note, *events = events_of(task)
        mark = note["description"].rpartition(": ")[2]
        (topic,) = {row[0].removesuffix(f" {mark}") for row in wanted_events(task) if row[0].endswith(mark)}
        news = max(
            (mail for mail in mails_of(task) if f"the next {topic}." in mail["text"]), key=lambda mail: mail["date"]
        )
        start = moment(" ".join(re.findall(r"(\d{4}-\d\d-\d\d) at (\d\d:\d\d)", news["text"])[0]))
        named = [event for event in events if event["summary"] == topic and moment(event["start"]) > task.now]
        old = min(named, key=lambda event: event["start"])
        end = start + (moment(old["end"]) - moment(old["start"]))
        moved = {"summary": f"{topic} {mark}", "start": f"{start:%Y-%m-%d %H:%M}", "end": f"{end:%Y-%m-%d %H:%M}"}
        rest = [event for event in events if event is not old]
        assert wanted_events(task) == sorted(row_of(event) for event in [note, *rest, old | moved])


def test_a_rescheduled_entry_keeps_length_and_place_and_all_others_stay() -> None:
    for task in family("calendar_reschedule"):
        old, *others = events_of(task)
        start = min(moment(row[1]) for row in wanted_events(task) if row not in [row_of(event) for event in others])
        assert f"{start:%H:%M}" in task.text
        assert f"{start:%Y-%m-%d}" in task.text
        end = start + (moment(old["end"]) - moment(old["start"]))
        moved = old | {"start": f"{start:%Y-%m-%d %H:%M}", "end": f"{end:%Y-%m-%d %H:%M}"}
        assert wanted_events(task) == sorted(row_of(event) for event in [moved, *others])


def test_meetings_that_are_off_leave_the_calendar_alone_else() -> None:
    for task in family("meeting_off"):
        off = re.findall(r"\n(.+) on (\S+) at (\S+) is off", mails_of(task)[0]["text"])[0]
        gone = [event for event in events_of(task) if (event["summary"], *event["start"].split(" ")) == off]
        assert len(gone) == 1
        assert wanted_events(task) == sorted(row_of(event) for event in events_of(task) if event not in gone)


# --- tables ----------------------------------------------------------------------------------------------------------


def records(rows: list[list[Any]]) -> list[dict[str, Any]]:
    header, *lines = rows
    return [dict(zip(header, line, strict=True)) for line in lines]


def test_summaries_hold_the_sum_of_each_sheet_and_of_all() -> None:
    for task in family("excel_formulas"):
        summary, *sheets = list(tables_of(task).items())[:4]
        sums = [[name, sum(line["Amount"] for line in records(rows))] for name, rows in sheets]
        wanted = next(check.args["rows"] for check in task.checks if check.function == "evaluate_table_equals")
        assert wanted == [summary[1][0], *sums, ["Total", sum(amount for _, amount in sums)]]


def test_those_are_reminded_who_have_not_paid_and_owe_at_least_the_limit() -> None:
    for task in family("reminder_mails"):
        people, letter = tables_of(task).values()
        limit = int(re.findall(r"\d+", letter[-1][1])[0])
        owing = [one for one in records(people) if one["Paid"] == "no" and one["Amount"] >= limit]
        text = letter[2][1]
        wanted = [
            (
                one["Name"],
                text.replace("<name>", one["Name"])
                .replace("<amount>", str(one["Amount"]))
                .replace("<what>", one["What"]),
            )
            for one in owing
        ]
        mails = [check.args for check in task.checks if check.function == "evaluate_mail_sent"]
        assert [(mail["to"], *mail["body"]) for mail in mails] == wanted


def test_new_forms_are_entered_when_signed_and_each_gets_its_status() -> None:
    for task in family("form_table"):
        (_, table), (inbox, received), (_, notes) = tables_of(task).items()
        done, back = (line[1].rpartition(": ")[2] for line in notes[1:])
        papers = {
            file.path.rpartition("/")[2]: dict(line.split(": ") for line in file.spec["blocks"][1:])
            for file in task.files
            if file.spec["kind"] == "pdf"
        }
        new = [name for name, status in received[1:] if status == "new"]
        rows = [[papers[name][column] for column in table[0]] for name in new if papers[name]["Signed"] == "yes"]
        status = {name: done if papers[name]["Signed"] == "yes" else back for name in new}
        appended, equal = (check.args for check in task.checks[:2])
        assert appended["rows"] == rows
        assert equal["sheet_name"] == inbox
        assert equal["rows"] == [received[0], *([name, status.get(name, old)] for name, old in received[1:])]


def test_a_rooms_programme_has_its_rows_in_the_columns_of_the_layout() -> None:
    for task in family("room_table"):
        (plan,) = tables_of(task).values()
        title, columns, _, count = task.files[1].spec["blocks"][1:]
        said, rows = (check.args for check in task.checks[:2])
        words = title.removeprefix("The title is: ").removesuffix(" <room>")
        room = said["paragraphs"][0].removeprefix(f"{words} ")
        assert room in task.text
        header = columns.split(": ")[1].split(".")[0].split(", ")
        mine = [[line[column] for column in header] for line in records(plan) if line["Room"] == room]
        assert rows["rows"] == [header, *mine]
        assert said["paragraphs"][1] == f"{count.split(': ')[1]}: {len(mine)}"


def test_mailed_expenses_are_booked_with_the_category_of_their_vendor() -> None:
    for task in family("mail_expense"):
        expenses, categories = tables_of(task).values()
        mail = mails_of(task)[0]
        said = dict(line.split(": ") for line in mail["text"].splitlines() if ": " in line)
        (category,) = (one["Category"] for one in records(categories) if one["Vendor"] == said["Vendor"])
        (appended,) = task.checks[0].args["rows"]
        booked = {name: str(value) for name, value in zip(expenses[0], appended, strict=True)}
        assert booked == {
            "Date": said["Date"],
            "Vendor": said["Vendor"],
            "Amount": said["Total"],
            "Paid by": mail["from"],
            "Category": category,
        }


def test_an_absence_gets_the_sign_of_its_reason_in_the_one_cell_of_person_and_day() -> None:
    for task in family("attendance"):
        listed, signs = tables_of(task).values()
        (person,) = (row[0] for row in listed[1:] if re.search(rf"\b{row[0]}\b", task.text))
        (day,) = re.findall(r"\d{4}-\d\d-\d\d", task.text)
        (sign,) = (one["Sign"] for one in records(signs) if re.search(rf"\b{one['Meaning']}\b", task.text))
        wanted = [[*row] for row in listed]
        (row,) = (row for row in wanted if row[0] == person)
        assert row[listed[0].index(day)] is None
        row[listed[0].index(day)] = sign
        assert task.checks[0].args["rows"] == wanted


def test_dates_with_slashes_are_read_in_the_order_that_the_workbook_tells() -> None:
    for task in family("excel_dates"):
        listed, notes = tables_of(task).values()
        pattern = "%d/%m/%Y" if "the day comes first" in notes[-1][1] else "%m/%d/%Y"
        wanted = [
            [f"{datetime.strptime(cell, pattern):%Y-%m-%d}" if "/" in str(cell) else cell for cell in row]
            for row in listed
        ]
        assert wanted != listed
        assert task.checks[0].args["rows"] == wanted


# --- mails and files -------------------------------------------------------------------------------------------------


def test_forwarded_mails_go_to_whoever_is_in_charge_of_their_kind_with_that_persons_words() -> None:
    for task in family("mail_forward"):
        incomplete, complete, rules = mails_of(task)[:3]
        kind = complete["text"].splitlines()[0].removeprefix("Kind: ")
        who, words = re.findall(rf'- {kind}: (\w+), "(.*)"', rules["text"])[0]
        sent = task.checks[0].args
        assert (sent["to"], sent["body"][0]) == (who, words)
        assert sent["attachments"] == [paper["name"] for paper in complete["attachments"]]
        assert "attachments" not in incomplete


def test_the_paper_that_is_asked_for_is_attached_from_where_the_house_keeps_it() -> None:
    for task in family("mail_papers"):
        question, rules = mails_of(task)[:2]
        (asked,) = re.findall(r"I can not find the (.+) any more", question["text"])
        (path,) = re.findall(rf"- {asked}: (\S+)", rules["text"])
        sent = task.checks[0].args
        assert sent["attachments"] == [path.rpartition("/")[2]]
        assert sent["body"] == [f"Here is the {asked}"]


def test_deleted_papers_are_those_whose_day_is_past_and_that_nobody_holds() -> None:
    for task in family("file_retention"):
        papers = {file.path: file.spec["text"].splitlines()[:2] for file in task.files[2:]}
        gone = [
            path
            for path, (until, hold) in papers.items()
            if hold == "Hold: no" and date.fromisoformat(until.removeprefix("Keep until: ")) < task.now.date()
        ]
        assert [check.args["file"] for check in task.checks if check.function == "evaluate_file_not_exist"] == gone
        log = next(check.args["text"] for check in task.checks if check.function == "evaluate_text_appended")
        assert log.splitlines() == [f"{task.now.date()} {path.rpartition('/')[2]}" for path in gone]
        assert gone == sorted(gone)

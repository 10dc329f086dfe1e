"""Tasks that need one app."""

from __future__ import annotations

from tests.officebench import Seen, Solution, answers, call, cells, delete_rows, document, does, event, new_book, read

DAY = "2024-05-01"
FREE, TAKEN = ("14:30", "15:30"), ("13:30", "14:30")
BUSY = call("calendar_list_events", username="Bob"), call("calendar_list_events", username="Tom")
MAILS_OF_BOB = call("email_list_emails", username="Bob")
MAILS_OF_ALICE = call("email_list_emails", username="Alice")


def both(summary: str) -> Solution:
    """An hour that both have free, and one that only Bob has."""
    return does(
        [*BUSY, *(event(user, summary, DAY, *FREE) for user in ("Bob", "Tom"))],
        [*BUSY, *(event(user, summary, DAY, *TAKEN) for user in ("Bob", "Tom"))],
    )


SOLUTIONS: dict[str, Solution] = {
    # --- calendars
    "1-1/0": does(
        [event("Bob", "Meeting", "2024-05-17", "10:30", "11:00")],
        [event("Bob", "Meeting", "2024-05-17", "10:30", "11:30")],
    ),
    "1-1/1": does(
        [event("Bob", "dinner", "2024-05-18", "19:00", "20:00")],
        [event("Bob", "dinner", "2024-05-18", "07:00", "08:00")],
    ),
    "1-1/2": does(
        [event("Bob", "workout", "2024-05-16", "17:00", "18:00")],
        [event("Alice", "workout", "2024-05-16", "17:00", "18:00")],
    ),
    "1-1/3": does(
        [event("Bob", "class", "2024-05-15", "16:00", "18:00", location="Mathematic Science 4000A")],
        [event("Bob", "class", "2024-05-15", "16:00", "18:00")],
    ),
    "1-1/4": does(
        [event("Bob", "travelling", "2024-06-19", "00:00", "23:59", last_day="2024-06-23", location="Florida")],
        [event("Bob", "travelling", "2024-06-19", "00:00", "23:59", location="Florida")],
    ),
    "1-2/0": both("zoom meeting"),
    "1-2/1": does([*BUSY], [*(event(user, "dinner", DAY, "18:00", "19:00") for user in ("Bob", "Tom"))]),
    "1-2/2": both("shopping"),
    "1-2/3": answers("Tom gets up earlier.", "Bob gets up earlier.", *BUSY),
    "1-2/4": answers("Tom", "Bob", *BUSY),
    # --- workbooks: write
    "1-6/0": does(
        cells("class_member.xlsx", 2, "Class", "1", "2", "3", "4", "5"),
        cells("class_member.xlsx", 2, "Class", "1", "2", "3", "4", "7"),
    ),
    "1-6/1": does(
        cells("class_member.xlsx", 2, "Attendance", *"YYYYY"), cells("class_member.xlsx", 2, "Attendance", *"YYYYN")
    ),
    "1-6/2": does(
        cells("class_member.xlsx", 2, "Meeting", "8:00", "8:10", "8:20", "8:30", "8:40"),
        cells("class_member.xlsx", 2, "Meeting", "8:00", "8:10", "8:20", "8:30", "9:40"),
    ),
    "1-6/3": does(
        cells("salary.xlsx", 3, "amount after 1 year", "210000", "110000", "110000"),
        cells("salary.xlsx", 3, "amount after 1 year", "210000", "105000", "110000"),
    ),
    "1-6/4": does(
        cells("company_budget.xlsx", 3, "Increase Percentage Per Year", "5", "10", "10"),
        cells("company_budget.xlsx", 3, "Increase Percentage Per Year", "5", "-10", "10"),
    ),
    "1-6/5": does(
        cells("shopping_list.xlsx", 3, "Cost", "4", "3", "3"), cells("shopping_list.xlsx", 3, "Cost", "2", "1.5", "1.5")
    ),
    "1-7/0": does(delete_rows("score.xlsx", 4), delete_rows("score.xlsx", 20)),
    "1-7/1": does(delete_rows("score.xlsx", 4), delete_rows("score.xlsx", 5)),
    "1-7/2": does(delete_rows("score.xlsx", 2, 2, 2), delete_rows("score.xlsx", 3, 3, 3)),
    "1-7/3": does(delete_rows("salary.xlsx", 3), delete_rows("salary.xlsx", 4)),
    "1-7/4": does(delete_rows("company_budget.xlsx", 3), delete_rows("company_budget.xlsx", 4)),
    "1-7/5": does(delete_rows("shopping_list.xlsx", 4), cells("shopping_list.xlsx", 1, "pear", row=2)),
    # --- workbooks: look up, copy, sort
    "1-10/0": answers("The difference is 40.", "The difference is 30.", read("score.xlsx")),
    "1-10/1": answers(
        "Liam, Alice, Sam, David, Bob, Tina, Rachel and Frank",
        "Liam, Alice, Sam, David, Bob, Tina and Rachel",
        read("score.xlsx"),
    ),
    "1-10/2": does(cells("salary.xlsx", 2, "200000", row=5), cells("salary.xlsx", 2, "200000", row=6)),
    "1-10/3": does(
        cells("company_budget.xlsx", 2, "2001000", row=2), cells("company_budget.xlsx", 2, "2050000", row=2)
    ),
    "1-10/4": answers("apple, 2", "onion, 4", read("shopping_list.xlsx")),
    "1-11/0": does(
        [
            call("files_copy", source="/testbed/data/score.xlsx", destination="/testbed/data/sorted_score.xlsx"),
            call("excel_sort", file_path="data/sorted_score.xlsx", column_idx=2, descending=True),
        ],
        [
            call("files_copy", source="data/score.xlsx", destination="data/sorted_score.xlsx"),
            call("excel_sort", file_path="data/sorted_score.xlsx", column_idx=3, descending=True),
        ],
    ),
    "1-11/1": does(
        [
            *new_book("midterm1.xlsx", ["Name", "midterm1"], ["Liam", 74], ["Ivy", 64], ["Alice", 78], ["Jack", 71]),
            *new_book("midterm2.xlsx", ["Name", "midterm2"], ["Liam", 72], ["Ivy", 90], ["Alice", 75], ["Jack", 73]),
        ],
        [
            *new_book("midterm1.xlsx", ["Name", "midterm1"], ["Liam", 74], ["Ivy", 64], ["Alice", 78], ["Jack", 71]),
            *new_book("midterm2.xlsx", ["Name", "midterm2"], ["Liam", 72], ["Ivy", 90], ["Alice", 75]),
        ],
    ),
    "1-11/2": answers("35000 a month", "420000", read("salary.xlsx")),
    "1-11/3": does(
        [call("excel_sort", file_path="data/company_budget.xlsx", column_idx=2, descending=True)],
        [call("excel_sort", file_path="data/company_budget.xlsx", column_idx=2)],
    ),
    "1-12/0": answers(
        "9 students, 2 of them seniors", "8 students, 2 of them seniors", read("CS161_Class_Roster.xlsx")
    ),
    "1-12/1": answers("5", "4", read("CS161_Class_Roster.xlsx")),
    "1-12/2": answers("54", "15", read("CS161_Class_Roster.xlsx")),
    # --- documents
    "1-16/0": does(
        [call("files_read_file", file_path="data/random_paragraph.txt"), *document("random_paragraph.docx", Seen(1))],
        document("random_paragraph.docx", "random_paragraph.txt"),
    ),
    "1-16/1": does(
        document("test.docx", "This is a test file for task 1-16-1."),
        document("test.docx", "This is a test file for task 1-16-2."),
    ),
    # --- mailboxes
    "1-21/0": answers("application approved", "scheduled meeting", MAILS_OF_BOB),
    "1-21/1": answers("Reminder Rent due", "application approved", MAILS_OF_BOB),
    "1-21/2": answers("yes", "no", MAILS_OF_BOB),
    "1-22/0": answers("scheduled meeting", "Gradescope", MAILS_OF_ALICE),
    "1-22/1": answers("gradescope@gmail.com", "Glendon@gmail.com", MAILS_OF_ALICE),
    "1-22/2": answers("Yes", "No", call("email_read_email", username="Alice", email_id="rental.eml")),
    "1-22/3": answers("Yes", "No", call("email_read_email", username="Alice", email_id="scholarship approved")),
    "1-22/4": answers("93", "92", call("email_read_email", username="Alice", email_id="gradescope.eml")),
}

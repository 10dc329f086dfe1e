"""Tasks that need three apps."""

from __future__ import annotations

from tests.officebench import (
    Seen,
    Solution,
    call,
    document,
    does,
    event,
    folder,
    mail,
    new_book,
    pdf,
    pdf_to_image,
    read,
    word_to_pdf,
)
from tests.officebench.level_2 import training

DAY = "2020-05-01"
ALL_EVENTS = call("calendar_list_events", username="Bob")
REVENUES = read("company_revenues.xlsx")
SCORES = (["Name", "Score"], ["Alice", 100], ["Bob", 89], ["Carol", 96])

SOLUTIONS: dict[str, Solution] = {
    "3-4/0": does(
        [
            call(
                "excel_convert_to_pdf",
                excel_file_path="data/financial_report_2.xlsx",
                pdf_file_path="/testbed/data/report.pdf",
            ),
            folder("financial"),
            call("files_copy", source="data/report.pdf", destination="data/financial"),
        ],
        [
            call(
                "excel_convert_to_pdf",
                excel_file_path="data/financial_report_2.xlsx",
                pdf_file_path="data/financial/report.pdf",
            )
        ],
    ),
    "3-9/0": does(
        [REVENUES, *pdf("report.pdf", Seen(1)), pdf_to_image("report.pdf", "report.jpg")],
        [REVENUES, *pdf("report.pdf", Seen(1)), pdf_to_image("report.pdf", "report.png")],
    ),
    "3-9/1": does(
        [
            REVENUES,
            *document("count.docx", "3 years"),
            word_to_pdf("count.docx", "revenues.pdf"),
            pdf_to_image("revenues.pdf", "revenues.jpg"),
        ],
        [REVENUES, *document("count.docx", "3 years"), word_to_pdf("count.docx", "revenues.pdf")],
    ),
    "3-45/0": does(training("A", "B", "C"), training("A", "B")),
    "3-47/0": does(
        [
            *(event(name, "Reward", DAY, "14:00", "15:00") for name in ("Carol", "Rachel", "Tina")),
            *pdf("statement.pdf", "Carol, Rachel and Tina are our top three."),
        ],
        pdf("statement.pdf", "Bob, Rachel and Tina are our top three."),
    ),
    "3-48/0": does(training("A"), training("B", "C")),
    "3-52/0": does(
        [
            event("Bob", "Introductions (Linda)", DAY, "13:00", "13:30"),
            event("Bob", "Agenda (Davide)", DAY, "13:30", "14:10"),
            event("Bob", "Strategy (Charlie)", DAY, "14:10", "14:30"),
            mail("Bob", "Linda", "Introductions", "Linda, you are on at 13:00."),
            mail("Bob", "Davide", "Agenda", "Davide, you are on at 13:30."),
            mail("Bob", "Charlie", "Strategy", "Charlie, you are on at 14:10."),
        ],
        [
            event("Bob", "Introductions (Linda)", DAY, "13:00", "13:30"),
            event("Bob", "Agenda (Davide)", DAY, "13:30", "14:10"),
            event("Bob", "Strategy (Charlie)", DAY, "14:10", "14:30"),
            mail("Bob", "Linda, Davide", "Introductions", "Linda, you are on at 13:00."),
        ],
    ),
    "3-54/0": does(
        [
            *document("reward.docx", "Tina has the highest score of midterm1."),
            mail("Bob", "Tina@mail.com", "Tina", "Tina has the highest score of midterm1."),
        ],
        [
            *document("reward.docx", "Rachel has the highest score of midterm1."),
            mail("Bob", "Rachel@mail.com", "Rachel", "Rachel has the highest score of midterm1."),
        ],
    ),
    "3-58/0": does(document("shopping.docx", "apple\ncabbage\nonion"), document("shopping.docx", "apple\ncabbage")),
    "3-63/0": does(
        [
            *document("report.docx", "Midterm 2 went better."),
            folder("report"),
            call("files_move", source="data/report.docx", destination="data/report"),
        ],
        document("report.docx", "Midterm 2 went better."),
    ),
    "3-64/0": does(
        [
            *document("house_price.docx", "Prices rise."),
            word_to_pdf("house_price.docx", "housing.pdf"),
            pdf_to_image("housing.pdf", "housing.jpg"),
        ],
        [
            *document("housing.docx", "Prices rise."),
            word_to_pdf("housing.docx", "housing.pdf"),
            pdf_to_image("housing.pdf", "housing.jpg"),
        ],
    ),
    "3-67/0": does(
        [*document("cars.docx", "Ford Mustang, $20,000"), word_to_pdf("cars.docx", "suggesting.pdf")],
        document("cars.docx", "Ford Mustang, $20,000"),
    ),
    "3-70/0": does(
        [
            word_to_pdf("A12345homework.docx", "A12345homework.pdf"),
            pdf_to_image("A12345homework.pdf", "A12345homework.jpg"),
        ],
        [word_to_pdf("A12345homework.docx", "A12345homework.pdf")],
    ),
    "3-82/0": does(
        document("list.docx", "Rachel\nTina\nSam\nBob\nCarol"),
        document("list.docx", "Rachel\nTina\nSam\nBob\nDavid\nAlice\nLiam"),
    ),
    "3-83/0": does(pdf("Class_member.pdf", "Mia"), pdf("Class_member.pdf", "Mia, Noah, Carol, Jack")),
    "3-84/0": does(document("report.docx", "None to be seen."), pdf("report.pdf", "None to be seen.")),
    "3-85/0": does(
        [*pdf("report.pdf", "None to be seen."), pdf_to_image("report.pdf", "report.jpg")], pdf("report.pdf", "None.")
    ),
    "3-91/0": does(
        document("schedule.docx", "There is no confliction in Bob's calendar."),
        document("schedule.docx", "All is well."),
    ),
    "3-93/0": does(
        [ALL_EVENTS, mail("Alice", "Bob", "events", Seen(1)), *pdf("event.pdf", Seen(1))],
        [ALL_EVENTS, mail("Alice", "Bob", "events", Seen(1)), *pdf("event.pdf", "lunch, nap and dinner")],
    ),
    "3-96/0": does(
        [REVENUES, mail("Jack", "Bob", "revenues", Seen(1)), *document("revenue.docx", "Revenues go up and down.")],
        [REVENUES, mail("Jack", "Bob", "report", Seen(1)), *document("revenue.docx", "Revenues go up and down.")],
    ),
    "3-98/0": does(
        [
            call("files_read_file", file_path="/testbed/emails/email_with_table.eml"),
            *new_book("score.xlsx", *SCORES),
            folder("score"),
            call("files_move", source="data/score.xlsx", destination="data/score/score.xlsx"),
        ],
        new_book("score.xlsx", *SCORES),
    ),
    "3-99/0": does(
        [
            *new_book("revenues.xlsx", ["Year", "Revenue"], [2004, 4439044]),
            *document("revenues.docx", "It begins well."),
        ],
        [
            *new_book("revenues.xlsx", ["Year", "Revenue"], [2004, 4439044]),
            *document("revenue.docx", "It begins well."),
        ],
    ),
    "3-100/0": does(
        [
            REVENUES,
            *new_book("revenues.xlsx", ["Revenue"], [4439044]),
            mail("Bob", "Tom@gmail.com", "revenues", Seen(1)),
        ],
        [
            REVENUES,
            *new_book("revenues.xlsx", ["Revenue"], [4439044]),
            mail("Bob", "Tim@gmail.com", "revenues", Seen(1)),
        ],
    ),
}

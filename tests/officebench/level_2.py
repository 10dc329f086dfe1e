"""Tasks that need two apps."""

from __future__ import annotations

from tests.officebench import (
    Call,
    Seen,
    Solution,
    answers,
    call,
    document,
    does,
    event,
    mail,
    new_book,
    read,
    word_to_pdf,
)

SECTIONS = {
    "A": ("Alice", "David", "Grace", "Jack"),
    "B": ("Bob", "Eva", "Hank", "Kelly"),
    "C": ("Carol", "Frank", "Ivy", "Leo"),
}
TIMES = {"A": ("09:00", "11:00"), "B": ("11:00", "13:00"), "C": ("14:00", "16:00")}
COURSES = "\n".join(
    f"{subject} {number + term}"
    for term in range(5)
    for subject, number in (("CS", 101), ("PHYS", 101), ("MATH", (150, 150, 150, 247, 247)[term]))
)
EVENTS_OF_BOB = call("calendar_list_events", username="Bob")


def training(*sections: str, without: str = "") -> list[Call]:
    schedule = [(name, *TIMES[section]) for section in sections for name in SECTIONS[section] if name != without]
    return [event(name, "Team training", "2020-05-04", start, end) for name, start, end in schedule]


def to_bob(*subjects: str, sender: str = "Alice") -> list[Call]:
    return [mail(sender, "Bob", subject, f"{subject} is in your calendar.") for subject in subjects]


SOLUTIONS: dict[str, Solution] = {
    "2-13/0": does(
        [read("team_training_schedule.xlsx"), *training("A", "B", "C")], training("A", "B", "C", without="Eva")
    ),
    "2-13/1": does([read("team_training_schedule.xlsx"), *training("A")], training("A", "B")),
    "2-18/0": does(
        document("Rachel.docx", "Rachel, you have the highest score."), document("Carol.docx", "Well done.")
    ),
    "2-18/1": does(document("homework.docx", "Read book and write essay"), document("homework.docx", "Read the book")),
    "2-18/2": does(
        document("shopping_list.docx", "apple\ncabbage\nonion"), document("shopping_list.docx", "apple\nonion")
    ),
    "2-19/0": does(
        [read("score.xlsx"), *document("teaching.docx", "The highest score is 99, the lowest 60.")],
        document("report.docx", "The highest score is 99, the lowest 60."),
    ),
    "2-20/0": does(
        [read("CS161_Class_Roster.xlsx"), *document("students.docx", Seen(1))],
        document("students.docx", "S1000, Pivozu"),
    ),
    "2-20/1": does(
        document("cs_class_2024.docx", "S1000, Zoye Pivozu\nS1001, Sipaq Cixarim\nS1005, Tukemoy Yehamucu"),
        document("cs_class_2024.docx", "S1000, Zoye Pivozu\nS1001, Sipaq Cixarim"),
    ),
    "2-20/2": does(
        document("makeup_exam_list.docx", "S1004, Fufowot Dipuj\nS1007, Jehecat Cani"),
        document("makeup_exam_list.docx", "S1004, Fufowot Dipuj\nS1006, Pom Vufuh"),
    ),
    **{
        f"2-21/{number}": does(document("classes_taken.docx", COURSES), document("classes_taken.docx", COURSES[:-10]))
        for number in range(6)
    },
    "2-25/0": does(
        [word_to_pdf("A12345homework.docx", "A12345homework.pdf")],
        [call("files_move", source="data/A12345homework.docx", destination="data/A12345homework.pdf")],
    ),
    "2-33/0": does(
        [call("files_write_file", file_path="/testbed/data/top3.txt", contents="Tina\nRachel\nSam\n")],
        [call("files_write_file", file_path="data/top3.txt", contents="Tina\nRachel\nBob\n")],
    ),
    "2-33/1": answers("Class 4", "Class 2", read("class_member.xlsx")),
    "2-34/0": does(
        [call("files_write_file", file_path="data/lowest.txt", contents="16.91")],
        [call("files_write_file", file_path="data/lowest.txt", contents="20.46")],
    ),
    "2-34/1": answers("26", "31", read("survey_responses.xlsx")),
    "2-40/0": does(
        [EVENTS_OF_BOB, *to_bob("sleeping", "lunch", "nap", "class", "dinner", sender="Bob")],
        to_bob("sleeping", "lunch", "nap", "class", sender="Bob"),
    ),
    "2-40/1": does([EVENTS_OF_BOB, *to_bob("class")], to_bob("sleeping", "lunch", "nap", "class", "dinner")),
    "2-40/2": does(to_bob("lunch", "nap", "class", "dinner"), to_bob("sleeping", "lunch", "nap", "class", "dinner")),
    "2-40/3": does(
        [mail("Alice", name, "class", "You both have class at 4 pm.") for name in ("Bob", "Tom")],
        [mail("Alice", name, "class", "You both have class at 4 pm.") for name in ("Bob", "Bob")],
    ),
    "2-43/0": does(
        [read("company_revenues.xlsx"), mail("Alice", "Bob", "revenues", Seen(1))],
        [read("company_revenues.xlsx"), mail("Alice", "Tom", "revenues", Seen(1))],
    ),
    "2-43/1": does(
        [
            mail("Alice", "Bob", "revenues", "2004: 4,439,044\n2005: 2212203"),
            mail("Alice", "Tom", "revenues", "2022: 2170828\n2023: 2832545"),
        ],
        [
            mail("Alice", "Bob", "revenues", "2004: 4,439,044\n2005: 2212203"),
            mail("Alice", "Tom", "revenues", "2004: 4,439,044\n2005: 2212203"),
        ],
    ),
    "2-46/0": does(
        [
            call("email_read_email", username="Alice", email_id="class_cancel.eml"),
            *document("class_canceling.docx", Seen(1)),
            word_to_pdf("class_canceling.docx", "class_canceling.pdf"),
        ],
        document("class_canceling.docx", "class cancel today"),
    ),
    "2-49/0": does(
        [
            call("email_read_email", username="Alice", email_id="email_with_table"),
            *new_book("score.xlsx", ["Name", "Score"], ["Alice", 100], ["Bob", 89], ["Carol", 96]),
        ],
        new_book("score.xlsx", ["Alice", 100], ["Bob", 89], ["Carol", 96]),
    ),
    "2-50/0": does(
        new_book("revenues.xlsx", ["year", "revenues"], ["Last Year", 1200000], ["This Year", 1500000]),
        new_book("revenues.xlsx", ["year", "revenues"], ["Last Year", "$1,200,000"], ["This Year", "$1,500,000"]),
    ),
}

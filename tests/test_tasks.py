"""The bundled tasks prove themselves: each demonstration is executed on real files and graded by the task's checks."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from procmem.errors import BadInput
from procmem.office.apps import toolbox, use
from procmem.office.checks import grade
from procmem.office.tasks import load_tasks
from procmem.office.workspace import Office
from procmem.settings import PROJECT
from procmem.types import Demonstration, DemonstrationStep, Task

TASKS = load_tasks(PROJECT / "data" / "tasks")
TOOLS = toolbox(("calendar", "email", "excel", "word", "pdf", "ocr", "files"))
AGENTS = {
    "calendar": {"calendar"},
    "email": {"email"},
    "excel": {"excel"},
    "word": {"word"},
    "pdf": {"pdf", "ocr"},
    "system": {"files"},
}
LOOKS = re.compile(r"_(read|list|search|recognize)(_|$)")
"""Steps that may be dropped without failing a check, by tool name: a look changes nothing. There are no others."""
TRAIN_PEOPLE = ["Dana", "Omar", "Priya", "Lena", "Marek", "Sofia", "Ravi", "Nora", "Tomas", "Ines", "Kofi", "Yara"]
TEST_PEOPLE = ["Hanna", "Diego", "Mei", "Pavel", "Aisha", "Jonas", "Chloe", "Samir", "Greta", "Luca", "Bo", "Zoe"]

each_task = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


def demonstrated(task: Task) -> Demonstration:
    assert task.demonstration is not None
    return task.demonstration


def steps_of(task: Task) -> list[DemonstrationStep]:
    return [step for turn in demonstrated(task).turns for step in turn.steps]


def writing_steps(task: Task) -> list[DemonstrationStep]:
    return [step for step in steps_of(task) if not LOOKS.search(step.tool)]


def failures(task: Task, steps: list[DemonstrationStep], folder: Path) -> list[str]:
    """Run the steps and give the final answer in a fresh office; what fails then, tool calls first."""
    office = Office.open(task, folder)
    seen = [use(office, TOOLS, step.tool, step.arguments) for step in steps]
    office.write_answer(demonstrated(task).answer)
    unmet = [result.reason for result in grade(task, office) if not result.passed]
    return [observation.text for observation in seen if observation.failed] + unmet


@each_task
def test_a_demonstration_passes_all_checks_and_no_call_fails(task: Task, tmp_path: Path) -> None:
    assert failures(task, steps_of(task), tmp_path) == []


@each_task
def test_doing_nothing_does_not_pass(task: Task, tmp_path: Path) -> None:
    office = Office.open(task, tmp_path)
    assert not all(result.passed for result in grade(task, office))


@each_task
def test_only_looks_can_be_dropped_from_a_demonstration(task: Task, tmp_path: Path) -> None:
    steps = writing_steps(task)
    assert failures(task, steps, tmp_path / "all") == []
    for left_out in range(len(steps)):
        office = Office.open(task, tmp_path / str(left_out))
        for step in steps[:left_out] + steps[left_out + 1 :]:
            use(office, TOOLS, step.tool, step.arguments)
        office.write_answer(demonstrated(task).answer)
        assert not all(result.passed for result in grade(task, office)), f"not needed: {steps[left_out]}"


@each_task
def test_agents_use_their_own_apps_and_a_task_names_all_of_them(task: Task) -> None:
    used = set()
    for turn in demonstrated(task).turns:
        apps = {TOOLS[step.tool].app for step in turn.steps}
        assert apps <= AGENTS[turn.agent]
        used |= apps
    assert used == set(task.apps)


def test_there_are_four_families_a_level_with_three_train_and_two_test_instances_each() -> None:
    families = {task.family: task.level for task in TASKS.values()}
    assert Counter(families.values()) == {1: 4, 2: 4, 3: 4}
    instances = Counter((task.family, task.split) for task in TASKS.values())
    assert {count for (_, split), count in instances.items() if split == "train"} == {3}
    assert {count for (_, split), count in instances.items() if split == "test"} == {2}
    assert len({task.text for task in TASKS.values()}) == len(TASKS)


def test_no_person_of_the_test_split_is_known_from_training() -> None:
    for task in TASKS.values():
        strangers = TEST_PEOPLE if task.split == "train" else TRAIN_PEOPLE
        assert [name for name in strangers if re.search(rf"\b{name}\b", repr(task))] == []


def test_no_file_or_large_number_of_a_test_instance_is_known_from_its_family_in_training() -> None:
    known: dict[tuple[str, str], set[str]] = {}
    for task in TASKS.values():
        text = re.sub(r"\d{4}-\d\d-\d\d|datetime\([^)]*\)|\b20[12]\d\b", "", repr(task))
        written = re.findall(r"[\w-]+\.(?:xlsx|docx|pdf|png|txt|csv)\b", text)
        numbers = re.findall(r"(?<![\w.-])\d{3,}(?:\.\d+)?(?![\w-])", text)
        files = [Path(file.path).name for file in task.files]
        known.setdefault((task.family, task.split), set()).update(files, written, numbers)
    families = {family for family, _ in known}
    shared = {family: known[family, "train"] & known[family, "test"] for family in families}
    assert {family: names for family, names in shared.items() if names} == {}


# --- values that a demonstration computes are given in the files as literals; here they are computed again ------------


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


def family(name: str) -> list[Task]:
    return [task for task in TASKS.values() if task.family == name]


# --- the format ------------------------------------------------------------------------------------------------------

FAMILY = """
id: notes
title: Copy a note
apps: [files]
level: 1
instructions: ["Copy {{source}} at 10:30 for {{user}}"]
instances:
  - split: train
    user: Dana
    now: 2024-05-13 09:00
    values: {source: data/a.txt, size: 3, time: 10:30, day: 2024-05-17, word: no}
    tables:
      rows: |
        Name | Count | Note
        x    | 1     | '007'
        y    | 2.5   |
files:
  - path: "{{source}}"
    spec: {kind: csv, rows: "{{rows}}"}
checks:
  - function: evaluate_contain
    args: {doc_type: txt, file: "{{source}}", keywords: ["{{size}}", "{{size}} mm", "{{time}}", "{{day}}", "{{word}}"]}
  - each: rows
    function: evaluate_answer
    args: {contains: ["{{name}}", "{{count}}", "{{note}}"]}
demonstration:
  plan: Copy.
  turns:
    - agent: system
      subtask: Copy {{source}}.
      steps:
        - reason: Because.
          tool: files_copy
          arguments: {source: "{{source}}", destination: [{each: rows, item: "{{name}}-{{count}}"}]}
      report: Done.
  answer: "{{size}}"
"""


def loaded(folder: Path, old: str = "", new: str = "") -> Task:
    assert old in FAMILY
    (folder / "notes.yaml").write_text(FAMILY.replace(old, new, 1))
    return load_tasks(folder)["notes/1"]


def test_placeholders_keep_the_type_of_a_whole_value_and_are_text_inside_other_text(tmp_path: Path) -> None:
    task = loaded(tmp_path)
    assert task.text == "Copy data/a.txt at 10:30 for Dana"
    assert task.checks[0].args["keywords"] == [3, "3 mm", "10:30", "2024-05-17", "no"]
    assert demonstrated(task).answer == "3"


def test_tables_have_typed_cells_and_repeat_the_entries_that_name_them(tmp_path: Path) -> None:
    task = loaded(tmp_path)
    assert task.files[0].spec["rows"] == [["Name", "Count", "Note"], ["x", 1, "007"], ["y", 2.5, None]]
    assert [check.args["contains"] for check in task.checks[1:]] == [["x", 1, "007"], ["y", 2.5, None]]
    assert steps_of(task)[0].arguments["destination"] == ["x-1", "y-2.5"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("Copy {{source}}.", "Copy {{sauce}}.", "notes.yaml, instance 1, demonstration.turns[0].subtask: there is no"),
        ("size: 3,", "size: 3, weight: 4,", "notes.yaml, instance 1, values: weight is never used"),
        ("{kind: csv,", "{kind: cvs,", "instance 1, files[0] data/a.txt: Unknown kind of file 'cvs'"),
        ("{kind: csv,", "{kind: csv, sheet: 1,", "files[0] data/a.txt: A file of kind csv has a problem at sheet"),
        ("evaluate_contain", "evaluate_content", "checks[0]: Unknown check 'evaluate_content'"),
        ("file: ", "flie: ", "checks[0]: evaluate_contain has a problem with its argument flie"),
        ("each: rows", "each: source", "checks[1].each: there is no table 'source'"),
        ("each: rows", "each: row", "checks[1].each: there is no table 'row'"),
        ("x    | 1     | '007'", "x    | 1", "instance 1, tables.rows, line 2: 2 cells under 3 columns"),
        ("id: notes", "id: note", "notes.yaml: the id 'note' must be the file's name, 'notes'"),
        ("level: 1", "level: 2", "notes.yaml: level 2 does not match 1 apps"),
        ("level: 1", "level: high", "notes.yaml: level: "),
        ("split: train", "split: maybe", "notes.yaml: instance 1, split: "),
        ("    now: 2024-05-13 09:00", "    now: today", "notes.yaml: instance 1, now: "),
        ('instructions: ["', 'instructions: ["One", "', "2 instructions for 1 instances"),
        ("plan: Copy.", "plan: [", "notes.yaml: "),
        ("answer:", "anwser:", "notes.yaml: demonstration.anwser"),
    ],
)
def test_an_error_names_file_instance_and_field(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    with pytest.raises(BadInput, match=re.escape(complaint)):
        loaded(tmp_path, old, new)

"""The bundled tasks prove themselves: each demonstration is executed on real files and graded by the task's checks."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from dataclasses import replace
from itertools import combinations, groupby, pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from procmem.errors import BadInput
from procmem.office.apps import toolbox, use
from procmem.office.checks import grade
from procmem.office.tasks import load_tasks
from procmem.office.workspace import Office
from procmem.settings import PROJECT
from procmem.types import Demonstration, DemonstrationStep, Task

FAMILIES = sorted((PROJECT / "data" / "tasks").glob("*.yaml"))
TASKS = load_tasks(PROJECT / "data" / "tasks")
UNSEEN = {task.family for task in TASKS.values()} - {task.family for task in TASKS.values() if task.split == "train"}
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

FILE, FIGURE = re.compile(r"([\w-]+)\.[a-z]{3,4}\b"), re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d|\d[\d.]*\d")
DERIVED = {
    "contract_notice": "the day of the notice is the end of the contract minus its period",
    "excel_dates": "a date with slashes becomes one with hyphens, in the order that the workbook tells",
    "file_naming": "the name of a file is made of its date and a word of the rules",
    "free_slot": "the event ends as many minutes after its start as the instruction says",
    "meeting_conflict": "an event moves by as many days as the house rules say",
    "offer_filing": "the name of a file is made of supplier and number",
}
"""Where a file, date or number is not taken over as it was seen, and how it comes about."""

each_task = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


def demonstrated(task: Task) -> Demonstration:
    assert task.demonstration is not None
    return task.demonstration


def steps_of(task: Task) -> list[DemonstrationStep]:
    return [step for turn in demonstrated(task).turns for step in turn.steps]


def writing_steps(task: Task) -> list[DemonstrationStep]:
    return [step for step in steps_of(task) if not LOOKS.search(step.tool)]


def failures(task: Task, steps: list[DemonstrationStep], office: Office) -> list[str]:
    """Run the steps and give the final answer in an office; what fails then, tool calls first."""
    seen = [use(office, TOOLS, step.tool, step.arguments) for step in steps]
    return [observation.text for observation in seen if observation.failed] + unmet(task, office)


def unmet(task: Task, office: Office) -> list[str]:
    """The checks that fail once the demonstration's answer is given."""
    office.write_answer(demonstrated(task).answer)
    return [result.reason for result in grade(task, office) if not result.passed]


def named(text: str) -> set[str]:
    """The files (without their endings), dates, times and longer numbers in a text."""
    return {*FILE.findall(text), *FIGURE.findall(text)}


def written(value: Any) -> list[str]:
    """All texts in an argument."""
    match value:
        case dict() | list():
            return [text for part in (value.values() if isinstance(value, dict) else value) for text in written(part)]
        case _:
            return [str(value)]


@pytest.fixture(scope="module", params=TASKS.values(), ids=TASKS)
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Task, Office]:
    """A task and its office, furnished once; whoever changes it works on a ``fresh`` copy."""
    task: Task = request.param
    return task, Office.open(task, tmp_path_factory.mktemp("office"))


def fresh(office: Office, folder: Path) -> Office:
    """The office as it is, in another folder."""
    shutil.copytree(office.root, folder)
    return replace(office, root=folder)


def test_a_demonstration_calls_with_what_it_has_seen_and_passes_all_checks_while_doing_nothing_does_not(
    opened: tuple[Task, Office], tmp_path: Path
) -> None:
    task, office = opened[0], fresh(opened[1], tmp_path / "office")
    assert not all(result.passed for result in grade(task, office))
    for turn in demonstrated(task).turns:
        known = f"{turn.subtask} {task.now}"
        for step in turn.steps:
            unknown = [name for text in written(step.arguments) for name in named(text) if name not in known]
            assert not unknown or task.family in DERIVED, f"{step.tool} could not know {unknown}"
            observation = use(office, TOOLS, step.tool, step.arguments)
            assert not observation.failed, observation.text
            known += observation.text
    assert unmet(task, office) == []


def test_only_looks_can_be_dropped_from_a_demonstration(opened: tuple[Task, Office], tmp_path: Path) -> None:
    """Each task leaves out other steps, chosen by its id; a family's instances together try nearly all of them."""
    task, office = opened[0], fresh(opened[1], tmp_path / "office")
    steps = writing_steps(task)
    chosen = Random(task.id).sample(range(len(steps)), min(len(steps), 2))
    without: dict[int, Office] = {}
    for number, step in enumerate(steps):
        if number in chosen:
            without[number] = fresh(office, tmp_path / str(number))
        use(office, TOOLS, step.tool, step.arguments)
    assert unmet(task, office) == []
    for number, other in without.items():
        assert failures(task, steps[number + 1 :], other) != [], f"not needed: {steps[number]}"


@each_task
def test_agents_use_their_own_apps_and_a_task_names_all_of_them(task: Task) -> None:
    used = set()
    for turn in demonstrated(task).turns:
        apps = {TOOLS[step.tool].app for step in turn.steps}
        assert apps <= AGENTS[turn.agent]
        used |= apps
    assert used == set(task.apps)


@each_task
def test_a_subtask_names_no_file_date_or_number_that_its_giver_can_not_know(task: Task) -> None:
    """The orchestrator knows the instruction, the user, the day and the reports so far, and nothing else."""
    known = f"{task.text} {task.username} {task.now}"
    for turn in demonstrated(task).turns:
        unknown = {name for name in named(turn.subtask) if name not in known}
        assert not unknown or task.family in DERIVED, unknown
        known += turn.report


# --- the promises of the suite ----------------------------------------------------------------------------------------


def test_there_are_ten_families_a_level_with_at_least_five_instances_each() -> None:
    levels = Counter({task.family: task.level for task in TASKS.values()}.values())
    assert {level: count >= 10 for level, count in levels.items()} == {1: True, 2: True, 3: True}
    assert min(Counter(task.family for task in TASKS.values()).values()) >= 5
    assert len({task.text for task in TASKS.values()}) == len(TASKS)


def test_two_families_a_level_are_unseen_and_the_others_have_three_train_and_two_test_instances() -> None:
    assert Counter(TASKS[f"{name}/1"].level for name in UNSEEN) == {1: 2, 2: 2, 3: 2}
    instances = Counter((task.family, task.split) for task in TASKS.values() if task.family not in UNSEEN)
    assert min(count for (_, split), count in instances.items() if split == "train") >= 3
    assert min(count for (_, split), count in instances.items() if split == "test") >= 2


def test_an_unseen_family_is_made_of_parts_that_training_shows() -> None:
    """In each of its turns, at least half of the kinds of calls follow each other as in a training demonstration."""
    known = {part for task in TASKS.values() if task.split == "train" for turn in turns(task) for part in parts(turn)}
    for name in UNSEEN:
        for turn in turns(TASKS[f"{name}/1"]):
            assert max((len(part) for part in parts(turn) if part in known), default=0) >= len(turn) / 2, (name, turn)


def turns(task: Task) -> list[tuple[str, ...]]:
    """The tools of each turn in order; a tool called several times in a row stands once."""
    return [tuple(tool for tool, _ in groupby(step.tool for step in turn.steps)) for turn in demonstrated(task).turns]


def parts(turn: tuple[str, ...]) -> set[tuple[str, ...]]:
    return {turn[start:end] for end in range(1, len(turn) + 1) for start in range(end)}


def test_no_person_of_the_test_split_is_known_from_training() -> None:
    for task in TASKS.values():
        mine, strangers = (TRAIN_PEOPLE, TEST_PEOPLE) if task.split == "train" else (TEST_PEOPLE, TRAIN_PEOPLE)
        assert task.username in mine
        assert [name for name in strangers if re.search(rf"\b{name}\b", repr(task))] == []


def test_no_file_or_large_number_of_a_test_instance_is_known_from_its_family_in_training() -> None:
    known: dict[tuple[str, str], set[str]] = {}
    for task in TASKS.values():
        text = re.sub(r"\d{4}-\d\d-\d\d|datetime\([^)]*\)|\b20[12]\d\b", "", repr(task))
        written = re.findall(r"[\w-]+\.(?:xlsx|docx|pdf|png|txt|csv)\b", text)
        numbers = re.findall(r"(?<![\w.-])\d{3,}(?:\.\d+)?(?![\w-])", text)
        files = [Path(file.path).name for file in task.files]
        known.setdefault((task.family, task.split), set()).update(files, written, numbers)
    families = {family for family, _ in known} - UNSEEN
    shared = {family: known[family, "train"] & known[family, "test"] for family in families}
    assert {family: names for family, names in shared.items() if names} == {}


@pytest.mark.parametrize("path", FAMILIES, ids=[path.stem for path in FAMILIES])
def test_paraphrases_differ_in_words_and_in_their_order_once_names_and_values_are_masked(path: Path) -> None:
    instructions = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)["instructions"]
    said = [re.findall(r"[a-z]+", re.sub(r"\{\{\w+\}\}", " ", text.lower())) for text in instructions]
    for one, other in combinations(said, 2):
        assert likeness(set(one), set(other)) < 0.6, (one, other)
        assert likeness(set(pairwise(one)), set(pairwise(other))) < 0.35, (one, other)


def likeness(one: set[Any], other: set[Any]) -> float:
    """Shared members among all members, 0 to 1."""
    return len(one & other) / len(one | other)


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
  turns:
    - agent: system
      subtask: Copy {{source}}.
      steps:
        - reason: Because.
          tool: files_copy
          arguments: {source: "{{source}}", destination: [{each: rows, item: "{{name}}-{{count}}"}]}
      report: {join: ["Done:", {each: rows, item: "- {{name}} {{count}}"}]}
  plan: {join: [{each: rows, item: "{{name}}"}, end], with: ", "}
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


def test_a_list_is_joined_to_one_text(tmp_path: Path) -> None:
    told = demonstrated(loaded(tmp_path))
    assert told.turns[0].report == "Done:\n- x 1\n- y 2.5"
    assert told.plan == "x, y, end"


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
        ("report: {join:", "report: {jion:", "notes.yaml: demonstration.turns.0.report"),
        ("plan: {", "plan: {{", "notes.yaml: "),
        ("answer:", "anwser:", "notes.yaml: demonstration.anwser"),
    ],
)
def test_an_error_names_file_instance_and_field(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    with pytest.raises(BadInput, match=re.escape(complaint)):
        loaded(tmp_path, old, new)

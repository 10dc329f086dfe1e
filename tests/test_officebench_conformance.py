"""The office is faithful to OfficeBench: hand-written solutions pass its checks, and nothing else does.

The benchmark's data lies beside the project, in ../shared/officebench, and may be absent.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from procmem.exchange.officebench import Checkout, load
from procmem.exchange.officebench_defects import valid
from procmem.exchange.officebench_score import score
from procmem.office.apps import APPS, toolbox
from procmem.office.checks import grade
from procmem.office.officebench_reading import Mode
from procmem.office.tool import use
from procmem.office.workspace import Office
from procmem.types import Task
from tests.officebench import Call, Seen, Solution, level_1, level_2, level_3

CHECKOUT = Path(__file__).resolve().parents[2] / "shared" / "officebench"
pytestmark = pytest.mark.skipif(not CHECKOUT.is_dir(), reason="OfficeBench is not at ../shared/officebench")

SOLUTIONS: dict[str, Solution] = {**level_1.SOLUTIONS, **level_2.SOLUTIONS, **level_3.SOLUTIONS}
UNTOUCHED = ["1-2/1", "1-11/3", "2-25/0"]  # and 2-16/0, which is not among the tasks at hand
FILE_ARGUMENTS = ("file", "result_file", "output_file")
LENIENT = ("evaluate_file_exist", "evaluate_file_not_exist", "evaluate_not_contain")
MODES: tuple[Mode, ...] = ("upstream", "repaired")


@pytest.fixture(scope="module")
def checkout() -> Checkout:
    return load(CHECKOUT)


def carry_out(task: Task, calls: tuple[Call, ...], answer: str, folder: Path) -> tuple[Office, list[str]]:
    """The office after these calls, and what the failed ones showed."""
    office, tools = Office.open(task, folder), toolbox(APPS)
    seen: list[str] = []
    failed: list[str] = []
    for each in calls:
        arguments = {
            name: seen[value.number - 1] if isinstance(value, Seen) else value for name, value in each.arguments.items()
        }
        shown = use(office, tools, each.tool, arguments)
        assert str(folder) not in shown.text  # agents never see where their office really is
        seen.append(shown.text)
        failed += [shown.text] if shown.failed else []
    office.write_answer(answer)
    return office, failed


def complaints(task: Task, office: Office, mode: Mode) -> list[str]:
    return [result.reason for result in score(task, office, mode) if not result.passed]


@pytest.mark.parametrize("name", SOLUTIONS)
def test_a_solution_passes_and_a_wrong_variant_of_it_does_not(name: str, checkout: Checkout, tmp_path: Path) -> None:
    task, solution = checkout.tasks[name], SOLUTIONS[name]
    office, failed = carry_out(task, solution.calls, solution.answer, tmp_path / "right")
    assert failed == []
    assert complaints(task, office, "repaired") == []
    defective = bool(valid(name)) and name not in UNTOUCHED
    assert bool(complaints(task, office, "upstream")) is defective
    wrong, _ = carry_out(task, solution.wrong_calls, solution.wrong_answer, tmp_path / "wrong")
    for mode in MODES:
        assert complaints(task, wrong, mode) != [], mode


def test_garbage_in_every_file_that_is_looked_at_fails_the_checks_and_breaks_nothing(
    checkout: Checkout, tmp_path: Path
) -> None:
    for number, task in enumerate(checkout.tasks.values()):
        office = Office.open(task, tmp_path / str(number))
        looked_at = [check.args[key] for check in task.checks for key in FILE_ARGUMENTS if key in check.args]
        looked_at += [f"calendar/{check.args['username']}.ics" for check in task.checks if "username" in check.args]
        for name in looked_at:
            office.path(name).parent.mkdir(parents=True, exist_ok=True)
            office.path(name).write_bytes(b"PK\x03\x04 no\xff\x00thing")
        for mode in MODES:
            results = score(task, office, mode)
            assert [result for result in results if result.passed and result.function not in LENIENT] == [], task.id


def test_the_solutions_cover_all_levels_and_all_nine_functions(checkout: Checkout) -> None:
    solved = [checkout.tasks[name] for name in SOLUTIONS]
    assert len(solved) >= 40
    assert {task.level for task in solved} == {1, 2, 3}
    assert {check.function for task in solved for check in task.checks} == {
        "evaluate_contain", "evaluate_not_contain", "evaluate_file_exist", "evaluate_file_not_exist",
        "evaluate_excel_cell_value", "evaluate_excel_cell_comparator", "evaluate_exact_match",
        "evaluate_diff_contain_text", "evaluate_calendar_no_overlap",
    }  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_doing_nothing_passes_only_the_tasks_that_are_known_for_it(mode: Mode, tmp_path: Path) -> None:
    tasks = load(CHECKOUT, mode=mode).tasks
    assert len(tasks) == 96
    passed = []
    for number, task in enumerate(tasks.values()):
        office = Office.open(task, tmp_path / str(number))
        assert set(office.files()) == {file.path for file in task.files}
        if all(result.passed for result in grade(task, office)):
            passed.append(task.id)
    assert passed == UNTOUCHED

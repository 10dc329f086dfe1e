"""Splits have LEGOMem's sizes, keep siblings together, and come from lists as well."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmem.errors import BadInput
from procmem.exchange.officebench_splits import Split, assigned, read_ids, read_split, split
from procmem.types import Task

# as many directories and tasks as the benchmark has: 22 with 93, 46 with 95, 99 with 112
DIRECTORIES = {1: [5] * 5 + [4] * 17, 2: [6] + [3] * 10 + [2] * 24 + [1] * 11, 3: [2] * 13 + [1] * 86}


def tasks_of(directories: dict[int, list[int]]) -> dict[str, Task]:
    ids = [
        f"{level}-{number}/{k}"
        for level, sizes in directories.items()
        for number, size in enumerate(sizes, start=1)
        for k in range(size)
    ]
    return {name: Task(name, "", "Bob", datetime(2020, 5, 1, 10), int(name[0]), ()) for name in ids}


WHOLE = tasks_of(DIRECTORIES)


def sizes(ids: tuple[str, ...]) -> list[int]:
    return [sum(name.startswith(level) for name in ids) for level in "123"]


@pytest.mark.parametrize("by", ["directory", "subtask"])
def test_the_whole_benchmark_is_divided_as_legomem_did(by: str) -> None:
    assert [sum(each) for each in DIRECTORIES.values()] == [93, 95, 112]
    for seed in range(5):
        chosen = split(WHOLE, by=by, seed=seed)  # type: ignore[arg-type]
        assert (sizes(chosen.train), sizes(chosen.test)) == ([45, 50, 53], [48, 45, 59])


def test_by_directory_siblings_never_leak_and_by_subtask_they_do() -> None:
    def homes(ids: tuple[str, ...]) -> set[str]:
        return {name.partition("/")[0] for name in ids}

    for seed in range(5):
        apart, mixed = split(WHOLE, seed=seed), split(WHOLE, by="subtask", seed=seed)
        assert homes(apart.train) & homes(apart.test) == set()
        assert len(homes(mixed.train) & homes(mixed.test)) > 10


def test_a_seed_gives_one_split_and_another_seed_another() -> None:
    assert split(WHOLE, seed=1) == split(WHOLE, seed=1)
    assert split(WHOLE, seed=1) != split(WHOLE, seed=2)


@given(
    st.fixed_dictionaries({level: st.lists(st.integers(1, 6), max_size=20) for level in (1, 2, 3)}), st.integers(0, 9)
)
def test_any_part_of_the_benchmark_is_divided_whole_and_in_proportion(
    directories: dict[int, list[int]], seed: int
) -> None:
    tasks = tasks_of(directories)
    chosen = split(tasks, seed=seed)
    assert sorted((*chosen.train, *chosen.test)) == sorted(tasks)
    for level, tested in zip((1, 2, 3), sizes(chosen.test), strict=True):
        share = {1: 48 / 93, 2: 45 / 95, 3: 59 / 112}[level]
        assert abs(tested - share * sum(directories[level])) <= 3.5  # half a directory of six, and the rounding


def test_tasks_are_marked_with_their_side() -> None:
    tasks = tasks_of({1: [2], 2: [1], 3: []})
    marked = assigned(tasks, Split(("1-1/0",), ("2-1/0",)))
    assert [(task.id, task.split) for task in marked.values()] == [("1-1/0", "train"), ("2-1/0", "test")]


# --- lists -----------------------------------------------------------------------------------------------------------


def listed(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_a_list_of_ids_comes_in_the_tasks_order(tmp_path: Path) -> None:
    ids = listed(tmp_path, "a", "2-1/0\n\n# a remark\n1-2/3  # the last\n1-2/3\n")
    assert read_ids(ids, WHOLE) == ("1-2/3", "2-1/0")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("1-1/0\n9-9/9\n1-1\n", "names tasks that are not in the checkout: 1-1, 9-9/9. An id is like 1-2/0."),
        ("# nothing\n", "names no tasks. Write one id on each line, like 1-2/0."),
    ],
)
def test_ids_that_are_no_tasks_are_named(tmp_path: Path, text: str, complaint: str) -> None:
    path = listed(tmp_path, "a", text)
    with pytest.raises(BadInput) as error:
        read_ids(path, WHOLE)
    assert str(error.value) == f"{path} {complaint}"


def test_a_list_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="can not be read"):
        read_ids(tmp_path / "missing", WHOLE)


def test_one_list_leaves_the_other_tasks_to_the_other_side(tmp_path: Path) -> None:
    tasks = tasks_of({1: [3], 2: [1], 3: []})
    ids = listed(tmp_path, "a", "1-1/1\n")
    assert read_split(tasks, None, ids) == Split(("1-1/0", "1-1/2", "2-1/0"), ("1-1/1",))
    assert read_split(tasks, ids, None) == Split(("1-1/1",), ("1-1/0", "1-1/2", "2-1/0"))


def test_two_lists_leave_the_rest_out_and_share_nothing(tmp_path: Path) -> None:
    tasks = tasks_of({1: [3], 2: [1], 3: []})
    train, test = listed(tmp_path, "a", "1-1/1\n"), listed(tmp_path, "b", "2-1/0\n")
    assert read_split(tasks, train, test) == Split(("1-1/1",), ("2-1/0",))
    with pytest.raises(BadInput, match=r"These tasks are in both lists, .*: 1-1/1\."):
        read_split(tasks, train, train)
    with pytest.raises(BadInput, match="Give a list of ids"):
        read_split(tasks, None, None)

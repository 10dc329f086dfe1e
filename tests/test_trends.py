"""Points of the trends' charts, and the difference that memory makes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmem.experiment.trends import MOST, differences, linear_ratio, points, ranges
from procmem.store.trends import Pair, Tally


def tally(revision: int, task: str, successes: int = 1, runs: int = 1, series: str = "", steps: int = 4) -> Tally:
    return Tally(series, revision, 10 * revision, task, runs, successes, steps * runs, runs, True)


def test_few_runs_make_few_points_and_each_says_which_banks_it_covers() -> None:
    found = points([tally(1, "a"), tally(2, "b", 0), tally(7, "a"), tally(9, "c")])
    assert [(point.first, point.last, point.place, point.runs, point.tasks) for point in found] == [
        (1, 2, 1.5, 2, 2),
        (7, 9, 8.0, 2, 2),
    ]
    assert [point.rate.estimate for point in found] == [0.5, 1.0]


def test_lines_share_the_ranges_of_the_axis() -> None:
    found = points([tally(1, "a", series="x"), tally(2, "b", series="y"), tally(8, "a", series="y"), tally(9, "b")])
    assert [(point.series, point.first) for point in found] == [("x", 1), ("y", 2), ("", 9), ("y", 8)]


def test_against_the_size_a_point_stands_at_the_size_of_the_bank() -> None:
    (point,) = points([tally(3, "a")], "size")
    assert (point.first, point.last, point.place) == (30, 30, 30.0)


def test_a_point_has_wilsons_interval_over_independent_tasks() -> None:
    (point,) = points([tally(1, name, successes) for name, successes in zip("abcd", (1, 1, 1, 0), strict=True)])
    assert (round(point.rate.low, 3), round(point.rate.high, 3)) == (0.301, 0.954)


def test_steps_and_failed_steps_are_means_over_runs_and_steps() -> None:
    (point,) = points([tally(1, "a", steps=3), tally(1, "b", steps=5)])
    assert point.steps.estimate == 4.0
    assert point.failed is not None
    assert point.failed.estimate == 0.25
    (still,) = points([tally(1, "a", steps=0)])
    assert still.failed is None


def test_one_task_alone_gives_no_bound_on_a_mean() -> None:
    assert linear_ratio([6], [2]).estimate == 3.0
    assert (linear_ratio([6], [2]).low, linear_ratio([6], [2]).high) == (0.0, float("inf"))


def test_the_interval_of_a_mean_is_that_of_independent_tasks() -> None:
    found = linear_ratio([1, 2, 3, 4, 5], [1, 1, 1, 1, 1])
    assert (round(found.low, 3), found.estimate, round(found.high, 3)) == (1.614, 3.0, 4.386)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 30)), max_size=300))
def test_ranges_hold_every_place_once_in_order_and_are_few(places: list[tuple[int, int]]) -> None:
    found = ranges(places)
    assert len(found) <= MOST + 1
    assert all(low <= high for low, high in found)
    assert all(before[1] < after[0] for before, after in pairwise(found))
    assert all(any(low <= place <= high for low, high in found) for place, _ in places)


PAIR = Pair("a", "LLM team", 1, 2, 2, 6, 0, 1, 0, 9, 3, True)


def test_each_task_counts_once_however_often_it_ran() -> None:
    often = replace(PAIR, task_id="b", runs=10, successes=0, steps=100, runs_without=1)
    (found,) = differences([PAIR, often])
    assert (found.tasks, found.runs, found.runs_without) == (2, 12, 2)
    assert (found.rate_with, found.rate_without, found.rate.estimate) == (0.5, 0.0, 0.5)
    assert (found.steps_with, found.steps_without, found.steps.estimate) == (6.5, 9.0, -2.5)
    assert (found.better, found.worse) == (1, 0)


def test_a_task_that_two_teams_ran_is_one_task() -> None:
    (found,) = differences([PAIR, replace(PAIR, team="SLM team", successes=0)])
    assert (found.tasks, found.rate_with, found.rate.estimate) == (1, 0.5, 0.5)


def test_levels_are_told_apart_when_there_are_several() -> None:
    assert [found.name for found in differences([PAIR, replace(PAIR, level=3)])] == ["all", "level 1", "level 3"]
    assert [found.name for found in differences([PAIR])] == ["all"]
    assert differences([]) == []


def test_without_any_step_there_is_no_failed_step_rate() -> None:
    (found,) = differences([replace(PAIR, steps=0, failed_steps=0)])
    assert found.failed is None


def test_failed_steps_are_a_share_of_steps() -> None:
    (found,) = differences([PAIR])
    assert (found.failed_with, found.failed_without) == (0.0, pytest.approx(1 / 3))

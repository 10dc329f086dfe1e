"""Intervals and tests against literature, scipy, and cases one can count by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from procmem.experiment.statistics import (
    Interval,
    clustered_rate,
    holm,
    mcnemar,
    ratio,
    ratio_difference,
    wilson,
)


def close(interval: Interval) -> tuple[float, float, float]:
    return round(interval.estimate, 4), round(interval.low, 4), round(interval.high, 4)


def test_wilsons_interval_is_the_published_one() -> None:
    assert close(wilson(81, 263)) == (0.308, 0.2553, 0.3662)  # Newcombe 1998, Table I, method 3
    assert close(wilson(15, 148)) == (0.1014, 0.0624, 0.1605)
    assert close(wilson(0, 20)) == (0.0, 0.0, 0.1611)
    assert close(wilson(1, 29)) == (0.0345, 0.0061, 0.1718)


@given(st.integers(1, 400).flatmap(lambda runs: st.tuples(st.integers(0, runs), st.just(runs))))
def test_wilsons_interval_agrees_with_scipy(counts: tuple[int, int]) -> None:
    passed, runs = counts
    theirs = binomtest(passed, runs).proportion_ci(method="wilson")
    ours = wilson(passed, runs)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_one_run_a_task_gives_wilsons_interval_as_it_stands() -> None:
    assert clustered_rate([[True]] * 7 + [[False]] * 3) == wilson(7, 10)


def test_three_equal_runs_of_a_task_count_as_one() -> None:
    assert clustered_rate([[True] * 3] * 7 + [[False] * 3] * 3) == wilson(7, 10)


def test_runs_that_differ_within_a_task_as_much_as_between_tasks_all_count() -> None:
    mixed = [[True, False, True], [False, True, True], [True, True, False]] * 4
    assert clustered_rate(mixed) == wilson(24, 36)


def test_a_rate_of_none_is_not_made_surer_by_seeds() -> None:
    assert clustered_rate([[False] * 5] * 20) == wilson(0, 20)


def test_a_rate_without_runs_is_an_error() -> None:
    with pytest.raises(ValueError, match="no rate"):
        clustered_rate([])


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=4), min_size=1, max_size=30))
def test_a_clustered_interval_holds_the_rate_and_is_never_narrower_than_all_runs_allow(
    groups: list[list[bool]],
) -> None:
    found = clustered_rate(groups)
    runs = sum(map(len, groups))
    plain = wilson(sum(map(sum, groups)), runs)
    assert 0 <= found.low <= found.estimate <= found.high <= 1
    assert found.high - found.low >= plain.high - plain.low - 1e-9


def test_mcnemars_exact_test_is_the_binomial_test_of_the_pairs_that_differ() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(5, 0) == pytest.approx(2 * 0.5**5)
    assert mcnemar(1, 7) == pytest.approx(2 * (1 + 8) / 2**8)
    assert mcnemar(4, 4) == 1.0


def test_holms_correction_is_the_textbook_one() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_bootstrap_of_equal_tasks_has_no_width() -> None:
    assert close(ratio([6, 6, 6], [3, 3, 3])) == (2.0, 2.0, 2.0)


def test_a_bootstrap_interval_is_near_the_normal_one_for_many_tasks() -> None:
    values = [float(value % 10) for value in range(400)]  # mean 4.5, standard deviation 2.872
    found = ratio(values, [1.0] * 400)
    assert found.estimate == 4.5
    assert (found.low, found.high) == pytest.approx((4.5 - 1.96 * 2.872 / 20, 4.5 + 1.96 * 2.872 / 20), abs=0.02)


def test_equal_runs_give_equal_intervals() -> None:
    assert ratio([1, 5, 2, 8], [1, 1, 1, 1]) == ratio([1, 5, 2, 8], [1, 1, 1, 1])


def test_a_task_with_more_runs_weighs_more() -> None:
    assert ratio([9, 1], [3, 1]).estimate == 2.5


def test_a_difference_of_ratios_resamples_both_sides_together() -> None:
    same = ratio_difference([1, 4, 2], [10, 10, 10], [1, 4, 2], [10, 10, 10])
    assert close(same) == (0.0, 0.0, 0.0)
    less = ratio_difference([0, 0, 0], [10, 10, 10], [1, 1, 1], [10, 10, 10])
    assert close(less) == (-0.1, -0.1, -0.1)


def test_a_ratio_over_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="divide by"):
        ratio([1.0], [0.0])

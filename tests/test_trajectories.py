"""Trajectories come back out of a run's log."""

from __future__ import annotations

from procmem.memory.trajectories import trajectory_of
from procmem.types import Policy
from tests.bench import Bench, note_replies


def test_the_log_of_a_run_holds_its_trajectory(bench: Bench) -> None:
    events, trajectory = bench.run(note_replies(), policy=Policy(placement="none"))
    assert trajectory_of("run-1", events) == trajectory


def test_a_run_that_was_cut_off_gives_what_there_is(bench: Bench) -> None:
    events, _ = bench.run(note_replies(), policy=Policy(placement="none"))
    half = trajectory_of("run-1", events[:7])
    assert (half.success, half.answer, half.steps, half.turns[0].report) == (None, "", 1, "")

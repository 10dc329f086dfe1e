"""Experiments in real processes that are killed with SIGKILL and resumed."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from procmem.experiment.pools import WORKER
from tests.experiment_process import carry_out
from tests.nursery import born
from tests.quick_disk import quick_folder

Begun: TypeAlias = tuple[ForkServerProcess, Connection]
"""An experiment's process, and its line."""


def begin(folder: Path, kind: str, workers: int) -> Begun:
    return born(carry_out, folder, kind, workers)


def finish(begun: Begun) -> dict[str, Any]:
    """The result, when the process has ended."""
    process, heard = begun
    said: Any = 0
    while isinstance(said, int):
        assert heard.poll(120)
        said = heard.recv()
    process.join(30)
    assert process.exitcode == 0
    return dict(said)


def kill_after(begun: Begun, runs: int) -> list[bytes]:
    """Kill the process as soon as it says that so many runs are done; the workers that it had."""
    process, heard = begun
    while heard.poll(120):
        said = heard.recv()
        assert isinstance(said, int), "it ended before it could be killed"
        if said >= runs:
            break
    workers = workers_of(process.pid)
    process.kill()
    process.join()
    return workers


def assert_soon(holds: Callable[[], bool]) -> None:
    """It may take a moment: a worker ends when it next looks at its parent."""
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_stream_that_is_killed_again_and_again_ends_like_one_that_was_not() -> None:
    with quick_folder() as folder:
        other = begin(folder / "whole", "notes", 4)
        for runs in (2, 13):
            kill_after(begin(folder / "killed", "notes", 2), runs)
        resumed = finish(begin(folder / "killed", "notes", 1))
        assert resumed == finish(other)
    assert len(resumed["runs"]) == 24


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for left processes in /proc")
def test_a_simulated_grid_that_is_killed_ends_like_one_that_was_not_and_leaves_no_process() -> None:
    with quick_folder() as folder:
        other = begin(folder / "whole", "simulated", 2)
        killed = begin(folder / "killed", "simulated", 1)
        assert len(kill_after(killed, 3)) == 1
        assert_soon(lambda: not workers_of(killed[0].pid))
        again = begin(folder / "killed", "simulated", 1)
        resumed = finish(again)
        assert resumed == finish(other)
    assert len(resumed["runs"]) == 8
    assert not workers_of(again[0].pid)


def workers_of(parent: int | None) -> list[bytes]:
    """The command lines of the workers that a process started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(path.read_bytes())
    return [line for line in found if f"{WORKER}\0{parent}\0".encode() in line]

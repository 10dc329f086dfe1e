"""Experiments in real processes that are killed with SIGKILL and resumed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from procmem.experiment.pools import WORKER

ROOT = Path(__file__).parent.parent


def begin(folder: Path, kind: str, workers: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.experiment_process", str(folder), kind, str(workers)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def finish(process: subprocess.Popen[str]) -> dict[str, Any]:
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    result: dict[str, Any] = json.loads(said.splitlines()[-1])
    return result


def kill_after(process: subprocess.Popen[str], runs: int) -> list[bytes]:
    """Kill the process as soon as it says that so many runs are done; the workers that it had."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("done ") and int(line.split()[1]) >= runs:
            workers = workers_of(process.pid)
            process.kill()
            process.wait()
            process.stdout.close()
            return workers
    raise AssertionError("it ended before it could be killed")


def assert_soon(holds: Callable[[], bool]) -> None:
    """It may take a moment: a worker ends when it next looks at its parent."""
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_stream_that_is_killed_again_and_again_ends_like_one_that_was_not(tmp_path: Path) -> None:
    other = begin(tmp_path / "whole", "notes", 4)
    for runs in (2, 13):
        kill_after(begin(tmp_path / "killed", "notes", 2), runs)
    resumed = finish(begin(tmp_path / "killed", "notes", 1))
    assert resumed == finish(other)
    assert len(resumed["runs"]) == 24


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for left processes in /proc")
def test_a_simulated_grid_that_is_killed_ends_like_one_that_was_not_and_leaves_no_process(tmp_path: Path) -> None:
    other = begin(tmp_path / "whole", "simulated", 2)
    process = begin(tmp_path / "killed", "simulated", 1)
    assert len(kill_after(process, 3)) == 1
    assert_soon(lambda: not workers_of(process.pid))
    resumed = finish(begin(tmp_path / "killed", "simulated", 1))
    assert resumed == finish(other)
    assert len(resumed["runs"]) == 8
    assert not workers_of(process.pid)


def workers_of(parent: int) -> list[bytes]:
    """The command lines of the workers that a process started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(path.read_bytes())
    return [line for line in found if f"{WORKER}\0{parent}\0".encode() in line]

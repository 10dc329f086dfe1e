"""Runs or resumes an experiment in a process of its own, which a test may kill."""

from __future__ import annotations

import time
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

from procmem.agents.teams import make_team
from procmem.experiment.exporting import to_json
from procmem.experiment.plan import Arm, Design
from procmem.experiment.running import Experiments
from procmem.store.duck import DuckStore
from procmem.types import Policy
from tests.note_lab import NONE, NoteLab, NoteModel, design


def carry_out(pipe: Connection, folder: Path, kind: Literal["notes", "simulated"], workers: int) -> None:
    """Send the number of runs that are done as it grows, and at last the result as plain data, without times.

    Args:
        pipe: Where to.
        folder: Holds the store; an experiment that it has is resumed.
        kind: A stream in threads, or a grid of a simulated team in worker processes.
        workers: How many of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    store = DuckStore(folder / "procmem.duckdb")
    model = NoteModel(known=["Erik"], before=lambda text: time.sleep(0.02))
    lab = NoteLab(folder, model, store)
    experiments = Experiments(lab.lab, store, lambda design: lab.tasks, workers, {"": workers})
    begun = experiments.records()
    if begun:
        experiments.resume(begun[0].id)
        identity = begun[0].id
    else:
        identity = experiments.start(STREAM if kind == "notes" else GRID)
    last = -1
    while (state := experiments.wait(identity, 0.02)).state == "running":
        if state.done != last:
            pipe.send(state.done)
            last = state.done
    pipe.send(comparable(to_json(experiments.result(identity))))
    store.close()


def comparable(plain: dict[str, Any]) -> dict[str, Any]:
    """What must be the same whoever ran it, however often it was killed: everything but times and ids."""
    runs = [{key: value for key, value in run.items() if key not in ("seconds", "run_id")} for run in plain["runs"]]
    rows = [{key: value for key, value in row.items() if key != "seconds"} for row in plain["rows"]]
    return {
        "runs": runs,
        "rows": rows,
        "comparisons": plain["comparisons"],
        "bank": plain["record"]["made_with"]["bank"],
    }


STREAM: Design = design(NONE, Arm("memory", Policy()), kind="stream", start="empty", group=1, seeds=(0, 1, 2))
GRID: Design = replace(design(), teams=(make_team("SLM team"),))

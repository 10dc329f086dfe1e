"""Runs or resumes an experiment in a process of its own, which a test may kill.

Arguments: folder, "notes" (a stream in threads) or "simulated" (a grid in worker processes), number of workers. Prints
"done N" as it goes and at last the result as one line of JSON, without times.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from procmem.agents.teams import make_team
from procmem.experiment.exporting import to_json
from procmem.experiment.plan import Arm, Design
from procmem.experiment.running import Experiments
from procmem.store.duck import DuckStore
from procmem.types import Policy
from tests.note_lab import NONE, NoteLab, NoteModel, design


def main() -> None:
    """See the module."""
    folder, kind, workers = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
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
            print(f"done {state.done}", flush=True)  # noqa: T201 - the test reads it
            last = state.done
    print(json.dumps(comparable(to_json(experiments.result(identity)))), flush=True)  # noqa: T201
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

if __name__ == "__main__":
    main()

"""A result as CSV (one line a run) and JSON (everything)."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from typing import Any

from procmem.experiment.results import Result
from procmem.types import JsonObject

RUN_COLUMNS = (
    "experiment", "label", "arm", "team", "lesson", "task", "seed", "group", "run", "status", "success", "steps",
    "failed_steps", "replans", "calls", "prompt_tokens", "completion_tokens", "cost", "seconds", "error",
)  # fmt: skip


def to_csv(result: Result) -> str:
    """One line for each run, with a header. Text that a spreadsheet would take for a formula gets a quote in front."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(RUN_COLUMNS)
    for run in result.runs:
        cell, figures = run.cell, run.figures
        values = [
            result.record.id, result.label, cell.arm, cell.team, cell.lesson, cell.task_id, cell.seed, cell.group,
            figures.run_id, figures.status, figures.success, figures.steps, figures.failed_steps, figures.replans,
            figures.calls, figures.prompt_tokens, figures.completion_tokens, figures.cost, figures.seconds,
            figures.error,
        ]  # fmt: skip
        writer.writerow([_cell(value) for value in values])
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return "" if value is None else value


def to_json(result: Result) -> JsonObject:
    """Everything: record, tables, comparisons and runs, as plain JSON data."""
    record = asdict(result.record)
    record["created"] = result.record.created.isoformat()
    return {
        "procmem_experiment": 1,
        "label": result.label,
        "complete": result.complete,
        "record": record,
        "rows": [asdict(row) for row in result.rows],
        "comparisons": [asdict(comparison) for comparison in result.comparisons],
        "comparisons_made": result.comparisons_made,
        "groups": [asdict(row) for row in result.groups],
        "runs": [{**asdict(run.cell), **asdict(run.figures)} for run in result.runs],
    }

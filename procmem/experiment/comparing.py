"""Comparisons that a person asks for afterwards: against another arm, or between two experiments."""

from __future__ import annotations

from dataclasses import replace

from procmem.errors import BadInput
from procmem.experiment.comparison import Comparison, comparisons, paired
from procmem.experiment.results import Result
from procmem.experiment.slices import ALL
from procmem.experiment.statistics import holm
from procmem.experiment.tables import Table, gains


def against(result: Result, baseline: str) -> tuple[Table, list[Comparison]]:
    """Every arm of an experiment against one of them; "" is the design's baseline.

    Raises:
        UnknownName: there is no such arm.
    """
    design = replace(result.design, baseline=baseline or result.design.compared_with)
    design.arm(design.compared_with)
    compared = [run for run in result.runs if not run.cell.lesson]
    found = comparisons(design, compared, {ALL: set(design.tasks)})
    return gains(replace(result, design=design, comparisons=tuple(found), comparisons_made=len(found))), found


def between(first: Result, second: Result) -> tuple[Table, list[Comparison]]:
    """The arms that two experiments share, by name and team, over the tasks and seeds that both have run.

    Raises:
        BadInput: they share no arm and team, or no run.
    """
    other = {(run.cell.arm, run.cell.team, run.cell.task_id, run.cell.seed): run for run in second.runs}
    found = []
    names = f"{first.record.id} against {second.record.id}"
    for team in first.design.teams:
        for arm in first.design.arms:
            mine = [run for run in first.runs if run.of(arm.name, team.name)]
            keys = [(arm.name, team.name, run.cell.task_id, run.cell.seed) for run in mine]
            pairs = [(run, other[key]) for run, key in zip(mine, keys, strict=True) if key in other]
            if comparison := paired(arm.name, second.record.id, team.name, ALL, pairs):
                found.append(comparison)
    if not found:
        raise BadInput(f"Nothing can be compared in {names}: no arm, team, task and seed is in both.")
    corrected = holm([comparison.p for comparison in found])
    found = [replace(entry, p_corrected=p) for entry, p in zip(found, corrected, strict=True)]
    table = gains(replace(first, comparisons=tuple(found), comparisons_made=len(found)))
    labels = first.label if first.label == second.label else f"{first.label} against {second.label}"
    return replace(table, heading=f"{names} on the same tasks and seeds ({labels})"), found

"""What became of the runs that recalled a memory."""

from __future__ import annotations

from collections.abc import Sequence

from procmem.store.history import History
from procmem.types import Outcomes, TaskOutcome

_OUTCOMES = """
with finished as (
    from run where status in ('succeeded', 'failed', 'ungraded')
), graded as (
    from finished where success is not null and steps is not null
), had as (
    select memory_id, run, bool_or(entered) as entered from recall
    where list_contains(?, memory_id) and run in (select number from finished) group by memory_id, run
), helped as (
    select memory_id, task_id, team, count(*) as runs, count(*) filter (success) as successes, sum(steps) as steps
    from had join graded on number = run where entered group by memory_id, task_id, team
), cell as (
    select task_id, team, count(*) as runs, count(*) filter (success) as successes, sum(steps) as steps
    from graded group by task_id, team
), pair as (
    select memory_id, task_id,
        sum(h.runs) as runs_with, sum(h.successes) as successes_with, sum(h.steps) / sum(h.runs) as steps_with,
        sum(c.runs - h.runs) as runs_without, sum(c.successes - h.successes) as successes_without,
        sum(c.steps - h.steps) / sum(c.runs - h.runs) as steps_without
    from helped h join cell c using (task_id, team) where c.runs > h.runs group by memory_id, task_id
)
select memory_id, recalled, entered, coalesce(runs, 0), coalesce(successes, 0), steps, pairs
from (select memory_id, count(*) as recalled, count(*) filter (entered) as entered from had group by memory_id)
left join (
    select memory_id, sum(runs) as runs, sum(successes) as successes, sum(steps) / sum(runs) as steps
    from helped group by memory_id
) using (memory_id)
left join (
    select memory_id, list(row(
        task_id, runs_with::integer, successes_with::integer, steps_with,
        runs_without::integer, successes_without::integer, steps_without
    ) order by task_id) as pairs
    from pair group by memory_id
) using (memory_id)
"""
_NEVER = Outcomes(0, 0, 0, 0, None)


class Statistics(History):
    """Outcomes of memories, from the recall and run tables."""

    def outcomes(self, ids: Sequence[str]) -> dict[str, Outcomes]:
        """Per memory what became of the finished runs that recalled it; a subtask memory counts on its own.

        A run counts once however often it recalled the memory. ``paired`` sets runs with the memory in a prompt beside
        the others of the same task and team.
        """
        found = dict.fromkeys(ids, _NEVER)
        for memory_id, recalled, entered, runs, successes, steps, pairs in self._db.rows(_OUTCOMES, list(found)):
            paired = tuple(TaskOutcome(*pair) for pair in pairs or ())
            found[memory_id] = Outcomes(recalled, entered, int(runs), int(successes), steps, paired)
        return found

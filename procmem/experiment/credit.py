"""Credit: what a single memory is worth, by running tasks again without it, and with nothing but it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from procmem.errors import BadInput
from procmem.experiment.comparison import Comparison, compare
from procmem.experiment.plan import Arm, Design
from procmem.experiment.results import Result
from procmem.memory.bank import Bank
from procmem.types import Memory, Policy, Task, Team

EVERYTHING, WITHOUT, ONLY, NONE = "everything", "without it", "only it", "no memory"


@dataclass(frozen=True, slots=True)
class Credit:
    """What a memory is worth to a team on some tasks; ``None`` where no pair of runs is done yet.

    Args:
        missed: The whole bank against the bank without it: what would be lost.
        alone: Nothing but it against no memory: what it does by itself.
    """

    memory_id: str
    missed: Comparison | None
    alone: Comparison | None


def credit_design(memory: Memory, team: Team, policy: Policy, tasks: Sequence[str], seeds: int = 3) -> Design:
    """The experiment that measures a memory; a full-task memory stands for its subtask memories too.

    Raises:
        BadInput: there is no task to measure it on, or the policy shows no memories.
    """
    if not tasks:
        raise BadInput(f"No task retrieves “{memory.title}”, so it can neither help nor harm. Name tasks with --tasks.")
    if policy.placement == "none":
        raise BadInput("A policy that shows no memories gives no memory any credit.")
    arms = (
        Arm(EVERYTHING, policy),
        Arm(WITHOUT, policy, without=(memory.id,)),
        Arm(ONLY, policy, only=_with_parent(memory)),
        Arm(NONE, replace(policy, placement="none")),
    )
    return Design(f"credit of {memory.id}", "grid", arms, (team,), tuple(tasks), tuple(range(seeds)), baseline=NONE)


def _with_parent(memory: Memory) -> tuple[str, ...]:
    """A subtask memory is found through its full-task memory, so both are shown."""
    return (memory.id, memory.parent) if memory.parent else (memory.id,)


def credit_of(memory: Memory, result: Result) -> Credit:
    """What the experiment of ``credit_design`` found."""
    team = result.design.teams[0].name
    return Credit(
        memory.id,
        compare(result.runs, EVERYTHING, WITHOUT, team),
        compare(result.runs, ONLY, NONE, team),
    )


def tasks_that_retrieve(
    memory: Memory, bank: Bank, tasks: Mapping[str, Task], k: int, limit: int = 12
) -> tuple[str, ...]:
    """Ids of the tasks whose ``k`` nearest full-task memories hold it (or its parent), the nearest tasks first.

    A task's own memories do not count, as in a run.
    """
    wanted = memory.parent or memory.id
    scored = []
    for task in tasks.values():
        hits = [hit for hit in bank.search(task.text, "full-task", limit=k + 20) if not _own(task, hit.memory)]
        scored += [(-hit.score, task.id) for hit in hits[:k] if hit.memory.id == wanted]
    return tuple(name for _, name in sorted(scored)[:limit])


def _own(task: Task, memory: Memory) -> bool:
    return task.id in (memory.origin.task_id, *memory.origin.learned_from)

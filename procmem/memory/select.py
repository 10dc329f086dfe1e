"""Selection: which of the ranked memories enter a prompt, and why each other one does not."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

from procmem.events import Event
from procmem.memory.bank import Hit
from procmem.memory.desk import Desk, Recall
from procmem.memory.retrieve import RETRIEVERS
from procmem.memory.units import show, viewed
from procmem.types import Candidate, Memory, MemoryLevel

SHOWN = 60
"""How many of the nearest memories are reported as candidates; in a larger bank the farther ones are not looked at."""
RETIRED_SHOWN = 5
"""How many of the nearest retired memories are reported."""


def look_up(
    desk: Desk,
    query: str,
    level: MemoryLevel,
    agent: str | None,
    k: int,
    *,
    workflows: bool = False,
    blocked: str = "",
) -> Generator[Event, None, Recall]:
    """Rank memories by the policy's retrieval and select; look farther while too few of the nearest may enter."""
    limit = SHOWN + k
    while True:
        hits = yield from RETRIEVERS[desk.policy.retrieve](desk, query, level, agent, limit)
        recall = select(desk, query, hits, k, workflows=workflows, blocked=blocked)
        if len(recall.entered) >= k or len(hits) < limit:
            return _with_retired(desk, recall, level, agent)
        limit *= 4


def select(
    desk: Desk, query: str, hits: Sequence[Hit], k: int, *, workflows: bool = False, blocked: str = ""
) -> Recall:
    """Let the first ``k`` that may enter, and say of every other one why it does not.

    Memories of the very task that is being solved never enter: a gain from them would be a leak. When the policy
    blocks this reader, the ones that would have entered stay in ``entered`` (vanilla hands on their subtasks), but
    the block is empty and each candidate says so.
    """
    entered: list[Hit] = []
    candidates: list[Candidate] = []
    for rank, hit in enumerate(hits, start=1):
        reason = _obstacle(desk, hit, workflows) or ("" if len(entered) < k else f"not among the best {k}")
        if not reason:
            entered.append(hit)
        candidates.append(_candidate(rank, hit, reason or blocked))
    shown = tuple(entry for place, entry in enumerate(candidates) if place < max(SHOWN, k) or entry.entered)
    return Recall(query, shown, "" if blocked else block(desk, entered), tuple(entered))


def block(desk: Desk, hits: Sequence[Hit]) -> str:
    """The memory block of a prompt, as the policy's build and reasoning show it."""
    policy = desk.policy
    memories = [replace(hit.memory, unit=viewed(hit.memory.unit, policy.build, policy.reasoning)) for hit in hits]
    parents = desk.bank.store.latest([memory.parent for memory in memories if memory.parent])
    return show(memories, [parents[m.parent].key if m.parent in parents else _own_task(m) for m in memories])


def _own_task(memory: Memory) -> str:
    return memory.key if memory.level == "full-task" else ""


def _obstacle(desk: Desk, hit: Hit, workflows: bool) -> str:
    """Why a memory may not enter, whatever its rank, or nothing."""
    memory, policy = hit.memory, desk.policy
    origin = memory.origin
    if desk.task.id in (origin.task_id, *origin.learned_from):
        return "comes from this very task"
    if desk.view.hides(memory.id, memory.parent):
        return "left out of this replay"
    if (origin.build == "workflow") != workflows:
        return "the policy shows workflows only" if workflows else "a workflow, which this policy does not show"
    if policy.build == "trajectory" and origin.build == "script":
        return "holds no steps, and the policy shows trajectories"
    if policy.build == "script" and origin.build == "trajectory":
        return "holds no plan, and the policy shows scripts"
    builders = origin.builder.split(", ")
    if policy.builders and not set(builders) & set(policy.builders):
        return f"built by {origin.builder}, which the policy does not admit"
    if set(builders) & set(policy.not_builders):
        return f"built by {origin.builder}, which the policy excludes"
    if policy.retrieve != "random" and hit.score < policy.threshold:
        return f"score below {policy.threshold:g}"
    return ""


def _candidate(rank: int, hit: Hit, reason: str) -> Candidate:
    memory = hit.memory
    return Candidate(
        memory_id=memory.id,
        title=memory.title,
        level=memory.level,
        agent=memory.agent,
        rank=rank,
        score=round(hit.score, 4),
        entered=not reason,
        reason=reason or "entered the prompt",
        version=memory.version,
    )


def _with_retired(desk: Desk, recall: Recall, level: MemoryLevel, agent: str | None) -> Recall:
    """Report the nearest retired memories behind the others: a person who misses one finds it there."""
    if desk.policy.retrieve != "query":
        return recall
    hits = desk.bank.search(recall.query, level, agent, RETIRED_SHOWN, status="retired")
    first = len(recall.candidates) + 1
    retired = tuple(_candidate(rank, hit, "retired") for rank, hit in enumerate(hits, start=first))
    return replace(recall, candidates=recall.candidates + retired)

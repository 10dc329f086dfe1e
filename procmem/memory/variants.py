"""Variants: which memories reach the orchestrator and each agent, and when (LEGOMem 3, Algorithm 1).

Contract on top, members below, the registry at the foot.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from procmem.errors import UnknownName
from procmem.memory.bank import Bank, Hit
from procmem.memory.policy import PLACES
from procmem.memory.units import show
from procmem.types import Candidate, Policy, Task

SHOWN = 60
"""How many of the nearest memories are reported as candidates; in a larger bank the farther ones are not looked at."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a variant works with: the bank, the policy, and the task whose own memories must not leak into it."""

    bank: Bank
    policy: Policy
    task: Task


@dataclass(frozen=True, slots=True)
class Recall:
    """What a reader gets: the query, every candidate with its reason, and the block for the system prompt."""

    query: str
    candidates: tuple[Candidate, ...]
    block: str
    entered: tuple[Hit, ...]


class Variant(Protocol):
    """A way to place memories. Recalls are reported by the run, so a variant only answers."""

    def brief(self, desk: Desk) -> Recall:
        """Memories for the orchestrator, looked up by the task's text before the run starts."""
        ...

    def hand(self, agent: str, subtask: str, briefing: Recall, desk: Desk) -> Recall:
        """Memories for an agent that is about to do a subtask."""
        ...


class Vanilla:
    """The K nearest full-task memories for the orchestrator; their subtask memories, grouped by agent, for the agents.

    The paper does not say which 3 of an agent's memories are used when the K hold more: the order of full-task
    similarity decides, then the order within the task.
    """

    def brief(self, desk: Desk) -> Recall:
        """Rank full-task memories by the similarity of their task to this one."""
        hits = desk.bank.search(desk.task.text, "full-task", limit=SHOWN + desk.policy.k_full_task)
        places = PLACES[desk.policy.placement]
        blocked = "" if places.orchestrator else "the policy shows the orchestrator no memory"
        return select(desk, desk.task.text, hits, desk.policy.k_full_task, blocked)

    def hand(self, agent: str, subtask: str, briefing: Recall, desk: Desk) -> Recall:
        """Take the agent's subtasks out of the briefing's memories; the query is still the task's text."""
        del subtask
        store = desk.bank.store
        hits = [
            Hit(child, hit.score)
            for hit in briefing.entered
            for child in store.children(hit.memory.id)
            if child.agent == agent
        ]
        blocked = "" if PLACES[desk.policy.placement].agents else "the policy shows agents no memory"
        return select(desk, briefing.query, hits, desk.policy.k_subtask, blocked)


class NoMemory:
    """Nobody gets a memory: the baseline. It looks nothing up, so it costs nothing."""

    def brief(self, desk: Desk) -> Recall:
        """An empty recall."""
        del desk
        return Recall("", (), "", ())

    def hand(self, agent: str, subtask: str, briefing: Recall, desk: Desk) -> Recall:
        """The same empty recall."""
        del agent, subtask, desk
        return briefing


def select(desk: Desk, query: str, hits: Sequence[Hit], k: int, blocked: str = "") -> Recall:
    """Rank the hits, let the first ``k`` that may enter, and say of every other one why it does not.

    Memories of the very task that is being solved never enter: a gain from them would be a leak. When the policy
    blocks this reader, the ones that would have entered stay in ``entered`` (vanilla hands on their subtasks), but
    the block is empty and each candidate says so.
    """
    entered: list[Hit] = []
    candidates: list[Candidate] = []
    for rank, hit in enumerate(hits, start=1):
        reason = _obstacle(desk, hit) or ("" if len(entered) < k else f"not among the best {k}")
        if not reason:
            entered.append(hit)
        candidates.append(_candidate(rank, hit, reason or blocked))
    tasks = [_task_text(desk, hit) for hit in entered]
    block = "" if blocked else show([hit.memory for hit in entered], tasks)
    return Recall(query, tuple(candidates[: max(SHOWN, k)]), block, tuple(entered))


def _obstacle(desk: Desk, hit: Hit) -> str:
    if hit.memory.origin.task_id == desk.task.id:
        return "comes from this very task"
    if hit.score < desk.policy.threshold:
        return f"score below {desk.policy.threshold:g}"
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


def _task_text(desk: Desk, hit: Hit) -> str:
    return desk.bank.store.memory(hit.memory.parent).key if hit.memory.parent else hit.memory.key


def variant_of(policy: Policy) -> Variant:
    """The variant that a policy asks for.

    Raises:
        UnknownName: there is no such variant.
    """
    if policy.placement == "none":
        return NoMemory()
    if policy.variant not in VARIANTS:
        raise UnknownName("variant", policy.variant, VARIANTS)
    return VARIANTS[policy.variant]()


VARIANTS: dict[str, Callable[[], Variant]] = {"vanilla": Vanilla}

"""Variants: which memories reach the orchestrator and each agent, and when (LEGOMem 3 and 4.1.3).

Contract on top, members below, the registry at the foot.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from typing import Protocol

from procmem.errors import UnknownName
from procmem.events import Event, Noted, Recalled
from procmem.memory.bank import Hit
from procmem.memory.desk import Desk, Recall
from procmem.memory.policy import PLACES
from procmem.memory.select import block, look_up, select
from procmem.models.conversation import Conversation
from procmem.prompts import render
from procmem.types import ORCHESTRATOR, Policy

_NO_ORCHESTRATOR = "the policy shows the orchestrator no memory"
_NO_AGENTS = "the policy shows agents no memory"


class Variant(Protocol):
    """A way to place memories; one object serves one run. Recalls are reported by the run, so a variant only answers.

    The events it yields are those of its own model calls.
    """

    def brief(self, desk: Desk) -> Generator[Event, None, Recall]:
        """Memories for the orchestrator, looked up by the task's text before the run starts."""
        ...

    def hand(self, agent: str, subtask: str, briefing: Recall, desk: Desk) -> Generator[Event, None, Recall]:
        """Memories for an agent that is about to do a subtask."""
        ...


class NoMemory:
    """Nobody gets a memory: the baseline. It looks nothing up, so it costs nothing."""

    def brief(self, desk: Desk) -> Generator[Event, None, Recall]:
        """An empty recall."""
        del desk
        yield from ()
        return Recall("", (), "", ())

    def hand(self, agent: str, subtask: str, briefing: Recall, desk: Desk) -> Generator[Event, None, Recall]:
        """The same empty recall."""
        del agent, subtask, desk
        yield from ()
        return briefing


class Vanilla:
    """The K nearest full-task memories for the orchestrator; their subtask memories, grouped by agent, for the agents.

    LEGOMem, Algorithm 1. The paper does not say which 3 of an agent's memories are used when the K hold more: the
    order of full-task similarity decides, then the order within the task.
    """

    def brief(self, desk: Desk) -> Generator[Event, None, Recall]:
        """Rank full-task memories by the similarity of their task to this one."""
        blocked = "" if PLACES[desk.policy.placement].orchestrator else _NO_ORCHESTRATOR
        return (yield from look_up(desk, desk.task.text, "full-task", None, desk.policy.k_full_task, blocked=blocked))

    def hand(self, agent: str, subtask: str, briefing: Recall, desk: Desk) -> Generator[Event, None, Recall]:
        """Take the agent's subtasks out of the briefing's memories; the query is still the task's text."""
        del subtask
        yield from ()
        children = desk.bank.store.children([hit.memory.id for hit in briefing.entered])
        hits = [
            Hit(child, hit.score)
            for hit in briefing.entered
            for child in children.get(hit.memory.id, ())
            if child.agent == agent
        ]
        return select(desk, briefing.query, hits, desk.policy.k_subtask, blocked=_agents_blocked(desk))


class Dynamic(Vanilla):
    """Agents' memories are looked up just in time, by the text of the subtask, in the agent's own bank (LEGOMem 3)."""

    def hand(self, agent: str, subtask: str, briefing: Recall, desk: Desk) -> Generator[Event, None, Recall]:
        """Rank the agent's subtask memories by the similarity of their description to this subtask."""
        del briefing
        k = desk.policy.k_subtask
        return (yield from look_up(desk, subtask, "subtask", agent, k, blocked=_agents_blocked(desk)))


class QueryRewrite(Vanilla):
    """Agents' memories are looked up before the run, by the steps of a plan that a model drafts from the retrieved
    full-task memories, and stay pinned (LEGOMem 3, Appendix A Prompt 2).

    The draft serves retrieval only; the orchestrator never sees it. A step without a known agent asks every agent's
    bank. When no memory was retrieved there is nothing to draft from, and the agents get none.
    """

    def __init__(self) -> None:
        self._pinned: dict[str, Recall] = {}

    def brief(self, desk: Desk) -> Generator[Event, None, Recall]:
        """As vanilla; then draft, and pin each agent's memories."""
        briefing = yield from super().brief(desk)
        steps = (yield from _draft(desk, briefing)) if briefing.entered else []
        queries: dict[str, list[str]] = {}
        names = [agent.name for agent in desk.agents]
        for agent, step in steps:
            for name in [agent] if agent in names else names:
                queries.setdefault(name, []).append(step)
        for name, texts in queries.items():
            self._pinned[name] = yield from self._pin(desk, name, texts)
            yield Recalled(name, "draft", 0, self._pinned[name].query, self._pinned[name].candidates)
        return briefing

    def hand(self, agent: str, subtask: str, briefing: Recall, desk: Desk) -> Generator[Event, None, Recall]:
        """The agent's pinned memories."""
        del subtask, desk
        yield from ()
        return self._pinned.get(agent) or Recall(briefing.query, (), "", ())

    def _pin(self, desk: Desk, agent: str, steps: Sequence[str]) -> Generator[Event, None, Recall]:
        """The best memories over all the agent's steps, each counted at its best score."""
        best: dict[str, Hit] = {}
        for step in steps:
            recall = yield from look_up(desk, step, "subtask", agent, desk.policy.k_subtask)
            for hit in recall.entered:
                if hit.memory.id not in best or hit.score > best[hit.memory.id].score:
                    best[hit.memory.id] = hit
        hits = sorted(best.values(), key=lambda hit: -hit.score)
        return select(desk, "\n".join(steps), hits, desk.policy.k_subtask, blocked=_agents_blocked(desk))


def _draft(desk: Desk, briefing: Recall) -> Generator[Event, None, list[tuple[str, str]]]:
    talk = Conversation(desk.line, "draft", ORCHESTRATOR, desk.model, "")
    roster = "\n".join(f"- {agent.name}: {agent.description}" for agent in desk.agents)
    context = block(desk, briefing.entered).strip()
    talk.say(render("rewrite", memory_context=context, task=desk.task.text, team=roster))
    reply = yield from talk.ask("rewrite", 0)
    steps = read_draft(reply.text)
    if not steps:
        yield Noted("The drafted plan has no numbered steps, so the agents get no memories.", "warning")
    return steps


def read_draft(text: str) -> list[tuple[str, str]]:
    """The numbered steps of a drafted plan as (agent or "", text)."""
    tagged = re.search(r"<start>(.*?)(?:<end>|\Z)", text, re.DOTALL)
    steps = []
    for line in (tagged.group(1) if tagged else text).splitlines():
        found = re.match(r"\s*\d+\s*[.)]\s*(?:\W*([A-Za-z][\w-]*?)(?: agent)?\W*:\W*)?(.+)", line)
        if found:
            steps.append(((found.group(1) or "").lower(), found.group(2).strip()))
    return steps


class Shared(Vanilla):
    """The agents see the orchestrator's full-task memories too, the best k of them (Synapse, LEGOMem 4.1.3)."""

    def hand(self, agent: str, subtask: str, briefing: Recall, desk: Desk) -> Generator[Event, None, Recall]:
        """The briefing's best memories, whole."""
        del agent, subtask
        yield from ()
        k = desk.policy.k_subtask
        return select(desk, briefing.query, briefing.entered, k, blocked=_agents_blocked(desk))


class Workflows:
    """Induced workflows: a list of them for the orchestrator, each agent's own for the agents (AWM, LEGOMem 4.1.3)."""

    def brief(self, desk: Desk) -> Generator[Event, None, Recall]:
        """The workflows nearest to the task, of whichever agent."""
        blocked = "" if PLACES[desk.policy.placement].orchestrator else _NO_ORCHESTRATOR
        k = desk.policy.k_full_task
        recall = yield from look_up(desk, desk.task.text, "subtask", None, k, workflows=True, blocked=blocked)
        if blocked:
            return recall
        listed = replace(desk, policy=replace(desk.policy, build="script"))  # the list, without the calls
        return replace(recall, block=block(listed, recall.entered))

    def hand(self, agent: str, subtask: str, briefing: Recall, desk: Desk) -> Generator[Event, None, Recall]:
        """The agent's workflows nearest to the task."""
        del subtask
        k, blocked = desk.policy.k_subtask, _agents_blocked(desk)
        return (yield from look_up(desk, briefing.query, "subtask", agent, k, workflows=True, blocked=blocked))


def _agents_blocked(desk: Desk) -> str:
    return "" if PLACES[desk.policy.placement].agents else _NO_AGENTS


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


VARIANTS: dict[str, Callable[[], Variant]] = {
    "vanilla": Vanilla,
    "dynamic": Dynamic,
    "query-rewrite": QueryRewrite,
    "shared": Shared,
    "workflows": Workflows,
}

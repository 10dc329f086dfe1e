"""The axes of a policy: what can be chosen, what each choice means, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from procmem.errors import BadInput, UnknownName
from procmem.types import Placement, Policy


@dataclass(frozen=True, slots=True)
class Choice:
    """One member of an axis as a person reads it: label, a sentence of help, and its source."""

    name: str
    label: str
    help: str
    source: str


@dataclass(frozen=True, slots=True)
class Places:
    """Where memories are shown: in planning and re-planning, in every orchestration step, to the agents."""

    planning: bool
    turns: bool
    agents: bool

    @property
    def orchestrator(self) -> bool:
        """True when the orchestrator sees memories at any moment."""
        return self.planning or self.turns


PLACES: dict[Placement, Places] = {
    "both": Places(planning=True, turns=True, agents=True),
    "planning+agents": Places(planning=True, turns=False, agents=True),
    "orchestrator": Places(planning=True, turns=True, agents=False),
    "agents": Places(planning=False, turns=False, agents=True),
    "none": Places(planning=False, turns=False, agents=False),
}
"""The five settings of LEGOMem's Table 2."""

PLACEMENTS: dict[str, Choice] = {
    "both": Choice(
        "both",
        "Orchestrator and agents",
        "Full-task memories at planning and at every orchestration step, subtask memories for the agents.",
        "LEGOMem, Table 2",
    ),
    "planning+agents": Choice(
        "planning+agents",
        "Planning and agents",
        "Full-task memories only while planning and re-planning, subtask memories for the agents.",
        "LEGOMem, Table 2",
    ),
    "orchestrator": Choice(
        "orchestrator",
        "Orchestrator only",
        "Full-task memories for the orchestrator; the agents work without memory.",
        "LEGOMem, Table 2",
    ),
    "agents": Choice(
        "agents",
        "Agents only",
        "Subtask memories for the agents; the orchestrator works without memory.",
        "LEGOMem, Table 2",
    ),
    "none": Choice("none", "No memory", "Nobody sees a memory: the baseline.", "LEGOMem, Table 2"),
}

VARIANTS: dict[str, Choice] = {
    "vanilla": Choice(
        "vanilla",
        "Vanilla",
        "Each agent gets the subtask memories of the full-task memories that were retrieved for the task.",
        "LEGOMem, Algorithm 1",
    ),
}

RETRIEVES: dict[str, Choice] = {
    "query": Choice(
        "query", "By task text", "The task's text is the key; nearest by meaning first.", "Mem^p, section 3"
    ),
}

BUILDS: dict[str, Choice] = {
    "proceduralization": Choice(
        "proceduralization",
        "Plan and steps",
        "A memory keeps the high-level plan and the exact successful steps with their reasons.",
        "Mem^p, section 3; LEGOMem, Appendix A",
    ),
}

UPDATES: dict[str, Choice] = {
    "validation": Choice(
        "validation",
        "Successes only",
        "Only runs that passed all checks propose memories.",
        "Mem^p, section 3; LEGOMem, section 3",
    ),
}

AXES: Mapping[str, Mapping[str, Choice]] = {
    "placement": PLACEMENTS,
    "variant": VARIANTS,
    "retrieve": RETRIEVES,
    "build": BUILDS,
    "update": UPDATES,
}


def validate(policy: Policy) -> Policy:
    """Return the policy when every choice exists and every number makes sense.

    Raises:
        UnknownName: a choice is not in its axis.
        BadInput: k or threshold is out of range.
    """
    for axis, members in AXES.items():
        if getattr(policy, axis) not in members:
            raise UnknownName(axis, getattr(policy, axis), members)
    if not (0 <= policy.k_full_task <= 50 and 0 <= policy.k_subtask <= 50):
        raise BadInput("The number of memories per reader must lie between 0 and 50.")
    if not -1.0 <= policy.threshold <= 1.0:
        raise BadInput("The score threshold is a cosine similarity: it must lie between -1 and 1.")
    return policy


def summary(policy: Policy) -> str:
    """The policy in one line for a person."""
    if policy.placement == "none":
        return "No memory"
    places = PLACES[policy.placement]
    readers = []
    if places.orchestrator:
        when = "" if places.turns else " while planning"
        readers.append(f"up to {policy.k_full_task} task memories for the orchestrator{when}")
    if places.agents:
        readers.append(f"up to {policy.k_subtask} subtask memories for each agent")
    text = " and ".join(readers)
    if policy.variant != "vanilla":
        text += f", {VARIANTS[policy.variant].label.lower()}"
    return f"{text[0].upper()}{text[1:]}"

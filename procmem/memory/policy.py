"""The axes of a policy: what can be chosen, what each choice means, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

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
    "dynamic": Choice(
        "dynamic",
        "Dynamic",
        "Each agent's memories are looked up when it is handed a subtask, by the text of that subtask.",
        "LEGOMem, section 3",
    ),
    "query-rewrite": Choice(
        "query-rewrite",
        "Query rewrite",
        "A model drafts a plan from the retrieved task memories; its steps look up the agents' memories beforehand.",
        "LEGOMem, section 3 and Appendix A",
    ),
    "shared": Choice(
        "shared",
        "Same for all",
        "The agents see the orchestrator's full-task memories too.",
        "Synapse, as LEGOMem 4.1.3 adapts it",
    ),
    "workflows": Choice(
        "workflows",
        "Workflows",
        "Workflows that similar tasks have in common: a list for the orchestrator, each agent's own for the agents.",
        "AWM, as LEGOMem 4.1.3 adapts it",
    ),
}

RETRIEVES: dict[str, Choice] = {
    "query": Choice(
        "query", "By task text", "The task's text is the key; nearest by meaning first.", "Mem^p, section 3"
    ),
    "avefact": Choice(
        "avefact",
        "By keywords",
        "A model extracts keywords; each counts with its best match among the memory's keywords, averaged.",
        "Mem^p, section 3 (AveFact)",
    ),
    "random": Choice("random", "At random", "Any memories, drawn with the seed: a baseline.", "Mem^p, Table 2"),
}

BUILDS: dict[str, Choice] = {
    "proceduralization": Choice(
        "proceduralization",
        "Plan and steps",
        "A memory keeps the high-level plan and the exact successful steps with their reasons.",
        "Mem^p, section 3; LEGOMem, Appendix A",
    ),
    "script": Choice(
        "script",
        "Plan only",
        "A memory keeps the high-level steps that a model distilled, without the exact actions.",
        "Mem^p, section 3 (Script)",
    ),
    "trajectory": Choice(
        "trajectory",
        "Steps only",
        "A memory keeps the successful actions word for word, without a plan; no model is asked.",
        "Mem^p, section 3 (Trajectory)",
    ),
    "workflow": Choice(
        "workflow",
        "Shared workflows",
        "A model finds what several similar runs have in common and puts variables in place of values.",
        "AWM, as LEGOMem 4.1.3 adapts it",
    ),
}

UPDATES: dict[str, Choice] = {
    "validation": Choice(
        "validation",
        "Successes only",
        "Only runs that passed all checks propose memories; near-duplicates are dropped, each with its reason.",
        "Mem^p, section 3; LEGOMem, section 3",
    ),
    "vanilla": Choice("vanilla", "Everything", "Every run proposes its memories, failed ones too.", "Mem^p, section 3"),
    "adjustment": Choice(
        "adjustment",
        "Successes and corrections",
        "Successes are added; for a failed run a model revises the memories that guided it.",
        "Mem^p, section 3 (Adjustment)",
    ),
}

FORGETS: dict[str, Choice] = {
    "never": Choice("never", "Never", "No memory is retired by a rule.", "LEGOMem"),
    "mem-p": Choice(
        "mem-p",
        "Unhelpful ones",
        "Memories used at least 3 times with under half of the runs successful are proposed for retirement.",
        "Mem^p's released code",
    ),
}

REVIEWS: dict[str, Choice] = {
    "manual": Choice("manual", "A person decides", "Proposals wait on the Review page.", "beyond both papers"),
    "auto": Choice("auto", "Accept at once", "A curator accepts every proposal that is not redundant.", "both papers"),
}

AXES: Mapping[str, Mapping[str, Choice]] = {
    "placement": PLACEMENTS,
    "variant": VARIANTS,
    "retrieve": RETRIEVES,
    "build": BUILDS,
    "update": UPDATES,
    "forget": FORGETS,
    "review": REVIEWS,
}


@dataclass(frozen=True, slots=True)
class Preset:
    """A named policy with a sentence of help and its source."""

    policy: Policy
    help: str
    source: str


PRESETS: Mapping[str, Preset] = {
    "LEGOMem": Preset(Policy(), "Task memories for the orchestrator, subtask memories for agents.", "LEGOMem"),
    "LEGOMem dynamic": Preset(
        Policy(variant="dynamic"), "As LEGOMem, with agents' memories looked up at each subtask.", "LEGOMem"
    ),
    "LEGOMem query rewrite": Preset(
        Policy(variant="query-rewrite"), "As LEGOMem, with agents' memories looked up by a drafted plan.", "LEGOMem"
    ),
    "Mem^p": Preset(
        Policy(variant="shared", update="adjustment", every=10, review="auto"),
        "Plan and steps for everybody; every 10 tasks successes are added and misleading memories corrected.",
        "Mem^p",
    ),
    "Synapse": Preset(
        Policy(build="trajectory", variant="shared"), "Whole trajectories for everybody.", "LEGOMem 4.1.3"
    ),
    "AWM": Preset(
        Policy(build="workflow", variant="workflows"), "Workflows that similar runs have in common.", "LEGOMem 4.1.3"
    ),
    "No memory": Preset(Policy(placement="none"), "The baseline.", "LEGOMem, Table 1"),
}


def policy_of(preset: str, changes: Sequence[str] = ()) -> Policy:
    """A preset with changes written as "axis=value", such as "variant=dynamic", "k_subtask=1" or "builders=a,b".

    Raises:
        UnknownName: no such preset, field or choice.
        BadInput: a change is no "axis=value", or its value does not fit.
    """
    from pydantic import TypeAdapter, ValidationError

    if preset not in PRESETS:
        raise UnknownName("policy", preset, PRESETS)
    known = asdict(PRESETS[preset].policy)
    for change in changes:
        name, sign, value = (part.strip() for part in change.partition("="))
        if not sign:
            raise BadInput(f"{change!r} is no change of a policy: write it as axis=value, such as variant=dynamic.")
        if name not in known:
            raise UnknownName("axis of a policy", name, known)
        if name in AXES and value not in AXES[name]:
            raise UnknownName(name, value, AXES[name])
        known[name] = tuple(part for part in value.split(",") if part) if isinstance(known[name], tuple) else value
    try:
        return validate(TypeAdapter(Policy).validate_python(known))
    except ValidationError as error:
        problem = error.errors()[0]
        raise BadInput(f"The policy's {problem['loc'][0]} does not fit: {problem['msg'].lower()}.") from None


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
    if policy.every < 0:
        raise BadInput("The bank is updated every so many tasks: 1 or more, or 0 for never.")
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
    for axis, usual in (("variant", "vanilla"), ("retrieve", "query"), ("build", "proceduralization")):
        if (chosen := getattr(policy, axis)) != usual:
            text += f", {AXES[axis][chosen].label.lower()}"
    return f"{text[0].upper()}{text[1:]}"

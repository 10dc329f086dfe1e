"""Experiments by name: the papers' comparisons, on the bundled tasks or on OfficeBench."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import chain, zip_longest
from typing import Literal

from procmem.agents.teams import make_team
from procmem.errors import BadInput, UnknownName
from procmem.experiment.plan import Arm, Design, Lesson, check
from procmem.memory.policy import PRESETS as POLICIES
from procmem.memory.policy import policy_of
from procmem.types import Build, Limits, Placement, Policy, Retrieve, Task, Team, Update, Variant

Bank = Literal["demonstrations", "runs", "bank", "empty"]
"""What an experiment begins with: what the bundled demonstrations teach, what the LLM team's own runs on the training
tasks teach (as in LEGOMem), the bank as it stands, or nothing."""

TEAMS = ("LLM team", "Hybrid team", "SLM team")
NONE = Arm("no memory", Policy(placement="none"))
LEGOMEM = Arm("LEGOMem", POLICIES["LEGOMem"].policy)
TRAINING = "training"
WORKFLOWS = "workflows"


@dataclass(frozen=True, slots=True)
class Ask:
    """What a person chooses about a preset; empty fields leave the preset's own choice.

    Args:
        tasks: All tasks by id: the bundled ones or a checkout's.
        chosen: Ids of the tasks that are run.
        training: Ids of the tasks that are learned from.
        teams: Team presets.
        seeds: How many runs of each task, with seeds from 0 on.
        limit: At most so many tasks to run and to learn from, evenly spread; 0 is all, None leaves it to the preset.
        policies: For the preset "own": policy presets, each with changes, such as "LEGOMem k_subtask=1".
    """

    tasks: Mapping[str, Task]
    chosen: Sequence[str] = ()
    training: Sequence[str] = ()
    teams: Sequence[str] = ()
    seeds: int = 0
    large: str = "simulated/large"
    small: str = "simulated/small"
    bank: Bank | None = None
    officebench: str = ""
    grading: Literal["upstream", "repaired"] = "repaired"
    limit: int | None = None
    policies: Sequence[str] = ()
    limits: Limits = field(default_factory=Limits)

    def team(self, name: str) -> Team:
        """A team preset with the chosen models.

        Raises:
            UnknownName: there is no such preset.
        """
        return make_team(name, self.large, self.small, self.limits)

    def split(self, name: Literal["train", "test"]) -> tuple[str, ...]:
        """The ids of a split's tasks."""
        return tuple(task.id for task in self.tasks.values() if task.split == name)


@dataclass(frozen=True, slots=True)
class Preset:
    """An experiment by name. ``teams`` and ``seeds`` are its own choice; ``arms`` are compared with the first.

    ``all_tasks``: it runs all tasks by default, not only those of the test split; ``limit``: at most so many.
    """

    name: str
    help: str
    source: str
    arms: tuple[Arm, ...]
    teams: tuple[str, ...] = TEAMS
    seeds: int = 3
    bank: Bank = "demonstrations"
    all_tasks: bool = False
    limit: int | None = None
    adapt: Callable[[Design, Ask], Design] = lambda design, ask: design


def design_of(name: str, ask: Ask) -> Design:
    """The design of a preset.

    Raises:
        UnknownName: there is no such preset or team.
        BadInput: there is no task to run, or no checkout for the OfficeBench preset.
    """
    if name not in PRESETS:
        raise UnknownName("experiment", name, PRESETS)
    if name == "officebench" and not ask.officebench:
        raise BadInput("This preset runs OfficeBench: name its checkout with --officebench DIR.")
    preset = PRESETS[name]
    ask = replace(ask, limit=preset.limit if ask.limit is None else ask.limit)
    chosen = spread(ask.chosen or (tuple(ask.tasks) if preset.all_tasks else ask.split("test")), ask.limit)
    if not chosen:
        raise BadInput("There is no task to run.")
    design = Design(
        name=name,
        kind="grid",
        arms=preset.arms,
        teams=tuple(ask.team(team) for team in (ask.teams or preset.teams)),
        tasks=chosen,
        seeds=tuple(range(ask.seeds or preset.seeds)),
        officebench=ask.officebench,
        grading=ask.grading,
        preset=name,
    )
    return check(preset.adapt(_with_bank(design, ask, ask.bank or preset.bank), ask))


def _with_bank(design: Design, ask: Ask, bank: Bank) -> Design:
    """Give the arms what they read; workflows are induced first where an arm shows them."""
    builder = ask.team("LLM team")
    if bank == "runs":
        training = _training(ask)
        if not training:
            raise BadInput("There is no training task to learn from.")
        lesson = Lesson(TRAINING, builder, training, Policy(review="auto"), induce=_shows_workflows(design.arms))
        arms = tuple(replace(arm, lesson=TRAINING) if arm.reads else arm for arm in design.arms)
        return replace(design, arms=arms, start="empty", lessons=(lesson,))
    design = replace(design, start=bank)
    if not _shows_workflows(design.arms):
        return design
    lesson = Lesson(WORKFLOWS, builder, (), Policy(review="auto"), induce=True)
    arms = tuple(replace(arm, lesson=WORKFLOWS) if _shows_workflows([arm]) else arm for arm in design.arms)
    return replace(design, arms=arms, lessons=(lesson,))


def _training(ask: Ask) -> tuple[str, ...]:
    return spread(ask.training or ask.split("train"), ask.limit)


def spread(ids: Sequence[str], limit: int | None) -> tuple[str, ...]:
    """At most so many of these, evenly spread."""
    count = min(limit or len(ids), len(ids))
    return tuple(ids[place * len(ids) // count] for place in range(count))


def _shows_workflows(arms: Sequence[Arm]) -> bool:
    return any(arm.policy.variant == "workflows" and arm.reads for arm in arms)


def _placements() -> tuple[Arm, ...]:
    """LEGOMem's Table 2, row by row."""
    variants: tuple[Variant, ...] = ("vanilla", "dynamic", "query-rewrite")
    first: tuple[Placement, ...] = ("both", "planning+agents")

    def arms(placement: Placement) -> list[Arm]:
        return [Arm(f"{placement}, {v}", Policy(placement=placement, variant=v)) for v in variants]

    return (
        NONE,
        *(arm for placement in first for arm in arms(placement)),
        Arm("orchestrator", Policy(placement="orchestrator")),
        *arms("agents"),
    )


def _reasoning() -> tuple[Arm, ...]:
    """LEGOMem's Table 3, each variant without and with <think> parts."""
    variants: tuple[Variant, ...] = ("vanilla", "dynamic", "query-rewrite")
    ways = (("without", False), ("with", True))
    return (
        NONE,
        *(Arm(f"{v}, {word} reasoning", Policy(variant=v, reasoning=shown)) for v in variants for word, shown in ways),
    )


def _builds() -> tuple[Arm, ...]:
    builds: tuple[Build, ...] = ("script", "trajectory", "proceduralization")
    return (NONE, *(Arm(build, Policy(build=build)) for build in builds))


def _retrievals() -> tuple[Arm, ...]:
    ways: tuple[Retrieve, ...] = ("random", "query", "avefact")
    return (NONE, *(Arm(way, Policy(retrieve=way)) for way in ways))


def _updates() -> tuple[Arm, ...]:
    updates: tuple[Update, ...] = ("vanilla", "validation", "adjustment")
    return (NONE, *(Arm(update, Policy(update=update, review="auto")) for update in updates))


def _stream(design: Design, ask: Ask) -> Design:
    """Task families that come again in every round; a bank of demonstrations has one of each, of another task."""
    shown: dict[str, str] = {}
    for name in _training(replace(ask, limit=None)) if design.start == "demonstrations" else ():
        shown.setdefault(ask.tasks[name].family, name)
    tasks = _recurring(ask, set(shown.values()))
    families = {ask.tasks[name].family for name in tasks}
    taught = tuple(name for family, name in shown.items() if family in families)
    return replace(design, kind="stream", tasks=tasks or design.tasks, taught=taught)


def _recurring(ask: Ask, shown: Set[str]) -> tuple[str, ...]:
    """Tasks round by round, one of each family in a round: of as few families as have enough tasks, evenly spread."""
    families: dict[str, list[str]] = {}
    for name in ask.chosen or ask.tasks:
        if name not in shown:
            families.setdefault(ask.tasks[name].family, []).append(name)
    known = {ask.tasks[name].family for name in shown} or set(families)
    most = sorted((len(tasks) for family, tasks in families.items() if family in known), reverse=True)
    total = sum(most)
    count = next((n for n in range(1, len(most)) if sum(most[:n]) >= (ask.limit or total)), len(most))
    large = [family for family, tasks in families.items() if family in known and len(tasks) >= most[count - 1]]
    taken = [families[family] for family in spread(large, count)]
    rounds = chain.from_iterable(zip_longest(*taken))
    return tuple(name for name in rounds if name is not None)[: ask.limit or None]


def _transfer(design: Design, ask: Ask) -> Design:
    """Memory that a large and a small team built from their own runs, both used by the small one."""
    training = _training(ask)
    policy = Policy(review="auto")
    lessons = tuple(Lesson(name, ask.team(team), training, policy) for name, team in _BUILDERS.items())
    return replace(design, start="empty", lessons=lessons)


def _own(design: Design, ask: Ask) -> Design:
    """The policies that a person names, beside no memory."""
    if not ask.policies:
        raise BadInput("Say what is compared: --policy LEGOMem --policy 'LEGOMem k_subtask=1'.")
    arms = [Arm(" ".join(text.split()), _policy(text)) for text in ask.policies]
    own = [arm for arm in arms if arm.reads]
    return _with_bank(replace(design, arms=(NONE, *own)), ask, ask.bank or "bank")


def _policy(text: str) -> Policy:
    """A preset's name, which may hold spaces, then changes as axis=value."""
    words = text.split()
    changes = [word for word in words if "=" in word]
    return policy_of(" ".join(word for word in words if "=" not in word), changes)


_BUILDERS = {"own": "SLM team", "large": "LLM team"}

_TABLE_1 = (
    NONE,
    Arm("Synapse", POLICIES["Synapse"].policy),
    Arm("AWM", POLICIES["AWM"].policy),
    LEGOMEM,
    Arm("LEGOMem-Dynamic", POLICIES["LEGOMem dynamic"].policy),
    Arm("LEGOMem-QueryRewrite", POLICIES["LEGOMem query rewrite"].policy),
)

PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("legomem-table-1", "Six methods in three teams.", "LEGOMem, Table 1", _TABLE_1),
        Preset("legomem-table-2", "Who sees memories, and when.", "LEGOMem, Table 2", _placements(), TEAMS[:2]),
        Preset("legomem-table-3", "With and without reasoning.", "LEGOMem, Table 3", _reasoning(), TEAMS[:2]),
        Preset(
            "legomem-figure-4",
            "Steps and failed steps by level and placement.",
            "LEGOMem, Figure 4",
            (
                NONE,
                LEGOMEM,
                Arm("orchestrator", Policy(placement="orchestrator")),
                Arm("agents", Policy(placement="agents")),
            ),
            TEAMS[:1],
        ),
        Preset("memp-build", "What a memory keeps of a run.", "Mem^p, Table 1", _builds(), TEAMS[:1]),
        Preset("memp-retrieve", "How memories are found.", "Mem^p, Table 2", _retrievals(), TEAMS[:1]),
        Preset(
            "memp-update",
            "A bank that has seen one demonstration of each kind of task, and learns after every 10 tasks.",
            "Mem^p, Figure 3",
            _updates(),
            TEAMS[:1],
            seeds=4,
            all_tasks=True,
            limit=40,
            adapt=_stream,
        ),
        Preset(
            "memp-k",
            "How many memories are shown.",
            "Mem^p, Figure 5b",
            (NONE, *(Arm(f"k = {k}", Policy(k_full_task=k, k_subtask=k)) for k in (1, 2, 3, 5, 8, 12))),
            TEAMS[:1],
        ),
        Preset(
            "memp-transfer",
            "Memory that a large team built, used by a small one.",
            "Mem^p, Figure 5a",
            (
                NONE,
                Arm("built by itself", Policy(), lesson="own"),
                Arm("built by the large team", Policy(), lesson="large"),
            ),
            TEAMS[2:],
            adapt=_transfer,
        ),
        Preset(
            "placebo",
            "Memories under the keys of other families must not help.",
            "the honesty check of the simulated team",
            (NONE, Arm("placebo", Policy(), placebo=True), LEGOMEM),
        ),
        Preset("own", "Policies of your own choice (needs --policy).", "", (NONE,), bank="bank", adapt=_own),
        Preset(
            "officebench",
            "Train without memory, distil successes, test with every method (needs --officebench).",
            "LEGOMem, Table 1",
            _TABLE_1,
            bank="runs",
        ),
    )
}
"""All presets by name."""

"""The nouns of an experiment: what is compared, on what, in which order, and what each single run is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeVar

from procmem.errors import BadInput, UnknownName
from procmem.types import JsonObject, Policy, Team

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Named = TypeVar("Named")
Kind = Literal["grid", "stream"]
Start = Literal["bank", "demonstrations", "empty"]


@dataclass(frozen=True, slots=True)
class Arm:
    """One way of using memory that is compared.

    Args:
        name: What tables call it.
        policy: How memory is used; its seed is set by each run.
        lesson: Name of the lesson whose bank is read; "" reads the design's start.
        revision: Reads the bank as of this revision instead of the design's.
        without: Ids of memories that are taken out, with their subtask memories.
        only: If given, only these memories and their subtask memories are there.
        placebo: Keys are permuted across task families, so that what is retrieved is about something else.
    """

    name: str
    policy: Policy
    lesson: str = ""
    revision: int | None = None
    without: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    placebo: bool = False

    @property
    def reads(self) -> bool:
        """Whether any memory can reach a prompt."""
        return self.policy.placement != "none"


@dataclass(frozen=True, slots=True)
class Lesson:
    """What happens to a bank before the comparison; each lesson has a bank of its own, that begins as the design's.

    Args:
        name: How arms refer to it.
        team: Who runs the tasks and distils.
        tasks: Ids of the tasks that are run, once each; none leaves the bank as it is.
        policy: How they are run, and how the bank is updated from them.
        induce: Whether workflows are induced from the bank's memories afterwards (AWM's clusters).
    """

    name: str
    team: Team
    tasks: tuple[str, ...]
    policy: Policy
    induce: bool = False


@dataclass(frozen=True, slots=True)
class Design:
    """An experiment as it is asked for.

    Args:
        kind: A grid reads one bank; in a stream every (arm, team, seed) has a bank that grows after each group.
        tasks: Task ids in the order of a stream; every further seed begins a group later, so that no group is harder
            than another by its tasks alone.
        baseline: Name of the arm that the others are compared with; "" is the first.
        start: The bank before everything: the store's at ``revision``, only its demonstrations, or empty.
        taught: The bank before everything holds only what was learned from these tasks; empty for all.
        revision: The store's revision that is read; ``None`` is the present one when the experiment starts.
        group: Tasks after which a stream's bank is updated (Mem^p's t).
        officebench: Folder of the checkout that the tasks come from; "" takes the bundled ones.
        grading: How a checkout's tasks are graded: as its own evaluator does, or with its known defects mended.
        preset: The preset's name when it came from one, so that the paper's numbers can stand beside it.
    """

    name: str
    kind: Kind
    arms: tuple[Arm, ...]
    teams: tuple[Team, ...]
    tasks: tuple[str, ...]
    seeds: tuple[int, ...] = (0,)
    baseline: str = ""
    start: Start = "bank"
    taught: tuple[str, ...] = ()
    revision: int | None = None
    group: int = 10
    lessons: tuple[Lesson, ...] = ()
    officebench: str = ""
    grading: Literal["upstream", "repaired"] = "repaired"
    preset: str = ""

    @property
    def compared_with(self) -> str:
        """The name of the baseline."""
        return self.baseline or self.arms[0].name

    def arm(self, name: str) -> Arm:
        """The arm of this name.

        Raises:
            UnknownName: there is none.
        """
        return _named("arm", name, {arm.name: arm for arm in self.arms})

    def lesson(self, name: str) -> Lesson:
        """The lesson of this name.

        Raises:
            UnknownName: there is none.
        """
        return _named("lesson", name, {lesson.name: lesson for lesson in self.lessons})

    def team(self, name: str) -> Team:
        """The team of this name, also a lesson's.

        Raises:
            UnknownName: there is none.
        """
        return _named("team", name, {team.name: team for team in self.everybody})

    @property
    def everybody(self) -> tuple[Team, ...]:
        """All teams that run, the lessons' too."""
        return (*(lesson.team for lesson in self.lessons if lesson.tasks), *self.teams)

    @property
    def simulated(self) -> bool:
        """Whether any figure rests on the simulated model."""
        return any(team.simulated for team in self.everybody)


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of a design. ``place`` numbers all of them; ``group`` counts within a stream, from 0.

    A lesson's runs have ``lesson`` set, and no arm.
    """

    place: int
    arm: str
    team: str
    task_id: str
    seed: int
    group: int = 0
    lesson: str = ""

    def run_id(self, experiment: str) -> str:
        """The id of its run: the same in every attempt, so that a resumed experiment knows what is done."""
        return f"{experiment}-{self.place:05}"

    @property
    def line(self) -> tuple[str, str, int]:
        """What must happen in order in a stream."""
        return self.arm, self.team, self.seed


def cells(design: Design) -> tuple[Cell, ...]:
    """All runs of a design: the lessons', then task by task everything that is compared on it."""
    return tuple(
        Cell(place, *rest) for place, rest in enumerate((*_lesson_cells(design), *_compared_cells(design)), start=1)
    )


def _lesson_cells(design: Design) -> Iterator[tuple[str, str, str, int, int, str]]:
    for lesson in design.lessons:
        for task in lesson.tasks:
            yield "", lesson.team.name, task, design.seeds[0], 0, lesson.name


def _compared_cells(design: Design) -> Iterator[tuple[str, str, str, int, int, str]]:
    stream = design.kind == "stream"
    for number in range(len(design.tasks)):
        group = number // design.group if stream else 0
        for turn, seed in enumerate(design.seeds):
            task = design.tasks[(number + turn * design.group * stream) % len(design.tasks)]
            for team in design.teams:
                for arm in design.arms:
                    yield arm.name, team.name, task, seed, group, ""


def check(design: Design) -> Design:
    """Return the design when it can be run.

    Raises:
        BadInput: something is missing, twice, or refers to nothing.
        UnknownName: a policy names a choice that does not exist.
    """
    from procmem.memory.policy import validate

    for what, names in (
        ("arm", [arm.name for arm in design.arms]),
        ("team", [team.name for team in design.teams]),
        ("task", list(design.tasks)),
        ("seed", [str(seed) for seed in design.seeds]),
    ):
        if not names:
            raise BadInput(f"The experiment {design.name!r} has no {what}.")
        if doubled := {name for name in names if names.count(name) > 1}:
            raise BadInput(f"The experiment {design.name!r} has the {what} {', '.join(sorted(doubled))} twice.")
    if design.kind == "stream" and design.group < 1:
        raise BadInput("A stream updates its bank after a group of at least one task.")
    design.arm(design.compared_with)
    for arm in design.arms:
        validate(arm.policy)
        if arm.lesson:
            design.lesson(arm.lesson)
    return design


def _named(what: str, name: str, known: dict[str, Named]) -> Named:
    if name not in known:
        raise UnknownName(what, name, known)
    return known[name]


@cache
def _designs() -> TypeAdapter[Design]:
    from pydantic import TypeAdapter

    return TypeAdapter(Design)


def to_plain(design: Design) -> JsonObject:
    """The design as plain JSON data."""
    plain: JsonObject = _designs().dump_python(design, mode="json")
    return plain


def from_plain(data: JsonObject) -> Design:
    """The design that ``to_plain`` described.

    Raises:
        BadInput: another version of ProcMem wrote it.
    """
    from pydantic import ValidationError

    try:
        return _designs().validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        fault = f"{where}: {first['msg']}"
        raise BadInput(f"This experiment was written by another version of ProcMem ({fault}).") from error

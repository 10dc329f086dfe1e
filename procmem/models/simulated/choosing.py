"""Which memories are about the request, and which of them tell of the same procedure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache

from procmem.models.simulated.alignment import gist, likeness, resemblance
from procmem.models.simulated.entities import mentions
from procmem.models.simulated.remembered import Episode

TASK_ENOUGH = 0.38
"""How much a remembered task must be about a new one to be followed, between 0 and 1."""
SUBTASK_ENOUGH = 0.42
"""The same for subtasks, whose wording is more alike."""
CALLED_ENOUGH = 0.7
"""The same for tasks, where the agents that the new task's own words call for count too."""
_CALLED = 0.3
"""What it adds when a memory's agents are just those that the words call for."""
KINSHIP = 0.72
"""How alike the wording of two memories' subtasks must be for them to be examples of one procedure."""


def related_tasks(
    task: str, episodes: Sequence[Episode], agents: Sequence[str], called: Collection[str] = ()
) -> tuple[tuple[Episode, ...], ...]:
    """The procedures that fit a task, the best first, each as its episodes; none when nothing is alike enough.

    ``called`` are the agents that the words of the task call for by themselves: a memory that needs others, or leaves
    some of them out, is less likely to be about such a task.
    """
    fitting = [episode for episode in episodes if _has_its_files(task, episode.text("task"))]
    if not called:
        return _family(fitting, agents, lambda episode: aboutness(task, episode), TASK_ENOUGH)
    wanted = frozenset(called)

    def score(episode: Episode) -> float:
        own = frozenset(episode.tools)
        return aboutness(task, episode) + _CALLED * len(own & wanted) / len(own | wanted)

    return _family(fitting, agents, score, CALLED_ENOUGH)


def by_itself(procedures: Sequence[tuple[Episode, ...]]) -> Iterator[tuple[Episode, ...]]:
    """The procedures, then each episode alone: what several have in common may lack what one of them tells."""
    yield from procedures
    yield from dict.fromkeys((episode,) for one in procedures for episode in one if len(one) > 1)


def _has_its_files(task: str, old: str) -> bool:
    """Whether a task that names files names one of every kind that a remembered task began with."""
    here, there = _file_kinds(task), _file_kinds(old)
    return not here or there <= here


@lru_cache(maxsize=2048)
def _file_kinds(text: str) -> frozenset[str]:
    endings = {one.text.rsplit(".", 1)[-1].lower() for one in mentions(text[:4000]) if one.kind == "file"}
    return frozenset("image" if ending in ("png", "jpg", "jpeg") else ending for ending in endings)


def related_subtasks(
    subtask: str, task: str, episodes: Sequence[Episode], tools: Sequence[str]
) -> tuple[tuple[Episode, ...], ...]:
    """The same for an agent's subtask, whose wording counts most."""

    def score(episode: Episode) -> float:
        own = 0.6 * resemblance(subtask, episode.text("subtask")) + 0.25 * likeness(subtask, episode.text("subtask"))
        return own + 0.15 * likeness(task, episode.text("task"))

    return _family(episodes, tools, score, SUBTASK_ENOUGH)


def aboutness(task: str, episode: Episode) -> float:
    """How much a remembered task is about the same as a new one: its words, and the kinds of things named."""
    old = episode.text("task")
    words = gist(task)
    known = gist(f"{old} {_wording(episode)}")
    contained = len(words & known) / len(words) if words else 0.0
    return 0.45 * likeness(task, old) + 0.35 * contained + 0.2 * _same_things(task, old)


def _wording(episode: Episode) -> str:
    return " ".join(str(action.values.get("subtask", "")) for action in episode.actions) or episode.plan


@lru_cache(maxsize=2048)
def _things(text: str) -> Counter[str]:
    """What kinds of things a text names: files by their ending, people, dates and so on."""
    named = mentions(text[:4000])
    return Counter(one.text.rsplit(".", 1)[-1].lower() if one.kind == "file" else one.kind for one in named)


def _same_things(one: str, other: str) -> float:
    left, right = _things(one), _things(other)
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else 0.0


def _family(
    episodes: Sequence[Episode], known: Sequence[str], score_of: Callable[[Episode], float], enough: float
) -> tuple[tuple[Episode, ...], ...]:
    """The usable episodes by procedure. A procedure that several memories tell counts for more."""
    usable = [episode for episode in episodes if 2 * len(set(episode.tools) - set(known)) < len(set(episode.tools)) + 1]
    scored = [(score_of(episode) + 0.03 / rank, episode) for rank, episode in enumerate(usable, start=1)]
    if not scored or max(score for score, _ in scored) < enough:
        return ()
    families = [[one for one in scored if one[1] is first or _kin(first, one[1])] for _, first in scored]
    ranked = sorted(families, key=_weight, reverse=True)
    return _distinct([family for family in ranked if max(score for score, _ in family) >= enough])


def _distinct(families: Sequence[Sequence[tuple[float, Episode]]]) -> tuple[tuple[Episode, ...], ...]:
    """Each set of memories once, in one order: what is worked out from them is kept, whoever asks."""
    sets = [tuple(sorted((episode for _, episode in one), key=lambda episode: episode.texts)) for one in families]
    return tuple(dict.fromkeys(sets))


def _weight(family: Sequence[tuple[float, Episode]]) -> float:
    best = sorted((score for score, _ in family), reverse=True)[:2]
    return sum(best) / len(best) + 0.06 * (len(family) - 1) + 0.3 * best[0]


def _kin(episode: Episode, other: Episode) -> bool:
    """Whether two memories tell one procedure: the same tools in order of first use, and subtasks worded alike."""
    if tuple(dict.fromkeys(episode.tools)) != tuple(dict.fromkeys(other.tools)):
        return False
    mine, theirs = _descriptions(episode), _descriptions(other)
    pairs = [resemblance(one, two) for one, two in zip(mine, theirs, strict=False)]
    return bool(pairs) and sum(pairs) / len(pairs) >= KINSHIP


def _descriptions(episode: Episode) -> list[str]:
    own = episode.text("subtask")
    return [own] if own else [str(action.values.get("subtask", "")) for action in episode.actions]

"""A remembered plan, told for a new task: its steps with the new task's own names, and nothing of the old one.

A plan is made before anything is read. A mention that the new task has a counterpart for is put in its place; a phrase
with any other is left out, or said in general where the sentence needs it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from procmem.models.simulated.context import Context
from procmem.models.simulated.entities import MONTHS, WEEKDAYS, mentions, typed
from procmem.models.simulated.evaluation import evaluate
from procmem.models.simulated.expressions import Expression, Like, best
from procmem.models.simulated.locating import Locator
from procmem.models.simulated.records import phrase_in
from procmem.models.simulated.remembered import Episode

Planned = tuple[str, str]
"""An agent and what it is to do."""
_STEP = re.compile(r"^\s*\d{1,2}[.)]\s+(?:(\w[\w-]{0,40}):\s+)?(\S[^\n]*)$", re.MULTILINE)
_PHRASE = re.compile(
    r"([,;:]?\s+(?=(?:and|or|which|that|with|without|from|to|until|by|for|on|in|at|of|over|under|as|than|minus|plus|who|"
    r"whose|where|between|after|before|into|about)\s)|[,;:]\s+|\s+(?=\())"
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_LOOSE = re.compile(
    rf"\b(?:{'|'.join(name.title() for name in (*WEEKDAYS, *MONTHS) if name != 'may')})\b|(?<=\s)[B-HJ-Z](?=[\s,;.]|$)"
)
"""Days, months and single letters: no mentions by themselves, but hardly the same in another task."""
_GENERAL = {
    "file": "the right file", "folder": "the right folder", "date": "the right date", "time": "the right time",
    "datetime": "the right time", "name": "the right one", "code": "the right one", "address": "the right address",
}  # fmt: skip
"""What is said for a mention that only later work can tell; of other kinds nothing."""
_UNKNOWN = "\ue000"
_LONGEST = 240


def steps_of(plan: str) -> list[Planned]:
    """The numbered steps of a plan; the agent is empty where a line names none."""
    return [(match[1] or "", match[2].strip()) for match in _STEP.finditer(plan[:20_000])]


def told_for(episode: Episode, task: str, user: str, today: str) -> list[Planned]:
    """The plan of a remembered task for a new one: of its own plan's steps, else of its subtasks."""
    steps = steps_of(episode.plan)
    if not steps:
        told = [(action.tool, str(action.values.get("subtask", ""))) for action in episode.actions]
        steps = [(agent, _SENTENCE.split(text)[0]) for agent, text in told]
    mapping = _Mapping(episode, Context({"task": task}, {}, user=user, today=today))
    return [(agent, mapping.told(text) or f"do the {agent} part of the task") for agent, text in steps[:40]]


class _Mapping:
    """What stands in a new task for what an old one names."""

    def __init__(self, episode: Episode, now: Context) -> None:
        self.then = Locator(Context(dict(episode.texts), {}, user=episode.user))
        self.now = now

    def told(self, text: str) -> str:
        """A step with the new task's mentions; empty when nothing of it can be said."""
        sentences = _SENTENCE.split(self._masked(text[:2000]))
        kept = [_without_unknown(sentences[0]), *(one for one in sentences[1:] if _UNKNOWN not in one)]
        shown = " ".join(one for one in kept if one)
        if shown.count("(") != shown.count(")"):
            shown = shown.replace("(", "").replace(")", "")
        return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST].rsplit(' ', 1)[0]} …"

    def _masked(self, text: str) -> str:
        """The text with every mention mapped; those without a counterpart as ``_UNKNOWN`` with their kind."""
        shown, position = "", 0
        for mention in mentions(text):
            if mention.start < position:
                continue
            value = self._value(mention.text)
            before, after = text[position : mention.start], mention.end
            if value is None and mention.kind == "quoted":
                before, after = before[:-1], after + 1
            shown += _without_loose(before) + (f"{_UNKNOWN}{mention.kind}{_UNKNOWN}" if value is None else value)
            position = after
        return shown + _without_loose(text[position:])

    def _value(self, old: str) -> str | None:
        ways = self.then.simple(old)
        model = typed(old)
        votes: list[tuple[float, Expression]] = [
            (2**-cost, Like(way, old) if model.kind != "text" else way) for cost, way in ways
        ]
        found = evaluate(best(votes), self.now) if votes else None
        if found is None or typed(found).kind != model.kind:
            return None
        known = phrase_in(found, self.now.lowered("task")) or found == self.now.user or len(found) < 2
        return found if known or model.kind in ("date", "time", "datetime", "number") else None


def _without_loose(text: str) -> str:
    return _LOOSE.sub(f"{_UNKNOWN}date{_UNKNOWN}", text)


def _without_unknown(sentence: str) -> str:
    """A sentence without the phrases that hold something unknown; at its head it is said in general."""
    head, *rest = _PHRASE.split(sentence)
    shown = re.sub(f"{_UNKNOWN}(\\w+){_UNKNOWN}", lambda match: _GENERAL.get(match[1], ""), head)
    for separator, phrase in zip(rest[::2], rest[1::2], strict=True):
        if _UNKNOWN not in phrase:
            shown += separator + phrase
    return re.sub(r"\s+", " ", shown).replace(" 's ", " ").strip(" ,;:")


def remaining(steps: Sequence[Planned], done: Sequence[Planned], before: Sequence[Planned]) -> list[Planned]:
    """The steps that no turn has carried out yet, in an order other than that of the plan before.

    Args:
        steps: The whole plan.
        done: Of each turn so far the agent and its report.
        before: The steps of the plan that stalled.
    """
    left = list(steps)
    for agent, report in done:
        place = next((number for number, (name, _) in enumerate(left) if name == agent), None)
        if place is not None and not report.startswith("Not done"):
            del left[place]
    if not left:
        agent = done[-1][0] if done else ""
        return [(agent, "check what was done and report what the task asks for")]
    if left == list(before):
        agent, text = left[0]
        look = (agent, "look for what the task needs and report it; change nothing")
        return [*left[1:], left[0]] if len(left) > 1 else [look, (agent, text)]
    return left

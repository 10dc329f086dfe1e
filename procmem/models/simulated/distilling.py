"""A memory out of a trajectory (LEGOMem, Appendix A), workflows that several have in common, and keywords of a text."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from procmem.models.simulated.entities import mentions
from procmem.models.simulated.looking import looks
from procmem.models.simulated.planning import steps_of
from procmem.models.simulated.trajectories import (
    LONGEST_OBSERVATION,
    Course,
    Part,
    Taken,
    following,
    objects,
    shortened,
    tagged,
    trajectory,
    unit,
)
from procmem.models.simulated.words import PLAIN

_ALIKE = 10
"""Of so many steps with one tool in a row the rest is left out (rule 4)."""
_BRIEF = 700
"""Characters that ``small`` keeps of an observation."""
_MISSED = 60
"""Of a thousand memories that ``small`` writes, how many lack a step."""
_MATTERS = frozenset(
    "calendar email emails mail mails mailbox folder files document pdf rows row column sheet excel cells csv".split()  # noqa: SIM905
)
"""Words that say to what kind of thing something is done, though no two requests are alike by them."""
_NOTHING = "I see no trajectory in this."


def distilled(material: str, draw: int, *, large: bool) -> str:
    """LEGOMem's unit of a trajectory between the tags. ``draw``, below 1000, decides where ``small`` misses a step."""
    records = objects(material, most=1)
    course = trajectory(records[0]) if records else None
    if course is None or not course.parts:
        return _NOTHING
    parts = tuple(part for one in _merged(course.parts) if (part := _kept(one)).steps)
    if not large and draw < _MISSED:
        parts = _without_one(parts, draw)
    plan = _plan(course.plan, parts)
    if not large:
        plan = "\n".join(plan.split("\n")[:4])
    found = Course(course.task, plan, parts, course.answer, _reflections(course))
    return tagged(unit(found, LONGEST_OBSERVATION if large else _BRIEF))


def _merged(parts: Sequence[Part]) -> list[Part]:
    """Turns in a row with which one agent did one thing, as one (rule 1)."""
    merged: list[Part] = []
    for part in parts:
        last = merged[-1] if merged else None
        if last is not None and part.agent == last.agent and part.subtask.startswith(last.subtask):
            merged[-1] = replace(last, steps=last.steps + part.steps, report=part.report)
        else:
            merged.append(part)
    return merged


def _kept(part: Part) -> Part:
    """The steps that succeeded, each look once, and at most ten alike in a row (rule 4)."""
    kept: list[Taken] = []
    run = 0
    for step in part.steps:
        if step.failed or not step.tool or (looks(step.tool) and any(_same(step, one) for one in kept)):
            continue
        run = run + 1 if kept and kept[-1].tool == step.tool else 1
        if run <= _ALIKE:
            kept.append(step)
    return replace(part, steps=tuple(kept))


def _same(step: Taken, other: Taken) -> bool:
    return (step.tool, step.arguments, step.observation) == (other.tool, other.arguments, other.observation)


def _without_one(parts: tuple[Part, ...], draw: int) -> tuple[Part, ...]:
    place = max(range(len(parts)), key=lambda number: len(parts[number].steps), default=0)
    steps = parts[place].steps if parts else ()
    if len(steps) < 2:
        return parts
    lost = draw % len(steps)
    short = replace(parts[place], steps=(*steps[:lost], *steps[lost + 1 :]))
    return (*parts[:place], short, *parts[place + 1 :])


def _plan(plan: str, parts: Sequence[Part]) -> str:
    """The plan that was made, if it is the one that was carried out; else the steps that were taken."""
    if [agent for agent, _ in steps_of(plan)] == [part.agent for part in parts]:
        return plan
    headlines = (re.split(r"(?<=[.!?])\s+(?=[A-Z])", part.subtask, maxsplit=1)[0] for part in parts)
    shown = zip(parts, headlines, strict=True)
    return "\n".join(
        f"{number}. {part.agent}: {shortened(text, 240)}" for number, (part, text) in enumerate(shown, start=1)
    )


def _reflections(course: Course) -> str:
    """What failed, and what followed on it."""
    told = [
        f"The {part.agent} agent's {step.tool} failed: {shortened(step.observation, 200)} {_what_followed(step, after)}"
        for part in course.parts
        for step, after in following(part.steps)
    ]
    return " ".join(told[:4]) or "Every step succeeded, in the order of the plan."


def _what_followed(failed: Taken, after: Taken | None) -> str:
    if after is None:
        return "Nothing that was tried then worked."
    if after.tool != failed.tool:
        return f"{after.tool} worked instead."
    changed = {name: value for name, value in after.arguments.items() if failed.arguments.get(name) != value}
    return f"It worked with {shortened(json.dumps(changed, ensure_ascii=False), 160)}."


# --- keywords ---------------------------------------------------------------------------------------------------------


def keywords(text: str, most: int) -> str:
    """Up to ``most`` key concepts of a text: runs of one to three words that say something, the first ones first."""
    masked = list(text[:6000].lower())
    for mention in mentions(text[:6000]):
        masked[mention.start : mention.end] = "," * (mention.end - mention.start)
    found: dict[str, None] = {}
    for chunk in re.split(r"[^a-z\s'-]+", "".join(masked)):
        for run in _runs(re.findall(r"[a-z][a-z'-]+", chunk)):
            found.setdefault(" ".join(run[:3]))
    return ", ".join(list(found)[:most]) or "task"


def _runs(words: Sequence[str]) -> Iterator[list[str]]:
    run: list[str] = []
    for word in (*words, ""):
        if word and len(word) > 2 and (word not in PLAIN or word in _MATTERS):
            run.append(word)
        elif run:
            yield run
            run = []


# --- what several runs have in common ---------------------------------------------------------------------------------


def common(material: str) -> str:
    """Workflows that occur in the runs, with variables where their values differ."""
    courses = [trajectory(record) for record in objects(material)]
    kept = [[part for one in course.parts if (part := _kept(one)).steps] for course in courses]
    kept = [parts for parts in kept if parts]
    if not kept:
        return _NOTHING
    found = []
    for place, part in enumerate(kept[0]):
        others = [other for parts in kept[1:] if (other := _counterpart(part, place, parts)) is not None]
        if others or len(kept) == 1:
            found.append(_workflow([part, *others]))
    return tagged(found)


def _counterpart(part: Part, place: int, parts: Sequence[Part]) -> Part | None:
    """The part of another run that uses the same tools, at the nearest place."""
    tools = list(dict.fromkeys(step.tool for step in part.steps))
    alike = [
        (abs(number - place), number)
        for number, one in enumerate(parts)
        if one.agent == part.agent and list(dict.fromkeys(step.tool for step in one.steps)) == tools
    ]
    return parts[min(alike)[1]] if alike else None


def _workflow(parts: Sequence[Part]) -> dict[str, str]:
    """One workflow: each tool once, and what differs between the runs, or within one, as a variable."""
    variables: dict[tuple[str, ...], str] = {}
    steps = []
    for first in {step.tool: step for step in parts[0].steps}.values():
        own = [[step for step in part.steps if step.tool == first.tool] for part in parts]
        arguments = {name: _variable(name, value, own, variables) for name, value in own[0][0].arguments.items()}
        thought = first.thought if len(own[0]) == 1 else f"Once for each: {first.thought}"
        steps.append(Taken(_told(thought, variables), first.tool, arguments, ""))
    others = " ".join(part.subtask for part in parts[1:])
    return {
        "agent": parts[0].agent,
        "description": _general(_told(parts[0].subtask, variables), others) if others else parts[0].subtask,
        "steps": "".join(step.written for step in steps),
    }


def _variable(
    name: str, value: object, own: Sequence[Sequence[Taken]], variables: dict[tuple[str, ...], str]
) -> object:
    """The value where all runs have it, else a variable; values that differ alike share one."""
    values = tuple(json.dumps(steps[0].arguments.get(name), ensure_ascii=False) for steps in own)
    within = {json.dumps(step.arguments.get(name), ensure_ascii=False) for steps in own for step in steps}
    if len(within) == 1 and len(own) > 1:
        return value
    if values not in variables:
        count = Counter(known.rstrip("0123456789") for known in variables.values())[name]
        variables[values] = f"{name}{count + 1}" if count else name
    return f"{{{variables[values]}}}"


def _general(text: str, others: str) -> str:
    """A description without what only this run named."""
    shown, position = "", 0
    for mention in mentions(text):
        if mention.start >= position and mention.text not in others and f"{{{mention.text}}}" not in text:
            shown += f"{text[position : mention.start]}{{{mention.kind}}}"
            position = mention.end
    return shown + text[position:]


def _told(text: str, variables: dict[tuple[str, ...], str]) -> str:
    """A text of the first run with its values replaced by their variables, the longest first."""
    firsts = sorted(((values[0], name) for values, name in variables.items()), key=lambda one: -len(one[0]))
    for value, name in firsts:
        bare = value.strip('"')
        if len(bare) > 2:
            text = re.sub(rf"(?<!\w){re.escape(bare)}(?!\w)", f"{{{name}}}", text)
    return text

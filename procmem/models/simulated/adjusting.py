"""Mending a memory that misled a run (Mem^p 3, adjustment): from its own contradictions, and from what the run met.

Every mending has a reason that goes into the analysis. Where nothing speaks against the memory it stays unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any

from procmem.models.simulated.entities import mentions, render_like, typed
from procmem.models.simulated.ordering import ordered, parts_ordered
from procmem.models.simulated.remembered import plain
from procmem.models.simulated.restoring import restored
from procmem.models.simulated.signatures import Signature, signatures
from procmem.models.simulated.suspecting import (
    Evidence,
    accounted,
    alternatives,
    doubled,
    names_itself,
    offered,
    sort_of,
    spoken_for,
    trusted,
)
from procmem.models.simulated.trajectories import (
    Course,
    Part,
    Taken,
    following,
    objects,
    remembered,
    shortened,
    subtask_unit,
    trajectory,
    unit,
)

_CLEARLY = 2.0
"""By how much another value must be better spoken for to take a remembered one's place."""
_DOUBTED = 1.0
"""The same where the call failed in the run."""


@dataclass(slots=True)
class _Case:
    """The memory as it is being mended, the evidence, and what was found."""

    memory: Course
    run: Course
    feedback: str
    tools: Mapping[str, Signature]
    found: list[str] = field(default_factory=list)

    @property
    def evidence(self) -> Evidence:
        """What speaks for and against the memory as it now is."""
        return Evidence(self.memory, self.run, self.tools)

    def put(self, number: int, place: int, step: Taken, why: str) -> None:
        """Put another step in the place of one."""
        part = self.memory.parts[number]
        steps = (*part.steps[:place], step, *part.steps[place + 1 :])
        self.put_part(number, replace(part, steps=steps), why)

    def put_part(self, number: int, part: Part, why: str) -> None:
        """Put another part in the place of one."""
        parts = self.memory.parts
        self.memory = replace(self.memory, parts=(*parts[:number], part, *parts[number + 1 :]))
        self.found.append(why)


def adjusted(memory: str, run: str, feedback: str, tools: str = "") -> str:
    """The analysis and the revised memory, or ``unchanged``.

    Args:
        memory: The memory's JSON: a whole task's, or one subtask's.
        run: The failed trajectory's JSON.
        feedback: The reasons of the checks that failed.
        tools: What the agents can call, a line for each tool with the names of its arguments.
    """
    records, runs = objects(memory, most=1), objects(run, most=1)
    course = remembered(records[0]) if records else None
    if course is None or not runs:
        return _written("There is no memory with steps here that could be mended.", None)
    case = _Case(course, trajectory(runs[0]), feedback, signatures(tools))
    for mend in _MENDINGS:
        mend(case)
    if not case.found:
        met = [step for part in case.run.parts for step, _ in following(part.steps)]
        why = f"{len(met)} calls failed" if met else "Every call worked"
        return _written(f"{why}, and nothing in the memory is contradicted by them or by itself.", None)
    told = " ".join(dict.fromkeys(case.found))
    return _written(f"The memory misled the run. {told}", _revised(records[0], case, told))


def _revised(record: dict[str, Any], case: _Case, told: str) -> dict[str, Any]:
    """The memory's JSON with the mended parts, in the form that it had."""
    if not isinstance(record.get("subtasks"), list):
        return {**record, **subtask_unit(case.memory.parts[0])}
    reflections = f"{case.memory.reflections} Mended after a failed run: {told}".strip()
    return {**record, **unit(replace(case.memory, reflections=shortened(reflections, 1500)))}


def _written(analysis: str, revised: dict[str, Any] | None) -> str:
    workflow = "unchanged" if revised is None else json.dumps(revised, ensure_ascii=False, indent=1)
    return f"<Analysis>\n{analysis}\n</Analysis>\n<Workflow>\n{workflow}\n</Workflow>"


# --- the mendings, in order -------------------------------------------------------------------------------------------


def _steps(case: _Case) -> Iterator[tuple[int, int, Part, Taken]]:
    for number, part in enumerate(case.memory.parts):
        for place in range(len(part.steps)):
            now = case.memory.parts[number]
            yield number, place, now, now.steps[place]


def _tools(case: _Case) -> None:
    """A tool that the step's own observation contradicts, or with which the call itself can not be made."""
    evidence = case.evidence
    for number, place, part, step in _steps(case):
        misused = evidence.impossible(step) or evidence.misused(number, step)
        if not misused and not evidence.contradicted(step.tool, step):
            continue
        app = step.tool.partition("_")[0]
        own = evidence.tool_score(step.tool, step, part.subtask)
        kin = [tool for tool in evidence.tools if tool.partition("_")[0] == app and tool != step.tool]
        scored = sorted(((evidence.tool_score(tool, step, part.subtask), tool) for tool in kin), reverse=True)
        if scored and scored[0][0] - own >= (_DOUBTED if misused else _CLEARLY):
            why = f"Step {place + 1} of {part.agent} is {scored[0][1]}, not {step.tool}."
            case.put(number, place, replace(step, tool=scored[0][1]), why)


def _names(case: _Case) -> None:
    """Argument names that the tool's error corrects, or that its calls that worked do not have."""
    evidence = case.evidence
    for number, place, _, step in _steps(case):
        errors = [names for one in evidence.failures(number, step) if (names := offered(one.observation))]
        usage = evidence.known_usages(step).get(step.tool)
        known = set(errors[0]) if errors else set(usage.names) if usage else set()
        if step.tool in case.tools:
            known = set(case.tools[step.tool].names)
        wrong = [name for name in step.arguments if known and name not in known]
        free = [name for name in known if name not in step.arguments]
        for name in wrong:
            if not free:
                break
            better = max(sorted(free), key=lambda one: (SequenceMatcher(None, name, one).ratio(), one))
            free.remove(better)
            arguments = {better if old == name else old: value for old, value in step.arguments.items()}
            step = replace(step, arguments=arguments)
            case.put(number, place, step, f"The argument {name} of {step.tool} is called {better}.")


def _values(case: _Case) -> None:
    """Values that the step's own observation contradicts, or that come from nowhere where another is spoken for."""
    evidence = case.evidence
    for number, place, part, step in _steps(case):
        known = [case.memory.task, *_seen_before(case.memory, number, place)]
        for name, value in step.arguments.items():
            if not isinstance(value, str | int | float) or isinstance(value, bool) or not plain(value):
                continue
            echo = evidence.echoed(name, step)
            if echo is not None and not names_itself(plain(value), step.observation):
                _put_value(case, number, place, name, echo)
                continue
            wanted = evidence.wanted(name, step)
            elsewhere = set(evidence.others_of(name, step))
            if len(elsewhere) == 1 and wanted == "name" and not names_itself(plain(value), step.observation):
                _put_value(case, number, place, name, elsewhere.pop(), like=False)
                continue
            if wanted and sort_of(plain(value)) != wanted:
                _fitting(case, number, place, name, wanted)
                continue
            twice = doubled(plain(value), name, step)
            known_value = accounted(plain(value), name, step, part, known) and not twice
            if trusted(plain(value), name, step, part) or (known_value and not evidence.blamed(number, step, name)):
                continue
            options = dict.fromkeys(alternatives(plain(value), name, step, part))
            scored = sorted(((spoken_for(one, name, step, part), one) for one in options), reverse=True)
            own = spoken_for(plain(value), name, step, part)
            if scored and scored[0][0] - own >= (_CLEARLY if known_value else _DOUBTED):
                _put_value(case, number, place, name, scored[0][1])


def _fitting(case: _Case, number: int, place: int, name: str, wanted: str) -> None:
    """Put the best spoken for value of the wanted sort in the place of one of another sort."""
    part = case.memory.parts[number]
    step = part.steps[place]
    texts = (step.observation[:240], step.thought, part.subtask, case.memory.task)
    named = [one.text for text in texts for one in mentions(text) if sort_of(one.text) == wanted]
    elsewhere = case.evidence.others_of(name, step)
    options = dict.fromkeys([*named, *(one for one in elsewhere if sort_of(one) == wanted)])
    scored = [(spoken_for(one, name, step, part) + (one in elsewhere), -rank, one) for rank, one in enumerate(options)]
    if scored and max(scored)[0] > 0:
        _put_value(case, number, place, name, max(scored)[2], like=False)


def _seen_before(memory: Course, number: int, place: int) -> list[str]:
    """What the memory had observed before a step."""
    earlier = [step.observation for part in memory.parts[:number] for step in part.steps]
    return earlier + [step.observation for step in memory.parts[number].steps[:place]]


def _put_value(case: _Case, number: int, place: int, name: str, value: str, *, like: bool = True) -> None:
    step = case.memory.parts[number].steps[place]
    old = step.arguments[name]
    written = render_like(value, plain(old)) if like else value
    new: Any = int(float(written)) if isinstance(old, int) and typed(written).kind == "number" else written
    if new != old:
        why = f"The {name} of {step.tool} is {shortened(str(new), 120)!r}, not {shortened(str(old), 120)!r}."
        case.put(number, place, replace(step, arguments={**step.arguments, name: new}), why)


def _replaced(case: _Case) -> None:
    """Calls that failed in the run and were followed by one that worked instead."""
    for number, place, _, step in list(_steps(case)):
        run = case.evidence.run_part(number)
        for failed, worked in following(run.steps) if run else ():
            if failed.tool != step.tool or worked is None or set(worked.arguments) != set(failed.arguments):
                continue
            changed = [name for name, value in worked.arguments.items() if failed.arguments[name] != value]
            if worked.tool != failed.tool and not changed:
                why = f"{failed.tool} failed where {worked.tool} worked with the same arguments."
                case.put(number, place, replace(step, tool=worked.tool), why)
                break


def _order(case: _Case) -> None:
    """Steps that need what only a later one brings."""
    for number, part in enumerate(case.memory.parts):
        steps = ordered(part.steps, (part.subtask, case.memory.task))
        if steps != part.steps:
            case.put_part(number, replace(part, steps=steps), f"The steps of {part.agent} were in the wrong order.")
    parts = parts_ordered(case.memory)
    if parts != case.memory.parts:
        case.memory = replace(case.memory, parts=parts)
        case.found.append("The subtasks were in another order than the plan's.")


def _missing(case: _Case) -> None:
    """Steps that the memory's wording, or the run, shows to be missing."""
    for number, part in enumerate(case.memory.parts):
        for place, step, why in restored(case.memory, part, case.evidence, case.evidence.run_part(number)):
            now = case.memory.parts[number]
            steps = (*now.steps[:place], step, *now.steps[place:])
            case.put_part(number, replace(now, steps=steps), why)


_MENDINGS: tuple[Callable[[_Case], None], ...] = (_tools, _replaced, _names, _values, _order, _missing)

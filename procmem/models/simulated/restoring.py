"""Steps that a memory lacks: files that its wording names and no step touches, and what a run had to do first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from procmem.models.simulated.alignment import carry, stems
from procmem.models.simulated.entities import mentions
from procmem.models.simulated.looking import looks
from procmem.models.simulated.remembered import plain
from procmem.models.simulated.suspecting import Evidence
from procmem.models.simulated.trajectories import Course, Part, Taken

_SENTENCE = re.compile(r"(?<=[.!?;])\s+")


def restored(memory: Course, part: Part, evidence: Evidence, run: Part | None) -> Iterator[tuple[int, Taken, str]]:
    """Steps to put in: (where, the step, why).

    Args:
        memory: The whole memory.
        part: The subtask that may lack some.
        evidence: What memory and run tell about tools.
        run: The part of the run that followed this one.
    """
    yield from _untouched(memory, part, evidence)
    yield from _unsaid(part)
    if run is not None:
        yield from _had_to_be_done(part, run)


def _untouched(memory: Course, part: Part, evidence: Evidence) -> Iterator[tuple[int, Taken, str]]:
    """A file that the subtask names and no step of it touches, opened as others like it are."""
    touched = {plain(value) for step in part.steps for value in step.arguments.values()}
    known = [step for course in (memory, evidence.run) for one in course.parts for step in one.steps if not step.failed]
    place = 0
    for sentence in _SENTENCE.split(part.subtask):
        for mention in mentions(sentence):
            if mention.kind != "file" or any(
                mention.text in value or value.endswith(mention.text) for value in touched
            ):
                continue
            step = _opened(mention.text, sentence, [one for one in known if _of_agent(one, part)])
            if step is not None:
                touched.add(mention.text)
                yield place, step, f"{mention.text} was never looked at: {step.tool} was missing."
                place += 1


def _unsaid(part: Part) -> Iterator[tuple[int, Taken, str]]:
    """A quoted text of the subtask that no step carries, though the same tool carries the quotes beside it."""
    quotes = [one.text for one in mentions(part.subtask) if one.kind == "quoted" and "<" not in one.text]
    places: list[int | None] = []
    for quote in quotes:
        carrying = (place for place, step in enumerate(part.steps) if _carries(step, quote))
        places.append(next(carrying, None))
    said = [place for place in places if place is not None]
    if len(said) != len(quotes) - 1 or len(said) < 2 or len({part.steps[place].tool for place in said}) > 1:
        return
    gap = places.index(None)
    behind = next((place for place in places[gap + 1 :] if place is not None), None)
    model = part.steps[behind if behind is not None else said[-1]]
    name = next((name for name, value in model.arguments.items() if plain(value) in quotes), None)
    if name is None:
        return
    step = Taken("The subtask quotes it.", model.tool, {**model.arguments, name: quotes[gap]}, model.observation)
    yield (behind if behind is not None else said[-1] + 1), step, f"{quotes[gap]!r} was never written."


def _carries(step: Taken, quote: str) -> bool:
    """Whether an argument of a step holds a quotation."""
    return any(quote in plain(value) for value in step.arguments.values())


def _of_agent(step: Taken, part: Part) -> bool:
    apps = {one.tool.partition("_")[0] for one in part.steps}
    return step.tool.partition("_")[0] in apps


def _opened(path: str, sentence: str, known: Sequence[Taken]) -> Taken | None:
    """A call on a file after the model of calls that worked on files with its ending and needed nothing else."""
    ending = path.rsplit(".", 1)[-1].lower()
    words = stems(sentence)
    fitting: list[tuple[float, int, Taken]] = []
    for number, step in enumerate(known):
        values = list(step.arguments.values())
        if len(values) == 1 and isinstance(values[0], str) and values[0].lower().endswith(f".{ending}"):
            score = len(stems(step.tool.partition("_")[2].replace("_", " ")) & words) + 0.5 * looks(step.tool)
            fitting.append((-score, number, step))
    if not fitting:
        return None
    model = min(fitting)[2]
    return Taken("The subtask names this file.", model.tool, dict.fromkeys(model.arguments, path), "")


def _had_to_be_done(part: Part, run: Part) -> Iterator[tuple[int, Taken, str]]:
    """What worked between a call that failed and the same call when it worked."""
    tools = {step.tool for step in part.steps}
    for place, failed in enumerate(run.steps):
        if not failed.failed:
            continue
        again = next(
            (number for number in range(place + 1, len(run.steps)) if _worked(run.steps[number], failed)), None
        )
        between = run.steps[place + 1 : again] if again is not None else ()
        for step in between:
            if step.failed or step.tool in tools:
                continue
            where = next((number for number, one in enumerate(part.steps) if one.tool == failed.tool), 0)
            tools.add(step.tool)
            yield where, _mapped(step, run, part), f"{failed.tool} worked only after {step.tool}."


def _worked(step: Taken, failed: Taken) -> bool:
    return not step.failed and step.tool == failed.tool


def _mapped(step: Taken, run: Part, part: Part) -> Taken:
    """A step of the run with what the memory's subtask has in place of its values."""
    arguments = {name: _mapped_value(value, run.subtask, part.subtask) for name, value in step.arguments.items()}
    return Taken(step.thought, step.tool, arguments, "")


def _mapped_value(value: object, now: str, then: str) -> object:
    if not isinstance(value, str) or not value:
        return value
    start = now.find(value)
    found = carry(now, start, start + len(value), then) if start >= 0 else None
    return found or value

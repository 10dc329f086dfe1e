"""Adjustment: memories that guided a failed run are revised by a model (Mem^p 3, Update; its code's adjust_memory)."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace

from procmem.errors import BadInput, LimitReached, ModelFailed
from procmem.events import Event, Noted
from procmem.memory.build import Pen, parts_of
from procmem.memory.distil import DISTILLER, RULES, ask_usable
from procmem.memory.rules import headline
from procmem.memory.trajectories import text_of
from procmem.memory.units import read_unit, unit_json
from procmem.models.conversation import Conversation
from procmem.office.apps import toolbox
from procmem.prompts import render
from procmem.types import AgentRole, FullTaskUnit, Memory, Proposal, Trajectory

Failure = tuple[Trajectory, Sequence[tuple[str, int]], str]
"""A failed run: its trajectory, the (memory id, version) that entered a prompt, and what was wrong in the end."""


@dataclass(frozen=True, slots=True)
class _Revised:
    memory: Memory
    why: str
    run_id: str


def adjust(failures: Sequence[Failure], pen: Pen) -> Generator[Event, None, list[Proposal]]:
    """Revisions of the full-task memories that failed runs used, themselves or by their subtasks.

    A memory that has moved on since the run, or was retired, is left alone.

    Raises:
        Cancelled: the person stopped it.
    """
    if failures and pen.model == RULES:
        yield Noted("Failed runs are not learned from: adjustment needs a model that distils, and there is none.")
        return []
    revised: dict[str, _Revised] = {}
    originals: dict[str, Memory] = {}
    for trajectory, entered, feedback in failures:
        for root in roots(pen, entered):
            originals.setdefault(root.id, root)
            current = revised[root.id].memory if root.id in revised else root
            result = yield from _ask(current, trajectory, feedback, pen)
            if result is not None:
                revised[root.id] = result
    return [_revision(originals[identity], result, pen) for identity, result in revised.items()]


def roots(pen: Pen, entered: Iterable[tuple[str, int]]) -> list[Memory]:
    """The full-task memories behind what entered, each once, as long as the bank still holds that very version."""
    versions = dict(entered)
    store = pen.bank.store
    seen = store.latest(list(versions))
    still = [memory for name, memory in seen.items() if memory.version == versions[name]]
    names = list(dict.fromkeys(memory.parent or memory.id for memory in still))
    found = store.latest(names)
    return [
        found[name]
        for name in names
        if name in found and found[name].status == "active" and isinstance(found[name].unit, FullTaskUnit)
    ]


def _ask(memory: Memory, trajectory: Trajectory, feedback: str, pen: Pen) -> Generator[Event, None, _Revised | None]:
    """The revised memory, or nothing when the model finds no fault with it or gives no usable answer."""
    talk = Conversation(pen.line, f"adjust {memory.id} after {trajectory.run_id}", DISTILLER, pen.model, "")
    shown = json.dumps(unit_json(memory.unit), ensure_ascii=False, indent=1)
    talk.say(
        render(
            "adjust",
            tools=_tools(pen.agents),
            memory=shown,
            trajectory=text_of(trajectory),
            feedback=feedback or "Not stated.",
        )
    )
    try:
        return (yield from ask_usable(talk, "adjust", lambda text: _read(text, memory, trajectory)))
    except (ModelFailed, LimitReached, BadInput) as problem:
        yield Noted(f"“{memory.title}” could not be adjusted: {problem}", "warning")
        return None


def _tools(agents: Sequence[AgentRole]) -> str:
    """What each agent can call: a line for each tool, its arguments in brackets where they may be left out."""
    lines = []
    for agent in agents:
        lines.append(f"{agent.name}:")
        for tool in toolbox(agent.apps).values():
            required = tool.spec.parameters.get("required", [])
            names = [name if name in required else f"[{name}]" for name in tool.spec.parameters["properties"]]
            lines.append(f"- {tool.name}({', '.join(names)})")
    return "\n".join(lines) or "Not stated."


def _read(text: str, memory: Memory, trajectory: Trajectory) -> _Revised | None:
    """The answer's revision; nothing for `unchanged` or a unit that equals the old one.

    Raises:
        BadInput: the answer has no workflow, or an unusable one.
    """
    tagged = re.search(r"<Workflow>(.*?)(?:</Workflow>|\Z)", text, re.DOTALL)
    body = (tagged.group(1) if tagged else text).strip()
    if body.lower().strip("`.") == "unchanged":
        return None
    unit = read_unit(body, memory.key)
    if unit == memory.unit:
        return None
    said = re.search(r"<Analysis>(.*?)</Analysis>", text, re.DOTALL)
    origin = memory.origin
    tasks = tuple(dict.fromkeys((*origin.learned_from, trajectory.task_id)))
    why = headline(said.group(1) if said else "", 300) or f"A run on “{headline(trajectory.task)}” failed."
    return _Revised(replace(memory, unit=unit, origin=replace(origin, learned_from=tasks)), why, trajectory.run_id)


def _revision(original: Memory, result: _Revised, pen: Pen) -> Proposal:
    """The proposal to revise a full-task memory and the subtask memories that change with it."""
    changed = [result.memory, *_changed_parts(result.memory, pen)]
    return Proposal(
        id=f"adjust-{original.id}-v{original.version}-{result.run_id}",
        kind="revise",
        memories=tuple(changed),
        author=pen.model,
        reason=result.why,
        run_id=result.run_id,
    )


def _changed_parts(whole: Memory, pen: Pen) -> list[Memory]:
    """The subtask memories that differ from the revised unit's: changed, new, or retired because they are gone."""
    wanted = {part.id: part for part in parts_of(whole)}
    active = {part.id: part for part in pen.bank.store.children([whole.id]).get(whole.id, [])}
    known = pen.bank.store.latest(list(wanted))
    changed = []
    for name, part in wanted.items():
        old = known.get(name)
        if old is None:
            changed.append(replace(part, version=0))
        elif old.status == "active" and (old.unit, old.agent) != (part.unit, part.agent):
            changed.append(replace(part, version=old.version))
    gone = [replace(part, status="retired") for name, part in active.items() if name not in wanted]
    return [*changed, *gone]

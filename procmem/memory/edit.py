"""Editing a proposal field by field. Full-task and subtask memories say the same things, so they are edited as one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from procmem.errors import BadInput
from procmem.memory.build import parts_of
from procmem.memory.rules import headline
from procmem.types import FullTaskUnit, Memory, Proposal, SubtaskUnit

_ACTION = re.compile(r"<action>(.*?)</action>", re.DOTALL)
_JOINT, _GAP = "</action><think>", "</action>\n<think>"
"""Steps are one long string; a person edits them a line each."""
_TAGS = ("<think>", "</think>", "<action>", "</action>")


@dataclass(frozen=True, slots=True)
class Field:
    """One text of a proposal. ``name`` is its place ("subtask.2.steps"); ``group`` heads the fields of one subtask.

    ``fixed``: it belongs to a memory that the proposal does not change, and is shown only.
    """

    name: str
    label: str
    text: str
    group: str = ""
    fixed: bool = False
    needed: bool = False


def fields(proposal: Proposal) -> list[Field]:
    """What can be edited, in reading order; nothing where a proposal has no content of its own (retire, restore)."""
    if proposal.kind in ("retire", "restore", "import"):
        return []
    whole = _whole(proposal)
    if whole is None:
        return [field for memory in _own(proposal) for field in _alone(memory)]
    unit = whole.unit
    assert isinstance(unit, FullTaskUnit)
    mine = {memory.id for memory in _own(proposal)}
    return [
        Field("title", "Title", whole.title, needed=True),
        Field("task", "Task", unit.task, needed=True),
        Field("plan", "Plan", unit.high_level_plan),
        *(
            field
            for number, subtask in enumerate(unit.subtasks, start=1)
            for field in _texts(
                f"subtask.{number}", subtask, f"Subtask {number}", fixed=f"{whole.id}.{number}" not in mine
            )
        ),
        Field("answer", "Final answer", unit.final_answer),
        Field("reflections", "Reflections", unit.reflections),
    ]


def droppable(proposal: Proposal) -> list[int]:
    """Numbers of the subtasks that an edit may leave out; a single one has to stay."""
    whole = _whole(proposal)
    if proposal.kind != "add" or whole is None:
        return []
    assert isinstance(whole.unit, FullTaskUnit)
    count = len(whole.unit.subtasks)
    return list(range(1, count + 1)) if count > 1 else []


def edited(proposal: Proposal, texts: Mapping[str, str], dropped: Sequence[int] = ()) -> tuple[Memory, ...]:
    """The proposal's memories with these texts, by field name; what is not named stays as it is.

    Raises:
        BadInput: a needed text is empty, an action is no JSON object, or every subtask is left out.
    """
    known = fields(proposal)
    wanted = {field.name: field.text if field.fixed else texts.get(field.name, field.text) for field in known}
    for field in known:
        _check(field, wanted[field.name])
    whole = _whole(proposal)
    if whole is None:
        return tuple(
            _alone_with(memory, wanted) if memory in _own(proposal) else memory for memory in proposal.memories
        )
    changed = _whole_with(whole, wanted, set(dropped))
    parts = {part.id: part for part in parts_of(changed)}
    return tuple(
        memory
        for old in proposal.memories
        if (memory := _following(old, whole, changed, parts, keep_missing=proposal.kind != "add")) is not None
    )


def _own(proposal: Proposal) -> list[Memory]:
    return [memory for memory in proposal.memories if memory.status == "active"]


def _whole(proposal: Proposal) -> Memory | None:
    return next((memory for memory in _own(proposal) if isinstance(memory.unit, FullTaskUnit)), None)


def _alone(memory: Memory) -> list[Field]:
    unit = memory.unit
    assert isinstance(unit, SubtaskUnit)
    title = Field(f"{memory.id}.title", "Title", memory.title, f"For the {unit.agent} agent", needed=True)
    return [title, *_texts(memory.id, unit, title.group, fixed=False)]


def _texts(place: str, unit: SubtaskUnit, group: str, *, fixed: bool) -> list[Field]:
    heading = group if group.startswith("For the") else f"{group} · {unit.agent}"
    return [
        Field(f"{place}.description", "Description", unit.description, heading, fixed, needed=True),
        Field(f"{place}.steps", "Steps", unit.steps.replace(_JOINT, _GAP), heading, fixed),
        Field(f"{place}.observations", "Observations", unit.observations, heading, fixed),
    ]


def _alone_with(memory: Memory, texts: Mapping[str, str]) -> Memory:
    assert isinstance(memory.unit, SubtaskUnit)
    unit = _subtask_with(memory.unit, memory.id, texts)
    key = unit.description if memory.key == memory.unit.description else memory.key
    return replace(memory, title=texts[f"{memory.id}.title"], key=key, unit=unit)


def _subtask_with(unit: SubtaskUnit, place: str, texts: Mapping[str, str]) -> SubtaskUnit:
    shown = texts[f"{place}.steps"]
    return replace(
        unit,
        description=texts[f"{place}.description"],
        steps=unit.steps if shown == unit.steps.replace(_JOINT, _GAP) else shown.strip().replace(_GAP, _JOINT),
        observations=texts[f"{place}.observations"],
    )


def _whole_with(whole: Memory, texts: Mapping[str, str], dropped: set[int]) -> Memory:
    unit = whole.unit
    assert isinstance(unit, FullTaskUnit)
    subtasks = tuple(
        _subtask_with(subtask, f"subtask.{number}", texts)
        for number, subtask in enumerate(unit.subtasks, start=1)
        if number not in dropped
    )
    if unit.subtasks and not subtasks:
        raise BadInput("Every subtask is left out. Keep one at least, or discard the proposal.")
    changed = replace(
        unit,
        task=texts["task"],
        high_level_plan=texts["plan"],
        subtasks=subtasks,
        final_answer=texts["answer"],
        reflections=texts["reflections"],
    )
    key = changed.task if whole.key == unit.task else whole.key
    return replace(whole, title=texts["title"], key=key, unit=changed)


def _following(
    old: Memory, whole: Memory, changed: Memory, parts: Mapping[str, Memory], *, keep_missing: bool
) -> Memory | None:
    """What becomes of one memory of the proposal when its full-task memory is changed like this."""
    if old.id == whole.id:
        return changed
    if old.parent != whole.id or old.status == "retired":
        return old
    part = parts.get(old.id)
    if part is None:
        return old if keep_missing else None
    if part.unit == old.unit:
        return old
    assert isinstance(old.unit, SubtaskUnit)
    title = part.title if old.title == headline(old.unit.description) else old.title
    key = part.key if old.key == old.unit.description else old.key
    return replace(old, title=title, key=key, agent=part.agent, unit=part.unit)


def _check(field: Field, text: str) -> None:
    where = f"{field.group}, {field.label.lower()}" if field.group else field.label
    if field.needed and not text.strip():
        raise BadInput(f"{where}: this can not be empty.")
    if not field.name.endswith(".steps") or text == field.text:
        return
    if len({text.count(tag) for tag in _TAGS[:2]}) > 1 or len({text.count(tag) for tag in _TAGS[2:]}) > 1:
        raise BadInput(f"{where}: every <think> and <action> needs its end, </think> or </action>.")
    for number, action in enumerate(_ACTION.findall(text), start=1):
        try:
            good = isinstance(json.loads(action), dict)
        except ValueError:
            good = False
        if not good:
            raise BadInput(f"{where}: action {number} is no JSON object. Look at its quotes and brackets.")

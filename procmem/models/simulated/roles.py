"""What a tool does and what its arguments stand for, by their names: any tool with such names can be used."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from procmem.models.simulated.entities import as_number
from procmem.models.simulated.following import Call
from procmem.models.simulated.reading import Tool

Deed = Literal[
    "look", "make", "append", "write", "set", "change", "delete", "move", "copy", "send", "reply", "forward",
    "convert", "sort", "save", "other",
]  # fmt: skip
Values: TypeAlias = Mapping[str, Any]
"""What an act is done with, by role."""
ENDINGS = {
    "xlsx": "excel", "xlsm": "excel", "docx": "word", "pdf": "pdf", "png": "ocr", "jpg": "ocr", "jpeg": "ocr",
    "txt": "files", "csv": "files", "md": "files",
}  # fmt: skip
"""Which app opens a file of an ending: what anybody who works in an office knows."""
_DEEDS: dict[str, Deed] = {
    word: deed  # type: ignore[misc]
    for deed, words in {
        "look": "read list recognize search get view show find check open",
        "append": "append",
        "make": "create add new make insert book schedule",
        "write": "write",
        "set": "set put fill enter",
        "change": "update change edit modify reschedule",
        "delete": "delete remove cancel clear drop",
        "move": "move rename",
        "copy": "copy duplicate",
        "send": "send",
        "reply": "reply answer respond",
        "forward": "forward",
        "convert": "convert export",
        "sort": "sort order",
        "save": "save download",
    }.items()
    for word in words.split()
}
_ROLES: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (role, frozenset(words.split()))
    for role, words in (
        ("mail", "email_id mail_id message_id id"),
        ("attachments", "attachments"),
        ("attachment", "attachment"),
        ("sheet", "sheet worksheet tab"),
        ("rows", "rows records"),
        ("row", "row"),
        ("column", "column col"),
        ("descending", "descending desc reverse"),
        ("sender", "sender from"),
        ("recipient", "recipient recipients to"),
        ("title", "summary subject title"),
        ("start", "start begin"),
        ("end", "end until finish"),
        ("place", "location place where room"),
        ("owner", "user username owner person calendar mailbox"),
        ("target", "destination dest target"),
        ("source", "source src"),
        ("folder", "folder directory dir"),
        ("path", "path file filename"),
        ("content", "content contents body message"),
        ("text", "text value"),
        ("notes", "description notes"),
        ("query", "query keyword"),
    )
)
_KINDS = {
    "excel": "excel", "xlsx": "excel", "word": "word", "docx": "word", "pdf": "pdf", "image": "ocr", "png": "ocr",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """Something to be done, whatever tool does it: the deed and what it is done with, by role."""

    deed: Deed
    values: Values
    why: str = ""


@lru_cache(maxsize=2048)
def deed_of(name: str) -> Deed:
    """What a tool does, by the first word of its name that says it."""
    return next((_DEEDS[word] for word in _words(name) if word in _DEEDS), "other")


def looks(name: str) -> bool:
    """Whether a tool changes nothing, by its name."""
    return deed_of(name) == "look"


@lru_cache(maxsize=2048)
def role_of(name: str) -> str:
    """What an argument stands for; its own name where that is not known. "new " stands before what replaces."""
    words = _words(name)
    if "new" in words and len(words) > 1:
        return "new " + role_of("_".join(word for word in words if word != "new"))
    if words[-1:] == ["id"] and len(words) > 1 and words[-2] in ("email", "mail", "message"):
        return "mail"
    found = next((role for role, known in _ROLES if known & set(words)), name)
    return "folder" if found == "path" and "folder" in words else found


def _words(name: str) -> list[str]:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_")


def app_of(path: str) -> str:
    """The app that opens a file, by its ending; empty for others."""
    return ENDINGS.get(path.rsplit(".", 1)[-1].lower(), "") if "." in path else ""


def called(act: Act, tools: Sequence[Tool]) -> Call | None:
    """The call of the tool that does an act best, or None where no tool can."""
    scored = []
    for place, tool in enumerate(tools):
        arguments = _arguments(act, tool) if deed_of(tool.name) == act.deed else None
        if arguments is not None:
            scored.append((_fit(act, tool, arguments), -place, tool.name, arguments))
    best = max(scored, key=lambda one: one[:2], default=None)
    return (best[2], best[3]) if best is not None and best[0] > 0 else None


def can(deed: Deed, tools: Sequence[Tool], *roles: str) -> bool:
    """Whether some tool does this deed with these roles."""
    return any(
        deed_of(tool.name) == deed and set(roles) <= {role_of(name) for name in tool.properties} for tool in tools
    )


def _fit(act: Act, tool: Tool, arguments: Mapping[str, Any]) -> float:
    """How well a tool fits: by the values that it takes, and by the app that its name and the file speak of."""
    used = {role_of(name) for name in arguments}
    score = 1.0 + len(used & set(act.values)) - 1.2 * len(set(act.values) - used - {"source", "target"})
    path = str(act.values.get("path") or act.values.get("source") or act.values.get("target") or "")
    app = app_of(path)
    first = _words(tool.name)[0]
    if act.deed == "convert" and _goal(tool) not in ("", app_of(str(act.values.get("target", "")))):
        return -1.0
    if app and first in (*ENDINGS.values(), "image"):
        same = first == app or (app == "ocr" and first in ("pdf", "image")) or act.deed in ("move", "copy", "delete")
        score += 0.5 if same else -9.0
    return score


def _goal(tool: Tool) -> str:
    """What a converting tool makes, by what stands behind "to" in its name."""
    words = _words(tool.name)
    return next((_KINDS[word] for word in words[words.index("to") :] if word in _KINDS), "") if "to" in words else ""


def _arguments(act: Act, tool: Tool) -> dict[str, Any] | None:
    """The arguments of a tool for an act, or None when a required one is missing."""
    found: dict[str, Any] = {}
    for name, schema in tool.properties.items():
        value = _value(name, act, tool)
        value = _typed(value, schema) if value is not None else None
        if value is not None:
            found[name] = value
        elif name in tool.required:
            return None
    return found


def _value(name: str, act: Act, tool: Tool) -> Any:
    kind = next((_KINDS[word] for word in _words(name) if word in _KINDS), "") if act.deed == "convert" else ""
    if kind:
        ends = [act.values.get("source"), act.values.get("target")]
        return next((path for path in ends if isinstance(path, str) and app_of(path) == kind), None)
    role = role_of(name)
    if role in act.values:
        return act.values[role]
    others = {"text": "content", "content": "text", "path": "source" if act.deed != "save" else "target"}
    if role == "path" and act.deed in ("make", "send", "save") and "target" in act.values:
        return act.values["target"]
    return act.values.get(others.get(role, "")) if name in tool.required else None


def _typed(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value as a schema wants it, or None where that makes no sense."""
    match schema.get("type"):
        case "integer" | "number":
            number = as_number(str(value))
            return int(number) if number is not None and number == int(number) else number
        case "array":
            return list(value) if isinstance(value, list | tuple) else [value]
        case "boolean":
            return value is True or value == "true"
        case "string":
            return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        case _:
            return value

"""What a curator should look at twice: secrets, addresses, and text that reads like an instruction to a model.

Patterns find candidates; a person decides. A memory quotes files and mails, so anything may stand in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from procmem.types import FullTaskUnit, Memory, SubtaskUnit

Kind = Literal["secret", "instruction", "address"]

_PATTERNS: dict[Kind, re.Pattern[str]] = {
    "secret": re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
        r"|\b(?:sk|pk|rk|ghp|gho|glpat|xox[abp])[-_][A-Za-z0-9_-]{16,}"
        r"|\bAKIA[0-9A-Z]{16}\b"
        r"|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}"
        r"|\b(?:password|passwd|passphrase|api[ _-]?key|secret|token|pin)\b\s*(?:is|[:=])\s*[\"']?[^\s\"',;]{4,}",
        re.IGNORECASE,
    ),
    "instruction": re.compile(
        r"\b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|all|other)\b[^.\n]{0,30}"
        r"\b(?:instruction|prompt|rule|message|direction)s?\b"
        r"|\byou (?:are now|must now|will now)\b"
        r"|\b(?:system|developer) prompt\b"
        r"|\bdo not (?:tell|inform|mention|reveal)\b[^.\n]{0,40}\b(?:user|anyone|person|human)\b"
        r"|</?(?:system|assistant|memory|start|end)>"
        r"|\b(?:forward|send|mail)\b[^.\n]{0,40}\b(?:passwords?|credentials|all (?:mails?|messages|files))\b",
        re.IGNORECASE,
    ),
    "address": re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b"),
}
_HINTS: dict[Kind, tuple[str, ...]] = {
    "secret": (
        "private key", "sk-", "sk_", "pk-", "pk_", "rk-", "rk_", "ghp", "gho", "glpat", "xox", "akia", "eyj",
        "passw", "passphrase", "api", "secret", "token", "pin",
    ),
    "instruction": (
        "ignore", "disregard", "forget", "override", "you ", "prompt", "do not ", "<", "forward", "send", "mail",
    ),
    "address": ("@",),
}  # fmt: skip
"""In lower case, what stands in every finding of a kind: looking for it first takes a hundredth of the time."""
SENTENCES: dict[Kind, str] = {
    "secret": "This looks like a password or a key. Take it out, or discard the memory.",
    "instruction": "This reads like an instruction to a model; it may come from a file or a mail.",
    "address": "An e-mail address of a real person may stand here.",
}
_AROUND = 40


@dataclass(frozen=True, slots=True)
class Warning:
    """One finding: its kind, the field it stands in, and the words around it on one line."""

    kind: Kind
    field: str
    excerpt: str


def warnings(memory: Memory, most: int = 20) -> list[Warning]:
    """Everything in a memory that a curator should look at twice, secrets first, each excerpt of a kind once."""
    found: dict[tuple[Kind, str], Warning] = {}
    texts = [(field, text, text.casefold()) for field, text in _fields(memory)]
    for kind, pattern in _PATTERNS.items():
        for field, text, folded in texts:
            if any(hint in folded for hint in _HINTS[kind]):
                for match in pattern.finditer(text):
                    found.setdefault((kind, match.group().lower()), Warning(kind, field, _excerpt(text, match)))
    return list(found.values())[:most]


def _fields(memory: Memory) -> list[tuple[str, str]]:
    match memory.unit:
        case FullTaskUnit() as unit:
            return [
                ("task", unit.task),
                ("plan", unit.high_level_plan),
                *(
                    (f"subtask {number}, {field}", text)
                    for number, subtask in enumerate(unit.subtasks, start=1)
                    for field, text in _subtask_fields(subtask)
                ),
                ("final answer", unit.final_answer),
                ("reflections", unit.reflections),
            ]
        case SubtaskUnit() as subtask:
            return _subtask_fields(subtask)


def _subtask_fields(unit: SubtaskUnit) -> list[tuple[str, str]]:
    return [("description", unit.description), ("steps", unit.steps), ("observations", unit.observations)]


def _excerpt(text: str, match: re.Match[str]) -> str:
    start, end = max(0, match.start() - _AROUND), match.end() + _AROUND
    words = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{words}{'…' if end < len(text) else ''}"

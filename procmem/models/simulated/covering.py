"""A value as known strings with constant wording around them: ``<folder>/<name>.pdf``, ``<title> (moved)``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from procmem.models.simulated.entities import mentions
from procmem.models.simulated.locating import Locator
from procmem.models.simulated.words import PLAIN

_NAMING = ("file", "folder", "address", "datetime", "date", "time", "code", "quoted")
_SHORTEST = 3
_MOST_SLOTS = 6
_MOST_KNOWN = 60

Part = tuple[str, bool]
"""A stretch of a value, and whether it is known from elsewhere."""


def covers(value: str, locator: Locator) -> list[tuple[Part, ...]]:
    """Ways to cut a value into known strings and wording, the one with the longest known strings first."""
    known = _known(value, locator)
    found: list[tuple[Part, ...]] = []
    for skipped in range(min(4, len(known))):
        parts = _cut(value, known[skipped:])
        if any(slot for _, slot in parts) and parts not in found:
            found.append(parts)
    return found


def _known(value: str, locator: Locator) -> list[str]:
    """Known strings that stand inside a value as whole words, the longest first."""
    strings = dict.fromkeys(text for _, _, text in locator.bases)
    strings |= dict.fromkeys(seen for text in list(strings)[:_MOST_KNOWN] for seen in _seen(text))
    fitting = [
        text
        for text in strings
        if _SHORTEST <= len(text) < len(value) and text.lower() not in PLAIN and _place(text, value) >= 0
    ]
    return sorted(fitting, key=lambda text: -len(text))[:12]


def _seen(text: str) -> list[str]:
    """Parts of a path that others may be built from."""
    return [text.rsplit("/", 1)[0], text.rsplit("/", 1)[1]] if "/" in text.strip("/") else []


def _place(text: str, value: str) -> int:
    match = re.search(rf"(?<![^\W_]){re.escape(text)}(?![^\W_])", value)
    return match.start() if match else -1


def _cut(value: str, known: Sequence[str]) -> tuple[Part, ...]:
    parts: list[Part] = [(value, False)]
    slots = 0
    for text in known:
        for number, (stretch, slot) in enumerate(parts):
            place = -1 if slot or slots >= _MOST_SLOTS else _place(text, stretch)
            if place < 0:
                continue
            around = [(stretch[:place], False), (text, True), (stretch[place + len(text) :], False)]
            parts[number : number + 1] = [one for one in around if one[0]]
            slots += 1
            break
    return tuple(parts)


def captured(parts: Sequence[Part], value: str) -> list[str] | None:
    """What another value has in place of the known strings; None when its wording differs."""
    behind = [text for text, _ in parts[1:]] + [""]
    slots = (_slot(text, after) if slot else re.escape(text) for (text, slot), after in zip(parts, behind, strict=True))
    match = re.fullmatch("".join(slots), value, re.DOTALL) if len(value) <= 400 else None
    return list(match.groups()) if match else None


def _slot(text: str, after: str) -> str:
    """A slot reaches as far as it can when what follows it also stands inside it, as slashes do."""
    return "(.+)" if after and after[0] in text else "(.+?)"


def loose(parts: Sequence[Part]) -> bool:
    """Whether the wording between the known strings names something itself."""
    return any(not slot and any(one.kind in _NAMING for one in mentions(text)) for text, slot in parts)

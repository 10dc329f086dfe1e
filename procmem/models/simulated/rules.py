"""Rules of a house in what was read: what is left as it is, who is in charge of what, where things are kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from procmem.models.simulated.findings import Findings, Mail
from procmem.models.simulated.records import phrase_in

_CONDITION = re.compile(
    r"(?i)\b(?:whose|where the|with an?|that have an?)\s+(?P<field>\w+)\s+(?:(?P<how>begin|start|end)s?\s+with|"
    r"(?P<has>contain)s?|is|says)"
    r"\s+['\"“‘]?(?P<value>[^'\"”’.,;\n]{1,30}?)['\"”’]?\s+(?P<rest>(?:is|are|stays?|remains?|must|may|should|"
    r"will|do|does|can)\b[^.\n]*)"
)
_SPARES = re.compile(r"(?i)\b(never|not|stays?|kept|left|remains?)\b")
_DUTY = re.compile(r"(?m)^\W*(?P<what>[^:\n]{2,40}?)\s*[:=|,–-]+\s+(?P<who>[A-Z][\w-]+)\b(?P<rest>[^\n]*)$")
_WORDS = re.compile(r"[\"“]([^\"”\n]{2,200})[\"”]")
_KEEPING = re.compile(r"(?i)\b(?:copied|copy|moved?|kept|keep|archived?|filed?|go(?:es)?|put|collected)\b")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule speaks of: things whose ``field`` begins with, ends with, contains or is a value."""

    field: str
    how: str
    value: str

    def holds(self, text: str) -> bool:
        """Whether a text fulfils the condition."""
        own, wanted = text.strip().lower(), self.value.lower()
        match self.how:
            case "begin" | "start":
                return own.startswith(wanted)
            case "end":
                return own.endswith(wanted)
            case "contain":
                return wanted in own
            case _:
                return own == wanted


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is in charge of something, with the words that belong to it, where there are any."""

    who: str
    words: str


def told(known: Findings) -> str:
    """All prose that was read: notes of entries, documents, mails, and cells that hold sentences."""
    texts = [event.notes for event in known.events if event.notes]
    texts += [document.text for document in known.documents] + [mail.body for mail in known.mails if mail.whole]
    texts += [cell for sheet in known.sheets for cell in sheet.cells.values() if " " in cell and len(cell) > 20]
    return "\n".join(texts)


def exemptions(known: Findings) -> tuple[Rule, ...]:
    """The conditions under which things are left as they are."""
    return _exemptions(told(known))


@lru_cache(maxsize=256)
def _exemptions(text: str) -> tuple[Rule, ...]:
    return tuple(
        Rule(match["field"].lower(), (match["how"] or match["has"] or "").lower(), match["value"].strip())
        for match in _CONDITION.finditer(text[:20_000])
        if _SPARES.search(match["rest"])
    )


def in_charge(mail: Mail, known: Findings) -> Duty | None:
    """Who deals with what a mail is about, by a list of duties in another text: the longest duty that it speaks of."""
    others = [other.body for other in known.mails if other.whole and other.id != mail.id]
    others += [document.text for document in known.documents]
    about = f"{mail.subject}\n{mail.body}".lower()
    found = [
        (len(match["what"]), match["who"], match["rest"])
        for text in others
        for match in _DUTY.finditer(text)
        if phrase_in(match["what"], about)
    ]
    if not found:
        return None
    _, who, rest = max(found, key=lambda one: one[0])
    words = _WORDS.search(rest)
    return Duty(who, words[1] if words else "")


def kept_in(known: Findings, path: str, names: list[str]) -> str:
    """The sheet of a workbook in which its own notes want things kept that are taken out elsewhere; else empty."""
    cells = [cell for sheet in known.sheets if sheet.path == path for cell in sheet.cells.values() if len(cell) > 20]
    for cell in cells:
        for name in names:
            if (
                name
                and _KEEPING.search(cell)
                and re.search(rf"(?i)\b(?:to|in|into|on) (?:the )?(?:sheet )?['\"]?{re.escape(name)}\b", cell)
            ):
                return name
    return ""

"""People and places in the words of a request: whose calendar or mailbox, who writes, who is to be told, and where."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from procmem.models.simulated.entities import Mention, mentions
from procmem.models.simulated.words import NO_NAMES

_ALL = re.compile(
    r"(?i)\b(both|neither|the two|each of them|everyone|everybody|all of them|their calendars|they|together|"
    r"common|shares? with|"
    r"either|"
    r"separately)\b"
)
_LABELLED = re.compile(r"(?im)^(?:place|location|where|room|venue)\s*:\s*(\S.*)$")
_AT = re.compile(r"\b(?:at|in) (?:the )?((?:[A-Z][\w.'-]*|\d+[A-Z])(?: (?:[A-Z][\w.'-]*|\d+\w*))*)(?![:/])")
_RECEIVED = re.compile(r"(?i)\b(got|gets? (?!a\b)|receive\w*|wrote|invit\w+|mailed|about the mail|by mail from)\b")
_TO_SELF = re.compile(r"(?i)\b(?:send|mail|e-?mail|write)\b[^.;]*\bto $")
_TO_THEM = re.compile(r"(?i)\b(?:to|tell|inform|remind|notify) (?:them|both|each|all)\b")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")


def names(text: str) -> list[Mention]:
    """The people that a text seems to name outside of quotes, in order."""
    quoted = [(one.start, one.end) for one in mentions(text) if one.kind == "quoted"]
    return [
        one
        for one in mentions(text)
        if one.kind == "name"
        and not any(start <= one.start < end for start, end in quoted)
        and one.text.split()[0].lower() not in NO_NAMES
        and not re.search(r"\d", one.text)
    ]


def owners(text: str, rooms: Sequence[str], user: str) -> list[str]:
    """Whose things of a kind a text speaks of: those whose they are said to be, of several all, else who is served."""
    found = names(text)
    owned = [one.text for one in found if _owns(text, one, rooms)]
    if _ALL.search(text) and len(dict.fromkeys(one.text for one in found)) > 1:
        return list(dict.fromkeys(one.text for one in found))
    if owned:
        return list(dict.fromkeys(owned))
    for one, other in pairwise(found):
        if re.fullmatch(r"\s*(?:,|and|or|&)\s*", text[one.end : other.start]):
            return list(dict.fromkeys(name.text for name in found))
    served = [one.text for one in found if text[: one.start].endswith(("for ", "For "))]
    subjects = [one.text for one in found if re.match(r"\s+(?:has|have|had|needs?|wants?|is|will)\b", text[one.end :])]
    told = [one.text for one in found if re.search(r"(?i)\b(?:remind|notify|tell)\s+$", text[: one.start])]
    alone = [one.text for one in found] if "calendar" in rooms and len({one.text for one in found}) == 1 else []
    chosen = [*served, *subjects, *told, *alone]
    return chosen[:1] or ([user] if user else [found[0].text] if found else [])


def _owns(text: str, one: Mention, rooms: Sequence[str]) -> bool:
    kinds = "|".join(rooms)
    behind, before = text[one.end : one.end + 60], text[max(0, one.start - 60) : one.start]
    return bool(
        re.match(rf"['’]s?(?: \w+)? (?:{kinds})\b", behind)
        or re.match(rf"(?: and [A-Z]\w+)?['’]s? (?:{kinds})\b", behind)
        or re.search(rf"(?i)\b(?:{kinds}) (?:of|for) (?:[A-Z]\w+(?:,| and) )*$", before)
        or ("calendar" in rooms and re.match(r"['’]s\b", behind) and re.search(rf"(?i)\b(?:{kinds})\b", text) is None)
        or re.match(rf" (?:has|have) in the (?:{kinds})\b", behind)
    )


def sender(text: str, user: str) -> str:
    """Who writes: who is said to, else who is served."""
    for one in names(text):
        before, behind = text[: one.start], text[one.end : one.end + 24]
        if re.search(r"(?i)\bas\s+$", before) or re.match(r"['’]s name\b", behind):
            return one.text
        if re.search(r"(?i)\bfrom\s+$", before) and not _RECEIVED.search(text) and not re.match(r"['’]s\b", behind):
            return one.text
        if re.search(r"(?i)\b(?:in the name of|on behalf of|let)\s+$", before) and not behind.startswith(" know"):
            return one.text
    return user


def recipients(text: str, writer: str) -> list[str]:
    """To whom something is to be sent or said: addresses first, else the people at the words for it."""
    addresses = list(dict.fromkeys(_ADDRESS.findall(text)))
    if addresses:
        return addresses
    others = [one for one in names(text) if one.text != writer or _TO_SELF.search(text[: one.start])]
    direct = [
        one.text
        for one in others
        if re.search(
            r"(?i)\b(?:to|mail|e-?mail|tell|inform|notify|remind|ask|invite|write|send|answer|let|and|with) "
            r"(?:manager |colleague |our |the )*$",
            text[max(0, one.start - 40) : one.start],
        )
        and not re.match(r"['’]s (?:calendar|mailbox|mail|entry)", text[one.end :])
    ]
    getting = [
        one.text
        for one in others
        if re.match(r"\s+(?:gets?|is to get|needs?|should get|receives?|has to)\b", text[one.end :])
    ]
    if not direct and not getting and _TO_THEM.search(text):
        return list(dict.fromkeys(one.text for one in others))
    return list(dict.fromkeys([*getting, *direct]))


def place_in(text: str) -> str:
    """Where something takes place, or nothing."""
    match = _LABELLED.search(text)
    if match:
        return match[1].strip()
    for match in _AT.finditer(text):
        words = match[1].strip()
        if words.endswith(("'s", "’s")):
            continue
        if words.split()[0].lower() not in NO_NAMES and not text[: match.start()].endswith(("'", '"')):
            known = [one.text for one in mentions(text) if one.kind in ("quoted", "date", "time", "file", "datetime")]
            possessive = text[match.end() : match.end() + 2] in ("'s", "’s")
            if not any(words in one for one in known) and not possessive:
                return words
    return ""

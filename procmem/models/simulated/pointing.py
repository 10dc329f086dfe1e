"""Mentions by their place and their neighbours: the second date, the name behind "to", the file that is to be made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from procmem.models.simulated.context import Context
from procmem.models.simulated.entities import Mention, mentions
from procmem.models.simulated.expressions import Pick
from procmem.models.simulated.words import MAKING, TELLING

_TURNED = re.compile(
    r"(?i)\b(?:convert\w*|export\w*|turn\w*|rename\w*)\b[^;\n]*\b(?:to|into)\s+(?:an? |the )?(?:pdf |word |image |"
    r"new )?(?:file |document )?$"
)
_FORMS = frozenset("a an the pdf word excel docx xlsx file document image workbook text".split())  # noqa: SIM905
_MAKES = frozenset("create make write save new produce build generate name called".split())  # noqa: SIM905


@lru_cache(maxsize=8192)
def kinds(text: str, kind: str) -> list[Mention]:
    """The mentions of a kind in a text, in order; ``file.pdf`` are the files with that ending."""
    if kind.startswith("file."):
        return [
            mention for mention in mentions(text) if mention.kind == "file" and mention.text.lower().endswith(kind[4:])
        ]
    return [mention for mention in mentions(text) if mention.kind == kind]


def picked(pick: Pick, context: Context) -> str | None:
    """The mention that a pick points at in a context, or None."""
    text = context.text(pick.source)
    found = kinds(text, pick.kind) if text else []
    if not text or not found:
        return None
    if pick.rule == "nth":
        return found[pick.place].text if -len(found) <= pick.place < len(found) else None
    if pick.rule in ("longest", "shortest"):
        return sorted(found, key=lambda mention: len(mention.text), reverse=pick.rule == "longest")[0].text
    if pick.rule == "other":
        others = list(dict.fromkeys(mention.text for mention in found if mention.text != context.user))
        return others[pick.place] if context.user and -len(others) <= pick.place < len(others) else None
    if pick.rule in ("made", "given"):
        return by_part(text, found, pick.rule == "made")
    for mention in found:
        words = words_before(text, mention) if pick.rule == "after" else words_after(text, mention)
        if pick.word in words:
            return mention.text
    return None


def by_part(text: str, found: Sequence[Mention], made: bool) -> str | None:
    """Of several things the one that the sentence wants made, or the one that it has already; None when unclear."""
    scores = [_made(text, mention) * (1 if made else -1) for mention in found]
    best = max(scores)
    return found[scores.index(best)].text if best > 0 and scores.count(best) == 1 else None


def _made(text: str, mention: Mention) -> int:
    """How clearly the words around a mention say that it is to be made (positive), or that it is there (negative)."""
    before, after = words_before(text, mention), words_after(text, mention)[:1]
    near = before[:1]
    score = 2 * bool(MAKING & set(before[:2])) + bool(set(near) & {"as", "into", "to", "called", "new"})
    score -= 2 * bool(set(near) & {"in", "from", "of", "by", "with", "follow", "see", "per", "out", "after"})
    return score - 2 * bool(set(after) & TELLING)


def to_be_made(text: str, mention: Mention) -> bool:
    """Whether the words before a file clearly say that it is not there yet."""
    if _TURNED.search(text[max(0, mention.start - 160) : mention.start]):
        return True
    words = re.findall(r"[a-z]+", text[max(0, mention.start - 60) : mention.start].lower())
    near = [word for word in reversed(words) if word not in _FORMS][:2]
    return bool({"as", "called", "named", "new"} & set(near[:1])) or bool(_MAKES & set(near[:1]))


@lru_cache(maxsize=16384)
def words_before(text: str, mention: Mention) -> list[str]:
    """Up to three words before a mention, nearest first, in lower case."""
    return [word.strip("'\"“‘(,:;.").lower() for word in text[max(0, mention.start - 50) : mention.start].split()][
        :-4:-1
    ]


@lru_cache(maxsize=16384)
def words_after(text: str, mention: Mention) -> list[str]:
    """Up to two words after a mention in lower case; a possessive ending counts as one."""
    words = text[mention.end : mention.end + 40].replace("’s", "'s").split()[:2]
    return [word.strip('"”),:;.').lower() for word in words]

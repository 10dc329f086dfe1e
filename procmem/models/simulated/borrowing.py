"""Values that only a memory tells: a day, a mail or a file of the remembered run that nothing here speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from procmem.models.simulated.entities import as_date, mentions
from procmem.models.simulated.reading import Request
from procmem.models.simulated.roles import deed_of, role_of


def borrowed_call(tool: str, arguments: Mapping[str, Any], request: Request) -> bool:
    """Whether a call would be made with a remembered day, or for a mail, file or entry of the remembered run.

    What is made may well be called as it was before: that is what a memory is for.
    """
    remembered, known = "\n".join(request.memories), list(_known(request))
    for name, value in arguments.items():
        text = value if isinstance(value, str) else ""
        role, deed = role_of(name), deed_of(tool)
        things = role == "mail" or (role in ("path", "source") and deed == "look")
        things = things or (role == "title" and deed in ("delete", "change"))
        if things and text in remembered and not any(text in one for one in known):
            return True
    return borrowed_text((value for value in arguments.values() if isinstance(value, str)), request)


def borrowed_text(texts: Iterable[str], request: Request) -> bool:
    """Whether texts name a day that stands in the memories and nowhere here."""
    days = {day for text in texts for day in _days(text)}
    if not days:
        return False
    here = {day for text in _known(request) for day in _days(text)} | {request.today}
    return any(day not in here and day in _remembered_days(request) for day in days)


def _known(request: Request) -> Iterator[str]:
    """All that this run was told or saw."""
    yield from (request.task, request.subtask, request.history)
    yield from (one.observation for one in request.done)


def _remembered_days(request: Request) -> set[str]:
    return {day for text in request.memories for day in _days(text)}


def _days(text: str) -> Iterator[str]:
    """The days of a text, as YYYY-MM-DD."""
    for one in mentions(text):
        if one.kind in ("date", "datetime"):
            day = as_date(one.text) or as_date(one.text[:10])
            if day is not None:
                yield day.isoformat()

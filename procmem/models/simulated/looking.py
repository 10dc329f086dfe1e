"""What can be looked at without memory: what the text names, what lists then show, and where the user's things are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from procmem.models.simulated.alignment import gist
from procmem.models.simulated.entities import mentions
from procmem.models.simulated.findings import Findings, sheet_names
from procmem.models.simulated.following import Call
from procmem.models.simulated.mailing import mails_meant
from procmem.models.simulated.people import names, owners
from procmem.models.simulated.pointing import to_be_made, words_before
from procmem.models.simulated.reading import Request, Tool
from procmem.models.simulated.records import phrase_in
from procmem.models.simulated.roles import app_of, looks, role_of

__all__ = ["looking", "looks"]
_MOST_MAILS = 5
_MOST_FILES = 6
_MOST_SHEETS = 5
_MOST_OWNERS = 4
_ROOMS = {"calendar": ("calendar", "calendars"), "email": ("mailbox", "inbox", "mails", "emails")}
_ASKED = re.compile(r"(?i)^\s*(?:who|what|which|does|did|is|are|has|have|how)\b")
_INSIDE = frozenset("in into to from of folder under directory inside".split())  # noqa: SIM905
_CONVENTIONS = re.compile(
    r"(?i)\b(rules?|guides?|notes?|conventions?|how|style|policy|described|asks? for|wants?|says?)\b"
)


def looking(request: Request, text: str, known: Findings) -> Iterator[Call]:
    """Calls that change nothing, in the order of need; after each, what it brought may add others."""
    named = _own_files(request, text)
    told = [call for document in known.documents for call in _own_files(request, document.text)]
    told += [call for mail in known.mails if mail.whole for call in _own_files(request, mail.body)]
    yield from named or told[:3] or _listed_files(request, text, known)
    yield from _sheets(request)
    for tool in request.tools:
        yield from _lists(request, tool, text, named=bool(named))
    yield from _elsewhere(request)
    yield from _mails(request, text, known)
    yield from _in_folders(request, text, known)


def _roles(tool: Tool) -> set[str]:
    return {role_of(name) for name in tool.required}


def _lists(request: Request, tool: Tool, text: str, *, named: bool) -> Iterator[Call]:
    """Lists of somebody's things, and of a folder's files where the text names no file."""
    if not looks(tool.name):
        return
    if _roles(tool) == {"owner"}:
        about = f"{tool.name} {tool.description[:80]}".lower()
        mails = "mail" in about or "inbox" in about
        whose = owners(text, _ROOMS["email" if mails else "calendar"], request.user)
        if mails and request.user not in whose and phrase_in(request.user, text.lower()):
            whose = [request.user]
        if mails and _ASKED.search(text):
            whose = [*(one.text for one in names(text)), *whose]
        yield from ((tool.name, {tool.required[0]: name}) for name in list(dict.fromkeys(whose))[:_MOST_OWNERS])
    folder = next((name for name in tool.properties if role_of(name) == "folder"), None)
    if folder is not None and not tool.required and "list" in tool.name:
        folders = folders_named(text)
        if folders or not named:
            yield tool.name, {folder: folders[0] if folders else ""}


def folders_named(text: str) -> list[str]:
    """The folders a text names, by the words before them: "his/her" is none."""
    found = [one for one in mentions(text) if one.kind == "folder"]
    return [one.text.rstrip("/") for one in found if _INSIDE & set(words_before(text, one)[:2]) or "data" in one.text]


def _opener(request: Request, path: str) -> Call | None:
    """The call that reads a file with the tools at hand."""
    app = app_of(path)
    for tool in request.tools:
        if app and looks(tool.name) and "list" not in tool.name and _roles(tool) == {"path"}:
            first = tool.name.split("_", 1)[0]
            if first == app or first not in ("excel", "word", "pdf", "ocr", "files"):
                return tool.name, {tool.required[0]: path}
    return None


def _own_files(request: Request, text: str) -> list[Call]:
    """The files a text names, with their folder, that these tools can read."""
    named = [one for one in mentions(text) if one.kind == "file" and "/" in one.text]
    files = dict.fromkeys(one.text for one in named if not to_be_made(text, one))
    return [call for path in files if (call := _opener(request, path)) is not None]


def _listed_files(request: Request, text: str, known: Findings) -> list[Call]:
    """Listed files that these tools read and that the text means: by their whole name, else by words of it."""
    lowered = text.lower()
    words = gist(text)
    scored = []
    for path in known.files:
        call = _opener(request, path)
        name = path.rsplit("/", 1)[-1].lower()
        stem = re.sub(r"[\W_]+", " ", name.rsplit(".", 1)[0])
        score = (
            5.0 * phrase_in(name, lowered)
            + 0.9 * _nearly(stem, lowered)
            + len(gist(stem) & words)
            + sum(phrase_in(one, lowered) for one in stem.split())
        )
        if call is not None:
            scored.append((score, call))
    best = max((score for score, _ in scored), default=0.0)
    if best > 0:
        return [call for score, call in scored if score == best][:_MOST_FILES]
    return [call for _, call in scored] if len(scored) <= 2 else []


def _nearly(stem: str, lowered: str) -> bool:
    """Whether a text has a word that is almost one of a file's name, as when it is misspelt."""
    words = re.findall(r"[a-z]{5,}", lowered)
    return any(SequenceMatcher(None, one, word).ratio() > 0.8 for one in stem.split() if len(one) > 4 for word in words)


def _sheets(request: Request) -> Iterator[Call]:
    """Of a file that was read, its further parts: their list, then each of them."""
    for one in request.done:
        path = next((value for name, value in one.arguments.items() if role_of(name) == "path"), None)
        if one.failed or not looks(one.tool) or not isinstance(path, str):
            continue
        app = one.tool.split("_", 1)[0]
        for tool in request.tools:
            if not tool.name.startswith(f"{app}_") or not looks(tool.name) or _roles(tool) != {"path"}:
                continue
            part = next((name for name in tool.properties if role_of(name) == "sheet"), None)
            if "list" in tool.name:
                yield tool.name, {tool.required[0]: path}
            elif part is not None and "list" in one.tool:
                others = [name for name, front in sheet_names(one.observation) if not front]
                yield from ((tool.name, {tool.required[0]: path, part: name}) for name in others[:_MOST_SHEETS])


def _elsewhere(request: Request) -> Iterator[Call]:
    """A list of somebody else's that failed, once more for the one who is served."""
    for one in request.done:
        own = {name: request.user for name in one.arguments if role_of(name) == "owner"}
        if one.failed and looks(one.tool) and own and request.user:
            yield one.tool, {**one.arguments, **own}


def _mails(request: Request, text: str, known: Findings) -> Iterator[Call]:
    """Listed mails that the text speaks of, those it names most clearly first, and those that tell how things are
    done; of very few, all."""
    reader = next((tool for tool in request.tools if looks(tool.name) and _roles(tool) == {"owner", "mail"}), None)
    if reader is None:
        return
    meant = mails_meant(text, known.mails)
    if _CONVENTIONS.search(text):
        meant += [mail for mail in known.mails if gist(mail.subject) & gist(text) or _CONVENTIONS.search(mail.subject)]
    if len(known.mails) <= _MOST_MAILS:
        meant += known.mails
    for mail in list(dict.fromkeys(meant))[:_MOST_MAILS]:
        yield reader.name, {name: mail.owner if role_of(name) == "owner" else mail.id for name in reader.required}


def _in_folders(request: Request, text: str, known: Findings) -> Iterator[Call]:
    """Listed files that lie in a folder the text names."""
    folders = folders_named(text)
    inside = [path for path in known.files if any(path.startswith(f"{folder}/") for folder in folders)]
    yield from [call for path in inside if (call := _opener(request, path)) is not None][:_MOST_FILES]

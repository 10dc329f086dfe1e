"""What can be looked at without memory: what the text names, what lists then show, and where the user's things are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from procmem.models.simulated.alignment import gist
from procmem.models.simulated.entities import mentions
from procmem.models.simulated.filling import ENDINGS, Wording, fill, mails_by_fit, single_texts
from procmem.models.simulated.following import Call
from procmem.models.simulated.reading import Request, Tool

_LOOKS = ("read", "list", "recognize", "search")
_MOST_MAILS = 4
_MOST_FILES = 6
_SHEET = re.compile(r"^(\S[^\n]{0,60}?) \(\d+ rows?\b([^\n)]*)\)$", re.MULTILINE)


def looks(name: str) -> bool:
    """Whether a tool changes nothing, by its name."""
    return any(word in name.split("_") for word in _LOOKS)


def looking(request: Request, wording: Wording) -> Iterator[Call]:
    """Calls that change nothing, in the order of need; after each, what it brought may add others."""
    named = _own_files(request, wording.text)
    found = [call for text in single_texts(wording.context) for call in _own_files(request, text)]
    yield from named or found[:3]
    yield from _sheets(request)
    for tool in request.tools:
        if looks(tool.name) and "search" not in tool.name and not any("path" in name for name in tool.required):
            arguments = fill(tool, wording)
            if arguments is not None and not _one_of_many(tool):
                yield tool.name, arguments
    yield from _elsewhere(request)
    yield from _mails(request, wording)
    yield from _listed_files(request, wording)


def _one_of_many(tool: Tool) -> bool:
    return any(name.endswith("_id") for name in tool.required)


def _opener(request: Request, path: str) -> Call | None:
    """The call that reads a file with the tools at hand."""
    app = ENDINGS.get(path.rsplit(".", 1)[-1].lower(), "")
    for tool in request.tools:
        if app and tool.name.startswith(f"{app}_") and looks(tool.name) and "list" not in tool.name:
            argument = next((name for name in tool.required if "path" in name), None)
            if argument:
                return tool.name, {argument: path}
    return None


def _own_files(request: Request, text: str) -> list[Call]:
    """The files a text names that these tools can read."""
    files = dict.fromkeys(one.text for one in mentions(text) if one.kind == "file")
    return [call for path in files if (call := _opener(request, path)) is not None]


def _sheets(request: Request) -> Iterator[Call]:
    """Of a file that was read, its further parts: their list, then each of them."""
    for one in request.done:
        if one.failed or not looks(one.tool):
            continue
        app = one.tool.split("_", 1)[0]
        path = next(((name, value) for name, value in one.arguments.items() if "path" in name), None)
        for tool in request.tools if path is not None else ():
            if not tool.name.startswith(f"{app}_") or not looks(tool.name) or path is None:
                continue
            part = next((name for name in tool.properties if "sheet" in name), None)
            if "list" in tool.name and path[0] in tool.required:
                yield tool.name, {path[0]: path[1]}
            elif part is not None and "list" in one.tool:
                others = [match[1] for match in _SHEET.finditer(one.observation) if "front" not in match[2]]
                yield from ((tool.name, {path[0]: path[1], part: name}) for name in others[:4])


def _elsewhere(request: Request) -> Iterator[Call]:
    """A list of somebody else's that failed, once more for the one who is served."""
    for one in request.done:
        own = {name: request.user for name in one.arguments if name in ("username", "user")}
        if one.failed and looks(one.tool) and own and request.user:
            yield one.tool, {**one.arguments, **own}


def _mails(request: Request, wording: Wording) -> Iterator[Call]:
    """Listed mails that the text speaks of, those it names most clearly first; of very few, all."""
    reader = next((tool for tool in request.tools if looks(tool.name) and _one_of_many(tool)), None)
    owner = next((one.arguments.get("username") for one in reversed(request.done) if "username" in one.arguments), None)
    if reader is None or owner is None:
        return
    listed = mails_by_fit(wording)
    fitting = [name for score, name in listed if score > 0 or len(listed) <= 3]
    for name in fitting[:_MOST_MAILS]:
        yield reader.name, {**dict.fromkeys(reader.required, owner), reader.required[-1]: name}


def _listed_files(request: Request, wording: Wording) -> Iterator[Call]:
    """Listed files that lie in a folder the text names, or whose names hold words of the text."""
    folders = [one.text for one in mentions(wording.text) if one.kind == "folder"]
    words = gist(wording.text)
    fitting: list[Call] = []
    for one in request.done:
        for mention in mentions(one.observation) if "list" in one.tool and not one.failed else ():
            inside = any(mention.text.startswith(f"{folder.rstrip('/')}/") for folder in folders)
            alike = gist(mention.text.rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("_", " ")) & words
            call = _opener(request, mention.text) if mention.kind == "file" and (inside or alike) else None
            if call is not None:
                fitting.append(call)
    yield from fitting[:_MOST_FILES]

"""A task without memory: which agents its words call for, in which order, and who is asked once more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from procmem.models.simulated.entities import Mention, mentions
from procmem.models.simulated.exploring import SEE
from procmem.models.simulated.pointing import to_be_made
from procmem.models.simulated.reading import Done, Request, report_seen
from procmem.models.simulated.records import phrase_in
from procmem.models.simulated.roles import app_of, looks

_WORDS = {
    "excel": ("spreadsheet", "spreadsheets", "workbook", "workbooks", "excel", "xlsx"),
    "word": ("word", "docx", "doc"),
    "pdf": ("pdf", "pdfs", "image", "images", "photo", "picture", "scan"),
    "files": ("folder", "folders", "rename", "copy", "move", "text file", "txt", "csv"),
}
"""Everyday words for what an agent's description speaks of."""
_CALENDAR = re.compile(
    r"(?i)\b(calendars?|diary|diaries|agenda|events?|appointments?|meetings?|meet|schedules?|reschedul\w+|"
    r"remind (?!\w+ (?:of|to|"
    r"about)\b)\w+ that)\b"
)
_MAILS_READ = re.compile(
    r"(?i)\b(mailbox|inbox|mailed|wrote|writes?|invit\w+|my e-?mails?|the e-?mails?|from e-?mail|"
    r"e-?mails? (?:about|from|of|I|that)|"
    r"mails? (?:about|from|that)|the mail|replies|reply|answer (?:it|to|for|\w+['’]s)|forward|receive\w*|"
    r"sent)\b|['’]s e?-?mails?\b"
)
_MAILS_SENT = re.compile(
    r"(?i)\b(send\w*|mails?|e-?mails?|notify|inform|tell (?!me\b|us\b)|remind|invite|reply|answer (?:it|to|for|"
    r"\w+['’]s)|forward|pass\b.{0,24}\bon|let \w+ know|respond|"
    r"write (?:back|to))\b"
)
_TIMES = re.compile(r"(?i)\b(earlier|later|busy|busier|free|when|o'clock|today|tomorrow|appointment|commitments?)\b")
_MOST_LEFT_OVER = 2
_MOST_TIMES = 3
"""How often an agent is asked to go on where it left off."""
GO_ON = "Go on with"
"""How a subtask begins that an agent had before."""


def divided(request: Request) -> list[tuple[str, str]]:
    """Agents with what each is asked to do: who can look at what is told first, who writes to people last."""
    task = request.task
    lookers, doers = _mail_first(request), list(dict.fromkeys(_doers(request)))
    if not any("/" in one.text for one in _files(task)) and not _plain(task):
        lookers += [name for name in _serving(request, "files") if name not in doers]
    doers = doers or list(_by_things(request)) or lookers or [name for name, _ in request.team[:1]]
    lookers = [name for name in dict.fromkeys(lookers) if doers[0] != name]
    steps = [(name, f"{SEE} {task}") for name in lookers]
    if len(doers) == 1 and not steps:
        return [(doers[0], task)]
    return [*steps, *[(name, f"Do the {name} part of this task: {task}") for name in doers]]


def _plain(task: str) -> bool:
    """Whether a task carries all that it needs: a calendar's or a mail's matter with its day or its words."""
    told = {one.kind for one in mentions(task)} & {"quoted", "date", "datetime", "time"}
    return (
        bool(told)
        and bool(_CALENDAR.search(task) or _MAILS_SENT.search(task))
        and not re.search(r"(?i)\b(file|excel)\b", task)
    )


def _mail_first(request: Request) -> list[str]:
    """The mailbox's agent where mails tell what others need."""
    others = bool(_files(request.task)) or bool(_CALENDAR.search(request.task))
    return list(_serving(request, "mail")) if others and _MAILS_READ.search(request.task) else []


def _doers(request: Request) -> Iterator[str]:
    """Those whose files are given, the calendar, those whose files are to be made, then the mail."""
    task = request.task
    files = _files(task)
    given = [one for one in files if not to_be_made(task, one)]
    for one in sorted(given, key=lambda one: app_of(one.text) == "word"):
        yield from _serving(request, app_of(one.text))
    for app in _WORDS:
        if _says(task, app) and (app in ("files", "word") or not given):
            yield from _serving(request, app)
    if _CALENDAR.search(task):
        yield from _serving(request, "calendar")
    apps = {app_of(one.text) for one in given} | {app for app in ("excel", "word") if _says(task, app)}
    for one in files:
        if one not in given and not (app_of(one.text) == "pdf" and apps & {"word", "excel"}):
            yield from _serving(request, app_of(one.text))
    if _MAILS_SENT.search(task):
        yield from _serving(request, "mail")


def _says(task: str, app: str) -> bool:
    return any(phrase_in(word, task.lower()) for word in _WORDS[app])


def _files(text: str) -> list[Mention]:
    return [one for one in mentions(text) if one.kind == "file" and app_of(one.text)]


def _serving(request: Request, app: str) -> Iterator[str]:
    app = {"ocr": "pdf"}.get(app, app)
    fitting = [name for name, about in request.team if app and _serves(name, about, app)]
    yield from sorted(fitting, key=lambda name: name != app)[:1]


def _by_things(request: Request) -> Iterator[str]:
    """Where no word says whose matter a task is: days and hours are the calendar's, people's sayings the mailbox's."""
    kinds = {mention.kind for mention in mentions(request.task)}
    if kinds & {"date", "time", "datetime"} or _TIMES.search(request.task):
        yield from _serving(request, "calendar")
    elif "name" in kinds and not _files_listed(request):
        yield from _serving(request, "mail")
    else:
        yield from _serving(request, "files")


def _files_listed(request: Request) -> bool:
    """Whether the task asks for figures, which stand in files rather than in mails."""
    return bool(
        re.search(
            r"(?i)\b(score|number|total|average|highest|lowest|how many|amount|price|list|"
            r"rows?)\b",
            request.task,
        )
    )


def _serves(name: str, description: str, app: str) -> bool:
    words = re.findall(r"[a-z]+", description.lower())
    return name == app or ("folders" if app == "files" else app) in words


def elsewhere(request: Request) -> tuple[str, str] | None:
    """An agent that was not asked yet and may know more, as long as nothing was changed: mails, days, then files."""
    turns = _turns(request)
    asked = {str(one.arguments.get("agent", "")) for one in turns}
    if any(_changed(one) for one in turns) or any("/" in one.text for one in _files(request.task)):
        return None
    for app in ("mail", "calendar", "files"):
        for name in _serving(request, app):
            if name not in asked:
                return name, f"{SEE} {request.task}"
    return None


def left_over(request: Request) -> list[tuple[str, str]]:
    """Agents that nothing was handed to, though what the others saw speaks of their matters."""
    turns = _turns(request)
    asked = {str(one.arguments.get("agent", "")) for one in turns}
    seen = [one for turn in turns for one in report_seen(turn.observation)]
    read = "\n".join(line for one in seen for line in one.text.split("\n")[1:])
    agents = [name for one in _meant(request.task, read) for name in _serving(request, app_of(one))]
    lowered = read.lower() if not any("list" in one.tool for one in seen) else ""
    if "calendar" in lowered:
        agents += _serving(request, "calendar")
    if re.search(r"\b(?:mails?|reply|send)\b", lowered):
        agents += _serving(request, "mail")
    free = [agent for agent in dict.fromkeys(agents) if agent not in asked]
    return [(agent, f"Do the {agent} part of this task: {request.task}") for agent in free[:_MOST_LEFT_OVER]]


def _meant(task: str, read: str) -> list[str]:
    """The files in what was read, those first whose names the task's words meet."""
    files = list(dict.fromkeys(one.text for one in mentions(read) if one.kind == "file" and app_of(one.text)))
    lowered = task.lower()

    def alike(path: str) -> int:
        stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0].lower()
        return sum(word[:4] in lowered for word in re.findall(r"[a-z]{3,}", stem))

    return sorted((path for path in files if len(files) < 4 or alike(path)), key=lambda path: -alike(path))


def unfinished(request: Request) -> tuple[str, str] | None:
    """An agent that has only looked so far, though others have found more since; who writes to people comes last.

    Once something was changed only those are asked again whose matters are not files.
    """
    turns = _turns(request)
    asked = [str(one.arguments.get("agent", "")) for one in turns]
    last = {*_serving(request, "mail")}
    open_still = {*_serving(request, "calendar"), *last} if any(_changed(one) for one in turns) else set(asked)
    doers = {name for name, _ in divided(request)} & open_still
    for agent in sorted(dict.fromkeys(asked), key=lambda name: name in last):
        own = [place for place, name in enumerate(asked) if name == agent]
        if len(own) <= _MOST_TIMES and "\nNot finished" in turns[own[-1]].observation:
            return agent, f"{GO_ON}{' more of' * (len(own) - 1)} the {agent} part of this task: {request.task}"
        more = any(_found(turns[place]) for place in range(own[-1] + 1, len(turns)))
        if len(own) <= 2 and more and agent in doers and not any(_changed(turns[place]) for place in own):
            again = " more of" * (len(own) - 1)
            return agent, f"{GO_ON}{again} the {agent} part of this task, now that more is known: {request.task}"
    return None


def _turns(request: Request) -> list[Done]:
    return [one for one in request.done if one.tool == "delegate"]


def _changed(turn: Done) -> bool:
    return any(seen.tool and not looks(seen.tool) for seen in report_seen(turn.observation))


def _found(turn: Done) -> bool:
    return any(seen.tool for seen in report_seen(turn.observation))

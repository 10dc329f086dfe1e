"""A worker without memory: look at what the subtask names, then do what its words say, each once."""

from __future__ import annotations

from collections.abc import Iterator

from procmem.models.simulated.entities import mentions
from procmem.models.simulated.filing import file_acts
from procmem.models.simulated.findings import Findings, findings
from procmem.models.simulated.following import Call, repaired
from procmem.models.simulated.looking import looking
from procmem.models.simulated.mailing import mail_acts
from procmem.models.simulated.reading import Done, Request, past_calls, past_turns, report_seen, report_text
from procmem.models.simulated.roles import Act, app_of, called, can, deed_of, looks, role_of
from procmem.models.simulated.scheduling import calendar_acts
from procmem.models.simulated.tabling import table_acts

SEE = "Only look, change nothing:"
"""How a subtask begins that is not to change anything yet."""
_MOST_LOOKS = 14
_MOST_ACTS = 40


def explore(request: Request, *, recovers: bool) -> tuple[str, Call | None]:
    """The next call with a thought, or a report when there is nothing left that the words suggest.

    First everything is looked at that the words speak of, then done what they say, then looked at again what was done.
    """
    done = request.done
    if recovers and done and done[-1].failed:
        again = repaired(done[-1])
        if again is not None and _new(request, (done[-1].tool, again)):
            return "The error names what there is.", (done[-1].tool, again)
    text, known = wanted_text(request), findings(request)
    acts = [one for one in done if not looks(one.tool)]
    if len(done) < _MOST_LOOKS and not acts:
        for call in looking(request, text, known):
            if _new(request, call):
                return "Look first.", call
    if len(acts) < _MOST_ACTS and not request.subtask.startswith(SEE):
        for call in _suggested(request, text, known):
            if _new(request, call):
                return f"The words ask for {call[0].replace('_', ' ')}.", call
    check = _check(request) if recovers else None
    if check is not None:
        return "See whether it is as it should be.", check
    return report_text(done, finished=True), None


def wanted_text(request: Request) -> str:
    """What is asked for: the task where the subtask repeats it, else the subtask, with the task if it names little."""
    if request.task and request.task in request.subtask:
        return request.task
    return request.subtask if len(mentions(request.subtask)) > 1 else f"{request.subtask} {request.task}"


def _suggested(request: Request, text: str, known: Findings) -> Iterator[Call]:
    """The calls that the words ask for, of the tools at hand, in the order in which they are to be made."""
    for act in _acts(request, text, known):
        call = called(act, request.tools)
        if call is not None:
            yield call


def _acts(request: Request, text: str, known: Findings) -> Iterator[Act]:
    tools, made = request.tools, files_made(request)
    if can("make", tools, "owner", "start"):
        yield from calendar_acts(text, known, request.user, request.today)
    if can("append", tools, "path", "rows") or can("set", tools, "row", "column"):
        yield from table_acts(text, known)
    yield from file_acts(text, known, made)
    if can("send", tools, "recipient"):
        yield from mail_acts(text, known, request.user, made)


def files_made(request: Request) -> list[str]:
    """The files that earlier turns made, in order."""
    seen = [seen for _, report in past_turns(request.history) for seen in report_seen(report)]
    made = []
    for one in seen:
        if one.tool and not looks(one.tool):
            ends = [value for name, value in one.arguments if app_of(value) and _is_target(name, one.tool)]
            made += ends[-1:]
    return list(dict.fromkeys(made))


def _is_target(name: str, tool: str) -> bool:
    return role_of(name) in ("path", "target") and deed_of(tool) in (
        "make",
        "write",
        "convert",
        "copy",
        "move",
        "save",
        "append",
    )


def _check(request: Request) -> Call | None:
    """A look at what was changed last, where none was taken since: the same people's or file's things once more."""
    changed = next((place for place in reversed(range(len(request.done))) if _changes(request.done[place])), None)
    if changed is None or any(looks(one.tool) for one in request.done[changed:]):
        return None
    act = request.done[changed]
    values = {role_of(name): value for name, value in act.arguments.items() if isinstance(value, str)}
    values.setdefault("owner", values.get("sender") or request.user)
    for tool in request.tools:
        app, roles = act.tool.split("_", 1)[0], [role_of(name) for name in tool.required]
        if looks(tool.name) and tool.name.startswith(f"{app}_") and roles and set(roles) <= set(values):
            return tool.name, {name: values[role] for name, role in zip(tool.required, roles, strict=True)}
    return None


def _changes(done: Done) -> bool:
    return not looks(done.tool) and not done.failed


def _new(request: Request, call: Call) -> bool:
    """Whether a call was not made before, in this subtask or an earlier one."""
    return all((one.tool, one.arguments) != call for one in request.done) and call not in past_calls(request.history)

"""What speaks for and against the steps of a memory: its own reasons, observations and wording, and a run that failed.

A tool speaks for itself by the form of its observations and by its words; a value by where it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from procmem.models.simulated.alignment import carry, stems
from procmem.models.simulated.entities import Mention, key, mentions, typed
from procmem.models.simulated.records import phrase_in
from procmem.models.simulated.remembered import plain
from procmem.models.simulated.roles import ENDINGS
from procmem.models.simulated.signatures import Signature
from procmem.models.simulated.trajectories import Course, Part, Taken

_BY_NAME = {"path": "file", "username": "name", "user": "name", "sender": "name"}
"""What arguments with such words in their names hold."""
_SURE = ("file", "date", "time", "datetime", "number", "address")
_HEAD = 240
_SHORT = 3
_TOOL = re.compile(r"\b[a-z]{2,20}_[a-z]{2,20}(?:_[a-z]{2,20}){0,3}\b")
_OFFERED = re.compile(r"Arguments: ([^\n]{1,600})")
_ARGUMENT = re.compile(r"(\w+) \([^()]*(?:\([^()]*\)[^()]*)?\)")
_ENDING = re.compile(r"\.\w{2,4}$")
_NAME = re.compile(r"[A-Z]\w+(?: [A-Z]\w+){0,2}")


@dataclass(frozen=True, slots=True)
class Usage:
    """How a tool is known: the names of its arguments in calls that worked, and the forms of what it then said."""

    names: frozenset[str]
    forms: frozenset[str]


class Evidence:
    """All that a memory and a failed run tell about tools."""

    def __init__(self, memory: Course, run: Course, offered_tools: Mapping[str, Signature] | None = None) -> None:
        self.memory = memory
        self.run = run
        self.signatures = dict(offered_tools or {})

    @cached_property
    def tools(self) -> frozenset[str]:
        """Every tool that is named anywhere."""
        steps = [step for course in (self.memory, self.run) for part in course.parts for step in part.steps]
        named = {name for step in steps if step.failed for name in _TOOL.findall(step.observation[:2000])}
        named -= {name for step in steps for name in step.arguments}
        named -= {name for step in steps if step.failed for name in offered(step.observation)}
        used = {step.tool for step in steps if not self.signatures or step.tool in self.signatures}
        return frozenset(used | set(self.signatures)) if self.signatures else frozenset(named | used)

    def impossible(self, step: Taken) -> bool:
        """Whether there is no such tool, or another one takes just these arguments and this one does not."""
        own = self.signatures.get(step.tool)
        if not self.signatures or (own is not None and own.fits(step.arguments)):
            return False
        return own is None or any(one.fits(step.arguments) for one in self.signatures.values())

    def run_part(self, number: int) -> Part | None:
        """The part of the run that followed a part of the memory: of the same agent, by order."""
        agent = self.memory.parts[number].agent
        before = sum(part.agent == agent for part in self.memory.parts[:number])
        own = [part for part in self.run.parts if part.agent == agent]
        return own[min(before, len(own) - 1)] if own else None

    def failures(self, number: int, step: Taken) -> list[Taken]:
        """The failed calls of the run that this step of a part of the memory may have caused."""
        part = self.run_part(number)
        return [one for one in part.steps if one.failed and one.tool == step.tool] if part else []

    def misused(self, number: int, step: Taken) -> bool:
        """Whether the run was told that the call itself can not be: no such tool, or no such arguments."""
        errors = [one.observation for one in self.failures(number, step)]
        return any(offered(error) or "no tool" in error for error in errors)

    def blamed(self, number: int, step: Taken, name: str) -> bool:
        """Whether the run was told that its value of an argument is wrong."""
        failures = self.failures(number, step)
        values = [(plain(one.arguments[name]), one.observation) for one in failures if name in one.arguments]
        return any(len(value) > 1 and value.lower() in error.lower() for value, error in values)

    def known_usages(self, step: Taken) -> dict[str, Usage]:
        """How tools are used in the run where they worked, and in the memory's other steps."""
        others = [one for part in self.memory.parts for one in part.steps if one is not step]
        worked = [one for part in self.run.parts for one in part.steps if not one.failed]
        return usages([*worked, *others])

    def others_of(self, name: str, step: Taken) -> list[str]:
        """What an argument of this name is in the memory's other steps and in those of the run that worked."""
        others = [one for part in self.memory.parts for one in part.steps if one is not step]
        worked = [one for part in self.run.parts for one in part.steps if not one.failed]
        return [plain(one.arguments[name]) for one in (*others, *worked) if name in one.arguments]

    def wanted(self, name: str, step: Taken) -> str:
        """The one sort that an argument of this name has elsewhere, or that its name tells; nothing where it varies."""
        sorts = Counter(sort_of(one) for one in self.others_of(name, step))
        if sorts and sorts.most_common(1)[0][1] > sorts.total() // 2 + 1:
            sort = sorts.most_common(1)[0][0]
            return sort if len(sorts) <= 2 and sort in _SURE else ""
        return next((sort for word, sort in _BY_NAME.items() if word in name.split("_")), "")

    def tool_score(self, tool: str, step: Taken, description: str) -> float:
        """How much speaks for a tool being what a remembered step used."""
        score = 0.0
        head = step.observation[:_HEAD]
        usage = self.known_usages(step).get(tool)
        if tool in self.signatures:
            score += 2.0 if self.signatures[tool].fits(step.arguments) else -2.0
        if usage is not None:
            score += 3.0 if form(step.observation) in usage.forms else -3.0 * bool(head and usage.forms)
            score += 1.0 if frozenset(step.arguments) <= usage.names else -2.0
        words = stems(tool.partition("_")[2].replace("_", " "))
        score += 1.2 * len(words & stems(head.split("\n")[0])) + 0.8 * len(words & stems(step.thought))
        return score + 0.3 * len(words & stems(description)) - 0.25 * len(words)

    def contradicted(self, tool: str, step: Taken) -> bool:
        """Whether a step's observation has a form that its tool never had elsewhere."""
        usage = self.known_usages(step).get(tool)
        if usage is None or not usage.forms or not step.observation:
            return False
        return form(step.observation) not in usage.forms

    def echoed(self, name: str, step: Taken) -> str | None:
        """What the step's observation says in the place where this tool's others repeat an argument."""
        others = [one for part in self.memory.parts for one in part.steps if one is not step]
        worked = [one for part in self.run.parts for one in part.steps if not one.failed]
        for other in (*worked, *others):
            value = plain(other.arguments.get(name)) if name in other.arguments else ""
            head = other.observation[:_HEAD].split("\n")[0]
            if len(value) < 2 or other.tool != step.tool or not names_itself(value, head):
                continue
            start = head.find(value)
            found = carry(head, start, start + len(value), step.observation[:_HEAD].split("\n")[0])
            if found and typed(found).kind == typed(value).kind:
                return found.strip(" .:")
        return None


def usages(steps: Iterable[Taken]) -> dict[str, Usage]:
    """Each tool of some steps that worked, with its usage."""
    found: dict[str, Usage] = {}
    for step in steps:
        old = found.get(step.tool, Usage(frozenset(), frozenset()))
        forms = old.forms | ({form(step.observation)} if step.observation else set())
        found[step.tool] = Usage(old.names | frozenset(step.arguments), forms)
    return found


def form(observation: str) -> str:
    """The first line of an observation without what it names."""
    line = observation[:_HEAD].split("\n")[0]
    shown, position = "", 0
    for mention in mentions(line):
        if mention.start >= position:
            shown += line[position : mention.start] + "*"
            position = mention.end
    return re.sub(r"[\s*'\"]+", " ", shown + line[position:]).strip(" .:").lower()


def offered(error: str) -> tuple[str, ...]:
    """The names of arguments that an error lists."""
    match = _OFFERED.search(error[:3000])
    return tuple(_ARGUMENT.findall(match[1])) if match else ()


# --- values -----------------------------------------------------------------------------------------------------------


def accounted(value: str, name: str, step: Taken, part: Part, known: Iterable[str]) -> bool:
    """Whether a value stands in what was asked or seen before its step, in its reason, or in its fellows."""
    if len(value) < _SHORT or any(plain(one.arguments.get(name)) == value for one in part.steps if one is not step):
        return True
    wanted, lowered = key(value), value.lower()
    texts = (step.observation[:_HEAD], step.thought, part.subtask, *known)
    for text in texts:
        if phrase_in(lowered, text.lower()) or any(key(one.text) == wanted for one in mentions(text)):
            return True
    return _composed(value, texts)


def _composed(value: str, texts: Sequence[str]) -> bool:
    """Whether a value of several words is put together from what is known: each of its words, or day and hour."""
    words = re.findall(r"\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}|[^\W_]{3,}", value.lower())
    known = " ".join(texts).lower()
    told = sum(phrase_in(word, known) for word in words)
    several = len(re.findall(r"\w+", value)) > 1 and bool(words)
    return several and (told == len(words) or (len(words) > 3 and 3 * told >= 2 * len(words)))


def sort_of(value: str) -> str:
    """What a value is: a file, a person, a moment, a number, or any text."""
    kind = typed(value).kind
    if kind == "text" or not value:
        return "name" if _NAME.fullmatch(value) else "text"
    return kind


def names_itself(value: str, observation: str) -> bool:
    """Whether the head of an observation repeats a value, also a short one."""
    return bool(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", observation[:_HEAD], re.IGNORECASE))


def spoken_for(value: str, name: str, step: Taken, part: Part) -> float:
    """How much speaks for another value of an argument: what the step brought, why it was made, what was asked."""
    lowered = value.lower()
    score = 3.0 * phrase_in(lowered, step.observation[:_HEAD].lower()) + 2.0 * phrase_in(lowered, step.thought.lower())
    score += 1.5 * phrase_in(lowered, part.subtask.lower())
    score += 1.0 * any(plain(one.arguments.get(name)) == value for one in part.steps if one is not step)
    ending = ENDINGS.get(value.rsplit(".", 1)[-1].lower()) if typed(value).kind == "file" else None
    if ending is not None and step.tool.split("_")[0] in ENDINGS.values():
        score += 1.0 if ending == step.tool.split("_")[0] else -1.0
    return score - 4.0 * any(plain(other) == value for key_, other in step.arguments.items() if key_ != name)


def trusted(value: str, name: str, step: Taken, part: Part) -> bool:
    """Whether another step of the part has the same value under the same name, and no other argument here has it."""
    fellows = any(plain(one.arguments.get(name)) == value for one in part.steps if one is not step)
    return fellows and not doubled(value, name, step)


def doubled(value: str, name: str, step: Taken) -> bool:
    """Whether two arguments of a step have one value."""
    others = [plain(other) for other_name, other in step.arguments.items() if other_name != name]
    return len(value) >= _SHORT and value in others


def alternatives(value: str, name: str, step: Taken, part: Part) -> Iterator[str]:
    """Values that may belong in the place of a remembered one: of its kind nearby, and those of its fellows."""
    kind, ending = typed(value).kind, _ENDING.search(value)
    foreign = not phrase_in(value.lower(), step.observation[:_HEAD].lower())
    for text in (step.observation[:_HEAD], step.thought, part.subtask):
        for mention in mentions(text):
            opening = mention.kind == "name" and mention.start == 0
            kindred = _kindred(mention, kind, value) or (foreign and kind == "text" and mention.kind == "name")
            if (
                kindred
                and not opening
                and key(mention.text) != key(value)
                and (not ending or ending[0] in mention.text)
            ):
                yield mention.text
    for other in part.steps:
        found = plain(other.arguments.get(name)) if other is not step and name in other.arguments else ""
        if found and found != value:
            yield found


def _kindred(mention: Mention, kind: str, value: str) -> bool:
    if kind == "text":
        return mention.kind == ("name" if _NAME.fullmatch(value) else "quoted")
    return mention.kind == kind

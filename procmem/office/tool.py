"""Tools: plain typed functions that models can call, and the one way to call them.

A tool is written as ``def read_file(office: Office, file_path: str, sheet_name: str = "") -> str`` with a docstring
whose ``Args:`` section describes the arguments; both become the schema that models see and that calls are checked with.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, get_origin, get_type_hints

from procmem.errors import ToolError
from procmem.office.excerpt import LONGEST_OBSERVATION, excerpt
from procmem.office.jail import nearest
from procmem.types import JsonObject, ToolSpec

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from procmem.office.workspace import Office

_PAGED_DOC = "First line to show, from 1, to read on in a long text."


@dataclass(frozen=True, slots=True)
class Tool:
    """One typed function of an app. A ``long`` tool also takes start_line, to read on where its text was cut."""

    app: str
    action: str
    function: Callable[..., str]
    long: bool = False

    @property
    def name(self) -> str:
        """How models call it: "excel_read_file"."""
        return f"{self.app}_{self.action}"

    @property
    def spec(self) -> ToolSpec:
        """Name, description and JSON schema, as a model sees them; made at first use."""
        return _spec(self)


@dataclass(frozen=True, slots=True)
class App:
    """A group of tools under one name."""

    name: str
    description: str
    tools: tuple[Tool, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """What a tool call showed the agent; ``failed`` when it is an error."""

    text: str
    failed: bool


def tool(app: str, *, long: bool = False) -> Callable[[Callable[..., str]], Tool]:
    """Make a Tool of a function; its action is the function's name without a closing underscore."""
    return lambda function: Tool(app, function.__name__.rstrip("_"), function, long)


def use(office: Office, tools: Mapping[str, Tool], name: str, arguments: JsonObject) -> Observation:
    """Call a tool by its full name. Whatever the agent did wrong comes back as a failed observation that says so.

    Any exception that escapes is a bug of a tool, not a mistake of an agent.
    """
    chosen = tools.get(name)
    if chosen is None:
        return Observation(_unknown(name, tools), failed=True)
    try:
        values = _validated(chosen, arguments)
        start = values.pop("start_line", 1) if chosen.long else 1
        return Observation(excerpt(chosen.function(office, **values), start, again=chosen.long), failed=False)
    except ToolError as error:
        return Observation(str(error)[:LONGEST_OBSERVATION], failed=True)


def _unknown(name: str, tools: Mapping[str, Tool]) -> str:
    near = nearest(name, tools)
    if near:
        return f"There is no tool {name!r}. The nearest are: {', '.join(near)}."
    return f"There is no tool {name!r}. The tools are: {', '.join(sorted(tools)) or 'none'}."


# --- from function to schema -----------------------------------------------------------------------------------------


@cache
def _spec(tool: Tool) -> ToolSpec:
    schema = _arguments(tool).model_json_schema()
    schema.pop("title", None)
    schema.pop("description", None)
    for argument in schema["properties"].values():
        argument.pop("title", None)
    return ToolSpec(tool.name, _summary(tool.function), schema)


@cache
def _arguments(tool: Tool) -> type[BaseModel]:
    """The pydantic model of a tool's arguments: forgiving about numbers and lists written as text, and only there."""
    from pydantic import ConfigDict, Field, create_model

    described = _described(tool.function)
    hints = get_type_hints(tool.function)
    fields: dict[str, Any] = {}
    for parameter in list(inspect.signature(tool.function).parameters.values())[1:]:
        default = ... if parameter.default is parameter.empty else parameter.default
        kind = _forgiving(hints[parameter.name])
        fields[parameter.name] = (kind, Field(default, description=described[parameter.name]))
    if tool.long:
        fields["start_line"] = (int, Field(1, ge=1, description=_PAGED_DOC))
    config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    return create_model(f"{tool.name}_arguments", __config__=config, **fields)


def _forgiving(hint: Any) -> Any:
    """Lists may come as JSON text, and a list of names as one name: models often write them so."""
    if get_origin(hint) is not Sequence:
        return hint
    from pydantic import BeforeValidator

    return Annotated[hint, BeforeValidator(_as_list, json_schema_input_type=hint)]


def _as_list(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not value.strip():
        return []
    try:
        parsed = json.loads(value)
    except ValueError:
        return [value]
    return parsed if isinstance(parsed, list) else [value]


def _summary(function: Callable[..., str]) -> str:
    text = inspect.getdoc(function) or ""
    return " ".join(text.split("Args:")[0].split())


@cache
def _described(function: Callable[..., str]) -> dict[str, str]:
    """The ``Args:`` section of a Google-style docstring: name -> description."""
    section = (inspect.getdoc(function) or "").partition("Args:")[2]
    found = re.findall(r"^    (\w+): (.*(?:\n {8,}.*)*)", section, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


# --- from call to values ---------------------------------------------------------------------------------------------


def _validated(tool: Tool, arguments: JsonObject) -> dict[str, Any]:
    from pydantic import ValidationError

    model = _arguments(tool)
    given = {name: _clean(value) for name, value in arguments.items() if value is not None}
    try:
        return dict(model.model_validate(given))
    except ValidationError as error:
        problems = "; ".join(dict.fromkeys(_problem(detail, model) for detail in error.errors(include_url=False)))
        raise ToolError(f"{tool.name}: {problems}. Arguments: {_usage(model)}.") from error


def _clean(value: Any) -> Any:
    """The value without lone surrogates, which JSON may carry but no file can hold: each becomes "?"."""
    match value:
        case str():
            return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
        case list():
            return [_clean(item) for item in value]
        case _:
            return value


def _problem(detail: ErrorDetails, model: type[BaseModel]) -> str:
    name = str(detail["loc"][0]) if detail["loc"] else "the arguments"
    match detail["type"]:
        case "missing":
            return f"the argument {name!r} is missing"
        case "extra_forbidden":
            near = nearest(name, model.model_fields)
            return f"there is no argument {name!r}" + (f" (did you mean {near[0]!r}?)" if near else "")
        case _:
            message = detail["msg"][:1].lower() + detail["msg"][1:]
            return f"the argument {name!r} is {_shortened(detail['input'])}, but {message}"


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


@cache
def _usage(model: type[BaseModel]) -> str:
    """All arguments with their kinds: "file_path (text), row_idx (whole number), sheet_name (text, optional)"."""
    schema = model.model_json_schema()
    required = schema.get("required", ())
    return ", ".join(
        f"{name} ({_kind(argument)}{'' if name in required else ', optional'})"
        for name, argument in schema["properties"].items()
    )


def _kind(schema: JsonObject) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_kind(option) for option in schema["anyOf"])
    match schema.get("type"):
        case "array":
            return f"list of {_kind(schema['items'])}"
        case "integer":
            return "whole number"
        case "string":
            return "text"
        case "null":
            return "nothing"
        case "boolean":
            return "true or false"
        case other:
            return str(other)

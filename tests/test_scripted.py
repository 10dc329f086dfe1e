"""The scripted model."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from procmem.errors import Cancelled, ModelFailed
from procmem.models.scripted import Asked, ScriptedModel, calling
from procmem.types import Message, Reply, ToolCall, ToolSpec

LIST = ToolSpec("files_list", "List files.", {"type": "object", "properties": {}})
HELLO = [{"role": "user", "content": "hello"}]


def test_it_says_its_lines_in_order() -> None:
    model = ScriptedModel(["one", Reply("two", cost=0.5), calling("files_list", {"path": "data"}, thought="look")])
    replies = [model.complete("act", HELLO, [LIST]) for _ in range(3)]
    assert [reply.text for reply in replies] == ["one", "two", "look"]
    assert replies[1].cost == 0.5
    assert replies[2].tool_calls == (ToolCall("call_files_list", "files_list", {"path": "data"}),)


def test_it_records_what_it_was_asked_as_it_was_then() -> None:
    model = ScriptedModel(["one"])
    messages = [{"role": "user", "content": "hello"}]
    model.complete("plan", messages, [LIST])
    messages[0]["content"] = "changed later"
    assert model.asked == [Asked("plan", ({"role": "user", "content": "hello"},), ("files_list",))]


def test_an_error_in_the_script_is_raised() -> None:
    with pytest.raises(ModelFailed, match="no luck"):
        ScriptedModel([ModelFailed("no luck")]).complete("act", HELLO)


def test_a_function_in_the_script_sees_the_request() -> None:
    model = ScriptedModel([lambda messages, tools: Reply(f"{messages[-1]['content']} {tools[0].name}")])
    assert model.complete("act", HELLO, [LIST]).text == "hello files_list"


def test_a_script_at_its_end_says_so_and_for_which_call() -> None:
    model = ScriptedModel(["one"], name="large")
    model.complete("act", HELLO)
    with pytest.raises(ModelFailed) as caught:
        model.complete("report", HELLO)
    assert str(caught.value) == "The script of large has 1 lines, but call 2 came (report; last message: 'hello')."


def test_a_cancelled_run_uses_up_no_line() -> None:
    stop = threading.Event()
    stop.set()
    model = ScriptedModel(["one"])
    with pytest.raises(Cancelled):
        model.complete("act", HELLO, stop=stop)
    assert model.complete("act", HELLO).text == "one"


def test_a_function_that_hangs_is_given_up_when_the_run_is_cancelled_or_its_time_is_up() -> None:
    release, stop = threading.Event(), threading.Event()

    def hang(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Reply:
        stop.set()
        release.wait()
        return Reply("too late")

    with pytest.raises(Cancelled):
        ScriptedModel([hang]).complete("act", HELLO, stop=stop)
    with pytest.raises(ModelFailed, match=r"scripted gave no answer within 0\.05 s"):
        ScriptedModel([hang]).complete("act", HELLO, seconds=0.05)
    release.set()

"""Servers of one's own: which calls go to them straight, and what those calls bear."""

from __future__ import annotations

import socket

import pytest

from procmem.errors import ModelFailed
from procmem.models.litellm_model import LiteLLMModel
from procmem.models.straight import completions_url, sent_unchanged
from procmem.types import ToolCall
from tests.openai_server import Answer, OpenAIServer

HELLO = [{"role": "user", "content": "hello"}]


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("http://localhost:8000/v1", "http://localhost:8000/v1/chat/completions"),
        ("https://models.lan/v1/", "https://models.lan/v1/chat/completions"),
        ("http://[::1]:8000/v1/chat/completions", "http://[::1]:8000/v1/chat/completions"),
        ("http://ann:secret@models.lan/v1", None),
        ("http://models.lan/v1?version=2", None),
        ("http://models.lan:many/v1", None),
        ("models.lan/v1", None),
    ],
)
def test_a_server_is_asked_straight_unless_its_address_holds_more(base: str, url: str | None) -> None:
    assert completions_url(base) == url


@pytest.mark.parametrize(
    ("model", "unchanged"),
    [("qwen2.5", True), ("gpt-4o", False), ("o3-mini", False), ("gpt-5-of-ours", False), ("responses/qwen2.5", False)],
)
def test_a_model_that_litellm_knows_something_about_is_left_to_litellm(model: str, unchanged: bool) -> None:
    assert sent_unchanged(model, {"temperature": 0.0, "seed": 0, "max_tokens": 9}) is unchanged


def model(server: OpenAIServer) -> LiteLLMModel:
    return LiteLLMModel("openai/m", api_base=server.url, pause=0.01)


def test_a_line_that_the_server_closed_meanwhile_is_opened_anew() -> None:
    with OpenAIServer(repeat="text") as server:
        asked = model(server)
        first = asked.complete("act", HELLO)
        for line in tuple(server.lines):
            line.shutdown(socket.SHUT_RDWR)
        second = asked.complete("act", HELLO)
    assert [first.retries, second.retries] == [0, 0]


def test_several_calls_share_a_line() -> None:
    with OpenAIServer(repeat="text") as server:
        asked, lines = model(server), set()
        for _ in range(3):
            asked.complete("act", HELLO)
            lines |= {line.getpeername() for line in server.lines}
    assert len(lines) <= 2  # a thread reports back idle a moment after its answer is out


def test_a_server_that_has_moved_is_followed() -> None:
    with OpenAIServer(["moved", "text"]) as server:
        reply = model(server).complete("act", HELLO)
    assert (reply.text, reply.retries, len(server.requests)) == ("All is well.", 0, 2)


def test_nothing_is_sent_for_what_a_message_does_not_hold() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    with OpenAIServer(["text"]) as server:
        model(server).complete("act", [*HELLO, {"role": "assistant", "content": None, "tool_calls": [call]}])
    assert server.requests[0].body["messages"][1] == {"role": "assistant", "tool_calls": [call]}


def test_thoughts_in_the_text_are_no_part_of_the_answer() -> None:
    with OpenAIServer([Answer("<think>Hm.</think>Seven.")]) as server:
        assert model(server).complete("act", HELLO).text == "Seven."


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"choices": [7]}', "openai/m gave an answer that is no chat completion"),
        (
            b'{"choices": [{"message": {"tool_calls": [{"id": 1}]}}]}',
            "openai/m gave an answer that is no chat completion",
        ),
        (b'{"error": {"message": "The model is loading"}}', "openai/m .*The model is loading"),
    ],
)
def test_an_answer_of_another_form_is_a_failure_that_names_the_model(body: bytes, sentence: str) -> None:
    with OpenAIServer(repeat=body) as server:
        asked = model(server)
        with pytest.raises(ModelFailed, match=sentence):
            asked.complete("act", HELLO)


def test_arguments_that_come_as_an_object_are_read_all_the_same() -> None:
    body = (
        b'{"choices": [{"message": {"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": {"a": 1}}}]}}]}'
    )
    with OpenAIServer([body]) as server:
        assert model(server).complete("act", HELLO).tool_calls == (ToolCall("c", "f", {"a": 1}),)

"""The LiteLLM adapter against a real HTTP server that misbehaves."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from procmem.errors import Cancelled, ModelFailed
from procmem.models.litellm_model import LiteLLMModel
from procmem.types import Reply, ToolCall, ToolSpec, Usage
from tests.openai_server import Answer, OpenAIServer

LIST = ToolSpec("files_list", "List files.", {"type": "object", "properties": {"path": {"type": "string"}}})
HELLO = [{"role": "user", "content": "hello"}]
PLAIN = "openai/test-model"
KNOWN = "openai/gpt-4o"
"""litellm asks for models that it knows; a server's own model is asked straight."""


def model(server: OpenAIServer, name: str = "openai/test-model", **options: Any) -> LiteLLMModel:
    return LiteLLMModel(name, api_base=server.url, pause=0.01, **options)


def ask(server: OpenAIServer, *, name: str = PLAIN, seconds: float = 5.0, stop: threading.Event | None = None) -> Reply:
    return model(server, name).complete("act", HELLO, [LIST], seconds=seconds, stop=stop)


def test_a_text_comes_with_its_usage_and_without_a_cost_when_no_price_is_known() -> None:
    with OpenAIServer(["text"]) as server:
        reply = ask(server)
    assert (reply.text, reply.tool_calls, reply.usage) == ("All is well.", (), Usage(11, 7))
    assert (reply.cost, reply.model, reply.retries) == (None, "openai/test-model", 0)
    assert reply.seconds > 0


def test_the_request_carries_messages_tools_temperature_and_seed_unchanged() -> None:
    with OpenAIServer(["text"]) as server:
        model(server, temperature=0.3, seed=5, max_tokens=99).complete("plan", HELLO, [LIST])
    body = server.requests[0].body
    assert body == {
        "model": "test-model",
        "messages": [{"role": "user", "content": "hello"}],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "files_list",
                    "description": "List files.",
                    "parameters": {"type": "object", "properties": {"path": {"type": "string"}}},
                },
            }
        ],
        "temperature": 0.3,
        "seed": 5,
        "max_tokens": 99,
    }


def test_a_tool_call_arrives_as_an_object() -> None:
    with OpenAIServer(["tool call"]) as server:
        reply = ask(server)
    assert reply.tool_calls == (ToolCall("call_1", "files_list", {"path": "data"}),)
    assert reply.text == ""


def test_several_tool_calls_keep_their_order_and_an_unknown_tool_is_left_to_the_agent() -> None:
    with OpenAIServer([Answer("Both.", [("files_list", {"path": "a"}), ("rocket_launch", {})])]) as server:
        reply = ask(server)
    assert [(call.id, call.name, call.arguments) for call in reply.tool_calls] == [
        ("call_1", "files_list", {"path": "a"}),
        ("call_2", "rocket_launch", {}),
    ]


@pytest.mark.parametrize(
    ("behaviour", "raw"),
    [
        ("wrong json in arguments", '{"path": "data'),
        ("arguments are a list", '["data"]'),
        ("huge arguments", "y" * 2000),
    ],
)
def test_arguments_that_are_no_json_object_are_kept_raw_and_cut(behaviour: str, raw: str) -> None:
    with OpenAIServer([behaviour]) as server:
        reply = ask(server)
    assert reply.tool_calls == (ToolCall("call_1", "files_list", {}, malformed=raw),)


def test_a_known_model_has_a_price() -> None:
    with OpenAIServer([Answer("hi", usage=(1_000_000, 100_000))]) as server:
        reply = model(server, "openai/gpt-4o").complete("act", HELLO)
    assert reply.cost == pytest.approx(2.5 + 1.0)


def test_unknown_usage_is_none_and_so_is_its_cost() -> None:
    with OpenAIServer(["no usage"]) as server:
        reply = model(server, "openai/gpt-4o").complete("act", HELLO)
    assert (reply.text, reply.usage, reply.cost) == ("Uncounted.", None, None)


def test_a_two_megabyte_answer_arrives_whole() -> None:
    with OpenAIServer(["huge"]) as server:
        assert len(ask(server).text) == 2_000_000


def test_a_refusal_is_the_text_of_the_reply() -> None:
    with OpenAIServer(["refusal"]) as server:
        assert ask(server).text == "I can not help with that."


@pytest.mark.parametrize(
    ("behaviour", "seconds"),
    [
        ("429", 5.0),
        ("500", 5.0),
        ("503", 5.0),
        ("html", 5.0),
        ("html ok", 5.0),
        ("plain text", 5.0),
        ("a list", 5.0),
        ("wrong shape", 5.0),
        ("truncated", 5.0),
        ("cut off", 5.0),
        ("drop", 5.0),
        ("empty", 5.0),
        ("no choices", 5.0),
        ("hang", 0.3),
        ("trickle", 0.3),
    ],
)
@pytest.mark.parametrize("name", [PLAIN, KNOWN])
def test_one_failure_is_followed_by_another_attempt(behaviour: str, seconds: float, name: str) -> None:
    with OpenAIServer([behaviour, "text"]) as server:
        reply = ask(server, name=name, seconds=seconds)
    assert (reply.text, reply.retries, len(server.requests)) == ("All is well.", 1, 2)


@pytest.mark.parametrize(
    ("behaviour", "requests", "sentence"),
    [
        ("500", 4, "openai/test-model failed on the server (status 500): The server had an error. (4 attempts)"),
        ("html", 4, "openai/test-model failed on the server (status 502): 502 Bad Gateway. (4 attempts)"),
        (
            "drop",
            4,
            "The server of openai/test-model broke the connection "
            "(Server disconnected without sending a response). (4 attempts)",
        ),
        (
            "html ok",
            2,
            "openai/test-model gave an answer that is no chat completion. Is the address right? (2 attempts)",
        ),
        (
            "truncated",
            2,
            "openai/test-model gave an answer that is no chat completion. Is the address right? (2 attempts)",
        ),
        ("empty", 2, "openai/test-model gave an empty answer. (2 attempts)"),
        ("no choices", 2, "openai/test-model gave an empty answer. (2 attempts)"),
        (
            "hang",
            2,
            "openai/test-model gave no answer within 0.3 s. Try again, or raise the time limit per call. (2 attempts)",
        ),
        (
            "429 for an hour",
            1,
            "openai/test-model refuses more requests for now: Quota used up. It asks to wait 3600 s.",
        ),
        ("400", 1, "openai/test-model refused the request (status 400). The server says: messages: too many images."),
        (
            "too long",
            1,
            "The conversation is too long for openai/test-model. The server says: "
            "This model's maximum context length is 4096 tokens. However, you requested 9000.",
        ),
        (
            "404",
            1,
            "There is no model openai/test-model at that address. "
            "The server says: The model `test-model` does not exist.",
        ),
        ("content filter", 1, "The provider's content filter withheld the answer of openai/test-model."),
        ("cut by length", 1, "openai/test-model used up its tokens before it said anything. Raise max_tokens."),
    ],
)
def test_a_lasting_failure_ends_in_one_sentence(behaviour: str, requests: int, sentence: str) -> None:
    with OpenAIServer(repeat=behaviour) as server, pytest.raises(ModelFailed) as caught:
        ask(server, seconds=0.3 if behaviour == "hang" else 5.0)
    assert str(caught.value) == sentence
    assert caught.value.__suppress_context__
    assert len(server.requests) == requests


def test_retry_after_is_honoured_instead_of_our_own_wait() -> None:
    stop = threading.Event()
    too_late = threading.Timer(30, stop.set)
    too_late.start()
    with OpenAIServer(["429", "text"]) as server:
        patient = LiteLLMModel("openai/test-model", api_base=server.url, pause=3600)
        assert patient.complete("act", HELLO, stop=stop).text == "All is well."
    too_late.cancel()


def test_a_wrong_key_is_named_by_its_variable_and_never_by_its_value() -> None:
    with OpenAIServer(repeat="401") as server, pytest.raises(ModelFailed) as caught:
        model(server, api_key="sk-fake-0123456789abcdef").complete("act", HELLO)
    assert server.requests[0].headers["authorization"] == "Bearer sk-fake-0123456789abcdef"
    assert "OPENAI_API_KEY" in str(caught.value)
    assert "Incorrect API key provided: ***" in str(caught.value)
    assert "0123456789abcdef" not in str(caught.value)


def test_a_server_that_nobody_runs_is_unreachable() -> None:
    with OpenAIServer() as server:
        gone = model(server)
    with pytest.raises(ModelFailed, match=r"The server of openai/test-model can not be reached .*Connection refused"):
        gone.complete("act", HELLO)


def test_a_hanging_call_is_given_up_when_the_run_is_cancelled() -> None:
    stop = threading.Event()
    with OpenAIServer(repeat="hang") as server:
        threading.Timer(0.2, stop.set).start()
        with pytest.raises(Cancelled):
            ask(server, stop=stop, seconds=60)


def test_a_wait_between_attempts_is_given_up_when_the_run_is_cancelled() -> None:
    stop = threading.Event()
    with OpenAIServer(repeat="500") as server:
        threading.Timer(0.2, stop.set).start()
        with pytest.raises(Cancelled):
            LiteLLMModel("openai/test-model", api_base=server.url, pause=60).complete("act", HELLO, stop=stop)
    assert len(server.requests) == 1


def test_a_cancelled_run_asks_nothing_at_all() -> None:
    stop = threading.Event()
    stop.set()
    with OpenAIServer() as server, pytest.raises(Cancelled):
        ask(server, stop=stop)
    assert server.requests == []


def test_a_server_that_refuses_tools_gets_them_in_the_prompt_from_then_on() -> None:
    said = 'I look.\n```json\n{"tool": "files_list", "arguments": {"path": "data"}}\n```'
    with OpenAIServer(["no tools", Answer(said), Answer("Done.")]) as server:
        stubborn = model(server)
        first = stubborn.complete("act", HELLO, [LIST])
        second = stubborn.complete("act", HELLO, [LIST])
    assert (first.text, first.tool_calls[0].name, first.tool_calls[0].arguments) == (
        "I look.",
        "files_list",
        {"path": "data"},
    )
    assert (second.text, second.tool_calls) == ("Done.", ())
    assert ["tools" in request.body for request in server.requests] == [True, False, False]
    assert "- files_list: List files." in server.requests[1].body["messages"][0]["content"]
    assert stubborn.native_tools is False


def test_a_model_known_to_lack_tools_is_not_even_asked_for_them() -> None:
    with OpenAIServer(["text"]) as server:
        model(server, "openai/gpt-3.5-turbo-16k").complete("act", HELLO, [LIST])
    assert "tools" not in server.requests[0].body


def test_many_threads_share_one_model() -> None:
    replies: dict[int, str] = {}
    with OpenAIServer(latency=0.05) as server:
        shared = model(server)

        def one(number: int) -> None:
            replies[number] = shared.complete("act", [{"role": "user", "content": f"n{number}"}]).text

        threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert replies == {number: f"You said: n{number}" for number in range(8)}


def test_the_environment_can_point_to_any_compatible_server_and_nothing_is_printed(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=sk-from-a-stray-dotenv\n")
    code = (
        "from procmem.models.litellm_model import LiteLLMModel\n"
        "print(LiteLLMModel('openai/test-model').complete('act', [{'role': 'user', 'content': 'hello'}]).text)"
    )
    plain = {key: value for key, value in os.environ.items() if "OPENAI" not in key}
    root = str(Path(__file__).parent.parent)
    with OpenAIServer(["500", "text"]) as server:
        ran = subprocess.run(
            [sys.executable, "-c", code],
            env={**plain, "OPENAI_API_BASE": server.url, "PYTHONPATH": root},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert (ran.stdout, ran.stderr) == ("All is well.\n", "")
    assert server.requests[0].headers["authorization"] == "Bearer none"

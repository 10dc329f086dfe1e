"""What errors of providers mean."""

from __future__ import annotations

import pytest

from procmem.models.failures import understood
from procmem.models.retries import AttemptFailed


class ProviderError(Exception):
    """An error as litellm shows them."""

    def __init__(self, status_code: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status_code, self.message, self.litellm_response_headers = status_code, message, headers


def judge(status: int, message: str, *, headers: dict[str, str] | None = None, tools: bool = True) -> AttemptFailed:
    return understood(ProviderError(status, message, headers), "openai/m", 30, with_tools=tools)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "litellm.BadRequestError: OpenAIException - registry.ollama.ai/library/m does not support tools"),
        (400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
        (404, "No endpoints found that support tool use."),
        (422, "Extra inputs are not permitted: tools"),
        (500, "tools param requires --jinja flag"),
    ],
)
def test_servers_refuse_tools_in_many_ways(status: int, message: str) -> None:
    assert judge(status, message).refused_tools
    assert not judge(status, message, tools=False).refused_tools


@pytest.mark.parametrize(
    "message",
    [
        "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
        "Invalid schema for function 'x': 'strng' is not valid under any of the given schemas",
        "messages: too many images",
    ],
)
def test_a_wrong_request_is_no_refusal_of_tools(message: str) -> None:
    assert not judge(400, message).refused_tools


@pytest.mark.parametrize(
    ("status", "message", "said"),
    [
        (503, '{"error": {"message": "Over capacity."}}', "Over capacity"),
        (
            503,
            "litellm.APIError: AzureException APIError - Over capacity. Handle with `litellm.APIError`.",
            "Over capacity",
        ),
        (503, "Error code: 503 - {'error': {'message': 'Over capacity', 'type': 'x'}}", "Over capacity"),
        (503, "<html><body><h1>Over</h1>\n<p>capacity</p></body></html>", "Over capacity"),
        (503, 'Over capacity\nTraceback (most recent call last):\n  File "x.py"', "Over capacity"),
    ],
)
def test_the_providers_words_are_freed_of_their_wrapping(status: int, message: str, said: str) -> None:
    assert str(judge(status, message)) == f"openai/m failed on the server (status 503): {said}."


def test_long_words_are_cut() -> None:
    assert len(str(judge(400, "x" * 5000))) < 400


@pytest.mark.parametrize(
    ("headers", "wait", "attempts"),
    [
        ({"retry-after": "7"}, 7.0, 4),
        ({"retry-after": "-1"}, 0.0, 4),
        ({"retry-after": "31"}, 31.0, 1),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None, 4),
        ({}, None, 4),
        (None, None, 4),
    ],
)
def test_the_wait_a_server_asks_for_is_read(headers: dict[str, str] | None, wait: float | None, attempts: int) -> None:
    failure = judge(429, "slow down", headers=headers)
    assert (failure.wait, failure.attempts) == (wait, attempts)

"""Tool calling by prompt, for models without native tool calls."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from procmem.models.json_tools import as_prompt, read_arguments, read_call
from procmem.types import Message, ToolCall, ToolSpec

READ = ToolSpec("word_read_file", "Read a Word file.", {"type": "object", "properties": {"path": {"type": "string"}}})
CALL = {
    "id": "c1",
    "type": "function",
    "function": {"name": "word_read_file", "arguments": '{"path": "a.docx"}'},
}


def test_a_conversation_with_tools_becomes_one_without() -> None:
    messages: list[Message] = [
        {"role": "system", "content": "You are an agent."},
        {"role": "user", "content": "Read a.docx."},
        {"role": "assistant", "content": "I read it.", "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": "Hello"},
        {"role": "user", "content": "And now?"},
    ]
    assert as_prompt(messages, [READ]) == [
        {
            "role": "system",
            "content": """You are an agent.

# How to use tools
You cannot call tools directly. To use one, reply with a single JSON object and nothing else:
{"tool": "<name>", "arguments": {"<argument>": <value>}}
Use one tool per reply and wait for its result, which comes as the next message. When no tool is needed any more,
reply with plain text.

Tools:
- word_read_file: Read a Word file.
  arguments: {"type": "object", "properties": {"path": {"type": "string"}}}""",
        },
        {"role": "user", "content": "Read a.docx."},
        {"role": "assistant", "content": 'I read it.\n{"tool": "word_read_file", "arguments": {"path": "a.docx"}}'},
        {"role": "user", "content": "Result of word_read_file:\nHello\n\nAnd now?"},
    ]


def test_without_a_system_message_the_tools_open_the_conversation() -> None:
    messages = as_prompt([{"role": "user", "content": "Hi."}], [READ])
    assert [message["role"] for message in messages] == ["system", "user"]


def test_old_tool_calls_become_words_also_when_there_are_no_tools_any_more() -> None:
    messages: list[Message] = [
        {"role": "user", "content": "Read a.docx."},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": "Hello"},
    ]
    assert as_prompt(messages, ()) == [
        {"role": "user", "content": "Read a.docx."},
        {"role": "assistant", "content": '{"tool": "word_read_file", "arguments": {"path": "a.docx"}}'},
        {"role": "user", "content": "Result of word_read_file:\nHello"},
    ]


def test_the_conversation_that_was_given_is_left_as_it_was() -> None:
    messages = [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]
    as_prompt(messages, [READ])
    assert messages == [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]


def test_a_call_is_found_in_fences_and_between_words() -> None:
    written = '{"tool": "word_read_file", "arguments": {"path": "a.docx"}}'
    text = f"Let me see {{the file}}.\n```json\n{written}\n```\nThen I stop."
    assert read_call(text, "x") == ("Let me see {the file}.", ToolCall("x", "word_read_file", {"path": "a.docx"}))


def test_a_call_inside_another_object_counts() -> None:
    assert read_call('{"action": {"tool": "t", "arguments": {"n": 1}}}', "x")[1] == ToolCall("x", "t", {"n": 1})


def test_only_the_first_of_two_calls_counts() -> None:
    text = '{"tool": "one", "arguments": {}} Result: fine. {"tool": "two", "arguments": {}}'
    assert read_call(text, "x") == ("", ToolCall("x", "one", {}))


def test_missing_arguments_are_none_and_arguments_in_a_string_are_read() -> None:
    assert read_call('{"tool": "t"}', "x")[1] == ToolCall("x", "t", {})
    assert read_call('{"tool": "t", "arguments": "{\\"n\\": 2}"}', "x")[1] == ToolCall("x", "t", {"n": 2})


def test_line_breaks_inside_a_string_are_forgiven() -> None:
    assert read_call('{"tool": "t", "arguments": {"text": "a\nb"}}', "x")[1] == ToolCall("x", "t", {"text": "a\nb"})


def test_a_broken_call_is_malformed_with_what_was_written() -> None:
    text = 'So: {"tool": "t", "arguments": {"path": "a'
    assert read_call(text, "x") == ("So:", ToolCall("x", "t", {}, malformed='{"tool": "t", "arguments": {"path": "a'))


def test_arguments_of_the_wrong_kind_are_malformed() -> None:
    assert read_call('{"tool": "t", "arguments": [1]}', "x")[1] == ToolCall("x", "t", {}, malformed="[1]")


def test_plain_text_and_other_objects_are_no_call() -> None:
    assert read_call('The total is {"sum": 3}.', "x") == ('The total is {"sum": 3}.', None)


def test_deep_nesting_is_malformed_and_not_a_crash() -> None:
    assert read_arguments("x", "t", '{"a":' * 100_000) == ToolCall("x", "t", {}, malformed='{"a":' * 400)


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    said, call = read_call(text, "x")
    assert call is not None or said == text


@given(st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=20) | st.none(), max_size=4), st.text())
def test_a_call_that_was_written_is_read_back(arguments: dict[str, object], before: str) -> None:
    prose = before.replace("{", "").replace('"', "")
    written = json.dumps({"tool": "t", "arguments": arguments})
    assert read_call(f"{prose}\n{written}", "x")[1] == ToolCall("x", "t", arguments)

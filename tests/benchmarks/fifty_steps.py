"""A model that plans, delegates once, lists files fifty times and finishes; it answers the HTTP server of bench_run."""

from __future__ import annotations

from typing import Any

STEPS = 50


def answer(
    model: str, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None, seed: int
) -> tuple[str, list[tuple[str, dict[str, Any]]], tuple[int, int]]:
    """See ``tests.openai_server.Answerer``."""
    names = {tool["function"]["name"] for tool in tools or ()}
    done = sum(message["role"] == "tool" for message in messages)
    calls: list[tuple[str, dict[str, Any]]] = []
    if "delegate" in names and not done:
        calls = [("delegate", {"agent": "system", "subtask": "List the files"})]
    elif "delegate" in names:
        calls = [("finish", {"answer": "Done."})]
    elif names and done < STEPS:
        # Not the same call twice in a row, which would count as being stuck.
        calls = [("files_list", {"folder": ("data", "calendar")[done % 2]})]
    return ("" if calls else "Done."), calls, (100, 10)

"""The simulated model knows no task family, and no prompt makes it fail or hang."""

from __future__ import annotations

import argparse
import calendar
import inspect
import logging
import mailbox
import pydoc_data.topics
import re
import smtplib
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import procmem.models.simulated as package
from procmem.models.simulated.reasoner import answer
from tests.simulated_prompts import (
    TURN_TOOLS,
    Told,
    exchange,
    wire,
    worker_prompt,
)


def test_the_source_knows_no_task_family() -> None:
    """Words that only one family's instructions use must not stand in the reasoner's source."""
    root = Path(package.__file__).parents[3]
    families = {path: path.read_text(encoding="utf-8") for path in sorted((root / "data/tasks").glob("*.yaml"))}
    if not families:
        pytest.skip("there are no bundled tasks")
    told = {path: set(_words(_instructions(text))) for path, text in families.items()}
    source = {
        word for path in Path(package.__file__).parent.glob("*.py") for word in _words(path.read_text(encoding="utf-8"))
    }
    ordinary = _ordinary(root)
    for path, words in told.items():
        others = set().union(*(seen for other, seen in told.items() if other != path))
        own = {word for word in words - others - ordinary if len(word) > 3}
        assert own & source == set(), path.name


def _instructions(text: str) -> str:
    return text[text.index("instructions:") : text.index("instances:")]


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", re.sub(r"\{\{\w+\}\}", " ", text).lower())


def _ordinary(root: Path) -> set[str]:
    """Words that are no family's own: those of this project's prompts, tools and code, and of Python's prose."""
    said = [path.read_text(encoding="utf-8") for path in sorted((root / "procmem").rglob("*.md"))]
    said += [inspect.getsource(module) for module in (argparse, calendar, logging, mailbox, smtplib, pydoc_data.topics)]
    said += [
        path.read_text(encoding="utf-8")
        for path in sorted((root / "procmem").rglob("*.py"))
        if "simulated" not in path.parts
    ]
    return {word for text in said for word in _words(text)}


TEXTS = st.text(max_size=400) | st.sampled_from(
    ["[1] ", "<memory rank='1'>", "</memory>", "## Task\n", "(1, 1): x\t", "{" * 500]
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(TEXTS, max_size=8), st.sampled_from(["large", "small"]), st.booleans())
def test_no_prompt_makes_it_fail(parts: list[str], model: str, orchestrating: bool) -> None:
    text = "\n".join(parts)
    memory = {"task": text, "description": text, "agent": "excel", "steps": text, "observations": text}
    told = Told(text, text, ())
    messages = [*worker_prompt(told, [memory]), *exchange("call_1", "excel_read_file", {"file_path": text}, text)]
    reply, calls, tokens = answer(model, messages, TURN_TOOLS if orchestrating else wire("excel"), 0)
    assert isinstance(reply, str)
    assert len(calls) <= 1
    assert min(tokens) >= 1


@pytest.mark.parametrize(
    "huge",
    [
        "x" * 2_000_000,
        "(1, 1): 7\t" * 150_000,
        "[" * 400_000,
        "Ana, " * 300_000,
        "<memory>" * 200_000,
        "a: b\n" * 300_000,
    ],
    ids=["letters", "cells", "brackets", "names", "memories", "fields"],
)
def test_a_huge_prompt_is_answered_in_time(huge: str) -> None:
    memory = {"task": huge, "description": "Read data/a.xlsx", "agent": "excel", "observations": f"[1] {huge}"}
    memory["steps"] = '<action>{"app": "excel", "action": "read_file", "file_path": "data/a.xlsx"}</action>'
    told = Told(huge, "Read data/b.xlsx", ())
    messages = [
        *worker_prompt(told, [memory]),
        *exchange("call_1", "excel_read_file", {"file_path": "data/b.xlsx"}, huge),
    ]
    start = time.perf_counter()
    answer("large", messages, wire("excel"), 0)
    assert time.perf_counter() - start < 20  # a hang, not a speed, is what this looks for

"""A memory as the Review page shows it, and its differences: text stays text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pages.parts.contents import call, steps_html, text_html
from pages.parts.diff import piece_html
from pages.parts.review_context import outcome_lines
from procmem.memory.difference import Piece
from procmem.types import Outcomes, SubtaskUnit, TaskOutcome

HOSTILE = '<script>alert(1)</script> **b** & "q" </div>'
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt; **b** &amp; &quot;q&quot; &lt;/div&gt;"


def test_numbered_and_bulleted_lines_hang_as_lists_do() -> None:
    html = text_html("Plan:\n1. read\n- write")
    assert html.startswith("<div>Plan:</div>")
    assert ">1.</span><span>read</span>" in html
    assert ">•</span><span>write</span>" in html


def test_a_step_has_its_reason_its_call_and_what_it_observed() -> None:
    steps = '<think>Look.</think><action>{"app": "excel", "action": "read_file", "file_path": "a.xlsx"}</action>'
    html = steps_html(SubtaskUnit("excel", "Read", steps, "[1] 3 rows\n[7] left over"))
    assert "Look.<code" in html
    assert ">Excel read file\n  file_path: a.xlsx</code>" in html
    observed, others = html.split("</ol>")
    assert ("3 rows" in observed, "left over" in observed, "left over" in others) == (True, False, True)


def test_steps_that_are_no_steps_are_shown_as_they_are() -> None:
    assert "first this, then that</div>" in steps_html(SubtaskUnit("excel", "Read", "first this, then that", ""))


def test_an_action_that_is_no_call_is_shown_as_it_is() -> None:
    assert call("{broken") == "{broken"
    assert call("[1, 2]") == "[1, 2]"
    assert call('{"app": "word", "action": "write", "lines": [1, "é"]}') == 'Word write\n  lines: [1, "é"]'


def test_hostile_text_is_escaped_wherever_it_stands() -> None:
    unit = SubtaskUnit("excel", HOSTILE, f"<think>{HOSTILE}</think><action>{HOSTILE}</action>", f"[1] {HOSTILE}")
    for html, times in (
        (steps_html(unit), 3),
        (text_html(f"1. {HOSTILE}"), 1),
        (piece_html(Piece("new", HOSTILE), opens=True, closes=True), 1),
        (piece_html(Piece("same", HOSTILE), opens=True, closes=True), 1),
    ):
        assert html.count(ESCAPED) == times
        assert "<script" not in html


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_tag_comes_from_a_memory(steps: str, observations: str) -> None:
    html = steps_html(SubtaskUnit("a", "b", f"<think>{steps}</think><action>{steps}</action>", observations))
    tags = {part.lstrip("/").split(">")[0].split(" ")[0] for part in html.split("<")[1:]}
    assert tags <= {"ol", "li", "code", "details", "summary", "div"}


def test_a_long_stretch_that_both_versions_share_keeps_its_ends() -> None:
    lines = "".join(f"line {number}\n" for number in range(20))
    middle = piece_html(Piece("same", lines), opens=False, closes=False)
    assert middle == "line 0\nline 1\nline 2\n⋯ 14 lines alike ⋯\nline 17\nline 18\nline 19\n"
    assert piece_html(Piece("same", lines), opens=True, closes=False).startswith("⋯ 17 lines alike ⋯\nline 17")
    assert piece_html(Piece("same", lines), opens=False, closes=True).endswith("line 2\n⋯ 17 lines alike ⋯\n")
    assert piece_html(Piece("same", "a\nb\n"), opens=False, closes=False) == "a\nb\n"


def test_outcomes_are_told_in_counts() -> None:
    assert outcome_lines(Outcomes(0, 0, 0, 0, None)) == ["No run has looked it up yet."]
    paired = (TaskOutcome("a/1", 2, 1, 8.0, 3, 1, 9.0), TaskOutcome("a/2", 1, 1, 4.0, 1, 0, 9.0))
    assert outcome_lines(Outcomes(7, 3, 3, 2, 6.6667, paired)) == [
        "Looked up in 7 runs, shown to the team in 3.",
        "Of 3 graded runs with it, 2 succeeded, 6.7 steps on average.",
        "On 2 tasks that ran both ways: 2 of 3 succeeded with it, 1 of 4 without.",
    ]

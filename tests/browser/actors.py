"""What the model server says: the turns of a task, played from what the conversation shows so far."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from procmem.office.tasks import load_tasks
from procmem.settings import PROJECT
from procmem.types import Demonstration, DemonstrationStep, DemonstrationTurn
from tests.openai_server import Answerer

OWN_TASK = "Add up the hours in hours.xlsx and append the total to summary.docx."
OWN = Demonstration(
    plan="1. excel: read the hours\n2. word: write the total",
    turns=(
        DemonstrationTurn(
            "excel",
            "Read data/hours.xlsx and add up the hours.",
            (DemonstrationStep("The sheet holds the hours.", "excel_read_file", {"file_path": "data/hours.xlsx"}),),
            "Ann has 12 and Bob 30: 42 hours.",
        ),
        DemonstrationTurn(
            "word",
            "Append the total of 42 hours to data/summary.docx.",
            (
                DemonstrationStep(
                    "The total goes below.",
                    "word_write_to_file",
                    {"file_path": "data/summary.docx", "contents": "Total: 42 hours"},
                ),
            ),
            "Written.",
        ),
    ),
    answer="42 hours.",
)
HOSTILE = '# h1 <script>document.title="taken"</script> $x^2$ :material/home: [a](javascript:alert(1)) **bold**'
HOSTILE_TASK = f"Look at notes.txt. {HOSTILE}"
HOSTILE_PLAY = Demonstration(
    plan=HOSTILE,
    turns=(
        DemonstrationTurn(
            "system",
            f"Read it. {HOSTILE}",
            (DemonstrationStep(HOSTILE, "files_read_file", {"file_path": "data/notes.txt", "note": HOSTILE}),),
            HOSTILE,
        ),
    ),
    answer=HOSTILE,
)


def player() -> Answerer:
    """Speaks as a team that knows every bundled task by heart, and the tasks above."""
    plays = {task.text: task.demonstration for task in load_tasks(PROJECT / "data" / "tasks").values()}
    plays |= {OWN_TASK: OWN, HOSTILE_TASK: HOSTILE_PLAY}

    def answer(
        model: str, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None, seed: int
    ) -> tuple[str, list[tuple[str, dict[str, Any]]], tuple[int, int]]:
        if [tool["function"]["name"] for tool in tools or ()] == ["report_ready"]:
            return "", [("report_ready", {"word": "ready"})], (20, 5)
        asked = "\n".join(str(message.get("content")) for message in messages if message["role"] == "user")
        play = next(play for text, play in plays.items() if play is not None and text in asked)
        size = sum(len(str(message.get("content"))) for message in messages) // 4
        text, calls = _line(play, messages, [tool["function"]["name"] for tool in tools or ()], asked)
        return text, calls, (size, 20)

    return answer


def _line(
    play: Demonstration, messages: Sequence[dict[str, Any]], tools: Sequence[str], asked: str
) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
    """The next line: a memory of the work, a plan, a delegation or the end, a step or the report of an agent."""
    done = sum(message["role"] == "tool" for message in messages)
    if asked.startswith("Write a memory of the work below"):
        return f"<start>{json.dumps(_memory(play))}<end>", []
    if not tools:
        return play.plan, []
    if "delegate" in tools:
        if done == len(play.turns):
            return "", [("finish", {"answer": play.answer or "Done."})]
        turn = play.turns[done]
        return "", [("delegate", {"agent": turn.agent, "subtask": turn.subtask})]
    turn = next(turn for turn in play.turns if turn.subtask in asked.rsplit("## Your subtask", 1)[-1])
    if done == len(turn.steps):
        return turn.report or "Done.", []
    step = turn.steps[done]
    return step.reason, [(step.tool, step.arguments)]


def _memory(play: Demonstration) -> dict[str, Any]:
    """The memory that the prompt distil.md asks for."""
    return {
        "high_level_plan": play.plan,
        "subtasks": [
            {
                "agent": turn.agent,
                "description": turn.subtask,
                "steps": "".join(_remembered(step) for step in turn.steps),
                "observations": turn.report or "[1] Done.",
            }
            for turn in play.turns
        ],
        "final_answer": play.answer or "Done.",
        "reflections": play.reflections or "Nothing went wrong.",
    }


def _remembered(step: DemonstrationStep) -> str:
    app, _, action = step.tool.partition("_")
    call = json.dumps({"app": app, "action": action, **step.arguments})
    return f"<think>{step.reason}</think><action>{call}</action>"

"""The simulated orchestrator: plans that memories tell, and turns that carry findings on."""

from __future__ import annotations

import json
from typing import Any

from procmem.models.simulated.reasoner import answer
from procmem.prompts import render
from tests.simulated_prompts import SETTING, TEAM, TURN_TOOLS, block, exchange, grid


def stock(sheet: str, who: str, rows: list[tuple[str, int]], short: str, left: int) -> dict[str, Any]:
    """A full-task memory: find what is running out, and tell somebody."""
    return {
        "task": f"Tell {who} which item in {sheet} is running out first.",
        "high_level_plan": f"1. excel: read {sheet}.\n2. email: tell {who}.",
        "subtasks": [
            {
                "agent": "excel",
                "description": f"Read {sheet} and report the item with the lowest stock.",
                "steps": "<think>Look.</think><action>"
                + json.dumps({"app": "excel", "action": "read_file", "file_path": sheet})
                + "</action>",
                "observations": f"[1] {grid([('Item', 'Stock'), *rows])}",
            },
            {
                "agent": "email",
                "description": f'Send {who} a mail with the subject "Order {short}" saying that only {left} are left.',
                "steps": "<think>Tell.</think><action>"
                + json.dumps({"app": "email", "action": "send_email", "sender": "Omar", "recipient": who})
                + "</action>",
                "observations": f"[1] Successfully sent email to {who}.",
            },
        ],
        "final_answer": f"{short} is running out.",
        "reflections": "Fine.",
    }


MEMORIES = [
    stock("data/kitchen.xlsx", "Ida", [("Tea", 14), ("Milk", 3), ("Rice", 8)], "Milk", 3),
    stock("data/studio.xlsx", "Kim", [("Clay", 5), ("Glaze", 12), ("Wax", 7), ("Sand", 9)], "Clay", 5),
]


def orchestrator_prompt(task: str, memories: list[dict[str, Any]]) -> list[dict[str, Any]]:
    system = render("orchestrator_system", team=TEAM, **SETTING) + block("full_task", memories)
    asked = render("delegate", task=task, plan="1. excel: look.")
    return [{"role": "system", "content": system}, {"role": "user", "content": asked}]


def test_the_orchestrator_carries_findings_of_reports_into_the_next_subtask_and_the_answer() -> None:
    messages = orchestrator_prompt("Tell Sue which item in data/garage.xlsx is running out first.", MEMORIES)
    _, calls, _ = answer("large", messages, TURN_TOOLS, 0)
    assert calls == [
        ("delegate", {"agent": "excel", "subtask": "Read data/garage.xlsx and report the item with the lowest stock."})
    ]
    table = grid([("Item", "Stock"), ("Oil", 6), ("Bolts", 90), ("Rags", 2)])
    report = f'Done, with 1 call.\n[1] excel_read_file {{"file_path": "data/garage.xlsx"}}\n{table}'
    messages += exchange("call_1", *calls[0], render("turn_report", agent="excel", report=report))
    _, calls, _ = answer("large", messages, TURN_TOOLS, 0)
    wanted = 'Send Sue a mail with the subject "Order Rags" saying that only 2 are left.'
    assert calls == [("delegate", {"agent": "email", "subtask": wanted})]
    report = "Done, with 1 call.\n[1] email_send_email {}\nSuccessfully sent email to Sue."
    messages += exchange("call_2", *calls[0], render("turn_report", agent="email", report=report))
    _, calls, _ = answer("large", messages, TURN_TOOLS, 0)
    assert calls == [("finish", {"answer": "Rags is running out."})]


def test_the_plan_is_that_of_the_memory_and_without_memory_follows_the_words() -> None:
    system = render("orchestrator_system", team=TEAM, **SETTING)
    asked = render("plan", task="Tell Sue which item in data/garage.xlsx is running out first.")
    user = {"role": "user", "content": asked}
    with_memory, _, _ = answer(
        "large", [{"role": "system", "content": system + block("full_task", MEMORIES)}, user], None, 0
    )
    assert [line.split(":")[0] for line in with_memory.splitlines()] == ["1. excel", "2. email"]
    without, _, _ = answer("large", [{"role": "system", "content": system}, user], None, 0)
    assert without.splitlines() == [
        "1. excel: Do the excel part of this task: Tell Sue which item in data/garage.xlsx is running out first.",
        "2. email: Do the email part of this task: Tell Sue which item in data/garage.xlsx is running out first.",
    ]


def planned(task: str, memories: list[dict[str, Any]], history: str = "", before: str = "") -> str:
    """The plan for a task; with a history the plan after a stall."""
    system = render("orchestrator_system", team=TEAM, **SETTING) + block("full_task", memories)
    messages = [{"role": "system", "content": system}, {"role": "user", "content": render("plan", task=task)}]
    if history:
        messages.append({"role": "assistant", "content": before})
        messages.append({"role": "user", "content": render("replan", reason="nothing new.", history=history)})
    return answer("large", messages, None, 0)[0]


GARAGE = "Tell Sue which item in data/garage.xlsx is running out first."


def test_a_plan_names_the_new_task_s_things_and_nothing_of_the_remembered_one() -> None:
    assert planned(GARAGE, MEMORIES) == "1. excel: read data/garage.xlsx.\n2. email: tell Sue."
    without_plans = [{**memory, "high_level_plan": ""} for memory in MEMORIES]
    assert planned(GARAGE, without_plans) == (
        "1. excel: Read data/garage.xlsx and report the item with the lowest stock.\n2. email: Send Sue a mail"
    )


def test_a_memory_that_is_only_a_script_gives_the_plan() -> None:
    scripts = [{"task": memory["task"], "high_level_plan": memory["high_level_plan"]} for memory in MEMORIES]
    assert planned(GARAGE, scripts) == "1. excel: read data/garage.xlsx.\n2. email: tell Sue."


def test_a_new_plan_holds_what_is_left_and_is_never_the_plan_that_stalled() -> None:
    first = planned(GARAGE, MEMORIES)
    done = render("history_turn", number="1", agent="excel", subtask="Read it.", report="Done, with 1 call.")
    assert planned(GARAGE, MEMORIES, done, first) == "1. email: tell Sue."
    failed = render("history_turn", number="1", agent="excel", subtask="Read it.", report="Not done: no way.")
    assert planned(GARAGE, MEMORIES, failed, first) == "1. email: tell Sue.\n2. excel: read data/garage.xlsx."


def test_without_memory_the_turns_follow_a_plan_that_was_made_with_one() -> None:
    system = render("orchestrator_system", team=TEAM, **SETTING)
    asked = render("delegate", task=GARAGE, plan="1. excel: read data/garage.xlsx.\n2. email: tell Sue.")
    messages = [{"role": "system", "content": system}, {"role": "user", "content": asked}]
    _, calls, _ = answer("large", messages, TURN_TOOLS, 0)
    subtask = f"read data/garage.xlsx, as your part of this task: {GARAGE}"
    assert calls == [("delegate", {"agent": "excel", "subtask": subtask})]

"""A lab with an in-memory store, the hash embedder and scripted models, for tests."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from procmem.agents.teams import make_team
from procmem.events import Event
from procmem.lab import Lab
from procmem.memory.distil import RULES
from procmem.models.embedders import make_embedder
from procmem.models.scripted import ScriptedModel
from procmem.settings import Settings
from procmem.store.duck import DuckStore
from procmem.types import Check, Limits, Policy, Reply, Task, TaskFile, ToolCall, Trajectory
from procmem.workbench import Workbench

FAMILY = """\
id: note_write
title: Write a name into a note
apps: [files]
level: 1
instructions:
  - Write the name {{person}} into data/note.txt
  - Write the name {{person}} into data/note.txt
instances:
  - {split: train, user: Alice, now: 2024-05-13 09:00, values: {person: Dana}}
  - {split: test, user: Alice, now: 2024-05-14 09:00, values: {person: Erik}}
checks:
  - {function: evaluate_contain, args: {doc_type: txt, file: data/note.txt, keywords: ["{{person}}"]}}
demonstration:
  plan: "1. system: write the note"
  turns:
    - agent: system
      subtask: Write {{person}} into data/note.txt
      steps:
        - reason: The name is {{person}}.
          tool: files_write_file
          arguments: {file_path: data/note.txt, contents: "{{person}}"}
      report: Wrote {{person}}.
  answer: Wrote {{person}}.
"""


def say(text: str) -> Reply:
    """A reply that is only text."""
    return Reply(text)


def call(name: str, thought: str = "", **arguments: Any) -> Reply:
    """A reply with one tool call."""
    return Reply(thought, (ToolCall(f"call-{name}", name, arguments),))


def note_task(identity: str = "notes/1", person: str = "Dana", checks: Sequence[Check] | None = None) -> Task:
    """A task that is done when data/note.txt names the person."""
    wanted = Check("evaluate_contain", {"doc_type": "txt", "file": "data/note.txt", "keywords": [person]})
    return Task(
        id=identity,
        text=f"Write the name {person} into data/note.txt",
        username="Alice",
        now=datetime(2024, 5, 17, 10, 0),
        level=1,
        apps=("files",),
        files=(TaskFile("data/hello.txt", {"kind": "txt", "text": "Hello"}),),
        checks=(wanted,) if checks is None else tuple(checks),
    )


def note_replies(person: str = "Dana") -> list[Reply]:
    """What a team says that solves ``note_task``."""
    return [
        say("1. system: write the note"),
        call("delegate", agent="system", subtask=f"Write {person} into data/note.txt"),
        call("files_write_file", "Write it.", file_path="data/note.txt", contents=person),
        say("Written."),
        call("finish", answer=f"Wrote {person}."),
    ]


class Bench:
    """A lab whose models say what they are told, and a way to run it to the end."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.store = DuckStore(None)
        self.model = ScriptedModel([])
        self.stop = threading.Event()
        self.lab = Lab(Settings(home=home), self.store, make_embedder("hash"), lambda name, seed: self.model)

    def run(
        self,
        replies: Sequence[Any],
        task: Task | None = None,
        policy: Policy | None = None,
        limits: Limits | None = None,
        run_id: str = "run-1",
        distiller: str = RULES,
    ) -> tuple[list[Event], Trajectory]:
        """Solve a task (``note_task`` by default) with scripted replies; all events and the trajectory."""
        self.model = ScriptedModel(replies)
        team = replace(make_team("LLM team", "scripted", "scripted", limits), distiller=distiller)
        solving = self.lab.solve(run_id, task or note_task(), team, policy or Policy(), self.stop)
        events: list[Event] = []
        while True:
            try:
                events.append(next(solving))
            except StopIteration as end:
                return events, end.value

    def teach(self, task: Task, replies: Sequence[Reply], run_id: str) -> None:
        """Solve a task and accept what it proposes."""
        self.run(replies, task, Policy(placement="none"), run_id=run_id)
        for filed in self.store.proposals():
            self.store.decide(filed.proposal.id, "accept", by="tester")


def workbench_of(bench: Bench, folder: Path) -> Workbench:
    """A workbench over the bench's lab, whose bundled tasks are ``FAMILY``."""
    (folder / "tasks").mkdir()
    (folder / "tasks" / "note_write.yaml").write_text(FAMILY)
    return Workbench(replace(bench.lab, settings=Settings(home=folder / "home", data=folder)))

"""A small world for experiments: one family of tasks, and a model that solves them only when memories show it how."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from procmem.errors import ModelFailed
from procmem.experiment.plan import Arm, Design
from procmem.experiment.running import Experiments
from procmem.lab import Lab
from procmem.models.embedders import make_embedder
from procmem.office.tasks import load_tasks
from procmem.settings import Settings
from procmem.store.duck import DuckStore
from procmem.types import AgentRole, Message, Policy, Purpose, Reply, Task, Team, ToolCall, ToolSpec, Usage

PEOPLE = ("Dana", "Erik", "Finn", "Gina", "Hugo")
FAMILY = """\
id: note_write
title: Write a name into a note
apps: [files]
level: 1
instructions:
  - Write the name {{person}} into data/note.txt
  - Put {{person}} into the note data/note.txt
  - Let data/note.txt name {{person}}
  - The note data/note.txt shall hold {{person}}
  - Note {{person}} in data/note.txt
instances:
  - {split: train, user: Alice, now: 2024-05-13 09:00, values: {person: Dana}}
  - {split: test, user: Alice, now: 2024-05-14 09:00, values: {person: Erik}}
  - {split: test, user: Alice, now: 2024-05-15 09:00, values: {person: Finn}}
  - {split: test, user: Alice, now: 2024-05-16 09:00, values: {person: Gina}}
  - {split: test, user: Alice, now: 2024-05-17 09:00, values: {person: Hugo}}
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

TEAM = Team("notes team", "notes", (AgentRole("system", "You write notes.", ("files",), "notes"),), distiller="rules")
NONE = Arm("no memory", Policy(placement="none"))
ALL = Arm("memory", Policy())


def design(*arms: Arm, tasks: Sequence[str] = (), **changes: object) -> Design:
    """A grid of the two arms on the test tasks."""
    chosen = tuple(tasks) or tuple(f"note_write/{number}" for number in (2, 3, 4, 5))
    plain = Design("notes", "grid", arms or (NONE, ALL), (TEAM,), chosen)
    return replace(plain, **changes)  # type: ignore[arg-type]


class NoteModel:
    """Writes the right name when a memory is in its prompt, or when the name is among ``known``; else "nobody".

    ``before`` is called with every prompt of an agent, for tests that want to wait, count or fail.
    """

    name = "notes"

    def __init__(self, known: Sequence[str] = (), before: Callable[[str], None] = lambda text: None) -> None:
        self.known, self.before = set(known), before
        self.extracted: list[str] = []

    def complete(
        self,
        purpose: Purpose,
        messages: Sequence[Message],
        tools: Sequence[ToolSpec] = (),
        *,
        stop: threading.Event | None = None,
        seconds: float = 60.0,
    ) -> Reply:
        """See ``Model.complete``."""
        text = "\n".join(str(message["content"]) for message in messages if message["role"] != "system")
        first = not any(message["role"] == "tool" for message in messages)
        person = next((name for name in PEOPLE if name in text), "nobody")
        match purpose:
            case "facts":
                self.extracted.append(text)
                return self._say("note, name")
            case "plan":
                return self._say("1. system: write the note")
            case "delegate" if first:
                return self._call("delegate", agent="system", subtask=f"Write {person} into data/note.txt")
            case "delegate":
                return self._call("finish", answer="Done.")
            case "act" if first:
                self.before(text)
                shown = "<memory" in str(messages[0]["content"]) or person in self.known
                contents = person if shown else "nobody"
                return self._call("files_write_file", file_path="data/note.txt", contents=contents)
            case _:
                return self._say("Written.")

    def _say(self, text: str) -> Reply:
        return Reply(text, usage=Usage(10, 2), cost=0.001, model="notes")

    def _call(self, name: str, **arguments: str) -> Reply:
        return replace(self._say(""), tool_calls=(ToolCall(f"call-{name}", name, dict(arguments)),))


def failing(text: str) -> None:
    """A server that is down."""
    raise ModelFailed("The server is down. Start it.")


class NoteLab:
    """A lab with the family's demonstrations in its bank, and experiments over it."""

    def __init__(self, folder: Path, model: NoteModel | None = None, store: DuckStore | None = None) -> None:
        (folder / "tasks").mkdir(exist_ok=True)
        (folder / "tasks" / "note_write.yaml").write_text(FAMILY)
        self.model = model or NoteModel()
        self.store = store or DuckStore(None)
        settings = Settings(home=folder / "home", data=folder, embedder="hash")
        self.lab = Lab(settings, self.store, make_embedder("hash"), lambda name, seed: self.model)
        self.tasks: Mapping[str, Task] = load_tasks(folder / "tasks")
        list(self.lab.fill_bank([task for task in self.tasks.values() if task.split == "train"]))
        self.experiments = Experiments(self.lab, self.store, lambda design: self.tasks, runs_at_once={"": 4})

    def run(self, design: Design) -> str:
        """Run a design to its end; the experiment's id."""
        identity = self.experiments.start(design)
        self.experiments.wait(identity, 30)
        return identity

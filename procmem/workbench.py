"""The workbench of one process: a lab with background runs and its preparation, for the app and the command line."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from procmem.errors import BadInput, ProcMemError
from procmem.events import Called, Event, Finished, Noted
from procmem.exchange.officebench import Checkout, load
from procmem.lab import Lab, revive_setup, setup
from procmem.memory.policy import validate
from procmem.models.embedders import make_embedder
from procmem.models.registry import make_model
from procmem.office.tasks import family_titles, load_tasks
from procmem.office.workspace import Office
from procmem.runner import Runner
from procmem.settings import Settings
from procmem.store.duck import DuckStore
from procmem.store.store import Store
from procmem.types import Decision, FileChange, Message, Policy, Proposal, Task, TaskFile, Team

if TYPE_CHECKING:
    from procmem.demo import Demo
    from procmem.experiment.running import Experiments

UPLOAD_LIMIT = 200 * 1024 * 1024
"""Bytes of all files of one's own task together."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """How far the workbench is: the embedding model loads and, at first start, the bank is filled."""

    state: Literal["waiting", "working", "ready", "failed"]
    text: str
    fraction: float = 0.0


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The files that a run left: its office, and the pristine copy from before."""

    root: Path
    pristine: Path

    def changes(self) -> tuple[FileChange, ...]:
        """What a run that nobody graded did to its files, compared now."""
        if not (self.root.is_dir() and self.pristine.is_dir()):
            return ()
        return Office(self.root, self.pristine, datetime(1, 1, 1), "").changes()

    def names(self) -> tuple[str, ...]:
        """All files of the office, relative, sorted; links are not followed."""
        if not self.root.is_dir():
            return ()
        found = (path for path in self.root.rglob("*") if path.is_file() and not path.is_symlink())
        return tuple(sorted(path.relative_to(self.root).as_posix() for path in found))


class Workbench:
    """Starts, steers and finds runs. One per process; every method may be called from any thread."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.store: Store = lab.store
        self.store.interrupt_unfinished()
        self._runner = Runner(lab.store, lab.settings.parallel_runs)
        self._ready = threading.Event()
        self._warming = threading.Lock()
        self._preparation = Preparation("waiting", "Not started yet.")
        self.closed = False

    @classmethod
    def open(cls, settings: Settings) -> Workbench:
        """Open the store of these settings with the real models.

        Raises:
            BadInput: the database is locked by another process, corrupt, or from a newer version.
        """
        settings.make_home()
        embedder = make_embedder(settings.embedder)
        return cls(Lab(settings, DuckStore(settings.database, settings.index), embedder, cache(make_model)))

    def close(self) -> None:
        """Stop the runs and experiments, and let go of the database."""
        self.closed = True
        if "experiments" in vars(self):
            self.experiments.close()
        self._runner.shutdown()
        self.store.close()

    # --- preparation -------------------------------------------------------------------------------------------------

    @property
    def preparation(self) -> Preparation:
        """How far the preparation is."""
        return self._preparation

    def warm(self) -> None:
        """Start the preparation in the background; a second call does nothing unless the first one failed."""
        if self._preparation.state in ("waiting", "failed") and self._warming.acquire(blocking=False):
            self._preparation = Preparation("working", "Starting …")
            threading.Thread(target=self._prepare, name="preparation", daemon=True).start()

    def prepare(self) -> Iterator[Preparation]:
        """Prepare in this thread, saying how far it is.

        Raises:
            BadInput: the embedding model can not be loaded.
        """
        yield Preparation("working", "Loading the embedding model …")
        self.lab.embedder.warm()
        self.store.latest(())  # reads what stands, so that no page or run waits for it
        train = [task for task in self.tasks.values() if task.split == "train"]
        for done, total in self.lab.fill_bank(train):
            yield Preparation("working", f"Learning from demonstrations: {done} of {total}", 0.8 * done / total)
        for done, total in self.lab.bank.embedding():
            yield Preparation("working", f"Embedding memories: {done} of {total}", 0.8 + 0.2 * done / total)
        self.lab.bank.search("anything", "full-task", limit=1)  # reads the index
        yield Preparation("ready", "Ready.", 1.0)

    def _prepare(self) -> None:
        try:
            for state in self.prepare():
                self._preparation = state
        except ProcMemError as error:
            self._preparation = Preparation("failed", str(error))
        finally:
            if self._preparation.state != "ready":
                self._preparation = Preparation("failed", self._preparation.text)
            self._ready.set()
            self._warming.release()

    # --- tasks -------------------------------------------------------------------------------------------------------

    @cached_property
    def tasks(self) -> Mapping[str, Task]:
        """The bundled tasks by id."""
        return load_tasks(self.lab.settings.data / "tasks")

    @cached_property
    def family_titles(self) -> Mapping[str, str]:
        """What the families of the bundled tasks are about, in a line each, by family."""
        return family_titles(self.lab.settings.data / "tasks")

    def officebench(self, folder: str) -> Checkout:
        """The tasks of an OfficeBench checkout, and what in it can not be used.

        Raises:
            BadInput: the folder is no checkout.
        """
        return load(Path(folder))

    def own_task(self, text: str, files: Sequence[tuple[str, bytes]], username: str) -> Task:
        """A task in one's own words. The files are kept under the data folder, so the run can be repeated.

        Args:
            text: What to do.
            files: (name, content); .eml goes into the user's mailbox, .ics among the calendars, the rest into data/.
            username: Whose office it is.

        Raises:
            BadInput: no text, two files of one name, or more than 200 MB.
        """
        if not text.strip():
            raise BadInput("Write what the team is to do.")
        who = username.strip() or "Alice"
        if not who.replace(" ", "").isalnum():
            raise BadInput(f"The name {username!r} names folders, so it may hold letters, digits and spaces only.")
        if sum(len(content) for _, content in files) > UPLOAD_LIMIT:
            raise BadInput("The files are larger than 200 MB together. Leave some out.")
        identity = f"own-{uuid.uuid4().hex[:12]}"
        folder = self.lab.settings.uploads / identity
        kept: dict[str, TaskFile] = {}
        for name, content in files:
            target = _place(name, who)
            if target in kept:
                raise BadInput(f"Two files are called {PurePosixPath(target).name}. Rename one.")
            source = folder / target
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_bytes(content)
            kept[target] = TaskFile(target, {"kind": "copy", "from": str(source)})
        now = datetime.now().replace(second=0, microsecond=0)  # noqa: DTZ005 (offices keep local time, as calendars do)
        return Task(identity, text.strip(), who, now, 0, (), files=tuple(kept.values()), source="own")

    @cached_property
    def experiments(self) -> Experiments:
        """The experiments of this lab; a page asks for them first, since they take a moment to import."""
        from procmem.experiment.running import open_experiments

        return open_experiments(self.lab, self.tasks)

    @cached_property
    def demo(self) -> Demo:
        """The content of a first start."""
        from procmem.demo import Demo

        return Demo(self)

    # --- the bank ----------------------------------------------------------------------------------------------------

    def decide_at_once(self, proposal: Proposal, by: str) -> Decision:
        """Propose what a person wishes and accept it in their name.

        Raises:
            BadInput: a memory has moved on meanwhile; the proposal is discarded and nothing is changed.
        """
        self.store.propose([proposal])
        try:
            return self.store.decide(proposal.id, "accept", by=by, reason=proposal.reason)
        except BadInput as error:
            self.store.decide(proposal.id, "discard", by=by, reason=str(error))
            raise

    # --- runs --------------------------------------------------------------------------------------------------------

    def start(
        self, task: Task, team: Team, policy: Policy, compared_with: str | None = None, *, at_once: bool = False
    ) -> str:
        """Start a run in the background and return its id.

        It waits by itself until the preparation is done, or begins ``at_once`` with the bank as it is.

        Raises:
            BadInput: the policy can not be used, or no such model is known.
        """
        validate(policy)
        for model in team.models:
            self.lab.models(model, policy.seed)
        run_id = f"run-{uuid.uuid4().hex[:12]}"
        self.warm()
        summary = self.lab.summary(run_id, task, team, policy, compared_with)

        def solve(run: str, stop: threading.Event) -> Iterator[Event]:
            if not at_once:
                yield from self._wait_until_ready(stop)
            if not stop.is_set():
                yield from self.lab.solve(run, task, team, policy, stop)

        return self._runner.start(summary, setup(task, team, policy), solve)

    def _wait_until_ready(self, stop: threading.Event) -> Iterator[Event]:
        start = time.perf_counter()
        if not self._ready.is_set():
            yield Noted("The memory bank is being prepared; the run begins as soon as it is ready.")
        while not self._ready.wait(0.1) and not stop.is_set():
            pass
        if self._preparation.state == "failed":
            yield Noted(f"Memories can not be used: {self._preparation.text}", "warning")
        if stop.is_set():
            seconds = time.perf_counter() - start
            yield Finished("cancelled", "", 0, 0, 0, None, None, seconds, "The run was cancelled.")

    def again_without_memory(self, run_id: str) -> str:
        """Run the same task with the same team and no memory, linked to ``run_id`` for comparison.

        Raises:
            UnknownName: there is no such run.
        """
        task, team, _ = revive_setup(self.store.setup(run_id))
        return self.start(task, team, Policy(placement="none"), compared_with=run_id)

    def pause(self, run_id: str) -> None:
        """Hold a run before its next event."""
        self._runner.pause(run_id)

    def resume(self, run_id: str) -> None:
        """Let a paused run go on."""
        self._runner.resume(run_id)

    def cancel(self, run_id: str) -> None:
        """End a run at once, also while a model call hangs."""
        self._runner.cancel(run_id)

    def seconds(self, run_id: str) -> float | None:
        """How long a run that is under way has been at work, without its pauses; ``None`` for any other."""
        return self._runner.seconds(run_id)

    def run_task(self, run_id: str) -> Task:
        """The task of a run, as it was then."""
        return revive_setup(self.store.setup(run_id))[0]

    def files(self, run_id: str) -> RunFiles:
        """The files of a run."""
        folder = self.lab.folder(run_id)
        return RunFiles(folder / "office", folder / "pristine")

    def prompt(self, run_id: str, seq: int) -> list[Message]:
        """The exact messages that the ``Called`` event with this sequence number sent.

        Raises:
            BadInput: there is no model call with this number in the run.
        """
        events = [(number, event) for number, event in self.store.events(run_id) if number <= seq]
        if not events or not isinstance(call := events[-1][1], Called) or events[-1][0] != seq:
            raise BadInput(f"Event {seq} of this run is not a model call.")
        return [
            message
            for _, event in events
            if isinstance(event, Called) and event.conversation == call.conversation
            for message in event.added
        ]

    def distil_again(self, proposal_id: str) -> Proposal:
        """Distil a proposal whose distillation failed once more, and wait for it; the new one takes its place.

        Raises:
            UnknownName: there is no such proposal.
            BadInput: it was decided, has no fault, or has no run.
            ModelFailed: the model failed again; the old proposal stays.
        """
        distilling = self.lab.distil_again(proposal_id)
        while True:
            try:
                next(distilling)
            except StopIteration as end:
                made: Proposal = end.value
                return made

    def distilling_call(self, run_id: str) -> int | None:
        """The number of the model call in a run's log that distilled its memory; ``None`` when there is none."""
        name = f"distil {run_id}"
        calls = (
            seq for seq, event in self.store.events(run_id) if isinstance(event, Called) and event.conversation == name
        )
        return max(calls, default=None)


def _place(name: str, username: str) -> str:
    """Where an uploaded file belongs in an office. Only the last part of its name is used."""
    last = PurePosixPath(name.replace("\\", "/")).name
    if not last or last in (".", ".."):
        raise BadInput(f"A file needs a name; {name!r} is none.")
    match PurePosixPath(last).suffix.lower():
        case ".eml":
            return f"emails/{username}/{last}"
        case ".ics":
            return f"calendar/{last}"
        case _:
            return f"data/{last}"

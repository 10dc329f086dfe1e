"""``procmem bank``: the memories, their history, and every change of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from procmem.cli.bank_decide import accept, discard, distil, edit, merge, restore, retire, undo
from procmem.cli.bank_desk import ALL, AsJson, MemoryId, memory_named, opened, say
from procmem.cli.bank_files import embed, export, import_file, propose
from procmem.cli.bank_text import (
    DECISION_COLUMNS,
    MEMORY_COLUMNS,
    decision_json,
    decision_row,
    filed_json,
    memory_difference,
    memory_lines,
    memory_rows,
)
from procmem.cli.output import console, print_json, print_table, printable
from procmem.errors import BadInput
from procmem.types import MemoryLevel

if TYPE_CHECKING:
    from procmem.memory.bank import Hit
    from procmem.store.store import BankStore
    from procmem.types import Memory, Outcomes

Level = Annotated[MemoryLevel | None, typer.Option(help="Only memories of whole tasks, or of subtasks.")]
Agent = Annotated[str | None, typer.Option(help="Only this agent's memories.")]
Limit = Annotated[int, typer.Option(help="Show at most so many.", min=1)]
EMPTY = "The bank is empty. `procmem run` fills it with the bundled demonstrations, `procmem bank import` with a file."


def list_memories(
    level: Level = None,
    agent: Agent = None,
    words: Annotated[str, typer.Option(help="Only memories that hold all these words.")] = "",
    builder: Annotated[str | None, typer.Option(help="Only memories that this model or person wrote.")] = None,
    retired: Annotated[bool, typer.Option("--retired", help="Retired memories too.")] = False,
    at: Annotated[int | None, typer.Option(help="As of this revision.", min=0)] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List the memories, oldest first."""
    with opened() as lab:
        found = lab.store.memories(
            level=level, agent=agent, at=_revision(lab.store, at), retired=retired, words=words, builder=builder,
            limit=limit,
        )  # fmt: skip
        if as_json:
            print_json([asdict(memory) for memory in found])
            return
        print_table(MEMORY_COLUMNS, memory_rows(found))
        total, revision = lab.store.count(at=at), lab.store.revision if at is None else at
        say(f"{len(found)} shown; {total} active memories at revision {revision}." if total or found else EMPTY)


def at(
    revision: Annotated[int, typer.Argument(help="A revision of the bank.", min=0)],
    retired: Annotated[bool, typer.Option("--retired", help="Retired memories too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the bank as it was at a revision."""
    list_memories(at=revision, retired=retired, limit=ALL, as_json=as_json)


def show(
    memory: MemoryId,
    version: Annotated[int | None, typer.Option(help="An earlier version.", min=1)] = None,
    as_json: AsJson = False,
) -> None:
    """Show a memory whole."""
    with opened() as lab:
        found = memory_named(lab.store, memory)
        chosen = found if version is None else lab.store.memory(found.id, version)
        if as_json:
            print_json(asdict(chosen))
        else:
            _print_lines(memory_lines(chosen))


def search(
    text: Annotated[str, typer.Argument(help="What to look for, in your own words.")],
    words: Annotated[bool, typer.Option("--words", help="Look for the very words, not for their meaning.")] = False,
    level: Level = None,
    agent: Agent = None,
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """Search by meaning, or by words."""
    from procmem.memory.bank import Hit

    with opened() as lab:
        if words:
            found = lab.store.memories(level=level, agent=agent, words=text, limit=limit)
            hits = [Hit(memory, 1.0) for memory in found]
        else:
            if not lab.embedder.ready:
                say("Loading the embedding model …")
            levels: tuple[MemoryLevel, ...] = (level,) if level else ("full-task", "subtask")
            hits = [hit for each in levels for hit in lab.bank.search(text, each, agent, limit)]
            hits = sorted(hits, key=lambda hit: -hit.score)[:limit]
            if notice := lab.bank.state().notice:
                say(notice)
        _print_hits(hits, as_json, words)


def _print_hits(hits: list[Hit], as_json: bool, words: bool) -> None:
    if as_json:
        print_json([{"score": None if words else hit.score, **asdict(hit.memory)} for hit in hits])
        return
    scores = ["" if words else f"{hit.score:.2f}" for hit in hits]
    rows = memory_rows([hit.memory for hit in hits])
    print_table(("score", *MEMORY_COLUMNS), [(score, *row) for score, row in zip(scores, rows, strict=True)])


def history(
    memory: Annotated[str | None, typer.Argument(help="Only what happened to this memory.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Every decision, newest first; or every version of one memory, oldest first."""
    with opened() as lab:
        if memory is not None:
            _print_versions(lab.store, memory_named(lab.store, memory), as_json)
            return
        made = lab.store.decisions(limit=limit)
        if as_json:
            print_json([decision_json(one) for one in made])
        else:
            print_table(DECISION_COLUMNS, [decision_row(one) for one in made])


def _print_versions(store: BankStore, memory: Memory, as_json: bool) -> None:
    versions = store.history(memory.id)
    if as_json:
        print_json(
            [
                {"memory": asdict(v.memory) if v.memory else None, "decision": decision_json(v.decision)}
                for v in versions
            ]
        )
        return
    states = [f"{v.memory.version} {v.memory.status}" if v.memory else "left the bank" for v in versions]
    rows = [(state, *decision_row(v.decision)) for state, v in zip(states, versions, strict=True)]
    print_table(("version", *DECISION_COLUMNS), rows)


def diff(
    before: Annotated[int, typer.Argument(help="The earlier revision, or version.", min=0)],
    after: Annotated[int, typer.Argument(help="The later one.", min=0)],
    memory: Annotated[str | None, typer.Option("--memory", help="Compare versions of this memory.")] = None,
    as_json: AsJson = False,
) -> None:
    """What changed between two revisions of the bank, or two versions of a memory."""
    with opened() as lab:
        if memory is None:
            _diff_revisions(lab.store, before, after, as_json)
            return
        identity = memory_named(lab.store, memory).id
        old, new = lab.store.memory(identity, before), lab.store.memory(identity, after)
        if as_json:
            print_json({"before": asdict(old), "after": asdict(new)})
        else:
            _print_lines(memory_difference(old, new))


def _diff_revisions(store: BankStore, before: int, after: int, as_json: bool) -> None:
    found = store.difference(_known(store, before), _known(store, after))
    if as_json:
        print_json(asdict(found))
        return
    _print_lines([f"+ {memory.id}  {memory.title}" for memory in found.added])
    _print_lines([f"- {memory.id}  {memory.title}" for memory in found.removed])
    for old, new in found.revised:
        _print_lines([f"~ {new.id}  {new.title}", *(f"    {line}" for line in memory_difference(old, new))])
    say(f"{len(found.added)} added, {len(found.revised)} revised, {len(found.removed)} removed.")


def stats(
    memory: Annotated[list[str] | None, typer.Argument(help="Only these memories.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """What became of the runs that recalled each memory; the most used first."""
    with opened() as lab:
        chosen = [memory_named(lab.store, name) for name in memory] if memory else lab.store.memories()
        outcomes = lab.store.outcomes([one.id for one in chosen])
        known = [(one, outcomes[one.id]) for one in chosen if one.id in outcomes]
        if not memory:
            known = [(one, found) for one, found in known if found.recalled]
        known = sorted(known, key=lambda pair: (-pair[1].entered, -pair[1].recalled))[:limit]
        if as_json:
            print_json([{"memory": one.id, "title": one.title, **asdict(found)} for one, found in known])
            return
        columns = (
            "memory",
            "recalled",
            "entered",
            "graded runs",
            "passed",
            "steps",
            "same tasks with/without",
            "title",
        )
        print_table(columns, [_outcome_row(one, found) for one, found in known])
        counts = ", ".join(f"{number} {state}" for state, number in lab.store.proposal_counts().items())
        say(f"{lab.store.count()} active memories at revision {lab.store.revision}; proposals: {counts}.")


def _outcome_row(memory: Memory, found: Outcomes) -> tuple[str, ...]:
    won = sum(task.successes_with for task in found.paired), sum(task.runs_with for task in found.paired)
    lost = sum(task.successes_without for task in found.paired), sum(task.runs_without for task in found.paired)
    pair = f"{won[0]} of {won[1]} / {lost[0]} of {lost[1]}" if found.paired else "none"
    steps = "" if found.steps is None else f"{found.steps:.1f}"
    figures = (found.recalled, found.entered, found.runs, found.successes)
    return (memory.id, *map(str, figures), steps, pair, memory.title)


def queue(
    all_of_them: Annotated[bool, typer.Option("--all", help="Decided proposals too.")] = False,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """The proposals that wait for a decision, oldest first."""
    with opened() as lab:
        filed = lab.store.proposals(state="all" if all_of_them else "undecided", limit=limit)
        if as_json:
            print_json([filed_json(one) for one in filed])
            return
        rows = [
            (
                str(one.number),
                one.proposal.id,
                one.proposal.kind,
                one.state,
                str(len(one.proposal.memories)),
                one.proposal.author,
                f"{one.proposal.reason} Not distilled: {one.proposal.fault}"
                if one.proposal.fault
                else one.proposal.reason,
                one.proposal.memories[0].title if one.proposal.memories else "",
            )
            for one in filed
        ]
        print_table(("number", "proposal", "kind", "state", "memories", "author", "reason", "title"), rows)
        waiting = lab.store.proposal_counts()["undecided"]
        say(f"{waiting} undecided. Accept one with: procmem bank accept NUMBER" if waiting else "Nothing waits.")


def _revision(store: BankStore, at: int | None) -> int | None:
    return None if at is None else _known(store, at)


def _known(store: BankStore, revision: int) -> int:
    if revision > store.revision:
        raise BadInput(f"There is no revision {revision}: the bank is at revision {store.revision}.")
    return revision


def _print_lines(lines: list[str]) -> None:
    out = console()
    styles: dict[str, Literal["green", "red"]] = {"+": "green", "-": "red"}
    for line in lines:
        out.print(printable(line), style=styles.get(line[:1], ""), soft_wrap=True)


bank = typer.Typer(name="bank", help="The memories, their history, and every change of them.", no_args_is_help=True)
COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_memories,
    "show": show,
    "search": search,
    "stats": stats,
    "queue": queue,
    "propose": propose,
    "accept": accept,
    "edit": edit,
    "discard": discard,
    "undo": undo,
    "retire": retire,
    "restore": restore,
    "merge": merge,
    "distil": distil,
    "history": history,
    "diff": diff,
    "at": at,
    "export": export,
    "import": import_file,
    "embed": embed,
}
for _name, _command in COMMANDS.items():
    bank.command(_name)(_command)

"""``procmem bank``: memories from and to files, from runs and message lists, and their embeddings."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from procmem.cli.bank_desk import AsJson, By, Reason, decider, heard, opened, say, tell
from procmem.cli.bank_text import decision_json, decision_sentence, filed_json
from procmem.cli.output import print_json
from procmem.errors import BadInput

if TYPE_CHECKING:
    from procmem.exchange.bank_import import Plan
    from procmem.lab import Lab
    from procmem.types import Decision, Proposal

SHOWN = 20
"""Lines of a dry run that are shown."""


def propose(
    file: Annotated[Path | None, typer.Option("--file", help="Memories as JSON, or one LEGOMem unit.")] = None,
    run: Annotated[str | None, typer.Option("--run", help="What this run teaches, successful or not.")] = None,
    messages: Annotated[Path | None, typer.Option("--messages", help="An own agent's messages, OpenAI's form.")] = None,
    task: Annotated[str, typer.Option(help="With --messages: what was asked, if not the first user message.")] = "",
    agent: Annotated[str, typer.Option(help="With --messages: who did it.")] = "assistant",
    failed: Annotated[bool, typer.Option("--failed", help="With --messages: it did not go well.")] = False,
    by: By = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Queue new or changed memories for review."""
    if sum(given is not None for given in (file, run, messages)) != 1:
        raise BadInput("Say what to propose: --file, --run or --messages.")
    with opened() as lab:
        if file is not None:
            ids = _propose_file(lab, file, decider(by), reason)
        elif run is not None:
            ids = _propose_run(lab, run, as_json)
        else:
            assert messages is not None
            ids = [_propose_messages(lab, messages, task, agent, not failed)]
        filed = [lab.store.proposal(name) for name in ids]
        if as_json:
            print_json([filed_json(one) for one in filed])
        for one in () if as_json else filed:
            tell(f"Proposal {one.number}, {one.proposal.id}: {one.state}.")
        if not filed:
            say("Nothing is proposed: the bank holds it all already.")


def _propose_file(lab: Lab, path: Path, by: str, reason: str) -> list[str]:
    from procmem.exchange.bank_import import check_parents, compare, wishes
    from procmem.exchange.memory_json import read_memories_or_unit

    found = read_memories_or_unit(_text(path), path.name, by)
    check_parents(found, lab.store, lambda index: f"{path.name}, memory {found[index].id!r}")
    proposals = wishes(compare(found, lab.store), path.name, by)
    if reason:
        proposals = [replace(one, reason=reason) for one in proposals]
    lab.store.propose(proposals)
    return [one.id for one in proposals]


def _propose_run(lab: Lab, run_id: str, quiet: bool) -> list[str]:
    from threading import Event

    from procmem.cli.timeline import tell as tell_event
    from procmem.lab import revive_setup

    _, team, policy = revive_setup(lab.store.setup(run_id))
    learning = lab.learn([run_id], replace(policy, update="vanilla", review="manual"), team, Event())
    heard(learning, lambda event: None if quiet else tell_event(event))
    return [filed.proposal.id for filed in lab.store.proposals(state="all", run_id=run_id)]


def _propose_messages(lab: Lab, path: Path, task: str, agent: str, success: bool) -> str:
    from procmem.memory.distil import Distilled
    from procmem.memory.rules import full_task_unit
    from procmem.own import own_proposal, trajectory_of_messages

    try:
        found = json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path.name} is no JSON: {error}.") from None
    given = found.get("messages") if isinstance(found, dict) else found
    if not isinstance(given, list):
        raise BadInput(f'{path.name} holds no list of messages, and no object with "messages".')
    trajectory = trajectory_of_messages(given, task=task or None, agent=agent, success=success)
    wished = own_proposal(trajectory, Distilled(full_task_unit(trajectory)))
    lab.store.propose([wished])
    return wished.id


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path} can not be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is no UTF-8 text.") from error


def export(
    file: Annotated[Path | None, typer.Argument(help="The JSONL file to write; standard output without it.")] = None,
    at: Annotated[int | None, typer.Option(help="As of this revision.", min=0)] = None,
    retired: Annotated[bool, typer.Option("--retired", help="Retired memories too.")] = False,
    vectors: Annotated[
        bool, typer.Option("--vectors", help="With their vectors, so that nobody embeds again.")
    ] = False,
) -> None:
    """Write the bank as JSONL."""
    from procmem.exchange.bank_file import export as exported
    from procmem.exchange.bank_file import save

    with opened() as lab:
        lines = exported(lab.bank, at=at, retired=retired, vectors=vectors)
        if file is None:
            sys.stdout.writelines(lines)
            sys.stdout.flush()
        else:
            save(file, lines)
            say(f"Wrote {file}.")


def import_file(
    file: Annotated[Path, typer.Argument(help="A JSONL file that `procmem bank export` wrote.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    review: Annotated[bool, typer.Option("--review", help="Queue it as proposals instead of importing.")] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Import a JSONL file: all of it or nothing, by one decision that can be undone. A second time changes nothing."""
    from procmem.exchange.bank_file import load
    from procmem.exchange.bank_import import bring_in, plan, wishes

    found = load(file)
    with opened() as lab:
        change = plan(found, lab.store)
        made: Decision | None = None
        queued: Sequence[Proposal] = ()
        if review and not dry_run:
            queued = wishes(change, file.name, decider(by))
            lab.store.propose(queued)
        elif not dry_run:
            made = bring_in(found, lab.store, decider(by))
        if as_json:
            print_json(
                {**_plan_json(change), "decision": decision_json(made) if made else None, "proposals": len(queued)}
            )
        else:
            _tell_import(change, made, len(queued), dry_run)


def _plan_json(change: Plan) -> dict[str, object]:
    return {
        "added": [memory.id for memory in change.added],
        "revised": [new.id for _, new in change.revised],
        "unchanged": change.same,
    }


def _tell_import(change: Plan, made: Decision | None, queued: int, dry_run: bool) -> None:
    tell(f"{len(change.added)} new, {len(change.revised)} changed, {change.same} in the bank already.")
    if dry_run:
        lines = [f"+ {memory.id}  {memory.title}" for memory in change.added]
        lines += [f"~ {memory.id}  {memory.title}" for _, memory in change.revised]
        for line in lines[:SHOWN]:
            tell(line)
        if len(lines) > SHOWN:
            tell(f"… and {len(lines) - SHOWN} more (--json lists all)")
        tell("A dry run: nothing was written.")
    elif queued:
        tell(f"{queued} proposals wait for a decision: procmem bank queue")
    elif made:
        tell(decision_sentence(made))


def embed(
    model: Annotated[str, typer.Option(help="An embedding model; PROCMEM_EMBEDDER by default.")] = "",
    as_json: AsJson = False,
) -> None:
    """Embed every memory that has no vector of an embedding model. What other models made stays."""
    from procmem.memory.bank import Bank
    from procmem.models.embedders import make_embedder

    with opened() as lab:
        bank = Bank(lab.store, make_embedder(model)) if model else lab.bank
        shown = -1

        def progress(done: int, total: int) -> None:
            nonlocal shown
            if not as_json and (step := 20 * done // total) != shown:
                shown = step
                say(f"{done} of {total} memories embedded")

        missing = bank.embed_missing(progress)
        if as_json:
            print_json({"model": bank.embedder.name, "embedded": missing})
        else:
            tell(f"All memories have a vector of {bank.embedder.name}; {missing} were missing.")

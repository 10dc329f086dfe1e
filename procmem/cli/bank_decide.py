"""``procmem bank``: proposing and deciding. Every change is a proposal and a decision, also the direct commands'."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from procmem.cli.bank_desk import (
    ALL,
    AsJson,
    By,
    MemoryId,
    ProposalId,
    Reason,
    decider,
    decision_named,
    heard,
    is_number,
    memory_named,
    opened,
    proposal_named,
    tell,
)
from procmem.cli.bank_text import decision_json, decision_sentence
from procmem.cli.output import print_json
from procmem.errors import BadInput, UnknownName
from procmem.types import Memory, Proposal

if TYPE_CHECKING:
    from procmem.store.store import BankStore
    from procmem.types import Decision, ProposalKind

ProposalIds = Annotated[list[str], typer.Argument(help="Numbers or ids of proposals; the beginning is enough.")]
Parts = Annotated[bool, typer.Option("--with-subtasks", help="What is retired takes its subtask memories along.")]
Edited = Annotated[Path | None, typer.Option("--file", help="The new contents as JSON, in place of an editor.")]


def accept(
    proposals: Annotated[list[str] | None, typer.Argument(help="Numbers or ids; the beginning is enough.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that wait.")] = False,
    by: By = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Accept proposals."""
    if bool(proposals) == everything:
        raise BadInput("Say which proposals: their numbers (see `procmem bank queue`), or --all.")
    _decide_all(proposals, "accept", by, reason, as_json)


def discard(
    proposals: ProposalIds,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept with the decision.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Discard proposals. A reason is needed, so that others can learn from it."""
    if not reason.strip():
        raise BadInput('Say why: --reason "...".')
    _decide_all(proposals, "discard", by, reason, as_json)


def _decide_all(
    proposals: Sequence[str] | None, verdict: Literal["accept", "discard"], by: str, reason: str, as_json: bool
) -> None:
    with opened() as lab:
        waiting = [proposal_named(lab.store, name) for name in proposals or ()]
        chosen = waiting if proposals else lab.store.proposals(limit=ALL)
        ids = list(dict.fromkeys(filed.proposal.id for filed in chosen))
        made, refused = lab.store.decide_all(ids, verdict, by=decider(by), reason=reason)
        if made or not refused:
            _tell(made, as_json)
        if refused:
            raise BadInput(" ".join(f"{name}: {why}" if len(ids) > 1 else why for name, why in refused.items()))


def edit(
    name: Annotated[str, typer.Argument(help="A proposal's number or id, or a memory's id.")],
    file: Edited = None,
    by: By = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Edit a proposal and accept it so; or revise a memory and its subtask memories. Opens $EDITOR with their JSON."""
    from procmem.exchange.editing import edited_in_editor, edited_in_file, keep

    with opened() as lab:
        subject = _subject(lab.store, name)
        old = _family(lab.store, subject) if isinstance(subject, Memory) else list(subject.memories)
        new = edited_in_file(file, old) if file else edited_in_editor(old)
        changed = [memory for memory in new if memory not in old]
        if new == old or (isinstance(subject, Memory) and not changed):
            raise BadInput("Nothing was changed, so nothing was decided.")
        try:
            if isinstance(subject, Memory):
                made = _carry_out(lab.store, "revise", changed, by, reason)
            else:
                made = lab.store.decide(subject.id, "edit", by=decider(by), reason=reason, edited=new)
        except BadInput as error:
            raise error if file else BadInput(f"{error} What you wrote is kept in {keep(new)}.") from error
        _tell([made], as_json)


def _subject(store: BankStore, name: str) -> Proposal | Memory:
    """What is to be edited: a memory, or a proposal that nobody has decided on."""
    if not is_number(name):
        try:
            return memory_named(store, name)
        except UnknownName:
            pass
    filed = proposal_named(store, name)
    if filed.state != "undecided":
        raise BadInput(f"{filed.proposal.id} is {filed.state} already. Edit its memories, or undo the decision first.")
    return filed.proposal


def _family(store: BankStore, memory: Memory) -> list[Memory]:
    """A memory with its active subtask memories."""
    return [memory, *store.children([memory.id]).get(memory.id, [])]


def undo(
    name: Annotated[str, typer.Argument(help="A decision's id (see `history`), or the proposal that was decided.")],
    cascade: Annotated[bool, typer.Option("--cascade", help="Undo later decisions that stand in the way too.")] = False,
    by: By = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Take a decision back; undoing an undo does it again."""
    with opened() as lab:
        made = decision_named(lab.store, name)
        _tell(lab.store.undo(made.id, by=decider(by), reason=reason, cascade=cascade), as_json)


def retire(
    memory: MemoryId,
    parts: Parts = False,
    by: By = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Retire a memory: it stays in the bank, but no run sees it."""
    with opened() as lab:
        found = memory_named(lab.store, memory)
        if found.status == "retired":
            raise BadInput(f"Memory {found.id!r} is retired already.")
        _tell([_carry_out(lab.store, "retire", _retired(lab.store, found, parts), by, reason)], as_json)


def _retired(store: BankStore, memory: Memory, parts: bool) -> list[Memory]:
    family = _family(store, memory) if parts else [memory]
    return [replace(one, status="retired") for one in family]


def restore(memory: MemoryId, by: By = "", reason: Reason = "", as_json: AsJson = False) -> None:
    """Bring back a memory that was retired, or whose addition was undone."""
    with opened() as lab:
        found = memory_named(lab.store, memory)
        there = found.id in lab.store.latest([found.id])
        if there and found.status == "active":
            raise BadInput(f"Memory {found.id!r} is not retired.")
        back = replace(found, status="active", version=found.version if there else 0)
        _tell([_carry_out(lab.store, "restore", [back], by, reason)], as_json)


def merge(
    keep: MemoryId,
    drop: MemoryId,
    file: Edited = None,
    parts: Parts = False,
    by: By = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Merge two memories: the first one stays, with the contents of --file if given; the second is retired."""
    from procmem.exchange.editing import edited_in_file

    with opened() as lab:
        kept, dropped = memory_named(lab.store, keep), memory_named(lab.store, drop)
        if kept.id == dropped.id or kept.level != dropped.level or "retired" in (kept.status, dropped.status):
            raise BadInput("Two different active memories of one level can be merged.")
        (content,) = edited_in_file(file, [kept]) if file else [kept]
        gone = _retired(lab.store, dropped, parts)
        _tell([_carry_out(lab.store, "merge", [_merged(content, dropped), *gone], by, reason)], as_json)


def _merged(kept: Memory, dropped: Memory) -> Memory:
    """The kept memory, which from now on must not help with the other's tasks either while these are measured."""
    tasks = (*kept.origin.learned_from, dropped.origin.task_id, *dropped.origin.learned_from)
    others = tuple(dict.fromkeys(task for task in tasks if task and task != kept.origin.task_id))
    return replace(kept, origin=replace(kept.origin, learned_from=others))


def distil(
    proposal: ProposalId,
    model: Annotated[str, typer.Option(help='A model id, or "rules"; the run\'s own by default.')] = "",
    as_json: AsJson = False,
) -> None:
    """Distil a proposal again whose distillation failed; the new proposal takes its place in the queue."""
    from procmem.cli.timeline import tell as tell_event

    with opened() as lab:
        distilling = lab.distil_again(proposal_named(lab.store, proposal).proposal.id, model)
        made = heard(distilling, lambda event: None if as_json else tell_event(event))
        if as_json:
            print_json(asdict(made))
        else:
            tell(f"Distilled again as {made.id}. To accept it: procmem bank accept {made.id}")


def _carry_out(store: BankStore, kind: ProposalKind, memories: Sequence[Memory], by: str, reason: str) -> Decision:
    """Propose and accept in one go; the optimistic check of versions holds for it as for everybody."""
    who, why = decider(by), reason or f"{kind.capitalize()} from the command line"
    wished = Proposal(f"{kind}-{memories[0].id}-{uuid.uuid4().hex[:8]}", kind, tuple(memories), who, why)
    store.propose([wished])
    return store.decide(wished.id, "accept", by=who, reason=reason)


def _tell(made: Sequence[Decision], as_json: bool) -> None:
    if as_json:
        print_json([decision_json(one) for one in made])
    for one in () if as_json else made:
        tell(decision_sentence(one))

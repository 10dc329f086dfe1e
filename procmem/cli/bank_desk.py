"""What the ``procmem bank`` commands share: the open store, ids that may be abbreviated, and who decides."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar, cast

import typer

from procmem.cli.output import printable
from procmem.errors import BadInput, UnknownName

if TYPE_CHECKING:
    from procmem.events import Event
    from procmem.lab import Lab
    from procmem.store.store import BankStore
    from procmem.types import Decision, FiledProposal, Memory

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
By: TypeAlias = Annotated[str, typer.Option("--by", help="Who decides; your user name by default.")]
Reason: TypeAlias = Annotated[str, typer.Option("--reason", help="Why; it is kept with the decision.")]
ProposalId: TypeAlias = Annotated[str, typer.Argument(help="A proposal's number or id; the beginning is enough.")]
MemoryId: TypeAlias = Annotated[str, typer.Argument(help="A memory's id; the beginning is enough.")]

ALL = 10_000_000
_NUMBER_DIGITS = 7  # a longer row of digits may be the beginning of a decision's id

T = TypeVar("T")


@contextmanager
def opened() -> Iterator[Lab]:
    """The lab of this installation's settings; what must be told about its opening goes to standard error."""
    from procmem.settings import Settings
    from procmem.workbench import Workbench

    workbench = Workbench.open(Settings.load())
    try:
        for notice in workbench.store.notices:
            typer.echo(notice, err=True)
        yield workbench.lab
    finally:
        workbench.close()


def decider(by: str) -> str:
    """Who decides: the given name, else the user of this terminal."""
    name = by.strip() or os.environ.get("USER") or os.environ.get("USERNAME") or "command line"
    return name.strip()


def memory_named(store: BankStore, name: str) -> Memory:
    """The memory of an id, or of the only id that begins so; its last version where it left the bank.

    Raises:
        BadInput: there is none, or there are several.
    """
    try:
        return store.memory(name)
    except UnknownName as unknown:
        memories = {memory.id: memory for memory in store.memories(retired=True) if memory.id.startswith(name)}
        return memories[_only(name, list(memories), unknown)]


def proposal_named(store: BankStore, name: str) -> FiledProposal:
    """The proposal of a number, an id, or of the only id that begins so.

    Raises:
        BadInput: there is none, or there are several.
    """
    if is_number(name):
        found = store.proposals(state="all", after=int(name) - 1, limit=1)
        if found and found[0].number == int(name):
            return found[0]
    try:
        return store.proposal(name)
    except UnknownName as unknown:
        begun = {filed.proposal.id: filed for filed in store.proposals(state="all", limit=ALL)}
        return begun[_only(name, [one for one in begun if one.startswith(name)], unknown)]


def decision_named(store: BankStore, name: str) -> Decision:
    """The decision of an id, of the only id that begins so, or the one in force on the proposal of that name.

    Raises:
        BadInput: there is none, there are several, or the proposal is undecided.
    """
    try:
        return store.decision(name)
    except UnknownName as unknown:
        begun = (
            {} if is_number(name) else {one.id: one for one in store.decisions(limit=ALL) if one.id.startswith(name)}
        )
        if begun:
            return begun[_only(name, list(begun), unknown)]
    filed = proposal_named(store, name)
    if filed.decision is None:
        raise BadInput(f"Nobody has decided on {filed.proposal.id} yet, so there is nothing to undo.")
    return filed.decision


def is_number(name: str) -> bool:
    """Whether a name is a proposal's number."""
    return name.isdecimal() and len(name) < _NUMBER_DIGITS


def _only(name: str, found: Sequence[str], unknown: UnknownName) -> str:
    if not found:
        raise unknown
    if len(found) > 1:
        some = ", ".join(map(repr, found[:5])) + (", …" if len(found) > 5 else "")
        raise BadInput(f"{len(found)} ids begin with {name!r}: {some}. Write more of it.")
    return found[0]


def heard(telling: Generator[Event, None, T], hear: Callable[[Event], None]) -> T:
    """What a generator of events returns in the end; each event is heard on the way."""
    while True:
        try:
            hear(next(telling))
        except StopIteration as end:
            return cast("T", end.value)


def tell(text: str) -> None:
    """A result for a person."""
    typer.echo(printable(text))


def say(text: str) -> None:
    """A hint for a person, on standard error, so that standard output holds results only."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()

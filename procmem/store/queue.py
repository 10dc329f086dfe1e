"""The queue as a curator walks along it: what stands beside a proposal, how far it is, and what was decided last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from procmem.store.history import DECISION, decision
from procmem.store.proposals import STATES, Proposals
from procmem.store.rows import to_utc
from procmem.types import Decision, FiledProposal, ProposalKind

_PROGRESS = """
select (select count(*) from proposal where state = 'undecided'), count(*), count(*) filter (d.decided >= ?)
from proposal p join decision d on d.number = p.decision
where p.kind <> 'import' and d.decider <> p.author and not list_contains(?::varchar[], d.decider)
"""


class Queue(Proposals):
    """Walking along the proposals."""

    def beside(
        self,
        number: int,
        *,
        state: Literal["undecided", "decided", "all"] = "undecided",
        kind: ProposalKind | None = None,
    ) -> tuple[FiledProposal | None, FiledProposal | None]:
        """The proposals before and after a place in the queue, among those of a state and kind."""
        ((before, after),) = self._db.rows(
            "select max(number) filter (number < ?), min(number) filter (number > ?) from proposal "
            "where list_contains(?, state) and (? is null or kind = ?)",
            number,
            number,
            STATES[state],
            kind,
            kind,
        )
        found = {filed.number: filed for filed in self._filed("number", [n for n in (before, after) if n is not None])}
        return found.get(before), found.get(after)

    def progress(self, since: datetime, automatic: Sequence[str]) -> tuple[int, int, int]:
        """How many proposals wait, how many were reviewed by people, and how many of those since a moment.

        What its own author or an automatic curator decided was not reviewed.
        """
        ((waiting, decided, lately),) = self._db.rows(_PROGRESS, to_utc(since), list(automatic))
        return waiting, decided, lately

    def newest_decision(self, by: str) -> Decision | None:
        """The newest verdict of this person that is in force."""
        rows = self._db.rows(
            f"select {DECISION} from decision where decider = ? and in_force and verdict <> 'undo' "
            "order by number desc limit 1",
            by,
        )
        return decision(rows[0]) if rows else None

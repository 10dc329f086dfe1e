"""The queue of proposals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Literal

from procmem.errors import BadInput, UnknownName
from procmem.store.database import Row, Session, utc_now
from procmem.store.history import DECISION, History, decision
from procmem.store.rows import from_utc, proposal, to_json
from procmem.types import FiledProposal, Proposal, ProposalKind, ProposalState

_FILED = "number, id, payload, proposed, state, decision"
STATES: dict[str, list[ProposalState]] = {
    "undecided": ["undecided"],
    "decided": ["accepted", "edited", "discarded"],
    "all": ["undecided", "accepted", "edited", "discarded"],
}


class Proposals(History):
    """The proposal table."""

    def propose(self, proposals: Sequence[Proposal]) -> None:
        """Queue proposals. A proposal whose id is already there is left as it is.

        Raises:
            BadInput: a proposal without memories.
        """
        for wished in proposals:
            if not wished.memories:
                raise BadInput(f"Proposal {wished.id!r} holds no memory.")
        with self._db.write() as session:
            file_proposals(session, proposals)

    def proposals(
        self,
        *,
        state: Literal["undecided", "decided", "all"] = "undecided",
        kind: ProposalKind | None = None,
        run_id: str | None = None,
        after: int = 0,
        limit: int = 100,
    ) -> list[FiledProposal]:
        """Proposals with a number above ``after``, oldest first; of one kind and run, or of all."""
        numbers = self._db.rows(
            "select number from proposal where number > ? and list_contains(?, state) "
            "and (? is null or kind = ?) and (? is null or run_id = ?) order by number limit ?",
            after,
            STATES[state],
            kind,
            kind,
            run_id,
            run_id,
            limit,
        )
        return self._filed("number", [number for (number,) in numbers])

    def proposal(self, proposal_id: str) -> FiledProposal:
        """One proposal.

        Raises:
            UnknownName: there is no such proposal.
        """
        filed = self._filed("id", [proposal_id])
        if not filed:
            raise self._no_proposal(proposal_id)
        return filed[0]

    def proposal_counts(self) -> dict[ProposalState, int]:
        """How many proposals are in each state; all states are there."""
        counts: dict[ProposalState, int] = dict.fromkeys(STATES["all"], 0)
        return counts | dict(self._db.rows("select state, count(*) from proposal group by state"))

    def _filed(self, column: Literal["number", "id"], values: Sequence[object]) -> list[FiledProposal]:
        rows = self._db.within(f"select {_FILED} from proposal where {column}", values)
        made = self._db.within(
            f"select number, {DECISION} from decision where number", [row[-1] for row in rows if row[-1]]
        )
        decisions = {number: decision(tuple(row)) for number, *row in made}
        return [
            FiledProposal(number, proposal(text), from_utc(proposed), state, decisions.get(decided))
            for number, _, text, proposed, state, decided in sorted(rows)
        ]

    def _no_proposal(self, proposal_id: str) -> UnknownName:
        alike = self._db.rows("select id from proposal order by levenshtein(id, ?), id limit 5", proposal_id)
        return UnknownName("proposal", proposal_id, [id_ for (id_,) in alike])


def file_proposals(session: Session, proposals: Sequence[Proposal]) -> None:
    """Put proposals at the end of the queue; one whose id is there already is left as it is."""
    ((last,),) = session.run("select coalesce(max(number), 0) from proposal")
    wished = {p.id: p for p in reversed(proposals)}  # of two with the same id, the first
    for (id_,) in session.within("select id from proposal where id", list(wished)):
        del wished[id_]
    rows: list[Row] = [
        (number, p.id, p.kind, p.run_id, p.author, utc_now(), to_json(asdict(p)), "undecided")
        for number, p in enumerate(reversed(wished.values()), last + 1)
    ]
    session.insert("insert into proposal", "number, id, kind, run_id, author, proposed, payload, state", rows)

"""Undo: decisions taken back by further decisions, and what the log of decisions says."""

from __future__ import annotations

from collections.abc import Sequence

from procmem.errors import BadInput, UnknownName
from procmem.store.history import DECISION, Page, Standing, decision
from procmem.store.verdicts import SETTLED, Verdicts, told
from procmem.types import Decision, ProposalState, Verdict

_IN_THE_WAY = f"""
select distinct x.number, {", ".join(f"x.{name}" for name in DECISION.split(", "))}
from memory_head mine
join memory_head later on later.memory_id = mine.memory_id and later.revision > mine.revision
join decision x on x.changed and x.in_force and x.revision = later.revision
left join decision taken on taken.id = x.undoes
where list_contains(?, mine.revision) and (x.undoes is null or taken.revision < mine.revision)
"""
_MOVED = """
select h.memory_id, h.number, h.before, v.version, v.level, v.status, v.position
from memory_head h left join memory_version v on v.number = h.before where h.revision = ?
"""


class Undo(Verdicts):
    """The log of decisions, and taking them back."""

    def decision(self, decision_id: str) -> Decision:
        """One decision.

        Raises:
            UnknownName: there is no such decision.
        """
        return self._numbered(decision_id)[2]

    def decisions(
        self,
        *,
        memory_id: str | None = None,
        proposal_id: str | None = None,
        after: int | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[Decision]:
        """Decisions, newest first: those that changed one memory, those on one proposal, or those above a revision."""
        wanted, values = ["true"], list[object]()
        if memory_id is not None:
            wanted.append("changed and revision in (select revision from memory_head where memory_id = ?)")
            values.append(memory_id)
        if proposal_id is not None:
            wanted.append("proposal_id = ?")
            values.append(proposal_id)
        if after is not None:
            wanted.append("revision > ?")
            values.append(after)
        rows = self._db.rows(
            f"select {DECISION} from decision where {' and '.join(wanted)} order by number desc limit ? offset ?",
            *values,
            limit,
            offset,
        )
        return [decision(row) for row in rows]

    def dependents(self, decision_id: str) -> list[Decision]:
        """The later decisions in force that an undo would have to take along, newest first."""
        _, changed, made = self._numbered(decision_id)
        return self._in_the_way(made) if changed and made.in_force else []

    def undo(self, decision_id: str, *, by: str, reason: str = "", cascade: bool = False) -> list[Decision]:
        """Take a decision back (an undo too, which is a redo): its memories stand again as before it.

        The proposal is undecided again. Where later decisions changed the same memories, ``cascade`` undoes them first,
        newest first. Each undo is a decision of its own; all happen together or not at all; newest last.

        Raises:
            UnknownName: there is no such decision.
            BadInput: it was undone before, or later decisions (named) stand in the way and ``cascade`` is false, or a
                redo whose proposal has been decided anew.
        """
        with self._page() as page:
            _, changed, made = self._numbered(decision_id)
            if not made.in_force:
                raise BadInput(f"This decision was undone before: {self._undone_by(made)}.")
            later = self._in_the_way(made) if changed else []
            if later and not cascade:
                raise BadInput(_obstacles(later))
            return [self._take_back(page, one, changed, by, reason) for one in (*later, made)]

    def _take_back(self, page: Page, made: Decision, changed: bool, by: str, reason: str) -> Decision:
        undoing = page.begin(made.proposal_id, "undo", by, reason, changes=changed, undoes=made.id)
        if changed:
            _let_stand_again(page, made, undoing)
        page.end(undoing, changes=changed)
        page.force(made.id, False)
        redone = self._redone(page, made)
        if redone is None:
            page.settle(made.proposal_id, "undecided", None)
            return undoing
        state = _state(page, made.proposal_id)
        if state != "undecided":
            raise BadInput(f"This cannot be done again: its proposal has been decided anew ({state}). Undo that first.")
        number, verdict = redone
        page.settle(made.proposal_id, SETTLED[verdict], number)
        return undoing

    def _redone(self, page: Page, made: Decision) -> tuple[int, Verdict] | None:
        """The verdict that is in force again: its number, and what it was.

        A decision that is taken back may be an undo, perhaps of an undo, and so on down to a verdict. Every other link
        of that chain comes into force, and the links between them go out of force.
        """
        number, link, in_force = 0, made, False
        while link.undoes:
            number, _, link = self._numbered(link.undoes)
            in_force = not in_force
            page.force(link.id, in_force)
        return (number, link.verdict) if in_force else None

    def _in_the_way(self, made: Decision) -> list[Decision]:
        found: dict[int, Decision] = {}
        revisions = [made.revision]
        while revisions:
            rows = self._db.rows(_IN_THE_WAY, revisions)
            news = {number: decision(tuple(row)) for number, *row in rows if number not in found}
            found |= news
            revisions = [later.revision for later in news.values()]
        return [found[number] for number in sorted(found, reverse=True)]

    def _numbered(self, decision_id: str) -> tuple[int, bool, Decision]:
        rows = self._db.rows(f"select number, changed, {DECISION} from decision where id = ?", decision_id)
        if not rows:
            alike = self._db.rows("select id from decision order by levenshtein(id, ?), id limit 5", decision_id)
            raise UnknownName("decision", decision_id, [id_ for (id_,) in alike])
        ((number, changed, *row),) = rows
        return number, changed, decision(tuple(row))

    def _undone_by(self, made: Decision) -> str:
        rows = self._db.rows(f"select {DECISION} from decision where undoes = ? and in_force", made.id)
        return told(decision(rows[0])) if rows else "it is not in force"


def _let_stand_again(page: Page, made: Decision, undoing: Decision) -> None:
    """Point each memory of a decision back to the version that stood before it."""
    rows = page.session.run(_MOVED, made.revision)
    page.look_up([memory_id for memory_id, *_ in rows])
    for memory_id, number, before, version, level, status, position in rows:
        past = page.standing(memory_id)
        if past is None or past.number != number:
            raise AssertionError(f"memory {memory_id!r} does not stand as decision {made.id!r} left it")
        page.move(undoing, memory_id, Standing(before, past.first, past.versions, version, level, status, position))


def _state(page: Page, proposal_id: str) -> ProposalState:
    settled = page.settled(proposal_id)
    if settled:
        return settled
    ((state,),) = page.session.run("select state from proposal where id = ?", proposal_id)
    found: ProposalState = state
    return found


def _obstacles(later: Sequence[Decision]) -> str:
    named = "; ".join(f"{told(one)}, decision {one.id}" for one in later[:3])
    more = f"; and {len(later) - 3} more" if len(later) > 3 else ""
    count = "A later decision" if len(later) == 1 else f"{len(later)} later decisions"
    return f"{count} changed the same memories: {named}{more}. Undo the newest first, or all of them together."

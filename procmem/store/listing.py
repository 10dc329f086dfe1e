"""Looking through the bank (``Catalogue``)."""

from __future__ import annotations

from collections.abc import Sequence

from procmem.store.catalogue import Changes, Entry, Facets, Filter, LastUsed, Listed, Order, Success, Use
from procmem.store.database import Row
from procmem.store.history import DECISION, History, decision
from procmem.store.rows import SUMMARY, from_utc, summary
from procmem.types import BankDifference, Decision, Memory

_AT = """(
    select memory_id, any_value(first) as first, arg_max(coalesce(h.number, 0), revision) as number
    from memory_head h join memory_now using (memory_id) where revision <= ? group by memory_id
)"""  # arg_max passes over nulls, so a memory that left is number 0
_USED = """(
    select memory_id, count(*) as entered,
        count(*) filter (graded) as runs, count(*) filter (graded and success) as successes,
        max(started) as last_used, bool_or(simulated) as simulated
    from (select distinct memory_id, run from recall where entered{among})
    join (
        select number, started, simulated, success, success is not null and steps is not null as graded
        from run where status in ('succeeded', 'failed', 'ungraded')
    ) on number = run
    group by memory_id
)"""  # the same runs as those of Outcomes
_SUCCESS: dict[Success, str] = {
    "high": "u.successes >= 0.8 * u.runs and u.runs > 0",
    "middle": "u.successes >= 0.5 * u.runs and u.successes < 0.8 * u.runs",
    "low": "u.successes < 0.5 * u.runs",
    "unknown": "coalesce(u.runs, 0) = 0",
}
_SINCE = "u.last_used {} (now() at time zone 'UTC')::timestamp - interval {}"
_LAST_USED: dict[LastUsed, str] = {
    "day": _SINCE.format(">=", "1 day"),
    "week": _SINCE.format(">=", "7 days"),
    "month": _SINCE.format(">=", "30 days"),
    "longer": _SINCE.format("<", "30 days"),
    "never": "u.last_used is null",
}
_ORDER: dict[Order, str] = {
    "newest": "v.number desc",
    "oldest": "first, v.number",
    "title": "lower(v.title), v.number",
    "used": "coalesce(u.entered, 0) desc, v.number desc",
    "success": "u.successes / nullif(u.runs, 0) desc nulls last, u.runs desc, v.number desc",
    "recent": "u.last_used desc nulls last, v.number desc",
}
_CHANGED = """(
    select arg_min(coalesce(h.before, 0), revision) as early, arg_max(coalesce(h.number, 0), revision) as late,
        any_value(first) as first
    from memory_head h join memory_now using (memory_id) where revision > ? and revision <= ?
    group by memory_id having early <> late
)"""


class Listing(History):
    """The bank's ``Catalogue``."""

    def listed(self, wanted: Filter, *, limit: int = 25, offset: int = 0) -> Listed:
        """See ``Catalogue``."""
        where, values = _where(wanted)
        ((total,),) = self._db.rows(f"select count(*) from {where}", *values)
        order, more = _order(wanted)
        rows = self._db.rows(
            f"select v.number from {where} order by {order} limit ? offset ?", *values, *more, limit, offset
        )
        return Listed(self._entries([number for (number,) in rows]), total)

    def names(self, wanted: Filter) -> list[str]:
        """See ``Catalogue``."""
        where, values = _where(wanted)
        order, more = _order(wanted)
        rows = self._db.rows(f"select v.memory_id from {where} order by {order}", *values, *more)
        return [memory_id for (memory_id,) in rows]

    def _entries(self, numbers: Sequence[int]) -> tuple[Entry, ...]:
        memories = list(self._present.versions(numbers).values())
        among = " and memory_id in (select unnest(?))"
        rows = self._db.rows(f"from {_USED.format(among=among)}", [memory.id for memory in memories])
        uses = {memory_id: tuple(rest) for memory_id, *rest in rows}
        return tuple(_entry(memory, uses.get(memory.id)) for memory in memories)

    def facets(self) -> Facets:
        """See ``Catalogue``."""
        ((agents, builders, builds),) = self._db.rows(
            "select list(distinct agent order by agent), list(distinct builder order by builder), "
            "list(distinct build order by build) from memory_version"
        )
        return Facets(tuple(agents or ()), tuple(builders or ()), tuple(builds or ()))

    def uses(self, memory_id: str, *, entered: bool = True, limit: int = 20, offset: int = 0) -> tuple[list[Use], int]:
        """See ``Catalogue``."""
        which = "memory_id = ? and entered" if entered else "memory_id = ?"
        ((total,),) = self._db.rows(f"select count(distinct run) from recall where {which}", memory_id)
        columns = ", ".join(f"r.{name}" for name in SUMMARY.split(", "))
        rows = self._db.rows(
            f"select {columns}, u.version, u.reader, u.turn, u.rank, u.score, u.entered, u.reason from ("
            f"    select distinct on (run) * from recall where {which} order by run, recall.entered desc, rank"
            ") u join run r on r.number = u.run order by r.number desc limit ? offset ?",
            memory_id,
            limit,
            offset,
        )
        width = len(SUMMARY.split(", "))
        return [Use(summary(row[:width]), *row[width:]) for row in rows], total

    def rests_on_simulation(self, memory_id: str) -> bool:
        """See ``Catalogue``."""
        rows = self._db.rows(
            "select 1 from recall join run on number = recall.run "
            "where memory_id = ? and entered and simulated and success is not null limit 1",
            memory_id,
        )
        return bool(rows)

    def changes(self, before: int, after: int, *, limit: int = 25, offset: int = 0) -> Changes:
        """See ``Catalogue``."""
        span = (min(before, after), max(before, after))
        early, late = ("early", "late") if before <= after else ("late", "early")
        ((added, revised, removed),) = self._db.rows(
            f"select count(*) filter ({early} = 0), count(*) filter (early <> 0 and late <> 0), "
            f"count(*) filter ({late} = 0) from {_CHANGED}",
            *span,
        )
        pairs = self._db.rows(
            f"select {early}, {late} from {_CHANGED} order by first limit ? offset ?", *span, limit, offset
        )
        versions = self._present.versions(number for pair in pairs for number in pair if number)
        page = BankDifference(
            tuple(versions[new] for old, new in pairs if not old),
            tuple((versions[old], versions[new]) for old, new in pairs if old and new),
            tuple(versions[old] for old, new in pairs if not new),
        )
        return Changes(page, added, revised, removed)

    def maker(self, revision: int) -> Decision | None:
        """See ``Catalogue``."""
        rows = self._db.rows(f"select {DECISION} from decision where changed and revision = ?", revision)
        return decision(rows[0]) if rows else None


def _where(wanted: Filter) -> tuple[str, list[object]]:
    """What to select from and under which conditions; the uses only where filter or order asks for them."""
    needs_uses = wanted.success or wanted.used or (wanted.ids is None and "u." in _ORDER[wanted.order])
    tables = f"memory_version v join {'memory_now' if wanted.at is None else _AT} now on now.number = v.number"
    if needs_uses:
        tables += f" left join {_USED.format(among='')} u on u.memory_id = v.memory_id"
    conditions, values = _conditions(wanted)
    before: list[object] = [] if wanted.at is None else [wanted.at]
    return f"{tables} where {' and '.join(conditions)}", before + values


def _order(wanted: Filter) -> tuple[str, list[object]]:
    if wanted.ids is None:
        return _ORDER[wanted.order], []
    return "list_position(?, v.memory_id)", [list(wanted.ids)]


def _conditions(wanted: Filter) -> tuple[list[str], list[object]]:
    conditions, values = ["true"], list[object]()
    status = None if wanted.status == "any" else wanted.status
    columns = {"level": wanted.level, "agent": wanted.agent, "builder": wanted.builder, "build": wanted.build}
    for column, value in {"status": status, **columns}.items():
        if value is not None:
            conditions.append(f"v.{column} = ?")
            values.append(value)
    for word in wanted.words.lower().split():
        conditions.append("contains(v.words, ?)")
        values.append(word)
    if wanted.ids is not None:
        conditions.append("v.memory_id in (select unnest(?))")
        values.append(list(wanted.ids))
    if wanted.success is not None:
        conditions.append(_SUCCESS[wanted.success])
    if wanted.used is not None:
        conditions.append(_LAST_USED[wanted.used])
    return conditions, values


def _entry(memory: Memory, uses: Row | None) -> Entry:
    if uses is None:
        return Entry(memory, 0, 0, 0, None, False)
    entered, runs, successes, last_used, simulated = uses
    return Entry(memory, entered, runs, successes, from_utc(last_used), simulated)

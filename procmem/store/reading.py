"""Reading the bank: now, as of a revision, by word, and how it came to be."""

from __future__ import annotations

from collections.abc import Sequence

from procmem.errors import UnknownName
from procmem.store.history import DECISION, History, decision
from procmem.types import BankDifference, Memory, MemoryLevel, Version

_AT = """(
    select any_value(first) as first, arg_max(coalesce(h.number, 0), revision) as number
    from memory_head h join memory_now using (memory_id) where revision <= ? group by memory_id
)"""  # arg_max passes over nulls, so a memory that left is number 0


class Reading(History):
    """The memories."""

    def memories(
        self,
        *,
        level: MemoryLevel | None = None,
        agent: str | None = None,
        at: int | None = None,
        retired: bool = False,
        words: str = "",
        builder: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Memory]:
        """The bank now, or as of revision ``at``, oldest first; without retired memories unless asked.

        ``words``: every one of them occurs in key, title or content, in any case.
        """
        wanted = ["true"] if retired else ["status = 'active'"]
        values: list[object] = [] if at is None else [at]
        for column, value in (("level", level), ("agent", agent), ("builder", builder)):
            if value is not None:
                wanted.append(f"{column} = ?")
                values.append(value)
        for word in words.lower().split():
            wanted.append("contains(words, ?)")
            values.append(word)
        rows = self._db.rows(
            f"select v.number from memory_version v join {'memory_now' if at is None else _AT} now using (number) "
            f"where {' and '.join(wanted)} order by now.first limit ? offset ?",
            *values,
            limit,
            offset,
        )
        return list(self._present.versions(number for (number,) in rows).values())

    def count(self, *, at: int | None = None, level: MemoryLevel | None = None) -> int:
        """How many active memories the bank holds now, or as of a revision."""
        if at is None or at >= self.revision:
            mark = self._now()
            full_tasks, subtasks = mark.full_tasks, mark.subtasks
        else:
            rows = self._db.rows("select full_tasks, subtasks from decision where changed and revision = ?", at)
            full_tasks, subtasks = rows[0] if rows else (0, 0)
        return {"full-task": full_tasks, "subtask": subtasks, None: full_tasks + subtasks}[level]

    def sizes(self) -> list[tuple[int, int, int]]:
        """The bank's size at every revision: (revision, active full-task memories, active subtask memories)."""
        rows = self._db.rows("select revision, full_tasks, subtasks from decision where changed order by number")
        return [(revision, full_tasks, subtasks) for revision, full_tasks, subtasks in rows]

    def memory(self, memory_id: str, version: int | None = None) -> Memory:
        """One memory: as it stands, its last version where it left the bank, or a given version.

        Raises:
            UnknownName: there is no such memory or version.
        """
        if version is None and (standing := self._present.find([memory_id])):
            return standing[memory_id]
        rows = self._db.rows("select first, versions from memory_now where memory_id = ?", memory_id)
        if not rows:
            raise self._no_memory(memory_id)
        ((first, versions),) = rows
        wanted = versions if version is None else version
        if not 1 <= wanted <= versions:
            raise UnknownName(f"version of memory {memory_id!r}", str(wanted), map(str, range(1, versions + 1)))
        ((number,),) = self._db.rows(
            "select number from memory_version where number >= ? and memory_id = ? and version = ?",
            first,
            memory_id,
            wanted,
        )
        return self._present.versions([number])[number]

    def latest(self, ids: Sequence[str]) -> dict[str, Memory]:
        """These memories as they stand, by id; ids that are not in the bank are left out."""
        return self._present.find(ids)

    def children(self, memory_ids: Sequence[str]) -> dict[str, list[Memory]]:
        """Per full-task memory its active subtask memories, in the order of its subtasks."""
        rows = self._db.within(
            "select parent, position, memory_id, number from memory_version where status = 'active' and parent",
            list(dict.fromkeys(memory_ids)),
        )
        standing = sorted(row for row in rows if self._present.stands(row[2], row[3]))
        versions = self._present.versions(number for *_, number in standing)
        children: dict[str, list[Memory]] = {memory_id: [] for memory_id in memory_ids}
        for parent, _, _, number in standing:
            children[parent].append(versions[number])
        return children

    def sample(self, level: MemoryLevel, agent: str | None, seed: int, limit: int) -> list[str]:
        """Ids of active memories in an order that the seed decides; equal banks and seeds give equal orders."""
        rows = self._db.rows(
            "select memory_id from memory_version v join memory_now now using (number, memory_id) "
            "where status = 'active' and level = ? and (? is null or agent = ?) "
            "order by md5(concat(?::integer, ' ', memory_id)), memory_id limit ?",
            level,
            agent,
            agent,
            seed,
            limit,
        )
        return [memory_id for (memory_id,) in rows]

    def history(self, memory_id: str) -> list[Version]:
        """Every change of a memory, oldest first.

        Raises:
            UnknownName: there never was such a memory.
        """
        heads = self._db.rows(
            "select revision, number from memory_head where memory_id = ? order by revision", memory_id
        )
        if not heads:
            raise self._no_memory(memory_id)
        rows = self._db.within(
            f"select revision, {DECISION} from decision where changed and revision",
            [revision for revision, _ in heads],
        )
        decisions = {revision: decision(tuple(row)) for revision, *row in rows}
        versions = self._present.versions(number for _, number in heads if number)
        return [Version(versions[number] if number else None, decisions[revision]) for revision, number in heads]

    def difference(self, before: int, after: int) -> BankDifference:
        """What changed in the bank from one revision to another, which may be the earlier one."""
        rows = self._db.rows(
            "select arg_min(coalesce(h.before, 0), revision) as early, "
            "arg_max(coalesce(h.number, 0), revision) as late "
            "from memory_head h join memory_now using (memory_id) where revision > ? and revision <= ? "
            "group by memory_id having early <> late order by any_value(first)",
            min(before, after),
            max(before, after),
        )
        pairs = rows if before <= after else [(late, early) for early, late in rows]
        versions = self._present.versions(number for pair in pairs for number in pair if number)
        return BankDifference(
            tuple(versions[new] for old, new in pairs if not old),
            tuple((versions[old], versions[new]) for old, new in pairs if old and new),
            tuple(versions[old] for old, new in pairs if not new),
        )

    def _no_memory(self, memory_id: str) -> UnknownName:
        alike = self._db.rows(
            "select memory_id from memory_now order by levenshtein(memory_id, ?), memory_id limit 5", memory_id
        )
        return UnknownName("memory", memory_id, [id_ for (id_,) in alike])

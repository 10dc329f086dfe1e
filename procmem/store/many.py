"""Many memories at once: an import is one proposal, one decision, one revision and one undo."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
import numpy.typing as npt

from procmem.errors import BadInput
from procmem.store.history import Page, Standing
from procmem.store.proposals import file_proposals
from procmem.store.rows import as_kept
from procmem.store.undo import Undo
from procmem.types import Decision, Memory, Proposal

CHUNK = 5000
"""Memories that are turned into rows at once, so that an import of any size needs the memory of this many."""

Matrix = npt.NDArray[np.float32]


class Import(Undo):
    """Writing many memories by one decision."""

    def add_many(
        self,
        memories: Sequence[Memory],
        *,
        by: str,
        reason: str,
        vectors: Mapping[str, Matrix] | None = None,
        batch: str = "",
    ) -> Decision | None:
        """Write many memories by one "import" proposal and one decision: one revision, one undo.

        A memory that the bank holds with equal content is skipped; one with other content becomes its next version.
        Nothing is written, and ``None`` returned, when all are there already.

        Args:
            memories: Full contents; a subtask memory's parent is in the bank or among them.
            by: Who imports.
            reason: Where they come from, such as the file's name.
            vectors: Per embedding model id an array (len(memories), dim) of unit vectors in the order of ``memories``.
            batch: The proposal's id; the same one a second time raises.

        Raises:
            BadInput: an id twice, a parent that is nowhere, a batch that was imported before, or vectors that do not
                fit: their number, their length, or another dimension than the model's.
        """
        given = {model: _unit_vectors(model, matrix, len(memories)) for model, matrix in (vectors or {}).items()}
        _no_id_twice(memories)
        with self._page() as page:
            proposal = Proposal(batch or f"import-{uuid.uuid4().hex[:12]}", "import", (), by, reason)
            self._check(page, memories, proposal.id, given)
            made: Decision | None = None
            for start in range(0, len(memories), CHUNK):
                rows = self._news(page, memories, range(start, min(start + CHUNK, len(memories))))
                if rows and made is None:
                    file_proposals(page.session, [proposal])
                    made = page.begin(proposal.id, "accept", by, reason, changes=True)
                if rows and made:
                    _write(page, made, [(memories[row], row) for row in rows], given)
            if made:
                page.end(made, changes=True)
                page.settle(proposal.id, "accepted", page.decision)
        return made

    def _check(self, page: Page, memories: Sequence[Memory], batch: str, given: Mapping[str, Matrix]) -> None:
        if page.session.run("select 1 from proposal where id = ?", batch):
            raise BadInput(f"The batch {batch!r} was imported before. Give this import another name.")
        ids = {memory.id for memory in memories}
        parents = {memory.parent for memory in memories if memory.parent} - ids
        page.look_up(list(parents))
        for memory in memories:
            if memory.parent in parents and not _stands(page, memory.parent):
                raise BadInput(
                    f"Memory {memory.id!r} belongs to the full-task memory {memory.parent!r}, which is neither in the "
                    "bank nor in this import. Import that one as well."
                )
        for model, matrix in given.items():
            known = page.session.run("select octet_length(vector) from embedding where model = ? limit 1", model)
            if known and known[0][0] != 4 * matrix.shape[1]:
                raise BadInput(
                    f"The vectors of {model!r} in the bank have {known[0][0] // 4} numbers, these {matrix.shape[1]}."
                )

    def _news(self, page: Page, memories: Sequence[Memory], rows: range) -> list[int]:
        """The rows whose memories the bank does not hold like this."""
        page.look_up([memories[row].id for row in rows])
        stands = {row: past for row in rows if (past := page.standing(memories[row].id)) and past.number is not None}
        held = self._present.versions(past.number for past in stands.values() if past.number is not None)
        return [row for row in rows if row not in stands or not _equal(memories[row], held, stands[row])]


def _equal(new: Memory, held: Mapping[int, Memory], past: Standing) -> bool:
    return past.number is not None and held[past.number] == as_kept(replace(new, version=past.version))


def _stands(page: Page, memory_id: str) -> bool:
    past = page.standing(memory_id)
    return past is not None and past.number is not None


def _write(page: Page, made: Decision, news: Sequence[tuple[Memory, int]], given: Mapping[str, Matrix]) -> None:
    """Write one chunk: memories with their rows, which are their places and those of their vectors."""
    first = page.number + 1
    for memory, row in news:
        past = page.standing(memory.id)
        version = past.versions + 1 if past else 1
        numbered = memory if memory.version == version else replace(memory, version=version)
        page.put(made, numbered, past.position if past else row)
    for model, matrix in given.items():
        vectors = [(model, number, matrix[row].tobytes()) for number, (_, row) in enumerate(news, first)]
        page.session.insert("insert into embedding", "model, number, vector", vectors)
    page.flush()


def _no_id_twice(memories: Sequence[Memory]) -> None:
    counted = Counter(memory.id for memory in memories)
    twice = [memory_id for memory_id, times in counted.items() if times > 1]
    if twice:
        named = ", ".join(repr(memory_id) for memory_id in islice(twice, 5))
        raise BadInput(f"{len(twice)} memories are given more than once: {named}. Each id may occur once.")


def _unit_vectors(model: str, matrix: Matrix, count: int) -> Matrix:
    if matrix.ndim != 2 or len(matrix) != count:
        raise BadInput(f"{count} memories need {count} vectors of {model!r}, not an array of shape {matrix.shape}.")
    lengths = np.linalg.norm(matrix, axis=1)
    wrong = np.flatnonzero(~(np.abs(lengths - 1) < 1e-3))  # a NaN is wrong too
    if len(wrong):
        raise BadInput(f"Vector {wrong[0] + 1} of {model!r} is not of length 1 but {lengths[wrong[0]]:.4g}.")
    return np.ascontiguousarray(matrix, "<f4")

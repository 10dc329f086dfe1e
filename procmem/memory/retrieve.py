"""Retrieval: how memories are ranked for a query (Mem^p 3 and Table 2).

Contract on top, members below, the registry at the foot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Mapping, Sequence
from typing import Protocol

import numpy as np

from procmem.events import Event
from procmem.memory.bank import Hit
from procmem.memory.desk import Desk
from procmem.models.conversation import Conversation, Line
from procmem.models.ledger import Ledger
from procmem.prompts import render
from procmem.store.store import Vector
from procmem.types import MemoryLevel

MOST_KEYWORDS = 8


class Retriever(Protocol):
    """Ranks the bank's memories of a level (and agent) for a query."""

    def __call__(
        self, desk: Desk, query: str, level: MemoryLevel, agent: str | None, limit: int
    ) -> Generator[Event, None, list[Hit]]:
        """The ``limit`` best, best first; fewer when there are no more.

        Raises:
            ModelFailed: a model was needed and failed.
            LimitReached: the budget does not allow the call.
        """
        ...


def by_query(
    desk: Desk, query: str, level: MemoryLevel, agent: str | None, limit: int
) -> Generator[Event, None, list[Hit]]:
    """Cosine similarity of the query to each memory's key (Mem^p, Query; LEGOMem 4.1.2)."""
    yield from ()
    return desk.bank.search(query, level, agent, limit)


def at_random(
    desk: Desk, query: str, level: MemoryLevel, agent: str | None, limit: int
) -> Generator[Event, None, list[Hit]]:
    """Any order, decided by the policy's seed and the query (Mem^p, Random). Scores are 0: none was computed."""
    yield from ()
    digest = hashlib.sha256(f"{desk.policy.seed}\n{query}".encode("utf-8", "replace")).digest()
    store = desk.bank.store
    ids = store.sample(level, agent, int.from_bytes(digest[:4], "big") >> 1, limit)
    found = store.latest(ids)
    return [Hit(found[memory_id], 0.0) for memory_id in ids]


def by_facts(
    desk: Desk, query: str, level: MemoryLevel, agent: str | None, limit: int
) -> Generator[Event, None, list[Hit]]:
    """AveFact (Mem^p 3): a model extracts the query's keywords; a memory's score is the mean over them of the cosine
    to its own best matching keyword.

    Two other definitions are about: Mem^p's released code averages only over keywords that query and memory share word
    for word (and ships no extraction); MemRL averages the keywords' vectors into one and compares that. A memory's
    keywords are extracted from its key when they are first needed, and kept.
    """
    yield from _extract_missing(desk, level, agent)
    cues = yield from _keywords(desk.line, desk.model, query, desk.task.id)
    store = desk.bank.store
    facts = store.facts(desk.model, level, agent)
    vectors = _vectors(desk, set(cues) | {fact for _, known in facts for fact in known})
    ranked = sorted(((average_match(cues, known, vectors), memory_id) for memory_id, known in facts), key=_best_first)
    ids = [memory_id for _, memory_id in ranked[:limit]]
    found = store.latest(ids)
    return [Hit(found[memory_id], score) for score, memory_id in ranked[:limit] if memory_id in found]


def _best_first(ranked: tuple[float, str]) -> tuple[float, str]:
    return -ranked[0], ranked[1]


def average_match(cues: Sequence[str], facts: Sequence[str], vectors: Mapping[str, Vector]) -> float:
    """Mean over the cues of the best cosine to any of the facts; 0 when either is empty."""
    if not cues or not facts:
        return 0.0
    cosines = np.stack([vectors[cue] for cue in cues]) @ np.stack([vectors[fact] for fact in facts]).T
    return round(float(cosines.max(axis=1).mean()), 6)


def _extract_missing(desk: Desk, level: MemoryLevel, agent: str | None) -> Generator[Event, None, None]:
    """Keywords of the memories that have none yet. They serve every later run, so this run's budget does not pay."""
    store = desk.bank.store
    line = Line(desk.line.models, Ledger(desk.team.limits), desk.line.stop, desk.line.seed)
    for memory_id, version, key in store.without_facts(desk.model, level, agent):
        facts = yield from _keywords(line, desk.model, key, memory_id)
        store.put_facts(desk.model, [(memory_id, version, facts)])


def _keywords(line: Line, model: str, text: str, name: str) -> Generator[Event, None, tuple[str, ...]]:
    talk = Conversation(line, f"keywords of {name}", "keywords", model, "")
    talk.say(render("facts", most=MOST_KEYWORDS, text=text))
    reply = yield from talk.ask("facts", 0)
    return read_keywords(reply.text)


def read_keywords(text: str) -> tuple[str, ...]:
    """The keywords of a model's answer, lower case, each once: separated by commas or lines, bullets dropped."""
    parts = (part.strip(" .*-\t\"'`").lower() for line in text.splitlines() for part in line.split(","))
    return tuple(dict.fromkeys(part[:100] for part in parts if part))[:MOST_KEYWORDS]


def _vectors(desk: Desk, facts: set[str]) -> dict[str, Vector]:
    store, embedder = desk.bank.store, desk.bank.embedder
    wanted = sorted(facts)
    known = store.fact_vectors(embedder.name, wanted)
    missing = [fact for fact in wanted if fact not in known]
    if missing:
        new = dict(zip(missing, embedder.embed(missing), strict=True))
        store.put_fact_vectors(embedder.name, new)
        known = {**known, **new}
    return known


RETRIEVERS: dict[str, Retriever] = {"random": at_random, "query": by_query, "avefact": by_facts}

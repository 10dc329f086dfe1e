"""A store that an older version wrote."""

from __future__ import annotations

import struct
from dataclasses import asdict, replace
from pathlib import Path

import duckdb

from procmem.store import database
from procmem.store.duck import DuckStore
from procmem.store.rows import to_json
from procmem.types import Memory, Policy
from tests.records import add, full, part

SCHEMA = Path(database.__file__).parent / "schema"
EAST = struct.pack("<2f", 1, 0)
OLD = """
insert into proposal values (1, 'p1', 'add', 'r1', 'vanilla', '2026-05-01', '{}'),
    (2, 'p2', 'add', null, 'vanilla', '2026-05-01', '{}'), (3, 'p3', 'add', null, 'vanilla', '2026-05-01', '{}'),
    (4, 'p4', 'revise', null, 'vanilla', '2026-05-01', '{}');
insert into decision values ('d1', 'p1', 'accept', 'Ann', 'good', 1, '2026-05-02 10:00:00'),
    ('d2', 'p2', 'discard', 'Ann', '', 1, '2026-05-03'), ('d3', 'p4', 'edit', 'Ann', '', 2, '2026-05-04');
insert into run select 1, 'r1', 'task/1', 'Sort', 'LLM team', '{}', 'succeeded', 0, true, '2026-05-01', '2026-05-01',
    3, 0, 0, null, null, 1, true, '', '', null, '{}';
"""


def test_a_store_of_an_older_version_keeps_every_row(tmp_path: Path) -> None:
    file = tmp_path / "procmem.duckdb"
    family = [full("m"), part("m.1", parent="m")]
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table schema_version (version integer not null, applied timestamp not null)")
        for version, name in ((1, "001_runs.sql"), (2, "002_bank.sql")):
            connection.execute((SCHEMA / name).read_text())
            connection.execute("insert into schema_version values (?, '2026-05-01')", [version])
        connection.execute(OLD)
        payload = to_json(asdict(add("p3", full("n"))))
        connection.execute("update proposal set payload = ? where id = 'p3'", [payload])
        for version, revision, memory in [(1, 1, family[0]), (1, 1, family[1]), (2, 2, retired(family[1]))]:
            place = [memory.id, version, revision, f"d{2 * revision - 1}", memory.level, memory.agent, memory.parent]
            connection.execute(
                "insert into memory_version values (?, ?, ?, ?, ?, ?, ?, 0, 'person', ?, ?, ?)",
                [*place, memory.status, memory.key, to_json(asdict(memory))],
            )
            connection.execute("insert into embedding values ('e', ?, ?, ?)", [memory.id, version, EAST])
    store = DuckStore(file)
    assert store.memories(retired=True) == [family[0], retired(family[1])]
    assert store.memories(at=1) == family
    assert store.memories(words="SORT the sheet") == [family[0]]
    assert store.memories(words="high_level_plan") == []
    assert store.sizes() == [(1, 1, 1), (2, 1, 0)]
    assert [(made.id, made.revision, made.in_force) for made in store.decisions()] == [
        ("d3", 2, True), ("d2", 1, True), ("d1", 1, True),
    ]  # fmt: skip
    assert store.proposal_counts() == {"undecided": 1, "accepted": 1, "edited": 1, "discarded": 1}
    assert [filed.proposal for filed in store.proposals()] == [add("p3", full("n"))]
    assert store.vectors("e", ["m", "m.1"]).keys() == {"m", "m.1"}
    assert store.unlearned(Policy(), "LLM team") == []
    store.undo("d3", by="Bob")
    store.decide("p3", "accept", by="Bob")
    assert store.memories() == [*family, full("n")]
    store.close()


def retired(memory: Memory) -> Memory:
    return replace(memory, version=2, status="retired")

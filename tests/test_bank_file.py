"""The bank as JSONL: export, strict reading, import at once or for review."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmem.errors import BadInput
from procmem.exchange.bank_file import BankFile, export, load, read, save
from procmem.exchange.bank_import import bring_in, plan, wishes
from procmem.exchange.memory_json import memory_json, read_memories, read_memories_or_unit
from procmem.memory.bank import Bank
from procmem.models.embedders import HashEmbedder
from procmem.store.duck import DuckStore
from procmem.types import FullTaskUnit, Memory, Origin, Proposal, SubtaskUnit
from tests.records import add, full, part


@pytest.fixture
def bank() -> Iterator[Bank]:
    yield from _banks()


@pytest.fixture
def other() -> Iterator[Bank]:
    yield from _banks()


def _banks() -> Iterator[Bank]:
    store = DuckStore(None)
    yield Bank(store, HashEmbedder())
    store.close()


def family(name: str = "m") -> tuple[Memory, Memory, Memory]:
    return full(name, f"sort the sheet {name}"), part(f"{name}.1", "word", name), part(f"{name}.2", "excel", name)


def fill(bank: Bank, *proposals: Proposal) -> None:
    bank.store.propose(proposals)
    for proposal in proposals:
        bank.store.decide(proposal.id, "accept", by="Ann")


def exported(bank: Bank, **options: Any) -> list[str]:
    return list(export(bank, **options))


def file_of(*lines: str) -> BankFile:
    return read((line.encode() for line in lines), "bank.jsonl")


def header(memories: int, **more: Any) -> str:
    first = {"procmem_bank": 1, "revision": 1, "exported": "2026-05-04T12:00:00+00:00", "memories": memories}
    return json.dumps({**first, **more}) + "\n"


def line(memory: Memory, **changed: Any) -> str:
    return json.dumps({**memory_json(memory), **changed}) + "\n"


# --- there and back --------------------------------------------------------------------------------------------------


def test_the_file_is_readable_and_the_same_memories_come_out_of_it(bank: Bank) -> None:
    fill(bank, add("p1", *family()))
    lines = exported(bank)
    first, second = json.loads(lines[0]), json.loads(lines[1])
    assert (first["procmem_bank"], first["revision"], first["memories"]) == (1, 1, 3)
    assert list(second) == [
        "id", "level", "agent", "title", "key", "unit", "origin", "parent", "version", "status",
    ]  # fmt: skip
    assert list(second["unit"]) == ["task", "high_level_plan", "subtasks", "final_answer", "reflections"]
    assert file_of(*lines).memories == tuple(bank.store.memories())


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_SUBTASK = st.builds(SubtaskUnit, _TEXT, _TEXT, _TEXT, _TEXT)
_FULL = st.builds(FullTaskUnit, _TEXT, _TEXT, st.lists(_SUBTASK, max_size=2).map(tuple), _TEXT, _TEXT)
_ORIGIN = st.builds(
    Origin, _TEXT, _TEXT, _TEXT, st.sampled_from(["script", "trajectory"]), st.lists(_TEXT, max_size=2).map(tuple)
)
_MEMORIES = st.builds(
    Memory, _TEXT.filter(bool), st.just("full-task"), st.just("orchestrator"), _TEXT, _TEXT, _FULL, _ORIGIN,
    st.none(), st.integers(1, 9), st.sampled_from(["active", "retired"]),
) | st.builds(
    Memory, _TEXT.filter(bool), st.just("subtask"), _TEXT.filter(bool), _TEXT, _TEXT, _SUBTASK, _ORIGIN,
    st.none() | _TEXT, st.integers(1, 9), st.sampled_from(["active", "retired"]),
)  # fmt: skip


@given(st.lists(_MEMORIES, max_size=4, unique_by=lambda memory: memory.id))
def test_any_memories_survive_the_way_through_a_file(memories: list[Memory]) -> None:
    assert file_of(header(len(memories)), *map(line, memories)).memories == tuple(memories)


@given(st.lists(st.binary(max_size=40), max_size=3), st.booleans())
def test_any_bytes_are_read_or_refused_with_a_sentence(lines: list[bytes], headed: bool) -> None:
    try:
        found = read([header(len(lines)).encode(), *lines] if headed else lines, "x")
    except BadInput:
        return
    assert headed
    assert found.memories == ()


def test_a_byte_order_mark_and_empty_lines_at_the_end_do_no_harm() -> None:
    found = read([b"\xef\xbb\xbf" + header(1).encode(), line(full("m")).encode(), b"\r\n", b"\n"], "x")
    assert [memory.id for memory in found.memories] == ["m"]


def test_retired_memories_and_earlier_revisions_are_exported_when_asked(bank: Bank) -> None:
    fill(bank, add("p1", full("a")), add("p2", full("b")))
    fill(bank, Proposal("p3", "retire", (replace(full("a"), status="retired"),), "Ann", "stale"))
    assert [memory.id for memory in file_of(*exported(bank)).memories] == ["b"]
    assert [memory.id for memory in file_of(*exported(bank, retired=True)).memories] == ["a", "b"]
    assert file_of(*exported(bank, at=1)).memories == (full("a"),)
    with pytest.raises(BadInput, match=r"There is no revision 4: the bank is at revision 3\."):
        exported(bank, at=4)


def test_a_retired_whole_goes_along_with_its_active_part_so_that_the_file_can_be_imported(
    bank: Bank, other: Bank
) -> None:
    fill(bank, add("p1", full("m"), part("m.1", parent="m"), full("n")))
    gone = (replace(full("m"), status="retired"), replace(full("n"), status="retired"))
    fill(bank, Proposal("p2", "retire", gone, "Ann", "stale"))
    bring_in(file_of(*exported(bank)), other.store, "Ann")
    assert [(memory.id, memory.status) for memory in other.store.memories(retired=True)] == [
        ("m", "retired"), ("m.1", "active"),
    ]  # fmt: skip


# --- files that are not in order -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "sentence"),
    [
        (b"", "x is no bank of ProcMem"),
        (b"\x00\xff\xfe", "x is no bank of ProcMem"),
        (b'{"id": "m"}', "x is no bank of ProcMem"),
        (b"[" * 100_000, "x is no bank of ProcMem"),
        (b'{"procmem_bank": true}', "x is no bank of ProcMem"),
        (b'{"procmem_bank": 2, "anything": []}', "x has form 2, and this ProcMem reads form 1: a newer one wrote it"),
        (b'{"procmem_bank": 1, "memories": 0}', "Line 1 of x, field exported: missing"),
        (header(0, embedder="hash").encode(), "Line 1 of x, field dim: vectors need both"),
    ],
)
def test_a_foreign_or_newer_file_is_refused_by_its_first_line(first: bytes, sentence: str) -> None:
    with pytest.raises(BadInput) as told:
        read([first], "x")
    assert str(told.value).startswith(sentence)


def without(memory: Memory, name: str) -> str:
    data = memory_json(memory)
    del data[name]
    return json.dumps(data) + "\n"


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ("{broken\n", "Line 3 of bank.jsonl is no JSON: "),
        ("[]\n", "Line 3 of bank.jsonl: "),
        (without(full("b"), "title"), "Line 3 of bank.jsonl, field title: missing."),
        (without(full("b"), "level"), "Line 3 of bank.jsonl: level is missing."),
        (line(full("b"), status="gone"), "Line 3 of bank.jsonl, field status: input should be 'active' or 'retired'."),
        (line(full("b"), version="1"), "Line 3 of bank.jsonl, field version: input should be a valid integer."),
        (line(full("b"), note="x"), "Line 3 of bank.jsonl, field note: not known."),
        (line(full("b"), agent="excel"), "Line 3 of bank.jsonl, field agent: input should be 'orchestrator'."),
        (line(full("b"), unit={}), "Line 3 of bank.jsonl, field unit.task: missing."),
        (line(part("b"), unit={**memory_json(part("b"))["unit"], "steps": []}),
            "Line 3 of bank.jsonl, field unit.steps: input should be a valid string."),
        (line(full("b"), origin={"run_id": "r", "task_id": "t", "builder": "b", "learned_from": ["x", 1]}),
            "Line 3 of bank.jsonl, field origin.learned_from[1]: input should be a valid string."),
        (line(full("a")), "Line 3 of bank.jsonl, field id: 'a' is the id of line 2 already."),
        (line(full("b"), vector="AAAA"), "Line 3 of bank.jsonl, field vector: the first line names no embedder"),
        (line(full("b"), title="\ud800"), "Line 3 of bank.jsonl"),
    ],
)  # fmt: skip
def test_a_bad_line_is_named_with_its_field(bad: str, sentence: str) -> None:
    with pytest.raises(BadInput) as told:
        file_of(header(2), line(full("a")), bad)
    assert str(told.value).startswith(sentence)


def test_an_empty_line_in_the_middle_is_named() -> None:
    with pytest.raises(BadInput, match=r"Line 4 of bank\.jsonl: an empty line stands before it"):
        file_of(header(2), line(full("a")), "\n", line(full("b")))


@pytest.mark.parametrize(
    ("vector", "sentence"),
    [
        (None, "field vector: 0 bytes in place of 8"),
        ("?", "field vector: no base64"),
        ("AAAAAA==", "field vector: 4 bytes in place of 8"),
        ("AAAAAAAAAAA=", "field vector: of length 0, not 1"),
        ("AADAfwAAwH8=", "field vector: of length nan, not 1"),
    ],
)
def test_a_bad_vector_is_named(vector: str | None, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        file_of(header(1, embedder="tiny", dim=2), line(full("m"), vector=vector))


def test_a_file_that_was_cut_off_between_two_lines_is_noticed() -> None:
    with pytest.raises(BadInput, match="holds 1 memories, but its first line promises 2: it was cut off"):
        file_of(header(2), line(full("m")))


def test_a_file_without_line_ends_is_not_read_into_memory_whole(tmp_path: Path) -> None:
    path = tmp_path / "big.jsonl"
    with path.open("wb") as stream:
        stream.write(header(1).encode())
        stream.write(b" " * (16 * 2**20) + b"x" * 10)
    with pytest.raises(BadInput, match="is longer than 16 MB"):
        load(path)


def test_a_file_that_can_not_be_read_or_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nothing\.jsonl can not be read: No such file or directory"):
        load(tmp_path / "nothing.jsonl")
    with pytest.raises(BadInput, match="can not be written: No such file or directory"):
        save(tmp_path / "no" / "folder.jsonl", [])


def test_an_export_that_fails_leaves_the_older_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "bank.jsonl"
    save(path, ["old\n"])

    def breaks() -> Iterator[str]:
        yield "new\n"
        raise BadInput("the disk caught fire")

    with pytest.raises(BadInput):
        save(path, breaks())
    assert path.read_text() == "old\n"
    assert [found.name for found in tmp_path.iterdir()] == ["bank.jsonl"]


# --- import ----------------------------------------------------------------------------------------------------------


def test_an_import_is_one_decision_and_a_second_one_changes_nothing(bank: Bank, other: Bank) -> None:
    fill(bank, add("p1", *family("m")), add("p2", *family("n")))
    found = file_of(*exported(bank))
    made = bring_in(found, other.store, "Ann")
    assert made is not None
    assert (made.revision, made.by) == (1, "Ann")
    assert other.store.memories() == bank.store.memories()
    assert bring_in(found, other.store, "Ann") is None
    assert other.store.revision == 1
    other.store.undo(made.id, by="Ann")
    assert other.store.memories() == []


def test_the_plan_tells_new_changed_and_known_memories_apart_without_writing(bank: Bank) -> None:
    fill(bank, add("p1", full("a"), full("b")))
    changed = replace(full("b"), title="Better", version=7)
    found = file_of(header(3), line(replace(full("a"), version=9)), line(changed), line(full("c")))
    change = plan(found, bank.store)
    assert (change.added, change.revised, change.same) == ((full("c"),), ((full("b"), changed),), 1)
    assert bank.store.revision == 1
    bring_in(found, bank.store, "Ann")
    assert bank.store.memory("b") == replace(changed, version=2)


def test_a_part_without_its_whole_is_refused_and_nothing_is_imported(bank: Bank) -> None:
    found = file_of(header(2), line(full("m")), line(part("n.1", parent="n")))
    for attempt in (lambda: plan(found, bank.store), lambda: bring_in(found, bank.store, "Ann")):
        with pytest.raises(BadInput, match=r"Line 3 of bank\.jsonl, field parent: no full-task memory 'n' is in"):
            attempt()
    assert bank.store.memories() == []


def test_the_whole_may_be_in_the_bank_already(bank: Bank) -> None:
    fill(bank, add("p1", full("m")))
    assert bring_in(file_of(header(1), line(part("m.1", parent="m"))), bank.store, "Ann") is not None
    assert [memory.id for memory in bank.store.children(["m"])["m"]] == ["m.1"]


def test_vectors_go_along_and_need_not_be_computed_again(bank: Bank, other: Bank) -> None:
    fill(bank, add("p1", *family()))
    bank.embed_missing()
    found = file_of(*exported(bank, vectors=True))
    assert found.vectors is not None
    assert found.vectors.shape == (3, 512)
    assert (found.header.embedder, found.header.dim) == ("hash", 512)
    bring_in(found, other.store, "Ann")
    assert other.store.unembedded("hash") == []
    kept, given = bank.store.vectors("hash", ["m"]), other.store.vectors("hash", ["m"])
    assert np.array_equal(kept["m"], given["m"])


def test_an_export_with_vectors_computes_those_that_are_missing_or_of_another_key(bank: Bank) -> None:
    fill(bank, add("p1", full("m", "the old key")))
    fill(bank, Proposal("p2", "revise", (full("m", "the new key"),), "Ann", "clearer"))
    bank.embed_missing()
    found = file_of(*exported(bank, at=1, vectors=True))
    assert found.vectors is not None
    assert np.allclose(found.vectors[0], bank.embedder.embed(["the old key"])[0])


# --- for review ------------------------------------------------------------------------------------------------------


def queued(bank: Bank, *lines: str) -> list[Proposal]:
    proposals = wishes(plan(file_of(header(len(lines)), *lines), bank.store), "bank.jsonl", "Ann")
    bank.store.propose(proposals)
    return proposals


def test_for_review_each_family_is_one_proposal_and_a_second_time_queues_nothing(bank: Bank) -> None:
    whole, *parts = family()
    lines = [line(parts[0]), line(whole), line(parts[1]), line(full("n"))]
    proposals = queued(bank, *lines)
    assert [(one.kind, [memory.id for memory in one.memories]) for one in proposals] == [
        ("add", ["m", "m.1", "m.2"]), ("add", ["n"]),
    ]  # fmt: skip
    queued(bank, *lines)
    assert bank.store.proposal_counts()["undecided"] == 2
    for one in proposals:
        bank.store.decide(one.id, "accept", by="Ann")
    assert queued(bank, *lines) == []


def test_for_review_changes_state_the_version_they_were_compared_with(bank: Bank) -> None:
    fill(bank, add("p1", full("m")))
    (wish,) = queued(bank, line(replace(full("m"), title="Better", version=4)), line(part("m.1", parent="m")))
    assert (wish.kind, [memory.version for memory in wish.memories]) == ("revise", [1, 0])
    bank.store.decide(wish.id, "accept", by="Ann")
    assert (bank.store.memory("m").title, bank.store.memory("m.1").version) == ("Better", 1)


def test_for_review_a_new_memory_that_is_retired_is_left_out_and_a_retirement_is_proposed(bank: Bank) -> None:
    fill(bank, add("p1", full("m")))
    (wish,) = queued(bank, line(full("n"), status="retired"), line(full("m"), status="retired"))
    bank.store.decide(wish.id, "accept", by="Ann")
    assert bank.store.memory("m").status == "retired"
    assert bank.store.memories() == []


# --- one memory in a person's hands ----------------------------------------------------------------------------------


def test_one_memory_or_a_list_of_them_can_be_written_by_hand() -> None:
    one = json.dumps(memory_json(full("m")), indent=1)
    assert read_memories(one, "x") == [full("m")]
    assert read_memories(f"\ufeff[{one}]\n", "x") == [full("m")]
    with pytest.raises(BadInput, match=r"^x, field \[0\]\.title: missing\.$"):
        read_memories(without(full("m"), "title"), "x")


def test_legomems_unit_by_itself_becomes_a_family_of_memories() -> None:
    step = {"agent": "excel", "description": "sort it", "steps": "<think>t</think><action>{}</action>"}
    unit = {
        "task": "Sort the sheet", "high_level_plan": "1. excel: sort", "final_answer": "done", "reflections": "",
        "subtasks": [{**step, "observations": "[1] sorted"}],
    }  # fmt: skip
    whole, piece = read_memories_or_unit(json.dumps(unit), "x", "Ann")
    assert (whole.key, whole.origin.builder, piece.parent) == ("Sort the sheet", "Ann", whole.id)
    assert (piece.agent, piece.key) == ("excel", "sort it")
    with pytest.raises(BadInput, match=r"x, field subtasks\[0\]\.observations: missing"):
        read_memories_or_unit(json.dumps({**unit, "subtasks": [step]}), "x", "Ann")


def test_a_line_without_optional_fields_has_their_usual_values() -> None:
    data = memory_json(part("m.1"))
    for name in ("version", "status", "parent"):
        del data[name]
    assert read_memories(json.dumps(data), "x") == [part("m.1")]

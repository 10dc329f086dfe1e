"""The index on disk is a cache: what can not be used is built anew, with a sentence in the log."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path

import pytest

from procmem.store.index import Index
from procmem.store.index_files import IndexFiles, Shelf
from tests.test_index import direction, filled

SHELF = Shelf("minilm", "active", "subtask", "excel")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one saved graph of four vectors, one of them removed."""
    index = filled("hnsw", [0, 6, 12, 18])
    index.remove([(1, 106)])
    IndexFiles(tmp_path / "index").save(SHELF, index, 7)
    return tmp_path / "index"


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def refused(folder: Path, caplog: pytest.LogCaptureFixture, shelf: Shelf = SHELF, dim: int = 3) -> str:
    """The sentence in the log when the graph is not loaded, or "" when there is none."""
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        assert IndexFiles(folder).load(shelf, dim) is None
    return " ".join(caplog.messages)


def test_a_saved_graph_comes_back_with_what_was_removed(folder: Path) -> None:
    graph = IndexFiles(folder).load(SHELF, 3)
    assert graph is not None
    index = Index(3, "hnsw", graph)
    assert index.attach([(1, 106), (2, 112), (3, 101)]) == [(3, 101)]
    assert [number for number, _ in index.search(direction(6), 1)] == [1]


def test_the_sidecar_says_what_the_file_is(folder: Path) -> None:
    sidecar = json.loads(only(folder, "*.json").read_text())
    assert sidecar["shelf"] == ["minilm", "active", "subtask", "excel"]
    assert (sidecar["dim"], sidecar["space"], sidecar["count"], sidecar["removed"]) == (3, "ip", 4, [106])
    assert sidecar["revision"] == 7
    assert only(folder, "*.hnsw").name == sidecar["file"]


def test_nothing_saved_is_nothing_to_speak_of(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert refused(folder, caplog, Shelf("another", "active", "subtask", "excel")) == ""
    assert IndexFiles(None).load(SHELF, 3) is None
    IndexFiles(None).save(SHELF, filled("hnsw", [1]), 1)


@pytest.mark.parametrize("keep", [0, 1, 100, -1])
def test_a_truncated_graph_is_refused(folder: Path, caplog: pytest.LogCaptureFixture, keep: int) -> None:
    file = only(folder, "*.hnsw")
    file.write_bytes(file.read_bytes()[:keep])
    assert "minilm/active/subtask/excel is built anew" in refused(folder, caplog)


def test_a_graph_with_one_changed_byte_is_refused(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = only(folder, "*.hnsw")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert "is not the file that was written" in refused(folder, caplog)


def test_a_missing_graph_is_refused(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    only(folder, "*.hnsw").unlink()
    assert "can not be used: FileNotFoundError" in refused(folder, caplog)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"shelf": 3}', "\ud800"])
def test_a_sidecar_that_is_none_is_refused(folder: Path, caplog: pytest.LogCaptureFixture, text: str) -> None:
    only(folder, "*.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert "is built anew" in refused(folder, caplog)


@pytest.mark.parametrize(
    ("name", "value"),
    [("dim", 4), ("space", "l2"), ("count", 5), ("removed", [3]), ("checksum", 0), ("count", "x"), ("removed", None)],
)
def test_a_sidecar_that_does_not_fit_is_refused(
    folder: Path, caplog: pytest.LogCaptureFixture, name: str, value: object
) -> None:
    sidecar = only(folder, "*.json")
    sidecar.write_text(json.dumps({**json.loads(sidecar.read_text()), name: value}))
    assert "is built anew" in refused(folder, caplog)


def test_the_file_of_another_shelf_is_refused(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    other = Shelf("another", "active", "subtask", "excel")
    IndexFiles(folder).save(other, filled("hnsw", [1, 2]), 7)
    mine, others = sorted(folder.glob("*.json"), key=lambda file: "another" in file.read_text())
    shutil.copy(others, mine)
    assert "its shelf is Shelf(model='another'" in refused(folder, caplog)


def test_another_length_of_vectors_is_refused(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert "its dim is 3, not 384" in refused(folder, caplog, dim=384)


def test_a_second_saving_replaces_the_first_and_clears_up(folder: Path) -> None:
    (folder / f"{only(folder, '*.json').stem}.dead.hnsw").write_bytes(b"left by a killed process")
    IndexFiles(folder).save(SHELF, filled("hnsw", [0, 1, 2, 3, 4]), 8)
    assert json.loads(only(folder, "*.json").read_text())["count"] == 5
    assert only(folder, "*.hnsw").is_file()
    assert IndexFiles(folder).load(SHELF, 3) is not None


def test_a_folder_that_can_not_be_written_is_told_and_nothing_breaks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "index").write_text("a file stands here")
    IndexFiles(tmp_path / "index").save(SHELF, filled("hnsw", [1]), 1)
    assert "minilm/active/subtask/excel could not be saved" in caplog.text

"""The office: its folders, its jail, its writes, and what it says has changed."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmem.errors import ToolError
from procmem.office.apps import APPS, toolbox, use
from procmem.office.formats.sheets import new_workbook, saved
from procmem.office.jail import choices, fit_part, inside
from procmem.office.workspace import Office
from procmem.types import FileChange
from tests.desk import Desk, task


@pytest.fixture(scope="module")
def walled(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with links out of it, and a secret beside it."""
    folder = tmp_path_factory.mktemp("walled")
    (folder / "secret.txt").write_text("the secret")
    (folder / "outside").mkdir()
    (folder / "outside" / "secret.txt").write_text("the secret")
    office = Office.open(task(), folder / "run")
    (office.root / "data" / "link.txt").symlink_to(folder / "secret.txt")
    (office.root / "data" / "linked").symlink_to(folder / "outside")
    (office.root / "data" / "loop").symlink_to(office.root / "data")
    (office.root / "emails" / "Eve").symlink_to(folder / "outside")
    (office.root / "calendar" / "Eve.ics").symlink_to(folder / "secret.txt")
    (office.root / "data" / "notes.txt").write_text("plain")
    return office


_PIECES = st.sampled_from((
    "..", ".", "", "data", "link.txt", "linked", "loop", "secret.txt", "~", "/", "\\", "//", "C:", "CON", "aux.txt",
    "emails", "Eve", "/etc", "passwd", "/testbed", "%2e%2e", "..\\..", "\u202e", "é", "e\u0301", "x" * 300, " ", "a.",
    "-", "\0",
))  # fmt: skip
_NAMES = st.lists(_PIECES | st.text(max_size=8), max_size=6).map("/".join) | st.text(max_size=40)


@given(name=_NAMES)
def test_no_name_leads_outside_the_office_or_through_a_link(walled: Office, name: str) -> None:
    try:
        path = walled.path(name)
    except ToolError:
        return
    assert path == walled.root or walled.root in path.parents
    assert walled.root.resolve() in (path.resolve(), *path.resolve().parents)


@given(name=_NAMES, other=_NAMES)
def test_no_tool_ever_reads_writes_or_lists_what_is_outside(walled: Office, name: str, other: str) -> None:
    tools = toolbox(APPS)
    outside = walled.root.parent.parent
    before = sorted(outside.glob("*")), (outside / "secret.txt").read_text(), list((outside / "outside").iterdir())
    for tool, arguments in (
        ("files_read_file", {"file_path": name}),
        ("files_list", {"folder": name}),
        ("files_write_file", {"file_path": name, "contents": "overwritten"}),
        ("files_copy", {"source": name, "destination": other}),
        ("files_move", {"source": other, "destination": name}),
        ("files_make_folder", {"folder_path": name}),
        ("files_delete", {"path": name}),
        ("email_list_emails", {"username": name}),
        ("email_send_email", {"sender": name, "recipient": other or "Eve", "subject": name, "content": other}),
        ("calendar_list_events", {"username": name}),
        ("excel_create_new_file", {"file_path": name}),
    ):
        assert "the secret" not in use(walled, tools, tool, arguments).text
    assert (
        sorted(outside.glob("*")),
        (outside / "secret.txt").read_text(),
        list((outside / "outside").iterdir()),
    ) == before
    assert all(
        "secret" not in (walled.root / file).read_text(errors="ignore") for file in walled.files() if "eml" not in file
    )


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../secret.txt", "leads upwards"),
        ("data/../../secret.txt", "leads upwards"),
        ("data\\..\\..\\secret.txt", "leads upwards"),
        ("/etc/passwd", "outside the office"),
        ("C:\\Windows\\win.ini", "outside the office"),
        ("data/link.txt", "links are not followed"),
        ("data/linked/secret.txt", "links are not followed"),
        ("data/nul\0.txt", "invisible characters"),
        ("data/\u202etxt.exe", "invisible characters"),
        ("data/a\u200bb.txt", "invisible characters"),
        ("data/NUL", "name of a device"),
        ("data/aux.txt", "name of a device"),
        ("com1/report.xlsx", "name of a device"),
        ("data/report.xlsx ./x", "begins or ends with a space"),
        ("data/folder./x", "ends with a dot"),
        ("data/" + "x" * 256, "too long"),
        ("data/" + "ü" * 128, "too long"),
        ("x/" * 600, "too long"),
    ],
)
def test_a_refused_name_is_answered_with_the_reason(walled: Office, name: str, why: str) -> None:
    with pytest.raises(ToolError, match=why):
        walled.path(name)


@pytest.mark.parametrize(
    "name", ["data/x.txt", "./data/x.txt", "/testbed/data/x.txt", "data\\x.txt", " data//./x.txt ", "\tdata/x.txt\n"]
)
def test_all_spellings_that_agents_use_mean_the_same_file(tmp_path: Path, name: str) -> None:
    assert inside(tmp_path, name) == tmp_path / "data" / "x.txt"


def test_both_unicode_forms_of_a_name_find_the_same_file(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "café.txt")
    (tmp_path / decomposed).write_text("x")
    assert inside(tmp_path, "café.txt") == tmp_path / decomposed
    assert inside(tmp_path, decomposed) == tmp_path / decomposed


@given(text=st.text(max_size=300))
def test_any_text_can_be_made_a_part_of_a_path(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    root = Path("/office")
    part = fit_part(text)
    assert inside(root, part) == root / part


def test_opening_makes_the_folders_and_a_pristine_copy(tmp_path: Path) -> None:
    office = Desk.open(tmp_path).office
    assert sorted(path.name for path in office.root.iterdir()) == ["calendar", "data", "emails"]
    assert sorted(path.name for path in office.pristine.iterdir()) == ["calendar", "data", "emails"]
    assert (office.files(), office.changes(), office.username) == ((), (), "Dana")


def test_a_missing_file_names_the_nearest_existing_ones(tmp_path: Path) -> None:
    desk = Desk.open(tmp_path)
    desk.put("data/budget_2024.xlsx", "x")
    with pytest.raises(ToolError) as refused:
        desk.office.existing("data/budget.xlsx")
    assert str(refused.value) == (
        "The file data/budget.xlsx does not exist. Failed to read the file. "
        "The existing files are: data/budget_2024.xlsx."
    )


def test_of_many_names_only_the_near_ones_are_told() -> None:
    known = [
        f"data/{name}.txt" for name in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota")
    ]
    assert choices("data/gama.txt", known, "files") == "Nearest files: data/gamma.txt."
    assert choices("x", [], "files") == "There are no files yet."


def test_only_ordinary_files_are_opened_or_listed(tmp_path: Path) -> None:
    desk = Desk.open(tmp_path)
    os.mkfifo(desk.office.root / "data" / "pipe")
    with pytest.raises(ToolError, match="no ordinary file"):
        desk.office.existing("data/pipe")
    with pytest.raises(ToolError, match="no ordinary file"):
        desk.office.read(desk.office.root / "data" / "pipe")
    with pytest.raises(ToolError, match="is a folder"):
        desk.office.existing("data")
    assert desk.office.files() == ()


def test_a_file_above_the_limit_is_refused_without_being_read(tmp_path: Path) -> None:
    desk = Desk.open(tmp_path)
    with (desk.office.root / "data" / "huge.txt").open("wb") as stream:
        stream.truncate(50_000_000)
    assert desk.refuses("files_read_file", file_path="data/huge.txt") == (
        "data/huge.txt is too large to open: 50 MB, at most 25 MB."
    )


_FULL_DISK = """
import resource, sys
from pathlib import Path
from procmem.errors import ToolError
from procmem.office.workspace import Office
from tests.desk import task
office = Office.open(task(), Path(sys.argv[1]))
path = office.path("data/notes.txt")
office.write(path, b"old")
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    office.write(path, b"x" * 5000)
except ToolError as error:
    print(error, path.read_bytes(), office.files(), sorted(each.name for each in office.root.parent.iterdir()))
"""


def test_a_write_that_fails_half_way_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(tmp_path / "run")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == (
        "data/notes.txt could not be written (the file would be too large). Nothing was changed. "
        "b'old' ('data/notes.txt',) ['office', 'pristine']"
    )


def test_a_huge_file_is_told_but_not_compared(tmp_path: Path) -> None:
    desk = Desk.open(tmp_path)
    desk.put("data/log.txt", "x\n" * 1_600_000)
    desk.put("data/many.txt", "x\n" * 30_000)
    assert [change.diff.splitlines()[-1] for change in desk.office.changes()] == [
        "+[3,200,000 bytes, too large to compare]",
        "+[30,000 lines, too many to compare]",
    ]


def test_a_file_in_the_way_of_a_folder_is_explained(tmp_path: Path) -> None:
    desk = Desk.open(tmp_path)
    desk.put("data/report", "x")
    with pytest.raises(
        ToolError, match=r"data/report/a.txt could not be written \(a part of its folder's name is a file\)"
    ):
        desk.office.write(desk.office.path("data/report/a.txt"), b"x")


def test_the_answer_is_stored_without_quotes(tmp_path: Path) -> None:
    office = Desk.open(tmp_path).office
    office.write_answer('It\'s "42"')
    assert (office.root / "data" / "answer.txt").read_text() == "Its 42"


def test_changes_show_what_files_say_and_leave_unchanged_ones_out(tmp_path: Path) -> None:
    desk = Desk.open(tmp_path)
    for root in (desk.office.root, desk.office.pristine):
        (root / "data" / "same.txt").write_text("same")
        (root / "data" / "gone.txt").write_text("gone\n")
        (root / "data" / "notes.txt").write_text("one\ntwo\n")
    (desk.office.root / "data" / "gone.txt").unlink()
    desk.put("data/notes.txt", "one\nthree\n")
    book = new_workbook("")
    book.active["B1"] = 7
    desk.put("data/new.xlsx", saved(book, "new.xlsx"))
    desk.put("data/broken.pdf", "no pdf")
    assert desk.office.changes() == (
        FileChange(
            "data/broken.pdf",
            "created",
            "--- /dev/null\n+++ b/data/broken.pdf\n@@ -0,0 +1 @@\n+[broken.pdf is no PDF, whatever its name says.]",
        ),
        FileChange("data/gone.txt", "deleted", "--- a/data/gone.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone"),
        FileChange(
            "data/new.xlsx",
            "created",
            "--- /dev/null\n+++ b/data/new.xlsx\n@@ -0,0 +1 @@\n+(1, 1): [Empty Cell]\t(1, 2): 7\t",
        ),
        FileChange(
            "data/notes.txt",
            "changed",
            "--- a/data/notes.txt\n+++ b/data/notes.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+three",
        ),
    )

"""The files app."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk.open(tmp_path)
    desk.put("data/a.txt", "one")
    desk.put("data/old/b.txt", "two")
    desk.put("emails/Bob/hi.eml", "Subject: hi\n\nhello")
    return desk


def test_a_folder_is_listed_with_all_that_is_below_it(desk: Desk) -> None:
    desk.says("files_make_folder", folder_path="data/empty")
    assert desk.says("files_list", folder="./data/") == (
        "The folder data holds:\ndata/a.txt\ndata/empty/\ndata/old/\ndata/old/b.txt"
    )
    assert desk.says("files_list").splitlines()[1:] == [
        "calendar/",
        "data/",
        "data/a.txt",
        "data/empty/",
        "data/old/",
        "data/old/b.txt",
        "emails/",
        "emails/Bob/",
        "emails/Bob/hi.eml",
    ]
    assert desk.says("files_list", folder="data/empty") == "The folder data/empty is empty."
    assert desk.refuses("files_list", folder="data/odl") == (
        "The folder data/odl does not exist. The folders are: data/old, calendar, data, data/empty, emails, emails/Bob."
    )
    assert desk.refuses("files_list", folder="data/a.txt") == "data/a.txt is a file, not a folder."


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain\r\ntext", "plain\ntext"),
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("utf-8-sig"), "Grüße"),
        ("Grüße".encode("utf-16"), "Grüße"),
        ("Grüße".encode("utf-32"), "Grüße"),
        ("Grüße".encode("cp1252"), "Grüße"),
        (b" \n", "The file data/t.txt is empty."),
    ],
)
def test_text_is_read_in_any_encoding(desk: Desk, data: bytes, text: str) -> None:
    desk.put("data/t.txt", data)
    assert desk.says("files_read_file", file_path="data/t.txt") == text


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("b.xlsx", "excel_read_file"),
        ("d.docx", "word_read_file"),
        ("p.pdf", "pdf_read_file"),
        ("i.png", "ocr_recognize_file"),
    ],
)
def test_what_is_no_text_is_answered_with_the_tool_that_reads_it(desk: Desk, name: str, tool: str) -> None:
    desk.put(f"data/{name}", b"\x89PK\x00\x01")
    assert desk.refuses("files_read_file", file_path=f"data/{name}") == (
        f"data/{name} is not a text file; read it with {tool}."
    )


def test_text_is_written_replaced_and_appended_on_a_new_line(desk: Desk) -> None:
    assert desk.says("files_write_file", file_path="data/new/n.txt", contents="one") == (
        "Successfully wrote data/new/n.txt"
    )
    desk.says("files_append_to_file", file_path="data/new/n.txt", contents="two\n")
    desk.says("files_append_to_file", file_path="data/new/n.txt", contents="three")
    assert desk.says("files_read_file", file_path="data/new/n.txt") == "one\ntwo\nthree"
    desk.put("data/old.txt", "Grüße\r\n".encode("cp1252"))
    desk.says("files_append_to_file", file_path="data/old.txt", contents="süß")
    assert (desk.office.root / "data" / "old.txt").read_bytes() == "Grüße\r\nsüß".encode("cp1252")
    assert desk.says("files_write_file", file_path="data/new/n.txt", contents="x") == (
        "Successfully replaced data/new/n.txt"
    )
    assert desk.refuses("files_append_to_file", file_path="data/new/m.txt", contents="x").startswith(
        "The file data/new/m.txt does not exist. Failed to append; files_write_file makes a new file."
    )


def test_text_is_not_written_into_files_that_are_no_text(desk: Desk) -> None:
    assert desk.refuses("files_write_file", file_path="data/b.xlsx", contents="a,b") == (
        "data/b.xlsx would not be a text file; make it with excel_create_new_file."
    )
    assert desk.refuses("files_write_file", file_path="data/old", contents="x").startswith("data/old is a folder")


def test_files_and_folders_are_moved_and_copied(desk: Desk) -> None:
    assert desk.says("files_move", source="data/a.txt", destination="data/old") == (
        "Successfully moved data/a.txt to data/old/a.txt"
    )
    assert (
        desk.says("files_copy", source="data/old", destination="data/new") == "Successfully copied data/old to data/new"
    )
    desk.says("files_move", source="data/new", destination="data/kept/2024")
    desk.says("files_copy", source="data/old/a.txt", destination="data/c.txt")
    assert desk.office.files() == (
        "data/c.txt",
        "data/kept/2024/a.txt",
        "data/kept/2024/b.txt",
        "data/old/a.txt",
        "data/old/b.txt",
        "emails/Bob/hi.eml",
    )


@pytest.mark.parametrize(
    ("source", "destination", "why"),
    [
        ("data/a.txt", "data/old/b.txt", "data/old/b.txt already exists; choose another name or delete it first."),
        ("data/old", "data/old/inner/old", "data/old/inner/old lies inside data/old."),
        ("data", "data2", "The folder data belongs to the office itself."),
        (".", "x", "The folder . belongs to the office itself."),
    ],
)
def test_moving_and_copying_never_replace_or_lose_anything(desk: Desk, source: str, destination: str, why: str) -> None:
    before = desk.office.files()
    assert desk.refuses("files_move", source=source, destination=destination) == f"Failed to move. {why}"
    assert desk.refuses("files_copy", source=source, destination=destination) == f"Failed to copy. {why}"
    assert desk.office.files() == before


def test_links_in_a_copied_folder_are_left_out(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (desk.office.root / "data" / "old" / "link").symlink_to(tmp_path / "secret")
    desk.says("files_copy", source="data/old", destination="data/new")
    assert [path.name for path in (desk.office.root / "data" / "new").iterdir()] == ["b.txt"]


def test_files_and_empty_folders_are_deleted_and_nothing_else(desk: Desk) -> None:
    assert desk.refuses("files_delete", path="data/old") == (
        "The folder data/old is not empty: 1 files, data/old/b.txt. Delete these first."
    )
    assert desk.says("files_delete", path="data/old/b.txt") == "Successfully deleted data/old/b.txt"
    assert desk.says("files_delete", path="data/old") == "Successfully deleted data/old"
    assert desk.refuses("files_delete", path="emails") == (
        "Failed to delete. The folder emails belongs to the office itself."
    )
    assert desk.refuses("files_delete", path="data/A.txt").startswith("The file data/A.txt does not exist.")


def test_making_a_folder_again_is_no_mistake(desk: Desk) -> None:
    assert desk.says("files_make_folder", folder_path="data/x/y") == "Successfully made the folder data/x/y"
    assert desk.says("files_make_folder", folder_path="data/x/y") == "The folder data/x/y is already there."
    assert desk.refuses("files_make_folder", folder_path="data/a.txt") == "data/a.txt is a file; choose another name."
    assert desk.refuses("files_make_folder", folder_path="data/a.txt/x") == (
        "Failed to make data/a.txt/x. Not a directory."
    )

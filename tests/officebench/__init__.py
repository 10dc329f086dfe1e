"""Solutions of OfficeBench tasks, written by hand as tool calls: conformance data, never memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from procmem.types import JsonObject


@dataclass(frozen=True)
class Call:
    """One tool call. An argument that is a ``Seen`` is what an earlier call showed."""

    tool: str
    arguments: JsonObject


@dataclass(frozen=True)
class Seen:
    """The observation of the call with this number, from 1."""

    number: int


@dataclass(frozen=True)
class Solution:
    """Calls and answer that solve a task, and others that look much the same and do not."""

    calls: tuple[Call, ...]
    answer: str
    wrong_calls: tuple[Call, ...]
    wrong_answer: str


def call(tool: str, /, **arguments: Any) -> Call:
    return Call(tool, arguments)


def does(right: Sequence[Call], wrong: Sequence[Call]) -> Solution:
    """Something is done, and the answer does not matter."""
    return Solution(tuple(right), "Done.", tuple(wrong), "Done.")


def answers(right: str, wrong: str, *looks: Call) -> Solution:
    """Only the answer matters."""
    return Solution(looks, right, looks, wrong)


# --- calls that recur ------------------------------------------------------------------------------------------------


def event(user: str, summary: str, day: str, start: str, end: str, **more: str) -> Call:
    last = more.pop("last_day", day)
    return call(
        "calendar_create_event",
        user=user,
        summary=summary,
        time_start=f"{day} {start}:00",
        time_end=f"{last} {end}:00",
        **more,
    )


def cells(book: str, column: int, *texts: str, row: int = 1) -> list[Call]:
    """One column downwards from a row."""
    return [
        call("excel_set_cell", file_path=f"data/{book}", row_idx=at, column_idx=column, text=text)
        for at, text in enumerate(texts, start=row)
    ]


def read(book: str) -> Call:
    return call("excel_read_file", file_path=f"/testbed/data/{book}")


def new_book(book: str, *rows: list[Any]) -> list[Call]:
    return [
        call("excel_create_new_file", file_path=f"data/{book}"),
        call("excel_append_rows", file_path=f"data/{book}", rows=list(rows)),
    ]


def delete_rows(book: str, *numbers: int) -> list[Call]:
    return [call("excel_delete_row", file_path=f"data/{book}", row_idx=number) for number in numbers]


def document(name: str, contents: str | Seen) -> list[Call]:
    return [
        call("word_create_new_file", file_path=f"data/{name}"),
        call("word_write_to_file", file_path=f"data/{name}", contents=contents),
    ]


def pdf(name: str, contents: str | Seen) -> list[Call]:
    return [call("pdf_create", pdf_file_path=f"data/{name}", contents=contents)]


def word_to_pdf(name: str, to: str) -> Call:
    return call("word_convert_to_pdf", word_file_path=f"data/{name}", pdf_file_path=f"data/{to}")


def pdf_to_image(name: str, to: str) -> Call:
    return call("pdf_convert_to_image", pdf_file_path=f"data/{name}", image_file_path=f"data/{to}")


def mail(sender: str, recipient: str, subject: str, content: str | Seen) -> Call:
    return call("email_send_email", sender=sender, recipient=recipient, subject=subject, content=content)


def folder(name: str) -> Call:
    return call("files_make_folder", folder_path=f"data/{name}")

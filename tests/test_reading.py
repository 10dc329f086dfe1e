"""What files say, also damaged ones; and the files of an OfficeBench checkout, where there is one."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from procmem.errors import ToolError
from procmem.office.apps import APPS, toolbox, use
from procmem.office.formats import calendars, documents, sheets
from procmem.office.formats.blocks import Line, Table
from procmem.office.formats.mails import Attachment, Draft, composed
from procmem.office.formats.pdfs import page_images
from procmem.office.formats.pictures import FORMATS, open_picture, picture_bytes
from procmem.office.formats.typeset import typeset
from procmem.office.reading import says
from tests.desk import Desk

OFFICEBENCH = Path(__file__).parent.parent.parent / "shared" / "officebench" / "tasks"
WHEN = datetime(2024, 5, 17, 10, 0)


def _workbook() -> bytes:
    workbook = sheets.new_workbook("Scores")
    for row in (["Name", "Score"], ["Ann", 7], ["Bob", WHEN], ["Sum", "=SUM(B2:B3)"]):
        workbook.active.append(row)
    workbook.active.merge_cells("C1:D2")
    workbook.create_sheet("More")["A1"] = "x"
    return sheets.saved(workbook, "x")


def _document() -> bytes:
    document = documents.new_document()
    documents.append(document, [Line("Report", "title"), Table((("a", "b"), ("c", "d"))), Line("end", "bullet")])
    return documents.saved(document, "x")


def _calendar() -> bytes:
    calendar = calendars.new_calendar()
    calendar.add_component(calendars.new_event("Review, x", WHEN, WHEN.replace(hour=11), "Room", "note", WHEN, 0))
    return calendars.saved([calendar], "x").replace(b"END:VEVENT", b"RRULE:FREQ=WEEKLY;COUNT=2\r\nEND:VEVENT")


def _mail() -> bytes:
    draft = Draft("a@x.org", ("b@x.org", "c@x.org"), "Größe", "Hello\nthere", WHEN, (Attachment("a.bin", b"1"),))
    return composed(draft, 0)


_PICTURE = Image.new("RGB", (20, 10), "red")
SAMPLES = {
    "a.xlsx": _workbook(),
    "a.docx": _document(),
    "a.pdf": typeset([Line("Hello", "title"), Table((("a", "b"), ("1", "2")))], "x").data,
    "a.ics": _calendar(),
    "a.eml": _mail(),
    **{f"a{suffix}": picture_bytes(_PICTURE, suffix) for suffix in FORMATS},
}


def test_every_kind_of_file_says_what_is_in_it() -> None:
    assert {name: says(name, data) for name, data in SAMPLES.items() if name[1:] not in FORMATS} == {
        "a.xlsx": (
            "Scores:\n(1, 1): Name\t(1, 2): Score\t\n(2, 1): Ann\t(2, 2): 7\t\n"
            "(3, 1): Bob\t(3, 2): 2024-05-17 10:00:00\t\n(4, 1): Sum\t(4, 2): 45436.4166666667\t\nMore:\n(1, 1): x\t"
        ),
        "a.docx": "Report\na | b\nc | d\nend",
        "a.pdf": "Hello\na  b\n1  2",
        "a.ics": (
            "Summary: Review, x\nStart Time: 2024-05-17 10:00:00\nEnd Time: 2024-05-17 11:00:00\n"
            f"Description: note\nLocation: Room\nRepeats: FREQ=WEEKLY;COUNT=2\n{'-' * 50}"
        ),
        "a.eml": (
            "From: a@x.org\nTo: b@x.org, c@x.org\nSubject: Größe\nDate: 2024-05-17 10:00:00\n"
            "Attachments: a.bin\nContent: Hello\nthere"
        ),
    }
    assert says("notes.txt", b"plain") == "plain"
    assert says("a.png", SAMPLES["a.png"]) == ""


@st.composite
def _damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sample with some bytes cut off, overwritten or moved; in zip files rather within one of the parts."""
    name = draw(st.sampled_from(sorted(SAMPLES)))
    data = SAMPLES[name]
    if data.startswith(b"PK") and draw(st.booleans()):
        return name, _repacked(data, draw)
    return name, _scratched(data, draw)


def _scratched(data: bytes, draw: st.DrawFn) -> bytes:
    if draw(st.integers(0, 4)) == 0:
        return data[: draw(st.integers(0, len(data)))]
    damaged = bytearray(data)
    for _ in range(draw(st.integers(1, 8))):
        place = draw(st.integers(0, max(len(damaged) - 1, 0)))
        length = draw(st.integers(0, 12))
        damaged[place : place + length] = draw(
            st.binary(max_size=8) | st.sampled_from([b"-1", b"9" * 12, b"<", b"\0", b"1e400"])
        )
    return bytes(damaged)


def _repacked(data: bytes, draw: st.DrawFn) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        parts = old.namelist()
        chosen = draw(st.sampled_from(parts))
        for part in parts:
            if part != chosen:
                new.writestr(part, old.read(part))
            elif draw(st.integers(0, 5)):
                new.writestr(part, _scratched(old.read(part), draw))
    return stream.getvalue()


def _use_all(name: str, data: bytes) -> None:
    match name.rsplit(".", 1)[-1]:
        case "xlsx":
            sheets.saved(sheets.open_workbook(data, name), name)
        case "docx":
            documents.saved(documents.open_document(data, name), name)
        case "ics":
            calendars.saved(calendars.open_calendars(data, name), name)
        case "pdf":
            page_images(data, name, 1)
        case "eml":
            pass
        case _:
            open_picture(data, name)


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")  # Pillow tells what it works around
@settings(max_examples=400)
@given(sample=_damaged())
def test_a_damaged_file_is_read_or_refused_and_never_anything_else(sample: tuple[str, bytes]) -> None:
    name, data = sample
    refusals = [str(error) for error in (_refusal(says, name, data), _refusal(_use_all, name, data)) if error]
    assert all(name in refusal for refusal in refusals)


def _refusal(reader: Callable[[str, bytes], object], name: str, data: bytes) -> ToolError | None:
    try:
        reader(name, data)
    except ToolError as error:
        return error
    return None


@pytest.mark.skipif(not OFFICEBENCH.is_dir(), reason="no OfficeBench checkout at ../shared/officebench")
def test_every_file_of_officebench_can_be_read_and_written(tmp_path: Path) -> None:
    desk = Desk.open(tmp_path)
    tools = toolbox(APPS)
    copied = 0
    for testbed in sorted(OFFICEBENCH.glob("*/testbed")):
        for source in sorted(path for path in testbed.rglob("*") if path.is_file()):
            target = desk.office.root / source.relative_to(testbed)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            for tool, arguments in _touches(desk.office.show(target)):
                observation = use(desk.office, tools, tool, arguments)
                assert not observation.failed, (testbed.parent.name, tool, arguments, observation.text)
            copied += 1
    assert copied > 70


def _touches(name: str) -> list[tuple[str, dict[str, object]]]:
    """A reading and a writing call for one file."""
    match name.split("/"), name.rsplit(".", 1)[-1]:
        case _, "xlsx":
            return [
                ("excel_read_file", {"file_path": name}),
                ("excel_append_rows", {"file_path": name, "rows": [["x", 1]]}),
            ]
        case _, "docx":
            return [
                ("word_read_file", {"file_path": name}),
                ("word_write_to_file", {"file_path": name, "contents": "x"}),
            ]
        case ["calendar", file], "ics":
            user = file.removesuffix(".ics")
            times = {"time_start": "2020-05-01 10:00:00", "time_end": "2020-05-01 11:00:00"}
            return [
                ("calendar_list_events", {"username": user}),
                ("calendar_create_event", {"user": user, "summary": name, **times}),
                ("calendar_delete_event", {"user": user, "summary": name}),
            ]
        case ["emails", user, file], "eml":
            return [
                ("email_read_email", {"username": user, "email_id": file}),
                ("email_reply_email", {"username": user, "email_id": file, "content": "x"}),
            ]
        case _:
            return [
                ("files_read_file", {"file_path": name}),
                ("files_copy", {"source": name, "destination": f"data/copy of {name.replace('/', ' ')}"}),
            ]

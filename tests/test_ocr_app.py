"""The ocr app."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab import __file__ as reportlab

from tests.desk import Desk

VERA = str(Path(reportlab).parent / "fonts" / "Vera.ttf")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.open(tmp_path)


def card(mode: str = "RGB", kind: str = "PNG") -> bytes:
    """An image of a small table and a line."""
    image = Image.new("RGB", (900, 500), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(VERA, 36)
    for row, (left, right) in enumerate([("Name", "Score"), ("Alice", "87"), ("Robert", "93")]):
        draw.text((60, 60 + 70 * row), left, font=font, fill="black")
        draw.text((520, 60 + 70 * row), right, font=font, fill="black")
    draw.text((60, 330), "Meeting on 2024-05-17", font=font, fill="black")
    stream = io.BytesIO()
    image.convert(mode).save(stream, format=kind)
    return stream.getvalue()


def test_an_image_is_read_line_by_line_with_rows_kept_together(desk: Desk) -> None:
    desk.put("data/card.png", card())
    assert desk.says("ocr_recognize_file", file_path="data/card.png") == (
        "The text from data/card.png is:\nName  Score\nAlice  87\nRobert  93\nMeeting on 2024-05-17"
    )


def test_a_scanned_pdf_is_read_too(desk: Desk) -> None:
    desk.put("data/card.jpg", card("L", "JPEG"))
    desk.says("pdf_image_convert_to_pdf", image_file_path="data/card.jpg", pdf_file_path="data/card.pdf")
    assert "Alice  87\nRobert  93" in desk.says("ocr_recognize_file", file_path="data/card.pdf")


def test_many_pages_in_one_tall_image_stay_legible(desk: Desk) -> None:
    tall = Image.new("RGB", (1000, 3600), "white")
    with Image.open(io.BytesIO(card())) as page:
        for top in (0, 1800):
            tall.paste(page, (0, top))
    stream = io.BytesIO()
    tall.save(stream, format="PNG")
    desk.put("data/tall.png", stream.getvalue())
    assert desk.says("ocr_recognize_file", file_path="data/tall.png").count("Alice  87\nRobert  93\n") == 2


def test_an_image_without_text_says_so(desk: Desk) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (5, 5), "white").save(stream, format="PNG")
    desk.put("data/blank.png", stream.getvalue())
    assert desk.refuses("ocr_recognize_file", file_path="data/blank.png") == (
        "Failed to recognize text from data/blank.png: no text was found in it."
    )


def huge() -> bytes:
    """A small file that says it has 90,000 x 90,000 pixels."""
    stream = io.BytesIO()
    Image.new("1", (1, 1)).save(stream, format="BMP")
    data = bytearray(stream.getvalue())
    data[18:26] = (90_000).to_bytes(4, "little") * 2
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "fault"),
    [(b"text", "UnidentifiedImageError"), (card()[:2000], "OSError"), (huge(), "DecompressionBombError")],
    ids=["text", "cut", "huge"],
)
def test_what_is_no_image_is_refused(desk: Desk, data: bytes, fault: str) -> None:
    desk.put("data/x.png", data)
    assert desk.refuses("ocr_recognize_file", file_path="data/x.png") == (
        f"data/x.png is no image that can be opened; it is damaged or another kind of file. ({fault})"
    )


def test_an_empty_image_is_refused(desk: Desk) -> None:
    desk.put("data/x.png", b"")
    assert desk.refuses("ocr_recognize_file", file_path="data/x.png") == (
        "data/x.png is empty (0 bytes); it is no image."
    )


def test_a_missing_image_is_answered_with_the_nearest(desk: Desk) -> None:
    desk.put("data/card.png", card())
    assert desk.refuses("ocr_recognize_file", file_path="data/crad.png") == (
        "The file data/crad.png does not exist. Failed to recognize text. The existing files are: data/card.png."
    )

"""Images: opened with limits, and saved in the format that a name asks for."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from procmem.errors import ToolError
from procmem.office.formats.faults import refusing

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS: dict[str, str] = {
    ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".bmp": "BMP", ".gif": "GIF", ".tif": "TIFF", ".tiff": "TIFF",
    ".webp": "WEBP",
}  # fmt: skip
"""Endings of image files -> Pillow's names of their formats."""

MOST_PIXELS = 60_000_000


def open_picture(data: bytes, name: str) -> Image:
    """A loaded RGB image, upright.

    Raises:
        ToolError: the bytes are no image, are damaged, or have more than MOST_PIXELS.
    """
    from PIL import Image, ImageOps

    if not data:
        raise ToolError(f"{name} is empty (0 bytes); it is no image.")
    with refusing("pillow", f"{name} is no image that can be opened; it is damaged or another kind of file."):
        picture = Image.open(io.BytesIO(data), formats=sorted(set(FORMATS.values())))
        if picture.width * picture.height > MOST_PIXELS:
            raise ToolError(f"{name} is too large an image: {picture.width} x {picture.height} pixels.")
        return _flattened(ImageOps.exif_transpose(picture))


def _flattened(picture: Image) -> Image:
    """RGB, with transparent parts white: text on them would otherwise turn black on black."""
    from PIL import Image

    if picture.mode == "RGB":
        picture.load()
        return picture
    solid = picture.convert("RGBA")
    paper = Image.new("RGBA", solid.size, "white")
    return Image.alpha_composite(paper, solid).convert("RGB")


def picture_bytes(picture: Image, suffix: str) -> bytes:
    """The image in the format of a file ending (".jpg").

    Raises:
        ToolError: no such format.
    """
    kind = FORMATS.get(suffix.lower())
    if kind is None:
        raise ToolError(
            f"{suffix or 'A name without ending'} is no image format here. Use one of: {', '.join(FORMATS)}."
        )
    stream = io.BytesIO()
    with refusing("pillow", f"The image can not be saved as {kind}."):
        picture.save(stream, format=kind)
    return stream.getvalue()

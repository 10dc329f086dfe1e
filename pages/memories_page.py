"""The Memories page: the bank as list and map, its changes, import and export, and a memory's own page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import address
from pages.parts.shell import draw_notices, draw_page

if TYPE_CHECKING:
    from procmem.workbench import Workbench


def draw_memories_page(open_bench: Callable[[], Workbench]) -> None:
    """Draw the page. The title is on the screen before anything is loaded."""
    memory_id = address.read("memory")
    if memory_id is None:
        st.title("Memories", anchor=False)
    draw_page(open_bench, lambda bench: _draw_view(bench, memory_id))


def _draw_view(bench: Workbench, memory_id: str | None) -> None:
    from pages.parts.memory_bank import draw_bank
    from pages.parts.memory_desk import draw_message
    from pages.parts.memory_detail import draw_memory_page

    draw_notices(bench)
    draw_message(bench)
    if memory_id is None:
        draw_bank(bench)
    else:
        draw_memory_page(bench, memory_id)


if __name__ == "__main__":
    # Streamlit's old router runs this file by itself at /memories_page while nobody has opened the app yet.
    st.switch_page("app.py")

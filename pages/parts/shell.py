"""What every page does: open the workbench or say why not, and what a person must be told before anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.collector import spare_libraries
from procmem.errors import BadInput

if TYPE_CHECKING:
    from procmem.workbench import Workbench


def draw_page(open_bench: Callable[[], Workbench], draw_view: Callable[[Workbench], None]) -> None:
    """Draw a page below its title, which is on the screen before anything is loaded."""
    try:
        bench = open_bench()
    except BadInput as error:
        _draw_closed(str(error))
        return
    draw_view(bench)
    if bench.preparation.state == "waiting":
        bench.warm()
    spare_libraries()


def _draw_closed(problem: str) -> None:
    """The workbench can not be opened: what is wrong, and how to go on."""
    from pages.parts.plain import label

    st.error(label(problem, 600), title="The data can not be opened", icon=":material/lock:")
    st.button("Try again", type="primary", icon=":material/refresh:")


def draw_notices(bench: Workbench) -> None:
    """What a person must be told about the store and the bank, and how far the preparation is."""
    from pages.parts.plain import label
    from pages.parts.preparation import draw_preparation

    for notice in bench.store.notices:
        st.warning(label(notice, 600), icon=":material/warning:")
    draw_preparation(bench)
    if bench.preparation.state != "waiting" and (notice := bench.lab.bank.state().notice):
        st.caption(f":material/info: {label(notice, 400)}")

"""The data folder: where it is, a backup to download, and beginning anew."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import streamlit as st

from pages.parts import words
from pages.parts.plain import label
from procmem.errors import BadInput

if TYPE_CHECKING:
    from procmem.workbench import Workbench

ASKING = "asking-to-reset"


def draw_data(bench: Workbench, begin_anew: Callable[[], None]) -> None:
    """Folder, size, backup and reset."""
    st.subheader("Data", anchor=False)
    with st.container(border=True, gap="small"):
        st.caption("Folder (PROCMEM_HOME)")
        st.code(str(bench.lab.settings.home), language=None, wrap_lines=True)
        st.caption(f"The database has {size(bench.store.bytes_on_disk)}.")
        with st.container(horizontal=True, gap="small"):
            st.download_button(
                "Download a backup",
                data=lambda: _copy(bench),
                file_name=f"procmem-{datetime.now():%Y-%m-%d-%H%M}.duckdb",  # noqa: DTZ005 - a person's local time
                mime="application/octet-stream",
                icon=":material/download:",
                key="backup",
                on_click="ignore",
                help="Memories, decisions, runs and experiments as of now, while the app goes on. "
                "To go back to it, stop the app and put it in the place of procmem.duckdb in the folder above.",
            )
            st.button("Reset demo", icon=":material/restart_alt:", key="reset", on_click=_ask)
    if st.session_state.get(ASKING):
        _draw_reset(bench, begin_anew)
    if problem := st.session_state.pop("reset-problem", None):
        st.error(label(problem, 600), icon=":material/error:")


def size(number: int) -> str:
    """Bytes as a person reads them."""
    for unit, width in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= width:
            return f"{number / width:.1f} {unit}"
    return f"{number} bytes"


def _copy(bench: Workbench) -> BinaryIO:
    """A backup as an open file that is on the disk no more."""
    with tempfile.TemporaryDirectory(prefix="procmem-backup-") as folder:
        return bench.store.back_up(Path(folder) / "procmem.duckdb").open("rb")


def _ask() -> None:
    st.session_state[ASKING] = True


def _close() -> None:
    st.session_state.pop(ASKING, None)


@st.dialog("Reset demo", icon=":material/restart_alt:", on_dismiss=_close)
def _draw_reset(bench: Workbench, begin_anew: Callable[[], None]) -> None:
    from procmem.demo import holdings

    now = holdings(bench)
    st.text("This empties the data folder, and then fills it as at the first start. Deleted are:")
    lines = [
        words.count(now.runs, "run") + " with their files",
        words.count(now.memories, "memory") + " and " + words.count(now.proposals, "proposal") + " with all decisions",
        words.count(now.experiments, "experiment"),
        words.count(now.uploads, "uploaded file"),
    ]
    st.markdown("\n".join(f"- {line}" for line in lines))
    st.text("Runs under way are stopped. The database is kept under backups in the data folder; your team stays.")
    with st.container(horizontal=True, gap="small"):
        if st.button("Delete and begin anew", type="primary", icon=":material/delete:", key="reset-yes"):
            with st.spinner("Emptying the data folder"):
                _reset(begin_anew)
            st.rerun()
        if st.button("Keep everything", key="reset-no"):
            _close()
            st.rerun()


def _reset(begin_anew: Callable[[], None]) -> None:
    _close()
    try:
        begin_anew()
    except BadInput as error:
        st.session_state["reset-problem"] = str(error)
        return
    for name in ("events", "tour"):
        st.session_state.pop(name, None)

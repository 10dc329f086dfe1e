"""The bank as a file: out, and in again after a look at what would change."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import memory_address, memory_desk, words
from pages.parts.diff import draw_difference
from pages.parts.plain import label
from pages.parts.review_desk import decider
from procmem.errors import BadInput

if TYPE_CHECKING:
    from procmem.exchange.bank_file import BankFile
    from procmem.exchange.bank_import import Plan
    from procmem.workbench import Workbench

SHOWN = 20
"""Memories of a dry run that are shown."""
LARGEST = 200
"""Megabytes of a file that is read in."""
_ROUND = "memories-import-round"


def draw_files(bench: Workbench) -> None:
    """Export on the left, import on the right."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Export", anchor=False)
        _draw_export(bench)
    with right:
        st.subheader("Import", anchor=False)
        draw_import(bench)


def _draw_export(bench: Workbench) -> None:
    at = memory_address.revision_shown(bench)
    revision = bench.store.revision if at is None else at
    st.text(f"All memories at revision {revision} in one file, one memory a line.")
    retired = st.toggle("With retired memories", key="export-retired")
    vectors = st.toggle("With vectors", key="export-vectors", help="Larger, but nobody has to embed them again.")

    def lines() -> bytes:
        from procmem.exchange.bank_file import export

        return "".join(export(bench.lab.bank, at=at, retired=retired, vectors=vectors)).encode()

    st.download_button(
        "Export the bank",
        data=lines,
        file_name=f"bank-{revision}.jsonl",
        mime="application/jsonl",
        icon=":material/download:",
        key="export-bank",
        on_click="ignore",
    )


def draw_import(bench: Workbench) -> None:
    """Choose a file, see what it would change, then import it or queue it for review."""
    from procmem.exchange.bank_import import plan

    upload = st.file_uploader(
        "A file that “Export” wrote",
        type=["jsonl"],
        max_upload_size=LARGEST,
        key=f"import-{st.session_state.get(_ROUND, 0)}",
    )
    if upload is None:
        st.caption("Nothing is written before you have seen what would change.")
        return
    try:
        file = _read(upload.getvalue(), upload.name)
        change = plan(file, bench.store)
    except BadInput as error:
        st.error(label(str(error), 600), icon=":material/error:")
        return
    _draw_plan(change)
    if change.added or change.revised:
        _draw_ways(bench, file, change)


@st.cache_data(
    show_spinner="Reading the file",
    max_entries=2,
    ttl="10m",
    hash_funcs={bytes: lambda data: hashlib.sha256(data).hexdigest()},
)
def _read(data: bytes, name: str) -> BankFile:
    from procmem.exchange.bank_file import read

    return read(io.BytesIO(data), name)


def _draw_plan(change: Plan) -> None:
    st.markdown("**What would change**")
    st.text(f"{len(change.added):,} new, {len(change.revised):,} changed, {change.same:,} in the bank already.")
    for memory in change.added[:SHOWN]:
        st.markdown(f":green-badge[New] {label(memory.title, 110)}")
    for number, (old, new) in enumerate(change.revised[:SHOWN]):
        panel = st.expander(
            f":orange-badge[Changed] {label(new.title, 110)}", key=f"import-diff-{number}", on_change="rerun"
        )
        if panel.open:
            with panel:
                draw_difference(old, new)
    left_out = max(0, len(change.added) - SHOWN) + max(0, len(change.revised) - SHOWN)
    if left_out:
        st.caption(f"… and {left_out:,} more.")


def _draw_ways(bench: Workbench, file: BankFile, change: Plan) -> None:
    number = len(change.added) + len(change.revised)
    with st.container(horizontal=True, gap="small"):
        st.button(
            f"Import {words.count(number, 'memory')}",
            type="primary",
            icon=":material/upload:",
            on_click=_bring_in,
            args=(bench, file),
            key="import-now",
            help="One decision, which can be undone.",
        )
        st.button(
            "Queue for review",
            icon=":material/rate_review:",
            on_click=_queue,
            args=(bench, file, change),
            key="import-review",
            help="One proposal per full-task memory; a person decides on each.",
        )


def _bring_in(bench: Workbench, file: BankFile) -> None:
    from procmem.exchange.bank_import import bring_in

    try:
        made = bring_in(file, bench.store, decider())
    except BadInput as error:
        memory_desk.say(memory_desk.Message(str(error), failed=True))
        return
    memory_desk.say(memory_desk.Message(f"Imported {file.name}.", made.id if made else None))
    _next_file()


def _queue(bench: Workbench, file: BankFile, change: Plan) -> None:
    from procmem.exchange.bank_import import wishes

    queued = wishes(change, file.name, decider())
    bench.store.propose(queued)
    memory_desk.say(memory_desk.Message(f"{words.count(len(queued), 'proposal')} of {file.name} wait for review."))
    _next_file()


def _next_file() -> None:
    """An empty field for the next file."""
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1

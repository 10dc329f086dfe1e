"""What came of a run: the verdict with its reasons, the answer, the files with diff and downloads, the proposals."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import words
from pages.parts.plain import label
from pages.parts.preview import draw_preview, file_icon, mime, office_file
from pages.parts.proposed import draw_proposals
from pages.parts.story import Story
from procmem.errors import BadInput
from procmem.events import Graded
from procmem.types import FileChange, RunSummary

if TYPE_CHECKING:
    from procmem.workbench import RunFiles, Workbench

CHANGE = {"created": "created", "changed": "changed", "deleted": "deleted"}


def verdict(run: RunSummary, told: Story) -> str:
    """The run's end in one sentence for a person."""
    match run.status:
        case "succeeded" | "failed" if told.graded is not None:
            passed = sum(result.passed for result in told.graded.results)
            return f"{run.error} {passed} of {words.count(len(told.graded.results), 'check')} passed.".strip()
        case "ungraded":
            return "This task has no checks: look at the result yourself."
        case "cancelled":
            return "Somebody cancelled this run. What it did until then is kept."
        case "interrupted":
            return "The app was stopped while this run was under way. Everything that was shown is kept."
        case "error":
            return (
                run.error or (told.finished.error if told.finished else "") or "The run stopped for an unknown reason."
            )
        case _:
            return run.error


def draw_outcome(bench: Workbench, run: RunSummary, told: Story) -> None:
    """Everything below the timeline of a run that has ended."""
    if told.graded is not None and told.graded.results:
        _draw_checks(told.graded)
    answer = run.answer or (told.finished.answer if told.finished else "")
    if answer:
        st.subheader("Answer", anchor=False)
        st.text(answer)
    files = bench.files(run.id)
    _draw_files(files, told.graded.changes if told.graded else _changes(files, run.id), run.id)
    draw_proposals(bench, told)


def _draw_checks(graded: Graded) -> None:
    st.subheader("Checks", anchor=False)
    for result in sorted(graded.results, key=lambda result: result.passed):
        mark = ":green[:material/check_circle:]" if result.passed else ":red[:material/cancel:]"
        st.markdown(f"{mark} {label(result.reason, 600)}")


@st.cache_data(show_spinner="Comparing the files", max_entries=32)
def _changes(_files: RunFiles, run_id: str) -> tuple[FileChange, ...]:
    """What a run that was stopped, and so was not graded, did to its files."""
    return _files.changes()


def _draw_files(files: RunFiles, changes: tuple[FileChange, ...], run_id: str) -> None:
    """The files with what changed."""
    names = files.names()
    if not names and not changes:
        return
    st.subheader("Files", anchor=False)
    if not changes:
        st.caption("The team changed no file.")
    for change in changes:
        _draw_change(files, change, f"{run_id}-{change.path}")
    untouched = [name for name in names if name not in {change.path for change in changes}]
    others = words.count(len(untouched), "untouched file")
    for_all = f"{run_id}-all"
    with st.container(horizontal=True, gap="small"):
        if untouched:
            with st.popover(others, key=f"{for_all}-rest"):
                for name in untouched:
                    st.text(name)
        if names:
            st.download_button(
                "Download all as .zip",
                data=lambda: _zipped(files),
                file_name="office.zip",
                mime="application/zip",
                icon=":material/folder_zip:",
                key=f"{for_all}-zip",
                on_click="ignore",
            )


def _draw_change(files: RunFiles, change: FileChange, key: str) -> None:
    title = f"**{label(change.path)}** :gray[{CHANGE[change.change]}]"
    panel = st.expander(title, icon=file_icon(change.path), key=f"file-{key}", on_change="rerun")
    if not panel.open:
        return
    with panel:
        root = files.pristine if change.change == "deleted" else files.root
        try:
            data = office_file(root / change.path, change.path)
        except BadInput as error:
            st.caption(label(str(error), 300))
            return
        views = {"Preview": True, "What changed": bool(change.diff)}
        view = st.segmented_control(
            "View",
            [name for name, there in views.items() if there],
            default="Preview",
            required=True,
            label_visibility="collapsed",
            key=f"view-{key}",
        )
        if view == "Preview":
            draw_preview(change.path, data)
        else:
            st.code(without_names(change.diff), language="diff", wrap_lines=True)
        if change.change != "deleted":
            st.download_button(
                "Download",
                data,
                file_name=PurePosixPath(change.path).name,
                mime=mime(change.path),
                icon=":material/download:",
                key=f"get-{key}",
                on_click="ignore",
            )


def without_names(diff: str) -> str:
    """A diff without the two lines that name its files; a new file has none from before."""
    lines = diff.splitlines()
    named = len(lines) > 1 and lines[0].startswith("--- ") and lines[1].startswith("+++ ")
    return "\n".join(lines[2:] if named else lines)


def _zipped(files: RunFiles) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in files.names():
            archive.write(files.root / name, name)
    return buffer.getvalue()

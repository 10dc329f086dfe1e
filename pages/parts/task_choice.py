"""Choosing a task: bundled, in one's own words with files, or from an OfficeBench checkout."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import streamlit as st

from pages.parts import address, words
from pages.parts.plain import label, one_line
from pages.parts.preview import draw_preview, file_icon, task_file
from procmem.errors import BadInput
from procmem.types import Task

if TYPE_CHECKING:
    from procmem.workbench import Workbench

TaskMaker: TypeAlias = Callable[[], Task]
SOURCES = ("Bundled", "Your own", "OfficeBench")


def choose_task(bench: Workbench) -> TaskMaker | None:
    """Draw the choice; returns how to get the task when there is one to start.

    The returned function raises BadInput when one's own task has no text, or its files can not be used.
    """
    source = st.segmented_control(
        "Where the task comes from",
        SOURCES,
        default="Bundled",
        required=True,
        label_visibility="collapsed",
        key="source",
        persist_state="session",
    )
    match source:
        case "Your own":
            return _own_task(bench)
        case "OfficeBench":
            return _officebench_task(bench)
        case _:
            return _listed_task(bench.tasks, "bundled")


def _listed_task(tasks: Mapping[str, Task], key: str) -> TaskMaker | None:
    if not tasks:
        st.info("There are no tasks here. Choose “Your own” and write one.", icon=":material/inbox:")
        return None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        slot = st.container(width="stretch")
        kept = _filter(tasks, key)
    with slot:
        chosen = _pick(tasks, kept, key)
    if chosen is None:
        tests = {name: task for name, task in kept.items() if task.split == "test"}
        _draw_suggestions(tests or kept, key)
        return None
    _draw_task(chosen)
    return lambda: chosen


def _filter(tasks: Mapping[str, Task], key: str) -> dict[str, Task]:
    every = list(tasks.values())
    with st.popover("Filter", icon=":material/filter_list:", key=f"{key}-filter"):
        levels = st.pills(
            "Level",
            sorted({task.level for task in every}),
            selection_mode="multi",
            help="How many apps the task needs.",
            key=f"{key}-levels",
            persist_state="session",
        )
        apps = st.pills(
            "Apps",
            _known(app for task in every for app in task.apps),
            selection_mode="multi",
            key=f"{key}-apps",
            persist_state="session",
        )
        families = st.multiselect(
            "Families",
            _known(task.family for task in every),
            format_func=words.family_title,
            placeholder="All",
            key=f"{key}-families",
            persist_state="session",
        )
        splits = st.pills(
            "Split",
            _known(task.split for task in every),
            selection_mode="multi",
            format_func=str.capitalize,
            help="Memories are learned from training tasks, so test tasks show what memory is worth.",
            key=f"{key}-splits",
            persist_state="session",
        )
    return {
        task.id: task
        for task in every
        if (not levels or task.level in levels)
        and (not apps or set(apps) <= set(task.apps))
        and (not families or task.family in families)
        and (not splits or task.split in splits)
    }


def _known(values: Iterable[str]) -> list[str]:
    return sorted({value for value in values if value})


def _pick(tasks: Mapping[str, Task], kept: Iterable[str], key: str) -> Task | None:
    """The search field; the URL says which task is chosen, also when the filter would hide it."""
    wanted = address.read("task")
    chosen = wanted if wanted in tasks else None
    names = [*kept, *([chosen] if chosen and chosen not in kept else [])]
    widget = f"{key}-task"
    st.session_state[widget] = chosen
    st.selectbox(
        f"Task ({len(names)} to choose from)",
        names,
        format_func=lambda name: f"{words.task_title(name)} · {one_line(tasks[name].text, 110)}",
        placeholder="Search tasks",
        key=widget,
        on_change=lambda: address.choose_task(st.session_state.get(widget)),
        index=None,
    )
    return tasks[chosen] if chosen else None


def _draw_suggestions(tasks: Mapping[str, Task], key: str) -> None:
    """A first task per level, so that nobody faces an empty page."""
    st.caption("Search by name or words, or begin with one of these:")
    for level in sorted({task.level for task in tasks.values()}):
        one = next(task for task in tasks.values() if task.level == level)
        st.button(
            f"{words.task_title(one.id)} :gray[:small[level {level}]]",
            key=f"{key}-try-{level}",
            icon=":material/lightbulb:",
            on_click=address.choose_task,
            args=(one.id,),
        )


def _draw_task(task: Task) -> None:
    with st.container(border=True, gap="small"):
        st.text(task.text)
        with st.container(horizontal=True, gap="xsmall"):
            st.badge(f"Level {task.level}", color="blue", help="How many apps the task needs.")
            for app in task.apps:
                st.badge(label(app, 20), color="gray")
            st.badge("Training task" if task.split == "train" else "Test task", color="gray")
        st.caption(
            f"{label(task.username)} asks on {task.now:%A}, {words.day(task.now)}. The office's clock stands still."
        )
        if task.files:
            _draw_files(task)


def _draw_files(task: Task) -> None:
    files = {file.path: file for file in task.files}
    panel = st.expander(
        words.count(len(files), "file"),
        icon=":material/folder_open:",
        type="compact",
        key=f"files-{task.id}",
        on_change="rerun",
    )
    if not panel.open:
        return
    with panel:
        name = st.selectbox(
            "File",
            list(files),
            index=None,
            placeholder="Pick a file to look into",
            key=f"file-of-{task.id}",
            label_visibility="collapsed",
        )
        if name is None:
            for path in files:
                st.markdown(f":small[{file_icon(path)} {label(path)}]")
            return
        try:
            draw_preview(name, task_file(files[name]))
        except BadInput as error:
            st.warning(label(str(error), 300))


def _own_task(bench: Workbench) -> TaskMaker:
    text = st.text_area(
        "What should the team do?",
        height=140,
        placeholder="Add up the hours in hours.xlsx per person and write the totals into summary.docx.",
        key="own-text",
        persist_state="session",
        on_change="ignore",
    )
    uploads = st.file_uploader(
        "Files for the office",
        accept_multiple_files=True,
        key="own-files",
        help="They go into the folder data. A .eml file goes into the mailbox, an .ics file among the calendars.",
    )
    username = st.text_input(
        "Your name in the office", value="Alice", key="own-name", persist_state="session", on_change="ignore"
    )
    st.caption("A task of your own has no checks, so you judge the result.")
    return lambda: bench.own_task(text, [(upload.name, upload.getvalue()) for upload in uploads], username)


def _officebench_task(bench: Workbench) -> TaskMaker | None:
    folder = st.text_input(
        "Folder of the OfficeBench checkout",
        placeholder="~/OfficeBench",
        help="A git clone of github.com/zlwang-cs/OfficeBench. It is read only.",
        key="officebench-folder",
        persist_state="session",
    )
    if not folder:
        st.caption("Give the folder of a checkout to list its 300 tasks.")
        return None
    try:
        tasks = _checkout(bench, folder)
    except BadInput as error:
        st.error(label(str(error), 400), icon=":material/folder_off:")
        return None
    return _listed_task(tasks, "officebench")


@st.cache_data(show_spinner="Reading the checkout", max_entries=4, ttl="10m")
def _checkout(_bench: Workbench, folder: str) -> dict[str, Task]:
    return dict(_bench.officebench(folder))

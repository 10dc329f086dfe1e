"""Choosing a task: bundled, in one's own words with files, or from an OfficeBench checkout."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import streamlit as st

from pages.parts import address, url_state, words
from pages.parts.plain import label, one_line
from pages.parts.preview import draw_preview, file_icon, task_file
from procmem.errors import BadInput
from procmem.types import Task

if TYPE_CHECKING:
    from procmem.workbench import Workbench

TaskMaker: TypeAlias = Callable[[], Task]
Known = TypeVar("Known", int, str)
SOURCES = {"Bundled": "", "Your own": "own", "OfficeBench": "officebench"}
"""Where a task comes from, and how the URL says it."""


def choose_task(bench: Workbench) -> TaskMaker | None:
    """Draw the choice; returns how to get the task when there is one to start.

    The returned function raises BadInput when the files of one's own task can not be used.
    """
    url_state.seed("from", "source", {name: title for title, name in SOURCES.items()}.get)
    source = st.segmented_control(
        "Task",
        list(SOURCES),
        default=None if "source" in st.session_state else "Bundled",
        required=True,
        key="source",
        persist_state="session",
    )
    url_state.keep("from", SOURCES[source or "Bundled"])
    match source:
        case "Your own":
            return _own_task(bench)
        case "OfficeBench":
            return _officebench_task(bench)
        case _:
            return _listed_task(bench.tasks, "bundled", bench.family_titles)


def _listed_task(tasks: Mapping[str, Task], key: str, titles: Mapping[str, str]) -> TaskMaker | None:
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
        _draw_suggestions(tests or kept, key, titles)
        return None
    _draw_task(chosen, titles)
    return lambda: chosen


def _shown(one: object) -> str:
    return str(one).capitalize()


def _filter(tasks: Mapping[str, Task], key: str) -> dict[str, Task]:
    every = list(tasks.values())
    with st.popover("Filter", icon=":material/filter_list:", key=f"{key}-filter"):
        levels = _chosen("Level", "level", sorted({task.level for task in every}), key, "How many apps the task needs.")
        apps = _chosen("Apps", "apps", _known(app for task in every for app in task.apps), key, None, words.app_title)
        families = _families(_known(task.family for task in every), key)
        splits = _chosen(
            "Split", "split", _known(task.split for task in every), key,
            "Memories are learned from training tasks, so test tasks show what memory is worth.",
        )  # fmt: skip
    return {
        task.id: task
        for task in every
        if (not levels or task.level in levels)
        and (not apps or set(apps) <= set(task.apps))
        and (not families or task.family in families)
        and (not splits or task.split in splits)
    }


def _chosen(
    title: str,
    name: str,
    known: list[Known],
    key: str,
    about: str | None = None,
    shown: Callable[[Known], str] = _shown,
) -> list[Known]:
    """Several of a few, kept in the URL."""
    url_state.seed(name, f"{key}-{name}", url_state.some_of(known))
    chosen = st.pills(
        title,
        known,
        selection_mode="multi",
        format_func=shown,
        help=about,
        key=f"{key}-{name}",
        persist_state="session",
    )
    url_state.keep(name, url_state.text_of(chosen, []))
    return chosen


def _families(known: list[str], key: str) -> list[str]:
    url_state.seed("families", f"{key}-families", url_state.some_of(known))
    chosen = st.multiselect(
        "Families",
        known,
        format_func=words.family_title,
        placeholder="All",
        key=f"{key}-families",
        persist_state="session",
    )
    url_state.keep("families", url_state.text_of(chosen, []))
    return chosen


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
        "Search tasks",
        names,
        label_visibility="collapsed",
        format_func=lambda name: f"{words.task_title(name)} · {one_line(tasks[name].text, 110)}",
        placeholder=f"Search {words.count(len(names), 'task')}",
        key=widget,
        on_change=lambda: address.choose_task(st.session_state.get(widget)),
        index=None,
    )
    return tasks[chosen] if chosen else None


def _draw_suggestions(tasks: Mapping[str, Task], key: str, titles: Mapping[str, str]) -> None:
    """A task per level, so that nobody faces an empty page."""
    st.caption("Search by name or words, or begin with one of these:")
    with st.container(gap="small"):
        for one in suggested(tasks):
            with st.container(border=True, gap=None, key=f"row-{key}-{one.level}"):
                apps = ", ".join(map(words.app_title, one.apps)) or "no checks"
                st.button(
                    f"**{label(words.task_name(one.id, titles), 100)}** :gray[:small[{label(apps)}]]",
                    key=f"{key}-try-{one.level}",
                    icon=":material/lightbulb:",
                    type="tertiary",
                    on_click=address.choose_task,
                    args=(one.id,),
                )
                st.caption(label(one.text, 170))


def suggested(tasks: Mapping[str, Task]) -> list[Task]:
    """The first test task of each level that the bank has something alike to, else any; not chosen by its outcome."""
    found: dict[int, Task] = {}
    trained = {task.family for task in tasks.values() if task.split == "train"}
    for task in sorted(tasks.values(), key=lambda task: (task.split != "test", task.family not in trained)):
        found.setdefault(task.level, task)
    return [found[level] for level in sorted(found)]


def _draw_task(task: Task, titles: Mapping[str, str]) -> None:
    with st.container(border=True, gap="small"):
        if task.family in titles:
            st.markdown(f"**{label(words.task_name(task.id, titles), 120)}**")
        st.text(task.text)
        with st.container(horizontal=True, gap="xsmall"):
            st.badge(f"Level {task.level}", color="blue", help="How many apps the task needs.")
            for app in task.apps:
                st.badge(label(words.app_title(app), 20), color="gray")
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


def _own_task(bench: Workbench) -> TaskMaker | None:
    text = st.text_area(
        "What should the team do?",
        height=140,
        placeholder="Add up the hours in hours.xlsx per person and write the totals into summary.docx.",
        key="own-text",
        persist_state="session",
    )
    uploads = st.file_uploader(
        "Files for the office",
        accept_multiple_files=True,
        key="own-files",
        help="They go into the folder data. A .eml file goes into the mailbox, an .ics file among the calendars.",
    )
    if uploads:
        _draw_uploads([(upload.name, upload.getvalue()) for upload in uploads])
    username = st.text_input(
        "Your name in the office", value="Alice", key="own-name", persist_state="session", on_change="ignore"
    )
    st.caption("A task of your own has no checks, so you judge the result.")
    if not (text or "").strip():
        return None
    return lambda: bench.own_task(text, [(upload.name, upload.getvalue()) for upload in uploads], username)


def _draw_uploads(files: list[tuple[str, bytes]]) -> None:
    """A look into the files before the run: what the agents will be able to read of them."""
    for position, (name, data) in enumerate(files):
        panel = st.expander(
            label(name, 80), icon=file_icon(name), type="compact", key=f"own-file-{position}-{name}", on_change="rerun"
        )
        if panel.open:
            with panel:
                draw_preview(name, data)


def _officebench_task(bench: Workbench) -> TaskMaker | None:
    url_state.seed("folder", "officebench-folder", lambda text: text)
    folder = st.text_input(
        "Folder of the OfficeBench checkout",
        placeholder="~/OfficeBench",
        help="A git clone of github.com/zlwang-cs/OfficeBench. It is read only.",
        key="officebench-folder",
        persist_state="session",
    )
    url_state.keep("folder", folder or "")
    if not folder:
        st.caption("Give the folder of a checkout to list its 300 tasks.")
        return None
    try:
        tasks, note = _checkout(bench, folder)
    except BadInput as error:
        st.error(label(str(error), 400), icon=":material/folder_off:")
        return None
    if note:
        first, *rest = note.splitlines()
        with st.expander(label(first, 200), icon=":material/warning:"):
            st.text("\n".join(rest))
    return _listed_task(tasks, "officebench", {})


@st.cache_data(show_spinner="Reading the checkout", max_entries=4, ttl="10m")
def _checkout(_bench: Workbench, folder: str) -> tuple[dict[str, Task], str]:
    checkout = _bench.officebench(folder)
    return dict(checkout.tasks), checkout.note

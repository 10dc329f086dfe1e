"""The newest experiment in short, for a Trends page whose everyday runs say little yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import words
from pages.parts.charts import draw_chart
from pages.parts.links import draw_link
from pages.parts.plain import label
from pages.parts.run_view import draw_simulated_badge

if TYPE_CHECKING:
    from procmem.workbench import Workbench

LOOKED_AT = 10
"""Experiments among which one with figures is looked for."""


def draw_newest(bench: Workbench) -> None:
    """Success by way of using memory in the newest experiment that is done, and the way to it; nothing without one."""
    with st.spinner("Opening the experiments", show_time=False):
        from pages.parts.experiment_desk import experiment_title
        from pages.parts.experiment_result import rate_chart, result_of

        records = bench.experiments.records(LOOKED_AT)
        record = next((one for one in records if one.status == "done" and one.done), None)
        found = result_of(bench.experiments, record) if record else None
    if record is None or found is None or not found.rows:
        return
    st.subheader(label(f"Newest experiment: {experiment_title(record)}", 120), anchor=False)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        if record.simulated:
            draw_simulated_badge()
        tasks = words.count(len(found.design.tasks), "task")
        st.caption(f"Success on {tasks}, the same ones in each row. Bars are 95 % intervals.", width="content")
    draw_chart(rate_chart(found), f"newest-{record.id}", "Success by way of using memory in the newest experiment")
    draw_link("All its figures", "trends", icon=":material/monitoring:", view="experiments", experiment=record.id)

"""The papers' own numbers, as printed there, to stand beside ours.

LEGOMem is arXiv 2510.04851 (success rates in percent on OfficeBench, mean of 3 seeds); Mem^p is arXiv 2508.06433.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Rates: TypeAlias = tuple[float, float, float, float]
"""Success in percent at levels 1, 2 and 3, and overall."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What a paper prints for a preset.

    ``rates`` are by (arm, team); ``notes`` are its other figures as lines of text.
    """

    source: str
    benchmark: str
    rates: Mapping[tuple[str, str], Rates]
    notes: tuple[str, ...] = ()


_LLM, _HYBRID, _SLM = "LLM team", "Hybrid team", "SLM team"
_TEAMS = "LEGOMem's teams: GPT-4o; GPT-4o with GPT-4o-mini agents; GPT-4o-mini."


def _rows(*rows: tuple[str, *tuple[Rates, ...]]) -> dict[tuple[str, str], Rates]:
    """Rows of a table whose columns are the LLM, Hybrid and SLM team, as many as it has."""
    teams = (_LLM, _HYBRID, _SLM)
    return {(name, team): rates for name, *columns in rows for team, rates in zip(teams, columns, strict=False)}


_TABLE_1 = _rows(
    ("no memory", (49.31, 58.52, 33.33, 45.83), (45.14, 48.89, 16.95, 35.31), (36.81, 34.81, 7.34, 24.78)),
    ("Synapse", (59.72, 75.56, 43.50, 58.11), (46.53, 68.15, 29.94, 46.49), (36.81, 42.22, 20.90, 32.24)),
    ("AWM", (54.17, 58.52, 35.03, 48.03), (43.75, 55.56, 18.64, 37.50), (35.42, 36.30, 12.99, 26.97)),
    ("LEGOMem", (57.99, 73.33, 47.46, 58.44), (49.31, 62.22, 36.16, 48.03), (38.89, 54.07, 25.42, 38.16)),
    ("LEGOMem-Dynamic", (56.25, 75.56, 43.79, 57.12), (44.44, 65.93, 36.16, 47.59), (38.89, 50.37, 27.12, 37.72)),
    ("LEGOMem-QueryRewrite", (54.17, 72.59, 42.94, 55.26), (47.22, 66.67, 40.11, 50.22), (36.81, 48.89, 26.55, 36.40)),
)

_TABLE_2 = _rows(
    ("both, vanilla", (57.99, 73.33, 47.46, 58.44), (49.31, 62.22, 36.16, 48.03)),
    ("both, dynamic", (56.25, 75.56, 43.79, 57.12), (44.44, 65.93, 36.16, 47.59)),
    ("both, query-rewrite", (54.17, 72.59, 42.94, 55.26), (47.22, 66.67, 40.11, 50.22)),
    ("planning+agents, vanilla", (54.86, 76.30, 35.03, 53.51), (45.14, 63.70, 30.51, 44.96)),
    ("planning+agents, dynamic", (54.86, 73.33, 41.81, 55.26), (46.53, 64.44, 32.77, 46.49)),
    ("planning+agents, query-rewrite", (51.39, 70.37, 42.94, 53.73), (49.31, 59.26, 35.59, 46.93)),
    ("orchestrator", (51.39, 74.07, 38.98, 53.29), (45.83, 68.89, 32.77, 47.59)),
    ("agents, vanilla", (50.00, 63.70, 38.98, 49.78), (44.44, 46.67, 19.21, 35.31)),
    ("agents, dynamic", (49.31, 62.96, 38.98, 49.34), (47.22, 55.56, 23.16, 40.35)),
    ("agents, query-rewrite", (54.86, 66.67, 35.03, 50.66), (44.44, 54.81, 24.29, 39.69)),
    ("no memory", (49.31, 58.52, 33.33, 45.83), (45.14, 48.89, 16.95, 35.31)),
)

_TABLE_3 = _rows(
    ("vanilla, without reasoning", (54.17, 75.93, 43.22, 56.36), (48.61, 68.15, 36.72, 49.78)),
    ("vanilla, with reasoning", (57.99, 73.33, 47.46, 58.44), (49.31, 62.22, 36.16, 48.03)),
    ("dynamic, without reasoning", (56.94, 73.33, 44.63, 57.02), (50.00, 68.15, 36.72, 50.22)),
    ("dynamic, with reasoning", (56.25, 75.56, 43.79, 57.12), (44.44, 65.93, 36.16, 47.59)),
    ("query-rewrite, without reasoning", (48.61, 69.63, 48.02, 54.61), (37.50, 65.19, 36.16, 45.18)),
    ("query-rewrite, with reasoning", (54.17, 72.59, 42.94, 55.26), (47.22, 66.67, 40.11, 50.22)),
)

PAPERS: Mapping[str, Paper] = {
    "legomem-table-1": Paper("LEGOMem, Table 1", "OfficeBench, 152 test tasks", _TABLE_1, (_TEAMS,)),
    "legomem-table-2": Paper("LEGOMem, Table 2", "OfficeBench, 152 test tasks", _TABLE_2, (_TEAMS,)),
    "legomem-table-3": Paper("LEGOMem, Table 3", "OfficeBench, 152 test tasks", _TABLE_3, (_TEAMS,)),
    "legomem-figure-4": Paper(
        "LEGOMem, Figure 4",
        "OfficeBench, 152 test tasks",
        {key: rates for key, rates in _TABLE_1.items() if key in (("no memory", _LLM), ("LEGOMem", _LLM))},
        (
            "LLM team, level 3, mean steps: 26.5 without memory, 22.2 with LEGOMem (-16.2 %).",
            "LLM team, level 3, failed-step rate: 0.275 without memory, 0.225 with LEGOMem.",
            "Memory for agents only needs more steps than the settings with orchestrator memory (no numbers).",
        ),
    ),
    "officebench": Paper("LEGOMem, Table 1", "OfficeBench, 152 test tasks", _TABLE_1, (_TEAMS,)),
    "memp-build": Paper(
        "Mem^p, Table 1",
        "ALFWorld, success in percent on dev / test, and steps; GPT-4o",
        {},
        (
            "no memory: 39.28 / 42.14, 23.76 steps",
            "script: 66.67 / 56.43, 18.52 steps",
            "trajectory: 67.17 / 74.29, 16.49 steps",
            "proceduralization: 87.14 / 77.86, 15.01 steps",
        ),
    ),
    "memp-retrieve": Paper(
        "Mem^p, Table 2",
        "TravelPlanner, commonsense / hard constraint scores, and steps; GPT-4o",
        {},
        (
            "no memory: 71.93 / 12.88, 17.84 steps",
            "random: 74.59 / 6.72, 15.12 steps",
            "query: 73.38 / 8.95, 15.44 steps",
            "avefact: 76.02 / 8.25, 14.64 steps",
        ),
    ),
    "memp-update": Paper(
        "Mem^p, Figure 3",
        "tasks in sequential groups; text only, no table",
        {},
        (
            "All update policies improve over the groups; adjustment is best.",
            "In the final group adjustment leads the second best by 0.7 points and saves 14 steps.",
        ),
    ),
    "memp-k": Paper(
        "Mem^p, Figure 5b",
        "ALFWorld, GPT-4o; no numbers in the text",
        {},
        ("With more retrieved memories success rises, levels off, then falls.",),
    ),
    "memp-transfer": Paper(
        "Mem^p, Figure 5a",
        "TravelPlanner, memory built by GPT-4o used by Qwen2.5-14B",
        {},
        ("Completion +5 %, 1.6 steps fewer than without memory.",),
    ),
}

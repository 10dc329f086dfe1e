"""The guided tour."""

from __future__ import annotations

from pages.parts.tour import LENGTH, STOPS


def test_the_tour_leads_from_a_run_over_its_proposals_and_memories_to_the_trend_and_back() -> None:
    stop, way = STOPS["Run"], []
    for _ in range(LENGTH):
        way.append((stop.number, stop.title))
        stop = STOPS[stop.next.capitalize()]
    assert way == [(1, "Run"), (2, "Review"), (3, "Memories"), (4, "Trends")]
    assert stop.title == "Run"

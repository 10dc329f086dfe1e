"""What has changed since when."""

from __future__ import annotations

from procmem.store.changes import KEPT, Changes


def test_a_reader_learns_what_changed_after_its_stamp() -> None:
    changes = Changes()
    changes.record([1, 2])
    stamp, numbers = changes.since(0)
    assert (stamp, numbers) == (2, {1, 2})
    changes.record([2, 3])
    assert changes.since(stamp) == (4, {2, 3})
    assert changes.since(4) == (4, set())


def test_a_reader_that_has_read_nothing_or_is_far_behind_has_to_compare_everything() -> None:
    changes = Changes()
    assert changes.since(-1) == (0, None)
    changes.record(range(KEPT + 1))
    assert changes.since(0) == (KEPT + 1, None)
    assert changes.since(KEPT) == (KEPT + 1, {KEPT})

"""A memory that does not fit is noticed by what it would carry over: days, mails and files that nothing here names."""

from __future__ import annotations

from typing import Any

import pytest

from procmem.models.simulated.borrowing import borrowed_call
from procmem.models.simulated.reading import read
from tests.simulated_prompts import Told, exchange, subtask_memory, wire, worker_prompt

OLD = Told(
    "Read data/old/regatta.txt and note the regatta for Ida on 2024-03-04.",
    "Note the regatta for Ida on 2024-03-04.",
    (("calendar_list_events", {"username": "Ida"}, "No events found for Ida. See Boats.eml"),),
    agent="calendar",
)
NEW = Told(
    "Note the market for Joe.", "Note the market for Joe on 8 May 2024; it is in data/market.txt.", (), agent="calendar"
)


@pytest.mark.parametrize(
    ("tool", "arguments", "wanted"),
    [
        ("calendar_create_event", {"user": "Joe", "time_start": "2024-03-04 09:00:00"}, True),
        ("calendar_create_event", {"user": "Joe", "time_start": "2024-05-08 09:00:00"}, False),
        ("calendar_create_event", {"user": "Joe", "time_start": "2024-07-01 09:00:00"}, False),
        ("email_read_email", {"username": "Joe", "email_id": "Boats.eml"}, True),
        ("email_read_email", {"username": "Joe", "email_id": "Stalls.eml"}, False),
        ("calendar_delete_event", {"user": "Joe", "summary": "Boats"}, True),
        ("calendar_create_event", {"user": "Joe", "summary": "Boats"}, False),
        ("files_read_file", {"file_path": "data/old/regatta.txt"}, True),
        ("files_read_file", {"file_path": "data/market.txt"}, False),
        ("files_write_file", {"file_path": "data/old/regatta.txt"}, False),
    ],
)
def test_what_only_the_memory_tells_is_borrowed(tool: str, arguments: dict[str, Any], wanted: bool) -> None:
    messages = [
        *worker_prompt(NEW, [subtask_memory(OLD)]),
        *exchange("call_1", "calendar_list_events", {"username": "Joe"}, "See Stalls.eml"),
    ]
    assert borrowed_call(tool, arguments, read(messages, wire("calendar"))) is wanted

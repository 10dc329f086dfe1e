"""The bank: proposals, decisions, and the memories with their history (``BankStore`` without the vectors)."""

from __future__ import annotations

from procmem.store.listing import Listing
from procmem.store.many import Import
from procmem.store.outcomes import Statistics
from procmem.store.queue import Queue
from procmem.store.reading import Reading


class Bank(Import, Queue, Reading, Statistics, Listing):
    """All that decides on the bank, reads it, and tells what became of it; a module each."""

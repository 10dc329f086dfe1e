"""Processes that tests kill: forked from one that has loaded what takes seconds to load."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

_LOADED = ("duckdb", "pydantic", "scipy.stats", "tests.crash_writer", "tests.index_writer", "tests.experiment_process")


def born(work: Callable[..., None], *args: Any) -> tuple[ForkServerProcess, Connection]:
    """A process that does ``work(pipe, *args)``, and the other end of its pipe, which closes when the process ends."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(list(_LOADED))  # all of them: whoever comes first starts the server for every test
    heard, pipe = server.Pipe(duplex=False)
    process = server.Process(target=work, args=(pipe, *args))
    process.start()
    pipe.close()
    return process, heard

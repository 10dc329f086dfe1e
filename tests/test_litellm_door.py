"""What litellm must not do once it is behind our door."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CANCEL_MANY = """
import sys, threading
from procmem.errors import Cancelled
from procmem.models.litellm_model import LiteLLMModel
from tests.openai_server import OpenAIServer

with OpenAIServer(["text"], repeat="hang") as server:
    model = LiteLLMModel("openai/gpt-4o", api_base=server.url)  # known to litellm, so litellm asks
    messages = [{"role": "user", "content": "hello"}]
    model.complete("act", messages)
    for _ in range(20):
        stop = threading.Event()
        threading.Timer(0.1, stop.set).start()
        try:
            model.complete("act", messages, stop=stop, seconds=300)
        except Cancelled:
            pass
    sys.exit(3)
"""


LOG_WHILE_IMPORTING = """
import logging, threading
from procmem.models.litellm_door import litellm

done = threading.Event()

def chatter():
    while not done.is_set():
        logging.getLogger("asyncio").error("a line of another thread")
        done.wait(0.001)

thread = threading.Thread(target=chatter)
thread.start()
try:
    litellm()
finally:
    done.set()
thread.join()
logging.getLogger("asyncio").error("the last line")
"""


def ran(code: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=root, env=environment, timeout=120, check=False, capture_output=True, text=True)


def test_a_process_with_given_up_calls_ends_even_when_their_lines_break_just_then() -> None:
    assert ran(CANCEL_MANY).returncode == 3


def test_other_threads_may_log_while_it_is_imported() -> None:
    ended = ran(LOG_WHILE_IMPORTING)
    assert ended.returncode == 0
    assert "Traceback" not in ended.stderr
    assert ended.stderr.endswith("the last line\n")

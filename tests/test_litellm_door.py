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
    model = LiteLLMModel("openai/x", api_base=server.url)
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


def test_a_process_with_given_up_calls_ends_even_when_their_lines_break_just_then() -> None:
    root = Path(__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": str(root)}
    ran = subprocess.run([sys.executable, "-c", CANCEL_MANY], cwd=root, env=environment, timeout=120, check=False)
    assert ran.returncode == 3

"""What a tab and its server say to each other, by the browser's network clock: how long the server worked."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

if TYPE_CHECKING:
    from playwright.sync_api import Page

EARLY = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN


class Wire:
    """Listens to a page's web sockets. What the browser takes to draw is no part of it.

    Args:
        page: A page that has not been opened yet.
    """

    def __init__(self, page: Page) -> None:
        self._asked: list[float] = []
        self._done: list[float] = []
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.webSocketFrameSent", self._sent)
        session.on("Network.webSocketFrameReceived", self._received)

    def clear(self) -> None:
        """Begin anew."""
        self._asked.clear()
        self._done.clear()

    @property
    def seconds(self) -> float | None:
        """From the first question to the end of the last run of the script; ``None`` before that."""
        return self._done[-1] - self._asked[0] if self._asked and self._done else None

    def _sent(self, frame: Any) -> None:
        message = BackMsg.FromString(base64.b64decode(frame["response"]["payloadData"]))
        if message.WhichOneof("type") == "rerun_script":
            self._asked.append(frame["timestamp"])

    def _received(self, frame: Any) -> None:
        message = ForwardMsg.FromString(base64.b64decode(frame["response"]["payloadData"]))
        if message.WhichOneof("type") == "script_finished" and message.script_finished != EARLY:
            self._done.append(frame["timestamp"])

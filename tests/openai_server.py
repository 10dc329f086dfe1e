"""A real HTTP server that speaks OpenAI's chat-completions protocol and misbehaves on demand.

In a test: ``with OpenAIServer(["429", Answer("hello")]) as server: ... server.url, server.requests``.
Each POST takes the next entry of the script: an ``Answer``, a body as bytes, or the name of a behaviour in
``BEHAVIOURS``. After the script, or without one, the ``answer`` function speaks; its signature is that of the
simulated reasoner.
On its own: ``python tests/openai_server.py --port 8123 --answer procmem.models.simulated.reasoner:answer``.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

Answerer: TypeAlias = Callable[
    [str, list[dict[str, Any]], list[dict[str, Any]] | None, int],
    tuple[str, list[tuple[str, dict[str, Any]]], tuple[int, int]],
]
"""(model, messages, tools, seed) -> (text, tool calls, (prompt tokens, completion tokens))."""

Headers: TypeAlias = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A proper reply. An argument given as text is sent as it is, so it may be broken JSON."""

    text: str | None = None
    calls: Sequence[tuple[str, dict[str, Any] | str]] = ()
    usage: tuple[int, int] | None = (11, 7)
    refusal: str | None = None
    finish: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


def completion(answer: Answer, model: str = "test-model") -> dict[str, Any]:
    """The chat-completions body of an answer."""
    calls = [
        {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": name, "arguments": given if isinstance(given, str) else json.dumps(given)},
        }
        for number, (name, given) in enumerate(answer.calls, 1)
    ]
    message: dict[str, Any] = {"role": "assistant", "content": answer.text}
    if calls:
        message["tool_calls"] = calls
    if answer.refusal is not None:
        message["refusal"] = answer.refusal
    finish = answer.finish or ("tool_calls" if calls else "stop")
    body: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
    }
    if answer.usage is not None:
        prompt, written = answer.usage
        body["usage"] = {
            "prompt_tokens": prompt,
            "completion_tokens": written,
            "total_tokens": prompt + written,
        }
    return body


def echo(
    model: str, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None, seed: int
) -> tuple[str, list[tuple[str, dict[str, Any]]], tuple[int, int]]:
    """Repeat the last message; the answer of a server that was given nothing better to say."""
    return f"You said: {messages[-1].get('content')}", [], (len(json.dumps(messages)) // 4, 5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.house.lines.add(self.connection)

    def finish(self) -> None:
        self.server.house.lines.discard(self.connection)
        super().finish()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: requests are recorded, not printed."""

    def do_GET(self) -> None:
        if self.path.endswith("/models"):
            self.json(200, {"object": "list", "data": [{"id": "test-model", "object": "model"}]})
        else:
            self.fail(404, "no such address")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        house = self.server.house
        house.requests.append(Request(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        if house.latency:
            time.sleep(house.latency)
        entry = house.next_entry()
        match entry:
            case str():
                BEHAVIOURS[entry](self, body)
            case bytes():
                self.send(200, entry, "application/json")
            case Answer():
                self.json(200, completion(entry, body.get("model", "")))
            case None if self.path.endswith("/embeddings"):
                self.json(200, embeddings(body))
            case None:
                self.speak(body)

    def speak(self, body: dict[str, Any]) -> None:
        """Answer with the house's function."""
        model, seed = body.get("model", ""), body.get("seed") or 0
        text, calls, usage = self.server.house.answer(model, body["messages"], body.get("tools"), seed)
        self.json(200, completion(Answer(text or None, calls, usage), model))

    def json(self, status: int, body: dict[str, Any], headers: Headers = ()) -> None:
        """Send a JSON body."""
        self.send(status, json.dumps(body).encode(), "application/json", headers)

    def fail(self, status: int, message: str, headers: Headers = ()) -> None:
        """Send an error in OpenAI's form."""
        self.json(status, {"error": {"message": message, "type": "error", "code": None}}, headers)

    def send(self, status: int, body: bytes, kind: str, headers: Headers = (), *, promised: int | None = None) -> None:
        """Send ``body``, after promising ``promised`` bytes where that differs; a broken promise ends the line."""
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body) if promised is None else promised))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = promised is not None

    def drop(self) -> None:
        """Close the line without a word."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    house: OpenAIServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""
        if not isinstance(sys.exception(), OSError | ValueError):
            super().handle_error(request, client_address)


def embeddings(body: dict[str, Any]) -> dict[str, Any]:
    """Eight numbers for each text, from its hash, so that the same text has the same vector (not of unit length)."""
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    data = [
        {"object": "embedding", "index": index, "embedding": [b / 16 for b in hashlib.sha256(t.encode()).digest()[:8]]}
        for index, t in enumerate(texts)
    ]
    usage = {"prompt_tokens": 3 * len(texts), "total_tokens": 3 * len(texts)}
    return {"object": "list", "model": body.get("model", ""), "data": data, "usage": usage}


Behaviour: TypeAlias = Callable[[_Handler, dict[str, Any]], None]


def _hang(handler: _Handler, body: dict[str, Any]) -> None:
    handler.server.house.closing.wait()
    handler.drop()


def _trickle(handler: _Handler, body: dict[str, Any]) -> None:
    """A byte now and then, for ever: no read times out, but no answer comes either."""
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", "1000000")
    handler.end_headers()
    while not handler.server.house.closing.wait(0.05):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def _cut_off(handler: _Handler, body: dict[str, Any]) -> None:
    whole = json.dumps(completion(Answer("this is cut off"))).encode()
    handler.send(200, whole[:60], "application/json", promised=len(whole))


def _truncated(handler: _Handler, body: dict[str, Any]) -> None:
    handler.send(200, json.dumps(completion(Answer("half"))).encode()[:60], "application/json")


def _no_tools(handler: _Handler, body: dict[str, Any]) -> None:
    """Refuse tools, as servers do for models that lack them; answer everything else."""
    if body.get("tools"):
        handler.fail(400, f"{body.get('model')} does not support tools")
    else:
        handler.speak(body)


def _saying(answer: Answer) -> Behaviour:
    return lambda handler, body: handler.json(200, completion(answer, body.get("model", "")))


def _failing(status: int, message: str, headers: Headers = ()) -> Behaviour:
    return lambda handler, body: handler.fail(status, message, headers)


def _sending(status: int, body: bytes, kind: str) -> Behaviour:
    return lambda handler, _: handler.send(status, body, kind)


def _rest(handler: _Handler, body: dict[str, Any]) -> None:
    handler.json(200, {**completion(Answer("x")), "choices": []})


BEHAVIOURS: dict[str, Behaviour] = {
    "text": _saying(Answer("All is well.")),
    "tool call": _saying(Answer(None, [("files_list", {"path": "data"})])),
    "wrong json in arguments": _saying(Answer(None, [("files_list", '{"path": "data')])),
    "arguments are a list": _saying(Answer(None, [("files_list", '["data"]')])),
    "unknown tool": _saying(Answer(None, [("rocket_launch", {"target": "moon"})])),
    "empty": _saying(Answer(None)),
    "cut by length": _saying(Answer(None, finish="length")),
    "content filter": _saying(Answer(None, finish="content_filter")),
    "refusal": _saying(Answer(None, refusal="I can not help with that.")),
    "no usage": _saying(Answer("Uncounted.", usage=None)),
    "huge": _saying(Answer("x" * 2_000_000)),
    "huge arguments": _saying(Answer(None, [("files_list", "y" * 2_000_000)])),
    "no choices": _rest,
    "429": _failing(429, "Rate limit reached, slow down", [("retry-after", "0.05")]),
    "429 for an hour": _failing(429, "Quota used up", [("retry-after", "3600")]),
    "500": _failing(500, "The server had an error"),
    "503": _failing(503, "Overloaded"),
    "400": _failing(400, "messages: too many images"),
    "too long": _failing(400, "This model's maximum context length is 4096 tokens. However, you requested 9000"),
    "401": _failing(401, "Incorrect API key provided: sk-fake-0123456789abcdef"),
    "404": _failing(404, "The model `test-model` does not exist"),
    "moved": lambda handler, body: handler.send(307, b"", "text/plain", [("location", handler.path)]),
    "html": _sending(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", "text/html"),
    "html ok": _sending(200, b"<html><body>Welcome to nginx</body></html>", "text/html"),
    "plain text": _sending(200, b"hello", "text/plain"),
    "wrong shape": _sending(200, b'{"result": ["not", "openai"]}', "application/json"),
    "a list": _sending(200, b"[1, 2]", "application/json"),
    "hang": _hang,
    "trickle": _trickle,
    "drop": lambda handler, body: handler.drop(),
    "cut off": _cut_off,
    "truncated": _truncated,
    "no tools": _no_tools,
}


class OpenAIServer:
    """The server with its script; a context manager. ``url`` is what OPENAI_API_BASE wants."""

    def __init__(
        self,
        script: Iterable[str | bytes | Answer] = (),
        *,
        answer: Answerer = echo,
        latency: float = 0.0,
        repeat: str | bytes | Answer | None = None,
        port: int = 0,
    ) -> None:
        self.requests: list[Request] = []
        self.answer, self.latency, self.repeat = answer, latency, repeat
        self.closing = threading.Event()
        self.lines: set[socket.socket] = set()
        self._script = deque(script)
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.house = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """The base address, with /v1."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def next_entry(self) -> str | bytes | Answer | None:
        """The next entry of the script, then ``repeat`` for ever."""
        return self._script.popleft() if self._script else self.repeat

    def __enter__(self) -> OpenAIServer:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.closing.set()
        self._server.shutdown()
        for line in tuple(self.lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        self._server.server_close()
        self._thread.join()


def _named(path: str) -> Answerer:
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument(
        "--behave", action="append", default=[], choices=sorted(BEHAVIOURS), help="the script, in order"
    )
    parser.add_argument("--answer", type=_named, default=echo, metavar="MODULE:FUNCTION", help="who speaks")
    given = parser.parse_args()
    with OpenAIServer(given.behave, answer=given.answer, latency=given.latency, port=given.port) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        try:
            server.closing.wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()

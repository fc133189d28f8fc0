"""The room behind HTTP, with the failures that a real far end has."""

import contextlib
import json
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from breakwater.demo.sinks.chat import ChatRoom

LOOPBACK = "127.0.0.1"
_DRIP_SECONDS = 0.05
_WRITES = frozenset({"chat.postMessage", "chat.update", "auth.test"})


@dataclass(frozen=True, slots=True)
class ChatFault:
    """What to answer to the next call of a method instead of the truth.

    Attributes:
        method: whose next call it is.
        status: HTTP status.
        body: answered as it is.
        headers: further headers.
        acts: whether the call has its effect all the same.
        drops: whether the connection breaks instead of an answer.
        drips: whether the answer comes byte by byte and never ends.
    """

    method: str
    status: int = 200
    body: str = '{"ok": true}'
    headers: Mapping[str, str] = field(default_factory=dict)
    acts: bool = False
    drops: bool = False
    drips: bool = False


@dataclass(slots=True)
class ChatSink:
    """The server.

    Attributes:
        room: where messages go.
        port: where it listens; 0 picks a free one, which is here once it runs.
        faults: see `ChatFault`.
        calls: methods and arguments of every call, in order.
        pause_seconds: how long a call waits before it acts, and again before it answers.
    """

    room: ChatRoom
    port: int = 0
    faults: deque[ChatFault] = field(default_factory=deque)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    pause_seconds: float = 0.0
    is_ending: threading.Event = field(default_factory=threading.Event)
    _server: ThreadingHTTPServer | None = None

    @property
    def base_url(self) -> str:
        """What a Slack client takes as its base URL."""
        return f"http://{LOOPBACK}:{self.port}/api/"

    def __enter__(self) -> Self:
        """Start to listen."""
        handler = type("Handler", (_Handler,), {"chat": self})
        self._server = ThreadingHTTPServer((LOOPBACK, self.port), handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the server, and every answer that only drips."""
        self.is_ending.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def take_fault(self, method: str) -> ChatFault | None:
        """Take the fault that is meant for this call, if it is the next one."""
        if self.faults and self.faults[0].method == method:
            return self.faults.popleft()
        return None


class _Handler(BaseHTTPRequestHandler):
    """One call of the Web API."""

    chat: ChatSink

    def do_POST(self) -> None:
        """Answer ``/api/<method>``."""
        method = urlsplit(self.path).path.removeprefix("/api/")
        try:
            arguments = self._arguments(method)
        except ValueError:
            self._send(HTTPStatus.OK, '{"ok": false, "error": "invalid_json"}')
            return
        self.chat.calls.append((method, arguments))
        time.sleep(self.chat.pause_seconds)
        fault = self.chat.take_fault(method)
        if fault is None or fault.acts:
            answer = self._answer(method, arguments)
        time.sleep(self.chat.pause_seconds)
        if fault is None:
            self._send(HTTPStatus.OK, json.dumps(answer))
        elif fault.drips:
            self._drip()
        elif not fault.drops:
            self._send(fault.status, fault.body, fault.headers)

    def _answer(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if not self.headers.get("Authorization", "").startswith("Bearer xoxb-"):
            return {"ok": False, "error": "not_authed"}
        return self.chat.room.answer(method, arguments)

    def _arguments(self, method: str) -> dict[str, Any]:
        """Read arguments as Slack does: JSON for methods that write, and for no others."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        arguments: dict[str, Any] = dict(parse_qsl(urlsplit(self.path).query))
        if "json" not in self.headers.get("Content-Type", ""):
            arguments |= dict(parse_qsl(body.decode()))
        elif method in _WRITES:
            arguments |= json.loads(body or b"{}")
        return arguments

    def _send(self, status: int, body: str, headers: Mapping[str, str] | None = None) -> None:
        content = body.encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _drip(self) -> None:
        """Begin an answer, and send a byte of it now and then, until the caller hangs up."""
        with contextlib.suppress(OSError):
            self.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
            while not self.chat.is_ending.wait(_DRIP_SECONDS):
                self.wfile.write(b"z")

    def log_message(self, _format: str, *_arguments: object) -> None:
        """Stay quiet; what was said is in the room."""

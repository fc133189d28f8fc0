"""A vendor's HTTP service on loopback: answers as it is told to, and remembers what it was asked."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from breakwater.contracts.source import HttpLimits
from breakwater.feeds.http.client import HttpClient
from breakwater.feeds.http.waiting import Waiting
from breakwater.warehouse.connections import FeedConnection

QUICK = HttpLimits(
    request_seconds=5, total_seconds=600, attempts=4, longest_wait_seconds=120, page_bytes=100_000
)


@dataclass(frozen=True)
class Asked:
    """One request that came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The fields of a posted form."""
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True)
class Reply:
    """One answer.

    Attributes:
        said: JSON to send; bytes go as they are.
        length: what Content-Length claims; the truth when None.
        cut_after: bytes after which the connection is cut.
        drip_seconds: pause after every byte.
    """

    said: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    cut_after: int | None = None
    drip_seconds: float = 0


Answers = Callable[[Asked], Reply]


class FarEnd:
    """The service; a path that nobody set up answers 404."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        """Listen on a port of its own, with TLS when there is a certificate."""
        self.asked: list[Asked] = []
        self.paths: dict[str, Answers] = {}
        self._ending = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False
        self._scheme = "http" if tls is None else "https"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    def on(self, path: str, *replies: Reply | Answers) -> None:
        """Answer a path by these one after the other, the last one for ever."""
        left = list(replies)

        def answer(asked: Asked) -> Reply:
            reply = left.pop(0) if len(left) > 1 else left[0]
            return reply(asked) if callable(reply) else reply

        self.paths[path] = answer

    def asked_for(self, path: str) -> list[Asked]:
        """Return the requests of one path."""
        return [asked for asked in self.asked if asked.path == path]

    def connection(self, **fields: Any) -> FeedConnection:  # noqa: ANN401  fields of a form
        """Return a connection to this service."""
        named = {"name": "far_end", "kind": "http", "host": self.address} | fields
        return FeedConnection(**named)

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, and wait for every answer that is still on its way."""
        self._ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        far_end = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10

            def answer(self) -> None:
                split = urlsplit(self.path)
                asked = Asked(
                    self.command,
                    split.path,
                    {name: each[0] for name, each in parse_qs(split.query, True).items()},
                    dict(self.headers.items()),
                    self.rfile.read(int(self.headers.get("Content-Length", 0))),
                )
                far_end.asked.append(asked)
                answers = far_end.paths.get(asked.path)
                reply = Reply({}, 404) if answers is None else answers(asked)
                self.close_connection = True
                far_end._send(self, reply)

            do_GET = do_POST = answer  # noqa: N815  the names that http.server looks for

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler

    def _send(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        body = reply.said if isinstance(reply.said, bytes) else json.dumps(reply.said).encode()
        handler.send_response(reply.status)
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(body) if reply.length is None else reply.length),
            "Connection": "close",
        } | dict(reply.headers)
        if "Transfer-Encoding" in headers:
            del headers["Content-Length"]
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.flush()
        try:
            if reply.drip_seconds:
                for byte in body:
                    if self._ending.wait(reply.drip_seconds):
                        return
                    handler.wfile.write(bytes([byte]))
                    handler.wfile.flush()
            else:
                handler.wfile.write(body[: reply.cut_after])
            if reply.cut_after is not None:
                handler.wfile.flush()
                handler.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the other side has had enough


@dataclass
class FakeTime:
    """A clock that moves by sleeping only, and by a little with every look."""

    now: float = 1000.0
    pauses: list[float] = field(default_factory=list)

    @property
    def waiting(self) -> Waiting:
        """The clock as a client takes it; chance is always the least."""
        return Waiting(clock=lambda: self.now, sleep=self._sleep, chance=lambda: 0.0)

    def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def client_of(
    far_end: FarEnd, limits: HttpLimits = QUICK, waiting: Waiting | None = None
) -> HttpClient:
    """Return a client of a service; without a clock of its own it never really sleeps."""
    quick = Waiting(clock=time.monotonic, sleep=lambda _: None, chance=lambda: 0.0)
    return HttpClient(far_end.address, limits, connection="far_end", waiting=waiting or quick)

"""Somebody else's service on loopback, with TLS: answers as it is told, remembers what it heard."""

import atexit
import json
import shutil
import ssl
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from breakwater.notify.outside.target import Allowed

HOST = "localhost"
ALLOWED = Allowed(internal_hosts=frozenset({HOST}))


@dataclass(frozen=True)
class Asked:
    """One request that came in."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401  whatever was posted
        """The document that was posted."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """One answer.

    Attributes:
        said: JSON; bytes and text go as they are.
        acts: whether the request has its effect before this answer takes the place of its own.
        drops: whether the connection breaks instead of an answer.
        drips: whether the head of the answer comes byte by byte and never ends.
    """

    said: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    acts: bool = False
    drops: bool = False
    drips: bool = False

    @property
    def content(self) -> bytes:
        """The bytes of the body."""
        if isinstance(self.said, bytes):
            return self.said
        return (self.said if isinstance(self.said, str) else json.dumps(self.said)).encode()


class OutsideServer:
    """The service.

    Attributes:
        asked: every request, in order.
        replies: what to answer to the next requests instead of `behave`.
        behave: what it does otherwise.
    """

    def __init__(self, behave: Callable[[Asked], Reply] = lambda _: Reply({"ok": True})) -> None:
        """Listen on a port of its own."""
        self.asked: list[Asked] = []
        self.replies: deque[Reply] = deque()
        self.behave = behave
        self.ending = threading.Event()
        handler = type("Handler", (_Handler,), {"outside": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*_certificate())
        # The handshake belongs to the thread of the request: one client must not block the others.
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_port)

    @property
    def address(self) -> str:
        """Its address, by the name that its certificate has."""
        return f"https://{HOST}:{self.port}"

    def __enter__(self) -> Self:
        """Start to listen."""
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the service, and every answer that only drips."""
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    outside: OutsideServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer anything."""
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        names = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), names, body)
        self.outside.asked.append(asked)
        reply = self.outside.replies.popleft() if self.outside.replies else None
        if reply is None or reply.acts:
            own = self.outside.behave(asked)
            reply = reply or own
        self._send(reply)

    do_GET = do_PUT = do_POST  # noqa: N815  the names that the server calls

    def _send(self, reply: Reply) -> None:
        self.close_connection = True
        if reply.drops:
            return
        if reply.drips:
            self._drip()
            return
        # Without headers of the server's own, such as the date.
        self.send_response_only(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.content)))
        self.end_headers()
        self.wfile.write(reply.content)

    def _drip(self) -> None:
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self.outside.ending.wait(0.05):
                self.wfile.write(b"z")
        except OSError:
            return

    def log_message(self, _format: str, *_arguments: object) -> None:
        """Stay quiet."""


@cache
def _certificate() -> tuple[Path, Path]:
    """Make a certificate for localhost that signs itself; trust it by `trust`."""
    folder = Path(tempfile.mkdtemp(prefix="breakwater-tls-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(secret)
    return files


def trusted_certificate() -> str:
    """Return the file that ``REQUESTS_CA_BUNDLE`` names to trust the service."""
    return str(_certificate()[0])

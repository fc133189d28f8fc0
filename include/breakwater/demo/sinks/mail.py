"""A real SMTP server that keeps mail as files, as a mail store does: one file a Message-ID."""

import asyncio
import email
import hashlib
import json
import re
import threading
from collections import deque
from dataclasses import asdict, dataclass, field
from email.policy import default
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from aiosmtpd.smtp import SMTP

LOOPBACK = "127.0.0.1"
DROP_AFTER_DATA = "drop"
"""A fault: the mail is kept, and the connection breaks before the sender hears of it."""


@dataclass(frozen=True, slots=True)
class Received:
    """One mail that was handed over; `stored_as` is empty when its Message-ID was there before."""

    number: int
    message_id: str
    sender: str
    recipients: list[str]
    subject: str
    sha256: str
    stored_as: str


class _Envelope(Protocol):
    """The part of aiosmtpd's envelope that is used here."""

    mail_from: str
    rcpt_tos: list[str]
    original_content: bytes


class _Transport(Protocol):
    """A connection that can be broken."""

    def abort(self) -> None: ...


class _Server(Protocol):
    """The part of aiosmtpd's connection that is used here."""

    transport: _Transport


@dataclass(slots=True)
class MailStore:
    """A folder of ``.eml`` files, and an index with a line for every mail handed over."""

    folder: Path
    received: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Remember what an earlier run received."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._index.exists():
            lines = self._index.read_text(encoding="utf-8").splitlines()
            self.received = [Received(**json.loads(line)) for line in lines]

    @property
    def _index(self) -> Path:
        return self.folder / "index.jsonl"

    @property
    def stored(self) -> list[Received]:
        """What a reader of the mailbox sees: each Message-ID once."""
        return [mail for mail in self.received if mail.stored_as]

    def read(self, mail: Received) -> bytes:
        """Return the bytes of a stored mail."""
        return (self.folder / mail.stored_as).read_bytes()

    def keep(self, content: bytes, sender: str, recipients: list[str]) -> None:
        """Record a mail; store it unless one of the same Message-ID is there."""
        parsed = email.message_from_bytes(content, policy=default)
        number = len(self.received) + 1
        message_id = str(parsed.get("Message-ID", ""))
        is_known = bool(message_id) and any(mail.message_id == message_id for mail in self.stored)
        mail = Received(
            number=number,
            message_id=message_id,
            sender=sender,
            recipients=recipients,
            subject=str(parsed.get("Subject", "")),
            sha256=hashlib.sha256(content).hexdigest(),
            stored_as="" if is_known else f"{number:04d}-{_bare(recipients)}.eml",
        )
        if mail.stored_as:
            (self.folder / mail.stored_as).write_bytes(content)
        self.received.append(mail)
        with self._index.open("a", encoding="utf-8") as index:
            index.write(json.dumps(asdict(mail), ensure_ascii=False) + "\n")


@dataclass(slots=True)
class MailSink:
    """The server.

    Attributes:
        store: where mail goes.
        port: where it listens; 0 picks a free one, which is here once it runs.
        faults: what to answer to the next mails instead of taking them: a line such as
            ``451 try later``, or `DROP_AFTER_DATA`.
        refused: answers to recipients that are not taken, by address.
    """

    store: MailStore
    port: int = 0
    faults: deque[str] = field(default_factory=deque)
    refused: dict[str, str] = field(default_factory=dict)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start to listen, in a loop and a thread of its own."""
        listening = self._loop.create_server(self._connection, LOOPBACK, self.port)
        server = self._loop.run_until_complete(listening)
        self.port = server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._serve, args=[server], daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the server and every connection."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join()
        self._loop.close()

    def _connection(self) -> SMTP:
        return SMTP(self, loop=self._loop, hostname="sink", enable_SMTPUTF8=True)

    def _serve(self, server: asyncio.AbstractServer) -> None:
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(_end_connections())

    async def handle_RCPT(  # noqa: N802  aiosmtpd looks for this name
        self, _server: object, _session: object, envelope: _Envelope, address: str, _: object
    ) -> str:
        """Take a recipient, or answer what `refused` says."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  see above
        self, server: _Server, _session: object, envelope: _Envelope
    ) -> str:
        """Take a mail, or act as the next fault says."""
        fault = self.faults.popleft() if self.faults else None
        if fault is not None and fault != DROP_AFTER_DATA:
            return fault
        self.store.keep(envelope.original_content, envelope.mail_from, envelope.rcpt_tos)
        if fault == DROP_AFTER_DATA:
            server.transport.abort()
        return "250 kept"


def _bare(recipients: list[str]) -> str:
    """Reduce addresses to what may be in a file's name."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", "+".join(recipients))[:80] or "nobody"


async def _end_connections() -> None:
    """Cancel whatever still listens to a client."""
    connections = asyncio.all_tasks() - {asyncio.current_task()}
    for connection in connections:
        connection.cancel()
    await asyncio.gather(*connections, return_exceptions=True)

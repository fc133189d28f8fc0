"""A Salesforce on loopback, as its guides describe it: logins, the query resource, Bulk API 2.0.

It is reached as the real one is, by its own names and TLS, through the proxy that a connection may
name: it answers CONNECT for every ``salesforce.com`` itself, with a certificate of the tests' own.
"""

import base64
import contextlib
import csv
import io
import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

INSTANCE = "harbour.my.salesforce.com"
DATA = "/services/data/v59.0/"
WINDOW = re.compile(r"(\w+) >= (\S+) AND \1 < (\S+)")
AFTER = re.compile(r"\((\w+) > (\S+) OR \(\1 = \2 AND Id > '(\w+)'\)\)")
ORIGIN = re.compile(r"\(Origin = '(.*?)'\)")


@dataclass
class Injected:
    """An answer that takes the place of the next one whose path holds a text."""

    where: str
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cuts: bool = False


def refusal(where: str, status: int, code: str, message: str = "", **headers: str) -> Injected:
    """Return a refusal as Salesforce spells it."""
    body = json.dumps([{"message": message, "errorCode": code}]).encode()
    return Injected(where, status, body, {name.replace("_", "-"): v for name, v in headers.items()})


@dataclass
class Organisation:
    """What the tests' Salesforce knows and has been asked.

    Attributes:
        records: of each object, in no order; parents are objects.
        page_size: records a page of the query resource.
        states: what a job says it is, one after another; the last for ever.
        injected: answers in the place of the next ones.
        asked: method and path of every request, in order.
        queries: every SOQL that came.
        sessions: tokens that are accepted.
    """

    records: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    page_size: int = 2
    states: list[str] = field(default_factory=lambda: ["JobComplete"])
    injected: list[Injected] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    logins: list[dict[str, str]] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    locators: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    jobs: dict[str, list[list[str]]] = field(default_factory=dict)
    aborted: list[str] = field(default_factory=list)
    parameters: list[dict[str, str]] = field(default_factory=list)

    def log_in(self, stated: dict[str, str]) -> str:
        """Begin a session."""
        self.logins.append(stated)
        token = f"session-{len(self.logins)}"
        self.sessions.add(token)
        return token

    def select(self, query: str) -> tuple[list[str], list[dict[str, Any]]]:
        """Answer a query: its fields, and the records of its window in its order."""
        self.queries.append(query)
        selected, _, rest = query.removeprefix("SELECT ").partition(" FROM ")
        fields, kind = selected.split(", "), rest.split(" ")[0]
        window = WINDOW.search(query)
        assert window is not None, query
        instant, start, end = window.groups()
        found = [
            record
            for record in self.records.get(kind, [])
            if _at(start) <= _at(record[instant]) < _at(end)
        ]
        for origin in ORIGIN.findall(query):
            found = [record for record in found if record.get("Origin") == origin]
        after = AFTER.search(query)
        if after is not None:
            place = (_at(after.group(2)), after.group(3))
            found = [record for record in found if (_at(record[instant]), record["Id"]) > place]
        found.sort(key=lambda record: (_at(record[instant]), record["Id"]))
        known = {name for record in self.records.get(kind, []) for name in record}
        for name in fields:
            if name.split(".")[0] not in known:
                raise LookupError(name)
        return fields, found


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_CONNECT(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            self.connection: socket.socket = self.server.tls.wrap_socket(
                self.connection, server_side=True
            )
        except OSError:
            self.close_connection = True  # whoever asked does not trust us
            return
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)  # type: ignore[assignment]
        self.close_connection = False

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_PATCH = do_GET  # noqa: N815  names of the library

    def _answer(self) -> None:
        organisation = self.server.organisation
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        organisation.asked.append((self.command, self.path))
        for injected in organisation.injected:
            if injected.where in self.path:
                organisation.injected.remove(injected)
                if injected.cuts:
                    self.send_response(200)
                    self.send_header("Content-Length", "1000")
                    self.end_headers()
                    self.close_connection = True
                    return
                self._send(injected.status, injected.body, **injected.headers)
                return
        host = self.headers["Host"]
        path, parameters = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        single = {name: values[0] for name, values in parameters.items()}
        organisation.parameters.append(single)
        if path.startswith("/services/Soap/u/"):
            self._soap(host, body)
        elif path == "/services/oauth2/token":
            self._token(host, body)
        elif self.headers.get("Authorization", "")[7:] not in organisation.sessions:
            self._refuse(401, "INVALID_SESSION_ID", "Session expired or invalid")
        elif host != INSTANCE or not path.startswith(DATA):
            self._refuse(404, "NOT_FOUND", "The requested resource does not exist")
        else:
            self._data(path.removeprefix(DATA), single, body)

    def _soap(self, host: str, body: str) -> None:
        stated = {
            name: re.search(rf":{name}>(.*?)</", body).group(1)  # type: ignore[union-attr]
            for name in ("username", "password")
        }
        if not stated["password"].startswith("right"):
            fault = (
                '<Fault xmlns:sf="urn:fault"><sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>'
                "<sf:exceptionMessage>Invalid username, password, security token; or user locked"
                " out.</sf:exceptionMessage></Fault>"
            )
            self._send(500, fault.encode(), **{"Content-Type": "text/xml"})
            return
        token = self.server.organisation.log_in({**stated, "host": host, "by": "soap"})
        url = f"https://{INSTANCE}/services/Soap/u/59.0/00D"
        said = f"<r><sessionId>{token}</sessionId><serverUrl>{url}</serverUrl></r>"
        self._send(200, said.encode(), **{"Content-Type": "text/xml"})

    def _token(self, host: str, body: str) -> None:
        form = {name: values[0] for name, values in parse_qs(body).items()}
        basic = self.headers.get("Authorization", "")
        if basic.startswith("Basic "):
            form["basic"] = base64.b64decode(basic[6:]).decode()
        if "wrong" in str(form):
            self._json(
                400, {"error": "invalid_grant", "error_description": "authentication failure"}
            )
            return
        token = self.server.organisation.log_in({**form, "host": host, "by": form["grant_type"]})
        self._json(200, {"access_token": token, "instance_url": f"https://{INSTANCE}"})

    def _data(self, path: str, parameters: dict[str, str], body: str) -> None:
        organisation = self.server.organisation
        try:
            if path == "query":
                fields, found = organisation.select(parameters["q"])
                self._page([_rest(record, fields) for record in found])
            elif path.startswith("query/"):
                if path not in organisation.locators:
                    self._refuse(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
                else:
                    self._page(organisation.locators[path])
            elif path == "jobs/query":
                fields, found = organisation.select(json.loads(body)["query"])
                job = f"750R0000000000{len(organisation.jobs):04d}"
                organisation.jobs[job] = [fields, *[_csv(record, fields) for record in found]]
                self._json(200, {"id": job, "state": "UploadComplete", "operation": "query"})
            else:
                self._job(path, parameters, body)
        except LookupError as error:
            message = (
                f"\nSELECT Id, {error.args[0]} FROM Case\n           ^\nERROR at Row:1:Column:12\n"
                f"No such column '{error.args[0]}' on entity 'Case'."
            )
            self._refuse(400, "INVALID_FIELD", message)

    def _page(self, records: list[dict[str, Any]]) -> None:
        organisation = self.server.organisation
        now, later = records[: organisation.page_size], records[organisation.page_size :]
        said: dict[str, Any] = {"totalSize": len(records), "done": not later, "records": now}
        if later:
            path = f"query/0r8{len(organisation.asked):015d}-{len(now)}"
            organisation.locators[path] = later
            said["nextRecordsUrl"] = DATA + path
        self._json(200, said)

    def _job(self, path: str, parameters: dict[str, str], body: str) -> None:
        organisation = self.server.organisation
        job, _, what = path.removeprefix("jobs/query/").partition("/")
        if job not in organisation.jobs:
            self._refuse(404, "NOT_FOUND", "The requested resource does not exist")
        elif self.command == "PATCH":
            assert json.loads(body) == {"state": "Aborted"}
            organisation.aborted.append(job)
            self._json(200, {"id": job, "state": "Aborted"})
        elif what == "results":
            self._results(organisation.jobs[job], parameters)
        else:
            states = organisation.states
            state = states.pop(0) if len(states) > 1 else states[0]
            self._json(200, {"id": job, "state": state, "errorMessage": f"a reason of {state}"})

    def _results(self, rows: list[list[str]], parameters: dict[str, str]) -> None:
        assert int(parameters["maxRecords"]) > 0
        start = int(parameters.get("locator", "0").removeprefix("L"))
        size = self.server.organisation.page_size
        some = rows[1:][start : start + size]
        text = io.StringIO()
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([rows[0], *some])
        following = f"L{start + size}" if start + size < len(rows) - 1 else "null"
        headers = {"Sforce-Locator": following, "Sforce-NumberOfRecords": str(len(some))}
        self._send(200, text.getvalue().encode(), **headers, **{"Content-Type": "text/csv"})

    def _refuse(self, status: int, code: str, message: str) -> None:
        self._json(status, [{"message": message, "errorCode": code}])

    def _json(self, status: int, said: object) -> None:
        self._send(status, json.dumps(said).encode(), **{"Content-Type": "application/json"})

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, tls: ssl.SSLContext, organisation: Organisation) -> None:
        self.tls, self.organisation = tls, organisation
        super().__init__(("127.0.0.1", 0), _Answer)


@contextlib.contextmanager
def serve(folder: Path, organisation: Organisation) -> Iterator[str]:
    """Serve an organisation; yields the address of the proxy that leads to it."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "server.pem")
    server = _Server(tls, organisation)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def make_certificates(folder: Path) -> None:
    """Write an authority of the tests' own, and what it certifies for Salesforce's names."""
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the tests")])

    def certificate(subject: str, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        )

    authority = (
        certificate("the tests", authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    names = [x509.DNSName("*.salesforce.com"), x509.DNSName("*.my.salesforce.com")]
    leaf = (
        certificate("salesforce.com", key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "authority.pem").write_bytes(authority.public_bytes(pem))
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(plain + leaf.public_bytes(pem))


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _rest(record: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """Spell a record as the query resource does, with attributes at every level."""
    said: dict[str, Any] = {"attributes": {"type": "Case", "url": "/services/data/x"}}
    for name in fields:
        inner, source = said, record
        *parents, last = name.split(".")
        for parent in parents:
            if source.get(parent) is None:
                inner[parent] = None
                break
            inner = inner.setdefault(parent, {"attributes": {"type": parent, "url": "/x"}})
            source = source[parent]
        else:
            inner[last] = source.get(last)
    return said


def _csv(record: dict[str, Any], fields: list[str]) -> list[str]:
    values = []
    for name in fields:
        value: Any = record
        for step in name.split("."):
            value = None if value is None else value.get(step)
        spelled = {None: "", True: "true", False: "false"}.get(value, value)
        values.append(str(spelled).replace("+0000", "Z"))
    return values

"""Asking an HTTP service: storms, cuts, drips, bombs and detours, over a real socket."""

import gzip
import ssl
import traceback
from pathlib import Path
from typing import Any

import pytest
from far_end import QUICK, FakeTime, FarEnd, Reply, client_of
from requests import PreparedRequest, Session
from salesforce_server import make_certificates

from breakwater.contracts.source import HttpLimits
from breakwater.feeds.http.address import address_of
from breakwater.feeds.http.answer import StatusFault, origin
from breakwater.feeds.http.client import HttpClient
from breakwater.feeds.http.waiting import asked_for, backing_off
from breakwater.feeds.records import FeedFault
from breakwater.warehouse.connections import FeedConnection

SECRET = "hunter" + "2"
"""In two pieces: a traceback quotes these lines."""


def limits(**changes: float) -> HttpLimits:
    """Return the limits of the tests with some of them changed."""
    return QUICK.model_copy(update=changes)


def test_an_answer_is_read_as_json(far_end: FarEnd) -> None:
    """Parameters arrive as they were meant, whatever they hold."""
    far_end.on("/v1/things", Reply({"things": [1, "zwei"]}))
    said = client_of(far_end).ask("v1/things", {"since": "2026-11-03T00:00:00+08:00 & more"})
    assert said == {"things": [1, "zwei"]}
    assert far_end.asked[0].query == {"since": "2026-11-03T00:00:00+08:00 & more"}


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_for_again(far_end: FarEnd, status: int) -> None:
    """Pauses double while nobody says how long to wait."""
    storm = Reply({"error": "busy"}, status)
    far_end.on("/", storm, storm, storm, Reply({"ok": True}))
    time = FakeTime()
    assert client_of(far_end, waiting=time.waiting).ask("/") == {"ok": True}
    assert time.pauses == [0.5, 1.0, 2.0]


def test_a_storm_that_does_not_end_is_given_up_and_may_be_tried_later(far_end: FarEnd) -> None:
    """Four attempts, as the contract says, and no fifth."""
    far_end.on("/", Reply({}, 429))
    with pytest.raises(FeedFault, match="status 429") as raised:
        client_of(far_end).ask("/")
    assert raised.value.transient
    assert len(far_end.asked) == 4


def test_a_pause_asked_for_in_seconds_is_kept(far_end: FarEnd) -> None:
    """Zendesk says how long: neither less nor more."""
    far_end.on("/", Reply({}, 429, {"Retry-After": "93"}), Reply({"ok": True}))
    time = FakeTime()
    client_of(far_end, waiting=time.waiting).ask("/")
    assert time.pauses == [93]


def test_a_pause_asked_for_as_a_date_is_counted_by_the_far_ends_own_clock(far_end: FarEnd) -> None:
    """Our clock may be an hour off: the answer's own Date is what its date is held against."""
    headers = {"Retry-After": "Tue, 03 Nov 2020 10:00:45 GMT"}
    dated = headers | {"Date": "Tue, 03 Nov 2020 10:00:00 GMT"}
    assert asked_for(dated) == 45
    far_end.on("/", Reply({}, 503, {"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}))
    time = FakeTime()
    with pytest.raises(FeedFault, match="to be asked again in"):
        client_of(far_end, waiting=time.waiting).ask("/")
    assert time.pauses == []


@pytest.mark.parametrize("text", ["soon", "-5", "1.5", "Tue, 99 Nov 2020", "²"])
def test_a_pause_that_cannot_be_read_is_none(text: str) -> None:
    """Then the pause is our own."""
    assert asked_for({"Retry-After": text, "Date": "Tue, 03 Nov 2020 10:00:00 GMT"}) is None


def test_a_pause_longer_than_allowed_is_not_slept_through(far_end: FarEnd) -> None:
    """A task does not hold its worker for an hour: it fails and is tried later."""
    far_end.on("/", Reply({}, 429, {"Retry-After": "3600"}))
    time = FakeTime()
    with pytest.raises(FeedFault, match=r"within 120 seconds.*429.*in 3600") as raised:
        client_of(far_end, waiting=time.waiting).ask("/")
    assert raised.value.transient
    assert time.pauses == []
    assert len(far_end.asked) == 1


def test_pauses_never_grow_beyond_the_longest() -> None:
    """Half of a pause is chance."""
    assert [backing_off(n, 120, 1.0) for n in (1, 2, 8, 20)] == [1, 2, 120, 120]
    assert backing_off(20, 120, 0.0) == 60


def test_a_day_has_an_end(far_end: FarEnd) -> None:
    """All pages and pauses together are no longer than the contract's total."""
    far_end.on("/", Reply({}, 503, {"Retry-After": "100"}))
    time = FakeTime()
    with pytest.raises(FeedFault, match="within 50 seconds"):
        client_of(far_end, limits(total_seconds=150), time.waiting).ask("/")
    assert time.pauses == [100]
    time = FakeTime()
    client = client_of(far_end, limits(total_seconds=150), time.waiting)
    far_end.on("/", Reply({}))
    client.ask("/")
    time.now += 151
    with pytest.raises(FeedFault, match="total_seconds"):
        client.ask("/")


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(Reply({"a": "b" * 100}, cut_after=40), id="cut half-way"),
        pytest.param(Reply({"a": 1}, length=5000), id="shorter than it says"),
        pytest.param(Reply({"a": 1}, length=4), id="longer than it says"),
        pytest.param(Reply(b"<html>maintenance", headers={"Content-Type": "text/html"}), id="html"),
        pytest.param(Reply(b"not gzip", headers={"Content-Encoding": "gzip"}), id="no gzip"),
    ],
)
def test_a_broken_answer_is_asked_for_again(far_end: FarEnd, broken: Reply) -> None:
    """Half an answer is none."""
    far_end.on("/", broken, broken, Reply({"whole": True}))
    assert client_of(far_end).ask("/") == {"whole": True}
    assert len(far_end.asked) == 3


def test_a_connection_that_always_breaks_is_a_feed_that_is_not_available(far_end: FarEnd) -> None:
    """Neither the cut answer nor a part of it is taken."""
    far_end.on("/", Reply({"a": "b" * 100}, cut_after=40))
    with pytest.raises(FeedFault, match="whole answer") as raised:
        client_of(far_end).ask("/")
    assert raised.value.transient


def test_a_service_that_is_not_there_is_not_available() -> None:
    """Refused connections may pass."""
    with FarEnd() as gone:
        address = gone.address
    client = HttpClient(address, limits(attempts=1), connection="far_end")
    with pytest.raises(FeedFault) as raised:
        client.ask("/")
    assert raised.value.transient


@pytest.mark.parametrize("is_known", [False, True])
def test_a_certificate_that_cannot_be_verified_is_refused_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    """Of an authority that nobody knows, or of another host: nothing is sent, nor tried again."""
    make_certificates(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "server.pem")
    if is_known:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    time = FakeTime()
    with FarEnd(tls) as far_end:
        with pytest.raises(FeedFault, match="certificate of https://127") as raised:
            client_of(far_end, waiting=time.waiting).ask("/")
        assert far_end.asked == []
    assert not raised.value.transient
    assert time.pauses == []


@pytest.mark.parametrize(
    "said",
    [
        b"<html>please log in</html>",
        b"",
        b'{"a": NaN}',
        b'{"a": 1} {"b": 2}',
        b"[" * 99_000,
        b"\xff",
    ],
)
def test_json_that_is_none_is_refused_for_good(far_end: FarEnd, said: bytes) -> None:
    """A login page with status 200 is no empty day."""
    far_end.on("/", Reply(said))
    with pytest.raises(FeedFault, match="expected JSON") as raised:
        client_of(far_end).ask("/")
    assert raised.value.is_shape
    assert not raised.value.transient
    assert "log in" not in str(raised.value)


def test_numbers_that_no_float_holds_stay_as_written(far_end: FarEnd) -> None:
    """Large whole numbers stay exact, and nothing becomes infinite."""
    far_end.on("/", Reply(b'{"id": 123456789012345678901, "x": 1e999}'))
    assert client_of(far_end).ask("/") == {"id": 123456789012345678901, "x": "1e999"}


def test_a_page_larger_than_allowed_is_not_read(far_end: FarEnd) -> None:
    """The limit holds for what arrives."""
    far_end.on("/", Reply(["x" * 200_000]))
    with pytest.raises(FeedFault, match="page_bytes") as raised:
        client_of(far_end).ask("/")
    assert not raised.value.transient


def test_a_page_that_unpacks_to_more_than_allowed_is_not_read(far_end: FarEnd) -> None:
    """And for what it unpacks to: 20 MB of zeros arrive as 20 kB."""
    bomb = gzip.compress(b"0" * 20_000_000)
    assert len(bomb) < QUICK.page_bytes
    far_end.on("/", Reply(bomb, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(FeedFault, match="page_bytes"):
        client_of(far_end).ask("/")


def test_a_packed_page_is_unpacked(far_end: FarEnd) -> None:
    """What fits is read."""
    packed = gzip.compress(b'{"ok": "' + b"x" * 50_000 + b'"}')
    far_end.on("/", Reply(packed, headers={"Content-Encoding": "gzip"}))
    assert client_of(far_end).ask("/") == {"ok": "x" * 50_000}


def test_an_answer_that_drips_fast_enough_is_read(far_end: FarEnd) -> None:
    """Byte by byte through the unpacking: nothing decoded yet is not the end."""
    packed = gzip.compress(b'{"ok": true}')
    far_end.on("/", Reply(packed, headers={"Content-Encoding": "gzip"}, drip_seconds=0.001))
    assert client_of(far_end).ask("/") == {"ok": True}
    assert len(far_end.asked) == 1


CHUNKED = {"Transfer-Encoding": "chunked"}


def test_an_answer_in_chunks_is_read_to_its_last(far_end: FarEnd) -> None:
    """One that ends without a last chunk was cut, although what came is JSON."""
    whole = b'7\r\n{"a": 1\r\n1\r\n}\r\n0\r\n\r\n'
    far_end.on("/", Reply(whole[:-5], headers=CHUNKED), Reply(whole, headers=CHUNKED))
    assert client_of(far_end).ask("/") == {"a": 1}
    assert len(far_end.asked) == 2


def test_an_answer_that_drips_is_given_up(far_end: FarEnd) -> None:
    """No pause between two bytes is too long, but all of them together are."""
    far_end.on("/", Reply({"a": "b" * 500}, drip_seconds=0.05))
    with pytest.raises(FeedFault, match="TimeoutError") as raised:
        client_of(far_end, limits(request_seconds=0.4, attempts=1)).ask("/")
    assert raised.value.transient


def test_a_silent_answer_is_given_up(far_end: FarEnd) -> None:
    """A byte a minute is none."""
    far_end.on("/", Reply({"a": 1}, drip_seconds=30))
    with pytest.raises(FeedFault) as raised:
        client_of(far_end, limits(request_seconds=0.3, attempts=1)).ask("/")
    assert raised.value.transient


def test_a_redirect_on_the_same_host_is_followed(far_end: FarEnd) -> None:
    """Its address is whole: parameters are not added once more."""
    far_end.on("/old", Reply({}, 307, {"Location": "/new?page=1"}))
    far_end.on("/new", Reply({"ok": True}))
    assert client_of(far_end).ask("/old", {"page": "1"}) == {"ok": True}
    assert far_end.asked[1].query == {"page": "1"}


@pytest.mark.parametrize(
    "target",
    [
        "http://localhost:1/x",
        "//evil.example/x",
        "file:///etc/passwd",
        "https://127.0.0.1/x",
        "http://[bad",
        "ftp://127.0.0.1/",
    ],
)
def test_a_redirect_elsewhere_is_refused(far_end: FarEnd, target: str) -> None:
    """The token in the header is meant for one host."""
    far_end.on("/", Reply({}, 302, {"Location": target}))
    with pytest.raises(FeedFault, match="redirect") as raised:
        client_of(far_end).ask("/")
    assert not raised.value.transient
    assert len(far_end.asked) == 1


@pytest.mark.parametrize("between", ["\\@", "\\", "\\\\@", "\t@", "@"])
@pytest.mark.parametrize("form", [None, {"grant_type": "client_credentials"}])
def test_a_redirect_that_can_be_read_in_two_ways_is_refused(
    far_end: FarEnd, between: str, form: dict[str, str] | None
) -> None:
    """One reader sees our host in it, another connects elsewhere; tokens are lent the same way."""
    with FarEnd() as other:
        other.on("/x", Reply({"taken": True}))
        ours = far_end.address.removeprefix("http://")
        for target in (f"{other.address}{between}{ours}/x", f"{far_end.address}{between}{ours}/x"):
            far_end.on("/", Reply({}, 307, {"Location": target}))
            with pytest.raises(FeedFault, match="redirect to 'another kind of place'") as raised:
                client_of(far_end).ask("/", form=form, headers={"Authorization": SECRET})
            assert not raised.value.transient
        assert other.asked == []


@pytest.mark.parametrize("between", ["\\@", "@"])
def test_an_address_that_can_be_read_in_two_ways_is_not_asked(
    far_end: FarEnd, between: str
) -> None:
    """Nor when it is our own contract that has it."""
    ours = far_end.address.removeprefix("http://")
    with FarEnd() as other:
        with pytest.raises(FeedFault, match="that can be sent") as raised:
            client_of(far_end).ask(other.address + between + ours + "/token", form={"a": "b"})
        assert not raised.value.transient
        assert other.asked == far_end.asked == []


def test_nothing_is_sent_to_another_host_than_was_meant(
    far_end: FarEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What counts is the address that goes out, whatever the library made of ours."""
    prepare = Session.prepare_request
    with FarEnd() as other:

        def elsewhere(session: Session, request: Any) -> PreparedRequest:  # noqa: ANN401  its own
            prepared = prepare(session, request)
            prepared.url = f"{other.address}/"
            return prepared

        monkeypatch.setattr(Session, "prepare_request", elsewhere)
        with pytest.raises(FeedFault, match="that can be sent"):
            client_of(far_end).ask("/", headers={"Authorization": SECRET})
        assert other.asked == []


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://API.example/x y", ""),
        ("https://api.example/x%20y", "https://api.example:443"),
        ("http://bücher.example:80/", "http://xn--bcher-kva.example:80"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("http://api.example\\x", ""),
        ("http://user@api.example/", ""),
        ("http://@api.example/", ""),
        ("http://api\t.example/", ""),
        ("http://api.example/\x00", ""),
        ("http://api.example/\u2028", ""),
        ("http://api.example:99999/", ""),
        ("api.example/x", ""),
        ("file:///x", ""),
        ("", ""),
    ],
)
def test_an_origin_is_told_only_where_nobody_can_read_another(url: str, found: str) -> None:
    """Compared by what is connected to: names in lower case, umlauts as they are looked up."""
    assert origin(url) == found


def test_a_space_in_a_path_of_the_contract_is_escaped(far_end: FarEnd) -> None:
    """It is written by hand."""
    far_end.on("/v1/all%20things", Reply({"ok": True}))
    assert client_of(far_end).ask("v1/all things") == {"ok": True}


def test_redirects_in_a_circle_are_refused(far_end: FarEnd) -> None:
    """Five are followed."""
    far_end.on("/", Reply({}, 302, {"Location": "/"}))
    with pytest.raises(FeedFault, match="at most 5 redirects"):
        client_of(far_end).ask("/")


@pytest.mark.parametrize(
    ("status", "expected"),
    [(401, "credentials"), (403, "may read"), (404, "path"), (400, "200"), (204, "200")],
)
def test_a_refusal_is_final(far_end: FarEnd, status: int, expected: str) -> None:
    """It is asked once; the far end's own words are not repeated."""
    far_end.on("/", Reply({"error": "secret words"} if status != 204 else b"", status))
    with pytest.raises(StatusFault, match=rf"{expected}.*status {status}") as raised:
        client_of(far_end).ask("/")
    assert not raised.value.transient
    assert "secret words" not in str(raised.value)
    assert len(far_end.asked) == 1


def test_no_error_shows_a_secret_of_the_address(far_end: FarEnd) -> None:
    """Neither its message nor its cause: Airflow logs both."""
    with FarEnd() as gone:
        address = gone.address
    client = HttpClient(address, limits(attempts=1), connection="far_end")
    for path, parameters in (("x", {"api_key": SECRET}), (f"x?api_key={SECRET}", {})):
        with pytest.raises(FeedFault) as raised:
            client.ask(path, parameters)
        assert SECRET not in "".join(traceback.format_exception(raised.value))
    far_end.on("/x", Reply({}, 500))
    with pytest.raises(FeedFault) as raised:
        client_of(far_end).ask("x", {"api_key": SECRET})
    assert SECRET not in "".join(traceback.format_exception(raised.value))


def test_a_token_that_cannot_be_a_header_is_not_shown(far_end: FarEnd) -> None:
    """A line break in a pasted token is a common mistake."""
    with pytest.raises(FeedFault) as raised:
        client_of(far_end).ask("/", headers={"Authorization": f"Bearer {SECRET}\n"})
    assert not raised.value.transient
    assert SECRET not in "".join(traceback.format_exception(raised.value))
    assert far_end.asked == []


def test_a_password_of_a_netrc_file_is_not_sent(
    far_end: FarEnd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the connection says who asks."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    far_end.on("/", Reply({}))
    client_of(far_end).ask("/")
    assert "Authorization" not in far_end.asked[0].headers


@pytest.mark.parametrize("path", ["ftp://127.0.0.1/x", "http://", "https://[bad/x"])
def test_an_address_that_cannot_be_asked_is_not_tried_again(far_end: FarEnd, path: str) -> None:
    """As the address of a token service may be, which is written by hand."""
    time = FakeTime()
    with pytest.raises(FeedFault) as raised:
        client_of(far_end, waiting=time.waiting).ask(path)
    assert not raised.value.transient
    assert time.pauses == []


def connection(**fields: Any) -> FeedConnection:  # noqa: ANN401  fields of a form
    """Return a connection with some fields."""
    return FeedConnection(**({"name": "vendor", "kind": "http"} | fields))


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ({"host": "api.example"}, "https://api.example"),
        ({"host": "api.example", "schema": "http", "port": 8080}, "http://api.example:8080"),
        ({"host": "https://api.example/v2/"}, "https://api.example/v2"),
        ({"host": "https://api.example:8443/v2", "port": 8443}, "https://api.example:8443/v2"),
        ({"host": "https://api.example/v2", "port": 8443}, "https://api.example:8443/v2"),
    ],
)
def test_the_address_comes_from_host_schema_and_port(fields: dict[str, Any], address: str) -> None:
    """As people fill in Airflow's form, one way or the other."""
    assert address_of(connection(**fields)) == address


@pytest.mark.parametrize(
    "host", [None, "", "ftp://api.example", "https://user:pw@api.example", "https://a.b/?key=1"]
)
def test_a_host_that_is_no_address_is_refused(host: str | None) -> None:
    """Without repeating it: it may hold a password."""
    with pytest.raises(FeedFault, match="connection vendor") as raised:
        address_of(connection(host=host))
    assert "pw" not in str(raised.value)


def test_a_path_lies_below_the_address() -> None:
    """Also when the address has a path of its own."""
    client = HttpClient("https://api.example/v2", QUICK, connection="vendor")
    assert client.url("/things") == "https://api.example/v2/things"
    assert client.url("https://login.example/token") == "https://login.example/token"

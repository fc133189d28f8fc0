"""Requests go where configuration says, to an address outside, and come back whole or not at all."""

import socket
import time
from collections.abc import Iterator

import pytest
from outside_server import ALLOWED, OutsideServer, Reply, trusted_certificate

from breakwater.notify.outside.ask import LARGEST_ANSWER, ask
from breakwater.notify.outside.target import Allowed, OutsideError, target_of

PUBLIC = Allowed(hosts=frozenset({"hooks.example.org", ".chat.example.org"}))


def resolver(*answers: list[str]) -> object:
    """Answer each look-up of a name with the next list, the last for ever."""
    left = list(answers)

    def look_up(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        found = [host] if host[0].isdigit() else left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    return look_up


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OutsideServer]:
    """Serve somebody's address, trusted."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", trusted_certificate())
    with OutsideServer() as running:
        yield running


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://hooks.example.org/x", "begin with https"),
        ("file:///etc/passwd", "begin with https"),
        ("https://169.254.169.254/latest/meta-data/", "name its host"),
        ("https://[::1]/", "name its host"),
        ("https://2130706433/", "name its host"),
        ("https://0x7f.1/", "name its host"),
        ("https://127.1/", "name its host"),
        ("https://elsewhere.example.org/", "not among the allowed"),
        ("https://chat.example.org/", "not among the allowed"),
        ("https://evilchat.example.org/", "not among the allowed"),
        ("https://hooks.example.org.evil.example/", "not among the allowed"),
        ("https://user:secret@hooks.example.org/", "names a user"),
        ("https://hooks.example.org\\@evil.example/", "characters"),
        ("https://hooks.example.org/\r\nHost: evil", "characters"),
        ("https://ｈooks.example.org/", "characters"),  # noqa: RUF001  a full-width letter is the point
        ("https://hooks.example.org:99999/", "cannot be read"),
        ("https:///x", "name its host"),
    ],
)
def test_an_address_that_is_no_allowed_one_is_never_looked_up(
    url: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal is for good, and names neither path nor password."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("it was looked up"))
    with pytest.raises(OutsideError, match=expected) as refused:
        target_of(url, PUBLIC)
    assert (refused.value.permanent, refused.value.in_doubt) == (True, False)
    assert "secret" not in str(refused.value)
    assert "meta-data" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "127.0.0.1", "10.1.2.3", "192.168.0.9", "172.16.0.1", "0.0.0.0",  # noqa: S104
     "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1",
     "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
     "2001:0:0:0:0:0:80ff:fffe"],
)  # fmt: skip
def test_a_name_that_leads_inside_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Directly, or wrapped in another kind of address; also beside a public one."""
    for answer in ([address], ["93.184.215.14", address]):
        monkeypatch.setattr(socket, "getaddrinfo", resolver(answer))
        with pytest.raises(OutsideError, match="not a public one") as refused:
            target_of("https://hooks.example.org/", PUBLIC)
        assert refused.value.permanent


@pytest.mark.parametrize(
    ("address", "is_allowed"),
    [("10.1.2.3", True), ("127.0.0.1", True), ("fd00::1", True), ("8.8.8.8", True),
     ("169.254.169.254", False), ("fe80::1", False), ("0.0.0.0", False), ("224.0.0.1", False),  # noqa: S104
     ("::ffff:169.254.169.254", False)],
)  # fmt: skip
def test_a_host_inside_has_to_be_named_as_such(
    address: str, is_allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even then, what clouds answer on link-local addresses stays closed."""
    allowed = Allowed(internal_hosts=frozenset({"relay.internal"}))
    monkeypatch.setattr(socket, "getaddrinfo", resolver([address]))
    try:
        assert target_of("https://relay.internal/", allowed).addresses == (address,)
        assert is_allowed
    except OutsideError:
        assert not is_allowed


def test_a_suffix_allows_every_host_below_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """At any depth, with any port."""
    monkeypatch.setattr(socket, "getaddrinfo", resolver(["93.184.215.14"]))
    target = target_of("https://a.b.CHAT.example.org.:8443/x", PUBLIC)
    assert (target.host, target.port) == ("a.b.chat.example.org", 8443)


def test_a_name_that_changes_its_mind_leads_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: public when it is checked, our own metadata service a moment later."""
    monkeypatch.setattr(socket, "getaddrinfo", resolver(["93.184.215.14"], ["169.254.169.254"]))
    connected: list[str] = []

    def connect(_: socket.socket, address: tuple[str, int]) -> None:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(OutsideError) as broken:
        ask("POST", "https://hooks.example.org/", PUBLIC, content=b"{}")
    assert connected == ["93.184.215.14"]
    assert (broken.value.permanent, broken.value.in_doubt) == (False, False)


def test_a_request_arrives_as_it_was_meant(server: OutsideServer) -> None:
    """By name, with its headers and its bytes; the answer comes back whole."""
    url = f"{server.address}/hook?key=k"
    answer = ask("POST", url, ALLOWED, headers={"X-One": "1"}, content=b"{}")
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.query, asked.body) == (
        "POST",
        "/hook",
        {"key": "k"},
        b"{}",
    )
    assert (asked.headers["host"], asked.headers["x-one"]) == (f"localhost:{server.port}", "1")
    assert (answer.status, answer.json()) == (200, {"ok": True})


def test_a_redirect_is_an_answer_and_not_a_way(server: OutsideServer) -> None:
    """Nobody is led on to a file, or to a host inside."""
    server.replies.append(Reply(status=302, headers={"Location": "file:///etc/passwd"}))
    assert ask("GET", server.address, ALLOWED).status == 302
    assert len(server.asked) == 1


def test_an_answer_that_drips_is_cut_off(server: OutsideServer) -> None:
    """Each byte comes in time, the answer never: nobody waits for it, and it may have acted."""
    server.replies.append(Reply(drips=True))
    began = time.monotonic()
    with pytest.raises(OutsideError, match=r"longer than 0\.4 s") as slow:
        ask("POST", server.address, ALLOWED, content=b"{}", seconds=0.4)
    assert slow.value.in_doubt
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("reply", [Reply(drops=True), Reply(b"x" * (LARGEST_ANSWER + 1))])
def test_an_answer_that_is_not_whole_leaves_a_doubt(reply: Reply, server: OutsideServer) -> None:
    """It was read, and nobody knows what became of it; it is not asked again here."""
    server.replies.append(reply)
    with pytest.raises(OutsideError) as broken:
        ask("POST", server.address, ALLOWED, content=b"{}")
    assert (broken.value.permanent, broken.value.in_doubt) == (False, True)
    assert len(server.asked) == 1


def test_a_certificate_nobody_vouches_for_ends_it_before_a_word_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The far end heard nothing."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    with OutsideServer() as server, pytest.raises(OutsideError, match="SSLError") as refused:
        ask("POST", server.address, ALLOWED, content=b"secret")
    assert not refused.value.in_doubt
    assert server.asked == []


def test_a_certificate_for_another_name_is_refused(
    server: OutsideServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address was checked, and whoever answers there is not whom we meant."""
    allowed = Allowed(internal_hosts=frozenset({"relay.internal"}))
    monkeypatch.setattr(socket, "getaddrinfo", resolver(["127.0.0.1"]))
    with pytest.raises(OutsideError, match="SSLError"):
        ask("GET", f"https://relay.internal:{server.port}/", allowed)
    assert server.asked == []

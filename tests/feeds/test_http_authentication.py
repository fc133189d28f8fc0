"""Who asks an HTTP service: tokens, passwords, and tokens that are lent for a while."""

import base64
import traceback

import pytest
from far_end import Asked, FakeTime, FarEnd, Reply, client_of

from breakwater.contracts.source import BearerToken, ClientCredentials, NoAuthentication
from breakwater.feeds.http.answer import StatusFault
from breakwater.feeds.http.authentication import (
    LentToken,
    authenticator_of,
    basic,
    bearer,
    login_or_token,
)
from breakwater.feeds.http.client import HttpClient
from breakwater.feeds.records import FeedFault

SECRET = "s3" + "cret"
LENT = ClientCredentials.model_validate(
    {"kind": "client_credentials", "token_url": "oauth/token", "scope": "read"}
)


class TokenService:
    """Lends tokens that are numbered, and accepts the newest only."""

    def __init__(self, far_end: FarEnd, *, seconds: float | None = 3600) -> None:
        """Serve tokens and things."""
        self.lent, self.seconds = 0, seconds
        far_end.on("/oauth/token", self._lend)
        far_end.on("/things", self._things)

    def _lend(self, _: Asked) -> Reply:
        self.lent += 1
        said = {"access_token": f"token-{self.lent}", "token_type": "Bearer"}
        return Reply(said if self.seconds is None else said | {"expires_in": self.seconds})

    def _things(self, asked: Asked) -> Reply:
        is_known = asked.headers.get("Authorization") == f"Bearer token-{self.lent}"
        return Reply({"ok": True}) if is_known else Reply({"error": "invalid_token"}, 401)


def lent_token(far_end: FarEnd, time: FakeTime) -> tuple[HttpClient, LentToken]:
    """Return a client and who asks by it."""
    client = client_of(far_end, waiting=time.waiting)
    connection = far_end.connection(login="breakwater", password=SECRET)
    return client, LentToken(client, LENT, connection, time.waiting)


def test_a_bearer_token_is_the_connections_password(far_end: FarEnd) -> None:
    """In the header that the contract names."""
    far_end.on("/", Reply({}))
    own = BearerToken(kind="bearer", header="X-Api-Key", prefix="")
    connection = far_end.connection(password=SECRET)
    client = client_of(far_end)
    client.ask("/", authenticator=bearer(connection))
    client.ask("/", authenticator=authenticator_of(own, client, connection))
    assert far_end.asked[0].headers["Authorization"] == f"Bearer {SECRET}"
    assert far_end.asked[1].headers["X-Api-Key"] == SECRET
    assert "Authorization" not in far_end.asked[1].headers


def test_a_login_and_password_are_sent_as_utf_8(far_end: FarEnd) -> None:
    """Umlauts in passwords do exist."""
    far_end.on("/", Reply({}))
    client_of(far_end).ask(
        "/", authenticator=basic(far_end.connection(login="a", password=f"ü:{SECRET}"))
    )
    sent = far_end.asked[0].headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(sent).decode() == f"a:ü:{SECRET}"


def test_without_a_login_the_password_is_a_token(far_end: FarEnd) -> None:
    """API tokens go with a login, OAuth tokens without."""
    with_login = login_or_token(far_end.connection(login="a", password=SECRET))
    without = login_or_token(far_end.connection(password=SECRET))
    assert with_login.headers()["Authorization"].startswith("Basic ")
    assert without.headers() == {"Authorization": f"Bearer {SECRET}"}


def test_nobody_is_nobody(far_end: FarEnd) -> None:
    """An open service gets no header."""
    assert authenticator_of(NoAuthentication(), client_of(far_end), far_end.connection()) is None


def test_a_connection_without_a_password_says_so(far_end: FarEnd) -> None:
    """Before anything is asked."""
    with pytest.raises(FeedFault, match="password in connection far_end; found none") as raised:
        basic(far_end.connection(login="a"))
    assert not raised.value.transient


def test_a_lent_token_is_asked_for_once(far_end: FarEnd) -> None:
    """And by whom the connection names."""
    TokenService(far_end)
    client, token = lent_token(far_end, FakeTime())
    for _ in range(3):
        assert client.ask("things", authenticator=token) == {"ok": True}
    [asked] = far_end.asked_for("/oauth/token")
    assert asked.form == {"grant_type": "client_credentials", "scope": "read"}
    pair = base64.b64decode(asked.headers["Authorization"].removeprefix("Basic ")).decode()
    assert pair == f"breakwater:{SECRET}"


def test_a_lent_token_is_renewed_before_it_expires(far_end: FarEnd) -> None:
    """A minute early: no page is refused for it."""
    TokenService(far_end, seconds=100)
    time = FakeTime()
    client, token = lent_token(far_end, time)
    client.ask("things", authenticator=token)
    time.now += 39
    client.ask("things", authenticator=token)
    assert len(far_end.asked_for("/oauth/token")) == 1
    time.now += 2
    client.ask("things", authenticator=token)
    assert len(far_end.asked_for("/oauth/token")) == 2
    assert len(far_end.asked_for("/things")) == 3


@pytest.mark.parametrize("seconds", [None, 3600])
def test_a_refused_token_is_renewed_once(far_end: FarEnd, seconds: float | None) -> None:
    """A service may forget its tokens earlier than it said, or never have said."""
    service = TokenService(far_end, seconds=seconds)
    client, token = lent_token(far_end, FakeTime())
    client.ask("things", authenticator=token)
    service.lent += 1  # somebody else asked: the service takes the newest token only
    assert client.ask("things", authenticator=token) == {"ok": True}
    assert len(far_end.asked_for("/things")) == 3


def test_a_token_refused_when_it_is_new_is_refused_for_good(far_end: FarEnd) -> None:
    """Twice asked, not for ever."""
    TokenService(far_end)
    far_end.on("/things", Reply({"error": "no"}, 401))
    client, token = lent_token(far_end, FakeTime())
    with pytest.raises(StatusFault, match=r"credentials in connection far_end.*401") as raised:
        client.ask("things", authenticator=token)
    assert not raised.value.transient
    assert len(far_end.asked_for("/things")) == 2
    assert len(far_end.asked_for("/oauth/token")) == 2


def test_a_fixed_token_that_is_refused_is_not_tried_again(far_end: FarEnd) -> None:
    """It is what it is."""
    far_end.on("/", Reply({}, 401))
    with pytest.raises(StatusFault):
        client_of(far_end).ask("/", authenticator=bearer(far_end.connection(password=SECRET)))
    assert len(far_end.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"error": "invalid_client", "error_description": SECRET}, 401),
        Reply({"error": "unauthorized_client"}, 400),
    ],
)
def test_a_service_that_lends_nothing_is_a_matter_of_configuration(
    far_end: FarEnd, reply: Reply
) -> None:
    """The id or the secret is wrong; neither is shown."""
    TokenService(far_end)
    far_end.on("/oauth/token", reply)
    client, token = lent_token(far_end, FakeTime())
    with pytest.raises(FeedFault, match="a token for the login of connection far_end") as raised:
        client.ask("things", authenticator=token)
    assert not raised.value.transient
    assert SECRET not in "".join(traceback.format_exception(raised.value))
    assert far_end.asked_for("/things") == []


def test_a_token_service_in_a_storm_is_waited_for(far_end: FarEnd) -> None:
    """Like any other page."""
    TokenService(far_end)
    lend = far_end.paths["/oauth/token"]
    far_end.on("/oauth/token", Reply({}, 503, {"Retry-After": "7"}), lend)
    time = FakeTime()
    client, token = lent_token(far_end, time)
    assert client.ask("things", authenticator=token) == {"ok": True}
    assert time.pauses == [7]


@pytest.mark.parametrize("said", [{}, [], "token", {"access_token": ""}, {"access_token": 7}])
def test_an_answer_without_a_token_is_refused(far_end: FarEnd, said: object) -> None:
    """An empty token would be refused everywhere, for reasons hard to find."""
    far_end.on("/oauth/token", Reply(said))
    client, token = lent_token(far_end, FakeTime())
    with pytest.raises(FeedFault, match="access_token") as raised:
        client.ask("things", authenticator=token)
    assert raised.value.is_shape


def test_nothing_that_is_printed_shows_a_secret(far_end: FarEnd) -> None:
    """Objects end up in logs."""
    connection = far_end.connection(login="a", password=SECRET)
    for shown in (connection, basic(connection), bearer(connection)):
        assert SECRET not in repr(shown)

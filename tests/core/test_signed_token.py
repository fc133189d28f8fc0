"""A token allows one thing, to one subject, until it expires; whatever else it is, it is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breakwater.core.signed_token import (
    LONGEST_TOKEN,
    TokenRefusal,
    TokenRefusedError,
    read_token,
    signed_token,
)

KEY = b"a secret of the tests"
NOW = datetime(2026, 11, 15, 2, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
TOKEN = signed_token(
    KEY, purpose="incident", subject="ReconBreaks/x", recipient="email:ops@a.example", expires_at=LATER
)  # fmt: skip


def refusal(token: str, *, key: bytes = KEY, purpose: str = "incident", now: datetime = NOW) -> str:
    """Return why a token is refused."""
    with pytest.raises(TokenRefusedError) as refused:
        read_token(key, token, purpose=purpose, now=now)
    return refused.value.reason


def test_a_token_says_what_it_allows() -> None:
    """Purpose, subject and expiry come back; the recipient is found among candidates only."""
    grant = read_token(KEY, TOKEN, purpose="incident", now=NOW)
    assert (grant.purpose, grant.subject) == ("incident", "ReconBreaks/x")
    assert grant.expires_at == int(LATER.timestamp())
    known = ["slack:C0OPS", "email:ops@a.example"]
    assert grant.recipient_among(KEY, known) == "email:ops@a.example"
    assert grant.recipient_among(KEY, known[:1]) is None
    assert grant.recipient_among(b"another secret of the tests", known) is None


def test_an_address_cannot_be_read_from_a_token() -> None:
    """Nor does the same address give the same hash under another key."""
    grant = read_token(KEY, TOKEN, purpose="incident", now=NOW)
    assert "ops" not in grant.recipient
    assert len(grant.recipient) == 20


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"now": LATER}, TokenRefusal.EXPIRED),
        ({"now": LATER + timedelta(days=900)}, TokenRefusal.EXPIRED),
        ({"purpose": "unsubscribe"}, TokenRefusal.OTHER_PURPOSE),
        ({"key": b"another secret of the tests"}, TokenRefusal.FORGED),
        ({"key": b""}, TokenRefusal.FORGED),
    ],
    ids=["at-its-end", "long-after", "purpose", "key", "no-key"],
)
def test_it_allows_nothing_else(more: dict[str, object], reason: TokenRefusal) -> None:
    """The last instant counts as over; a key that is none signs nothing."""
    assert refusal(TOKEN, **more) == reason  # type: ignore[arg-type]


def test_it_counts_until_the_second_before() -> None:
    """No earlier than said."""
    last = LATER - timedelta(seconds=1)
    assert read_token(KEY, TOKEN, purpose="incident", now=last).subject == "ReconBreaks/x"


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="utf-8"))
def test_one_changed_character_is_noticed(place: int, other: str) -> None:
    """Wherever it stands, also in the last one, whose low bits mean nothing in Base64."""
    changed = TOKEN[:place] + other + TOKEN[place + 1 :]
    if changed != TOKEN:
        assert refusal(changed) in {TokenRefusal.FORGED, TokenRefusal.MALFORMED}


@given(st.one_of(st.text(max_size=60), st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}", fullmatch=True)))
def test_what_is_no_token_is_refused_like_one(text: str) -> None:
    """No other error comes out, whatever people or machines put in the address."""
    assert refusal(text) in {TokenRefusal.FORGED, TokenRefusal.MALFORMED}


def test_what_is_too_long_is_not_even_hashed() -> None:
    """A megabyte in an address costs nothing."""
    assert refusal("a" * LONGEST_TOKEN + ".a") == TokenRefusal.MALFORMED


def test_a_short_key_signs_nothing() -> None:
    """An installation without a key has no links rather than forgeable ones."""
    with pytest.raises(ValueError, match="at least 16 bytes; found 3"):
        signed_token(b"abc", purpose="p", subject="s", recipient="r", expires_at=NOW)

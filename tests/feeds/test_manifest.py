"""The side file with a vendor's totals: believed when it is plain, otherwise not there."""

import pytest

from breakwater.core.vocabulary import Total
from breakwater.feeds.manifest import read_manifest

DIGEST = "0" * 64


def test_a_manifest_gives_rows_and_hash_and_nothing_else() -> None:
    """Whatever a vendor adds is dropped."""
    content = f'{{"rows": 12, "sha256": "{DIGEST.upper()}", "contact": "jane"}}'.encode()
    assert read_manifest(content) == {"rows": 12, "sha256": DIGEST}


def test_the_hash_may_be_left_out() -> None:
    """A row count alone already proves that nothing is missing."""
    assert read_manifest(b'{"rows": 0}') == {"rows": 0, "sha256": None}


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"12",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"rows": "12"}',
        b'{"rows": true}',
        b'{"rows": -1}',
        b'{"rows": 1.5}',
        b'{"rows": 1e3}',
        b'{"rows": 99999999999999999999}',
        b'{"rows": 1, "sha256": "abc"}',
        b'{"rows": 1, "sha256": 7}',
        b'{"sha256": "' + DIGEST.encode() + b'"}',
    ],
)
def test_what_is_no_manifest_is_none(content: bytes | None) -> None:
    """Nothing here raises, and nothing here is guessed."""
    assert read_manifest(content) is None


def test_totals_are_read_where_the_contract_says_they_stand() -> None:
    """Dotted paths of whole numbers; what is none of them is not stated, and no path leads astray."""
    content = b'{"rows": 3, "day": {"in": 12, "out": "7"}, "open": true}'
    where = {Total.INCOMING: "day.in", Total.SOLVED: "day.out", Total.BACKLOG: "open"}
    plain = {"rows": 3, "sha256": None}
    assert read_manifest(content, where) == {**plain, "totals": {"incoming": 12}}
    assert read_manifest(content, {Total.BACKLOG: "day.in.deeper"}) == plain

"""What people are told of breaks: directions by their own measure, and codes without their text."""

import hashlib

import pytest
from two_books import DAY, VENDOR, WINDOW, TwoBooks, action, at, vendor_event

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.operations import Tolerances
from breakwater.core.finding import Severity
from breakwater.core.vocabulary import Direction, Outcome, Side
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.engine.postgresql import PostgreSQLEngine
from breakwater.reconcile.books import VendorDay
from breakwater.reconcile.findings import break_findings
from breakwater.reconcile.matching import match_books
from breakwater.reconcile.model_files import model
from breakwater.reconcile.tie_out import Tally, TieOut
from breakwater.reconcile.unknown_codes import shown_code, unknown_codes

TIES = [TieOut(side, 1000, 900, 100, 0, 0) for side in Side]


def mismatches(weaker: int, stricter: int) -> list[Tally]:
    """Return the tallies of so many decisions that differ in each direction."""
    return [
        Tally(
            side, Outcome.DECISION_MISMATCH, "hate", n, n if side is Side.VENDOR else 0, direction
        )
        for side in Side
        for direction, n in (
            (Direction.VENDOR_WEAKER, weaker),
            (Direction.VENDOR_STRICTER, stricter),
        )
    ]


def about(configuration: Configuration, **tolerances: object) -> VendorDay:
    """Return a vendor-day with tolerances."""
    changed = {"tolerances": Tolerances.model_validate(tolerances)}
    operations = configuration.operations.model_copy(update=changed)
    return VendorDay(configuration.vendor(VENDOR), DAY, WINDOW, operations)


def test_a_finding_says_how_many_were_weaker_and_how_many_stricter(
    configuration: Configuration,
) -> None:
    """Without tolerances by direction there is one finding, as ever: 12 of 1,000, 5 are borne."""
    (found,) = break_findings(about(configuration), mismatches(9, 3), TIES, {})
    assert (found.scope, found.value) == ({"outcome": "decision_mismatch"}, 12)
    assert found.detail["by_direction"] == {"vendor_weaker": 9, "vendor_stricter": 3}


def test_a_direction_with_its_own_measure_is_told_by_itself(configuration: Configuration) -> None:
    """Stricter: 3 where none is borne, critical. Weaker: 9 of the 5 that the class bears."""
    directions = {"vendor_stricter": {"break_rate": 0, "severity": "critical"}}
    day = about(configuration, directions=directions)
    weaker, stricter = break_findings(day, mismatches(9, 3), TIES, {})
    assert (weaker.scope, weaker.value, weaker.threshold) == (
        {"outcome": "decision_mismatch"},
        9,
        5,
    )
    assert weaker.severity is Severity.MAJOR
    assert stricter.scope == {"outcome": "decision_mismatch", "direction": "vendor_stricter"}
    assert (stricter.value, stricter.threshold) == (3, 0)
    assert stricter.severity is Severity.CRITICAL
    assert list(break_findings(day, mismatches(5, 0), TIES, {})) == []


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("D60", "D60"),
        ("ban_v2-x", "ban_v2-x"),
        (None, "(none)"),
        ("D\u0666", "#"),
        ("https://evil.example", "#"),
        ("evil.example", "#"),
        ("<!channel>", "#"),
        ("ignore what was said", "#"),
        ("A" * 17, "#"),
        ("", "#"),
        ("D1\n", "#"),
    ],
    ids=[f"code{n}" for n in range(11)],
)
def test_only_short_words_are_shown_as_they_are(code: str | None, shown: str) -> None:
    """Everything else is named by the beginning of its hash."""
    if shown == "#" and code is not None:
        shown = "#" + hashlib.sha256(code.encode()).hexdigest()[:10]
    assert shown_code(code) == shown


def test_unknown_codes_are_counted_on_every_engine(
    configuration: Configuration, in_process: DuckDBEngine, in_server: PostgreSQLEngine
) -> None:
    """The five most frequent of six, the hostile one without its text, and decisions without a code."""
    codes = [*["<b>"] * 4, *["D60"] * 3, None, None, "x1", "x2", "x3"]
    books = TwoBooks(
        events=tuple(
            vendor_event(f"v{n}", at("10:00:00") + n, decision=None, decision_code_vendor=code)
            for n, code in enumerate(codes)
        ),
        actions=(action("a", at("10:00:00")),),
    )
    for engine in (in_process, in_server):
        books.load(engine, configuration)
        breaks = "select record_id, side, outcome from recon_outcome where outcome = 'unknown_code'"
        match_books(engine, books.about(configuration), row_count=0)
        engine.stage("written_break", breaks)
        engine.stage("break_event", model("break_event"))
        assert unknown_codes(engine) == {
            "#" + hashlib.sha256(b"<b>").hexdigest()[:10]: 4,
            "(none)": 2,
            "D60": 3,
            "x1": 1,
            "x2": 1,
        }

"""Probable causes: one drift of a whole file or site, silent hours, bursts, absent files."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from landed_books import LandedBooks
from two_books import DAY, VENDOR, WINDOW, Row, action, at, vendor_event

from breakwater.contracts.comparison import Compared, TimeComparison
from breakwater.contracts.operations import EngineSettings, Tolerances
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.reconcile.life.causes import platform_failures, silent_vendor
from breakwater.reconcile.life.drift import Drift, common_drifts, weighted_median
from breakwater.warehouse.finding import findings_of_day, replace_findings
from breakwater.warehouse.workspace import Workspace

NOW = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
HOUR = 3600


@pytest.fixture
def books(workspace: Workspace, tmp_path: Path) -> LandedBooks:
    """Open an installation to land books in."""
    return LandedBooks(workspace, tmp_path)


def pairs(count: int, first: int, step: int, drift: int = 0, **more: Any) -> list[tuple[Row, Row]]:  # noqa: ANN401
    """Make pairs of equal decisions, one every `step` seconds, the vendor's that much later."""
    made = []
    for n in range(count):
        name = f"{more.get('site', 'manila')}-{first + n * step}"
        moment = first + n * step
        made.append(
            (
                vendor_event(f"v-{name}", moment + drift, record_key=name, **more),
                action(f"a-{name}", moment, record_key=name, **more),
            )
        )
    return made


def reconciled(books: LandedBooks, *parts: list[tuple[Row | None, Row | None]]) -> list[Finding]:
    """Land and reconcile the pairs; a half that is None is missing. Return what people are told."""
    both = [pair for part in parts for pair in part]
    books.land(
        DAY,
        [event for event, _ in both if event is not None],
        [log for _, log in both if log is not None],
    )
    books.reconcile(DAY, NOW)
    with books.workspace.warehouse.transaction() as connection:
        return findings_of_day(connection, DAY)


def latest(made: list[tuple[Row, Row]]) -> list[str]:
    """Name the last three cases, the latest first."""
    return [event["record_key"] for event, _ in made[::-1]][:3]


def causes(books: LandedBooks) -> dict[tuple[str, str | None], int]:
    """Count breaks by class and cause."""
    rows = books.workspace.warehouse.rows(
        "select outcome, cause, count(*) as count from reconcile.break_life where state = 'open'"
        " group by outcome, cause"
    )
    return {(row["outcome"], row["cause"]): row["count"] for row in rows}


def numbers(books: LandedBooks) -> dict[str, Any]:
    """Return the numbers behind the one cause that was found."""
    (row,) = books.workspace.warehouse.rows(
        "select distinct cause_numbers from reconcile.break_life where cause is not null"
    )
    found: dict[str, Any] = row["cause_numbers"]
    return found


@pytest.mark.parametrize("kind", ["duckdb", "postgresql"])
def test_skew_of_a_whole_file_is_told_once(books: LandedBooks, kind: str) -> None:
    """Forty pairs an hour apart are one finding; the one that drifts by itself stays a break."""
    operations = books.workspace.configuration.operations
    engine = EngineSettings(kind=kind)  # type: ignore[arg-type]  one of the two
    configuration = replace(
        books.workspace.configuration, operations=operations.model_copy(update={"engine": engine})
    )
    books = replace(books, workspace=replace(books.workspace, configuration=configuration))
    skewed = [
        *pairs(25, at("10:00:00"), 60, drift=HOUR),
        *pairs(15, at("11:00:30"), 60, drift=HOUR + 5, site="cebu"),
    ]
    lone = pairs(1, at("09:00:00"), 60, drift=-1800)
    (told,) = reconciled(books, skewed, lone)
    assert (told.rule, told.scope, told.severity) == (Rule.CLOCK_SKEW, {}, Severity.MAJOR)
    assert (told.value, told.unit, told.threshold) == (3600, "seconds", 120)
    # 41 pairs; 40 within two minutes of the median
    share = round(40 / 41, 4)
    expected = {"drift_seconds": 3600, "deviation_seconds": 0, "pairs": 41, "share": share}
    assert dict(told.detail) == expected | {"breaks": 40}
    assert causes(books) == {("time_drift", "clock_skew"): 40, ("time_drift", None): 1}
    assert numbers(books) == expected


@pytest.mark.parametrize(("tolerated", "drift", "told"), [(30, 60, True), (3600, 1800, False)])
def test_skew_is_what_the_comparison_does_not_tolerate(
    books: LandedBooks, tolerated: int, drift: int, *, told: bool
) -> None:
    """A list that tolerates less, or more, than the operation usually does decides what is skew."""
    comparison = (TimeComparison(field=Compared.DECIDED_AT, tolerance_seconds=tolerated),)
    operations = books.workspace.configuration.operations.model_copy(
        update={"comparison": comparison}
    )
    configuration = replace(books.workspace.configuration, operations=operations)
    books = replace(books, workspace=replace(books.workspace, configuration=configuration))
    shared = pairs(30, at("10:00:00"), 60, drift=drift)
    lone = pairs(1, at("15:00:00"), 60, drift=2 * HOUR)
    skews = [
        (finding.value, finding.threshold, finding.detail["breaks"])
        for finding in reconciled(books, shared, lone)
        if finding.rule is Rule.CLOCK_SKEW
    ]
    assert skews == ([(drift, tolerated, 30)] if told else [])


def test_skew_of_one_site_names_it(books: LandedBooks) -> None:
    """Manila keeps time, Cebu is ten minutes behind; Manila's own drifts are told as breaks."""
    fine = pairs(40, at("10:00:00"), 60)
    behind = pairs(25, at("11:00:30"), 60, drift=-600, site="cebu")
    alone = pairs(3, at("08:00:00"), 60, drift=600)  # what drifts together is later, and no example
    told = {finding.rule: finding for finding in reconciled(books, fine, behind, alone)}
    assert told[Rule.CLOCK_SKEW].scope == {"site": "cebu"}
    assert told[Rule.CLOCK_SKEW].detail["drift_seconds"] == -600
    assert told[Rule.CLOCK_SKEW].detail["breaks"] == 25
    assert told[Rule.RECON_BREAKS].value == 3
    assert told[Rule.RECON_BREAKS].detail["by_queue"] == {"hate": 3}
    assert told[Rule.RECON_BREAKS].detail["examples"] == latest(alone)
    assert causes(books) == {("time_drift", "clock_skew"): 25, ("time_drift", None): 3}


def test_a_direction_that_is_told_by_itself_has_examples_of_its_own(books: LandedBooks) -> None:
    """None is borne either way; a record that only our log has is named as the log names it."""
    operations = books.workspace.configuration.operations.model_copy(
        update={
            "tolerances": Tolerances.model_validate(
                {"break_rate": 0, "directions": {"vendor_stricter": {"break_rate": 0}}}
            )
        }
    )
    configuration = replace(books.workspace.configuration, operations=operations)
    books = replace(books, workspace=replace(books.workspace, configuration=configuration))
    parts = {
        place: [
            (
                vendor_event(f"v-{place}", moment, record_key=place, decision=theirs),
                action(f"a-{place}", moment, record_key=place, decision=ours),
            )
        ]
        for place, moment, theirs, ours in (
            ("stricter", at("10:00:00"), "remove", "no_action"),
            ("weaker", at("11:00:00"), "no_action", "remove"),
        )
    }
    ours_alone: list[tuple[Row | None, Row | None]] = [
        (None, action("a-alone", at("12:00:00"), record_key=None))
    ]
    told = {
        (finding.scope["outcome"], finding.scope.get("direction")): finding.detail["examples"]
        for finding in reconciled(books, *parts.values(), ours_alone)
    }
    assert told == {
        ("decision_mismatch", "vendor_stricter"): ["stricter"],
        ("decision_mismatch", None): ["weaker"],
        ("missing_vendor", None): ["a-alone"],
    }


def test_drifts_that_nobody_shares_are_breaks(books: LandedBooks) -> None:
    """Each pair has a drift of its own: no clock, thirty breaks."""
    scattered = [pairs(1, at("10:00:00") + n * 600, 60, drift=200 + 400 * n)[0] for n in range(30)]
    (told,) = reconciled(books, scattered)
    assert (told.rule, told.value) == (Rule.RECON_BREAKS, 30)
    assert told.detail["examples"] == latest(scattered)  # the furthest apart are the latest
    assert causes(books) == {("time_drift", None): 30}


def test_hours_in_which_only_the_vendor_is_silent_are_an_outage(books: LandedBooks) -> None:
    """Nothing from 12:40 to 15:00; a record that is missing at another hour is none of it."""
    before, after = pairs(16, at("10:00:00"), 600), pairs(10, at("15:00:00"), 600)
    ours = [(None, log) for _, log in pairs(15, at("12:40:30"), 560)]
    other = [(None, log) for _, log in pairs(1, at("10:00:30"), 60)]
    reconciled(books, before, after, ours, other)
    assert causes(books) == {("missing_vendor", "vendor_outage"): 15, ("missing_vendor", None): 1}
    assert numbers(books) == {
        # from the second after the last record before it to the first one after it
        "from": at("12:30:01"),
        "to": at("15:00:00"),
        # 13:08:30 … 14:52:10: those of the hours that are silent as a whole
        "without_counterpart": 12,
        "hours": 2,
    }


def test_export_that_ends_hours_before_our_log_looks_cut_off(books: LandedBooks) -> None:
    """The same silence at the end of the day."""
    before = pairs(20, at("10:00:00"), 600)
    ours = [(None, log) for _, log in pairs(30, at("14:00:30"), 300)]
    reconciled(books, before, ours)
    assert causes(books) == {("missing_vendor", "truncated_export"): 30}


def test_hours_in_which_only_our_log_is_silent_are_a_failure_of_the_platform(
    books: LandedBooks,
) -> None:
    """The vendor decided all the while, and nothing arrived."""
    around = [*pairs(12, at("10:00:00"), 600), *pairs(12, at("14:00:00"), 600)]
    theirs = [(event, None) for event, _ in pairs(24, at("12:00:30"), 300)]
    reconciled(books, around, theirs)
    assert causes(books) == {("missing_internal", "platform_failure"): 24}


def test_burst_of_failures_is_a_failure_of_the_platform(books: LandedBooks) -> None:
    """Failed and pending together; what failed at a quiet hour, or was merely late, is none of it."""
    fine = pairs(60, at("10:00:00"), 300)
    failed = pairs(8, at("12:00:30"), 400)
    pending = pairs(6, at("12:01:10"), 400)
    late = pairs(1, at("12:02:20"), 60)
    elsewhere = pairs(1, at("11:00:30"), 60)
    for _, log in [*failed, *elsewhere]:
        log |= {"status": "failed", "enforced_at": None}
    for _, log in pending:
        log |= {"status": "pending", "enforced_at": None}
    late[0][1]["enforced_at"] = late[0][1]["decided_at"] + 7200
    reconciled(books, fine, failed, pending, late, elsewhere)
    assert causes(books) == {
        ("enforcement_failed", "platform_failure"): 8,
        ("late_enforcement", "platform_failure"): 6,
        ("late_enforcement", None): 1,
        ("enforcement_failed", None): 1,
    }
    assert numbers(books)["failed_or_pending"] == 14


def test_absent_files_and_refused_exports_are_named(books: LandedBooks) -> None:
    """What fetching and landing found of the day's files explains what is missing in the book."""
    found = Finding(
        Rule.EXPORT_INCOMPLETE, DAY, VENDOR, Severity.WARNING, {}, 2, "files", expected=24
    )
    with books.workspace.warehouse.transaction() as connection:
        replace_findings(connection, DAY, "fetch", VENDOR, [found])
    reconciled(books, pairs(3, at("10:00:00"), 60), [(None, action("a9", at("12:00:00")))])
    assert causes(books) == {("missing_vendor", "late_file"): 1}
    assert numbers(books) == {"files_absent": 2, "files_due": 24}


def test_codes_nobody_mapped_are_counted_not_told(books: LandedBooks) -> None:
    """Three records, two codes; the vendor's text stays where it is."""
    unknown = [
        (
            vendor_event(f"v{n}", at("10:00:00") + n, decision=None, decision_code_vendor=code),
            None,
        )
        for n, code in enumerate(["<b>X", "<b>X", "Y"])
    ]
    reconciled(books, unknown)
    assert causes(books) == {("unknown_code", "code_unknown"): 3}
    assert numbers(books) == {"codes": 2}


def hour(number: int, **counts: int) -> dict[str, Any]:
    """Make an hour of both books: ten decisions each, one every six minutes."""
    start = WINDOW.start + number * HOUR
    row: dict[str, Any] = {
        "hour_start": start,
        "vendor_count": 10,
        "internal_count": 10,
        "missing_internal": 0,
        "missing_vendor": 0,
        "failed": 0,
    } | counts
    for side in ("vendor", "internal"):
        there = row[f"{side}_count"] > 0
        row |= {
            f"{side}_first": start if there else None,
            f"{side}_last": start + 54 * 60 if there else None,
        }
    return row


def test_few_records_or_some_pairs_make_no_stretch() -> None:
    """Four missing in an hour, nine in two hours, or one pair among them: nobody is blamed."""
    silent = {"vendor_count": 0}
    quiet = [hour(1), hour(2, **silent, internal_count=4, missing_vendor=4), hour(3)]
    assert list(silent_vendor(quiet)) == []
    nine = [hour(1), hour(2, **silent, internal_count=9, missing_vendor=9), hour(3)]
    assert list(silent_vendor(nine)) == []
    paired = [hour(1), hour(2, **silent, missing_vendor=9), hour(3)]
    assert list(silent_vendor(paired)) == []
    # Another hour lies between two of five each.
    apart = [hour(n, **silent, internal_count=5, missing_vendor=5) for n in (2, 4)]
    assert list(silent_vendor([hour(1), apart[0], hour(3), apart[1], hour(5)])) == []
    assert list(platform_failures([hour(1, failed=9)])) == []
    assert len(list(platform_failures([hour(1, failed=5), hour(2, failed=5)]))) == 1


def test_book_without_a_record_is_no_outage() -> None:
    """Where nothing is there at all, no hour of it says anything."""
    assert list(silent_vendor([hour(n, vendor_count=0, missing_vendor=10) for n in range(9)])) == []


def test_common_drift_needs_pairs_a_share_and_more_than_the_tolerance() -> None:
    """Nineteen pairs, three quarters of them, or exactly the tolerance: none."""
    assert common_drifts({"a": {600: 19}}, 120) == []
    assert common_drifts({"a": {600: 75, 0: 25}}, 120) == []
    assert common_drifts({"a": {120: 100}}, 120) == []
    assert common_drifts({"a": {600: 80, 0: 20}}, 120) == [Drift(None, 600, 0, 100, 0.8)]
    assert common_drifts({"a": {121: 20}}, 120) == [Drift(None, 121, 0, 20, 1.0)]


def test_sites_that_drift_apart_are_told_apart() -> None:
    """Two sites with drifts of their own; a site too small to tell goes with the file."""
    apart = common_drifts({"a": {600: 30}, "b": {-900: 30}}, 120)
    assert [(drift.site, drift.seconds) for drift in apart] == [("a", 600), ("b", -900)]
    together = common_drifts({"a": {600: 30}, "b": {660: 30}, "c": {630: 3}}, 120)
    assert [(drift.site, drift.seconds, drift.pairs) for drift in together] == [
        (None, 600 + 30, 63)
    ]
    # The file's median is Manila's own, and Cebu is fine.
    one = common_drifts({"cebu": {0: 20}, "manila": {600: 200}}, 120)
    assert [(drift.site, drift.seconds) for drift in one] == [("manila", 600)]


def test_median_is_the_lower_of_two_middles() -> None:
    """Of an even count, and of one value that occurs often."""
    assert weighted_median({1: 1, 3: 1}) == 1
    assert weighted_median({1: 1, 2: 1, 3: 1}) == 2
    assert weighted_median({5: 1, 7: 10}) == 7

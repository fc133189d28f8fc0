"""The measure stage: all of a vendor-day or nothing, and the same again when nothing changed."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from case_book import DAY, Case, Event, outcome_of, vendor_day
from landed import NOW, land, measured_workspace
from random_book import RandomBook

from breakwater.contracts.metrics import METRICS
from breakwater.contracts.tables import CLOCK_RUN
from breakwater.core.errors import NotLandedError
from breakwater.core.finding import Rule, Severity
from breakwater.measure.measure import measure_day
from breakwater.warehouse.finding import findings_of_day
from breakwater.warehouse.hours import read_hours
from breakwater.warehouse.lake import current_versions
from breakwater.warehouse.numbers import Asked, read_numbers
from breakwater.warehouse.workspace import Workspace

TABLES = ("clock_exception", "attainment", "kpi_fact", "kpi_histogram")


@pytest.fixture
def installation(workspace: Workspace) -> Workspace:
    """Return an installation with the clocks and calendars of these tests."""
    return measured_workspace(workspace)


def stored(workspace: Workspace) -> dict[str, list[Event]]:
    """Return everything that measuring wrote to the warehouse."""
    with workspace.warehouse.transaction() as connection:
        return {
            table: connection.execute(
                f"select * from measure.{table} as t order by t::text"  # noqa: S608  our own names
            ).fetchall()
            for table in TABLES
        }


def test_a_vendor_day_is_measured_into_the_lake_and_the_warehouse(
    installation: Workspace, tmp_path: Path
) -> None:
    """Counts in the result are counts in the tables; instants are served with their zone."""
    book = RandomBook(41, vendor_day(installation.configuration).window)
    land(installation, tmp_path, book.events, book.outcomes)
    result = measure_day(installation, "pearlline", DAY, NOW)
    tables = stored(installation)
    assert result.changed
    assert result.summary["facts"] == len(tables["kpi_fact"])
    assert result.summary["exceptions"] == len(tables["clock_exception"])
    with installation.warehouse.transaction() as connection:
        (written,) = current_versions(connection, CLOCK_RUN.name, DAY, "pearlline")
    assert result.summary["clocks"] == written.row_count > 0
    assert all(row["due_at"].tzinfo is not None for row in tables["clock_exception"])
    assert {row["vendor"] for rows in tables.values() for row in rows} == {"pearlline"}
    shares = {
        row["clock"]: row["target_share"] for row in tables["attainment"] if row["queue"] == "hate"
    }
    assert shares == {"decision_p1": 0.95, "decision_p3": 0.9, "pickup_p1": None}


def test_an_unchanged_run_changes_nothing(installation: Workspace, tmp_path: Path) -> None:
    """Same rows, same bytes, same instant of completion; and it says so."""
    book = RandomBook(42, vendor_day(installation.configuration).window)
    land(installation, tmp_path, book.events, book.outcomes)
    measure_day(installation, "pearlline", DAY, NOW)
    before = stored(installation)
    again = measure_day(installation, "pearlline", DAY, NOW + timedelta(hours=1))
    assert not again.changed
    assert stored(installation) == before
    (run,) = installation.warehouse.rows(
        "select completed_at from operations.stage_run where stage = 'measure'"
    )
    assert run["completed_at"] == NOW


def test_the_order_of_rows_in_an_export_does_not_matter(
    installation: Workspace, tmp_path: Path
) -> None:
    """The result is a function of the rows, so its bytes are too."""
    book = RandomBook(43, vendor_day(installation.configuration).window)
    land(installation, tmp_path, book.events, book.outcomes)
    first = measure_day(installation, "pearlline", DAY, NOW)
    land(installation, tmp_path, book.events[::-1], book.outcomes[::-1])
    measure_day(installation, "pearlline", DAY, NOW)
    versions = installation.warehouse.rows(
        "select sha256 from lake.partition where table_name = 'clock_run'"
    )
    assert len(versions) == 1, "the second version has the bytes of the first"
    assert first.summary["clocks"] > 0


def test_a_late_delivery_restates_the_day(installation: Workspace, tmp_path: Path) -> None:
    """A decision that a later export brought takes the case out of the backlog."""
    opened = Case().events(("received", "2026-03-02 01:00"), ("queued", "2026-03-02 01:00"))
    land(installation, tmp_path, opened, [])
    before = measure_day(installation, "pearlline", DAY, NOW)
    decided = Case(record="late").events(
        ("received", "2026-03-02 01:00"),
        ("queued", "2026-03-02 01:00"),
        ("decided", "2026-03-02 02:00"),
    )
    land(installation, tmp_path, decided, [outcome_of(decided[2], "matched")])
    after = measure_day(installation, "pearlline", DAY, NOW)
    assert (before.summary["totals"]["backlog"], after.summary["totals"]["backlog"]) == (1, 0)
    assert after.summary["totals"]["solved"] == 1
    assert after.changed


def test_measuring_leaves_other_days_and_vendors_alone(
    installation: Workspace, tmp_path: Path
) -> None:
    """A vendor-day owns its own rows and nothing else."""
    events = Case().events(("received", "2026-03-02 01:00"))
    land(installation, tmp_path, events, [])
    land(installation, tmp_path, events, [], vendor="dekkan")
    measure_day(installation, "dekkan", DAY, NOW)
    before = stored(installation)
    measure_day(installation, "pearlline", DAY, NOW)
    after = stored(installation)
    assert [row for row in after["kpi_fact"] if row["vendor"] == "dekkan"] == before["kpi_fact"]


def test_a_day_that_was_not_landed_is_refused(installation: Workspace) -> None:
    """No export is no cases only if somebody landed it: an error, and no zeros."""
    with pytest.raises(NotLandedError, match="pearlline 2026-03-02: there is nothing to measure"):
        measure_day(installation, "pearlline", DAY, NOW)
    assert not any(stored(installation).values())


def test_a_day_of_no_cases_is_measured_all_the_same(
    installation: Workspace, tmp_path: Path
) -> None:
    """An empty export was landed: nothing came in, and that is an answer."""
    land(installation, tmp_path, [], [])
    result = measure_day(installation, "pearlline", DAY, NOW)
    assert result.summary["totals"] == {
        "cases": 0,
        "incoming": 0,
        "returned": 0,
        "solved": 0,
        "backlog": 0,
    }


def promised(met: int, missed: int, queue: str = "hate") -> list[Event]:
    """Return cases of decision_p1 that were met, and some that were not."""
    case = Case(priority="p1", queue=queue)
    return [
        event
        for n in range(met + missed)
        for event in case.named(f"{queue}-{n}").events(
            ("received", "2026-03-02 01:00"),
            ("queued", "2026-03-02 01:00"),
            ("assigned", "2026-03-02 01:30"),
            ("decided", "2026-03-02 02:00" if n < met else "2026-03-02 07:00"),
        )
    ]


@pytest.mark.parametrize(
    ("met", "missed", "severity"),
    [
        (19, 1, None),  # 95 % of 95 % promised
        (18, 2, Severity.MAJOR),  # 90 %, five points short
        (37, 3, Severity.WARNING),  # 92.5 %
        (14, 6, Severity.CRITICAL),  # 70 %, twenty-five points short
        (1, 18, None),  # nineteen due are too few to tell
    ],
)
def test_a_share_below_the_contract_is_found_by_its_gap(
    met: int, missed: int, severity: Severity | None, installation: Workspace, tmp_path: Path
) -> None:
    """The further below the promised share, the graver; too few cases say nothing."""
    land(installation, tmp_path, promised(met, missed), [])
    measure_day(installation, "pearlline", DAY, NOW)
    with installation.warehouse.transaction() as connection:
        found = findings_of_day(connection, DAY)
    assert [finding.severity for finding in found] == ([severity] if severity else [])
    for finding in found:
        assert finding.rule is Rule.SLA_ATTAINMENT_LOW
        assert finding.scope == {"clock": "decision_p1"}
        assert finding.value == pytest.approx(met / (met + missed))
        assert finding.threshold == pytest.approx(0.95)
        assert finding.detail == {
            "due": met + missed,
            "met": met,
            "missed": missed,
            "missed_by_queue": {"hate": missed},
            "examples": sorted(f"hate-{n}" for n in range(met, met + missed))[:3],
        }


def test_a_general_promise_names_the_queues_that_missed_most(
    installation: Workspace, tmp_path: Path
) -> None:
    """Pooled over queues: 30 of 40, of which spam missed eight."""
    land(installation, tmp_path, [*promised(18, 2), *promised(12, 8, "spam")], [])
    measure_day(installation, "pearlline", DAY, NOW)
    with installation.warehouse.transaction() as connection:
        (finding,) = findings_of_day(connection, DAY)
    assert finding.value == pytest.approx(0.75)
    assert finding.detail["missed_by_queue"] == {"spam": 8, "hate": 2}
    assert finding.detail["examples"] == ["hate-18", "hate-19", "spam-12"]


def test_a_breached_law_is_critical_and_says_how_sure_the_number_is(
    installation: Workspace, tmp_path: Path
) -> None:
    """Three hours for an order: one decided after four, one open since yesterday, one met."""
    order = Case(queue="legal_requests", policy="illegal_content", priority="p2")
    events = [
        *order.named("late").events(
            ("received", "2026-03-02 01:00"), ("decided", "2026-03-02 05:00")
        ),
        *order.named("open").events(("received", "2026-03-01 10:00")),
        *order.named("met").events(
            ("received", "2026-03-02 01:00"), ("decided", "2026-03-02 03:00")
        ),
        # Ran out on an earlier day and was told then; today it was decided at last.
        *order.named("old").events(
            ("received", "2026-02-28 01:00"), ("decided", "2026-03-02 01:00")
        ),
    ]
    land(installation, tmp_path, events, [])
    measure_day(installation, "pearlline", DAY, NOW)
    with installation.warehouse.transaction() as connection:
        (finding,) = findings_of_day(connection, DAY)
    assert (finding.rule, finding.severity) == (Rule.STATUTORY_CLOCK_BREACHED, Severity.CRITICAL)
    assert finding.scope == {"clock": "removal_order", "queue": "legal_requests"}
    assert (finding.value, finding.unit) == (2, "cases")
    assert finding.detail == {
        "ran_out_in_the_day": 1,
        "still_open": 1,
        # From 2026-03-01 13:00 to the day's end at 16:00 of the next.
        "longest_late_seconds": 27 * 3600,
        "target_seconds": 3 * 3600,
        "provision": "Act 1, s. 2",
        "confidence": "secondary",
        "examples": ["open", "late"],
    }


def test_hostile_text_stays_text(installation: Workspace, tmp_path: Path) -> None:
    """Ids and queues with quotes, separators and NULL marks come back as they were."""
    nasty = ['"; drop table x; --', "\\N", "", "a,b\tc\\", "=1+1", "\u202eabc", "'' or 1=1"]
    events = [
        event
        for n, text in enumerate(nasty)
        for event in Case(f"{text}{n}", queue=text, policy=text, priority="p1").events(
            ("received", "2026-03-01 01:00"), ("queued", "2026-03-01 01:00")
        )
    ]
    land(installation, tmp_path, events, [])
    measure_day(installation, "pearlline", DAY, NOW)
    tables = stored(installation)
    assert {row["queue"] for row in tables["kpi_fact"]} == set(nasty)
    ids = {row["case_id_vendor"] for row in tables["clock_exception"]}
    assert ids == {f"{text}{n}" for n, text in enumerate(nasty)}


def test_hours_of_a_measured_day_are_read_and_add_up_to_it(
    installation: Workspace, tmp_path: Path
) -> None:
    """By slices and for all; the file of the last measurement, and of no other vendor."""
    first = RandomBook(46, vendor_day(installation.configuration).window)
    book = RandomBook(47, vendor_day(installation.configuration).window)
    for each in (first, book):
        land(installation, tmp_path, each.events, each.outcomes)
        measure_day(installation, "pearlline", DAY, NOW)
    for name in ("total_incoming", "aht"):
        for by in ((), ("queue", "site")):
            asked = Asked(METRICS[name], DAY, DAY, by)
            with installation.warehouse.transaction() as connection:
                numbers = read_numbers(connection, installation.configuration, asked)
                hours = read_hours(connection, installation.lake, ("dekkan", "pearlline"), asked)
            summed: Counter[tuple[str, ...]] = Counter()
            for hour in hours:
                summed[tuple(hour.scope.values())] += round(hour.numerator)
            expected = {tuple(each.scope.values()): each.numerator for each in numbers}
            assert summed == {key: value for key, value in expected.items() if value}
            assert [each.hour_at for each in hours] == sorted(each.hour_at for each in hours)

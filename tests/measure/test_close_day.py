"""The close: everybody is accounted for, every total ties out, an unchanged day stays closed."""

from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import LiteralString

import pytest
from case_book import DAY, Case, Event, outcome_of, vendor_day
from landed import NOW, land, measured_workspace
from random_book import RandomBook

from breakwater.core.errors import TieOutError
from breakwater.measure.close import close_day
from breakwater.measure.closing.carried import carried_cases
from breakwater.measure.closing.figures import added_up
from breakwater.measure.closing.roll_forward import queue_flows
from breakwater.measure.closing.tie_out import IDENTITIES
from breakwater.measure.measure import measure_day
from breakwater.warehouse.workspace import Workspace

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def installation(workspace: Workspace) -> Workspace:
    """Return an installation with the clocks and calendars of these tests."""
    return measured_workspace(workspace)


def report(workspace: Workspace, folder: Path, vendor: str, seed: int = 51) -> RandomBook:
    """Land and measure a random day of a vendor."""
    book = RandomBook(seed, vendor_day(workspace.configuration).window)
    land(workspace, folder, book.events, book.outcomes, vendor=vendor)
    measure_day(workspace, vendor, DAY, NOW)
    return book


def day_close(workspace: Workspace) -> Event:
    """Return the day's row."""
    (row,) = workspace.warehouse.rows("select * from measure.day_close")
    return row


def test_a_vendor_that_did_not_report_is_never_hidden(
    installation: Workspace, tmp_path: Path
) -> None:
    """One reported, one landed but was not measured, one is stale, two sent nothing."""
    report(installation, tmp_path, "pearlline")
    report(installation, tmp_path, "dekkan")
    opened = Case().events(("received", "2026-03-02 01:00"))
    land(installation, tmp_path, opened, [], vendor="dekkan")
    land(installation, tmp_path, opened, [], vendor="karavan")
    result = close_day(installation, DAY, NOW)
    closed = day_close(installation)
    assert closed["vendors_expected"] == ["andeska", "baltica", "dekkan", "karavan", "pearlline"]
    assert closed["vendors_reported"] == ["pearlline"]
    assert result.summary["coverage"] == closed["figures"]["coverage"]
    assert closed["figures"]["coverage"] == {
        "expected": closed["vendors_expected"],
        "reported": ["pearlline"],
        "missing": ["andeska", "baltica"],
        "unfinished": ["karavan"],
        "stale": ["dekkan"],
    }
    assert list(closed["figures"]["vendors"]) == ["pearlline"]


def test_a_vendor_asked_for_is_accounted_for_without_a_contract_in_force(
    installation: Workspace,
) -> None:
    """A run that names vendors can only add to those who owe an export."""
    result = close_day(installation, DAY, NOW, ["somebody_else", "pearlline"])
    assert result.summary["coverage"]["missing"] == [
        "andeska",
        "baltica",
        "dekkan",
        "karavan",
        "pearlline",
        "somebody_else",
    ]


def test_figures_add_up_over_vendors(installation: Workspace, tmp_path: Path) -> None:
    """Totals are the sums of the vendors' figures, and those are what the tables hold."""
    books = {
        vendor: report(installation, tmp_path, vendor, n)
        for n, vendor in enumerate(("dekkan", "pearlline"))
    }
    close_day(installation, DAY, NOW)
    figures = day_close(installation)["figures"]
    assert figures["total"] == added_up(list(figures["vendors"].values()))
    for vendor, book in books.items():
        own = figures["vendors"][vendor]
        assert own["tie_out"]["vendor"]["population"] == len(book.outcomes)
        broken = [o for o in book.outcomes if not o["outcome"].startswith("matched")]
        assert sum(own["outcomes"]["vendor"].values()) == len(broken)
    incoming = sum(f["flow"]["total_incoming"] for f in figures["vendors"].values())
    assert figures["total"]["flow"]["total_incoming"] == incoming > 0
    (count,) = installation.warehouse.rows(
        "select count(*) as n from measure.clock_exception where state = 'overdue'"
    )
    assert figures["total"]["exceptions"]["overdue"] == count["n"]


def test_an_unchanged_close_changes_nothing(installation: Workspace, tmp_path: Path) -> None:
    """Same fingerprint, same instant; and it says so."""
    report(installation, tmp_path, "pearlline")
    first = close_day(installation, DAY, NOW)
    before = day_close(installation)
    measure_day(installation, "pearlline", DAY, LATER)
    again = close_day(installation, DAY, LATER)
    assert (first.changed, again.changed) == (True, False)
    assert day_close(installation) == before


def test_a_vendor_that_reports_later_restates_the_close(
    installation: Workspace, tmp_path: Path
) -> None:
    """The late vendor moves from missing to reported, and the fingerprint with it."""
    report(installation, tmp_path, "pearlline")
    close_day(installation, DAY, NOW)
    before = day_close(installation)
    report(installation, tmp_path, "dekkan")
    assert close_day(installation, DAY, LATER).changed
    after = day_close(installation)
    assert after["vendors_reported"] == ["dekkan", "pearlline"]
    assert after["fingerprint"] != before["fingerprint"]
    assert after["closed_at"] == LATER


def test_only_the_current_version_of_the_outcomes_is_counted(
    installation: Workspace, tmp_path: Path
) -> None:
    """Reconciled and measured again with other rows: the version before is history, not a total."""
    book = report(installation, tmp_path, "pearlline")
    land(installation, tmp_path, book.events, book.outcomes[:-1])
    measure_day(installation, "pearlline", DAY, LATER)
    closed = close_day(installation, DAY, LATER)
    population = closed.summary["total"]["tie_out"]["vendor"]["population"]
    assert population == len(book.outcomes) - 1


FAULTS: dict[str, tuple[LiteralString, str]] = {
    "a break is not listed": (
        (
            "delete from reconcile.recon_break"
            " where record_id = (select min(record_id) from reconcile.recon_break)"
        ),
        "vendor breaks",
    ),
    "the lake has an outcome more": (
        "update lake.partition set row_count = row_count + 1 where table_name = 'recon_outcome'",
        "population of both books",
    ),
    "a fact has a record more": (
        "update measure.kpi_fact set denominator = denominator + 1 where metric = 'break_rate'",
        "vendor population",
    ),
    "a fact has a break more": (
        "update measure.kpi_fact set numerator = numerator + 1 where metric = 'break_rate'",
        "vendor breaks",
    ),
    "attainment is not among the facts": (
        "delete from measure.kpi_fact where metric = 'sla_attainment'",
        "contract clocks due",
    ),
    "missed clocks are not listed": (
        "delete from measure.clock_exception where is_due",
        "clocks due and not met",
    ),
    "a met clock is not in attainment": (
        (
            "update measure.attainment set due_count = due_count - 1, met_count = met_count - 1"
            " where met_count > 0"
        ),
        "clocks settled",
    ),
    "incoming is not among the facts": (
        "delete from measure.kpi_fact where metric = 'total_incoming'",
        "cases incoming",
    ),
    "solved is not among the facts": (
        "delete from measure.kpi_fact where metric = 'total_solved'",
        "cases solved",
    ),
    "backlog is not among the facts": (
        "delete from measure.kpi_fact where metric = 'backlog'",
        "cases backlog",
    ),
    "the histogram is empty": (
        "delete from measure.kpi_histogram where metric = 'turnaround'",
        "count of turnaround",
    ),
    "a declared row is not there": (
        (
            "insert into landing.control_total values"
            " ('pearlline', '2026-03-02', 'vendor', 'x.csv', 'a', 10, 9, 8, 1)"
        ),
        "rows declared or present",
    ),
}


@pytest.mark.parametrize(("fault", "named"), FAULTS.values(), ids=FAULTS)
def test_a_total_that_does_not_agree_stops_the_close(
    fault: LiteralString, named: str, installation: Workspace, tmp_path: Path
) -> None:
    """One number changed behind the stages' back: the error names vendor, day, number; no close."""
    report(installation, tmp_path, "pearlline")
    with installation.warehouse.transaction() as connection:
        connection.execute(fault)
    with pytest.raises(
        TieOutError, match=r"pearlline 2026-03-02: the day does not tie out"
    ) as caught:
        close_day(installation, DAY, NOW)
    assert named in str(caught.value)
    assert installation.warehouse.rows("select * from measure.day_close") == []


def test_every_identity_can_be_broken() -> None:
    """The faults above reach every identity but those that a constraint of the table holds."""
    held_by_the_table = {"vendor population", "internal population", "internal breaks"}
    assert {one for one, _ in IDENTITIES} - held_by_the_table <= {
        named for _, named in FAULTS.values()
    }


def test_backlog_is_carried_forward_and_what_an_export_forgets_shows(
    installation: Workspace, tmp_path: Path
) -> None:
    """Monday: three open. Tuesday: one solved, one new, one came back, one the export forgot.

    Opening 3 + incoming 1 + returned 1 − solved 1 = 4, and 3 are listed: a difference of −1.
    """
    tuesday = DAY + timedelta(days=1)
    opened = [("received", "2026-03-02 01:00"), ("queued", "2026-03-02 01:00")]
    monday_events = [e for n in range(3) for e in Case(f"C{n}").events(*opened)]
    land(installation, tmp_path, monday_events, [])
    tuesday_events = [
        *Case("C0").events(*opened, ("decided", "2026-03-03 01:00")),
        *Case("C1").events(*opened),
        *Case("new").events(("received", "2026-03-03 02:00")),
        *Case("back").events(
            ("received", "2026-02-20 02:00"),
            ("decided", "2026-02-21 02:00"),
            ("reopened", "2026-03-03 05:00"),
        ),
    ]
    outcomes = [outcome_of(tuesday_events[2], "matched")]
    land(installation, tmp_path, tuesday_events, outcomes, day=tuesday)
    measure_day(installation, "pearlline", tuesday, NOW)
    assert close_day(installation, tuesday, NOW).summary["roll_forward"] == {}
    measure_day(installation, "pearlline", DAY, NOW)
    carried = close_day(installation, tuesday, NOW)
    assert carried.summary["roll_forward"]["pearlline"] == {
        "opening": 3,
        "incoming": 1,
        "returned": 1,
        "solved": 1,
        "closing": 3,
        "difference": -1,
    }
    assert not carried.changed, "which day was measured first does not matter to what is stored"


def test_backlog_is_carried_forward_queue_by_queue(installation: Workspace, tmp_path: Path) -> None:
    """Monday: two open in hate, two in spam. Tuesday: one moved, one lost, one from nowhere.

    hate: 2 + 0 + 0 - 1 = 1, and none is listed: one moved to spam. spam: 2 + 1 = 3, and 4 are
    listed: one moved in, one appeared, one was lost. In sum nothing is missing, and yet it is.
    """
    tuesday = DAY + timedelta(days=1)
    opened = [("received", "2026-03-02 01:00"), ("queued", "2026-03-02 01:00")]
    hate, spam = Case(queue="hate"), Case(queue="spam")
    monday = [
        *hate.named("solved").events(*opened),
        *hate.named("moved").events(*opened),
        *spam.named("stays").events(*opened),
        *spam.named("lost").events(*opened),
    ]
    land(installation, tmp_path, monday, [])
    measure_day(installation, "pearlline", DAY, NOW)
    solved = hate.named("solved").events(*opened, ("decided", "2026-03-03 01:00"))
    events = [
        *solved,
        *spam.named("moved").events(*opened),
        *spam.named("stays").events(*opened),
        *spam.named("nowhere").events(*opened),
        *spam.named("new").events(("received", "2026-03-03 02:00")),
    ]
    outcomes = [outcome_of(solved[2], "matched")]
    land(installation, tmp_path, events, outcomes, day=tuesday)
    measure_day(installation, "pearlline", tuesday, NOW)

    summary = close_day(installation, tuesday, NOW).summary
    assert summary["roll_forward"]["pearlline"]["difference"] == 0
    assert summary["queue_differences"] == {"pearlline": {"hate": -1, "spam": 1}}
    with installation.warehouse.transaction() as connection:
        carried = carried_cases(installation, connection, "pearlline", tuesday)
        flows = queue_flows(connection, tuesday, ["pearlline"])
    view = installation.warehouse.rows(
        "select vendor, queue, opening, incoming, returned, solved, closing, difference"
        " from measure.queue_roll_forward order by operational_day, vendor, queue"
    )
    assert view == [asdict(flow) for flow in flows]
    assert set(carried) == {"hate", "spam"}
    assert (carried["hate"].moved_out, carried["hate"].difference) == ({"spam": 1}, -1)
    assert (carried["spam"].moved_in, carried["spam"].difference) == ({"hate": 1}, 1)
    assert (carried["spam"].appeared, carried["spam"].lost) == (1, 1)
    assert (carried["hate"].appeared, carried["hate"].lost) == (0, 0)


def test_totals_that_the_vendor_states_are_held_against_its_export(
    installation: Workspace, tmp_path: Path
) -> None:
    """Of 20 incoming it states 21: one case apart is tolerated at 5 %, and told at none."""
    opened = [
        event for n in range(20) for event in Case(f"C{n}").events(("received", "2026-03-02 01:00"))
    ]
    land(installation, tmp_path, opened, [])
    measure_day(installation, "pearlline", DAY, NOW)
    with installation.warehouse.transaction() as connection:
        connection.execute(
            "insert into landing.vendor_total values"
            " ('pearlline', %(day)s, 'incoming', 21), ('pearlline', %(day)s, 'backlog', 20)",
            {"day": DAY},
        )
    closed = close_day(with_total_rate(installation, 0.05), DAY, NOW)
    assert closed.summary["vendor_totals"] == {
        "pearlline": {
            "backlog": {"stated": 20, "measured": 20, "difference": 0},
            "incoming": {"stated": 21, "measured": 20, "difference": 1},
        }
    }
    assert totals_told(installation) == []
    again = close_day(with_total_rate(installation, 0), DAY, LATER)
    assert again.changed
    assert totals_told(installation) == [
        {
            "vendor": "pearlline",
            "scope": {"total": "incoming"},
            "value": 1,
            "threshold": 0,
            "detail": {"stated": 21, "measured": 20},
        }
    ]


def with_total_rate(workspace: Workspace, rate: float) -> Workspace:
    """Return the installation with another tolerance for stated totals."""
    operations = workspace.configuration.operations
    tolerances = operations.tolerances.model_copy(update={"total_rate": rate})
    changed = operations.model_copy(update={"tolerances": tolerances})
    return replace(workspace, configuration=replace(workspace.configuration, operations=changed))


def totals_told(workspace: Workspace) -> list[Event]:
    """Return what people are told of totals."""
    return workspace.warehouse.rows(
        "select vendor, scope, value, threshold, detail from operations.finding"
        " where rule = 'VendorTotalsDiffer'"
    )

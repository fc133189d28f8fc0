"""The two books and the truth: what was planted is there, and nothing else differs."""

from collections import Counter
from datetime import date, timedelta

import pytest
from plain_reconciliation import PlainReconciliation, Record
from simulated import Simulated
from vendor_files import Row, exports_of, instant_of, promised_columns, read_export

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.shape import CaseShape
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import Window
from breakwater.core.vocabulary import EventType, Outcome, Side
from breakwater.demo.simulator.stray_columns import HOSTILE_NOTES
from breakwater.demo.simulator.truth import expected_outcomes

VENDORS = ("andeska", "baltica", "dekkan", "karavan", "pearlline")


def book_of(contract: VendorContract, rows: list[Row]) -> list[Record]:
    """Return the decided rows of an export as records, translated by the contract."""
    columns, codes = contract.columns, contract.codes
    assert isinstance(contract.shape, CaseShape)
    (decided,) = contract.shape.instants[EventType.DECIDED]
    return [
        Record(
            name=row[columns.case_id],
            key=row[columns.case_id],
            item=row[columns.item_id],
            decision=codes.decisions_on(date.max).get(row[columns.decision]),
            policy=codes.policies[row[columns.policy]],
            language=codes.languages[row[columns.language]],
            decided=instant,
        )
        for row in rows
        if (instant := instant_of(contract, row[decided])) is not None
    ]


def log_of(simulated: Simulated, vendor: str) -> list[Record]:
    """Return the platform's book of a vendor, appeals left out."""
    rows = simulated.log.rows(
        "select * from platform.enforcement_log where vendor = %s and source <> 'appeal'", [vendor]
    )
    return [
        Record(
            name=row["action_id"],
            key=row["vendor_reference"],
            item=row["item_id"],
            decision=row["decision"],
            policy=row["policy"],
            language=row["language"],
            decided=int(row["decided_at"].timestamp()),
            enforced=None if row["enforced_at"] is None else int(row["enforced_at"].timestamp()),
            status=row["status"],
        )
        for row in rows
    ]


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_plain_reconciliation_finds_exactly_what_the_truth_says(
    simulated: Simulated, configuration: Configuration, vendor: str
) -> None:
    """Read every export, apply the rules record by record, compare each vendor-day's outcomes."""
    contract, operations = configuration.vendor(vendor), configuration.operations
    log, truth = log_of(simulated, vendor), simulated.truth
    borrowed = {
        (record.decided_day, record.record)
        for planted in truth.breaks
        if planted.vendor == vendor and planted.crosses_midnight
        for record in planted.records
        if record.side is Side.INTERNAL
    }
    compared = 0
    for day in (truth.first_day + timedelta(days=n) for n in range(truth.days)):
        if truth.blocked(vendor, day):
            assert not expected_outcomes(truth, day, vendor)
            continue
        window = Window.for_operational_day(day, operations.zone_info)
        near = window.widened(operations.matching.edge_seconds)
        _, rows = read_export(contract, exports_of(contract, simulated.exports, day)[-1])
        by_language = vendor == "karavan"
        found = PlainReconciliation(operations, window, by_language=by_language).outcomes(
            book_of(contract, rows),
            [action for action in log if action.decided in near],
            {name for decided_day, name in borrowed if decided_day == day},
        )
        assert found == expected_outcomes(truth, day, vendor), (vendor, day)
        compared += found.total()
    assert compared > 100


def test_every_class_is_planted_at_every_vendor(simulated: Simulated) -> None:
    """Every outcome but the plain match occurs in each vendor's book or against it.

    A field without a class of its own differs only where it is compared, which Karavan asks for.
    """
    planted = {(planted.vendor, planted.outcome) for planted in simulated.truth.breaks}
    wanted = set(Outcome) - {Outcome.MATCHED, Outcome.FIELD_MISMATCH}
    assert planted == {
        *((vendor, outcome) for vendor in VENDORS for outcome in wanted),
        ("karavan", Outcome.FIELD_MISMATCH),
    }


def test_some_pairs_cross_midnight_within_and_beyond_tolerance(simulated: Simulated) -> None:
    """The borrowing rule has something to do in both directions, and both classes occur."""
    crossing = [planted for planted in simulated.truth.breaks if planted.crosses_midnight]
    classes = {planted.outcome for planted in crossing}
    directions = {
        (record.decided_day - record.day).days
        for planted in crossing
        for record in planted.records
        if record.side is Side.INTERNAL
    }
    assert classes == {Outcome.MATCHED_WITHIN_TOLERANCE, Outcome.TIME_DRIFT}
    assert directions == {-1, 1}


def test_a_case_carries_at_most_one_fault(simulated: Simulated) -> None:
    """No record of either book is named by two planted breaks."""
    named = Counter(
        (planted.vendor, record.side, record.record)
        for planted in simulated.truth.breaks
        for record in planted.records
    )
    assert max(named.values()) == 1


def test_items_are_never_shared_by_cases(
    simulated: Simulated, configuration: Configuration
) -> None:
    """An item names one case only, so that item and instant cannot pair by accident."""
    items: dict[str, str] = {}
    for contract in configuration.vendors.values():
        columns = contract.columns
        for path in (simulated.exports / contract.vendor).iterdir():
            if path.name.endswith(".manifest.json") or path.name.startswith("wfm-"):
                continue  # what is told of a file, and of people
            for row in read_export(contract, path)[1]:
                assert (
                    items.setdefault(row[columns.item_id], row[columns.case_id])
                    == (row[columns.case_id])
                )
    assert len(items) > 20_000


@pytest.mark.parametrize("vendor", VENDORS)
def test_an_export_has_every_column_of_its_contract_and_some_strays(
    simulated: Simulated, configuration: Configuration, vendor: str
) -> None:
    """Names are found as the contract writes them; what is beyond them holds the hostile text."""
    contract = configuration.vendor(vendor)
    harmless, strays = promised_columns(contract), Counter[str]()
    written: set[str] = set()
    for day in (simulated.truth.first_day + timedelta(days=n) for n in range(5)):
        for path in exports_of(contract, simulated.exports, day):
            header, rows = read_export(contract, path)
            written.update(header)
            for row in rows:
                assert not {row.get(name) for name in harmless} & set(HOSTILE_NOTES)
                strays.update(str(row[name]) for name in set(header) - harmless)
    assert harmless <= written
    assert set(HOSTILE_NOTES) & set(strays)


@pytest.mark.parametrize("vendor", VENDORS)
def test_an_export_knows_nothing_of_what_happens_after_its_day(
    simulated: Simulated, configuration: Configuration, vendor: str
) -> None:
    """Every instant lies before the day's end, in the order of a case's life."""
    contract = configuration.vendor(vendor)
    assert isinstance(contract.shape, CaseShape)
    life = [
        contract.shape.instants[event][0]
        for event in (EventType.RECEIVED, EventType.QUEUED, EventType.ASSIGNED, EventType.DECIDED)
    ]
    for day in (simulated.truth.first_day + timedelta(days=n) for n in range(8, 11)):
        end = Window.for_operational_day(day, configuration.operations.zone_info).end
        for path in exports_of(contract, simulated.exports, day):
            for row in read_export(contract, path)[1]:
                instants = [instant_of(contract, row.get(name)) for name in life]
                known = [instant for instant in instants if instant is not None]
                assert known == sorted(known)
                everything = [
                    instant_of(contract, row.get(name))
                    for names in contract.shape.instants.values()
                    for name in names
                ]
                assert all(instant < end for instant in everything if instant is not None)


def test_the_log_counts_what_the_totals_say(
    simulated: Simulated, configuration: Configuration
) -> None:
    """Population, lent and borrowed rows of every vendor-day agree with the log itself."""
    zone = configuration.operations.zone
    rows = simulated.log.rows(
        "select vendor, (decided_at at time zone %s)::date as day, count(*) as rows"
        " from platform.enforcement_log where source <> 'appeal' group by 1, 2",
        [zone],
    )
    counted = {(row["vendor"], row["day"]): row["rows"] for row in rows}
    totals = simulated.truth.totals
    assert counted == {(total.vendor, total.day): total.internal_rows for total in totals}
    assert sum(total.lent_rows for total in totals) == sum(t.borrowed_rows for t in totals) > 0


def test_some_references_are_lost_without_being_faults(simulated: Simulated) -> None:
    """A few percent of the platform's rows can only be paired by item and instant."""
    (row,) = simulated.log.rows(
        "select avg((vendor_reference is null)::int)::float8 as share"
        " from platform.enforcement_log where source <> 'appeal'"
    )
    assert 0.015 < row["share"] < 0.04


def test_one_vendor_plants_items_counts_critical_errors_and_exports_shifts(
    simulated: Simulated, configuration: Configuration
) -> None:
    """Scored as its contract says; and whoever decided a case was at work for at least as long."""
    contract = configuration.vendor("dekkan")
    columns, shifts = contract.columns, contract.shifts
    assert shifts is not None
    day = simulated.truth.first_day + timedelta(days=3)
    (export,) = exports_of(contract, simulated.exports, day)
    rows = read_export(contract, export)[1]
    audited = [row for row in rows if row[columns.qa_score] is not None]
    assert {row[columns.qa_is_golden] for row in rows} == {None, "Y", "N"}
    told = (columns.qa_is_golden, columns.qa_critical_errors)
    assert all(row[name] is not None for row in audited for name in told)
    planted = [row for row in audited if row[columns.qa_is_golden] == "Y"]
    assert 0.05 < len(planted) / len(audited) < 0.5
    named = contract.model_copy(update={"source": shifts.source, "format": shifts.format})
    (file,) = exports_of(named, simulated.exports, day)
    minutes = {
        row[shifts.columns.agent]: {
            name: float(row[column])
            for name, column in shifts.columns.model_dump(exclude={"agent", "site"}).items()
            if column is not None
        }
        for row in read_export(named, file)[1]
    }
    handled = Counter[str]()
    for row in rows:
        if row[columns.agent] is not None and row[columns.handle_seconds] is not None:
            handled[row[columns.agent]] += float(row[columns.handle_seconds]) / 60
    assert set(handled) <= set(minutes)
    for told in minutes.values():
        assert told["handling_seconds"] + told["break_seconds"] <= told["logged_in_seconds"] + 0.2
    worked = sum(told["handling_seconds"] for told in minutes.values())
    # Records that were planted as missing were worked on, those listed twice only once.
    assert worked == pytest.approx(sum(handled.values()), rel=0.02)

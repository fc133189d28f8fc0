"""A vendor moves a due instant that it had reported: the case counts on one day all the same."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from case_book import DAY, Bench, Case, Event, utc, vendor_day
from landed import NOW, land, measured_workspace
from rich_clocks import PROMISED, clock

from breakwater.contracts.clocks import Clock
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.shape import CaseShape
from breakwater.contracts.vendor import VendorContract
from breakwater.core.vocabulary import EventType
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.measure.measure import measure_day
from breakwater.measure.models import VendorDay
from breakwater.measure.renew import outdated_days
from breakwater.measure.sla.promises import promise_days
from breakwater.warehouse.workspace import Workspace

Fresh = Callable[[], Bench]
NEXT = DAY + timedelta(days=1)


def promising(contract: VendorContract) -> VendorContract:
    """Return the contract of a vendor whose export has a column for the due instant."""
    assert isinstance(contract.shape, CaseShape)
    instants = contract.shape.instants | {EventType.DUE: ("due",)}
    shape = contract.shape.model_copy(update={"instants": instants})
    return contract.model_copy(update={"shape": shape})


def about(configuration: Configuration, day: date, *clocks: Clock) -> VendorDay:
    """Return the vendor-day of such a vendor."""
    shipped = vendor_day(configuration, day)
    return replace(shipped, contract=promising(shipped.contract), clocks=clocks or (PROMISED,))


def runs(fresh: Fresh, what: VendorDay, *exports: tuple[date, list[Event]]) -> dict[str, Event]:
    """Run the clocks over the last of some exports, knowing the others; return runs by case."""
    bench = fresh()
    told = [event | {"operational_day": day} for day, events in exports for event in events]
    known = [e for e in told if e["operational_day"] == what.day or e["event_type"] == "due"]
    # An export is the vendor's whole word on its day; of those before it only promises count.
    names = {event["case_id_vendor"] for event in exports[-1][1]}
    rows = [event for event in known if event["case_id_vendor"] in names]
    return {row["case_id_vendor"]: row for row in bench.run(what, rows).rows("clock_run")}


def test_a_promise_that_passed_is_not_moved_by_the_next_export(
    fresh_bench: Fresh, configuration: Configuration
) -> None:
    """Due on Monday at noon and open: missed on Monday, and on no other day, whatever is told later.

    One that is moved on in time, or brought forward, keeps the longest of its promises.
    """
    received = ("received", "2026-03-02 01:00")
    moves = {
        "too_late": ("2026-03-02 04:00", "2026-03-04 04:00"),
        "in_time": ("2026-03-03 04:00", "2026-03-04 04:00"),
        "at_midnight": ("2026-03-02 16:00", "2026-03-04 04:00"),
        "forward": ("2026-03-04 04:00", "2026-03-03 04:00"),
        "into_the_past": ("2026-03-04 04:00", "2026-03-02 04:00"),
    }
    exports = [
        (
            DAY + timedelta(days=n),
            [
                event
                for name, dues in moves.items()
                for event in Case(name).events(received, ("due", dues[min(n, 1)]))
            ],
        )
        for n in range(3)
    ]
    counted: Counter[tuple[str, int]] = Counter()
    for n in (2, 0, 1):
        day = DAY + timedelta(days=n)
        found = runs(fresh_bench, about(configuration, day), *exports[: n + 1])
        counted.update((name, n) for name, row in found.items() if row["is_due"])
        if n == 2:
            assert {name: row["due_at"] for name, row in found.items()} == {
                "too_late": utc("2026-03-02 04:00"),
                "in_time": utc("2026-03-04 04:00"),
                "at_midnight": utc("2026-03-04 04:00"),
                "forward": utc("2026-03-04 04:00"),
                "into_the_past": utc("2026-03-04 04:00"),
            }
    assert counted == dict.fromkeys(
        [("too_late", 0), *((name, 2) for name in moves if name != "too_late")], 1
    )


def test_a_case_that_is_opened_again_has_the_promise_of_then(
    fresh_bench: Fresh, configuration: Configuration
) -> None:
    """Met on Monday; on Wednesday it is re-opened with a due instant of its own."""
    every = clock("every", due="reported", start=["received", "reopened"], cycles="every")
    life = [("received", "2026-03-02 01:00"), ("decided", "2026-03-02 03:00")]
    first = Case().events(*life, ("due", "2026-03-02 04:00"))
    again = Case().events(*life, ("reopened", "2026-03-04 02:00"), ("due", "2026-03-04 08:00"))
    day = DAY + timedelta(days=2)
    bench = fresh_bench()
    told = [event | {"operational_day": DAY} for event in first if event["event_type"] == "due"]
    told += [event | {"operational_day": day} for event in again]
    rows = bench.run(about(configuration, day, every), told).rows("clock_run")
    assert sorted((row["cycle"], row["due_at"], row["state"], row["is_due"]) for row in rows) == [
        (1, utc("2026-03-02 04:00"), "met", False),
        (2, utc("2026-03-04 08:00"), "overdue", True),
    ]


def test_whatever_a_vendor_promises_every_case_counts_once(
    configuration: Configuration, tmp_path: Path
) -> None:
    """Eight days of exports of 200 cases, whose due instants move at every export, or do not."""
    draw = random.Random(11)  # noqa: S311  the same every time
    days = [DAY + timedelta(days=n) for n in range(8)]
    exports = promised_lives(draw, configuration, days)
    counted: Counter[str] = Counter()
    settled: set[str] = set()
    for n in draw.sample(range(8), 8):
        engine = DuckDBEngine("1GB", 1)
        (tmp_path / f"{n}").mkdir()
        what = about(configuration, days[n])
        found = runs(lambda: Bench(engine, tmp_path / f"{n}"), what, *exports[: n + 1])  # noqa: B023  called at once
        engine.close()
        counted.update(name for name, row in found.items() if row["is_due"])
        settled |= {name for name, row in found.items() if row["state"] not in {"open", "at_risk"}}
    assert len(settled) > 150
    assert {name: counted[name] for name in settled} == dict.fromkeys(settled, 1)
    assert max(counted.values()) == 1


def promised_lives(
    draw: random.Random, configuration: Configuration, days: list[date]
) -> list[tuple[date, list[Event]]]:
    """Return the exports of some days: cases open at their end or decided in them, as they stand."""
    windows = [vendor_day(configuration, day).window for day in days]
    exports: list[tuple[date, list[Event]]] = [(day, []) for day in days]
    for number in range(200):
        received = windows[0].start + draw.randrange(0, 4 * 86_400, 900)
        decided = received + draw.randrange(900, 6 * 86_400, 900)
        due = received + draw.randrange(900, 4 * 86_400, 900)
        for n, window in enumerate(windows):
            if received >= window.end or decided < window.start:
                continue
            if draw.random() < 0.5:
                due += draw.choice((-1, 1, 2)) * draw.randrange(0, 2 * 86_400, 900)
                due = max(due, window.start)  # a promise is of what is to come
            life: list[tuple[str, int]] = [("received", received), ("due", due)]
            if decided < window.end:
                life.append(("decided", decided))
            exports[n][1].extend(Case(f"C{number}").events(*life))
    return exports


def test_days_may_be_measured_in_any_order(workspace: Workspace, tmp_path: Path) -> None:
    """The day after first: what the day before tells makes it stale, and then both say the same."""
    opened = measured_workspace(workspace)
    contract = promising(opened.configuration.vendor("pearlline"))
    vendors = opened.configuration.vendors | {"pearlline": contract}
    configuration = replace(opened.configuration, vendors=vendors, clocks=(PROMISED,))
    installation = replace(opened, configuration=configuration)
    received = ("received", "2026-03-02 01:00")
    before = Case().events(received, ("due", "2026-03-02 04:00"))
    after = Case().events(received, ("due", "2026-03-03 04:00"))

    def due_on(day: date) -> list[int]:
        rows = installation.warehouse.rows(
            "select due_count from measure.attainment where operational_day = %s", [day]
        )
        return [row["due_count"] for row in rows]

    land(installation, tmp_path, after, [], day=NEXT)
    measure_day(installation, "pearlline", NEXT, NOW)
    assert due_on(NEXT) == [1], "nobody knows of the day before yet"
    land(installation, tmp_path, before, [], day=DAY)
    measure_day(installation, "pearlline", DAY, NOW)
    assert outdated_days(installation, "pearlline", DAY) == (NEXT,)
    measure_day(installation, "pearlline", NEXT, NOW)
    assert (due_on(DAY), due_on(NEXT)) == ([1], [])
    assert outdated_days(installation, "pearlline", DAY) == ()
    again = [measure_day(installation, "pearlline", day, NOW) for day in (NEXT, DAY, NEXT)]
    assert not any(result.changed for result in again)


def test_only_a_vendor_that_promises_reads_the_days_before(configuration: Configuration) -> None:
    """And only where a clock asks for it: other vendors' days depend on themselves."""
    contract = promising(vendor_day(configuration).contract)
    elsewhere = clock("elsewhere", due="reported", applies={"vendors": ["dekkan"]})
    off = PROMISED.model_copy(update={"enabled": False})
    assert promise_days([PROMISED], contract) == 60
    assert [promise_days([each], contract) for each in (elsewhere, off)] == [0, 0]
    assert promise_days([PROMISED], vendor_day(configuration).contract) == 0

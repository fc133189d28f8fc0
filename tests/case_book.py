"""Vendor books for tests of measuring: events told as sentences, run on any engine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa

from breakwater.contracts.calendar import Calendar, Weekday
from breakwater.contracts.clocks import AppliesTo, Clock
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.excusals import Excusal
from breakwater.contracts.law import Law
from breakwater.contracts.shifts import DURATIONS, ShiftExport
from breakwater.contracts.tables import CASE_EVENT, RECON_OUTCOME, SHIFT, Table
from breakwater.contracts.vendor import AttainmentTarget, VendorContract
from breakwater.core.days import Window
from breakwater.core.vocabulary import EventType, Priority
from breakwater.engine.base import Engine, arrow_schema
from breakwater.engine.parquet import write_parquet
from breakwater.measure.models import VendorDay, run_measures

DAY = date(2026, 3, 2)
"""A Monday; in Singapore it runs from 16:00 UTC on the day before to 16:00 UTC."""

Event = dict[str, Any]


def utc(text: str) -> int:
    """Return the UTC seconds of ``2026-03-02 10:00``."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True)
class Case:
    """A case as one record of an export tells it."""

    case_id: str = "C1"
    site: str = "manila"
    queue: str = "hate"
    policy: str | None = "hate"
    language: str = "en"
    priority: str = "p2"
    record: str = "r1"

    def events(self, *told: tuple[str, str | int] | tuple[str, str | int, Event]) -> list[Event]:
        """Return rows of `case_event`: pairs of what happened and when, and what else is known."""
        return [self._event(n, *each) for n, each in enumerate(told)]

    def _event(self, n: int, what: str, when: str | int, more: Event | None = None) -> Event:
        record_id = f"{self.case_id}-{self.record}"
        nothing = dict.fromkeys(CASE_EVENT.column_names)
        decided = {"actor_type": "human", "decision": "remove"} if what == "decided" else {}
        return nothing | {
            "operational_day": DAY,
            "vendor": "pearlline",
            "site": self.site,
            "queue": self.queue,
            "policy": self.policy,
            "language": self.language,
            "priority": self.priority,
            "case_id_vendor": self.case_id,
            "record_id": record_id,
            "record_key": self.case_id,
            "item_id": f"item-{self.case_id}",
            "event_id": f"{record_id}-{what}-{n}",
            "event_type": what,
            "event_at": when if isinstance(when, int) else utc(when),
            "source_sha256": "0" * 64,
            "source_row": n + 1,
            **decided,
            **(more or {}),
        }

    def named(self, case_id: str) -> "Case":
        """Return the same kind of case under another id."""
        return replace(self, case_id=case_id)


def outcome_of(event: Event, outcome: str) -> Event:
    """Return the row of `recon_outcome` in which a decision ended."""
    nothing = dict.fromkeys(RECON_OUTCOME.column_names)
    shared = {name: value for name, value in event.items() if name in nothing}
    return (
        nothing
        | shared
        | {
            "side": "vendor",
            "record_id": event["event_id"],
            "outcome": outcome,
            "rule": "exact_key",
            "decided_at": event["event_at"],
        }
    )


def parquet(rows: Iterable[Event], table: Table, file: Path) -> str:
    """Write rows of a lake table; return the path."""
    schema = pa.schema([field.with_nullable(True) for field in arrow_schema(table)])
    write_parquet(pa.Table.from_pylist(list(rows), schema), table, file)
    return str(file)


_NIGHT_CLOSED = ("06:00-22:00",)
CALENDARS = {
    # Never closes; the sites below do.
    "default": Calendar(
        zone="Asia/Manila", weekly=dict.fromkeys(get_args(Weekday), ("00:00-24:00",))
    ),
    "cebu": Calendar(
        zone="Asia/Manila",
        weekly=dict.fromkeys(get_args(Weekday)[:6], _NIGHT_CLOSED),
        additions=(date(2026, 3, 4),),
    ),
}

CLOCKS = (
    Clock(
        clock="decision_p1",
        kind="contract",
        title="P1 decided within 4 hours",
        applies=AppliesTo(priorities=(Priority.P1,)),
        start=EventType.QUEUED,
        pauses=True,
        target_seconds=4 * 3600,
    ),
    Clock(
        clock="decision_p3",
        kind="contract",
        title="P3 decided within 16 business hours",
        applies=AppliesTo(priorities=(Priority.P3, Priority.P4)),
        start=EventType.QUEUED,
        pauses=True,
        calendar="site",
        target_seconds=16 * 3600,
    ),
    Clock(
        clock="pickup_p1",
        kind="internal",
        title="P1 picked up within 1 hour",
        applies=AppliesTo(priorities=(Priority.P1,)),
        start=EventType.QUEUED,
        stop=EventType.ASSIGNED,
        target_seconds=3600,
    ),
    *(
        Clock(
            clock="removal_order",
            kind="statutory",
            title="Removal order",
            applies=AppliesTo(queues=("legal_requests",)),
            target_seconds=hours * 3600,
            effective_from=first,
            effective_to=last,
            law=Law(provision="Act 1, s. 2", source="the gazette", confidence="secondary"),
        )
        for hours, first, last in ((36, None, date(2026, 2, 19)), (3, date(2026, 2, 20), None))
    ),
)
"""A law that was cut from 36 hours to 3 with ten days' notice, and what a vendor promised."""

TARGETS = (
    AttainmentTarget(clock="decision_p1", share=0.95),
    AttainmentTarget(clock="decision_p3", share=0.9, queues=("hate",)),
)


EXCUSALS = (
    Excusal.model_validate(
        {
            "excusal": "tool_down",
            "reason": "platform_outage",
            "title": "The review tool was down.",
            "scope": {"vendors": ["pearlline"], "queues": ["hate", "spam"]},
            "starts_at": "2026-03-02T02:00:00+00:00",
            "ends_at": "2026-03-02T06:00:00+00:00",
            "evidence": "https://status.harbour.example/211",
            "approver": "vendor-operations",
            "approved_on": "2026-03-03",
        }
    ),
)
"""Four hours of the day; not in the configuration of these tests unless one asks for it."""


def measured_configuration(shipped: Configuration) -> Configuration:
    """Return the shipped configuration with clocks, calendars and targets that tests may count on."""
    contract = shipped.vendor("pearlline").model_copy(
        update={"calendars": CALENDARS, "targets": TARGETS}
    )
    return replace(shipped, vendors=shipped.vendors | {"pearlline": contract}, clocks=CLOCKS)


def vendor_day(configuration: Configuration, day: date = DAY) -> VendorDay:
    """Return an operational day of Pearlline."""
    configuration = measured_configuration(configuration)
    operations = configuration.operations
    return VendorDay(
        day=day,
        window=Window.for_operational_day(day, operations.zone_info),
        contract=_telling_all(configuration.vendor("pearlline")),
        clocks=configuration.clocks,
        operations=operations,
    )


def _telling_all(contract: VendorContract) -> VendorContract:
    """Return a contract that names the columns and the export that few vendors have."""
    audits = {"qa_is_golden": "planted", "qa_critical_errors": "critical"}
    shifts = ShiftExport.model_validate(
        {
            "source": {"kind": "folder", "uri": "{exports}/x", "pattern": "wfm-{day:%Y%m%d}.csv"},
            "format": {"kind": "csv"},
            "columns": {"agent": "who", **{name: name for name in DURATIONS}},
        }
    )
    columns = contract.columns.model_copy(update=audits)
    return contract.model_copy(update={"columns": columns, "shifts": shifts})


def shift(agent: str, site: str = "manila", **hours: float | None) -> Event:
    """Return a row of `shift`: eight hours of everything that is not said, none of breaks."""
    told = dict.fromkeys(DURATIONS, 8.0) | {"break_seconds": 0.0}
    told |= {f"{name}_seconds": value for name, value in hours.items()}
    return {
        "operational_day": DAY,
        "vendor": "pearlline",
        "site": site,
        "agent": agent,
        **{name: None if each is None else int(each * 3600) for name, each in told.items()},
        "source_sha256": "0" * 64,
        "source_row": 1,
    }


CREW = tuple(shift(f"agent-{n}", handling=5 + n / 4, available=2 - n / 4) for n in range(5))
"""Five reviewers: as few as are told of."""


@dataclass(frozen=True)
class Bench:
    """An engine and a folder: runs the models over rows and returns what they yield."""

    engine: Engine
    folder: Path

    def run(
        self,
        what: VendorDay,
        events: Sequence[Event],
        outcomes: Sequence[Event] = (),
        shifts: Sequence[Event] = CREW,
    ) -> "Bench":
        """Run every model."""
        run_measures(
            self.engine,
            what,
            [parquet(events, CASE_EVENT, self.folder / "case_event.parquet")],
            [parquet(outcomes, RECON_OUTCOME, self.folder / "recon_outcome.parquet")],
            shifts=[parquet(shifts, SHIFT, self.folder / "shift.parquet")],
        )
        return self

    def rows(self, name: str) -> list[Event]:
        """Return the rows of a model."""
        found: list[Event] = self.engine.fetch(name).to_pylist()
        return found

    def facts(self, metric: str) -> dict[tuple[str, ...], tuple[float, float | None]]:
        """Return a metric's numerator and denominator by queue, summed over the rest."""
        sums: dict[tuple[str, ...], tuple[float, float | None]] = {}
        for row in self.rows("kpi_fact"):
            if row["metric"] == metric:
                key = (row["queue"],)
                above, below = sums.get(key, (0.0, None))
                more = row["denominator"]
                sums[key] = (
                    above + row["numerator"],
                    below if more is None else (below or 0.0) + more,
                )
        return sums

"""Two small books for tests of reconciliation: rows told by what matters, everything else usual."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from breakwater.contracts.comparison import USUAL, FieldComparison
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.operations import Matching, Operations, Tolerances
from breakwater.contracts.tables import CASE_EVENT, ENFORCEMENT_ACTION, Table
from breakwater.contracts.vendor import Book
from breakwater.core.days import Window, utc_seconds
from breakwater.core.vocabulary import EventType
from breakwater.engine.base import Engine, arrow_schema
from breakwater.reconcile.books import VendorDay, load_rules, text_column
from breakwater.reconcile.keys import name_book
from breakwater.reconcile.matching import match_books, open_books

ZONE = ZoneInfo("Asia/Singapore")
DAY = date(2026, 3, 2)
NEXT = DAY + timedelta(days=1)
WINDOW = Window.for_operational_day(DAY, ZONE)
VENDOR = "pearlline"

Row = dict[str, Any]


def at(clock: str, day: date = DAY) -> int:
    """Return the UTC seconds of ``10:00:05`` on the day, in the operation's zone."""
    return utc_seconds(datetime.fromisoformat(f"{day.isoformat()}T{clock}").replace(tzinfo=ZONE))


def day_of(instant: int) -> date:
    """Return the operational day of an instant."""
    return datetime.fromtimestamp(instant, ZONE).date()


def vendor_event(event_id: str, event_at: int, **more: Any) -> Row:  # noqa: ANN401  any column
    """Make a row of `case_event`: a person decided to remove, unless told otherwise."""
    row = {
        "operational_day": day_of(event_at),
        "vendor": VENDOR,
        "site": "manila",
        "queue": "hate",
        "policy": "hate",
        "language": "en",
        "priority": "p2",
        "record_id": f"row-of-{event_id}",
        "record_key": f"key-of-{event_id}",
        "item_id": f"item-of-{event_id}",
        "event_id": event_id,
        "event_type": "decided",
        "event_at": event_at,
        "actor_type": "human",
        "agent": "a1",
        "decision": "remove",
        "decision_code_vendor": "RMV",
        "handle_seconds": 40,
        "score": None,
        "reason": None,
        "source_sha256": "0" * 64,
        "source_row": 1,
    } | more
    return {"case_id_vendor": row["record_key"], **row}


def action(action_id: str, decided_at: int, **more: Any) -> Row:  # noqa: ANN401  any column
    """Make a row of `enforcement_action`: a review, executed a minute later."""
    return {
        "operational_day": day_of(decided_at),
        "vendor": VENDOR,
        "site": "manila",
        "queue": "hate",
        "policy": "hate",
        "language": "en",
        "action_id": action_id,
        "record_key": None,
        "item_id": f"item-of-{action_id}",
        "decision": "remove",
        "decided_at": decided_at,
        "enforced_at": decided_at + 60,
        "status": "executed",
        "source": "review",
        "handle_seconds": None,
        "score": None,
        "agent": None,
    } | more


def both_days() -> tuple[list[Row], list[Row]]:
    """Tell two days with pairs, breaks of several classes and a pair over midnight."""
    events = [
        vendor_event("v1", at("23:59:50"), record_key="C1"),
        vendor_event("v2", at("10:00:00"), record_key="C2", decision="warn"),
        vendor_event("v3", at("11:00:00"), record_key="C3", item_id="I3"),
        vendor_event("v4", at("12:00:00", NEXT), record_key="C4"),
        vendor_event("v5", at("12:00:30", NEXT), record_key="C4"),
    ]
    log = [
        action("a1", at("00:00:05", NEXT), record_key="C1"),
        action("a2", at("10:00:00"), record_key="C2"),
        action("a3", at("11:00:10"), item_id="I3"),
        action("a4", at("12:00:00", NEXT), record_key="C4"),
        action("a6", at("13:00:00", NEXT), record_key="C6", status="failed"),
    ]
    return events, log


def rows_of(table: Table, rows: Iterable[Row]) -> pa.Table:
    """Return rows as an Arrow table of the lake."""
    return pa.Table.from_pylist(list(rows), arrow_schema(table))


@dataclass(frozen=True, slots=True)
class TwoBooks:
    """What both sides say of one day, and what neighbours borrowed."""

    events: tuple[Row, ...] = ()
    actions: tuple[Row, ...] = ()
    borrowed: tuple[str, ...] = ()
    lent: tuple[str, ...] = ()
    event_types: tuple[EventType, ...] = (EventType.DECIDED,)
    tolerances: Tolerances = field(default_factory=Tolerances)
    matching: Matching = field(default_factory=Matching)
    comparison: tuple[FieldComparison, ...] = USUAL

    def match(self, engine: Engine, configuration: Configuration, row_count: int = 0) -> list[Row]:
        """Run the matching models, as if on so many rows; return outcomes by side and record."""
        self.load(engine, configuration, row_count)
        match_books(engine, self.about(configuration), row_count=row_count)
        return list(engine.fetch("recon_outcome", ("side", "record_id")).to_pylist())

    def load(self, engine: Engine, configuration: Configuration, row_count: int = 0) -> None:
        """Make the books readable and open them."""
        about = self.about(configuration)
        load_rules(engine, about)
        for table, rows in ((CASE_EVENT, self.events), (ENFORCEMENT_ACTION, self.actions)):
            put = partial(_load, engine, rows_of(table, rows))
            name_book(engine, about.key_rule, table, table.name, put)
        engine.load("borrowed", text_column("action_id", list(self.borrowed)))
        engine.load("lent", text_column("action_id", list(self.lent)))
        open_books(engine, row_count=row_count)

    def about(self, configuration: Configuration) -> VendorDay:
        """Return the day and its rules."""
        rules: Mapping[str, object] = {
            "tolerances": self.tolerances,
            "matching": self.matching,
            "comparison": self.comparison,
        }
        operations: Operations = configuration.operations.model_copy(update=rules)
        book = {"book": Book(event_types=self.event_types)}
        contract = configuration.vendor(VENDOR).model_copy(update=book)
        return VendorDay(contract, DAY, WINDOW, operations)


def _load(engine: Engine, rows: pa.Table, name: str) -> None:
    engine.load(name, rows)


def next_day(day: date, count: int = 1) -> date:
    """Return the day that many days later."""
    return day + timedelta(days=count)

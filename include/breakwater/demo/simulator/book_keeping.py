"""Write one vendor-day into both books: the export in its folder, the rows in the platform's log."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date

import numpy as np

from breakwater.contracts.comparison import comparison_on
from breakwater.contracts.file_format import Manifest
from breakwater.contracts.operations import Operations
from breakwater.core.vocabulary import Decision, Outcome, Total
from breakwater.demo.simulator.cases import Cases
from breakwater.demo.simulator.delivery import Mailbox, deliver
from breakwater.demo.simulator.dialect import UNKNOWN_CODE, export_table
from breakwater.demo.simulator.faults import FaultPlan
from breakwater.demo.simulator.ledger import Ledger
from breakwater.demo.simulator.log_table import copy_rows, log_table
from breakwater.demo.simulator.model import VendorModel
from breakwater.demo.simulator.names import case_ids
from breakwater.demo.simulator.operation import VendorDay
from breakwater.demo.simulator.plant import Planted, plant
from breakwater.demo.simulator.planted_items import score_planted
from breakwater.demo.simulator.planted_records import planted_breaks
from breakwater.demo.simulator.platform_log import APPEAL, LogRows, log_rows
from breakwater.demo.simulator.streams import Flags, stream
from breakwater.demo.simulator.stretch import Stretch
from breakwater.demo.simulator.truth import (
    DeliveredFile,
    PlantedExport,
    PlantedTotal,
    StalledCase,
    VendorDayTotals,
)
from breakwater.demo.simulator.workforce import leave_shifts
from breakwater.warehouse.database import Connection

MISSTATED_SHARE = 0.03
"""Rows that are wrong in an export which is sent again."""


@dataclass(frozen=True)
class BookKeeper:
    """Writes the vendor-days of one simulation.

    Attributes:
        operations: tolerances, and where the log is.
        stretch: the days; the log keeps nothing outside of them.
        exports: the exports root.
        connection: the open transaction in which the log changes.
        ledger: told what was planted.
    """

    operations: Operations
    stretch: Stretch
    plan: FaultPlan
    seed: int
    exports: str
    connection: Connection
    ledger: Ledger

    def write(self, model: VendorModel, played: VendorDay) -> None:
        """Plant a vendor-day's faults, then write its export and its rows of the log."""
        day, closed = played.day, played.closed
        planted = plant(
            stream(self.seed, model.vendor, day, "faults"),
            self.operations,
            self.plan,
            played,
            compared=comparison_on(model.contract.comparison or self.operations.comparison, day),
            every_class=day == self.stretch.days[0],
            crossings=self._crosses_midnight(model, day),
        )
        score_planted(self.seed, model, closed, day, played.window)
        random = stream(self.seed, model.vendor, day, "log")
        rows = log_rows(random, self.operations, closed, planted, self.stretch.written)
        table = log_table(model, closed, rows)
        copy_rows(self.connection, self.operations.enforcement_log, table)
        cases = _exported_cases(played, planted)
        files = self._export(model, played, cases)
        leave_shifts(self.seed, self.exports, model, played)

        ledger = self.ledger
        ledger.files += len(files)
        ledger.exported_rows += sum(file.rows for file in files)
        ledger.log_rows += len(rows)
        ledger.breaks += planted_breaks(model, played, planted, rows)
        ledger.totals.append(_totals(model, played, planted, rows, len(cases)))
        names = case_ids(model, np.array(played.stalled, np.int64)).to_pylist()
        ledger.stalled += [StalledCase(model.vendor, day, name) for name in names]

    def _crosses_midnight(self, model: VendorModel, day: date) -> bool:
        """Tell whether pairs are to cross midnight at a vendor-day.

        Never at the ends of the stretch, where the neighbouring day is not written, nor on a day
        that will not be landed: nobody would borrow the platform's half then.
        """
        every, days = self.plan.crossing_every_days, self.stretch.days
        if not every or day in {days[0], days[-1]} or self.plan.blocks(model.vendor, day):
            return False
        return (days.index(day) + model.ordinal) % every == 0

    def _export(
        self, model: VendorModel, played: VendorDay, cases: Cases
    ) -> tuple[DeliveredFile, ...]:
        """Deliver a vendor-day's export as its fault demands."""
        day, window = played.day, played.window
        random = stream(self.seed, model.vendor, day, "delivery")
        fault = self.plan.export_fault(model.vendor, day)
        mailbox = Mailbox(model.contract, self.exports, self._stated(model, played, cases))
        mailbox.clear(day)
        table = first = export_table(model, cases, window.end)
        if fault and fault.kind == "restated":
            wrong = random.random(len(cases)) < MISSTATED_SHARE
            first = export_table(model, _misstated(cases, wrong), window.end)
        files = deliver(
            random, mailbox, day, fault, day_end=window.end, rows=table, first_rows=first
        )
        if fault:
            self.ledger.exports.append(PlantedExport(fault.kind, model.vendor, day, files))
        return files

    def _stated(self, model: VendorModel, played: VendorDay, cases: Cases) -> Mapping[Total, int]:
        """Return what a vendor says of its day, right or wrong: how many cases came in."""
        control = model.contract.control
        if not isinstance(control, Manifest) or not control.totals:
            return {}
        exported = len(np.unique(cases.number[cases.received >= played.window.start]))
        stated = self.plan.stated(model.vendor, played.day, exported)
        if stated != exported:
            self.ledger.misstated_totals.append(
                PlantedTotal(model.vendor, played.day, Total.INCOMING, stated, exported)
            )
        return {Total.INCOMING: stated}


def _exported_cases(played: VendorDay, planted: Planted) -> Cases:
    """Return the cases of an export in its order: decided ones, and what is still open."""
    shown = np.flatnonzero(~planted.is_a(Outcome.MISSING_VENDOR))
    twice = np.flatnonzero(planted.is_a(Outcome.DUPLICATE_VENDOR))
    chosen = np.concatenate([shown, twice])
    closed = played.closed.take(chosen)
    closed.decision[planted.is_a(Outcome.UNKNOWN_CODE)[chosen]] = UNKNOWN_CODE
    rows = Cases.joined([closed, played.still_open])
    return rows.take(np.argsort(rows.number, kind="stable"))


def _totals(
    model: VendorModel, played: VendorDay, planted: Planted, rows: LogRows, exported: int
) -> VendorDayTotals:
    """Count a vendor-day's books, without what its neighbours logged in it."""
    here = (rows.source != APPEAL) & ~planted.crosses[rows.case]
    return VendorDayTotals(
        vendor=model.vendor,
        day=played.day,
        decided_rows=exported - len(played.still_open),
        open_rows=len(played.still_open),
        internal_rows=int(here.sum()),
        lent_rows=0,
        borrowed_rows=int(planted.crosses.sum()),
    )


def _misstated(cases: Cases, rows: Flags) -> Cases:
    """Return the cases with wrong decisions and handling times in some rows."""
    other = Cases(**{field.name: getattr(cases, field.name).copy() for field in fields(cases)})
    known = rows & (other.decision >= 0)
    other.decision[known] = (other.decision[known] + 1) % len(Decision)
    handled = rows & (other.handle_seconds >= 0)
    other.handle_seconds[handled] *= 10
    return other

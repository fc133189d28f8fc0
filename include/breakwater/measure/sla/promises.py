"""Due instants that a vendor's own system reported on earlier days.

A case counts once, on the day on which its promise passed. A vendor that lists cases as they stand may
move a promise after that; so the day has to know what was promised before.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

from breakwater.contracts.clocks import Clock
from breakwater.contracts.shape import CaseShape
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import Window
from breakwater.core.vocabulary import EventType
from breakwater.warehouse.lake import Lake

_TOLD = pa.schema(
    [("case_id_vendor", pa.string()), ("operational_day", pa.date32()), ("event_at", pa.int64())]
)
_DAYS_KNOWN = 400
NOTHING_TOLD = _TOLD.empty_table()


def promise_days(clocks: Iterable[Clock], contract: VendorContract) -> int:
    """Return how many earlier days' promises a day of the vendor depends on.

    None where no clock asks for them; a log of states is read from days back as it is.
    """
    shape = contract.shape
    if not isinstance(shape, CaseShape) or EventType.DUE not in shape.instants:
        return 0
    ours = (clock for clock in clocks if clock.enabled and clock.due == "reported")
    about_it = (
        not clock.applies.vendors or contract.vendor in clock.applies.vendors for clock in ours
    )
    return shape.promise_days if any(about_it) else 0


def told_promises(lake: Lake, paths: Iterable[str]) -> pa.Table:
    """Read the promises that files of ``case_event`` tell, each with the first day that told it.

    Returns:
        ``case_id_vendor, operational_day, event_at``.
    """
    found = [NOTHING_TOLD]
    for path in paths:
        file_system, place = fsspec.core.url_to_fs(lake.url(path))
        with file_system.open(place, "rb") as stream:
            rows = pq.read_table(
                stream,
                columns=_TOLD.names,
                filters=[("event_type", "=", EventType.DUE.value)],
                partitioning=None,
            )
        found.append(rows.cast(_TOLD))
    told = pa.concat_tables(found).group_by(["case_id_vendor", "event_at"])
    first = told.aggregate([("operational_day", "min")])
    return first.rename_columns({"operational_day_min": "operational_day"}).select(_TOLD.names)


def promise_day_table(clocks: Iterable[Clock], last: date, zone: ZoneInfo) -> pa.Table:
    """Say when operational days began: ``operational_day, starts_at``; none where nobody asks."""
    asked = any(clock.enabled and clock.due == "reported" for clock in clocks)
    days = [last - timedelta(days=n) for n in range(_DAYS_KNOWN)] if asked else []
    starts = [Window.for_operational_day(day, zone).start for day in days]
    return pa.table(
        {
            "operational_day": pa.array(days, pa.date32()),
            "starts_at": pa.array(starts, pa.int64()),
        }
    )

"""The clocks that were excused from a day's attainment, with what excused them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from breakwater.contracts.excusals import Excusal
from breakwater.warehouse.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Excused:
    """An excusal and the clocks of a day that it took out of attainment.

    Attributes:
        name: of the entry.
        excusal: the entry; None when it is no longer in the file: the day is to be measured again.
        clocks: rows of ``clock_exception``, by vendor, clock and case.
    """

    name: str
    excusal: Excusal | None
    clocks: tuple[dict[str, Any], ...]


def excused_on(workspace: Workspace, day: date, vendors: Sequence[str] = ()) -> list[Excused]:
    """List what was excused on an operational day, and every excusal whose instants touch the day.

    Args:
        workspace: the installation.
        day: the operational day.
        vendors: only these; all when empty.
    """
    rows = workspace.warehouse.rows(
        "select * from measure.clock_exception where operational_day = %s and is_excused"
        " and (cardinality(%s::text[]) = 0 or vendor = any(%s::text[]))"
        " order by vendor, clock, case_id_vendor, started_at",
        [day, list(vendors), list(vendors)],
    )
    window = workspace.window(day)
    known = {each.excusal: each for each in workspace.configuration.excusals}
    touching = [
        name
        for name, each in known.items()
        if each.start < window.end
        and each.end > window.start
        and (not vendors or set(vendors) & set(each.scope.vendors))
    ]
    names = sorted({*touching, *(row["excusal"] for row in rows)})
    return [
        Excused(name, known.get(name), tuple(row for row in rows if row["excusal"] == name))
        for name in names
    ]

"""Find out whose a case is, and the latest day that knows it."""

from dataclasses import dataclass
from datetime import date

from breakwater.contracts.tables import CASE_EVENT
from breakwater.core.errors import BreakwaterError
from breakwater.core.plain import one_line
from breakwater.warehouse.lake_rows import rows_where
from breakwater.warehouse.workspace import Workspace

_SHOWN_CHARACTERS = 80


class UnknownCaseError(BreakwaterError):
    """No export that was asked has the case."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a case is.

    Attributes:
        vendor: whose case it is.
        day: the latest operational day whose export has it.
    """

    vendor: str
    day: date


def find_case(
    workspace: Workspace, case: str, *, vendor: str | None = None, day: date | None = None
) -> Whereabouts:
    """Search the exports for a case, the latest first.

    Args:
        workspace: the installation.
        case: the vendor's id of the case.
        vendor: whose exports are searched; everybody's when absent.
        day: the only day that is searched; all when absent.

    Raises:
        UnknownCaseError: no such export has it.
    """
    with workspace.warehouse.transaction() as connection:
        candidates = connection.execute(
            "select operational_day, vendor, path from lake.partition"
            " where table_name = %(table)s and superseded_at is null"
            " and (%(vendor)s::text is null or vendor = %(vendor)s)"
            " and (%(day)s::date is null or operational_day = %(day)s)"
            " order by operational_day desc, vendor",
            {"table": CASE_EVENT.name, "vendor": vendor, "day": day},
        ).fetchall()
    for each in candidates:
        if rows_where(workspace.lake, CASE_EVENT, [each["path"]], "case_id_vendor", [case]):
            return Whereabouts(each["vendor"], each["operational_day"])
    whose = f"{vendor}'s exports" if vendor else f"the exports of {len(candidates)} vendor-days"
    when = f" of {day.isoformat()}" if day else ""
    shown = one_line(case, _SHOWN_CHARACTERS)
    message = f"case {shown}: expected it in {whose}{when}; found it in none"
    raise UnknownCaseError(message)

"""Find out whose a case is, and the latest day that knows it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from breakwater.contracts.tables import CASE_EVENT, ENFORCEMENT_ACTION, RECON_OUTCOME, Table
from breakwater.core.errors import BreakwaterError
from breakwater.core.plain import one_line
from breakwater.warehouse.lake_rows import rows_where
from breakwater.warehouse.workspace import Workspace

_SHOWN_CHARACTERS = 80
SEARCHED = (
    (CASE_EVENT, "case_id_vendor"),
    (ENFORCEMENT_ACTION, "record_key"),
    (RECON_OUTCOME, "record_key"),
)


class UnknownCaseError(BreakwaterError):
    """No book that was asked has the case."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a case is.

    Attributes:
        vendor: whose case it is.
        day: the latest operational day of which a book has it.
    """

    vendor: str
    day: date


def find_case(
    workspace: Workspace, case: str, *, vendor: str | None = None, day: date | None = None
) -> Whereabouts:
    """Search the exports for a case, the latest first; then our own log for its key, then outcomes.

    An outcome shows a key as a rule has rewritten it, and people ask for what they are shown.

    Args:
        workspace: the installation.
        case: the vendor's id of the case, or the key by which our log names a record.
        vendor: whose books are searched; everybody's when absent.
        day: the latest day that is searched; all when absent.

    Raises:
        UnknownCaseError: no such book has it.
    """
    for table, column in SEARCHED:
        for each in _versions(workspace, table, vendor, day):
            rows = rows_where(workspace.lake, table, [each["path"]], column, [case])
            # A day's slice of our log has the edges of its neighbours, too.
            if any(row["operational_day"] == each["operational_day"] for row in rows):
                return Whereabouts(each["vendor"], each["operational_day"])
    whose = f"{vendor}'s book or ours" if vendor else "a vendor's book or ours"
    when = f" up to {day.isoformat()}" if day else ""
    shown = one_line(case, _SHOWN_CHARACTERS)
    message = f"case {shown}: expected it in {whose}{when}; found it in none"
    raise UnknownCaseError(message)


def _versions(
    workspace: Workspace, table: Table, vendor: str | None, day: date | None
) -> list[dict[str, Any]]:
    """List the current files of a table, the latest day first."""
    with workspace.warehouse.transaction() as connection:
        return connection.execute(
            "select operational_day, vendor, path from lake.partition"
            " where table_name = %(table)s and superseded_at is null"
            " and (%(vendor)s::text is null or vendor = %(vendor)s)"
            " and (%(day)s::date is null or operational_day <= %(day)s)"
            " order by operational_day desc, vendor",
            {"table": table.name, "vendor": vendor, "day": day},
        ).fetchall()

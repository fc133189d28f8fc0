"""One vendor-day through the stages, as closing a range does it."""

from datetime import date, datetime

from breakwater.cli.closing_workers import close_vendor_days
from breakwater.warehouse.workspace import Workspace


def close_vendor_day(workspace: Workspace, vendor: str, day: date, at: datetime) -> str | None:
    """Fetch, land, reconcile and measure; return why it could not be done, or None."""
    problems = close_vendor_days(workspace, vendor, [day], at)
    return problems[0] if problems else None

"""What a person may set when starting a run; shown as a form in the Trigger and Backfill dialogs."""

import os
from pathlib import Path

from airflow.sdk import Param

from breakwater.contracts.loading import SHIPPED


def _vendor_names() -> list[str]:
    """List the vendors that have a contract, for the form to offer.

    A contract's file is named for its vendor, so the folder is listed and nothing is parsed: a
    mistake inside a contract shows in the tasks of that vendor, not as a Dag that does not load.
    """
    folder = Path(os.environ.get("BREAKWATER_CONFIG", str(SHIPPED)))
    return sorted(path.stem for path in (folder / "vendors").glob("*.yaml"))


def report_parameters(example: str) -> dict[str, Param]:
    """Return the parameters of a report; their defaults are what a run of the asset does."""
    return {
        "period": Param(
            None,
            type=["null", "string"],
            pattern=r"^\d{4}-(W\d{2}|\d{2}|\d{2}-\d{2})$",
            title="Week or month",
            description=f"For a manual run: {example}, or any day of it.",
        ),
        "notify": Param(
            False,
            type="boolean",
            title="Tell people",
            description="Let a manual run send the report, and ask whether vendors get theirs.",
        ),
    }


def close_day_parameters() -> dict[str, Param]:
    """Return the parameters of ``close_day``; their defaults are what a scheduled run does."""
    return {
        "operational_day": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Operational day",
            description="For a single manual run. Leave it empty in a backfill: each run has its own.",
        ),
        "vendors": Param(
            [],
            type="array",
            items={"type": "string", "pattern": r"^[a-z][a-z0-9_]{1,30}$"},
            uniqueItems=True,
            maxItems=200,
            examples=_vendor_names(),
            title="Vendors",
            description="Only these; every vendor that owes an export for the day when empty.",
        ),
        "notify": Param(
            False,
            type="boolean",
            title="Tell people",
            description="Let a manual run of a recent day send alerts and the digest.",
        ),
    }

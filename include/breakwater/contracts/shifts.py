"""A vendor's export of shifts: who was scheduled for how long, and what became of that time."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from breakwater.contracts.base import Contract
from breakwater.contracts.file_format import FileFormat
from breakwater.contracts.source import FolderSource, SftpSource

DURATIONS = (
    "scheduled_seconds",
    "logged_in_seconds",
    "handling_seconds",
    "available_seconds",
    "break_seconds",
    "paid_seconds",
    "adherent_seconds",
)
"""What a row may tell of one reviewer's day, as fields of `ShiftColumns` and of the lake's table."""

SECONDS_OF = {"seconds": 1, "minutes": 60, "hours": 3600}


class ShiftColumns(Contract):
    """Which column of the export holds what; names as the vendor writes them.

    A row is a reviewer's day, or a part of it: rows add up.
    """

    agent: str
    """Read as a name, kept as the pseudonym that the reviewer has in the other exports."""
    site: str | None = None
    scheduled_seconds: str
    """Planned to be at work, paid breaks included."""
    logged_in_seconds: str | None = None
    """At work in fact."""
    handling_seconds: str | None = None
    """Working on cases, wrap-up included."""
    available_seconds: str | None = None
    """Ready and waiting for a case. When absent it is what handling and breaks leave of the time
    logged in."""
    break_seconds: str | None = None
    """Logged in, and neither working nor ready: breaks, training, meetings."""
    paid_seconds: str | None = None
    adherent_seconds: str | None = None
    """Of the scheduled time, spent in the state that was scheduled, moment by moment."""


class ShiftExport(Contract):
    """The export of shifts: one file a day, due when the export of cases is."""

    source: Annotated[FolderSource | SftpSource, Field(discriminator="kind")]
    format: FileFormat
    columns: ShiftColumns
    unit: Literal["seconds", "minutes", "hours"] = "seconds"
    """In which durations are written; the lake keeps seconds."""

    @model_validator(mode="after")
    def _is_one_file(self) -> "ShiftExport":
        if self.source.files != "one":
            message = "shifts.source must be one file a day"
            raise ValueError(message)
        return self

    @property
    def told(self) -> frozenset[str]:
        """The durations that the export tells, or that follow from those it tells."""
        named = {name for name in DURATIONS if getattr(self.columns, name) is not None}
        if {"logged_in_seconds", "handling_seconds", "break_seconds"} <= named:
            named.add("available_seconds")
        return frozenset(named)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Every column that is read, each once."""
        return tuple(dict.fromkeys(self.columns.model_dump(exclude_none=True).values()))

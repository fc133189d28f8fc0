"""What a row of an export is, and which of its columns holds what."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from breakwater.contracts.base import Contract
from breakwater.contracts.calendar import ZoneName
from breakwater.core.vocabulary import EventType

Key = str | tuple[str, ...]
"""One column, or several that name something together: their values are joined by ``|``; a ``|`` or
a backslash inside one is escaped by a backslash."""


def columns_of(key: Key | None) -> tuple[str, ...]:
    """List the columns of a key."""
    if key is None:
        return ()
    return (key,) if isinstance(key, str) else key


class TimesOfColumn(Contract):
    """What one column of instants does differently; the rest is as for the others."""

    zone: ZoneName | None = None
    formats: tuple[str, ...] | None = None


class Times(Contract):
    """How instants are written."""

    zone: ZoneName
    """Zone of local times that carry no offset of their own."""
    zone_column: str | None = None
    """Column that names each row's own zone; an empty cell means `zone`."""
    zones: dict[str, ZoneName] = Field(default_factory=dict)
    """What the values of `zone_column` mean; IANA names need no entry."""
    formats: tuple[str, ...] = Field(min_length=1)
    """strptime formats, tried in order; or ``epoch_seconds``, ``epoch_milliseconds``.

    Cells that are dates by type (Parquet, spreadsheets) need no format: they are read as they are,
    in `zone` unless they carry their own.
    """
    columns: dict[str, TimesOfColumn] = Field(default_factory=dict)
    """Columns that are written otherwise than the rest."""
    fold: Literal["earlier", "later", "quarantine"] = "quarantine"
    """Which instant a local time means that the clock shows twice."""
    gap: Literal["shift_forward", "quarantine"] = "quarantine"
    """What to do with a local time that the clock never shows."""


class Columns(Contract):
    """Which column of the export holds what; names as the vendor writes them."""

    case_id: Key
    record_key: tuple[str, ...] | None = None
    """Columns that together name one record of the book; the case id when absent."""
    item_id: Key
    queue: str | None = None
    """May be left out where `defaults.queue` stands for every record."""
    site: str | None = None
    policy: str | None = None
    language: str | None = None
    priority: str | None = None
    market: str | None = None
    """Where the case counts: a country or region by the vendor's own code, as it stands."""
    decision: str | None = None
    agent: str | None = None
    actor: str | None = None
    handle_seconds: str | None = None
    escalated_to: str | None = None
    pause_reason: str | None = None
    qa_score: str | None = None
    """A number from 0 to the contract's `qa_full_mark`."""
    qa_rescore: str | None = None
    qa_is_golden: str | None = None
    """Whether the score is of a planted item, whose right answer was known: see `codes.golden`."""
    qa_critical_errors: str | None = None
    """How many critical errors the audit found in the decision."""
    appeal_outcome: str | None = None

    @property
    def column_names(self) -> tuple[str, ...]:
        """Every column named, each once."""
        keys = [columns_of(self.case_id), columns_of(self.item_id), columns_of(self.record_key)]
        single = self.model_dump(exclude={"case_id", "item_id", "record_key"}, exclude_none=True)
        return tuple(dict.fromkeys([*(name for key in keys for name in key), *single.values()]))


class CaseShape(Contract):
    """One row per case, with a column for each instant of its life."""

    kind: Literal["case"]
    instants: dict[EventType, tuple[str, ...]]
    """Columns that hold the instant of each event; several for an event that may recur."""
    promise_days: int = Field(default=60, ge=0, le=366)
    """Where a column holds each case's `due` instant and a clock runs on it: how many earlier days'
    promises are remembered, so that one that passed is not moved by a later export."""

    @model_validator(mode="after")
    def _must_know_when_received(self) -> "CaseShape":
        if EventType.RECEIVED not in self.instants:
            message = "instants must name the column of `received`"
            raise ValueError(message)
        return self

    @property
    def history_days(self) -> int:
        """How many earlier days tell how a case stands: none, its row has its whole life."""
        return 0

    @property
    def column_names(self) -> tuple[str, ...]:
        """Columns that the shape names."""
        return tuple(name for several in self.instants.values() for name in several)

    @property
    def indispensable(self) -> tuple[str, ...]:
        """Those without which no record can be understood."""
        decided = self.instants.get(EventType.DECIDED, ())
        return (*self.instants[EventType.RECEIVED], *decided)


class UpdateShape(Contract):
    """One row per update of a case, with its state after the update."""

    kind: Literal["update"]
    at: str
    """Column of the update's instant."""
    state: str
    """Column of the state after the update."""
    events: dict[str, EventType]
    """What each state of the vendor means as an event."""
    history_days: int = Field(default=60, ge=0, le=366)
    """How many earlier days' updates tell how a case came to stand where it stands."""

    @property
    def column_names(self) -> tuple[str, ...]:
        """Columns that the shape names."""
        return (self.at, self.state)

    @property
    def indispensable(self) -> tuple[str, ...]:
        """Those without which no record can be understood."""
        return (self.at, self.state)


class ListingShape(Contract):
    """Many files a day, each listing everything that is in the queue at one instant.

    A case is received when it is first listed, moves when its state is another than in the listing
    before, and has left when a listing does not hold it any more.
    """

    kind: Literal["listing"]
    name_format: str | tuple[str, ...]
    """strptime format of a file's name, or several styles of it, which tells the instant of the
    listing; ``*`` stands for any text. Its zone is the source's `name_zone`."""
    state: Key
    """Columns of the place in the queue; several are joined by ``|``."""
    events: dict[str, EventType] = Field(default_factory=dict)
    """What arriving in a state means as an event; ``*`` is any state that is not named."""
    received: str | None = None
    """Column of the instant of receipt; the first listing that holds the case when absent."""
    leaving: EventType = EventType.DECIDED
    """What leaving the queue means."""
    longest_gap_minutes: int = Field(default=360, ge=1)
    """Listings farther apart than this say that listings are missing: a finding tells."""
    history_days: int = Field(default=60, ge=0, le=366)
    """As in the update shape."""

    @property
    def column_names(self) -> tuple[str, ...]:
        """Columns that the shape names."""
        return (*columns_of(self.state), *columns_of(self.received))

    @property
    def indispensable(self) -> tuple[str, ...]:
        """Those without which no record can be understood."""
        return columns_of(self.state)


Shape = Annotated[CaseShape | UpdateShape | ListingShape, Field(discriminator="kind")]


class RowFilter(Contract):
    """Rows by the value of one column; an empty cell is the empty text."""

    column: str
    values: tuple[str, ...] = Field(min_length=1)


class Rows(Contract):
    """Which rows of an export are records of the book at all; the others are counted, not landed."""

    keep: tuple[RowFilter, ...] = ()
    """A row must match every one of these."""
    leave_out: tuple[RowFilter, ...] = ()
    """And none of these."""


class Personal(Contract):
    """Which columns are about people.

    Columns that the contract names nowhere are never read beyond the raw file; this says which of
    them, and of the others, are personal, so that nobody names one by mistake.
    """

    columns: tuple[str, ...] = ()
    """Names, handles, addresses, free text. Only `agent` may be read from one of them."""
    pseudonymise: tuple[str, ...] = ()
    """Columns whose values land as keyed pseudonyms: an item id that is a link, say."""

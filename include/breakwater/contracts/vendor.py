"""One vendor's contract: where its export is, how it is written, what its codes mean."""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from breakwater.contracts.base import Contract, Effective
from breakwater.contracts.calendar import Calendar, ZoneName
from breakwater.core.vocabulary import ActorType, Decision, EventType, Priority

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,30}$")]

OneCharacter = Annotated[
    str, StringConstraints(strip_whitespace=False, pattern=r"^[^\r\n]$")  # a tab is one, too
]


class FolderSource(Contract):
    """A folder, on this machine or behind any fsspec URI."""

    kind: Literal["folder"]
    uri: str
    """Where exports are left; ``{exports}`` stands for the exports root of the installation, and
    ``{day:%Y%m%d}`` for the operational day."""
    pattern: str = Field(pattern=r"^[^/\\]+$")
    """Bare file name; ``{day:%Y%m%d}`` is the operational day, ``*`` whatever a re-send adds."""
    maximum_bytes: int = Field(default=4 * 1024**3, gt=0)
    """Size, unpacked, above which a file is refused rather than read."""

    @model_validator(mode="after")
    def _must_name_the_day(self) -> "FolderSource":
        if "{day:" not in self.pattern + self.uri:
            message = "pattern or uri must name the day, as in {day:%Y%m%d}"
            raise ValueError(message)
        return self


class Delivery(Contract):
    """When the export is due, on the morning after the operational day."""

    deadline: time
    zone: ZoneName
    accept_late_days: int = Field(default=92, ge=0)
    """How many days back a record may still restate; an older one goes to quarantine."""


class CsvFormat(Contract):
    """Delimited text with one header row."""

    kind: Literal["csv"]
    delimiter: OneCharacter = ","
    quote: OneCharacter = '"'
    encoding: Literal["utf-8", "utf-8-sig", "utf-16", "cp1252"] = "utf-8"
    compression: Literal["none", "gzip"] = "none"

    @model_validator(mode="after")
    def _must_tell_delimiter_from_quote(self) -> "CsvFormat":
        if self.delimiter == self.quote:
            message = "delimiter and quote must differ"
            raise ValueError(message)
        return self


class JsonLinesFormat(Contract):
    """One JSON object a line."""

    kind: Literal["jsonl"]
    compression: Literal["none", "gzip"] = "none"


class XlsxFormat(Contract):
    """A spreadsheet with one header row."""

    kind: Literal["xlsx"]
    sheet: str


class ParquetFormat(Contract):
    """An Apache Parquet file."""

    kind: Literal["parquet"]


FileFormat = Annotated[
    CsvFormat | JsonLinesFormat | XlsxFormat | ParquetFormat, Field(discriminator="kind")
]


class Manifest(Contract):
    """A JSON side file ``{"rows": 1234, "sha256": "…"}`` that states the export's totals."""

    kind: Literal["manifest"]
    suffix: str = ".manifest.json"


class NoControl(Contract):
    """The vendor states no totals; only physical rows are counted."""

    kind: Literal["none"] = "none"


class Times(Contract):
    """How instants are written."""

    zone: ZoneName
    """Zone of local times that carry no offset of their own."""
    formats: tuple[str, ...] = Field(min_length=1)
    """strptime formats, tried in order; or ``epoch_seconds``, ``epoch_milliseconds``.

    Cells that are dates by type (Parquet, spreadsheets) need no format: they are read as they are,
    in `zone` unless they carry their own.
    """
    fold: Literal["earlier", "later", "quarantine"] = "quarantine"
    """Which instant a local time means that the clock shows twice."""
    gap: Literal["shift_forward", "quarantine"] = "quarantine"
    """What to do with a local time that the clock never shows."""


class Columns(Contract):
    """Which column of the export holds what; names as the vendor writes them."""

    case_id: str
    record_key: tuple[str, ...] | None = None
    """Columns that together name one record of the book; the case id when absent.

    Several values are joined by ``|``; a ``|`` or a backslash inside one is escaped by a backslash.
    """
    item_id: str
    queue: str
    site: str | None = None
    policy: str | None = None
    language: str | None = None
    priority: str | None = None
    decision: str | None = None
    agent: str | None = None
    actor: str | None = None
    handle_seconds: str | None = None
    escalated_to: str | None = None
    pause_reason: str | None = None
    qa_score: str | None = None
    """A number from 0 to the contract's `qa_full_mark`."""
    qa_rescore: str | None = None
    appeal_outcome: str | None = None


class CaseShape(Contract):
    """One row per case, with a column for each instant of its life."""

    kind: Literal["case"]
    instants: dict[EventType, tuple[str, ...]]
    """Columns that hold the instant of each event; several for an event that may recur."""

    @model_validator(mode="after")
    def _must_know_when_received(self) -> "CaseShape":
        if EventType.RECEIVED not in self.instants:
            message = "instants must name the column of `received`"
            raise ValueError(message)
        return self


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


Shape = Annotated[CaseShape | UpdateShape, Field(discriminator="kind")]


class Codes(Contract):
    """The crosswalk from the vendor's codes to ours; keys as the vendor writes them."""

    decisions: dict[str, Decision]
    queues: dict[str, str]
    policies: dict[str, str] = Field(default_factory=dict)
    languages: dict[str, str] = Field(default_factory=dict)
    priorities: dict[str, Priority] = Field(default_factory=dict)
    sites: dict[str, str] = Field(default_factory=dict)
    actors: dict[str, ActorType] = Field(default_factory=dict)
    """Values of the actor column; a value that is not listed is a human."""
    appeal_outcomes: dict[str, Literal["upheld", "overturned"]] = Field(default_factory=dict)


class Defaults(Contract):
    """What a record carries when the export has no column or no value for it."""

    site: str = "main"
    queue: str | None = None
    """Our queue for a record whose queue is empty; such a record is refused when absent."""
    policy: str | None = None
    language: str = "und"
    priority: Priority | None = None
    """The queue's own priority when absent."""


class AttainmentTarget(Effective):
    """The promised share of cases within a clock's target."""

    clock: str
    share: float = Field(gt=0, le=1)
    queues: tuple[str, ...] = ()
    """Queues it holds for; all of the vendor's when empty."""


class Contacts(Contract):
    """Who is told; team addresses and channels, never a person's."""

    email: tuple[str, ...] = ()
    slack_channel: str | None = None


class Book(Contract):
    """Which of the vendor's events are records that the enforcement log must know."""

    event_types: tuple[EventType, ...] = (EventType.DECIDED,)


class VendorContract(Effective):
    """Everything Breakwater knows about one vendor."""

    vendor: Slug
    name: str
    region: Literal["apac", "emea", "amer"]
    source: FolderSource
    delivery: Delivery
    format: FileFormat
    control: Annotated[Manifest | NoControl, Field(discriminator="kind")] = NoControl()
    shape: Shape
    columns: Columns
    times: Times
    missing_values: tuple[str, ...] = ()
    """Spellings of "no value", besides an empty cell."""
    qa_full_mark: float = Field(default=1.0, gt=0)
    """The QA score that stands for a flawless decision."""
    codes: Codes
    defaults: Defaults = Defaults()
    book: Book = Book()
    calendars: dict[str, Calendar]
    """Business calendars by site; ``default`` serves sites that are not named."""
    targets: tuple[AttainmentTarget, ...] = ()
    contacts: Contacts = Contacts()

    @model_validator(mode="after")
    def _needs_a_default_calendar(self) -> "VendorContract":
        if "default" not in self.calendars:
            message = "calendars must hold one named `default`"
            raise ValueError(message)
        return self

    def calendar_id(self, site: str) -> str:
        """Name the calendar that serves a site, unique across vendors."""
        name = site if site in self.calendars else "default"
        return f"{self.vendor}/{name}"

    @property
    def reported_events(self) -> frozenset[EventType]:
        """The events that the export has columns for, or that its states tell."""
        if isinstance(self.shape, CaseShape):
            return frozenset(self.shape.instants)
        # Leaving a pause resumes a case, and leaving a decision re-opens it.
        return frozenset(self.shape.events.values()) | {EventType.RESUMED, EventType.REOPENED}

    def is_active_on(self, day: date) -> bool:
        """Tell whether the vendor owes an export for an operational day."""
        return self.in_force_on(day)

"""One vendor's contract: where its export is, how it is written, what its codes mean."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from breakwater.contracts.base import Contract, Effective
from breakwater.contracts.breaks import Price
from breakwater.contracts.calendar import (
    Calendar,
    CalendarRule,
    ZoneName,
    contradictions,
    versions_of,
)
from breakwater.contracts.channels import ChannelAddress
from breakwater.contracts.comparison import FieldComparison
from breakwater.contracts.file_format import FileFormat, JsonLinesFormat, Manifest, NoControl
from breakwater.contracts.matching import RuleList
from breakwater.contracts.shape import (
    CaseShape,
    Columns,
    ListingShape,
    Personal,
    Rows,
    Shape,
    Times,
    columns_of,
)
from breakwater.contracts.shifts import ShiftExport
from breakwater.contracts.source import FileSource, Source
from breakwater.core.vocabulary import ActorType, Decision, EventType, Priority

SHIFTS = "shifts"
"""What stands before the dot in the fields of the export of shifts."""

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,30}$")]


class Delivery(Contract):
    """When the export is due, on the morning after the operational day."""

    deadline: time
    zone: ZoneName
    accept_late_days: int = Field(default=92, ge=0)
    """How many days back a record may still restate; an older one goes to quarantine."""
    content: Literal["snapshot", "increment"] = "snapshot"
    """What a later file of the same day says about records that it does not hold.

    ``snapshot``: it is the whole truth, they are gone. ``increment``: they stand, and a record that
    it does hold replaces the one of the same key in earlier files.
    """
    may_repeat: bool = False
    """Whether a file may have the very bytes of another day's, as an export of the month to date
    has after a quiet day; otherwise it is taken to be that day's, sent again."""

    def due_at(self, day: date) -> datetime:
        """Return until when the export of an operational day may come: on the morning after."""
        morning = day + timedelta(days=1)
        return datetime.combine(morning, self.deadline, ZoneInfo(self.zone))


class DatedDecision(Effective):
    """What a code means for records of a span of operational days."""

    decision: Decision


class Codes(Contract):
    """The crosswalk from the vendor's codes to ours; keys as the vendor writes them."""

    decisions: dict[str, Decision | tuple[DatedDecision, ...]]
    """Several codes may mean the same. A code whose meaning changed is a list of what it means from
    a day to a day, of which the first in force on the record's operational day counts; on a day
    with none in force nobody mapped it."""
    queues: dict[str, str]
    policies: dict[str, str] = Field(default_factory=dict)
    languages: dict[str, str] = Field(default_factory=dict)
    priorities: dict[str, Priority] = Field(default_factory=dict)
    sites: dict[str, str] = Field(default_factory=dict)
    actors: dict[str, ActorType] = Field(default_factory=dict)
    """Values of the actor column; a value that is not listed is a human."""
    appeal_outcomes: dict[str, Literal["upheld", "overturned"]] = Field(default_factory=dict)
    golden: dict[str, bool] = Field(
        default_factory=lambda: {"true": True, "false": False, "1": True, "0": False}
    )
    """Which values say that an audited item was planted, its right answer known beforehand; a value
    that is not listed is refused, an empty cell is an ordinary sample."""

    @property
    def has_dated_decisions(self) -> bool:
        """Whether the meaning of a decision code depends on the day."""
        return any(isinstance(meaning, tuple) for meaning in self.decisions.values())

    def decisions_on(self, day: date) -> dict[str, Decision]:
        """Return what each decision code means for records of an operational day."""
        known: dict[str, Decision] = {}
        for code, meaning in self.decisions.items():
            if not isinstance(meaning, tuple):
                known[code] = meaning
            elif in_force := [each for each in meaning if each.in_force_on(day)]:
                known[code] = in_force[0].decision
        return known


class Defaults(Contract):
    """What a record carries when the export has no column or no value for it."""

    site: str = "main"
    queue: str | None = None
    """Our queue for a record whose queue is empty; such a record is refused when absent."""
    policy: str | None = None
    language: str = "und"
    priority: Priority | None = None
    """The queue's own priority when absent."""
    decision: Decision | None = None
    """Our decision for a decided record that has none, where leaving the queue is all that is known."""


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
    others: tuple[ChannelAddress, ...] = ()
    """By further channels, such as a room in Teams."""


class Book(Contract):
    """Which of the vendor's events are records that the enforcement log must know."""

    event_types: tuple[EventType, ...] = (EventType.DECIDED,)


class VendorContract(Effective):
    """Everything Breakwater knows about one vendor."""

    vendor: Slug
    name: str
    region: Literal["apac", "emea", "amer"]
    source: Source
    delivery: Delivery
    format: FileFormat = JsonLinesFormat(kind="jsonl", compression="gzip")
    """May be left out for systems that are asked for records: those arrive as JSON lines."""
    control: Annotated[Manifest | NoControl, Field(discriminator="kind")] = NoControl()
    shape: Shape
    columns: Columns
    aliases: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Other spellings of a column's name in headers, by the name that this contract uses."""
    optional: tuple[str, ...] = ()
    """Columns that an export may lack: their records have no value there."""
    rows: Rows = Rows()
    personal: Personal = Personal()
    times: Times
    missing_values: tuple[str, ...] = ()
    """Spellings of "no value", besides an empty cell."""
    qa_full_mark: float = Field(default=1.0, gt=0)
    """The QA score that stands for a flawless decision."""
    codes: Codes
    defaults: Defaults = Defaults()
    book: Book = Book()
    comparison: tuple[FieldComparison, ...] | None = None
    """Fields of a pair that are compared; the operation's list when absent."""
    matching: RuleList | None = None
    """This vendor's own matching rules; those of the operation when absent."""
    calendars: dict[str, Calendar]
    """Business calendars by site, or by a name that `calendar_rules` use; ``default`` serves sites
    that are not named. ``<name>@<anything>`` is another version, in force before or after."""
    calendar_rules: tuple[CalendarRule, ...] = ()
    """Which calendar serves which cases; the first that fits counts, and where none does the
    case's site decides."""
    targets: tuple[AttainmentTarget, ...] = ()
    pricing: tuple[Price, ...] = ()
    """What its work costs, for what a break is worth; the first in force on a day counts."""
    shifts: ShiftExport | None = None
    """Where its export of shifts is, for occupancy and the like; few vendors send one."""
    contacts: Contacts = Contacts()

    @model_validator(mode="after")
    def _has_its_calendars(self) -> "VendorContract":
        for name in ("default", *(rule.calendar for rule in self.calendar_rules)):
            if not versions_of(self.calendars, name):
                message = f"calendars must hold one named `{name}`"
                raise ValueError(message)
        for message in contradictions(self.calendars):
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _needs_a_format_for_files(self) -> "VendorContract":
        is_file = isinstance(self.source, FileSource)
        if is_file and "format" not in self.model_fields_set:
            message = "format must say how the files are written"
            raise ValueError(message)
        if not is_file and not (
            isinstance(self.format, JsonLinesFormat) and self.format.compression == "gzip"
        ):
            message = "format must be {kind: jsonl, compression: gzip}: records arrive so"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _needs_a_queue(self) -> "VendorContract":
        if self.columns.queue is None and self.defaults.queue is None:
            message = "columns.queue or defaults.queue must be there"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _must_list_many_files(self) -> "VendorContract":
        if isinstance(self.shape, ListingShape) and not (
            isinstance(self.source, FileSource) and self.source.files == "many"
        ):
            message = "a listing shape needs a source with `files: many`"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _must_not_name_people(self) -> "VendorContract":
        personal = set(self.personal.columns) - set(self.personal.pseudonymise)
        columns = self.columns.model_dump(exclude={"agent"}, exclude_none=True)
        for field, named in columns.items():
            for name in columns_of(named):
                if name in personal:
                    message = (
                        f"columns.{field} must not be read from the personal column {name!r}:"
                        " only agent may, or what personal.pseudonymise lists"
                    )
                    raise ValueError(message)
        return self

    @property
    def column_names(self) -> tuple[str, ...]:
        """Every column of the export that this contract reads, each once."""
        filters = (*self.rows.keep, *self.rows.leave_out)
        names = [*self.columns.column_names, *self.shape.column_names]
        names += [each.column for each in filters]
        names += columns_of(self.times.zone_column)
        return tuple(dict.fromkeys(names))

    @property
    def indispensable_columns(self) -> tuple[str, ...]:
        """The columns without which no record can be understood."""
        columns = self.columns
        keys = (columns.case_id, columns.item_id, columns.record_key, columns.queue)
        names = [name for key in keys for name in columns_of(key)]
        return tuple(dict.fromkeys([*names, *self.shape.indispensable]))

    def calendar_versions(self, case: Mapping[str, str | None]) -> list[tuple[str, Calendar]]:
        """Return the calendar that serves a case, in its versions, earliest first.

        Args:
            case: its ``site, queue, policy, language, priority, market``.

        Returns:
            Pairs of an id, which is unique across vendors, and a calendar.
        """
        for rule in self.calendar_rules:
            if rule.covers(case):
                return self._versions(rule.calendar)
        return self._versions(str(case["site"])) or self._versions("default")

    def calendar_on(self, case: Mapping[str, str | None], day: date) -> Calendar:
        """Return the version of a case's calendar that is in force on an operational day."""
        versions = self.calendar_versions(case)
        return next(calendar for _, calendar in versions if calendar.in_force_on(day))

    def _versions(self, name: str) -> list[tuple[str, Calendar]]:
        found = versions_of(self.calendars, name)
        return [(f"{self.vendor}/{full}", calendar) for full, calendar in found]

    @property
    def reported_fields(self) -> frozenset[str]:
        """What the export has besides events: the optional columns that the contract names."""
        told = self.shifts.told if self.shifts else ()
        named = self.columns.model_dump(exclude_none=True)
        return frozenset([*named, *(f"{SHIFTS}.{name}" for name in told)])

    @property
    def reported_events(self) -> frozenset[EventType]:
        """The events that the export has columns for, or that its states tell."""
        if isinstance(self.shape, CaseShape):
            return frozenset(self.shape.instants)
        if isinstance(self.shape, ListingShape):
            told = {EventType.RECEIVED, self.shape.leaving, *self.shape.events.values()}
            return frozenset(told | {EventType.RESUMED, EventType.REOPENED})
        # Leaving a pause resumes a case, and leaving a decision re-opens it.
        return frozenset(self.shape.events.values()) | {EventType.RESUMED, EventType.REOPENED}

    def is_active_on(self, day: date) -> bool:
        """Tell whether the vendor owes an export for an operational day."""
        return self.in_force_on(day)

"""The operation as a whole: its day, its queues, its tolerances, its engine."""

from collections.abc import Collection
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from breakwater.contracts.base import Contract
from breakwater.contracts.breaks import Breaks
from breakwater.contracts.calendar import ZoneName
from breakwater.contracts.comparison import USUAL, FieldComparison
from breakwater.contracts.incidents import Incidents
from breakwater.contracts.links import MessageLinks
from breakwater.contracts.matching import RuleList
from breakwater.contracts.metrics import HOURLY
from breakwater.core.finding import Severity
from breakwater.core.vocabulary import Direction, Outcome, Priority


class Queue(Contract):
    """An ordered set of cases with one policy scope and one default priority."""

    policies: tuple[str, ...] = Field(min_length=1)
    priority: Priority
    severity_tier: Literal["A", "B", "C"]
    """Harm of what reviewers see; A is the gravest. Exposure hours are reported by tier."""


class DirectionTolerance(Contract):
    """What is borne of decisions that differ in one direction, when it is judged by itself."""

    break_rate: float | None = Field(default=None, ge=0, lt=1)
    """Share of a vendor-day's records; that of `decision_mismatch` when absent."""
    severity: Severity | None = None
    """How grave a finding is; as grave as of `decision_mismatch` when absent."""


class Tolerances(Contract):
    """How far two books may differ and still agree."""

    matched_seconds: int = 0
    """Decision instants this close count as equal."""
    time_seconds: int = 120
    """Beyond `matched_seconds` and up to here: matched within tolerance; beyond: time drift."""
    enforcement_seconds: int = 3600
    """Decision to enforcement; later is late enforcement."""
    quarantine_rate: float = Field(default=0.01, ge=0, lt=1)
    """Share of an export's rows that may be refused before people are told."""
    break_rate: float = Field(default=0.005, ge=0, lt=1)
    """Share of a vendor-day's records that one class of breaks may reach before people are told."""
    break_rates: dict[Outcome, float] = Field(default_factory=dict)
    """The same for classes that bear less or more; 0 tells of every single break."""
    total_rate: float = Field(default=0.005, ge=0, lt=1)
    """How far a total that the vendor states may lie from ours, as a share of the larger of both,
    before people are told; rounded up to whole cases."""
    directions: dict[Direction, DirectionTolerance] = Field(default_factory=dict)
    """Directions of `decision_mismatch` that are told apart from it, each by its own measure."""


class Matching(RuleList):
    """What makes two records a pair, and how far apart they may be.

    The rules are those of every vendor whose contract has none of its own.
    """

    window_seconds: int = 6 * 3600
    """The farthest a decision may lie, for rules that name no window of their own."""
    edge_seconds: int = Field(default=2 * 3600, ge=0, le=11 * 3600)
    """How far over midnight a record may find its counterpart in the neighbouring day."""


class SparkSettings(Contract):
    """Where Spark runs, and what it may take."""

    master: str = "local[2]"
    """As Spark spells it: local[2], spark://host:7077, yarn, k8s://https://host:443 …"""
    memory: str = Field(default="1g", pattern=r"^[1-9][0-9]*[mg]$")
    """Of the driver and of each executor."""
    folder: str | None = None
    """Where results pass between executors and this machine: a folder that all of them see under
    this path; null: this machine's own temporary folder, for masters that run on it alone."""
    options: dict[str, str] = Field(default_factory=dict)
    """What a cluster asks for besides, by Spark's own names."""


class EngineSettings(Contract):
    """Which engine runs the models, and within which limits."""

    kind: Literal["duckdb", "postgresql", "spark"] = "duckdb"
    memory_limit: str = "2GB"
    """Of DuckDB in one process; landing reads exports with it, whichever engine runs the models."""
    threads: int = Field(default=2, ge=1)
    spark: SparkSettings = SparkSettings()


class Attainment(Contract):
    """When a share below the contract's is told, and how loud."""

    minimum_due: int = Field(default=20, ge=1)
    """Clocks due in a day below which a share says too little to tell."""
    major_gap: float = Field(default=0.05, gt=0)
    """So far below the contract's share, the finding is major instead of a warning."""
    critical_gap: float = Field(default=0.25, gt=0)
    """So far below, it is critical."""

    def severity_of(self, gap: float) -> Severity:
        """Return how bad it is that a share lies so far below the contract's."""
        if gap >= self.critical_gap:
            return Severity.CRITICAL
        return Severity.MAJOR if gap >= self.major_gap else Severity.WARNING


class Detection(Contract):
    """When a number is abnormal enough to tell."""

    history_days: int = 56
    minimum_history_days: int = 14
    false_alarms: float = Field(default=0.07, gt=0, le=1)
    """How many a series may raise in a month in which nothing happens, before the minimums below.

    Multiplied by the series that are watched it is what people will look at in vain; the lower it
    is, the larger a change must be, or the longer it must last, to be seen.
    """
    minimum_volume: int = 30
    """Cases behind a change below which a series stays quiet."""
    minimum_effect: float = 0.15
    """Smallest relative change worth a message; of a share, relative to its rarer side."""
    minimum_rate_effect: float = 0.02
    """Smallest absolute change of a share worth a message."""
    refractory_days: int = 7
    """After this many ordinary days the next change is a new one; until then it is told once."""
    silent_queue_cases: int = Field(default=10, ge=1)
    """A queue to which not one case came is told of when each of the same weekdays before, in the
    last four weeks, brought so many."""
    hourly: tuple[str, ...] = ()
    """Metrics whose anomalies say since which hour, where the hours show it: any that are kept by the
    hour. Nothing is told for an hour alone; see docs/detection.md."""

    @field_validator("hourly")
    @classmethod
    def _must_be_kept_by_the_hour(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in HOURLY:
                message = (
                    f"expected a metric kept by the hour ({', '.join(HOURLY)}); found {name!r}"
                )
                raise ValueError(message)
        return names


class Forecasting(Contract):
    """Which open cases are looked at ahead of their due instant, and from what is learned."""

    horizon_hours: int = Field(default=24, ge=1, le=7 * 24)
    """Clocks due within so many hours are forecast."""
    history_days: int = Field(default=7, ge=1, le=56)
    """So many days before are read: the pace of each queue, and what became of cases alike."""
    likely: float = Field(default=0.5, gt=0, lt=1)
    """From this likelihood on, an open clock is said to be missed."""


class Corrections(Contract):
    """How far a figure must move before readers of a digest are sent it again, corrected.

    Every state of a digest is kept as an edition, whatever moved.
    """

    points: float = Field(default=0.005, ge=0, lt=1)
    """Of a share: 0.005 is half a percentage point."""
    relative: float = Field(default=0.02, ge=0)
    """Of a count, a mean or a duration, relative to what was sent."""
    least_cases: int = Field(default=30, ge=1)
    """A number that speaks of fewer cases moves by chance, and corrects nothing."""
    days: int = Field(default=14, ge=0)
    """Days older than this are corrected in their editions only; nobody is sent them again."""


class EnforcementLog(Contract):
    """Where the platform's own log is, and which of its columns holds what.

    Columns ending in ``_at`` are ``timestamptz``; the others are text.
    """

    table: str = Field(
        default="platform.enforcement_log", pattern=r"^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$"
    )
    action_id: str = "action_id"
    vendor: str = "vendor"
    site: str = "site"
    queue: str = "queue"
    policy: str = "policy"
    language: str = "language"
    record_key: str = "vendor_reference"
    item_id: str = "item_id"
    decision: str = "decision"
    decided_at: str = "decided_at"
    enforced_at: str = "enforced_at"
    status: str = "status"
    source: str = "source"
    handle_seconds: str | None = None
    """Active handling, as a number of seconds, for logs that keep it."""
    score: str | None = None
    """QA score as a share from 0 to 1, for logs that keep it."""
    agent: str | None = None
    """Who decided, as the vendor writes it; lands as the same pseudonym. Not known when absent."""


class Retention(Contract):
    """How long what is not current is kept, in days; null keeps it for good."""

    raw_days: int | None = Field(default=400, ge=1)
    """Files as received: they hold what never lands, user names and free text among it."""
    quarantine_days: int | None = Field(default=180, ge=1)
    """Records that were refused, and their lines."""
    superseded_days: int | None = Field(default=400, ge=1)
    """Rows of the lake that were replaced; `as_of` reaches back no farther."""
    closed_break_days: int | None = Field(default=400, ge=1)
    """Breaks that are closed, with evidence and history, since anything happened to them last. One
    that is carried forward stays; a day that is reconciled after so long finds its breaks anew."""


HostName = Annotated[
    str, Field(pattern=r"^\.?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$")
]


def is_named(host: str, hosts: Collection[str], internal_hosts: Collection[str]) -> bool:
    """Tell whether a host is among those that may be asked; only `hosts` may be suffixes."""
    return (
        host in hosts
        or host in internal_hosts
        or any(host.endswith(suffix) for suffix in hosts if suffix.startswith("."))
    )


class Outside(Contract):
    """Which hosts messages may be handed to, besides those of the services that channels are of."""

    hosts: tuple[HostName, ...] = ()
    """Reached by https at public addresses alone; ``.example.org`` stands for all below it."""
    internal_hosts: tuple[HostName, ...] = ()
    """Those that may have an address of a private network, or of this machine."""


class Operations(Contract):
    """Settings of the operation."""

    name: str
    zone: ZoneName
    """Zone whose midnight ends the operational day."""
    queues: dict[str, Queue]
    policies: tuple[str, ...]
    languages: tuple[str, ...]
    tolerances: Tolerances = Tolerances()
    matching: Matching = Matching()
    comparison: tuple[FieldComparison, ...] = USUAL
    """Fields of a pair that are compared; a vendor's own list replaces it."""
    enforcement_log: EnforcementLog = EnforcementLog()
    engine: EngineSettings = EngineSettings()
    attainment: Attainment = Attainment()
    detection: Detection = Detection()
    corrections: Corrections = Corrections()
    forecast: Forecasting = Forecasting()
    retention: Retention = Retention()
    breaks: Breaks = Breaks()
    incidents: Incidents = Incidents()
    links: MessageLinks | None = None
    """Where links in messages lead; without it there are none."""
    live_days: int = 3
    """A run pages only for days this recent."""
    storm_cap: int = Field(default=12, ge=1)
    """More new messages than this to one recipient in one run become one roll-up."""
    outside: Outside = Outside()
    runbooks: str = "docs/runbooks"
    """Folder or https address of the runbooks; alerts name the page of their rule there."""
    aas: Literal["average_answer_speed", "average_age_at_solve", "average_agent_solves"] = (
        "average_answer_speed"
    )
    """Which metric this operation calls AAS; its expansion is printed beside it."""

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone as an object."""
        return ZoneInfo(self.zone)

"""What the warehouse knows about a day, read once; each audience is then given its own part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import LiteralString, TypeVar

from psycopg.rows import class_row

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.events import KnownEvent
from breakwater.core.days import Window
from breakwater.core.finding import Finding, Rule
from breakwater.core.period import Period
from breakwater.pictures.history import History, read_histories
from breakwater.report.on_call import Duty, read_duties
from breakwater.report.rhythm import DAILY, HISTORY_DAYS, Rhythm
from breakwater.warehouse.database import Connection
from breakwater.warehouse.finding import findings_of_day
from breakwater.warehouse.known_event import known_events
from breakwater.warehouse.tracks import Meaning, Track, read_meanings, read_tracks


@dataclass(frozen=True, slots=True)
class BreakCount:
    """How many records of a queue ended in a class of breaks."""

    vendor: str
    queue: str
    outcome: str
    count: int


@dataclass(frozen=True, slots=True)
class Carried:
    """Breaks of a queue that are open by now, of the day and all before it, and those that closed.

    `oldest` is the day of the oldest open one, `late` how many were closed by late data since the
    digest of the day before.
    """

    vendor: str
    queue: str
    open: int
    disputed: int
    oldest: date | None
    late: int


@dataclass(frozen=True, slots=True)
class TieOut:
    """The control totals of one book of a vendor."""

    vendor: str
    side: str
    population: int
    matched: int
    breaks: int


@dataclass(frozen=True, slots=True)
class Attained:
    """Clocks of a queue that were due, and those of them that were met."""

    vendor: str
    clock: str
    queue: str
    due: int
    met: int


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Open cases of a queue that will soon use up a clock."""

    vendor: str
    clock: str
    queue: str
    count: int


@dataclass(frozen=True, slots=True)
class Excused:
    """Clocks of a queue that left attainment, and the entry that excused them."""

    vendor: str
    queue: str
    excusal: str
    count: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """Open clocks of a queue that will be missed at the present pace, and by when the first is."""

    vendor: str
    queue: str
    clock: str
    count: int
    first_due_at: datetime


@dataclass(frozen=True, slots=True)
class Landed:
    """Rows of a vendor's export and of our log, and those refused among them."""

    vendor: str
    rows: int
    refused: int


@dataclass(frozen=True, slots=True)
class Lasting:
    """An abnormal number that was told on an earlier day and is still so."""

    metric: str
    vendor: str | None
    scope: Mapping[str, str]
    value: float
    expected: float
    since: date
    events: Sequence[str] = ()
    """Known events that it coincides with, by name."""


@dataclass(frozen=True, slots=True)
class KeptQuiet:
    """An abnormal number that nobody is told of, because a known event says so."""

    metric: str
    vendor: str | None
    scope: Mapping[str, str]
    events: Sequence[str]


@dataclass(frozen=True, slots=True)
class Undelivered:
    """How many messages to one recipient were given up; the one told of last comes first."""

    channel: str
    recipient: str
    count: int


@dataclass(frozen=True, slots=True)
class Unreported:
    """A day of a period for which a vendor owed an export and is in no number."""

    vendor: str
    day: date


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything a digest is made of. Rows are those of one audience's scope once it is cut.

    Attributes:
        day: the operational day, or the last one of a period.
        rhythm: how many values a track has, and which of them are alike.
        period: the week or month; None of a day.
        duties: who is on call around the day after.
        undelivered: messages that were given up and that nobody put aside; of no day.
    """

    day: date
    expected: tuple[str, ...]
    reported: tuple[str, ...]
    tracks: tuple[Track, ...]
    meanings: tuple[Meaning, ...]
    breaks: tuple[BreakCount, ...]
    carried: tuple[Carried, ...]
    tie_outs: tuple[TieOut, ...]
    attainment: tuple[Attained, ...]
    at_risk: tuple[AtRisk, ...]
    excused: tuple[Excused, ...]
    ahead: tuple[Ahead, ...]
    landed: tuple[Landed, ...]
    lasting: tuple[Lasting, ...]
    kept_quiet: tuple[KeptQuiet, ...]
    events: tuple[KnownEvent, ...]
    histories: tuple[History, ...]
    findings: tuple[Finding, ...]
    rhythm: Rhythm = DAILY
    period: Period | None = None
    unreported: tuple[Unreported, ...] = ()
    duties: tuple[Duty, ...] = ()
    undelivered: tuple[Undelivered, ...] = ()


# A pair that disagrees is a row in both books, and one break to people.
_BREAKS = """
    select vendor, queue, outcome,
           greatest(count(*) filter (where side = 'vendor'),
                    count(*) filter (where side = 'internal')) as count
    from reconcile.recon_break where operational_day = %s
    group by vendor, queue, outcome order by vendor, queue, outcome
"""
_CARRIED = """
    with span as (
        select
            coalesce(
                (select min(published_at) from report.edition where operational_day = %(day)s - 1 and period = 'day'),
                to_timestamp(%(end)s)
            ) as since,
            coalesce(
                (select min(published_at) from report.edition where operational_day = %(day)s and period = 'day'),
                'infinity'
            ) as until
    ),
    part as (
        select vendor, queue, count(*) as open,
               count(*) filter (where state = 'disputed') as disputed,
               min(operational_day) as oldest, 0 as late
        from reconcile.break_life
        where operational_day <= %(day)s and state in ('open', 'explained', 'disputed')
        group by vendor, queue
        union all
        select life.vendor, life.queue, 0, 0, null, count(distinct life.break_id)
        from reconcile.break_history history
        cross join span
        join reconcile.break_life life using (break_id)
        where history.what = 'auto_closed' and history.at > span.since and history.at <= span.until
            and history.detail->>'rule' = 'late_data' and life.closed_rule = 'late_data'
            and life.operational_day <= %(day)s
        group by life.vendor, life.queue
    )
    select vendor, queue, sum(open)::bigint as open, sum(disputed)::bigint as disputed,
           min(oldest) as oldest, sum(late)::bigint as late
    from part group by vendor, queue order by vendor, queue
"""
_TIE_OUTS = """
    select vendor, side, population, matched, breaks
    from reconcile.tie_out where operational_day = %s order by vendor, side
"""
_ATTAINMENT = """
    select vendor, clock, queue, due_count as due, met_count as met
    from measure.attainment where operational_day = %s order by vendor, clock, queue
"""
_AT_RISK = """
    select vendor, clock, queue, count(*) as count
    from measure.clock_exception where operational_day = %s and state = 'at_risk'
    group by vendor, clock, queue order by vendor, clock, queue
"""
_EXCUSED = """
    select vendor, queue, excusal, count(*) as count
    from measure.clock_exception where operational_day = %s and is_excused
    group by vendor, queue, excusal order by vendor, queue, excusal
"""
_AHEAD = """
    select vendor, queue, clock, count(*) as count, min(due_at) as first_due_at
    from measure.breach_forecast as told
    where operational_day = %s and will_breach and as_of = (
        select max(as_of) from measure.breach_forecast as latest
        where latest.operational_day = told.operational_day and latest.vendor = told.vendor
    )
    group by vendor, queue, clock order by vendor, queue, clock
"""
_LANDED = """
    select vendor, sum(physical_rows)::bigint as rows, sum(quarantined_rows)::bigint as refused
    from landing.control_total where operational_day = %s group by vendor order by vendor
"""
_LASTING = """
    select metric, vendor, scope, value, expected, since, events
    from detect.score where operational_day = %s and verdict = 'continuing'
    order by score desc, series collate "C"
"""
_KEPT_QUIET = """
    select metric, vendor, scope, events
    from detect.score where operational_day = %s and verdict = 'known_event'
    order by score desc, series collate "C"
"""
_UNDELIVERED = """
    select channel, recipient, count(*)::int as count
    from notify.outbox where state = 'dead' and put_aside_at is null
    group by channel, recipient order by max(outbox_id) desc
"""
_REPORTED = "select vendors_reported from measure.day_close where operational_day = %s"

Model = TypeVar("Model")


def read_answers(
    connection: Connection, configuration: Configuration, day: date, metrics: Sequence[str]
) -> Answers:
    """Read a day and, of the named metrics, the four weeks before it."""

    def rows(model: type[Model], query: LiteralString) -> tuple[Model, ...]:
        with connection.cursor(row_factory=class_row(model)) as cursor:
            return tuple(cursor.execute(query, [day]))

    first = day - timedelta(days=HISTORY_DAYS)
    tracks = read_tracks(connection, metrics, first, day)
    # What a digest says of a day must not depend on how often it took to write it.
    found = findings_of_day(connection, day)
    findings = tuple(each for each in found if each.rule is not Rule.DAG_FAILED)
    return Answers(
        day=day,
        expected=tuple(configuration.active_vendors(day)),
        reported=_reported(connection, day, tracks),
        tracks=tracks,
        meanings=read_meanings(connection, configuration, metrics, first, day),
        breaks=rows(BreakCount, _BREAKS),
        carried=read_carried(connection, configuration, day),
        tie_outs=rows(TieOut, _TIE_OUTS),
        attainment=rows(Attained, _ATTAINMENT),
        at_risk=rows(AtRisk, _AT_RISK),
        excused=rows(Excused, _EXCUSED),
        ahead=rows(Ahead, _AHEAD),
        landed=rows(Landed, _LANDED),
        lasting=rows(Lasting, _LASTING),
        kept_quiet=rows(KeptQuiet, _KEPT_QUIET),
        events=tuple(
            event
            for event in known_events(connection, configuration.events)
            if event.touches(first, day)
        ),
        histories=read_histories(connection, day, findings),
        findings=findings,
        duties=read_duties(connection, day, configuration.operations.zone_info),
        undelivered=_undelivered(connection),
    )


def _undelivered(connection: Connection) -> tuple[Undelivered, ...]:
    with connection.cursor(row_factory=class_row(Undelivered)) as cursor:
        return tuple(cursor.execute(_UNDELIVERED))


def read_carried(
    connection: Connection, configuration: Configuration, day: date
) -> tuple[Carried, ...]:
    """Read the breaks that are open at a day's end, queue by queue, and those that late data closed."""
    window = Window.for_operational_day(day, configuration.operations.zone_info)
    with connection.cursor(row_factory=class_row(Carried)) as cursor:
        return tuple(cursor.execute(_CARRIED, {"day": day, "end": window.end}))


def _reported(connection: Connection, day: date, tracks: Sequence[Track]) -> tuple[str, ...]:
    """Take the close's word for who reported; before the close, whoever has been measured."""
    closed = connection.execute(_REPORTED, [day]).fetchone()
    if closed is not None:
        return tuple(sorted(closed["vendors_reported"]))
    return tuple(sorted({track.vendor for track in tracks if track.numerators[-1] is not None}))

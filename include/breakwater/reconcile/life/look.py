"""Look at breaks: a list by what people ask for, and everything that is known of one."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg.rows import class_row

from breakwater.warehouse.database import Connection

CARRIED = ("open", "explained", "disputed")
"""States of a break that is carried forward from day to day."""
STATES = (*CARRIED, "accepted", "auto_closed")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which breaks; what is None or empty leaves nothing out.

    Attributes:
        vendor: whose.
        states: in any of them.
        outcome: of this class.
        cause: with this probable cause.
        owner: looked after by them.
        day: of this operational day.
        older_than: more days old than this.
        as_of: the operational day to which ages are counted, and after which nothing is listed; the
            newest that the vendor has been reconciled for when None.
    """

    vendor: str | None = None
    states: tuple[str, ...] = CARRIED
    outcome: str | None = None
    cause: str | None = None
    owner: str | None = None
    day: date | None = None
    older_than: int | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class BreakSeen:
    """One break as a list shows it.

    Attributes:
        age_days: operational days since its own.
        minutes: handling of the vendor's records; None where the vendor tells none.
        amount: what they are worth in `currency`; None where the contract prices nothing.
        last_seen_at: when the books were last seen to have it.
    """

    break_id: str
    vendor: str
    day: date
    age_days: int
    outcome: str
    queue: str
    site: str
    severity: str
    state: str
    closed_rule: str | None
    owner: str | None
    cause: str | None
    cases: int
    minutes: Decimal | None
    amount: Decimal | None
    currency: str | None
    record_key: str | None
    first_seen_at: datetime
    last_seen_at: datetime


_LIST = """
    select
        life.break_id,
        life.vendor,
        life.operational_day as day,
        coalesce(%(as_of)s::date, newest.day) - life.operational_day as age_days,
        life.outcome,
        life.queue,
        life.site,
        life.severity,
        life.state,
        life.closed_rule,
        life.owner,
        life.cause,
        life.case_count as cases,
        round(life.handle_seconds / 60.0, 1) as minutes,
        life.amount,
        life.currency,
        life.record_key,
        life.first_seen_at,
        coalesce(life.last_seen_at, watch.seen_at) as last_seen_at
    from reconcile.break_life life
    join reconcile.break_watch watch using (vendor, operational_day)
    join (
        select vendor, max(operational_day) as day from reconcile.break_watch group by vendor
    ) newest on newest.vendor = life.vendor
    where (%(vendor)s::text is null or life.vendor = %(vendor)s)
        and life.state = any(%(states)s)
        and (%(outcome)s::text is null or life.outcome = %(outcome)s)
        and (%(cause)s::text is null or life.cause = %(cause)s)
        and (%(owner)s::text is null or life.owner = %(owner)s)
        and (%(day)s::date is null or life.operational_day = %(day)s)
        and life.operational_day <= coalesce(%(as_of)s::date, newest.day)
        and (
            %(older_than)s::integer is null
            or coalesce(%(as_of)s::date, newest.day) - life.operational_day > %(older_than)s
        )
    order by
        array_position(array['critical', 'major', 'warning', 'info'], life.severity),
        life.operational_day, life.vendor collate "C", life.outcome collate "C",
        life.decided_at, life.break_id
"""


def list_breaks(connection: Connection, wanted: Wanted) -> list[BreakSeen]:
    """List breaks: the gravest first, of equals the oldest."""
    parameters = {
        "vendor": wanted.vendor,
        "states": list(wanted.states),
        "outcome": wanted.outcome,
        "cause": wanted.cause,
        "owner": wanted.owner,
        "day": wanted.day,
        "older_than": wanted.older_than,
        "as_of": wanted.as_of,
    }
    with connection.cursor(row_factory=class_row(BreakSeen)) as cursor:
        return cursor.execute(_LIST, parameters).fetchall()


@dataclass(frozen=True, slots=True)
class BreakKnown:
    """Everything that is known of one break.

    Attributes:
        life: the row of ``reconcile.break_life``, with `age_days` and `last_seen_at`.
        records: its rows of evidence: side, record_id, source_sha256, source_row.
        history: what happened to it, oldest first: at, actor, what, state, outcome, detail.
    """

    life: dict[str, Any]
    records: list[dict[str, Any]]
    history: list[dict[str, Any]]


def look_at_break(connection: Connection, break_id: str) -> BreakKnown:
    """Read one break; `break_named` finds its id."""
    (life,) = connection.execute(
        "select life.*, coalesce(life.last_seen_at, watch.seen_at) as last_seen,"
        " (select max(operational_day) from reconcile.break_watch newest"
        " where newest.vendor = life.vendor) - life.operational_day as age_days"
        " from reconcile.break_life life"
        " join reconcile.break_watch watch using (vendor, operational_day) where break_id = %s",
        [break_id],
    ).fetchall()
    life["last_seen_at"] = life.pop("last_seen")
    records = connection.execute(
        "select side, record_id, source_sha256, source_row from reconcile.break_record"
        ' where break_id = %s order by side desc, record_id collate "C"',
        [break_id],
    ).fetchall()
    history = connection.execute(
        "select at, actor, what, state, outcome, detail from reconcile.break_history"
        " where break_id = %s order by history_id",
        [break_id],
    ).fetchall()
    return BreakKnown(life, records, history)

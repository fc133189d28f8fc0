"""Hold a vendor-day's breaks against those that are known: open, renew, close and reopen them.

Runs in the transaction that publishes the day's outcomes, as statements over all of its breaks at
once. A break keeps its name while one of its records stays, and where a record was corrected, by
the key on which it hangs; of a pair that falls apart or comes together the vendor's half lives on.

What the books say and what people decided are different columns, so reconciling again can never
undo a person's word. Every change is a row of the history, which only grows.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from breakwater.core.days import utc_instant
from breakwater.core.vocabulary import Outcome, Side
from breakwater.engine.base import Engine
from breakwater.reconcile.books import VendorDay
from breakwater.reconcile.life.causes import Cause, probable_causes
from breakwater.reconcile.life.drift import Drift
from breakwater.reconcile.life.materiality import materiality_of
from breakwater.reconcile.model_files import model
from breakwater.reconcile.tie_out import Tally
from breakwater.warehouse.database import Connection, hold
from breakwater.warehouse.file_ledger import file_in_force

ACTOR = "breakwater"
"""Who did in the history what no person did."""
SQL = Path(__file__).parent
MANY = 2_000
"""From so many breaks of a day on, known or new, tables are joined as a whole."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What following a day's breaks tells those who tell people.

    Attributes:
        drifts: drifts that a whole file or site has in common.
        drifting: records of the breaks that they explain, by book and queue.
        by_site: those breaks by site of the vendor; each is one pair.
    """

    drifts: tuple[Drift, ...] = ()
    drifting: Counter[tuple[Side, str]] = field(default_factory=Counter)
    by_site: Counter[str] = field(default_factory=Counter)

    def explained_by(self, drift: Drift) -> int:
        """Count the breaks that a drift explains."""
        return self.by_site.total() if drift.site is None else self.by_site[drift.site]


def follow_breaks(
    connection: Connection,
    engine: Engine,
    about: VendorDay,
    outcomes: Sequence[Outcome],
    now: datetime,
) -> Followed:
    """Bring the life of a vendor-day's breaks up to what was just published.

    Args:
        connection: the transaction in which ``recon_break`` has been replaced.
        engine: with ``written``, ``written_break`` and ``break_event`` readable.
        about: the vendor-day.
        outcomes: classes that the day has.
        now: the instant to remember for what changes.
    """
    day = {"vendor": about.vendor, "day": about.day, "now": now, "actor": ACTOR}
    if any(rule.after_days for rule in about.operations.breaks.auto_close):
        # Such rules reach into other days. Before the first row is touched: no two can then wait
        # for each other.
        hold(connection, "breaks", about.vendor)
    _run(connection, "scratch_tables")
    _load_sources(connection, engine)
    log = file_in_force(connection, about.vendor, about.day, "internal")
    _run(connection, "seen_record", **day, log_sha256=None if log is None else log.sha256)
    # Nothing is known of tables that have just been filled; without this, joins of many rows crawl.
    connection.execute("analyze seen_record")
    _run(connection, "seen_break", **materiality_of(about))
    causes = probable_causes(connection, engine, about, outcomes)
    for cause in causes.causes:
        _run(connection, "cause_applied", **_parameters(cause))
    connection.execute("analyze seen_break")
    with _joining_many(connection, day):
        _identify(connection, day)
        connection.execute("analyze identified")
        _renew(connection, day)
        _close_what_is_gone(connection, engine, about, day)
        _apply_rules(connection, about, day)
    connection.execute(
        "insert into reconcile.break_watch as watch (vendor, operational_day, seen_at)"
        " values (%(vendor)s, %(day)s, %(now)s) on conflict (vendor, operational_day)"
        " do update set seen_at = excluded.seen_at",
        day,
    )
    return _followed(connection, causes.drifts)


def without_common_drift(tallies: Sequence[Tally], followed: Followed) -> list[Tally]:
    """Take out of a day's tallies what common drifts explain: people are told of those instead."""
    return [_without_drifting(tally, followed) for tally in tallies]


def _without_drifting(tally: Tally, followed: Followed) -> Tally:
    if tally.outcome is not Outcome.TIME_DRIFT:
        return tally
    drifting = followed.drifting[tally.side, tally.queue]
    # A pair is counted on the vendor's side.
    cases = drifting if tally.side is Side.VENDOR else 0
    return replace(
        tally,
        record_count=tally.record_count - drifting,
        case_count=tally.case_count - cases,
    )


def _run(connection: Connection, name: str, /, **parameters: object) -> None:
    connection.execute((SQL / f"{name}.sql").read_bytes(), parameters or None)


def _load_sources(connection: Connection, engine: Engine) -> None:
    engine.stage("break_source", model("break_source"))
    rows = engine.fetch("break_source").select(
        ["record_id", "source_sha256", "source_row", "handle_seconds"]
    )
    statement = "copy break_source from stdin"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for batch in rows.to_batches(max_chunksize=10_000):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                copy.write_row(row)


def _parameters(cause: Cause) -> dict[str, object]:
    first, end = (None, None) if cause.span is None else map(utc_instant, cause.span)
    lowest, highest = (None, None) if cause.drift is None else cause.drift
    return {
        "name": cause.name,
        "numbers": json.dumps(dict(cause.numbers), sort_keys=True),
        "outcomes": [outcome.value for outcome in cause.outcomes],
        "site": cause.site,
        "first": first,
        "end": end,
        "lowest": lowest,
        "highest": highest,
        "pending_only": cause.pending_only,
    }


@contextmanager
def _joining_many(connection: Connection, day: dict[str, object]) -> Iterator[None]:
    """Keep PostgreSQL from looking at every break of a day once for every other.

    It knows nothing yet of rows that this very transaction has written, takes them for a handful
    and looks each of them up in the other table: 45,000 breaks that were opened took eight minutes.
    A day with few of them is looked up in the indexes as before, however long the history.
    """
    (found,) = connection.execute(
        "select (select count(*) from seen_break) + (select count(*) from reconcile.break_life"
        " where vendor = %(vendor)s and operational_day = %(day)s and is_present) as breaks",
        day,
    ).fetchall()
    if found["breaks"] < MANY:
        yield
        return
    connection.execute("set local enable_nestloop to off")
    yield
    connection.execute("set local enable_nestloop to on")


def _identify(connection: Connection, day: dict[str, object]) -> None:
    """Find out which of the day's breaks is which of the known ones, surest sign first."""
    _run(connection, "same_record", **day)
    for same_class in (True, False):
        _run(connection, "same_anchor", **day, same_class=same_class)


def _renew(connection: Connection, day: dict[str, object]) -> None:
    _run(connection, "moved", **day)
    _run(connection, "renewed", **day)
    _run(connection, "renewed_history", **day)
    _run(connection, "opened", **day)
    connection.execute("analyze identified")
    _run(connection, "dropped_records", **day)
    _run(connection, "kept_records", **day)


def _close_what_is_gone(
    connection: Connection, engine: Engine, about: VendorDay, day: dict[str, object]
) -> None:
    """Close what the books no longer have, and say whether the missing half came or it was repaired."""
    _run(connection, "gone", **day)
    rows = connection.execute(
        "select life.break_id, life.record_key, known.record_id, known.side"
        " from gone join reconcile.break_life life using (break_id)"
        " join reconcile.break_record known using (break_id)"
        " where gone.rule is null and life.outcome = any(%s) order by known.side, known.record_id",
        [[Outcome.MISSING_INTERNAL.value, Outcome.MISSING_VENDOR.value]],
    ).fetchall()
    if rows:
        columns = ("record_id", "record_key")
        gone = {name: pa.array([row[name] for row in rows], pa.string()) for name in columns}
        engine.load("gone_record", pa.table(gone))
        engine.stage("counterpart_now", model("counterpart_now"))
        paired = engine.fetch("counterpart_now").to_pylist()
        named = {(row["side"], row[name]) for row in paired for name in columns if row[name]}
        late = {
            row["break_id"]
            for row in rows
            if named & {(row["side"], row[name]) for name in columns if row[name]}
        }
        connection.execute(
            "update gone set rule = 'late_data' where rule is null and break_id = any(%s)",
            [sorted(late)],
        )
    seen = connection.execute(
        "select seen_at from reconcile.break_watch where vendor = %s and operational_day = %s",
        [about.vendor, about.day],
    ).fetchone()
    _run(connection, "closed", **day, seen_before=seen["seen_at"] if seen else day["now"])


def _apply_rules(connection: Connection, about: VendorDay, day: dict[str, object]) -> None:
    """Close by the rules of configuration, and reopen what they no longer close.

    A rule that waits for days looks at earlier days, too; whatever the order in which days are
    reconciled, the newest of them sees all. Where several apply, the one that was due first closes:
    a break that was looked at every day carries the same name as one that was not.
    """
    rules = sorted(
        about.operations.breaks.auto_close, key=lambda rule: (rule.after_days, rule.rule)
    )
    newest = _newest_day(connection, about) if any(rule.after_days for rule in rules) else about.day
    for rule in rules:
        _run(
            connection,
            "ruled",
            **day,
            rule=rule.rule,
            outcomes=[outcome.value for outcome in rule.outcomes],
            after_days=rule.after_days,
            newest=newest,
            first_day=rule.effective_from,
            last_day=rule.effective_to,
            drift=rule.maximum_drift_seconds,
            amount=rule.maximum_amount,
        )
    _run(connection, "rules_applied", **day)


def _newest_day(connection: Connection, about: VendorDay) -> object:
    row = connection.execute(
        "select greatest(max(operational_day), %s::date) as newest from reconcile.break_watch"
        " where vendor = %s",
        [about.day, about.vendor],
    ).fetchone()
    return about.day if row is None else row["newest"]


def _followed(connection: Connection, drifts: tuple[Drift, ...]) -> Followed:
    followed = Followed(drifts)
    if not drifts:
        return followed
    rows = connection.execute(
        "select record.side, record.queue, seen_break.site, count(*) as count"
        " from seen_record record join seen_break using (unit)"
        " where seen_break.cause = 'clock_skew' group by record.side, record.queue, seen_break.site"
    )
    for row in rows:
        side = Side(row["side"])
        followed.drifting[side, row["queue"]] += row["count"]
        if side is Side.VENDOR:
            followed.by_site[row["site"]] += row["count"]
    return followed

"""What the warehouse knows about a week or a month: sums over its days, beside those before it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.metrics import METRICS
from breakwater.core.days import days_between
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.period import Period
from breakwater.report.answers import (
    Answers,
    Attained,
    BreakCount,
    Landed,
    TieOut,
    Unreported,
    read_carried,
)
from breakwater.report.rhythm import PERIODIC
from breakwater.warehouse.database import Connection
from breakwater.warehouse.known_event import known_events
from breakwater.warehouse.tracks import Track, read_meanings, spread

# A level is a state: that of the last measured day stands for a period, and days do not add up.
_TRACKS = """
    select vendor, queue, metric,
           array_agg(place order by place) as places,
           array_agg(numerator order by place) as numerators,
           array_agg(denominator order by place) as denominators
    from (
        select span.place, fact.vendor, fact.queue, fact.metric,
               sum(fact.numerator) as numerator, sum(fact.denominator) as denominator
        from measure.kpi_fact as fact
        join unnest(%(places)s::int[], %(firsts)s::date[], %(lasts)s::date[])
            as span (place, first, last)
            on fact.operational_day between span.first and span.last
        where fact.metric = any(%(metrics)s) and (
            not fact.metric = any(%(states)s)
            or fact.operational_day = (
                select max(latest.operational_day) from measure.kpi_fact as latest
                where latest.vendor = fact.vendor
                    and latest.operational_day between span.first and span.last
            )
        )
        group by span.place, fact.vendor, fact.queue, fact.metric
    ) as slice
    group by vendor, queue, metric
    order by vendor collate "C", queue collate "C", metric collate "C"
"""
_ATTAINMENT = """
    select vendor, clock, queue, sum(due_count)::bigint as due, sum(met_count)::bigint as met,
           max(target_share) as target
    from measure.attainment where operational_day between %s and %s
    group by vendor, clock, queue order by vendor, clock, queue
"""
_BREAKS = """
    select vendor, queue, outcome, sum(count)::bigint as count
    from (
        select operational_day, vendor, queue, outcome,
               greatest(count(*) filter (where side = 'vendor'),
                        count(*) filter (where side = 'internal')) as count
        from reconcile.recon_break where operational_day between %s and %s
        group by operational_day, vendor, queue, outcome
    ) as day
    group by vendor, queue, outcome order by vendor, queue, outcome
"""
_TIE_OUTS = """
    select vendor, side, sum(population)::bigint as population, sum(matched)::bigint as matched,
           sum(breaks)::bigint as breaks
    from reconcile.tie_out where operational_day between %s and %s
    group by vendor, side order by vendor, side
"""
_LANDED = """
    select vendor, sum(physical_rows)::bigint as rows, sum(quarantined_rows)::bigint as refused
    from landing.control_total where operational_day between %s and %s
    group by vendor order by vendor
"""
_LATE = """
    select vendor, scope, sum((detail->>'ran_out_in_the_day')::bigint)::bigint as late
    from operations.finding
    where operational_day between %s and %s and rule = %s
    group by vendor, scope
    having sum((detail->>'ran_out_in_the_day')::bigint) > 0
    order by late desc, vendor, scope::text
"""
_REPORTED = """
    select operational_day, vendors_reported from measure.day_close
    where operational_day between %s and %s
"""


def read_period_answers(
    connection: Connection, configuration: Configuration, period: Period, metrics: Sequence[str]
) -> Answers:
    """Read a week or a month and, of the named metrics, the eight before it.

    Promises are weighed over the whole period: a queue that missed on Monday and made up for it by
    Sunday has kept its word of the week.
    """
    span = [period.first, period.last]
    attained = connection.execute(_ATTAINMENT, span).fetchall()
    owed = {
        (vendor, day)
        for day in days_between(period.first, period.last)
        for vendor in configuration.active_vendors(day)
    }
    reported = _reported(connection, period)
    return Answers(
        day=period.last,
        expected=tuple(sorted({vendor for vendor, _ in owed})),
        reported=tuple(sorted({vendor for vendor, _ in reported})),
        tracks=_read_tracks(connection, period, metrics),
        meanings=read_meanings(
            connection,
            configuration,
            metrics,
            period.before(PERIODIC.history).first,
            period.last,
        ),
        breaks=tuple(BreakCount(**row) for row in connection.execute(_BREAKS, span)),
        carried=read_carried(connection, configuration, period.last),
        tie_outs=tuple(TieOut(**row) for row in connection.execute(_TIE_OUTS, span)),
        attainment=tuple(
            Attained(row["vendor"], row["clock"], row["queue"], row["due"], row["met"])
            for row in attained
        ),
        at_risk=(),
        excused=(),
        ahead=(),
        landed=tuple(Landed(**row) for row in connection.execute(_LANDED, span)),
        lasting=(),
        kept_quiet=(),
        events=tuple(
            event
            for event in known_events(connection, configuration.events)
            if event.touches(period.first, period.last)
        ),
        histories=(),
        findings=(
            *_late(connection, period),
            *_broken_promises(configuration, period, attained),
        ),
        rhythm=PERIODIC,
        period=period,
        unreported=tuple(Unreported(*each) for each in sorted(owed - reported)),
    )


def _read_tracks(
    connection: Connection, period: Period, metrics: Sequence[str]
) -> tuple[Track, ...]:
    spans = [period.before(back) for back in reversed(range(PERIODIC.history + 1))]
    states = [m for m in metrics if METRICS[m].kind in {"level", "extreme"}]
    parameters = {
        "places": list(range(len(spans))),
        "firsts": [span.first for span in spans],
        "lasts": [span.last for span in spans],
        "metrics": list(metrics),
        "states": states,
    }
    return tuple(
        Track(
            row["vendor"],
            row["queue"],
            row["metric"],
            spread(row["places"], row["numerators"], len(spans)),
            spread(row["places"], row["denominators"], len(spans)),
        )
        for row in connection.execute(_TRACKS, parameters)
    )


def _reported(connection: Connection, period: Period) -> set[tuple[str, date]]:
    """List the vendors that reported, with the day."""
    rows = connection.execute(_REPORTED, [period.first, period.last])
    return {(vendor, row["operational_day"]) for row in rows for vendor in row["vendors_reported"]}


def _late(connection: Connection, period: Period) -> list[Finding]:
    """Add up what passed a legal deadline, each case on the day it did."""
    rule = Rule.STATUTORY_CLOCK_BREACHED
    return [
        Finding(
            rule=rule,
            operational_day=period.last,
            vendor=row["vendor"],
            severity=Severity.CRITICAL,
            scope=row["scope"],
            value=row["late"],
            unit="cases",
            threshold=0,
        )
        for row in connection.execute(_LATE, [period.first, period.last, rule])
    ]


def _broken_promises(
    configuration: Configuration, period: Period, attained: Sequence[dict[str, Any]]
) -> list[Finding]:
    """Weigh each promise over the period; queues with the same target of a clock are one promise."""
    limits = configuration.operations.attainment
    promises: dict[tuple[str, str, float], list[dict[str, Any]]] = defaultdict(list)
    for row in attained:
        if row["target"] is not None:
            promises[row["vendor"], row["clock"], row["target"]].append(row)
    findings = []
    for (vendor, clock, target), rows in sorted(promises.items()):
        due, met = sum(row["due"] for row in rows), sum(row["met"] for row in rows)
        gap = round(target - met / due, 9) if due else 0.0
        if due < limits.minimum_due or gap <= 0:
            continue
        findings.append(
            Finding(
                rule=Rule.SLA_ATTAINMENT_LOW,
                operational_day=period.last,
                vendor=vendor,
                severity=limits.severity_of(gap),
                scope={"clock": clock} | ({"queue": rows[0]["queue"]} if len(rows) == 1 else {}),
                value=met / due,
                unit="rate",
                threshold=target,
                detail={"due": due, "met": met, "missed": due - met},
            )
        )
    return findings

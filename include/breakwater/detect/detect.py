"""The stage: compare a day's KPIs with the days before it, and say once what is abnormal."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime

from breakwater.contracts.events import KnownEvent
from breakwater.contracts.operations import Detection as Limits
from breakwater.core.finding import Finding, Rule
from breakwater.detect.again import events_read
from breakwater.detect.began import with_hour
from breakwater.detect.cause.driver import with_cause
from breakwater.detect.detection import Settings
from breakwater.detect.events.announced import with_events
from breakwater.detect.examples import with_examples
from breakwater.detect.facts import Facts, read_history
from breakwater.detect.holiday import holiday_flags
from breakwater.detect.judgement import SCORE_COLUMNS, Judgement, judge
from breakwater.detect.panel import Flags
from breakwater.warehouse.database import Connection, hold, replace_rows
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.known_event import known_events
from breakwater.warehouse.stage_run import WHOLE_DAY, StageResult, record_stage
from breakwater.warehouse.workspace import Workspace

STAGE = "detect"

RUN_COLUMNS = ("first_day", "series", "holidays", "settings", "content", "read", "events")


def detect_day(workspace: Workspace, day: date, now: datetime) -> StageResult:
    """Judge a day against the history before it; replaces its scores and its findings.

    Only days up to this one are read, so a replay of a past day says what was said then, unless
    one of the days before it was restated: `detect.again` knows which days those are.
    """
    return detect_days(workspace, [day], now)[0]


def detect_days(workspace: Workspace, days: Collection[date], now: datetime) -> list[StageResult]:
    """Judge some days as `detect_day` does, and read their history once.

    Args:
        workspace: the installation.
        days: operational days, at least one; what lies between the first and the last is read.
        now: the instant to remember for what changes.

    Returns:
        A result for each day, in the order of days.
    """
    history_days = workspace.configuration.operations.detection.history_days
    ordered = sorted(days)
    with workspace.warehouse.transaction() as connection:
        for day in ordered:
            hold(connection, STAGE, WHOLE_DAY, day)
        history = read_history(connection, ordered[0], ordered[-1], history_days)
        events = known_events(connection, workspace.configuration.events)
        return [
            _detect(workspace, connection, history.window(day, history_days), events, now)
            for day in ordered
        ]


def _detect(
    workspace: Workspace,
    connection: Connection,
    facts: Facts,
    events: Sequence[KnownEvent],
    now: datetime,
) -> StageResult:
    operations, vendors = workspace.configuration.operations, workspace.configuration.vendors
    limits, day = operations.detection, facts.days[-1]
    holidays = {name: holiday_flags(vendors[name], facts.days) for name in sorted(vendors)}
    judgement = judge(facts, _settings(limits), holidays, events)
    rows = list(judgement.rows()) if judgement else []
    findings = list(_findings(workspace, connection, judgement, events))
    key = {"operational_day": day}
    replace_rows(connection, "detect.score", key, SCORE_COLUMNS, rows)
    grounds = [_grounds(judgement, holidays, limits, events)] if judgement else []
    replace_rows(connection, "detect.run", key, RUN_COLUMNS, grounds)
    replace_findings(connection, day, STAGE, WHOLE_DAY, findings)
    return record_stage(
        connection,
        day=day,
        vendor=WHOLE_DAY,
        stage=STAGE,
        inputs=limits.model_dump(mode="json"),
        outputs=[rows, [[finding.finding_id, finding.detail] for finding in findings]],
        summary=_summary(rows, findings),
        at=now,
    )


def _findings(
    workspace: Workspace,
    connection: Connection,
    judgement: Judgement | None,
    events: Sequence[KnownEvent],
) -> Iterator[Finding]:
    """Yield what is told, each with its cause, since when, a few cases, and known events beside it."""
    if judgement is None:
        return
    operations, lake = workspace.configuration.operations, workspace.lake
    yield from judgement.silence_findings(operations.queues)
    window = workspace.window(judgement.facts.days[-1])
    hourly = operations.detection.hourly
    for found in judgement.findings():
        leaves = judgement.facts.metrics[found.scope["metric"]].leaves
        finding = with_cause(connection, found)
        finding = with_hour(connection, lake, operations.zone_info, finding, hourly)
        finding = with_examples(connection, lake, window, finding)
        yield with_events(finding, events, leaves)


def _grounds(
    judgement: Judgement, holidays: dict[str, Flags], limits: Limits, events: Sequence[KnownEvent]
) -> tuple[object, ...]:
    """Return what the scores rest on, as `RUN_COLUMNS`."""
    days, contents = judgement.facts.days, judgement.facts.contents
    closed = {
        name: [day.isoformat() for day, off in zip(days, flags, strict=True) if off]
        for name, flags in holidays.items()
    }
    members = [one.slice.name for one in judgement.series]
    return (
        days[0],
        members,
        closed,
        limits.model_dump(mode="json"),
        contents.get(days[-1]),
        {day.isoformat(): content for day, content in contents.items()},
        events_read(events, days[0], days[-1]),
    )


def _summary(rows: list[tuple[object, ...]], findings: list[Finding]) -> dict[str, int]:
    verdicts = [row[SCORE_COLUMNS.index("verdict")] for row in rows]
    return {
        "series": len(rows),
        "without_opinion": sum(verdict in {"missing", "too_young"} for verdict in verdicts),
        "anomalies": sum(finding.rule is Rule.KPI_ANOMALY for finding in findings),
        "silent_queues": sum(finding.rule is Rule.QUEUE_SILENT for finding in findings),
        "lasting": verdicts.count("continuing"),
        "explained": verdicts.count("explained"),
        "kept_quiet": verdicts.count("known_event"),
    }


def _settings(limits: Limits) -> Settings:
    return Settings(
        false_alarms=limits.false_alarms,
        minimum_history_days=limits.minimum_history_days,
        minimum_volume=limits.minimum_volume,
        minimum_effect=limits.minimum_effect,
        minimum_rate_effect=limits.minimum_rate_effect,
        refractory_days=limits.refractory_days,
        silent_queue_cases=limits.silent_queue_cases,
    )

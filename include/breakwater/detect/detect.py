"""The stage: compare a day's KPIs with the days before it, and say once what is abnormal."""

from datetime import date, datetime

from breakwater.contracts.operations import Detection as Limits
from breakwater.core.finding import Finding
from breakwater.detect.cause.driver import with_cause
from breakwater.detect.detection import Settings
from breakwater.detect.events.announced import with_events
from breakwater.detect.facts import read_facts
from breakwater.detect.holiday import holiday_flags
from breakwater.detect.judgement import SCORE_COLUMNS, Judgement, judge
from breakwater.detect.panel import Flags
from breakwater.warehouse.database import hold, replace_rows
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.known_event import known_events
from breakwater.warehouse.stage_run import WHOLE_DAY, StageResult, record_stage
from breakwater.warehouse.workspace import Workspace

STAGE = "detect"

RUN_COLUMNS = ("first_day", "series", "holidays", "settings")


def detect_day(workspace: Workspace, day: date, now: datetime) -> StageResult:
    """Judge a day against the history before it; replaces its scores and its KpiAnomaly findings.

    Only days up to this one are read, so a replay of a past day says what was said then, unless
    one of the days before it was restated.
    """
    limits = workspace.configuration.operations.detection
    with workspace.warehouse.transaction() as connection:
        hold(connection, STAGE, WHOLE_DAY, day)
        facts = read_facts(connection, day, limits.history_days)
        vendors = workspace.configuration.vendors
        holidays = {name: holiday_flags(vendors[name], facts.days) for name in sorted(vendors)}
        events = known_events(connection, workspace.configuration.events)
        judgement = judge(facts, _settings(limits), holidays, events)
        rows = list(judgement.rows()) if judgement else []
        findings = [
            with_events(
                with_cause(connection, finding),
                events,
                facts.metrics[finding.scope["metric"]].leaves,
            )
            for finding in (judgement.findings() if judgement else ())
        ]
        key = {"operational_day": day}
        replace_rows(connection, "detect.score", key, SCORE_COLUMNS, rows)
        grounds = [_grounds(judgement, holidays, limits)] if judgement else []
        replace_rows(connection, "detect.run", key, RUN_COLUMNS, grounds)
        replace_findings(connection, day, STAGE, WHOLE_DAY, findings)
        return record_stage(
            connection,
            day=day,
            vendor=WHOLE_DAY,
            stage=STAGE,
            inputs=limits.model_dump(mode="json"),
            outputs=rows,
            summary=_summary(rows, findings),
            at=now,
        )


def _grounds(
    judgement: Judgement, holidays: dict[str, Flags], limits: Limits
) -> tuple[object, ...]:
    """Return what the scores rest on, as `RUN_COLUMNS`."""
    days = judgement.facts.days
    closed = {
        name: [day.isoformat() for day, off in zip(days, flags, strict=True) if off]
        for name, flags in holidays.items()
    }
    members = [one.slice.name for one in judgement.series]
    return days[0], members, closed, limits.model_dump(mode="json")


def _summary(rows: list[tuple[object, ...]], findings: list[Finding]) -> dict[str, int]:
    verdicts = [row[SCORE_COLUMNS.index("verdict")] for row in rows]
    return {
        "series": len(rows),
        "without_opinion": sum(verdict in {"missing", "too_young"} for verdict in verdicts),
        "anomalies": len(findings),
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
    )

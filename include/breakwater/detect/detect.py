"""The stage: compare a day's KPIs with the days before it, and say once what is abnormal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from breakwater.contracts.operations import Detection as Limits
from breakwater.core.finding import Finding
from breakwater.detect.detection import Detection, Settings, Verdict
from breakwater.detect.detector import detect_panel
from breakwater.detect.explain import Abnormal, explained_by
from breakwater.detect.facts import Facts, read_facts
from breakwater.detect.finding import anomaly_finding
from breakwater.detect.holiday import holiday_flags
from breakwater.detect.series import Series, build_panel, build_series
from breakwater.detect.wording import reason_of
from breakwater.warehouse.database import hold, replace_rows
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.stage_run import WHOLE_DAY, StageResult, record_stage
from breakwater.warehouse.workspace import Workspace

STAGE = "detect"

SCORE_COLUMNS = (
    *("series", "metric", "vendor", "scope", "value", "denominator", "expected", "band_low"),
    *("band_high", "score", "is_anomaly", "verdict", "since", "reason"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """The last day of every series.

    Attributes:
        series: what was judged.
        found: verdicts of all days.
        explained: index of the explaining series by the index of the explained one.
        settings: limits in force.
        facts: what it rests on.
    """

    series: list[Series]
    found: Detection
    explained: dict[int, int]
    settings: Settings
    facts: Facts

    def findings(self) -> Iterator[Finding]:
        """List what begins on this day and nothing else explains."""
        for index, one in enumerate(self.series):
            is_onset = self.found.verdict[index, -1] == Verdict.ONSET
            if is_onset and index not in self.explained:
                yield anomaly_finding(
                    one.slice,
                    self.found,
                    index,
                    value=float(one.y[-1]),
                    day=self.facts.days[-1],
                    threshold=self.settings.threshold,
                )

    def rows(self) -> Iterator[tuple[object, ...]]:
        """List every series that has a value on this day, judged or not."""
        for index, one in enumerate(self.series):
            if np.isfinite(one.y[-1]):
                yield self._row(index, one)

    def _row(self, index: int, one: Series) -> tuple[object, ...]:
        verdict = Verdict(self.found.verdict[index, -1])
        cause = self.explained.get(index)
        because = None if cause is None else self.series[cause].slice.name
        return (
            one.slice.name,
            one.slice.metric,
            one.slice.vendor,
            dict(one.slice.scope),
            float(one.y[-1]),
            _known(one.den[-1]),
            _known(self.found.expected[index, -1]),
            _known(self.found.low[index, -1]),
            _known(self.found.high[index, -1]),
            _known(self.found.score[index, -1]) if verdict > Verdict.TOO_YOUNG else None,
            verdict >= Verdict.ONSET,
            "explained" if cause is not None else verdict.name.lower(),
            self._since(index),
            reason_of(self.found, index, self.facts.days, self.settings, because),
        )

    def _since(self, index: int) -> date | None:
        told = int(self.found.since[index, -1])
        return self.facts.days[told] if told >= 0 else None


def judge(facts: Facts, settings: Settings, holidays: Mapping[str, np.ndarray]) -> Judgement | None:
    """Judge the last day of the facts; None when there is nothing to judge."""
    series = build_series(facts)
    if not series:
        return None
    found = detect_panel(build_panel(series, facts.days, dict(holidays)), settings)
    explained: dict[int, int] = {}
    for metric, leaves in facts.metrics.items():
        abnormal = [
            Abnormal(index, one.members, int(found.sign[index, -1]), int(found.span[index, -1]))
            for index, one in enumerate(series)
            if one.slice.metric == metric and found.verdict[index, -1] >= Verdict.ONSET
        ]
        explained |= explained_by(leaves, abnormal)
    return Judgement(series, found, explained, settings, facts)


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
        judgement = judge(facts, _settings(limits), holidays)
        rows = list(judgement.rows()) if judgement else []
        findings = list(judgement.findings()) if judgement else []
        replace_rows(connection, "detect.score", {"operational_day": day}, SCORE_COLUMNS, rows)
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


def _summary(rows: list[tuple[object, ...]], findings: list[Finding]) -> dict[str, int]:
    verdicts = [row[SCORE_COLUMNS.index("verdict")] for row in rows]
    return {
        "series": len(rows),
        "without_opinion": sum(verdict in {"missing", "too_young"} for verdict in verdicts),
        "anomalies": len(findings),
        "lasting": verdicts.count("continuing"),
        "explained": verdicts.count("explained"),
    }


def _settings(limits: Limits) -> Settings:
    return Settings(
        threshold=limits.threshold,
        minimum_history_days=limits.minimum_history_days,
        minimum_volume=limits.minimum_volume,
        minimum_effect=limits.minimum_effect,
        minimum_rate_effect=limits.minimum_rate_effect,
        refractory_days=limits.refractory_days,
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None

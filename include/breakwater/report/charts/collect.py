"""Which anomalies of a digest get a picture, and their numbers."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from breakwater.contracts.events import KnownEvent
from breakwater.contracts.metrics import METRICS
from breakwater.core.finding import Finding, Rule
from breakwater.core.plain import one_line
from breakwater.report.answers import History
from breakwater.report.charts.data import AnomalyPicture, Part, Span
from breakwater.report.rhythm import HISTORY_DAYS
from breakwater.report.scope import View
from breakwater.report.wording import LONGEST_TITLE, Names, title_of

MOST_PICTURES = 2
MOST_PARTS = 3
WORTH_SHOWING = 0.05
"""Share of the change from which another mix of work is drawn."""

FEWEST_DAYS = 7
"""Figures without which a picture would show nothing."""


def pictures_of(view: View, names: Names) -> tuple[AnomalyPicture, ...]:
    """Collect the worst anomalies of which some days are known."""
    histories = {history.series: history for history in view.answers.histories}
    found = [
        finding
        for finding in view.answers.findings
        if finding.rule is Rule.KPI_ANOMALY
        and finding.scope.get("metric") in METRICS
        and finding.detail.get("series") in histories
    ]
    ordered = sorted(found, key=lambda finding: (-finding.severity.rank, -_score(finding)))
    pictures = (
        _picture(finding, histories[str(finding.detail["series"])], view, names)
        for finding in ordered
    )
    shown = [
        picture
        for picture in pictures
        if sum(value is not None for value in picture.values) >= FEWEST_DAYS
    ]
    return tuple(shown[:MOST_PICTURES])


def _picture(finding: Finding, history: History, view: View, names: Names) -> AnomalyPicture:
    first = view.answers.day - timedelta(days=HISTORY_DAYS)
    days = tuple(first + timedelta(days=n) for n in range(HISTORY_DAYS + 1))
    metric = finding.scope["metric"]
    told = finding.detail.get("events")
    beside = {
        each.get("event")
        for each in (told if isinstance(told, list) else ())
        if isinstance(each, Mapping)
    }
    return AnomalyPicture(
        title=f"{title_of(metric)} · {names.where(finding.vendor, finding.scope)}",
        metric=metric,
        days=days,
        values=history.values,
        expected=history.expected,
        low=history.low,
        high=history.high,
        events=tuple(
            _span(event, picture_days=days)
            for event in view.answers.events
            if event.event in beside and event.touches(days[0], days[-1])
        ),
        parts=tuple(_parts(finding.detail, names))[:MOST_PARTS],
    )


def _span(event: KnownEvent, *, picture_days: tuple[date, ...]) -> Span:
    first, last = picture_days[0], picture_days[-1]
    title = one_line(event.title, LONGEST_TITLE)
    return Span(title, max(event.first_day, first), min(event.last_day or last, last))


def _parts(detail: Mapping[str, object], names: Names) -> Iterator[Part]:
    causes = detail.get("causes")
    for cause in causes if isinstance(causes, list) else ():
        values = cause.get("slice") if isinstance(cause, Mapping) else None
        # A cause without values is all of the slice: no bar would say more.
        if isinstance(values, Mapping) and values and isinstance(cause["share"], (int, float)):
            yield Part(names.below(values), float(cause["share"]))
    mix = detail.get("mix_share")
    if isinstance(mix, (int, float)) and abs(mix) >= WORTH_SHOWING:
        yield Part("another mix of work", float(mix))


def _score(finding: Finding) -> float:
    score = finding.detail.get("score")
    return float(score) if isinstance(score, (int, float)) else 0.0

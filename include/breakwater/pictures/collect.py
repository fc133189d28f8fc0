"""An abnormal number with its days, its known events and its causes: what a picture of it shows."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from breakwater.contracts.events import KnownEvent
from breakwater.contracts.metrics import METRICS
from breakwater.contracts.wording import LONGEST_TITLE, Names, title_of
from breakwater.core.finding import Finding, Rule
from breakwater.core.plain import one_line
from breakwater.pictures.data import AnomalyPicture, Part, Span
from breakwater.pictures.history import History, days_of

MOST_PARTS = 3
WORTH_SHOWING = 0.05
"""Share of the change from which another mix of work is drawn."""

FEWEST_DAYS = 7
"""Figures without which a picture would show nothing."""


def picture_of(
    finding: Finding, histories: Mapping[str, History], events: Iterable[KnownEvent], names: Names
) -> AnomalyPicture | None:
    """Collect what the picture of a finding shows.

    Args:
        finding: any.
        histories: the judged days of abnormal series, by their name.
        events: those that the reader may know of; shown are those that the finding names.
        names: what people call things.

    Returns:
        None when it is about no number of ours, or too few of its days are known.
    """
    metric = finding.scope.get("metric")
    history = histories.get(str(finding.detail.get("series")))
    if finding.rule is not Rule.KPI_ANOMALY or metric not in METRICS or history is None:
        return None
    if sum(value is not None for value in history.values) < FEWEST_DAYS:
        return None
    days = days_of(finding.operational_day)
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
            _span(event, days)
            for event in events
            if event.event in beside and event.touches(days[0], days[-1])
        ),
        parts=tuple(_parts(finding.detail, names))[:MOST_PARTS],
    )


def _span(event: KnownEvent, days: tuple[date, ...]) -> Span:
    first, last = days[0], days[-1]
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

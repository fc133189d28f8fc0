"""The part of a day's answers that one audience may see, cut before anything is written.

What is composed and rendered gets the cut alone, so a row of another vendor cannot slip into a
page: it is not there. Other vendors enter a vendor's digest only as the median of several.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Protocol, TypeVar

from breakwater.contracts.audiences import Audience
from breakwater.contracts.events import KnownEvent
from breakwater.contracts.metrics import EXPOSURE, METRICS
from breakwater.core.finding import Finding, Rule
from breakwater.report.answers import Answers
from breakwater.report.figures import Figures

FEWEST_PEERS = 3
"""With fewer, a median would show one vendor's figure to another."""

FEWEST_CASES = 5
"""A share or a mean of fewer cases is not shown: it would speak of persons."""


DELIVERY = frozenset(
    {
        Rule.EXPORT_MISSING,
        Rule.EXPORT_TRUNCATED,
        Rule.EXPORT_UNREADABLE,
        Rule.EXPORT_DUPLICATE,
        Rule.EXPORT_LATE,
        Rule.EXPORT_INCOMPLETE,
    }
)
"""What a day's numbers rest on: of concern to every reader of any of them."""


@dataclass(frozen=True, slots=True)
class View:
    """What one audience may see of a day.

    Attributes:
        audience: who reads.
        answers: rows of its scope.
        figures: its KPIs and their history.
        peers: median of the other vendors by metric; of rates and means only, and empty unless
            the audience is a vendor.
    """

    audience: Audience
    answers: Answers
    figures: Figures
    peers: Mapping[str, float] = field(default_factory=dict)

    @property
    def in_the_numbers(self) -> list[str]:
        """Vendors that reported, wholly or in part, in order."""
        return sorted({*self.answers.reported, *self.figures.vendors()})


class _OfVendor(Protocol):
    @property
    def vendor(self) -> str: ...


class _OfQueue(_OfVendor, Protocol):
    @property
    def queue(self) -> str: ...


Vendors = TypeVar("Vendors", bound=_OfVendor)
Queues = TypeVar("Queues", bound=_OfQueue)


def cut(answers: Answers, audience: Audience) -> View:
    """Cut a day's answers to the vendors and queues of an audience."""
    inside = _inside(answers, audience)
    peers = _peers(answers, audience) if audience.kind == "vendor" else {}
    return View(audience, inside, Figures(inside.day, inside.tracks, inside.rhythm), peers)


def _inside(answers: Answers, audience: Audience) -> Answers:
    def of_vendor(vendor: str | None) -> bool:
        return not audience.vendors or vendor in audience.vendors

    def of_queue(queue: str | None) -> bool:
        return not audience.queues or queue is None or queue in audience.queues

    def by_vendor(rows: Iterable[Vendors]) -> tuple[Vendors, ...]:
        return tuple(row for row in rows if of_vendor(row.vendor))

    def by_queue(rows: Iterable[Queues]) -> tuple[Queues, ...]:
        return tuple(row for row in rows if of_vendor(row.vendor) and of_queue(row.queue))

    def has_to_do_with(event: KnownEvent) -> bool:
        of, queues = event.scope.vendors, event.scope.queues
        return (
            (event.tell_vendors or audience.kind != "vendor")
            and (not of or any(map(of_vendor, of)))
            and (not queues or any(map(of_queue, queues)))
        )

    findings = tuple(
        finding
        for finding in answers.findings
        if of_vendor(finding.vendor)
        and of_queue(finding.scope.get("queue"))
        and _concerns(finding, audience)
    )
    abnormal = {finding.detail.get("series") for finding in findings}
    return replace(
        answers,
        expected=tuple(filter(of_vendor, answers.expected)),
        reported=tuple(filter(of_vendor, answers.reported)),
        tracks=by_queue(answers.tracks),
        meanings=by_vendor(answers.meanings),
        breaks=by_queue(answers.breaks),
        carried=by_queue(answers.carried),
        # Totals of whole books say nothing about some queues.
        tie_outs=() if audience.queues else by_vendor(answers.tie_outs),
        attainment=by_queue(answers.attainment),
        at_risk=by_queue(answers.at_risk),
        excused=by_queue(answers.excused),
        ahead=by_queue(answers.ahead),
        landed=() if audience.queues else by_vendor(answers.landed),
        lasting=tuple(
            row
            for row in answers.lasting
            if of_vendor(row.vendor)
            and of_queue(row.scope.get("queue"))
            and _is_for(row.metric, audience)
        ),
        kept_quiet=tuple(
            row
            for row in answers.kept_quiet
            if of_vendor(row.vendor) and of_queue(row.scope.get("queue"))
        ),
        unreported=by_vendor(answers.unreported),
        events=tuple(filter(has_to_do_with, answers.events)),
        histories=tuple(row for row in answers.histories if row.series in abnormal),
        findings=findings,
    )


def _concerns(finding: Finding, audience: Audience) -> bool:
    """Tell whether a finding is for an audience's kind: exposure for one of them, all else not."""
    return finding.rule in DELIVERY or _is_for(finding.scope.get("metric"), audience)


def _is_for(metric: str | None, audience: Audience) -> bool:
    return (metric in EXPOSURE.values()) == (audience.kind == "wellbeing")


def _peers(answers: Answers, audience: Audience) -> dict[str, float]:
    """Take the median over vendors other than the audience's, metric by metric."""
    others = Figures(
        answers.day,
        [track for track in answers.tracks if track.vendor not in audience.vendors],
        answers.rhythm,
    )
    medians = {}
    for metric in sorted({track.metric for track in answers.tracks}):
        if METRICS[metric].denominator is None:
            continue
        figures = [others.figure(metric, vendor=vendor) for vendor in others.vendors()]
        known = [f.value for f in figures if f is not None and f.cases >= FEWEST_CASES]
        if len(known) >= FEWEST_PEERS:
            medians[metric] = median(known)
    return medians

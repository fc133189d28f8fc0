"""What a day's numbers rest on: who reported, through when, what was refused or came late."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from breakwater.contracts.metrics import METRICS
from breakwater.contracts.wording import Names, title_of
from breakwater.core.days import Window, utc_instant
from breakwater.core.finding import Finding, Rule
from breakwater.core.numbers import amount, duration
from breakwater.core.plain import one_line
from breakwater.report.layout import LAYOUTS
from breakwater.report.scope import View
from breakwater.report.wording import SAMPLED, listed, of_all, share_of, surety

MOST_DAYS = 5
"""Days without an export that are named; the others are counted."""

MOST_RECIPIENTS, LONGEST_RECIPIENT = 3, 60
"""Of those whom a message could not be delivered to."""

_REASONS = {
    Rule.EXPORT_DUPLICATE: "another day's export, sent again",
    Rule.EXPORT_MISSING: "not delivered",
    Rule.EXPORT_TRUNCATED: "incomplete",
    Rule.EXPORT_UNREADABLE: "unreadable",
}


def missing_vendors(view: View) -> list[str]:
    """List the vendors that owed an export and are not in the numbers."""
    return sorted(set(view.answers.expected) - set(view.in_the_numbers))


def sources_of(view: View) -> str:
    """Write ``4 of 5``."""
    owed = set(view.answers.expected) | set(view.in_the_numbers)
    return f"{len(view.in_the_numbers)} of {len(owed)}"


def quality_of(view: View, names: Names, window: Window) -> tuple[str, ...]:
    """List what the numbers rest on, the coverage first."""
    return tuple(_lines(view, names, window))


def _lines(view: View, names: Names, window: Window) -> Iterator[str]:
    missing = missing_vendors(view)
    if view.audience.kind == "vendor":
        why = _why(view, missing[0]) if missing else ""
        yield f"Without your export: {why}." if missing else "Your export is in."
    else:
        yield f"{sources_of(view)} sources reported{_without(view, names, missing)}."
    if view.answers.period and view.in_the_numbers:
        yield _days_missing(view, names)
    if view.in_the_numbers:
        yield _data_through(view, window)
    for vendor in sorted(set(view.in_the_numbers) - set(view.answers.reported)):
        yield f"The newest rows of {_whose(view, names, vendor)} are not in these numbers yet."
    if any(_interval_is_shown(view, metric) for metric in SAMPLED):
        yield "Behind QA: the 95 % interval of the sample (Wilson) and its size n."
    yield from _about_numbers(view, names)
    for finding in view.answers.findings:
        yield from _about_delivery(finding, view, names)
    rows = sum(landed.rows for landed in view.answers.landed)
    refused = sum(landed.refused for landed in view.answers.landed)
    if refused:
        share = share_of(refused, rows)
        yield f"{of_all(refused, 'row')} of {rows:,} refused and kept in quarantine ({share})."
    yield from _undelivered(view)


def _undelivered(view: View) -> Iterator[str]:
    """Tell those who can do something about it that somebody was not told."""
    letters = view.answers.undelivered
    if view.audience.kind == "ops" and letters:
        told = [
            f"{each.channel} {one_line(each.recipient, LONGEST_RECIPIENT)}"
            for each in letters[:MOST_RECIPIENTS]
        ]
        others = len(letters) - len(told)
        to = listed([*told, *([of_all(others, "other")] if others else [])])
        count = of_all(sum(each.count for each in letters), "message")
        yield f"{count} could not be delivered, to {to}: breakwater dead-letters."


def _days_missing(view: View, names: Names) -> str:
    """Say which days of a period are in no number."""
    missing = view.answers.unreported
    if not missing:
        return "Every day is in the numbers."
    told = [f"{_whose(view, names, row.vendor)} on {row.day:%d %b}" for row in missing[:MOST_DAYS]]
    more = f" and {len(missing) - MOST_DAYS} more" if len(missing) > MOST_DAYS else ""
    return f"Not in the numbers: {', '.join(told)}{more}."


def _about_numbers(view: View, names: Names) -> Iterator[str]:
    """Say what of the page vendors state themselves, who cannot tell what, and what changed its meaning."""
    layout = LAYOUTS[view.audience.kind]
    shown = [metric for metric in METRICS if metric in {*layout.tiles, *layout.columns}]
    stated = [title_of(name) for name in shown if METRICS[name].provenance == "reported"]
    if stated and view.in_the_numbers and not layout.is_about_people:
        who = "you state" if view.audience.kind == "vendor" else "vendors state"
        yield f"{listed(stated)}: as {who} it. The rest is counted here."
    for metric in shown:
        meanings = [each for each in view.answers.meanings if each.metric == metric]
        silent = [each.vendor for each in meanings if not each.is_told]
        without = [_whose(view, names, each) for each in silent if each in view.in_the_numbers]
        if without:
            yield f"{title_of(metric)} without {listed(without)}, which cannot tell it."
        definitions = sorted({each for meaning in meanings for each in meaning.definitions})
        if len(definitions) > 1:
            yield f"{title_of(metric)} changed its meaning within the time shown: {listed(definitions)}."


def _interval_is_shown(view: View, metric: str) -> bool:
    layout = LAYOUTS[view.audience.kind]
    is_on_the_page = metric in {*layout.tiles, *layout.columns}
    return is_on_the_page and bool(surety(metric, view.figures.figure(metric)))


def _data_through(view: View, window: Window) -> str:
    end = utc_instant(window.end).astimezone(ZoneInfo(view.audience.zone))
    return f"Data through {end:%a} {end.day} {end:%b}, {end:%H:%M} ({view.audience.zone})."


def _without(view: View, names: Names, missing: list[str]) -> str:
    if not missing:
        return ""
    parts = [f"{names.vendor(vendor)} ({_why(view, vendor)})" for vendor in missing]
    return f", without {listed(parts)}"


def _why(view: View, vendor: str) -> str:
    rules = {finding.rule for finding in view.answers.findings if finding.vendor == vendor}
    return next((words for rule, words in _REASONS.items() if rule in rules), "not in yet")


def _whose(view: View, names: Names, vendor: str) -> str:
    return "your export" if view.audience.kind == "vendor" else names.vendor(vendor)


def _about_delivery(finding: Finding, view: View, names: Names) -> Iterator[str]:
    who = "Your export" if view.audience.kind == "vendor" else names.vendor(finding.vendor)
    if finding.rule is Rule.EXPORT_LATE:
        yield f"{who} came {duration(finding.value)} after the deadline."
    if finding.rule is Rule.EXPORT_RESTATED:
        yield f"{who} was sent again with other content; the latest counts."
    if finding.rule is Rule.EXPORT_INCOMPLETE:
        lacking, due = amount(finding.value, finding.unit), finding.expected
        yield f"{who} lacks {lacking}{f' of {due:,.0f}' if due is not None else ''}."

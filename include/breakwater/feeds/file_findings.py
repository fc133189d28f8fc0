"""What people hear about the files of a vendor-day: missing, late, sent again, incomplete."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from breakwater.core.finding import Finding, Rule, Severity
from breakwater.feeds.fetch_files import Arrival
from breakwater.feeds.vendor_day import VendorDay
from breakwater.warehouse.file_ledger import Duplicate, ReceivedFile, counts_by_name, distinct_names


def findings_of(
    about: VendorDay,
    received: Sequence[ReceivedFile],
    in_force: Sequence[ReceivedFile],
    again: Sequence[Duplicate],
    arrival: Arrival,
) -> Iterator[Finding]:
    """Judge what was received for a day.

    Args:
        about: the vendor-day.
        received: every file that was ever fetched for it, duplicates apart.
        in_force: those of them that say what the day is.
        again: files with the bytes of another day.
        arrival: what else lies at the source.
    """

    def finding(rule: Rule, severity: Severity, value: float, unit: str, **more: object) -> Finding:
        expected = more.pop("expected", None)
        return Finding(
            rule,
            about.day,
            about.vendor,
            severity,
            {},
            value,
            unit,
            expected=float(str(expected)) if expected is not None else None,
            detail=more,
        )

    if not in_force:
        yield finding(Rule.EXPORT_MISSING, Severity.MAJOR, 1, "files")
    late = _seconds_late(about, received)
    if late > 0:
        yield finding(Rule.EXPORT_LATE, Severity.WARNING, late, "seconds")
    restated = _restated(about, received)
    if restated:
        yield finding(Rule.EXPORT_RESTATED, Severity.INFO, restated, "files")
    lacking = about.expected_files - distinct_names(about.contract, received)
    if about.is_of_any_number:
        lacking = len(arrival.unfinished)
    if in_force and lacking > 0:
        yield finding(
            Rule.EXPORT_INCOMPLETE,
            Severity.WARNING,
            lacking,
            "files",
            expected=None if about.is_of_any_number else about.expected_files,
        )
    unanswered = _unanswered(about, in_force, again)
    if unanswered:
        days = sorted({each.first_day.isoformat() for each in unanswered})
        yield finding(
            Rule.EXPORT_DUPLICATE, Severity.MAJOR, len(unanswered), "files", first_days=days
        )
    if arrival.refused:
        count = len(arrival.refused)
        yield finding(Rule.EXPORT_NAME_REFUSED, Severity.WARNING, count, "files")


def _groups(about: VendorDay, received: Sequence[ReceivedFile]) -> Iterator[list[ReceivedFile]]:
    """Give the files that stand for one another: those of a name, or all of the day."""
    if not counts_by_name(about.contract):
        if received:
            yield list(received)
        return
    for _, files in groupby(sorted(received, key=lambda file: file.name), lambda file: file.name):
        yield list(files)


def _seconds_late(about: VendorDay, received: Sequence[ReceivedFile]) -> float:
    """Return how long after the deadline the last of the day's files came for the first time.

    What a system was asked for is never late: it is we who ask when we ask.
    """
    first = [min(files, key=lambda file: file.delivered_at) for files in _groups(about, received)]
    late = [file.delivered_at - about.deadline for file in first if file.is_late]
    return max(late).total_seconds() if late else 0.0


def _restated(about: VendorDay, received: Sequence[ReceivedFile]) -> int:
    """Return how many contents stand for one another; of increments none does."""
    if about.contract.delivery.content == "increment":
        return 0
    contents = [len({file.sha256 for file in files}) for files in _groups(about, received)]
    return sum(count for count in contents if count > 1)


def _unanswered(
    about: VendorDay, in_force: Sequence[ReceivedFile], again: Sequence[Duplicate]
) -> list[Duplicate]:
    """List the duplicates that no real file has replaced."""
    if not counts_by_name(about.contract):
        return [] if in_force else list(again)
    names = {file.name for file in in_force}
    return [each for each in again if each.file.name not in names]

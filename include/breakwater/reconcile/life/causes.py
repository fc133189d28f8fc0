"""What probably caused a vendor-day's breaks, with the numbers that make it probable.

=================== =========================================== ==================================
cause               breaks                                      sign
=================== =========================================== ==================================
``code_unknown``    unknown code                                the class itself
``clock_skew``      time drift                                  most pairs of the file, or of a
                                                                site, share one drift
``platform_failure`` enforcement failed or pending; missing in  a burst of such decisions; hours
                    our log                                     in which only our log is silent
``late_file``       missing in the vendor's book                files of the day are absent
``truncated_export`` missing in the vendor's book               the export was refused as truncated,
                                                                or ends hours before our log does
``vendor_outage``   missing in the vendor's book                hours in which only the vendor's
                                                                book is silent
=================== =========================================== ==================================

A break has the first of these that fits. A cause is probable, not proven: people decide.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from breakwater.core.finding import Rule
from breakwater.core.vocabulary import Outcome
from breakwater.engine.base import Engine
from breakwater.reconcile.books import VendorDay
from breakwater.reconcile.life.drift import Drift, common_drifts
from breakwater.reconcile.model_files import model
from breakwater.warehouse.database import Connection

FEWEST_OF_HOUR = 5
"""Fewer decisions in an hour say nothing about it."""
FEWEST_OF_STRETCH = 10
"""Fewer decisions in a stretch of hours are an accident, not an outage."""
BURST_SHARE = 0.2
"""An hour in which this share of decisions failed or is pending belongs to a burst."""
HOUR = 3600

Hour = Mapping[str, Any]
"""A row of the model `break_hour`."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One probable cause, and the breaks it explains.

    Attributes:
        name: see above.
        outcomes: classes of breaks.
        numbers: what makes it probable: counts, seconds, instants in UTC seconds, shares.
        site: only of this site of the vendor; of all when None.
        span: only decided in this half-open span of UTC seconds; the whole day when None.
        drift: only with a drift from the first to the second, both included; any when None.
        pending_only: of late enforcements, only those that are still pending.
    """

    name: str
    outcomes: tuple[Outcome, ...]
    numbers: Mapping[str, object]
    site: str | None = None
    span: tuple[int, int] | None = None
    drift: tuple[int, int] | None = None
    pending_only: bool = False


@dataclass(frozen=True, slots=True)
class Causes:
    """What was found for a vendor-day.

    Attributes:
        causes: in the order in which they are tried.
        drifts: common drifts among them.
    """

    causes: tuple[Cause, ...] = ()
    drifts: tuple[Drift, ...] = field(default=())


def probable_causes(
    connection: Connection, engine: Engine, about: VendorDay, outcomes: Iterable[Outcome]
) -> Causes:
    """Look for causes of the classes of breaks that a day has.

    Expects ``written``, ``written_break`` and ``break_event`` readable in the engine.
    """
    found = set(outcomes)
    causes: list[Cause] = []
    drifts: list[Drift] = []
    if Outcome.UNKNOWN_CODE in found:
        causes.append(_unknown_codes(engine))
    if Outcome.TIME_DRIFT in found:
        tolerated = about.closeness.tolerated
        drifts = _drifts(engine, tolerated)
        causes += [_skew(drift, tolerated) for drift in drifts]
    if found & _TOLD_BY_HOURS:
        engine.stage("break_hour", model("break_hour"))
        hours = engine.fetch("break_hour", ("hour_start",)).to_pylist()
        causes += platform_failures(hours)
        causes += _told_by_findings(connection, about)
        causes += silent_vendor(hours)
    return Causes(tuple(causes), tuple(drifts))


_TOLD_BY_HOURS = {
    Outcome.ENFORCEMENT_FAILED,
    Outcome.LATE_ENFORCEMENT,
    Outcome.MISSING_INTERNAL,
    Outcome.MISSING_VENDOR,
}


def platform_failures(hours: Sequence[Hour]) -> Iterator[Cause]:
    """Find bursts of failed or pending enforcement, and hours in which our log alone is silent."""
    for burst in _stretches(hours, _is_burst):
        failed = sum(hour["failed"] for hour in burst)
        if failed >= FEWEST_OF_STRETCH:
            span = burst[0]["hour_start"], burst[-1]["hour_start"] + HOUR
            yield Cause(
                "platform_failure",
                (Outcome.ENFORCEMENT_FAILED, Outcome.LATE_ENFORCEMENT),
                {
                    "from": span[0],
                    "to": span[1],
                    "failed_or_pending": failed,
                    "decisions": sum(hour["internal_count"] for hour in burst),
                },
                span=span,
                pending_only=True,
            )
    for silence in _silences(hours, "internal"):
        yield Cause(
            "platform_failure", (Outcome.MISSING_INTERNAL,), silence.numbers, span=silence.span
        )


def silent_vendor(hours: Sequence[Hour]) -> Iterator[Cause]:
    """Find hours in which the vendor's book is silent and ours is not.

    One that lasts until our log ends looks like an export that was cut off.
    """
    for silence in _silences(hours, "vendor"):
        name = "truncated_export" if silence.is_last else "vendor_outage"
        yield Cause(name, (Outcome.MISSING_VENDOR,), silence.numbers, span=silence.span)


@dataclass(frozen=True, slots=True)
class _Silence:
    span: tuple[int, int]
    numbers: Mapping[str, object]
    is_last: bool


def _silences(hours: Sequence[Hour], silent: str) -> Iterator[_Silence]:
    """Give the stretches in which one book has nothing and nothing of the other has a counterpart.

    A stretch reaches from the last record of the silent book before it to the next one after it.
    """
    other = "vendor" if silent == "internal" else "internal"

    def is_silent(hour: Hour) -> bool:
        return (
            not hour[f"{silent}_count"]
            and hour[f"{other}_count"] >= FEWEST_OF_HOUR
            and hour[f"missing_{silent}"] == hour[f"{other}_count"]
        )

    for stretch in _stretches(hours, is_silent):
        missing = sum(hour[f"{other}_count"] for hour in stretch)
        if missing < FEWEST_OF_STRETCH:
            continue
        first, last = stretch[0]["hour_start"], stretch[-1]["hour_start"]
        before = [
            h[f"{silent}_last"] for h in hours if h["hour_start"] < first and h[f"{silent}_count"]
        ]
        after = [
            h[f"{silent}_first"] for h in hours if h["hour_start"] > last and h[f"{silent}_count"]
        ]
        if not before and not after:
            continue  # it has nothing at all: no hour of it says anything
        end_of_other = max(h[f"{other}_last"] for h in hours if h[f"{other}_count"])
        span = (before[-1] + 1 if before else first, after[0] if after else end_of_other + 1)
        yield _Silence(
            span,
            {"from": span[0], "to": span[1], "without_counterpart": missing, "hours": len(stretch)},
            is_last=bool(before) and not after,
        )


def _is_burst(hour: Hour) -> bool:
    failed: int = hour["failed"]
    return failed >= FEWEST_OF_HOUR and failed >= BURST_SHARE * hour["internal_count"]


def _stretches(hours: Sequence[Hour], belongs: Any) -> Iterator[list[Hour]]:  # noqa: ANN401
    """Give runs of consecutive hours that belong together."""
    run: list[Hour] = []
    for hour in hours:
        if run and hour["hour_start"] != run[-1]["hour_start"] + HOUR:
            yield run
            run = []
        if belongs(hour):
            run.append(hour)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _unknown_codes(engine: Engine) -> Cause:
    engine.stage("unknown_code", model("unknown_code"))
    (row,) = engine.fetch("unknown_code").to_pylist()
    return Cause("code_unknown", (Outcome.UNKNOWN_CODE,), {"codes": row["code_count"]})


def _drifts(engine: Engine, tolerance: int) -> list[Drift]:
    engine.stage("drift_count", model("drift_count"))
    rows = engine.fetch("drift_count", ("site", "drift_seconds")).to_pylist()
    counts: dict[str, dict[int, int]] = {}
    for row in rows:
        counts.setdefault(row["site"], {})[row["drift_seconds"]] = row["pair_count"]
    return common_drifts(counts, tolerance)


def _skew(drift: Drift, tolerance: int) -> Cause:
    reach = (drift.seconds - tolerance, drift.seconds + tolerance)
    return Cause("clock_skew", (Outcome.TIME_DRIFT,), drift.numbers, site=drift.site, drift=reach)


def _told_by_findings(connection: Connection, about: VendorDay) -> Iterator[Cause]:
    """Take what fetching and landing found of the day's files."""
    rows = connection.execute(
        "select rule, value, expected from operations.finding where operational_day = %s"
        " and vendor = %s and rule = any(%s) order by rule, finding_id",
        [about.day, about.vendor, [Rule.EXPORT_INCOMPLETE.value, Rule.EXPORT_TRUNCATED.value]],
    )
    for row in rows:
        is_incomplete = row["rule"] == Rule.EXPORT_INCOMPLETE
        name = "late_file" if is_incomplete else "truncated_export"
        numbers = {"files_absent" if is_incomplete else "rows": row["value"]}
        if row["expected"] is not None:
            numbers["files_due" if is_incomplete else "rows_declared"] = row["expected"]
        yield Cause(name, (Outcome.MISSING_VENDOR,), numbers)

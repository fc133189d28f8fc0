"""A few cases of an abnormal slice, by their ids: where a person who looks into it begins."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

import fsspec
import pyarrow.parquet as pq

from breakwater.contracts.tables import CASE_EVENT
from breakwater.core.days import Window
from breakwater.core.finding import EXAMPLES, MOST_EXAMPLES, Finding
from breakwater.detect.slices import DIMENSIONS
from breakwater.warehouse.database import Connection
from breakwater.warehouse.lake import Lake, current_versions

_COLUMNS = (
    "case_id_vendor",
    "event_type",
    "event_at",
    "actor_type",
    "handle_seconds",
    "score",
    "is_golden",
    "critical_errors",
)
_MISSED = """
    select case_id_vendor as example from measure.clock_exception
    where operational_day = %(day)s and vendor = %(vendor)s and kind = 'contract' and is_due
      and not is_excused and site = coalesce(%(site)s, site) and queue = coalesce(%(queue)s, queue)
      and language = coalesce(%(language)s, language)
    group by case_id_vendor
    order by max(elapsed_seconds - target_seconds) desc, case_id_vendor collate "C"
    limit %(most)s
"""
_BREAKS = """
    select coalesce(record_key, record_id) as example from reconcile.recon_break
    where operational_day = %(day)s and vendor = %(vendor)s and side = 'vendor'
      and site = coalesce(%(site)s, site) and queue = coalesce(%(queue)s, queue)
      and language = coalesce(%(language)s, language)
    group by coalesce(record_key, record_id)
    order by min(decided_at) desc, coalesce(record_key, record_id) collate "C"
    limit %(most)s
"""
_ANSWERS = {"sla_attainment": _MISSED, "break_rate": _BREAKS}
_OF_EVENTS = frozenset(
    {
        "manual_incoming",
        "aht",
        "qa_accuracy",
        "golden_set_accuracy",
        "critical_error_rate",
        "average_answer_speed",
    }
)


@dataclass(slots=True)
class _Case:
    """What a day's events say of one case."""

    received: int | None = None
    queued: int | None = None
    answered: int | None = None
    handled: int | None = None
    score: float | None = None
    golden_score: float | None = None
    critical_errors: int | None = None

    def take(self, event: Mapping[str, Any]) -> None:
        kind, at = event["event_type"], event["event_at"]
        if kind == "received":
            self.received = at
        elif kind == "queued":
            self.queued = at
        elif kind == "decided" and event["actor_type"] != "automation":
            self.answered = at if self.answered is None else min(at, self.answered)
            self.handled = event["handle_seconds"]
        elif kind == "qa_scored" and event.get("is_golden"):
            self.golden_score = event["score"]
        elif kind == "qa_scored":
            self.score = event["score"]
            self.critical_errors = event.get("critical_errors")

    def weight(self, metric: str, window: Window) -> float | None:
        """Return how much a case shows of a rise of the metric; None when it is not part of it."""
        if metric == "manual_incoming":
            is_new = self.received is not None and self.received in window
            return self.received if is_new and self.queued is not None else None
        if metric == "aht":
            return self.handled
        if metric in _AUDITED:
            return _AUDITED[metric](self)
        if self.queued is None or self.answered is None or self.answered not in window:
            return None
        return self.answered - self.queued


_AUDITED: Mapping[str, Callable[[_Case], float | None]] = {
    "qa_accuracy": attrgetter("score"),
    "golden_set_accuracy": attrgetter("golden_score"),
    # A case without one shows nothing of them.
    "critical_error_rate": lambda case: case.critical_errors or None,
}


def with_examples(connection: Connection, lake: Lake, window: Window, finding: Finding) -> Finding:
    """Add to an anomaly's detail the cases that show it most, of the slice that drives it.

    Only ids, as the vendor names its cases. Across vendors there are none: each has its own ids.
    """
    scope = _slice(finding)
    vendor = scope.get("vendor")
    metric = finding.scope["metric"]
    if vendor is None:
        return finding
    if metric in _ANSWERS:
        named = {name: scope.get(name) for name in DIMENSIONS}
        asked = {**named, "day": finding.operational_day, "most": MOST_EXAMPLES}
        found = [row["example"] for row in connection.execute(_ANSWERS[metric], asked)]
    elif metric in _OF_EVENTS:
        paths = [
            version.path
            for version in current_versions(
                connection, CASE_EVENT.name, finding.operational_day, vendor
            )
        ]
        where = {name: value for name, value in scope.items() if name != "vendor"}
        rises = finding.detail.get("direction") == "up"
        events = (event for path in paths for event in _events(lake, path, where))
        found = _telling(events, metric, window, rises=rises)
    else:
        return finding
    if not found:
        return finding
    return replace(finding, detail={**finding.detail, EXAMPLES: found})


def _slice(finding: Finding) -> dict[str, str]:
    """Return the dimensions of the finding and, below them, of its first cause."""
    scope = {name: value for name, value in finding.scope.items() if name in DIMENSIONS}
    if finding.vendor is not None:
        scope["vendor"] = finding.vendor
    causes = finding.detail.get("causes")
    if isinstance(causes, list) and causes:
        first = causes[0]["slice"]
        scope |= {name: value for name, value in first.items() if name not in scope}
    return scope


def _events(lake: Lake, path: str, scope: Mapping[str, str]) -> Iterable[Mapping[str, Any]]:
    file_system, place = fsspec.core.url_to_fs(lake.url(path))
    # A case without a policy has none in the lake, and one of that name among the facts.
    where = [
        (name, "=", value) for name, value in scope.items() if (name, value) != ("policy", "none")
    ]
    with file_system.open(place, "rb") as stream:
        written = pq.read_schema(stream).names
        stream.seek(0)
        columns = [name for name in _COLUMNS if name in written]
        table = pq.read_table(stream, columns=columns, filters=where or None)
    rows: list[Mapping[str, Any]] = table.to_pylist()
    return rows


def _telling(
    events: Iterable[Mapping[str, Any]], metric: str, window: Window, *, rises: bool
) -> list[str]:
    cases: dict[str, _Case] = {}
    for event in events:
        cases.setdefault(event["case_id_vendor"], _Case()).take(event)
    weighed = [
        (weight, case)
        for case, told in cases.items()
        if (weight := told.weight(metric, window)) is not None
    ]
    sign = -1 if rises else 1
    return [case for _, case in sorted(weighed, key=lambda each: (sign * each[0], each[1]))][
        :MOST_EXAMPLES
    ]

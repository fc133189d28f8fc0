"""Business calendars against cases from other projects' test suites.

The vectors are no part of this repository; without them beside it the tests say so and skip.
"""

import json
import sys
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from breakwater.core.calendar import DAY, BusinessTime, Conventions, Schedule, Span

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "sla_vectors.jsonl"
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MARGIN = timedelta(days=60)
DECLINED = {
    "wkh-080": "counts 24 hours of wall clock on a day of 25; here real seconds are counted",
}
"""Vectors whose convention this calendar refuses by choice, with the reason."""

INSTANTS = {"start", "end", "at"}
LEGS = "cumulative_over_assigned_schedules"

Vector = dict[str, Any]


def _read_vectors() -> list[Vector]:
    if not VECTORS.exists():
        return []
    return [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()]


def _seconds(text: str) -> int:
    hours, minutes, *rest = (int(part) for part in text.split(":"))
    return hours * 3600 + minutes * 60 + sum(rest)


def _shifts(pairs: list[list[str]]) -> tuple[Span, ...]:
    return tuple((_seconds(start), _seconds(end)) for start, end in pairs)


def _lay_out(calendar: Vector, at: list[datetime]) -> BusinessTime:
    """Build a calendar around the instants of a vector."""
    zone = ZoneInfo(calendar["tz"])
    first, last = min(at).date() - MARGIN, max(at).date() + MARGIN
    special: dict[date, tuple[Span, ...]] = {
        date.fromisoformat(day): _shifts(shifts)
        for day, shifts in calendar.get("overrides", {}).items()
    }
    special |= {date.fromisoformat(day): () for day in calendar.get("holidays", [])}
    for yearly in calendar.get("recurring_holidays", []):
        years = range(first.year, last.year + 1)
        special |= {date.fromisoformat(f"{year}-{yearly}"): () for year in years}
    weekly = tuple(_shifts(calendar["weekly"].get(day, [])) for day in WEEK)
    laid_out = Schedule(zone, weekly, tuple(special.items())).lay_out(first, last)
    breaks = {date.fromisoformat(day): _shifts(s) for day, s in calendar.get("breaks", {}).items()}
    closed = Schedule(zone, ((),) * 7, tuple(breaks.items())).lay_out(first, last)
    return laid_out.without(closed.spans)


def _conventions(named: dict[str, Any]) -> Conventions:
    """Translate a vector's convention; an unknown one is an error, never ignored."""
    names = {"on_interval_close": "on_close", "on_interval_open": "on_open"}
    snaps = {"snap_forward": "snap", "snap_backward": "snap"}
    settings = {
        names.get(name, name): snaps.get(value, value) if isinstance(value, str) else value
        for name, value in named.items()
        if (name, value) not in {("on_interval_open", "stay"), ("schedule_policy", LEGS)}
    }
    return Conventions(**settings)


def _instant(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _answer(vector: Vector) -> dict[str, object]:
    """Ask this calendar what the vector asks; keys as the vector's `expected` has them."""
    asked, conventions = vector["input"], _conventions(vector["convention"])
    if vector["kind"] == "elapsed_multi_schedule":
        legs = [_lay_out_leg(leg) for leg in asked["legs"]]
        return {"business_seconds": sum(time.elapsed(start, end) for time, start, end in legs)}
    at = {key: datetime.fromisoformat(value) for key, value in asked.items() if key in INSTANTS}
    time = _lay_out(vector["calendar"], list(at.values()))
    instant = {key: int(value.timestamp()) for key, value in at.items()}
    seconds = asked.get("business_seconds", 0)
    key, answer = {
        "elapsed": ("business_seconds", lambda: _elapsed(time, instant, conventions)),
        "deadline": ("deadline", lambda: time.deadline(instant["start"], seconds, conventions)),
        "deadline_before": ("start", lambda: time.start_for(instant["end"], seconds, conventions)),
        "is_open": ("open", lambda: time.is_open(instant["at"], conventions)),
        "next_open": ("open_at", lambda: time.next_open(instant["at"])),
        "prev_open": ("open_until", lambda: time.previous_close(instant["at"])),
    }[vector["kind"]]
    return {key: answer()}


def _elapsed(time: BusinessTime, instant: dict[str, int], conventions: Conventions) -> int:
    return time.elapsed(instant["start"], instant["end"], conventions)


def _lay_out_leg(leg: Vector) -> tuple[BusinessTime, int, int]:
    start, end = datetime.fromisoformat(leg["from"]), datetime.fromisoformat(leg["to"])
    time = _lay_out(leg["calendar"], [start, end])
    return time, int(start.timestamp()), int(end.timestamp())


def _expected(vector: Vector) -> dict[str, object]:
    """Drop what is not asked, and turn instants into seconds."""
    return {
        key: _instant(value) if isinstance(value, str) else value
        for key, value in vector["expected"].items()
        if key != "documented_minutes_rounded"  # a rounding of the source, wrong by its own note
    }


def test_every_vector_is_answered_as_its_source_does(capsys: pytest.CaptureFixture[str]) -> None:
    """No vector is left out: each passes, or is declined by name with a reason."""
    vectors = _read_vectors()
    if not vectors:
        pytest.skip(f"the vectors are not at {VECTORS}")
    passed: Counter[str] = Counter()
    wrong: list[str] = []
    for vector in vectors:
        if vector["id"] in DECLINED:
            continue
        found, expected = _answer(vector), _expected(vector)
        if found == expected:
            passed[vector["kind"]] += 1
        else:
            wrong.append(f"{vector['id']} ({vector['kind']}): expected {expected}; found {found}")
    with capsys.disabled():
        told = [f"{passed.total()} of {len(vectors)} calendar vectors pass: {dict(passed)}"]
        told += [f"declined {name}: {reason}" for name, reason in DECLINED.items()]
        sys.stdout.write("\n" + "\n".join(told) + "\n")
    assert not wrong, "\n".join(wrong)
    assert passed.total() + len(DECLINED) == len(vectors)


def test_a_day_of_25_hours_counts_its_real_seconds() -> None:
    """The one declined vector differs by exactly the hour that is shown twice."""
    vectors = {vector["id"]: vector for vector in _read_vectors()}
    if not vectors:
        pytest.skip(f"the vectors are not at {VECTORS}")
    declined = {**vectors["wkh-080"], "convention": {}}
    assert _answer(declined) == {"business_seconds": DAY + 3600}
    assert _expected(declined) == {"business_seconds": DAY}


def test_a_deadline_uses_up_exactly_what_was_asked() -> None:
    """The time from a start to its deadline is the target, for every deadline vector."""
    vectors = [v for v in _read_vectors() if v["kind"] == "deadline"]
    if not vectors:
        pytest.skip(f"the vectors are not at {VECTORS}")
    for vector in vectors:
        start = datetime.fromisoformat(vector["input"]["start"])
        seconds = vector["input"]["business_seconds"]
        time = _lay_out(vector["calendar"], [start])
        begun = int(start.timestamp())
        due = time.deadline(begun, seconds, _conventions(vector["convention"]))
        assert time.elapsed(begun, due) == seconds, vector["id"]

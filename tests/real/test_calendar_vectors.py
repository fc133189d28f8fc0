"""Clocks and calendars against cases from other projects' test suites.

The vectors are no part of this repository; without them beside it the tests say so and skip.
"""

import sys
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from breakwater.contracts.operations import EngineSettings
from breakwater.core.calendar import DAY
from breakwater.core.days import utc_instant
from breakwater.engine.base import Engine
from breakwater.engine.open import open_engine
from breakwater.measure.sla.calendars import lay_out
from breakwater.measure.sla.verify.answers import verify
from breakwater.measure.sla.verify.vectors import Vector, calendar_of, instant_of, read_vectors
from breakwater.warehouse.embedded import EmbeddedPostgreSQL

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "sla_vectors.jsonl"


@pytest.fixture(scope="module")
def vectors() -> list[Vector]:
    """Return the vectors; skips with a reason where they are not beside the repository."""
    if not VECTORS.exists():
        pytest.skip(f"the vectors are not at {VECTORS}")
    return read_vectors(VECTORS)


@pytest.fixture(params=["duckdb", "postgresql"])
def session(
    request: pytest.FixtureRequest, server: EmbeddedPostgreSQL
) -> Callable[[], AbstractContextManager[Engine]]:
    """Open either engine, as often as the vectors need."""
    return partial(open_engine, EngineSettings(kind=request.param), server.dsn())


def test_every_vector_is_answered_as_its_source_does(
    vectors: list[Vector],
    session: Callable[[], AbstractContextManager[Engine]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No vector is left out, on any engine."""
    verdicts = list(verify(vectors, session))
    kinds = Counter(verdict.vector.kind for verdict in verdicts if verdict.passed)
    with capsys.disabled():
        sys.stdout.write(f"\n{kinds.total()} of {len(vectors)} vectors pass: {dict(kinds)}\n")
    assert [verdict.line() for verdict in verdicts if not verdict.passed] == []
    assert len(verdicts) == len(vectors)
    assert not [v.name for v in vectors if v.reading.unknown]


def test_a_deadline_uses_up_exactly_what_was_asked(vectors: list[Vector]) -> None:
    """The time from a start to the expected deadline is the target, for every deadline vector."""
    asked = [vector for vector in vectors if vector.kind == "deadline"]
    assert asked
    for vector in asked:
        assert vector.calendar
        calendar = calendar_of(vector.calendar, vector.reading)
        start = instant_of(vector.asked["start"], calendar.zone_info)
        due = instant_of(vector.expected["deadline"], calendar.zone_info)
        time = lay_out(
            calendar, utc_instant(start - 3 * DAY).date(), utc_instant(due + 3 * DAY).date()
        )
        assert time.elapsed(start, due) == vector.asked["business_seconds"], vector.name

"""Half a year of a real review queue, judged: the New Year closure, a stalled day, and quiet months.

Arrivals and backlog are those of a plain reader, which `test_cran_review_queue` holds against what
the stages measure. The listings begin in the middle of the closure. To see it come, eight ordinary
weeks of the same queue (5 February to 1 April) are put before 1 January under the dates of the
eight weeks before it. The data are no part of this repository; without them these tests skip.
"""

import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from installation import CONFIGURATIONS, SHARED, installation, show
from listings import instant_of, read_listing

from breakwater.contracts.events import KnownEvent
from breakwater.core.finding import Finding
from breakwater.detect.detect import detect_days
from breakwater.detect.detection import Settings, Verdict
from breakwater.detect.panel import BACKLOG, COUNT, Panel
from breakwater.detect.panel.detector import detect_panel
from breakwater.warehouse.database import replace_rows
from breakwater.warehouse.embedded import EmbeddedPostgreSQL
from breakwater.warehouse.finding import findings_of_day
from breakwater.warehouse.workspace import Workspace

DATA = SHARED / "cran_review_queue" / "raw_hourly_2023-01_2023-06.tar.xz"
NEW_YEAR = date(2023, 1, 1)
ORDINARY = date(2023, 2, 5)
"""A Sunday, as is the day eight weeks before the first of January."""
HISTORY = timedelta(weeks=8)
NOW = datetime(2023, 8, 1, tzinfo=UTC)
CLOSURE = KnownEvent.model_validate(
    {
        "event": "new_year",
        "kind": "holiday",
        "title": "The desk is closed over New Year",
        "scope": {"vendors": ["desk"]},
        "first_day": "2022-12-22",
        "last_day": "2023-01-05",
        "after_days": 3,
    }
)
COLUMNS = ("vendor", "site", "queue", "policy", "language", "priority", "metric", "numerator")

Amounts = dict[date, dict[str, int]]

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not beside the repository")


@pytest.fixture(scope="module")
def queue() -> Amounts:
    """Count what came on each day and what was there at its last listing."""
    with tarfile.open(DATA) as tar:
        texts = {
            Path(file.name).name: content.read().decode()
            for file in tar
            if (content := tar.extractfile(file)) is not None
        }
    listings = [read_listing(name, texts[name]) for name in sorted(texts, key=instant_of)]
    came: Counter[date] = Counter()
    backlog: dict[date, int] = {}
    for earlier, later in pairwise(listings):
        day = datetime.fromtimestamp(later.at, UTC).date()
        came[day] += len(later.cases - earlier.cases)
        backlog[day] = len(later.cases)
    return {day: {"manual_incoming": came[day], "backlog": left} for day, left in backlog.items()}


@pytest.fixture
def workspace(server: EmbeddedPostgreSQL, tmp_path: Path, queue: Amounts) -> Iterator[Workspace]:
    """Open the desk's installation with eight ordinary weeks, then January."""
    place = ("desk", "main", "incoming", "package", "und", "p3")
    of_day = {
        NEW_YEAR + n: queue[ORDINARY + n + HISTORY if n < timedelta(0) else NEW_YEAR + n]
        for n in (timedelta(days=n) for n in range(-HISTORY.days, 31))
    }
    configuration = CONFIGURATIONS / "cran_review_queue"
    with installation(server, "cran_backlog", tmp_path, configuration) as opened:
        with opened.warehouse.transaction() as connection:
            for day, amounts in of_day.items():
                rows = [(*place, metric, amount) for metric, amount in amounts.items()]
                replace_rows(
                    connection, "measure.kpi_fact", {"operational_day": day}, COLUMNS, rows
                )
        yield opened


def judged(workspace: Workspace, event: KnownEvent) -> dict[date, list[Finding]]:
    """Judge the first twelve days of the year, knowing of the closure; return what is told."""
    configuration = replace(workspace.configuration, events=(event,))
    days = [NEW_YEAR + timedelta(days=n) for n in range(12)]
    detect_days(replace(workspace, configuration=configuration), days, NOW)
    with workspace.warehouse.transaction() as connection:
        found = {day: findings_of_day(connection, day) for day in days}
    return {day: told for day, told in found.items() if told}


def test_the_new_year_closure_is_told_once_and_the_event_explains_it(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """The queue piles up and nearly nobody submits; both name the closure, and its end is no news."""
    told = judged(workspace, CLOSURE)
    assert list(told) == [NEW_YEAR]
    changes = {one.scope["metric"]: one.detail for one in told[NEW_YEAR]}
    assert {metric: one["direction"] for metric, one in changes.items()} == {
        "backlog": "up",
        "manual_incoming": "down",
    }
    for one in changes.values():
        assert [event["event"] for event in one["events"]] == ["new_year"]  # type: ignore[attr-defined]
    show(capsys, f"CRAN queue, 1 January: { {m: one['change'] for m, one in changes.items()} }")


def test_a_closure_that_is_to_be_kept_quiet_is(workspace: Workspace) -> None:
    """Nothing is told, not even after it, and the scores say which event kept what."""
    assert judged(workspace, CLOSURE.model_copy(update={"suppress": True})) == {}
    kept = workspace.warehouse.rows(
        "select distinct metric, events from detect.score where verdict = 'known_event'"
    )
    assert {row["metric"] for row in kept} == {"backlog", "manual_incoming"}
    assert all(row["events"] == ["new_year"] for row in kept)


def test_in_half_a_year_one_stall_is_told_and_nothing_else(
    queue: Amounts, capsys: pytest.CaptureFixture[str]
) -> None:
    """From 27 to 28 June nearly nothing left the queue; Easter and the first of May are no news."""
    days = sorted(queue)
    y = np.array([[queue[day][m] for day in days] for m in ("manual_incoming", "backlog")], float)
    panel = Panel(
        y=y,
        den=np.full(y.shape, np.nan),
        kind=np.array([COUNT, BACKLOG]),
        region=np.zeros(2, dtype=np.int64),
        hol=np.zeros((1, len(days)), dtype=np.bool_),
        dow=np.array([day.weekday() for day in days]),
        hist=14,
    )
    found = detect_panel(panel, Settings(minimum_volume=30, minimum_effect=0.15))
    told = {
        (f"{days[t]:%m-%d}", str(panel.kind[row]), int(y[row, t]), round(found.expected[row, t]))
        for row, t in np.argwhere(found.verdict == Verdict.ONSET)
    }
    show(capsys, f"CRAN queue, told in {len(days)} days: {sorted(told)}")
    assert {one[:3] for one in told} == {("06-27", BACKLOG, 86), ("06-28", BACKLOG, 149)}

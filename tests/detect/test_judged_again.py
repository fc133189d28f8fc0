"""Days whose history is another now: seen by themselves, judged again, and told only if it matters."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from made_facts import DAYS, LAST_DAY, Operation, Row, write_facts

from breakwater.contracts.events import KnownEvent
from breakwater.detect.again import days_out_of_date
from breakwater.detect.detect import detect_day, detect_days
from breakwater.restate.reclose import reclose_stale
from breakwater.warehouse.known_event import add_event, withdraw_event
from breakwater.warehouse.workspace import Workspace

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
WEEK = [LAST_DAY - timedelta(days=n) for n in reversed(range(7))]
SITE = 'aht{vendor="pearlline",site="cebu"}'


@pytest.fixture(scope="module")
def facts() -> dict[date, list[Row]]:
    """Draw three weeks in which a site is slow from the fourth day of the last week on."""
    drawn = Operation(slowness={("pearlline", "cebu", WEEK[3]): 1.45}).facts()
    return {day: drawn[day] for day in list(drawn)[DAYS - 21 :]}


@pytest.fixture
def judged(workspace: Workspace, facts: dict[date, list[Row]]) -> Workspace:
    """Judge the last week in order."""
    write_facts(workspace.warehouse, facts)
    detect_days(workspace, WEEK, NOW)
    return workspace


def out_of_date(workspace: Workspace) -> list[date]:
    """List the days that are to be judged again."""
    with workspace.warehouse.transaction() as connection:
        return days_out_of_date(connection, workspace.configuration.events)


def rows(workspace: Workspace) -> list[dict[str, Any]]:
    """Read all scores, findings and grounds."""
    return workspace.warehouse.rows(
        "select s.*, r.read, r.content, (select array_agg(f.finding_id || f.detail::text order by f.finding_id)"
        " from operations.finding f where f.operational_day = s.operational_day) as findings"
        " from detect.score s join detect.run r using (operational_day)"
        " order by s.operational_day, s.series"
    )


def restated(facts: dict[date, list[Row]], day: date) -> dict[date, list[Row]]:
    """Return a day in which the site had been slow already."""
    return {
        day: [
            (*row[:7], row[7] * 1.45, row[8]) if row[6] == "aht" and row[1] == "cebu" else row  # type: ignore[operator]
            for row in facts[day]
        ]
    }


def test_a_restated_day_makes_the_days_after_it_out_of_date_and_them_alone(
    judged: Workspace, facts: dict[date, list[Row]]
) -> None:
    """Once it is judged itself: until then it is stale, and nothing is known of it."""
    assert out_of_date(judged) == []
    write_facts(judged.warehouse, restated(facts, WEEK[2]))
    assert out_of_date(judged) == []
    detect_day(judged, WEEK[2], NOW)
    assert out_of_date(judged) == WEEK[3:]
    detect_days(judged, WEEK[4:6], NOW)
    assert out_of_date(judged) == [WEEK[3], WEEK[6]]


def test_days_judged_again_say_what_a_closing_in_order_would_have_said(
    judged: Workspace, facts: dict[date, list[Row]]
) -> None:
    """The slow site is told on the day before, and lasts on the day on which it was told."""
    write_facts(judged.warehouse, restated(facts, WEEK[2]))
    detect_day(judged, WEEK[2], NOW)
    done = reclose_stale(judged, NOW)
    assert (done.judged, done.problems) == (WEEK[3:], [])
    again = rows(judged)
    verdicts = {row["operational_day"]: row["verdict"] for row in again if row["series"] == SITE}
    assert [verdicts[day] for day in WEEK[1:5]] == ["usual", "onset", "continuing", "continuing"]
    with judged.warehouse.transaction() as connection:
        connection.execute("delete from detect.score")
    detect_days(judged, WEEK, NOW)
    assert rows(judged) == again
    assert reclose_stale(judged, NOW).judged == []


def test_what_moved_becomes_an_incident_and_an_edition_and_pages_nobody(
    judged: Workspace, facts: dict[date, list[Row]]
) -> None:
    """The day that told first resolves its incident; days that say the same get no edition."""
    write_facts(judged.warehouse, restated(facts, WEEK[2]))
    detect_day(judged, WEEK[2], NOW)
    reclose_stale(judged, NOW)
    kinds = judged.warehouse.rows("select distinct run_type from notify.incident_transition")
    assert {row["run_type"] for row in kinds} <= {"backfill"}
    assert judged.warehouse.rows("select * from notify.outbox") == []
    assert judged.warehouse.rows(
        "select 1 as one from report.edition where operational_day = %s limit 1", [WEEK[3]]
    )


def test_other_policies_behind_the_same_sums_are_another_history(
    judged: Workspace, facts: dict[date, list[Row]]
) -> None:
    """Scores would stay; the slices that drive a change would not."""
    moved = {WEEK[4]: [(*row[:3], "adult", *row[4:]) for row in facts[WEEK[4]]]}
    write_facts(judged.warehouse, moved)
    detect_day(judged, WEEK[4], NOW)
    assert out_of_date(judged) == WEEK[5:]


def test_a_day_that_comes_late_belongs_to_the_history_of_those_after_it(
    workspace: Workspace, facts: dict[date, list[Row]]
) -> None:
    """Closed after them, in whatever order."""
    write_facts(workspace.warehouse, {day: facts[day] for day in facts if day != WEEK[4]})
    detect_days(workspace, [*WEEK[:4], *WEEK[5:]], NOW)
    write_facts(workspace.warehouse, {WEEK[4]: facts[WEEK[4]]})
    detect_day(workspace, WEEK[4], NOW)
    assert out_of_date(workspace) == WEEK[5:]


def test_days_judged_before_their_history_was_kept_are_left_alone(
    judged: Workspace, facts: dict[date, list[Row]]
) -> None:
    """Nothing says that they are wrong."""
    with judged.warehouse.transaction() as connection:
        connection.execute("update detect.run set read = null, content = null, events = null")
    write_facts(judged.warehouse, restated(facts, WEEK[2]))
    detect_day(judged, WEEK[2], NOW)
    assert out_of_date(judged) == []


def test_a_known_event_makes_the_days_that_may_name_it_out_of_date(judged: Workspace) -> None:
    """Added, withdrawn, or written into the file; the anomaly then names it."""
    sale = KnownEvent.model_validate(
        {"event": "move", "kind": "other", "title": "Cebu moves", "first_day": WEEK[3]}
    )
    with judged.warehouse.transaction() as connection:
        add_event(connection, sale, by="ops", at=NOW)
    assert out_of_date(judged) == WEEK[3:]
    assert reclose_stale(judged, NOW).judged == WEEK[3:]
    (site,) = [r for r in rows(judged) if r["series"] == SITE and r["operational_day"] == WEEK[3]]
    assert site["events"] == ["move"]
    with judged.warehouse.transaction() as connection:
        withdraw_event(connection, "move", by="ops", at=NOW)
    assert out_of_date(judged) == WEEK[3:]
    configuration = replace(judged.configuration, events=(sale,))
    assert out_of_date(replace(judged, configuration=configuration)) == []

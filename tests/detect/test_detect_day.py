"""The stage: what was planted among six weeks of facts is found, once, and little else."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from made_facts import DAYS, FIRST_DAY, LAST_DAY, Operation, Row, write_facts

from breakwater.core.finding import Finding, Severity
from breakwater.detect.detect import detect_day
from breakwater.detect.facts import first_day_read
from breakwater.warehouse.finding import findings_of_day
from breakwater.warehouse.workspace import Workspace

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
WEEK = [LAST_DAY - timedelta(days=n) for n in reversed(range(7))]


def _found(workspace: Workspace, days: list[date]) -> dict[date, list[Finding]]:
    found = {}
    for day in days:
        detect_day(workspace, day, NOW)
        with workspace.warehouse.transaction() as connection:
            found[day] = findings_of_day(connection, day)
    return found


def _about(findings: list[Finding]) -> list[dict[str, str]]:
    return [{"vendor": finding.vendor or "*", **finding.scope} for finding in findings]


def _scores(workspace: Workspace, day: date) -> dict[str, dict[str, Any]]:
    rows = workspace.warehouse.rows("select * from detect.score where operational_day = %s", [day])
    return {row["series"]: row for row in rows}


@pytest.fixture(scope="module")
def planted() -> dict[date, list[Row]]:
    """Draw six weeks with a slow site, a spike, a worse language and a missing export."""
    return Operation(
        spikes={("dekkan", "spam", "hi", WEEK[3]): 3.5, ("dekkan", "spam", "hi", WEEK[4]): 3.5},
        slowness={("pearlline", "cebu", WEEK[1]): 1.45},
        accuracy={("es", WEEK[1]): 0.6},
        silent={("andeska", WEEK[5])},
    ).facts()


@pytest.fixture
def eventful(workspace: Workspace, planted: dict[date, list[Row]]) -> Workspace:
    """Open an installation in which those weeks were measured."""
    write_facts(workspace.warehouse, planted)
    return workspace


def test_what_was_planted_is_found_at_its_slice_and_each_thing_once(eventful: Workspace) -> None:
    """The site, not its vendor or queues; the stream, not its queue; the language, not its vendors."""
    found = _found(eventful, WEEK)
    about = {day: _about(findings) for day, findings in found.items()}
    assert about[WEEK[0]] == []
    assert {"vendor": "pearlline", "metric": "aht", "site": "cebu"} in about[WEEK[1]]
    assert {"vendor": "*", "metric": "qa_accuracy", "language": "es"} in about[WEEK[1]]
    spike = {"vendor": "dekkan", "metric": "manual_incoming", "queue": "spam", "language": "hi"}
    assert about[WEEK[3]] == [spike]
    everything = [entry for entries in about.values() for entry in entries]
    assert len(everything) == 3


def test_an_anomaly_says_its_value_what_is_usual_and_where_the_band_ends(
    eventful: Workspace,
) -> None:
    """Numbers a person can check against the facts."""
    finding = next(f for f in _found(eventful, WEEK[1:2])[WEEK[1]] if f.scope["metric"] == "aht")
    assert finding.unit == "seconds"
    assert finding.value == pytest.approx(60 * 1.45 * 1.197, rel=0.05)  # exp(0.6² / 2) = 1.197
    assert finding.expected == pytest.approx(60 * 1.197, rel=0.05)
    assert finding.threshold is not None
    assert finding.expected < finding.threshold < finding.value
    assert finding.detail["change"] == pytest.approx(0.45, abs=0.07)
    assert finding.severity in {Severity.WARNING, Severity.MAJOR}


def test_an_anomaly_says_how_its_change_is_spread(eventful: Workspace) -> None:
    """The whole site is slow, the same work takes longer; most of the stream is one policy."""
    found = _found(eventful, [WEEK[1], WEEK[3]])
    slow = next(f for f in found[WEEK[1]] if f.scope["metric"] == "aht")
    causes, mix = slow.detail["causes"], slow.detail["mix_share"]
    assert isinstance(causes, list)
    assert isinstance(mix, float)
    assert [cause["slice"] for cause in causes] == [{}]
    assert causes[0]["share"] == pytest.approx(1, abs=0.2)
    assert abs(mix) < 0.2
    spike = next(f for f in found[WEEK[3]] if f.scope["metric"] == "manual_incoming")
    assert isinstance(spike.detail["causes"], list)
    assert [cause["slice"] for cause in spike.detail["causes"]] == [{}]


def test_slices_of_one_cause_name_the_slice_that_explains_them(eventful: Workspace) -> None:
    """The queue and the vendor rose as well; their scores say why nobody is told."""
    detect_day(eventful, WEEK[3], NOW)
    scores = _scores(eventful, WEEK[3])
    queue = scores['manual_incoming{vendor="dekkan",queue="spam"}']
    assert queue["verdict"] == "explained"
    assert queue["is_anomaly"]
    cause = 'manual_incoming{vendor="dekkan",queue="spam",language="hi"}'
    assert queue["reason"] == f"explained by {cause}"
    assert scores[cause]["verdict"] == "onset"


def test_a_lasting_change_keeps_its_day_of_telling(eventful: Workspace) -> None:
    """On its fourth day the slow site lasts, and says since when."""
    detect_day(eventful, WEEK[4], NOW)
    site = _scores(eventful, WEEK[4])['aht{vendor="pearlline",site="cebu"}']
    assert site["verdict"] == "continuing"
    assert site["reason"].endswith(f"told on {WEEK[1].isoformat()}")


def test_six_quiet_weeks_raise_next_to_nothing(workspace: Workspace) -> None:
    """Four weeks of judged days of a hundred series: at most one false alarm."""
    write_facts(workspace.warehouse, Operation(seed=2).facts())
    days = [FIRST_DAY + timedelta(days=n) for n in range(14, DAYS)]
    assert sum(len(findings) for findings in _found(workspace, days).values()) <= 1


def test_before_two_weeks_of_history_there_is_no_opinion_and_the_reason_is_said(
    workspace: Workspace,
) -> None:
    """A cold start is silent about everything, even about what looks wild."""
    day = FIRST_DAY + timedelta(days=9)
    wild = Operation(spikes={("dekkan", "spam", "hi", day): 9.0})
    write_facts(workspace.warehouse, wild.facts(days=10))
    result = detect_day(workspace, day, NOW)
    assert result.summary["anomalies"] == 0
    assert result.summary["without_opinion"] == result.summary["series"] > 0
    reasons = {row["reason"] for row in _scores(workspace, day).values()}
    assert reasons == {"no opinion: 9 of 14 days of history"}


def test_a_day_without_facts_has_no_scores(workspace: Workspace) -> None:
    """Nothing landed, nothing to say."""
    result = detect_day(workspace, LAST_DAY, NOW)
    assert dict(result.summary) == {
        "series": 0,
        "without_opinion": 0,
        "anomalies": 0,
        "silent_queues": 0,
        "lasting": 0,
        "explained": 0,
        "kept_quiet": 0,
    }


def test_a_language_across_vendors_is_not_judged_while_one_of_them_is_missing(
    eventful: Workspace,
) -> None:
    """Half of the Spanish cases is not a fall in Spanish; a share of the other half still counts."""
    detect_day(eventful, WEEK[5], NOW)
    scores = _scores(eventful, WEEK[5])
    assert 'manual_incoming{language="es"}' not in scores
    assert 'qa_accuracy{language="es"}' in scores
    assert not any(row["vendor"] == "andeska" for row in scores.values())


def test_later_days_change_nothing_and_a_second_run_says_so(eventful: Workspace) -> None:
    """A replay after more days were closed gives the same rows."""
    detect_day(eventful, WEEK[3], NOW)
    before = _scores(eventful, WEEK[3])
    with eventful.warehouse.transaction() as connection:
        connection.execute("delete from measure.kpi_fact where operational_day > %s", [WEEK[3]])
    again = detect_day(eventful, WEEK[3], NOW + timedelta(days=1))
    assert not again.changed
    assert _scores(eventful, WEEK[3]) == before


def test_a_vendor_with_one_site_is_one_series(eventful: Workspace) -> None:
    """Equal slices would tell everything twice."""
    detect_day(eventful, LAST_DAY, NOW)
    names = set(_scores(eventful, LAST_DAY))
    assert 'aht{vendor="dekkan"}' in names
    assert 'aht{vendor="dekkan",site="hyderabad"}' not in names
    assert 'aht{vendor="pearlline",site="cebu"}' in names


def test_a_change_for_the_better_is_kept_and_not_told(workspace: Workspace) -> None:
    """Breaks that vanish are welcome; the score says that they did."""
    facts = Operation().facts()
    facts[LAST_DAY] = [
        (*row[:7], row[7] * 4 if row[6] == "break_rate" else row[7], row[8])
        for row in facts[LAST_DAY]
    ]
    for day, rows in facts.items():
        if day < LAST_DAY:
            facts[day] = [
                (*row[:7], row[7] * 12 if row[6] == "break_rate" else row[7], row[8])
                for row in rows
            ]
    write_facts(workspace.warehouse, facts)
    assert _found(workspace, [LAST_DAY])[LAST_DAY] == []
    verdict = _scores(workspace, LAST_DAY)['break_rate{vendor="pearlline"}']["verdict"]
    assert verdict == "welcome"


def test_days_judged_backwards_get_the_scores_of_days_judged_in_order(eventful: Workspace) -> None:
    """A backfill in any order gives the same rows, told or not."""
    forwards = {day: (detect_day(eventful, day, NOW), _scores(eventful, day))[1] for day in WEEK}
    with eventful.warehouse.transaction() as connection:
        connection.execute("delete from detect.score")
    backwards = {
        day: (detect_day(eventful, day, NOW), _scores(eventful, day))[1] for day in reversed(WEEK)
    }
    assert backwards == forwards
    assert all(forwards.values())


def test_what_the_scores_rest_on_is_kept_with_them(eventful: Workspace) -> None:
    """Members, calendar and settings: a replay with others would say something else."""
    detect_day(eventful, WEEK[1], NOW)
    (run,) = eventful.warehouse.rows("select * from detect.run")
    assert run["operational_day"] == WEEK[1]
    assert run["first_day"] == first_day_read(WEEK[1], 56)
    assert set(_scores(eventful, WEEK[1])) <= set(run["series"])
    assert set(run["holidays"]) == set(eventful.configuration.vendors)
    assert run["settings"]["false_alarms"] > 0

"""Known events beside what is found: named, kept quiet only when told to, and told once over."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from made_facts import LAST_DAY, Operation, write_facts

from breakwater.contracts.events import KnownEvent
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.detect.detect import detect_day
from breakwater.detect.events.announced import with_events
from breakwater.detect.events.coincide import coinciding, takes_in
from breakwater.warehouse.finding import findings_of_day
from breakwater.warehouse.known_event import add_event, withdraw_event
from breakwater.warehouse.workspace import Workspace

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
WEEK = [LAST_DAY - timedelta(days=n) for n in reversed(range(7))]
STREAM = 'manual_incoming{vendor="dekkan",queue="spam",language="hi"}'
QUEUE = 'manual_incoming{vendor="dekkan",queue="spam"}'
SITE = 'aht{vendor="pearlline",site="cebu"}'
LEAVES = (
    ("pearlline", "cebu", "spam", "tl"),
    ("pearlline", "manila", "hate", "tl"),
    ("dekkan", "hyderabad", "spam", "hi"),
)


def event(**changed: Any) -> KnownEvent:  # noqa: ANN401  fields of an event
    """Know of a sale in India, on the days of the spike."""
    sale = {
        "event": "sale",
        "kind": "campaign",
        "title": "Sale in India",
        "scope": {"queues": ["spam"], "languages": ["hi"]},
        "first_day": WEEK[3],
        "last_day": WEEK[4],
    }
    return KnownEvent.model_validate(sale | changed)


@pytest.fixture
def eventful(workspace: Workspace) -> Workspace:
    """Six weeks with a spike in one stream, and a site that is slow from the second last day on."""
    planted = Operation(
        spikes={("dekkan", "spam", "hi", WEEK[3]): 3.5, ("dekkan", "spam", "hi", WEEK[4]): 3.5},
        slowness={("pearlline", "cebu", WEEK[1]): 1.45},
    )
    write_facts(workspace.warehouse, planted.facts())
    return workspace


def judged(
    workspace: Workspace, day: date, *events: KnownEvent
) -> tuple[list[Finding], dict[str, Any]]:
    """Judge a day with some events in the file; return its findings and its scores."""
    configuration = replace(workspace.configuration, events=events)
    detect_day(replace(workspace, configuration=configuration), day, NOW)
    with workspace.warehouse.transaction() as connection:
        found = findings_of_day(connection, day)
    rows = workspace.warehouse.rows("select * from detect.score where operational_day = %s", [day])
    return found, {row["series"]: row for row in rows}


def test_an_anomaly_names_the_event_that_it_coincides_with(eventful: Workspace) -> None:
    """It is told all the same: an event is an explanation, not an excuse."""
    ((finding,), scores) = judged(eventful, WEEK[3], event(), event(event="b", scope={}))
    assert [each["event"] for each in finding.detail["events"]] == ["b", "sale"]  # type: ignore[attr-defined]
    assert scores[STREAM]["events"] == ["b", "sale"]
    assert scores[QUEUE]["events"] == ["b", "sale"]
    usual = scores['aht{vendor="dekkan"}']
    assert usual["verdict"] == "usual"
    assert usual["events"] == []


@pytest.mark.parametrize(
    "other",
    [
        event(scope={"queues": ["hate"]}),
        event(scope={"metrics": ["aht"]}),
        event(scope={"vendors": ["andeska"]}),
        event(last_day=WEEK[3] - timedelta(days=1), first_day=WEEK[0]),
        event(first_day=WEEK[4]),
    ],
    ids=["queue", "metric", "vendor", "over", "not yet"],
)
def test_an_event_elsewhere_or_at_another_time_is_not_named(
    eventful: Workspace, other: KnownEvent
) -> None:
    """What shares no case with the change, and no day, has nothing to do with it."""
    ((finding,), scores) = judged(eventful, WEEK[3], other)
    assert "events" not in finding.detail
    assert scores[STREAM]["events"] == []


def test_an_event_keeps_its_own_scope_quiet_when_told_to(eventful: Workspace) -> None:
    """Nobody is told; the score says that it is abnormal, and which event kept it quiet."""
    found, scores = judged(eventful, WEEK[3], event(suppress=True))
    assert found == []
    assert scores[STREAM]["verdict"] == "known_event"
    assert scores[STREAM]["is_anomaly"]
    assert scores[STREAM]["reason"].endswith("not told because of sale")
    assert scores[QUEUE]["verdict"] == "explained"


def test_an_event_that_holds_a_part_only_keeps_nothing_quiet(eventful: Workspace) -> None:
    """A sale in one of a site's queues does not say why the whole site is slow."""
    part = event(scope={"queues": ["spam"]}, first_day=WEEK[0], suppress=True)
    (finding, *others), _ = judged(eventful, WEEK[1], part)
    assert others == []
    assert finding.scope == {"metric": "aht", "site": "cebu"}
    assert [each["event"] for each in finding.detail["events"]] == ["sale"]  # type: ignore[attr-defined]


def test_what_outlasts_the_event_that_kept_it_quiet_is_told_once_it_is_over(
    eventful: Workspace,
) -> None:
    """The slow site was expected for two days; on the third it is told, and on the fourth it lasts."""
    move = event(scope={"sites": ["cebu"]}, first_day=WEEK[0], last_day=WEEK[2], suppress=True)
    verdicts = [judged(eventful, day, move)[1][SITE]["verdict"] for day in WEEK[1:5]]
    assert verdicts == ["known_event", "known_event", "onset", "continuing"]
    found, scores = judged(eventful, WEEK[3], move)
    assert {"metric": "aht", "site": "cebu"} in [dict(finding.scope) for finding in found]
    assert scores[SITE]["since"] == WEEK[1]


def test_an_added_event_counts_until_it_is_withdrawn_and_the_file_comes_first(
    eventful: Workspace,
) -> None:
    """People add to the table; what is reviewed in the file is what counts of one name."""
    with eventful.warehouse.transaction() as connection:
        add_event(connection, event(suppress=True), by="ops", at=NOW)
    assert judged(eventful, WEEK[3])[0] == []
    assert len(judged(eventful, WEEK[3], event())[0]) == 1
    with eventful.warehouse.transaction() as connection:
        withdraw_event(connection, "sale", by="ops", at=NOW)
    assert len(judged(eventful, WEEK[3])[0]) == 1


@pytest.mark.parametrize(
    ("scope", "where", "shares", "has_all"),
    [
        ({}, {"vendor": "pearlline"}, True, True),
        ({"sites": ("cebu",)}, {"vendor": "pearlline"}, True, False),
        ({"sites": ("cebu",)}, {"vendor": "dekkan"}, False, False),
        ({"vendors": ("dekkan",)}, {"site": "hyderabad"}, True, True),
        ({"languages": ("tl", "hi")}, {}, True, True),
        ({"policies": ("spam",)}, {"vendor": "dekkan"}, True, False),
        ({"policies": ("spam",)}, {"vendor": "dekkan", "policy": "hate"}, False, False),
        ({"policies": ("spam",)}, {"vendor": "dekkan", "policy": "spam"}, True, True),
        ({"metrics": ("aht",)}, {"metric": "backlog"}, False, False),
    ],
)
def test_leaves_decide_what_an_event_shares_with_a_slice(
    scope: dict[str, Any], where: dict[str, str], shares: bool, has_all: bool
) -> None:
    """Nested dimensions name the same cases in several ways; the cases decide."""
    known, days = event(scope=scope), (WEEK[3], WEEK[3])
    where = {"metric": "aht", **where}
    assert bool(coinciding([known], [where], LEAVES, days)) is shares
    assert takes_in(known, where, LEAVES) is has_all


def test_where_the_driving_slice_is_known_an_event_has_to_do_with_it() -> None:
    """The queue rose because of Hindi; a sale in Manila's language is not why."""
    finding = Finding(
        rule=Rule.KPI_ANOMALY,
        operational_day=WEEK[3],
        vendor=None,
        severity=Severity.WARNING,
        scope={"metric": "manual_incoming", "queue": "spam"},
        value=9,
        unit="cases",
        detail={"causes": [{"slice": {"language": "hi"}, "share": 0.9}], "since": str(WEEK[2])},
    )
    elsewhere = event(scope={"languages": ["tl"]})
    earlier = event(event="earlier", first_day=WEEK[0], last_day=WEEK[2])
    told = with_events(finding, [earlier, elsewhere, event()], LEAVES)
    assert [each["event"] for each in told.detail["events"]] == ["earlier", "sale"]  # type: ignore[attr-defined]
    assert with_events(finding, [elsewhere], LEAVES) == finding

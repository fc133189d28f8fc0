"""Numbers say what they are made of, and who is missing from them."""

import json
from datetime import UTC, date, datetime

import pytest

from breakwater.contracts.metrics import METRICS, metric_named
from breakwater.core.agreement import agreement_of
from breakwater.core.interval import wilson
from breakwater.core.vocabulary import EventType
from breakwater.warehouse.database import replace_rows
from breakwater.warehouse.numbers import Asked, Number, read_numbers
from breakwater.warehouse.stage_run import record_stage
from breakwater.warehouse.workspace import Workspace

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
COLUMNS = ("site", "queue", "policy", "language", "priority", "metric", "numerator", "denominator")
FACTS = {
    (MONDAY, "pearlline"): [
        ("manila", "hate", "hate", "en", "p1", "aht", 600.0, 10.0),
        ("cebu", "hate", "hate", "en", "p2", "aht", 300.0, 30.0),
        ("cebu", "spam", "none", "tl", "p2", "aht", 50.0, 5.0),
        ("cebu", "spam", "none", "tl", "p2", "backlog", 7.0, None),
    ],
    (MONDAY, "dekkan"): [("hyderabad", "spam", "none", "hi", "p2", "aht", 900.0, 9.0)],
    (TUESDAY, "pearlline"): [("manila", "hate", "hate", "en", "p1", "aht", 100.0, 1.0)],
}


@pytest.fixture
def measured(workspace: Workspace) -> Workspace:
    """Two vendors of five on Monday, one on Tuesday; Tuesday by a later definition of AHT."""
    with workspace.warehouse.transaction() as connection:
        for (day, vendor), rows in FACTS.items():
            key = {"operational_day": day, "vendor": vendor}
            replace_rows(connection, "measure.kpi_fact", key, COLUMNS, rows)
            record_stage(
                connection,
                day=day,
                vendor=vendor,
                stage="measure",
                inputs=[],
                outputs=[],
                summary={"revisions": {"aht": 2}} if day == TUESDAY else {},
                at=datetime(2026, 3, 4, tzinfo=UTC),
            )
    return workspace


def ask(workspace: Workspace, asked: Asked) -> list[Number]:
    """Read numbers in a transaction of their own."""
    with workspace.warehouse.transaction() as connection:
        return read_numbers(connection, workspace.configuration, asked)


def test_a_number_carries_denominator_definition_provenance_and_who_is_missing(
    measured: Workspace,
) -> None:
    """A mean is the sum over the sum, never a mean of means."""
    active = measured.configuration.active_vendors(MONDAY)
    (number,) = ask(measured, Asked(METRICS["aht"], MONDAY, MONDAY))
    assert (number.value, number.numerator, number.denominator) == (1850 / 54, 1850, 54)
    assert (number.definitions, number.provenance) == (("aht/1",), "reported")
    assert number.coverage.expected == len(active)
    assert number.coverage.reported == 2
    others = tuple((MONDAY, v) for v in active if v not in {"pearlline", "dekkan"})
    assert number.coverage.missing == others


def test_dimensions_are_kept_apart_and_each_vendor_answers_for_itself(measured: Workspace) -> None:
    """In the order of their names; a scope of one vendor is covered by that vendor alone."""
    by_queue = ask(measured, Asked(METRICS["aht"], MONDAY, MONDAY, ("vendor", "queue")))
    assert [(dict(each.scope), each.value) for each in by_queue] == [
        ({"vendor": "dekkan", "queue": "spam"}, 100.0),
        ({"vendor": "pearlline", "queue": "hate"}, 22.5),
        ({"vendor": "pearlline", "queue": "spam"}, 10.0),
    ]
    assert {each.coverage.expected for each in by_queue} == {1}
    assert {each.coverage.missing for each in by_queue} == {()}


def test_days_stand_alone_or_add_up_and_every_definition_is_named(measured: Workspace) -> None:
    """A span that was measured by two definitions says both."""
    asked = Asked(METRICS["aht"], MONDAY, TUESDAY, vendors=("pearlline",))
    assert [each.value for each in ask(measured, asked)] == [950 / 45, 100.0]
    together = Asked(METRICS["aht"], MONDAY, TUESDAY, vendors=("pearlline",), is_together=True)
    (number,) = ask(measured, together)
    assert (number.value, number.definitions) == (1050 / 46, ("aht/1", "aht/2"))
    assert (number.coverage.reported, number.coverage.expected) == (2, 2)


def test_a_day_without_facts_is_no_number_and_still_says_who_is_missing(
    measured: Workspace,
) -> None:
    """Nothing is not zero."""
    wednesday = date(2026, 3, 4)
    (number,) = ask(measured, Asked(METRICS["total_incoming"], wednesday, wednesday))
    assert (number.value, number.coverage.reported) == (None, 0)
    assert number.coverage.missing
    assert ask(measured, Asked(METRICS["total_incoming"], wednesday, wednesday, ("queue",))) == []


def test_a_vendor_that_reports_no_such_event_is_named_and_not_expected(measured: Workspace) -> None:
    """It is not missing: it cannot tell."""
    metric = METRICS["calibration_delta"]
    configuration = measured.configuration
    cannot = tuple(
        vendor
        for vendor in configuration.active_vendors(MONDAY)
        if EventType.QA_RESCORED not in configuration.vendor(vendor, MONDAY).reported_events
    )
    (number,) = ask(measured, Asked(metric, MONDAY, MONDAY))
    assert number.coverage.cannot_tell == cannot
    assert number.coverage.expected == len(configuration.active_vendors(MONDAY)) - len(cannot)


def test_a_level_is_not_summed_over_days_and_dimensions_are_those_of_facts() -> None:
    """What has no answer is refused in words."""
    with pytest.raises(ValueError, match="does not add up over days"):
        Asked(METRICS["backlog"], MONDAY, TUESDAY, is_together=True)
    with pytest.raises(ValueError, match="expected any of vendor, site"):
        Asked(METRICS["backlog"], MONDAY, MONDAY, ("agent",))


def test_aas_is_what_the_operation_calls_so() -> None:
    """An alias of a metric with a public name; anything else has to be in the registry."""
    assert metric_named("aas", "average_agent_solves").title == "Average agent solves"
    with pytest.raises(KeyError):
        metric_named("speed", "average_agent_solves")


def test_percentiles_and_bands_of_any_roll_up(measured: Workspace) -> None:
    """Buckets add up over slices and days; an oldest case is the oldest of the parts."""
    parts = [
        ("manila", "hate", "hate", "en", "p1", "turnaround", 3_840, 10),
        ("cebu", "spam", "none", "tl", "p2", "turnaround", 15, 89),
        ("cebu", "spam", "none", "tl", "p2", "turnaround", 61_440, 1),
        ("cebu", "spam", "none", "tl", "p2", "backlog_band", 86_400, 7),
    ]
    columns = (*COLUMNS[:6], "upper_seconds", "case_count")
    facts = [
        (*parts[0][:5], "turnaround", 10.0, 10.0),
        (*parts[1][:5], "turnaround", 90.0, 90.0),
        (*parts[0][:5], "backlog_oldest", 100.0, None),
        (*parts[1][:5], "backlog_oldest", 300.0, None),
        (*parts[1][:5], "backlog", 7.0, None),
    ]
    with measured.warehouse.transaction() as connection:
        key = {"operational_day": MONDAY, "vendor": "pearlline"}
        replace_rows(connection, "measure.kpi_histogram", key, columns, parts)
        replace_rows(connection, "measure.kpi_fact", key, COLUMNS, facts)
    (number,) = ask(measured, Asked(METRICS["turnaround"], MONDAY, MONDAY))
    assert number.percentiles[0.5] <= 15
    assert 3_200 < number.percentiles[0.9] <= number.percentiles[0.95] <= 3_840
    cebu, manila = ask(measured, Asked(METRICS["turnaround"], MONDAY, MONDAY, ("site",)))
    assert (cebu.scope["site"], cebu.percentiles[0.95] <= 15) == ("cebu", True)
    assert 3_200 < manila.percentiles[0.5] <= 3_840
    (backlog,) = ask(measured, Asked(METRICS["backlog"], MONDAY, MONDAY))
    assert (backlog.value, backlog.bands, backlog.percentiles) == (7.0, {86_400: 7}, {})
    (oldest,) = ask(measured, Asked(METRICS["backlog_oldest"], MONDAY, MONDAY))
    assert oldest.value == 300.0


def test_numbers_are_plain(measured: Workspace) -> None:
    """They travel as JSON."""
    (number,) = ask(measured, Asked(METRICS["aht"], TUESDAY, TUESDAY, ("site",)))
    assert json.loads(json.dumps(dict(number.scope))) == {"site": "manila"}


def test_a_share_of_a_sample_says_how_surely_and_two_verdicts_how_far_beyond_chance(
    workspace: Workspace,
) -> None:
    """Wilson's interval of the sums, and kappa of the sums: never a mean of either."""
    rows = [
        ("manila", queue, "hate", "en", "p1", metric, above, below)
        for queue, agreed, by_vendor, by_us, below in (
            ("hate", 7.0, 8.0, 7.0, 10.0),
            ("spam", 10.0, 10.0, 10.0, 10.0),
        )
        for metric, above in (
            ("qa_agreement", agreed),
            ("qa_upheld_by_vendor", by_vendor),
            ("qa_upheld_by_us", by_us),
        )
    ]
    key = {"operational_day": MONDAY, "vendor": "pearlline"}
    with workspace.warehouse.transaction() as connection:
        replace_rows(connection, "measure.kpi_fact", key, COLUMNS, rows)
    (number,) = ask(workspace, Asked(METRICS["qa_agreement"], MONDAY, MONDAY))
    assert (number.interval, number.agreement) == (wilson(17, 20), agreement_of(20, 17, 18, 17))
    by_queue = ask(workspace, Asked(METRICS["qa_agreement"], MONDAY, MONDAY, ("queue",)))
    assert [each.agreement for each in by_queue] == [
        agreement_of(10, 7, 8, 7),
        agreement_of(10, 10, 10, 10),
    ]
    (plain,) = ask(workspace, Asked(METRICS["aht"], MONDAY, MONDAY))
    assert (plain.interval, plain.agreement) == (None, None)

"""Reports of a week and of a month: sums over days, promises of the whole, told as a digest is."""

from datetime import timedelta

import pytest
from made_days import DAY, NOW, QUEUES

from breakwater.core.period import Period
from breakwater.core.vocabulary import RunType
from breakwater.report.correct import tell_kept
from breakwater.report.digest import publish_digest, publish_period, render_digest
from breakwater.report.layout import metrics_read
from breakwater.report.period_answers import read_period_answers
from breakwater.report.scope import cut
from breakwater.warehouse.workspace import Workspace

WEEK = Period.parse("2026-W47")
"""It ends on the day that was made."""


def _publish(workspace: Workspace, period: Period, *, deliver: bool = False) -> dict[str, object]:
    result = publish_period(
        workspace, period, NOW, run_type=RunType.MANUAL, deliver=deliver, airflow_url=None
    )
    return dict(result.summary)


def test_a_week_adds_up_its_days_and_a_level_is_that_of_its_end(quiet: Workspace) -> None:
    """Compared with plain sums over the facts; the backlog of a week is not seven backlogs."""
    configuration = quiet.configuration
    with quiet.warehouse.transaction() as connection:
        answers = read_period_answers(
            connection, configuration, WEEK, metrics_read(configuration.operations.aas)
        )
    (ops,) = (each for each in configuration.audiences if each.audience == "ops")
    figures = cut(answers, ops).figures
    for metric, first in (("manual_incoming", WEEK.first), ("backlog", WEEK.last)):
        (row,) = quiet.warehouse.rows(
            "select sum(numerator) as total from measure.kpi_fact"
            " where metric = %s and operational_day between %s and %s",
            [metric, first, WEEK.last],
        )
        figure = figures.figure(metric)
        assert figure is not None
        assert figure.value == pytest.approx(row["total"])
    # Four whole weeks were made, and one day of the week before those.
    assert figures.figure("manual_incoming", back=3) is not None
    assert figures.figure("manual_incoming", back=5) is None
    assert figures.usual("manual_incoming") is not None


def test_a_week_is_told_as_one(bad: Workspace) -> None:
    """Its title, its promise as a whole, the legal deadline of its Sunday, what it lacks."""
    with bad.warehouse.transaction() as connection:
        connection.execute(
            "insert into measure.day_close select generate_series(%s::date, %s::date, '1 day'),"
            " vendors_expected, vendors_expected, '{}', 'f', %s from measure.day_close",
            [WEEK.first, DAY - timedelta(days=1), NOW],
        )
        connection.execute(
            "update measure.attainment set met_count = 100 where vendor = 'pearlline'"
        )
    assert _publish(bad, WEEK)["published"] == len(bad.configuration.audiences)
    text = str(render_digest(bad, WEEK, "ops", None, "text"))
    assert "Week 47, 16 to 22 November 2026" in text
    assert "1 case past a legal deadline" in text
    assert "Pearlline" in text
    assert "promised 90.0 %" in text
    assert "Not in the numbers: Karavan" in text
    assert "on 22 Nov." in text
    assert "weekday" not in str(render_digest(bad, WEEK, "ops", None, "html"))
    assert "the four weeks before" in str(render_digest(bad, WEEK, "ops", None, "html"))
    subject = bad.warehouse.rows(
        "select distinct subject from report.edition where audience = 'ops'"
    )
    assert [row["subject"].partition(":")[0] for row in subject] == [
        "[Act today] Operations, week 47"
    ]


def test_a_month_stands_beside_its_last_day_and_its_last_week(quiet: Workspace) -> None:
    """Three reports end on one day; each has editions of its own."""
    month = Period.parse("2026-11")
    publish_digest(quiet, DAY, NOW, ["ops"], run_type=RunType.MANUAL, deliver=False)
    _publish(quiet, WEEK)
    _publish(quiet, month)
    titles = [
        str(render_digest(quiet, about, "ops", 1, "text")).splitlines()[1]
        for about in (DAY, WEEK, month)
    ]
    assert titles == ["Sunday 22 November 2026", WEEK.long_title, "November 2026"]
    assert _publish(quiet, WEEK)["published"] == 0


def test_it_is_told_once_and_filed_apart_from_the_daily_one(quiet: Workspace) -> None:
    """A thread of its own, and a list of its own."""
    assert _publish(quiet, WEEK, deliver=True)["enqueued"] == _publish_count(quiet)
    assert _publish(quiet, WEEK, deliver=True)["enqueued"] == 0
    (mail,) = quiet.warehouse.rows(
        "select thread_key, payload from notify.outbox where recipient = %s",
        ["ops-leads@harbour.example"],
    )
    assert mail["thread_key"] == "digest/2026-W47/ops"
    assert mail["payload"]["headers"]["List-Id"].endswith("<ops.weekly.breakwater.invalid>")
    assert mail["payload"]["attachments"][0]["name"] == "breakwater-2026-W47-ops.xlsx"


def test_an_approved_scorecard_is_the_one_that_was_kept(quiet: Workspace) -> None:
    """Figures that moved after somebody was asked are in no scorecard that they approved."""
    _publish(quiet, WEEK)
    with quiet.warehouse.transaction() as connection:
        connection.execute("update measure.kpi_fact set numerator = numerator * 2")
    (dekkan,) = (each for each in quiet.configuration.audiences if each.audience == "vendor_dekkan")
    assert tell_kept(quiet, WEEK, dekkan, NOW) == 2
    (mail,) = quiet.warehouse.rows("select payload from notify.outbox where channel = 'email'")
    kept = render_digest(quiet, WEEK, "vendor_dekkan", 1, "text")
    assert mail["payload"]["text"] == kept
    assert tell_kept(quiet, WEEK, dekkan, NOW) == 0


def _publish_count(workspace: Workspace) -> int:
    readers = [each for each in workspace.configuration.audiences if each.when_quiet == "send"]
    return sum(len(each.email) + (each.slack_channel is not None) for each in readers)


@pytest.mark.parametrize("vendor", sorted(QUEUES))
def test_a_vendor_reads_no_other_vendors_name_in_its_scorecard(bad: Workspace, vendor: str) -> None:
    """Every format of a week's report."""
    publish_period(bad, WEEK, NOW, [f"vendor_{vendor}"], run_type=RunType.MANUAL, deliver=True)
    texts = [
        str(render_digest(bad, WEEK, f"vendor_{vendor}", None, form))
        for form in ("text", "html", "slack")
    ]
    for other, contract in bad.configuration.vendors.items():
        named = any(contract.name.split()[0].lower() in text.lower() for text in texts)
        assert named is (other == vendor), (vendor, other)

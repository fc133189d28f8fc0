"""Known events in the digest: beside what they coincide with, for those who may know of them."""

from dataclasses import replace
from typing import Any

import pytest
from made_days import DAY, NOW, bad_findings

from breakwater.contracts.events import KnownEvent
from breakwater.core.finding import Rule
from breakwater.core.vocabulary import RunType
from breakwater.report.digest import publish_digest, render_digest
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.workspace import Workspace

SALE = {
    "event": "sale",
    "kind": "campaign",
    "title": "Autumn sale",
    "scope": {"vendors": ["pearlline"]},
    "first_day": "2026-11-20",
}


def digest(workspace: Workspace, audience: str, **changed: Any) -> str:  # noqa: ANN401  fields
    """Publish the bad day with an event that its anomaly and its lasting change coincide with."""
    known = KnownEvent.model_validate(SALE | changed)
    configuration = replace(workspace.configuration, events=(known,))
    opened = replace(workspace, configuration=configuration)
    with opened.warehouse.transaction() as connection:
        connection.execute("update detect.score set events = '{sale}'")
        finding = next(f for f in bad_findings() if f.rule is Rule.KPI_ANOMALY)
        told = replace(finding, detail={**finding.detail, "events": [{"event": "sale"}]})
        part = "KpiAnomaly/pearlline/" + '{"metric": "aht", "site": "cebu"}'
        replace_findings(connection, DAY, "made", part, [told])
    publish_digest(opened, DAY, NOW, [audience], run_type=RunType.SCHEDULED, deliver=False)
    text = render_digest(opened, DAY, audience, None, "text")
    assert isinstance(text, str)
    return " ".join(text.split())


def test_the_operation_reads_which_events_a_number_coincides_with(bad: Workspace) -> None:
    """Once as known of the day, and beside each number."""
    text = digest(bad, "ops")
    assert "Known events: Autumn sale (since 20 Nov)." in text
    assert text.count("coincides with Autumn sale") == 2


def test_a_vendor_reads_of_an_event_only_when_it_says_so(bad: Workspace) -> None:
    """A title may speak of what a vendor is not to know yet."""
    assert "Autumn sale" not in digest(bad, "vendor_pearlline")
    with bad.warehouse.transaction() as connection:
        connection.execute("delete from report.edition")
    assert "coincides with Autumn sale" in digest(bad, "vendor_pearlline", tell_vendors=True)


def test_an_event_of_another_vendor_is_none_of_a_vendors_business(bad: Workspace) -> None:
    """Not even when vendors may be told."""
    text = digest(bad, "vendor_dekkan", tell_vendors=True)
    assert "Autumn sale" not in text


def test_what_an_event_kept_quiet_is_counted(bad: Workspace) -> None:
    """So that silence is not mistaken for usual numbers."""
    with bad.warehouse.transaction() as connection:
        connection.execute("update detect.score set verdict = 'known_event'")
    text = digest(bad, "ops", title="<b>Sale</b>")
    assert "1 number away from usual, as a known event had told." in text


@pytest.mark.parametrize("form", ["html", "slack"])
def test_a_title_is_text_in_every_format(bad: Workspace, form: Any) -> None:  # noqa: ANN401  a form
    """People of ours write it; nobody's browser runs it."""
    digest(bad, "ops", title="<img src=x onerror=alert(1)>")
    shown = render_digest(bad, DAY, "ops", None, form)
    assert isinstance(shown, str)
    if form == "html":
        assert "<img src=x" not in shown
        assert "&lt;img src=x" in shown
    else:
        assert "mrkdwn" not in shown

"""What `breakwater metrics` and `breakwater kpi` print."""

import json

import pytest
from click.testing import CliRunner

from breakwater.cli import breakwater
from breakwater.contracts.metrics import METRICS
from breakwater.warehouse.database import replace_rows
from breakwater.warehouse.workspace import Workspace

COLUMNS = ("site", "queue", "policy", "language", "priority", "metric", "numerator", "denominator")
KEY = {"operational_day": "2026-03-02", "vendor": "pearlline"}


def typed(*words: str) -> tuple[int, str]:
    """Type a command; return its exit code and what it prints."""
    result = CliRunner().invoke(breakwater, words)
    return result.exit_code, result.output


def test_every_metric_is_listed_with_its_definition() -> None:
    """As words, and as JSON."""
    _, text = typed("metrics")
    for metric in METRICS.values():
        assert f"{metric.definition}: {metric.title}" in text
    _, document = typed("metrics", "--json")
    assert [each["definition"] for each in json.loads(document)] == [
        metric.definition for metric in METRICS.values()
    ]


def test_a_number_is_printed_with_what_it_is_made_of(on_disk: Workspace) -> None:
    """Value, both sums, coverage, definition and provenance; AAS under its full name."""
    row = ("manila", "hate", "hate", "en", "p1", "average_answer_speed", 7200.0, 4.0)
    with on_disk.warehouse.transaction() as connection:
        replace_rows(connection, "measure.kpi_fact", KEY, COLUMNS, [row])
    _, text = typed("kpi", "aas", "2026-03-02", "--by", "vendor,queue")
    assert "Average answer speed: queued to first manual decision ÷ cases whose first" in text
    assert "2026-03-02  pearlline  hate   30 min" in text
    assert "7,200" in text
    assert "0 of 1" in text
    assert "definition average_answer_speed/1; measured" in text
    assert "missing: pearlline 2026-03-02" in text
    _, document = typed("kpi", "average_answer_speed", "2026-03-02", "--json", "--days", "2")
    before, day = json.loads(document)["numbers"]
    assert (before["value"], day["value"], day["denominator"]) == (None, 1800.0, 4.0)


def test_what_is_not_understood_is_said_with_what_is_near(on_disk: Workspace) -> None:
    """A slip in a name, a dimension that facts do not have."""
    code, text = typed("kpi", "back_log", "2026-03-02")
    assert (code, "expected backlog" in text) == (2, True)
    code, text = typed("kpi", "backlog", "2026-03-02", "--by", "agent")
    assert (code, "found agent" in text) == (2, True)
    code, text = typed("kpi", "break_rate", "2026-03-02", "--hours")
    assert (code, "not kept by the hour" in text) == (2, True)
    assert typed("kpi", "backlog", "2026-03-02", "--hours")[1].count("no facts") == 1
    assert on_disk.configuration


def test_a_share_of_a_sample_is_printed_with_its_interval_and_two_verdicts_with_kappa(
    on_disk: Workspace,
) -> None:
    """17 of 20 may be 64 % as well as 95 %; and 85 % agreement may be mostly chance."""
    rows = [
        ("manila", "hate", "hate", "en", "p1", metric, above, 20.0)
        for metric, above in (
            ("qa_agreement", 17.0),
            ("qa_upheld_by_vendor", 18.0),
            ("qa_upheld_by_us", 17.0),
        )
    ]
    with on_disk.warehouse.transaction() as connection:
        replace_rows(connection, "measure.kpi_fact", KEY, COLUMNS, rows)
    _, text = typed("kpi", "qa_agreement", "2026-03-02")
    (header, numbers) = [line for line in text.splitlines() if "85" in line or "kappa" in line]
    assert header.split()[-4:] == ["interval", "kappa", "alpha", "coverage"]
    assert "64.0–94.8 %" in numbers
    assert "0.32" in numbers
    assert "cannot tell" not in text
    _, document = typed("kpi", "qa_agreement", "2026-03-02", "--json")
    (number,) = json.loads(document)["numbers"]
    assert number["agreement"]["kappa"] == pytest.approx((0.85 - 0.78) / (1 - 0.78))
    _, text = typed("kpi", "occupancy", "2026-03-02")
    assert "cannot tell, for want of what the metric needs: " in text
    assert "andeska, baltica, karavan, pearlline" in text, "only one vendor exports shifts"

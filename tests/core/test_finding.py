"""A finding is named by what it is about, never by what was measured."""

from dataclasses import replace
from datetime import date

from breakwater.core.finding import Finding, Rule, Severity, fingerprint

FINDING = Finding(
    rule=Rule.SLA_ATTAINMENT_LOW,
    operational_day=date(2026, 11, 22),
    vendor="andeska",
    severity=Severity.MAJOR,
    scope={"clock": "decision_p2", "queue": "hate"},
    value=0.81,
    unit="rate",
    threshold=0.95,
)


def test_the_same_condition_keeps_its_name_when_its_value_changes() -> None:
    """Value, severity and detail may move without making a new finding."""
    worse = replace(FINDING, value=0.4, severity=Severity.CRITICAL, detail={"due": 12})
    assert worse.finding_id == FINDING.finding_id


def test_another_day_vendor_or_scope_is_another_condition() -> None:
    """Each part of what it is about counts."""
    others = [
        replace(FINDING, operational_day=date(2026, 11, 23)),
        replace(FINDING, vendor="baltica"),
        replace(FINDING, scope={"clock": "decision_p2", "queue": "spam"}),
        replace(FINDING, rule=Rule.KPI_ANOMALY),
    ]
    assert len({FINDING.finding_id, *(other.finding_id for other in others)}) == 5


def test_the_order_of_a_scope_does_not_matter() -> None:
    """Mappings compare by content."""
    assert fingerprint("R", "v", {"a": "1", "b": "2"}, "d") == fingerprint(
        "R", "v", {"b": "2", "a": "1"}, "d"
    )


def test_severities_rank_from_info_to_critical() -> None:
    """People sort by it."""
    assert [s.rank for s in Severity] == [0, 1, 2, 3]

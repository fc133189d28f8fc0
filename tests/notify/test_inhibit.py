"""A cause hides its symptoms."""

import pytest
from situations import finding

from breakwater.core.finding import Rule
from breakwater.notify.inhibit import SYMPTOMS, inhibited_by

MISSING = finding(Rule.EXPORT_MISSING)


@pytest.mark.parametrize("rule", sorted(SYMPTOMS))
def test_a_missing_export_hides_what_was_computed_without_it(rule: Rule) -> None:
    """Every symptom of the same vendor and day is hidden, and the cause is named."""
    symptom = finding(rule)
    assert inhibited_by(symptom, [symptom, MISSING]) is Rule.EXPORT_MISSING


@pytest.mark.parametrize(
    "cause", [Rule.EXPORT_MISSING, Rule.EXPORT_TRUNCATED, Rule.EXPORT_UNREADABLE]
)
def test_each_way_to_have_no_rows_hides_symptoms(cause: Rule) -> None:
    """Missing, truncated and unreadable exports all leave the day without rows."""
    assert inhibited_by(finding(), [finding(cause)]) is cause


@pytest.mark.parametrize("rule", sorted(set(Rule) - SYMPTOMS))
def test_a_cause_is_never_hidden_by_another(rule: Rule) -> None:
    """Whoever can deliver again must hear of every fault of the delivery."""
    assert inhibited_by(finding(rule), [MISSING, finding(Rule.EXPORT_TRUNCATED)]) is None


def test_one_vendors_missing_export_hides_nothing_of_another() -> None:
    """Dekkan's breaks are real although Pearlline delivered nothing."""
    assert inhibited_by(finding(vendor="dekkan"), [MISSING]) is None


def test_a_number_of_the_whole_operation_is_not_hidden() -> None:
    """Nobody can say that one vendor explains what is found over all of them."""
    everywhere = finding(Rule.KPI_ANOMALY, vendor=None, scope={"metric": "backlog"})
    assert inhibited_by(everywhere, [MISSING, finding(Rule.EXPORT_MISSING, vendor=None)]) is None


def test_a_late_export_hides_nothing() -> None:
    """It was taken all the same, so its numbers stand."""
    assert inhibited_by(finding(), [finding(Rule.EXPORT_LATE)]) is None

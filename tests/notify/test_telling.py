"""Whether a recipient is told again."""

import pytest
from situations import incident, telling

from breakwater.core.finding import Severity
from breakwater.notify.incident import Incident
from breakwater.notify.telling import Telling, TellingReason, decide_telling

BREAKS = incident()
DRIFT = incident(scope={"outcome": "time_drift"}, value=7)
RESOLVED = incident(is_open=False)
WORSE = incident(severity=Severity.CRITICAL)


@pytest.mark.parametrize(
    ("last", "shown", "expected"),
    [
        (None, [BREAKS], TellingReason.OPENED),
        (None, [BREAKS, RESOLVED], TellingReason.OPENED),
        (None, [RESOLVED], TellingReason.NOTHING_OPEN),
        (None, [], TellingReason.NOTHING_OPEN),
        (telling(BREAKS), [BREAKS], TellingReason.UNCHANGED),
        (telling(RESOLVED), [RESOLVED], TellingReason.UNCHANGED),
        (telling(DRIFT), [DRIFT, RESOLVED], TellingReason.UNCHANGED),
        (telling(BREAKS), [BREAKS, DRIFT], TellingReason.OPENED),
        (telling(BREAKS), [WORSE], TellingReason.WORSENED),
        (telling(WORSE), [BREAKS], TellingReason.EASED),
        (telling(BREAKS), [incident(value=13)], TellingReason.RESTATED),
        (telling(BREAKS), [RESOLVED], TellingReason.RESOLVED),
        (telling(BREAKS, DRIFT), [RESOLVED, DRIFT], TellingReason.EASED),
        (telling(RESOLVED), [BREAKS], TellingReason.REOPENED),
        (telling(RESOLVED, DRIFT), [BREAKS, incident(scope=DRIFT.finding.scope, value=8)],
         TellingReason.REOPENED),
        (telling(BREAKS, DRIFT), [WORSE, incident(scope=DRIFT.finding.scope, value=8)],
         TellingReason.WORSENED),
    ],
)  # fmt: skip
def test_a_recipient_is_told_what_it_does_not_know(
    last: Telling | None, shown: list[Incident], expected: TellingReason
) -> None:
    """The whole decision table: what it was last told, what is now, why it is told."""
    assert decide_telling(last, shown) is expected


@pytest.mark.parametrize("reason", list(TellingReason))
def test_only_news_is_worth_a_message(reason: TellingReason) -> None:
    """Two reasons say that there is none."""
    silent = {TellingReason.UNCHANGED, TellingReason.NOTHING_OPEN}
    assert reason.is_news is (reason not in silent)

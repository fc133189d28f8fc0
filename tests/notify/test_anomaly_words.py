"""An abnormal number in words: rounded as a person would, and only what is known."""

from typing import Any

import pytest
from situations import incident

from breakwater.core.finding import Rule
from breakwater.notify.notes import said_of


def said(value: float, expected: float | None, unit: str = "cases", **changed: Any) -> str:  # noqa: ANN401  a detail
    """Say an anomaly."""
    is_outside = changed.pop("is_outside", False)
    found = incident(
        Rule.KPI_ANOMALY,
        value=value,
        unit=unit,
        threshold=None,
        expected=expected,
        detail={"span_days": 1, **changed},
    )
    return said_of(found.finding, is_outside=is_outside)


SALE = {"event": "sale", "title": "campaign X", "tell_vendors": False}


def test_it_reads_as_a_person_would_say_it() -> None:
    """How far, from what, where, since when, how last week was, and what is known."""
    words = said(
        4120,
        2983.4,
        band=[2703.2, 3262.9],
        change=0.381,
        causes=[{"slice": {"queue": "hate_en", "site": "bogota", "policy": "4.2"}, "share": 0.914}],
        since="2026-11-17",
        same_day_last_week="usual",
        events=[SALE],
    )
    assert words == (
        "+38 % (4,120 vs 2,980 expected, band 2,700–3,260)."
        " 91 % of it: queue hate_en at bogota, policy 4.2, since Tuesday 17 Nov."
        " Same day last week normal. Coincides with: campaign X"
    )


@pytest.mark.parametrize(
    ("value", "expected", "unit", "words"),
    [
        (4120, 2983, "cases", "+38 % (4,120 vs 2,980 expected)"),
        (2900, 2983, "cases", "−2.8 % (2,900 vs 2,980 expected)"),
        (12, 3.14, "cases", "3.8 times (12 vs 3.1 expected)"),
        (0, 55.2, "cases", "−100 % (0 vs 55 expected)"),
        (7, 0, "cases", "new (7 vs 0 expected)"),
        (0.712, 0.948, "rate", "−23.6 pt (71.2 % vs 94.8 % expected)"),
        (212.4, 148.3, "seconds", "+43 % (3 min 32 s vs 2 min 28 s expected)"),
        (212.4, None, "seconds", "3 min 32 s"),
    ],
)
def test_numbers_are_rounded_by_their_size(
    value: float, expected: float | None, unit: str, words: str
) -> None:
    """What was measured stays exact; what is expected has three digits; shares move by points."""
    assert said(value, expected, unit) == words


def test_a_vendor_does_not_read_of_events_that_are_not_for_vendors() -> None:
    """Unless the event says so."""
    assert said(4, 2, events=[SALE], is_outside=True) == "+100 % (4 vs 2 expected)"
    told = said(4, 2, events=[{**SALE, "tell_vendors": True}], is_outside=True)
    assert told.endswith("Coincides with: campaign X")


def test_a_change_without_a_cause_still_says_since_when() -> None:
    """And one that shows over several days, how much it is over them."""
    words = said(4, 2, since="2026-11-17", span_days=3, change=0.5, same_day_last_week="onset")
    assert words == (
        "+100 % (4 vs 2 expected). +50 % over 3 days. Since Tuesday 17 Nov."
        " Same day last week unusual, too"
    )


def test_a_change_that_no_part_of_it_drives_is_said_to_be_spread() -> None:
    """Its cause has no values: it is all of the slice."""
    words = said(4, 2, causes=[{"slice": {}, "share": 1.0}], since="2026-11-17")
    assert words == "+100 % (4 vs 2 expected). Spread over all of it, since Tuesday 17 Nov"

"""Days, weeks and months: how they are written, where they begin and end."""

from datetime import date

import pytest

from breakwater.core.period import Period, PeriodKind


@pytest.mark.parametrize(
    ("text", "first", "last", "long", "short"),
    [
        ("2026-11-22", date(2026, 11, 22), date(2026, 11, 22), "Sunday 22 November 2026", "Sun 22 Nov"),
        ("2026-W47", date(2026, 11, 16), date(2026, 11, 22), "Week 47, 16 to 22 November 2026", "week 47"),
        ("2026-W40", date(2026, 9, 28), date(2026, 10, 4), "Week 40, 28 September to 4 October 2026", "week 40"),
        ("2027-W01", date(2027, 1, 4), date(2027, 1, 10), "Week 1, 4 to 10 January 2027", "week 1"),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3), "Week 53, 28 December to 3 January 2027", "week 53"),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31), "December 2026", "Dec 2026"),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), "February 2028", "Feb 2028"),
    ],
)  # fmt: skip
def test_a_period_is_read_and_named(
    text: str, first: date, last: date, long: str, short: str
) -> None:
    """Its name is what is read; a week belongs to the year of its Thursday (ISO 8601)."""
    period = Period.parse(text)
    assert (period.first, period.last, period.name) == (first, last, text)
    assert (period.long_title, period.short_title) == (long, short)
    assert Period.containing(period.kind, last) == period


@pytest.mark.parametrize("text", ["2026-W54", "2026-13", "2026-11-31", "w47", "", "2026"])
def test_what_is_no_period_is_refused(text: str) -> None:
    """The message says how they are written."""
    with pytest.raises(ValueError, match="2026-W47 or 2026-11; found"):
        Period.parse(text)


def test_periods_follow_each_other() -> None:
    """Each ends the day before the next begins."""
    for kind in PeriodKind:
        period = Period.containing(kind, date(2028, 3, 5))
        for _ in range(60):
            before = period.before(1)
            assert (period.first - before.last).days == 1
            assert before.kind is kind
            period = before
    assert Period.parse("2026-11").before(12) == Period.parse("2025-11")

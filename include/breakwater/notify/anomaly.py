"""An abnormal number in words, rounded as a person would say it.

``+38 % (4,120 vs 2,980 expected, band 2,700–3,260). 91 % of it: queue hate_en at bogota, policy 4.2,
since Tuesday 17 Nov. Same day last week normal. Coincides with: Autumn sale.``
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from breakwater.core.finding import Finding
from breakwater.core.numbers import amount, duration, share
from breakwater.core.plain import one_line
from breakwater.notify.detail import Detail, mappings_in, number_in

LONGEST_NAME = 60
LONGEST_TITLE = 80
MOST_NAMED = 3

MOST_CAUSES = 2
NEARLY_ALL = 0.995
NOTEWORTHY_MIX = 0.2
"""Part of a ratio's change from which it is said that other work came."""

MANY_TIMES = 3.0
"""Ratio to what was expected from which times are said instead of per cent."""

FEW = 0.1
"""Relative change below which a decimal of the per cent is told."""

DIGITS = 3
"""Significant digits of what is expected; more would claim to know better."""

TEN = 10
"""Below it a number has one digit less."""


def number_of_anomaly(finding: Finding) -> str:
    """Say how far a number is from what was expected: ``+38 % (4,120 vs 2,980 expected, …)``."""
    unit, usual = finding.unit, finding.expected
    if usual is None:
        return amount(finding.value, unit)
    parts = [f"{_plain(finding.value, unit)} vs {_rounded(usual, unit)} expected"]
    band = finding.detail.get("band")
    if isinstance(band, list | tuple) and all(isinstance(end, (int, float)) for end in band):
        parts.append(f"band {'–'.join(_rounded(float(end), unit) for end in band)}")
    return f"{_away(finding.value, usual, unit)} ({', '.join(parts)})"


def notes_of_anomaly(detail: Detail) -> Iterator[str]:
    """Say what drives it, since when, how last week was, and what it coincides with."""
    change, span = number_in(detail, "change"), number_in(detail, "span_days")
    if change is not None and span not in {None, 1}:
        yield f"{_percent(change)} over {span:,.0f} days"
    causes = mappings_in(detail, "causes")[:MOST_CAUSES]
    began = detail.get("since_hour", detail.get("since"))
    since = f"since {_when(began)}" if isinstance(began, str) else ""
    for number, cause in enumerate(causes):
        where = _slice(cause)
        said = f"{_share_of_it(cause)}: {where}" if where else "Spread over all of it"
        yield f"{said}, {since}" if since and number == 0 else said
    if since and not causes:
        yield f"S{since[1:]}"
    best = detail.get("next_best")
    if isinstance(best, Mapping) and (guess := _slice(best)):
        yield f"Next best, not sure: {guess}"
    yield from _mix(detail)
    if detail.get("same_day_last_week") == "usual":
        yield "Same day last week normal"
    if detail.get("same_day_last_week") in {"onset", "continuing"}:
        yield "Same day last week unusual, too"
    if titles := titles_of_events(detail):
        yield f"Coincides with: {titles}"


def _mix(detail: Detail) -> Iterator[str]:
    """Say that other work came, when that is a good part of a ratio's change."""
    mix, moved = number_in(detail, "mix_share"), detail.get("mix_moved")
    if mix is None or mix < NOTEWORTHY_MIX:
        return
    said = f"{_share_of_it({'share': mix})}: another mix of work"
    if isinstance(moved, Mapping):
        then, now = number_in(moved, "before"), number_in(moved, "now")
        if then is not None and now is not None:
            said += f", most by {_slice(moved)} ({then * 100:.0f} → {now * 100:.0f} % of the work)"
    yield said


def _share_of_it(part: Detail) -> str:
    of_it = number_in(part, "share") or 0.0
    return "All of it" if of_it >= NEARLY_ALL else f"{of_it * 100:.0f} % of it"


def _slice(part: Detail) -> str:
    """Name a slice: ``queue hate_en at bogota, policy 4.2``."""
    values = part.get("slice")
    if not isinstance(values, Mapping):
        return ""
    names = {name: one_line(value, LONGEST_NAME) for name, value in values.items()}
    site = names.pop("site", None)
    parts = [f"{name} {value}" for name, value in names.items()]
    if site is not None and parts:
        parts[0] += f" at {site}"
    elif site is not None:
        parts = [f"site {site}"]
    return one_line(", ".join(parts), MOST_NAMED * LONGEST_NAME)


def titles_of_events(detail: Detail) -> str:
    """List the titles of known events; people of ours wrote them."""
    titles = [event.get("title") for event in mappings_in(detail, "events")[:MOST_NAMED]]
    return ", ".join(one_line(title, LONGEST_TITLE) for title in titles)


def _away(value: float, usual: float, unit: str) -> str:
    if unit == "rate":
        return f"{_signed(value - usual, 100, 1)} pt"
    if usual <= 0:
        return "new" if value > 0 else "as usual"
    return _percent(value / usual - 1)


def _percent(change: float) -> str:
    if 1 + change >= MANY_TIMES:
        return f"{1 + change:.1f} times"
    return f"{_signed(change, 100, 1 if abs(change) < FEW else 0)} %"


def _signed(value: float, factor: float, decimals: int) -> str:
    sign = "−" if value < 0 else "+"
    return f"{sign}{abs(value) * factor:.{decimals}f}"


def _plain(value: float, unit: str) -> str:
    """Write a value without its noun where it is a count."""
    if unit == "rate":
        return share(value)
    if unit == "seconds":
        return duration(value)
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def _rounded(value: float, unit: str) -> str:
    if unit == "rate":
        return share(value)
    shown = float(f"{value:.{DIGITS if abs(value) >= TEN else DIGITS - 1}g}")
    if unit == "seconds":
        return duration(shown)
    return f"{shown:,.0f}" if abs(shown) >= TEN else f"{shown:g}"


def _when(text: str) -> str:
    """Write a day, or an hour of the operation's own clock."""
    at = datetime.fromisoformat(text)
    hour = f" {at:%H:%M}" if "T" in text else ""
    return f"{at:%A} {at.day} {at:%b}{hour}"

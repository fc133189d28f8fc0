"""The calendars of a vendor over time: of the contract in force, and of those that it replaced.

A clock keeps the terms on which it was triggered. So the calendar of a case that triggered its clock
under an earlier contract is the one that stood there, in its version of that day.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from breakwater.contracts.base import Effective
from breakwater.contracts.calendar import Calendar
from breakwater.contracts.vendor import VendorContract
from breakwater.core.calendar import Span, without
from breakwater.core.days import Window

ALWAYS_BEFORE, NEVER = -(2**62), 2**62
"""Instants before and after everything."""

Case = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class VendorCalendars:
    """Where the calendars of a vendor-day are found.

    Attributes:
        contract: in force on the day; it also serves days on which no other contract was.
        replaced: contracts that were in force before.
    """

    contract: VendorContract
    replaced: tuple[VendorContract, ...] = ()

    def on(self, case: Case, day: date) -> Calendar:
        """Return the calendar of a case that triggers a clock on an operational day.

        Args:
            case: its ``site, queue, policy, language, priority, market``.
            day: of the trigger.
        """
        earlier = (each for each in self.replaced if each.in_force_on(day))
        return next(earlier, self.contract).calendar_on(case, day)

    def versions(
        self, case: Case, zone: ZoneInfo, since: int = ALWAYS_BEFORE
    ) -> Iterator[tuple[str, Calendar, tuple[Span, ...]]]:
        """Yield the calendars of a case: an id, the calendar, and the triggers that it serves.

        Args:
            case: as for `on`.
            zone: of the operational day.
            since: the earliest trigger that there is; contracts that ended before are left out.
        """
        left: list[Span] = [(ALWAYS_BEFORE, NEVER)]
        for contract in self.replaced:
            own = in_force(contract, zone)
            left = list(without(left, [own]))
            if own[1] > since:
                yield from _serving(contract, case, [own], zone, _suffix(contract))
        yield from _serving(self.contract, case, left, zone, "")

    def by_id(self, calendar_ids: Iterable[str]) -> dict[str, Calendar]:
        """Return the calendars of some ids, by id; what is not the vendor's is left out."""
        wanted = set(calendar_ids)
        every = {
            f"{contract.vendor}/{name}{suffix}": calendar
            for contract, suffix in (
                (self.contract, ""),
                *((each, _suffix(each)) for each in self.replaced),
            )
            for name, calendar in contract.calendars.items()
        }
        return {name: every[name] for name in sorted(wanted & set(every))}


def replaced_contracts(
    versions: Iterable[VendorContract], contract: VendorContract, day: date
) -> tuple[VendorContract, ...]:
    """Return the contracts that one in force on a day replaced, in the order given."""
    return tuple(
        each
        for each in versions
        if each != contract and each.effective_to is not None and each.effective_to < day
    )


def in_force(effective: Effective, zone: ZoneInfo) -> Span:
    """Return the instants at which something is in force, the second excluded."""
    first, last = effective.effective_from, effective.effective_to
    start = Window.for_operational_day(first, zone).start if first else ALWAYS_BEFORE
    after = last + timedelta(days=1) if last else None
    return start, Window.for_operational_day(after, zone).start if after else NEVER


def cut_to(spans: Iterable[Span], bound: Span) -> Iterator[Span]:
    """Cut spans to a bound."""
    for start, end in spans:
        if max(start, bound[0]) < min(end, bound[1]):
            yield max(start, bound[0]), min(end, bound[1])


def _serving(
    contract: VendorContract, case: Case, spans: Iterable[Span], zone: ZoneInfo, suffix: str
) -> Iterator[tuple[str, Calendar, tuple[Span, ...]]]:
    bounds = list(spans)
    for name, calendar in contract.calendar_versions(case):
        served = tuple(cut_to(bounds, in_force(calendar, zone)))
        if served:
            yield f"{name}{suffix}", calendar, served


def _suffix(contract: VendorContract) -> str:
    """Tell calendars of a replaced contract from those of one name in the present one."""
    last = contract.effective_to
    return f" until {last.isoformat()}" if last else " before"

"""One vendor as the model sees it: its profile, its contract's words, its slices and calendars."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

import holidays
import numpy as np

from breakwater.contracts.calendar import Calendar
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import Window, utc_instant
from breakwater.core.errors import ConfigurationError
from breakwater.core.vocabulary import Priority
from breakwater.demo.simulator.local_clock import LocalClock
from breakwater.demo.simulator.profiles import QUEUES, VENDORS, QueueProfile, VendorProfile
from breakwater.demo.simulator.streams import Floats, Ints

STATUTORY = ("legal_requests", "violent_extremism")
"""Queue and policy whose clock is the law's; such a case is served before all others."""


@dataclass(frozen=True)
class VendorModel:
    """What stays the same through a simulation.

    Attributes:
        ordinal: position among the simulated vendors.
        queues, policies, languages: the operation's words; cases hold indices into them.
        slice_queue, slice_language, slice_share: the slices that the vendor serves, and the share
            of its cases that each receives.
        clock: the wall clock of the times that the vendor writes.
        years: those that the simulation touches.
    """

    ordinal: int
    contract: VendorContract
    profile: VendorProfile
    queues: tuple[str, ...]
    priorities: tuple[Priority, ...]
    queue_policies: tuple[tuple[str, ...], ...]
    policies: tuple[str, ...]
    languages: tuple[str, ...]
    slice_queue: Ints
    slice_language: Ints
    slice_share: Floats
    clock: LocalClock
    years: range

    @property
    def vendor(self) -> str:
        """The vendor's slug."""
        return self.contract.vendor

    def queue_profile(self, queue: int) -> QueueProfile:
        """Return what the cases of a queue, by its index, are like."""
        return QUEUES[self.queues[queue]]

    @cached_property
    def crew_of_queue(self) -> Ints:
        """Index of the crew that serves each queue of the operation; -1 when none does."""
        crews = np.full(len(self.queues), -1, np.int64)
        for index, crew in enumerate(self.profile.crews):
            for queue in crew.queues:
                if queue in self.queues:
                    crews[self.queues.index(queue)] = index
        return crews

    def calendar(self, site: str) -> Calendar:
        """Return the business calendar of a site."""
        return self.contract.calendars.get(site, self.contract.calendars["default"])

    def public_holidays(self, calendar: Calendar) -> set[date]:
        """Return the public holidays that a calendar observes."""
        where = calendar.holidays
        if where is None:
            return set()
        return set(
            holidays.country_holidays(where.country, subdiv=where.subdivision, years=self.years)
        )

    @cached_property
    def holidays(self) -> frozenset[date]:
        """Public holidays where the vendor works."""
        calendars = self.contract.calendars.values()
        return frozenset(day for calendar in calendars for day in self.public_holidays(calendar))


def vendor_models(configuration: Configuration, horizon: Window) -> list[VendorModel]:
    """Build a model for every configured vendor that there is a profile of.

    Raises:
        ConfigurationError: none of the configured vendors has one.
    """
    known = [vendor for vendor in sorted(configuration.vendors) if vendor in VENDORS]
    if not known:
        expected = ", ".join(sorted(VENDORS))
        raise ConfigurationError((f"vendors: expected one of {expected}; found none of them",))
    return [
        _vendor_model(configuration, vendor, ordinal, horizon)
        for ordinal, vendor in enumerate(known)
    ]


def _vendor_model(
    configuration: Configuration, vendor: str, ordinal: int, horizon: Window
) -> VendorModel:
    operations, profile = configuration.operations, VENDORS[vendor]
    contract = configuration.vendors[vendor]
    queues, languages = tuple(operations.queues), operations.languages
    served = [queue for crew in profile.crews for queue in crew.queues if queue in queues]
    slices = [
        (queues.index(queue), languages.index(language), QUEUES[queue].weight * weight)
        for queue in served
        for language, weight in profile.languages.items()
    ]
    share = np.array([size for *_, size in slices], np.float64)
    return VendorModel(
        ordinal=ordinal,
        contract=contract,
        profile=profile,
        queues=queues,
        priorities=tuple(queue.priority for queue in operations.queues.values()),
        queue_policies=tuple(queue.policies for queue in operations.queues.values()),
        policies=operations.policies,
        languages=languages,
        slice_queue=np.array([queue for queue, *_ in slices], np.int64),
        slice_language=np.array([language for _, language, _ in slices], np.int64),
        slice_share=share / share.sum(),
        clock=LocalClock(ZoneInfo(contract.times.zone), horizon),
        years=range(utc_instant(horizon.start).year, utc_instant(horizon.end).year + 1),
    )

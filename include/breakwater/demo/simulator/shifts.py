"""Who works when: shifts, breaks, days off and languages of the people of a crew."""

import numpy as np

from breakwater.demo.simulator.local_clock import DAY
from breakwater.demo.simulator.model import VendorModel
from breakwater.demo.simulator.profiles import CrewProfile
from breakwater.demo.simulator.streams import Flags, Ints, Random

SLOT = 900
SLOTS_A_DAY = DAY // SLOT
SLOTS = 7 * SLOTS_A_DAY
"""A week of quarter hours, from Monday midnight of the site's wall clock."""
SHIFT = 8 * 3600 // SLOT
BREAK = 3600 // SLOT
THURSDAY = 3
"""Weekday of the first of January 1970."""
AROUND_THE_CLOCK = (6, 14, 22)
WORKING_DAYS = 5
BILINGUAL_SHARE = 0.3


def slot_of(local: Ints) -> Ints:
    """Return the slot of the week that a wall clock is in."""
    weekday = (local // DAY + THURSDAY) % 7
    return weekday * SLOTS_A_DAY + local % DAY // SLOT


def round_shifts(size: int) -> Flags:
    """Three shifts around the clock, fewest at night; five days of seven, staggered."""
    shifts = np.zeros((size, SLOTS), np.bool_)
    pattern = (0, 1, 1, 0, 2, 1, 0, 1, 2, 0)
    for agent in range(size):
        start = AROUND_THE_CLOCK[pattern[agent % len(pattern)]]
        off = {agent % 7, (agent + 1) % 7}
        for weekday in set(range(7)) - off:
            _work(shifts[agent], weekday, start * 4, agent)
    return shifts


def office_shifts(model: VendorModel, profile: CrewProfile, size: int) -> Flags:
    """An early and a late shift within the site's opening hours, one day off beside closed ones."""
    shifts = np.zeros((size, SLOTS), np.bool_)
    weekly = model.calendar(profile.site).schedule().weekly
    opens = np.zeros(SLOTS, np.bool_)
    for weekday, spans in enumerate(weekly):
        for start, end in spans:
            first = weekday * SLOTS_A_DAY + start // SLOT
            opens[np.arange(first, first + (end - start) // SLOT) % SLOTS] = True
    days = [weekday for weekday, spans in enumerate(weekly) if spans]
    open_at, close_at = weekly[days[0]][0]
    early, late = open_at // SLOT, max(open_at // SLOT, close_at // SLOT - SHIFT)
    for agent in range(size):
        # The first day of a week brings what the closed ones left behind: nobody is off on it.
        off = days[1 + int(_spread(agent) * (len(days) - 1))] if len(days) > WORKING_DAYS else None
        for weekday in days:
            if weekday != off:
                _work(shifts[agent], weekday, late if agent % 2 else early, agent)
    return shifts & opens


def _work(week: Flags, weekday: int, start: int, agent: int) -> None:
    """Put one shift into an agent's week, with an hour's break about its middle."""
    first = weekday * SLOTS_A_DAY + start
    rest = first + 11 + 2 * (agent % 4)
    worked = [slot % SLOTS for slot in range(first, first + SHIFT)]
    week[worked] = True
    week[[slot % SLOTS for slot in range(rest, rest + BREAK)]] = False


def _spread(agent: int) -> float:
    """Return a number from 0 to 1 that falls evenly however many agents there are.

    Multiples of the golden ratio never bunch, so languages and days off do not either.
    """
    return (agent + 1) * 0.6180339887 % 1.0


def skills_of(model: VendorModel, random: Random, size: int) -> Flags:
    """Say who speaks what: a main language in proportion to the cases, for some a second one."""
    spoken = [model.languages.index(name) for name in model.profile.languages]
    weights = np.array(list(model.profile.languages.values()), np.float64)
    share = np.cumsum(weights) / weights.sum()
    main = np.searchsorted(share, [_spread(agent) for agent in range(size)], side="right")
    skills = np.zeros((size, len(model.languages)), np.bool_)
    skills[np.arange(size), np.array(spoken)[main]] = True
    bilingual = np.flatnonzero(random.random(size) < BILINGUAL_SHARE)
    skills[np.ix_(bilingual, np.array(spoken))] = True
    return skills

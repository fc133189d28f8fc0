"""Agents, their shifts, breaks, skills and selves; and how much work a crew can do when."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from breakwater.core.calendar import BusinessTime
from breakwater.core.days import Window, utc_instant
from breakwater.demo.simulator.local_clock import DAY
from breakwater.demo.simulator.model import VendorModel
from breakwater.demo.simulator.profiles import CrewProfile
from breakwater.demo.simulator.streams import Flags, Floats, Ints, Random, stream

STEP = 300
"""Seconds of one step of the day in which capacity is constant."""
SLOT = 900
SLOTS_A_DAY = DAY // SLOT
SLOTS = 7 * SLOTS_A_DAY
"""A week of quarter hours, from Monday midnight of the site's wall clock."""
SHIFT = 8 * 3600 // SLOT
BREAK = 3600 // SLOT
THURSDAY = 3
"""Weekday of the first of January 1970."""
AROUND_THE_CLOCK = (6, 14, 22)
HOLIDAY_STAFFING = 0.85
BILINGUAL_SHARE = 0.3
WORKING_DAYS = 5
RESERVE_AROUND_THE_CLOCK, RESERVE = 0.5, 0.1


@dataclass(frozen=True)
class Crew:
    """People who share a set of queues.

    Attributes:
        agents: their numbers at the vendor.
        pace: handling time relative to the average agent; below 1 is fast.
        accuracy: share of right decisions.
        heads: how many are at work in each slot of the week.
        at_work, at_work_count: who is, by slot and language; rows are padded with zeros.
        dedication: share of their time that goes to this operation; they serve others too.
        open_time: when the site works; None for a crew around the clock.
        holidays: days with fewer people.
    """

    profile: CrewProfile
    agents: Ints
    pace: Floats
    accuracy: Floats
    heads: Ints
    at_work: Ints
    at_work_count: Ints
    dedication: float
    open_time: BusinessTime | None
    holidays: frozenset[date]

    def capacity(self, model: VendorModel, day: date, window: Window) -> Floats:
        """Return the work, in seconds, that the crew can do in each step of a day."""
        steps = np.arange(window.start, window.end, STEP, dtype=np.int64)
        able = (self.heads[slot_of(model.clock.local(steps))] * (self.dedication * STEP)).astype(
            float
        )
        if self.open_time is None:
            return able * HOLIDAY_STAFFING if day in self.holidays else able
        return able * _is_open(self.open_time, steps)

    def agents_for(self, random: Random, local: Ints, language: Ints) -> Ints:
        """Choose who takes each case: somebody at work then, with the language if there is one."""
        slot = slot_of(local)
        count = self.at_work_count[slot, language]
        chosen = (random.random(len(slot)) * count).astype(np.int64)
        return self.at_work[slot, language, chosen]


def slot_of(local: Ints) -> Ints:
    """Return the slot of the week that a wall clock is in."""
    weekday = (local // DAY + THURSDAY) % 7
    return weekday * SLOTS_A_DAY + local % DAY // SLOT


def _is_open(open_time: BusinessTime, steps: Ints) -> Flags:
    opens = np.zeros(len(steps), np.bool_)
    for start, end in open_time.spans:
        opens |= (steps >= start) & (steps < end)
    return opens


def build_crew(
    model: VendorModel, index: int, *, seed: int, first_agent: int, weekly_work: float, days: Window
) -> Crew:
    """Hire and roster a crew for the work that an ordinary week brings.

    Args:
        model: the vendor.
        index: which of its crews.
        seed: of the simulation.
        first_agent: number of the first agent.
        weekly_work: seconds that an average agent needs for a week's cases.
        days: the window in which the crew will work.
    """
    profile = model.profile.crews[index]
    random = stream(seed, model.vendor, "crew", index)
    size = _crew_size(profile, weekly_work)
    shifts = (
        _round_shifts(size) if profile.round_the_clock else _office_shifts(model, profile, size)
    )
    heads = shifts.sum(axis=0)
    if profile.round_the_clock:
        heads = np.maximum(heads, 1)
    pace = np.exp(0.14 * random.standard_normal(size))
    at_work, at_work_count = _rosters(shifts, _skills(model, random, size))
    return Crew(
        profile=profile,
        agents=first_agent + np.arange(size, dtype=np.int64),
        pace=pace / pace.mean(),
        accuracy=np.clip(0.955 + 0.02 * random.standard_normal(size), 0.88, 0.99),
        heads=heads,
        at_work=at_work,
        at_work_count=at_work_count,
        dedication=_people_needed(profile, heads, weekly_work) / float(heads.sum()),
        open_time=None if profile.round_the_clock else _open_time(model, profile, days),
        holidays=model.holidays,
    )


def _people_needed(profile: CrewProfile, heads: Ints, weekly_work: float) -> float:
    """Return the people needed, added up over the slots of a week.

    The square-root rule: besides the work itself, a reserve that grows with its root keeps waits
    short. A small crew therefore idles more than a large one, most of all around the clock.
    """
    staffed = int((heads > 0).sum())
    load = weekly_work / (staffed * SLOT)
    reserve = RESERVE_AROUND_THE_CLOCK if profile.round_the_clock else RESERVE
    return staffed * (load / profile.occupancy + reserve * float(np.sqrt(load)))


def _crew_size(profile: CrewProfile, weekly_work: float) -> int:
    weekly_seconds = 5 * (SHIFT - BREAK) * SLOT
    needed = weekly_work / (profile.occupancy * 0.9 * weekly_seconds)
    return max(15 if profile.round_the_clock else 8, int(np.ceil(needed)))


def _round_shifts(size: int) -> Flags:
    """Three shifts around the clock, fewest at night; five days of seven, staggered."""
    shifts = np.zeros((size, SLOTS), np.bool_)
    pattern = (0, 1, 1, 0, 2, 1, 0, 1, 2, 0)
    for agent in range(size):
        start = AROUND_THE_CLOCK[pattern[agent % len(pattern)]]
        off = {agent % 7, (agent + 1) % 7}
        for weekday in set(range(7)) - off:
            _work(shifts[agent], weekday, start * 4, agent)
    return shifts


def _office_shifts(model: VendorModel, profile: CrewProfile, size: int) -> Flags:
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
        off = days[3 * agent % len(days)] if len(days) > WORKING_DAYS else None
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


def _skills(model: VendorModel, random: Random, size: int) -> Flags:
    """Say who speaks what: a main language in proportion to the cases, for some a second one."""
    spoken = [model.languages.index(name) for name in model.profile.languages]
    weights = np.array(list(model.profile.languages.values()), np.float64)
    share = np.cumsum(weights) / weights.sum()
    # The golden ratio spreads the languages evenly over shifts and days off.
    main = np.searchsorted(share, (np.arange(size) + 1) * 0.6180339887 % 1.0, side="right")
    skills = np.zeros((size, len(model.languages)), np.bool_)
    skills[np.arange(size), np.array(spoken)[main]] = True
    bilingual = np.flatnonzero(random.random(size) < BILINGUAL_SHARE)
    skills[np.ix_(bilingual, np.array(spoken))] = True
    return skills


def _rosters(shifts: Flags, skills: Flags) -> tuple[Ints, Ints]:
    """List who is at work by slot and language; without a speaker, whoever is; else anybody."""
    everybody = np.arange(len(shifts), dtype=np.int64)
    lists = [
        [
            _present(everybody, shifts[:, slot], skills[:, language])
            for language in range(skills.shape[1])
        ]
        for slot in range(SLOTS)
    ]
    count = np.array([[len(who) for who in row] for row in lists], np.int64)
    table = np.zeros((*count.shape, int(count.max())), np.int64)
    for slot, row in enumerate(lists):
        for language, who in enumerate(row):
            table[slot, language, : len(who)] = who
    return table, count


def _present(everybody: Ints, at_work: Flags, speaks: Flags) -> Ints:
    for fitting in (at_work & speaks, at_work):
        if fitting.any():
            return np.flatnonzero(fitting)
    return everybody


def _open_time(model: VendorModel, profile: CrewProfile, days: Window) -> BusinessTime:
    calendar = model.calendar(profile.site)
    first = utc_instant(days.start).date() - timedelta(days=2)
    last = utc_instant(days.end).date() + timedelta(days=7)
    return calendar.schedule(model.public_holidays(calendar)).lay_out(first, last)

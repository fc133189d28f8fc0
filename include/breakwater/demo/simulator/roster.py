"""Agents, their shifts, breaks, skills and selves; and how much work a crew can do when."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from breakwater.core.calendar import BusinessTime
from breakwater.core.days import Window, utc_instant
from breakwater.demo.simulator.model import VendorModel
from breakwater.demo.simulator.profiles import CrewProfile
from breakwater.demo.simulator.shifts import (
    BREAK,
    SHIFT,
    SLOT,
    SLOTS,
    office_shifts,
    round_shifts,
    skills_of,
    slot_of,
)
from breakwater.demo.simulator.streams import Flags, Floats, Ints, Random, stream

STEP = 300
"""Seconds of one step of the day in which capacity is constant."""
HOLIDAY_STAFFING = 0.85
LEAST_PRESENCE = 0.4
"""People that a crew around the clock can always spare, however small its part of the work."""
RESERVE_AROUND_THE_CLOCK, RESERVE = 0.5, 0.1


@dataclass(frozen=True)
class Crew:
    """People who share a set of queues.

    Attributes:
        agents: their numbers at the vendor.
        pace: handling time relative to the average agent; below 1 is fast.
        accuracy: share of right decisions.
        shifts: who is rostered in each slot of the week, breaks left out; agents × slots.
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
    shifts: Flags
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
        if self.open_time is not None:
            return able * _is_open(self.open_time, steps)
        staffing = HOLIDAY_STAFFING if day in self.holidays else 1.0
        return np.maximum(able * staffing, LEAST_PRESENCE * STEP)

    def worked_slots(self, model: VendorModel, window: Window) -> Ints:
        """Count the slots of a day in which each agent is rostered and the site is open."""
        starts = np.arange(window.start, window.end, SLOT, dtype=np.int64)
        if self.open_time is not None:
            starts = starts[_is_open(self.open_time, starts)]
        worked: Ints = self.shifts[:, slot_of(model.clock.local(starts))].sum(axis=1)
        return worked

    def agents_for(self, random: Random, local: Ints, language: Ints) -> Ints:
        """Choose who takes each case: somebody at work then, with the language if there is one."""
        slot = slot_of(local)
        count = self.at_work_count[slot, language]
        chosen = (random.random(len(slot)) * count).astype(np.int64)
        return self.at_work[slot, language, chosen]


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
    shifts = round_shifts(size) if profile.round_the_clock else office_shifts(model, profile, size)
    heads = shifts.sum(axis=0)
    if profile.round_the_clock:
        heads = np.maximum(heads, 1)
    pace = np.exp(0.14 * random.standard_normal(size))
    at_work, at_work_count = _rosters(shifts, skills_of(model, random, size))
    return Crew(
        profile=profile,
        agents=first_agent + np.arange(size, dtype=np.int64),
        pace=pace / pace.mean(),
        accuracy=np.clip(0.955 + 0.02 * random.standard_normal(size), 0.88, 0.99),
        shifts=shifts,
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

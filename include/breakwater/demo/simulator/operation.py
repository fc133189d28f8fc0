"""One vendor's operation, day by day: what came in, what was decided, what is still open."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from breakwater.core.days import Window
from breakwater.demo.simulator.cases import Cases
from breakwater.demo.simulator.demand import HANDLE_SIGMA, Demand
from breakwater.demo.simulator.faults import FaultPlan
from breakwater.demo.simulator.follow_up import follow_up, reopened
from breakwater.demo.simulator.model import VendorModel
from breakwater.demo.simulator.review_floor import ReviewFloor
from breakwater.demo.simulator.roster import Crew, build_crew
from breakwater.demo.simulator.streams import Ints
from breakwater.demo.simulator.stretch import Stretch


@dataclass(frozen=True, slots=True)
class VendorDay:
    """What one vendor's operational day came to.

    Attributes:
        closed: cases decided in the day.
        still_open: cases received and not decided at the day's end.
        stalled: numbers of statutory cases that were left lying about.
        crews: who works there.
    """

    day: date
    window: Window
    closed: Cases
    still_open: Cases
    stalled: tuple[int, ...]
    crews: tuple[Crew, ...]


def play(
    model: VendorModel, demand: Demand, plan: FaultPlan, stretch: Stretch, seed: int
) -> Iterator[VendorDay]:
    """Play a vendor's days in order, with one day before the first to fill the queues."""
    floor = ReviewFloor(model, hire(model, demand, stretch, seed), plan, seed)
    waiting, to_reopen = Cases.blank(0), Cases.blank(0)
    for day, window in stretch.windows.items():
        warms_up = day == stretch.warm_up
        arrivals = demand.arrivals(day, window, warms_up=warms_up)
        due = to_reopen.reopened < window.end
        cases = Cases.joined([waiting, arrivals, to_reopen.take(due)])
        stalled = floor.work(cases, day, window)
        is_closed = cases.decided < window.end
        closed, waiting = cases.take(is_closed), cases.take(~is_closed)
        follow_up(model, seed, closed, day, window)
        to_reopen = Cases.joined([to_reopen.take(~due), reopened(closed)])
        if not warms_up:
            yield VendorDay(day, window, closed, waiting, tuple(stalled), floor.crews)


def hire(model: VendorModel, demand: Demand, stretch: Stretch, seed: int) -> tuple[Crew, ...]:
    """Staff every crew for the work of an ordinary week."""
    crews: list[Crew] = []
    first_agent = 1_000 * (model.ordinal + 1)
    for index in range(len(model.profile.crews)):
        crew = build_crew(
            model,
            index,
            seed=seed,
            first_agent=first_agent,
            weekly_work=_weekly_work(model, demand, index),
            days=stretch.horizon,
        )
        first_agent += len(crew.agents)
        crews.append(crew)
    return tuple(crews)


def _weekly_work(model: VendorModel, demand: Demand, crew: int) -> float:
    """Return the seconds of work that a week without anything special brings to a crew."""
    mean = np.exp(HANDLE_SIGMA**2 / 2)
    total = 0.0
    daily = demand.cases_per_day * model.profile.share * model.slice_share
    queues: Ints = model.slice_queue
    for queue, cases in zip(queues.tolist(), daily.tolist(), strict=True):
        if model.crew_of_queue[queue] == crew:
            profile = model.queue_profile(queue)
            days = 5 + 2 * profile.weekend
            total += days * cases * (1 - profile.automation) * profile.handle_median * mean
    return total

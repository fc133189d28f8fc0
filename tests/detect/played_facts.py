"""KPI facts of an operation that the simulator plays: its cases counted, without files between."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import numpy as np
from made_facts import Row

from breakwater.contracts.configuration import Configuration
from breakwater.demo.simulator.cases import ABSENT, Cases
from breakwater.demo.simulator.demand import Demand
from breakwater.demo.simulator.faults import FaultPlan
from breakwater.demo.simulator.model import VendorModel, vendor_models
from breakwater.demo.simulator.operation import VendorDay, play
from breakwater.demo.simulator.streams import Flags, Ints
from breakwater.demo.simulator.stretch import Stretch

SEED = 5


def played_facts(
    configuration: Configuration,
    plan: FaultPlan,
    vendors: tuple[str, ...],
    *,
    first_day: date,
    days: int,
    cases_per_day: int,
) -> dict[date, list[Row]]:
    """Play vendors of the operation and count the facts of their days."""
    stretch = Stretch.starting(first_day, days, configuration.operations.zone_info)
    facts: dict[date, list[Row]] = defaultdict(list)
    for model in vendor_models(configuration, stretch.horizon):
        if model.vendor in vendors:
            demand = Demand(model, plan, (), SEED, cases_per_day)
            for played in play(model, demand, plan, stretch, SEED):
                facts[played.day] += _facts(model, played)
    return facts


def _facts(model: VendorModel, played: VendorDay) -> Iterator[Row]:
    closed, waiting = played.closed, played.still_open
    seen = Cases.joined([closed, waiting])
    is_new = (seen.received >= played.window.start) & (seen.ordinal == 0)
    new, people = seen.take(is_new), closed.take(closed.agent != ABSENT)
    audited = people.take(people.qa_scored != ABSENT)
    ones = np.ones_like
    for metric, cases, above, is_ratio in (
        ("total_incoming", new, ones(new.number), False),
        ("manual_incoming", new, (new.queued != ABSENT).astype(np.int64), False),
        ("aht", people, people.handle_seconds, True),
        ("average_answer_speed", people, people.decided - people.queued, True),
        ("qa_accuracy", audited, audited.qa_score, True),
        ("backlog", waiting, ones(waiting.number), False),
    ):
        for leaf, value, count in _sums(cases, above):
            yield (*_named(model, leaf), metric, value, count if is_ratio else None)


def _sums(cases: Cases, above: Ints | Flags) -> Iterator[tuple[list[int], float, int]]:
    if not len(cases):
        return
    keys = np.stack([cases.queue, cases.policy, cases.language], axis=1)
    leaves, places = np.unique(keys, axis=0, return_inverse=True)
    values, counts = np.bincount(places.reshape(-1), above), np.bincount(places.reshape(-1))
    yield from zip(leaves.tolist(), values.tolist(), counts.tolist(), strict=True)


def _named(model: VendorModel, leaf: list[int]) -> Row:
    queue, policy, language = leaf
    crew = int(model.crew_of_queue[queue])
    site = model.profile.crews[crew].site if crew >= 0 else "none"
    priority = model.priorities[queue].value
    return (
        model.vendor,
        site,
        model.queues[queue],
        model.policies[policy],
        model.languages[language],
        priority,
    )

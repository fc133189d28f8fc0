"""Breach forecasts: the line, its pace, what became of cases alike; nothing is seen before it happened."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from breakwater.core.calendar import BusinessTime
from breakwater.measure.forecast.book import Book, book_of
from breakwater.measure.forecast.forecast import Forecaster, Settings
from breakwater.measure.forecast.likeness import likelihood, numbered
from breakwater.measure.forecast.line import HOUR, Lines, Standing, poisson_bounds
from breakwater.measure.forecast.open_time import NEVER, OpenTime

DAY = 24 * HOUR
START = 1_700_000_000 - 1_700_000_000 % DAY
SETTINGS = Settings(horizon_seconds=DAY, history_seconds=7 * DAY, likely=0.5)
ALWAYS = OpenTime.of(BusinessTime(((START - DAY, START + 90 * DAY),)))
OFFICE = OpenTime.of(
    BusinessTime(
        tuple((START + n * DAY + 9 * HOUR, START + n * DAY + 17 * HOUR) for n in range(30))
    )
)
CASE_COLUMNS = ("entered_at", "taken_at", "done_at", "paused_at", "resumed_at")


def made(
    cases: list[dict[str, object]], targets: dict[str, int], open_time: OpenTime = ALWAYS
) -> Book:
    """Make a book: one clock ``decision`` a case, from its entry, of so many seconds."""
    rows = [
        dict.fromkeys(CASE_COLUMNS)
        | {"case_id_vendor": f"C{n}", "site": "manila", "queue": "hate", "priority": "p3"}
        | each
        for n, each in enumerate(cases)
    ]
    schema = pa.schema(
        [(name, pa.string()) for name in ("case_id_vendor", "site", "queue", "priority")]
        + [(name, pa.int64()) for name in CASE_COLUMNS]
    )
    runs = [
        {
            "case_id_vendor": row["case_id_vendor"],
            "clock": clock,
            "started_at": row["entered_at"],
            "stopped_at": row["done_at"],
            "due_at": row["entered_at"] + target,  # type: ignore[operator]
        }
        for row in rows
        for clock, target in targets.items()
    ]
    run_schema = pa.schema(
        [(name, pa.string()) for name in ("case_id_vendor", "clock")]
        + [(name, pa.int64()) for name in ("started_at", "stopped_at", "due_at")]
    )
    places = {(str(row["site"]), str(row["queue"])) for row in rows}
    return book_of(
        pa.Table.from_pylist(rows, schema),
        pa.Table.from_pylist(runs, run_schema),
        dict.fromkeys(places, open_time),
        START,
    )


def steady(hours: int, per_hour: int = 4, backlog: int = 0) -> list[dict[str, object]]:
    """Return cases that come in evenly and are decided in order, at the same pace, `backlog` behind."""
    step = HOUR // per_hour
    cases: list[dict[str, object]] = []
    for n in range(hours * per_hour):
        entered = START + n * step
        taken = entered + backlog * step + 60
        cases.append({"entered_at": entered, "taken_at": taken, "done_at": taken + 120})
    return cases


def test_the_line_counts_who_comes_first() -> None:
    """More urgent first, then older; who was taken up is no longer in it."""
    book = made(
        [
            {"entered_at": START + 10},
            {"entered_at": START + 20, "priority": "p1"},
            {"entered_at": START + 5, "taken_at": START + 30},
            {"entered_at": START + 50},
            {"entered_at": START + 15, "queue": "spam"},
        ],
        {"decision": HOUR},
    )
    line = Lines(book).at(START + 40)
    ahead = dict(zip(book.cases.names, line.ahead.tolist(), strict=True))
    standing = dict(zip(book.cases.names, line.standing.tolist(), strict=True))
    assert (ahead["C1"], ahead["C0"], ahead["C4"]) == (0, 1, 0)
    assert standing["C2"] == Standing.IN_WORK
    assert standing["C3"] == Standing.ELSEWHERE, "it has not come in yet"


def test_a_case_that_others_overtook_is_out_of_the_line() -> None:
    """Five younger ones were taken; the case before them is passed over and delays nobody."""
    book = made(
        [
            {"entered_at": START},
            *({"entered_at": START + n, "taken_at": START + 60 + n} for n in range(1, 6)),
            {"entered_at": START + 50},
        ],
        {"decision": HOUR},
    )
    line = Lines(book).at(START + 100)
    assert line.standing[0] == Standing.PASSED_OVER
    assert (line.standing[6], line.ahead[6]) == (Standing.WAITING, 0)
    assert Lines(book).at(START + 62).standing[0] == Standing.WAITING, "two taken mean nothing yet"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_line_agrees_with_counting_one_by_one(seed: int) -> None:
    """Two queues, three priorities, three hundred cases, every hour of two days."""
    draw = np.random.default_rng(seed)
    cases: list[dict[str, object]] = []
    for _ in range(300):
        entered = START + int(draw.integers(0, 2 * DAY))
        taken = entered + int(draw.integers(0, DAY)) if draw.random() < 0.8 else None
        done = taken + int(draw.integers(0, HOUR)) if taken and draw.random() < 0.9 else None
        cases.append(
            {
                "entered_at": entered,
                "taken_at": taken,
                "done_at": done,
                "queue": ["hate", "spam"][draw.integers(2)],
                "priority": ["p1", "p2", "p3"][draw.integers(3)],
            }
        )
    book = made(cases, {"decision": HOUR})
    lines, c = Lines(book), book.cases
    for at in range(START, START + 2 * DAY, HOUR):
        line = lines.at(at)
        waits = (c.entered <= at) & (c.taken > at) & (c.done > at)
        for n in np.flatnonzero(waits):
            same = (c.queue == c.queue[n]) & (c.rank == c.rank[n])
            overtaken = int((same & (c.entered > c.entered[n]) & (c.taken <= at)).sum())
            if overtaken >= 4:
                assert line.standing[n] == Standing.PASSED_OVER
                continue
            mine = (int(c.rank[n]), int(c.entered[n]), int(n))
            ahead = sum(
                line.standing[m] == Standing.WAITING
                and c.queue[m] == c.queue[n]
                and (int(c.rank[m]), int(c.entered[m]), int(m)) < mine
                for m in np.flatnonzero(waits)
            )
            assert line.ahead[n] == ahead


def test_the_pace_is_that_of_open_hours_and_has_an_interval() -> None:
    """Four an hour, round the clock; the interval holds it. Office hours: the same in a third."""
    book = made(steady(48), {"decision": HOUR})
    pace = Lines(book).pace(START + 2 * DAY)
    assert pace.mean[0, 0] * HOUR == pytest.approx(4, rel=0.02)
    assert pace.low[0, 0] < pace.mean[0, 0] < pace.high[0, 0]
    in_office = made(steady(48), {"decision": HOUR}, OFFICE)
    assert Lines(in_office).pace(START + 2 * DAY).mean[0, 0] * HOUR == pytest.approx(12, rel=0.02)


def test_what_comes_in_above_slows_a_priority_down() -> None:
    """Four an hour are taken, of which three are more urgent arrivals: one is left for the others."""
    cases = steady(48)
    for n, case in enumerate(cases):
        case["priority"] = "p1" if n % 4 else "p3"
    pace = Lines(made(cases, {"decision": HOUR})).pace(START + 2 * DAY)
    assert pace.mean[0].tolist() == pytest.approx([4 / HOUR, 1 / HOUR], rel=0.05)


def test_bounds_of_a_count_are_those_of_the_tables() -> None:
    """Exact 80 % intervals of a Poisson mean: 10 seen, 6.22 to 15.41; none seen, 0 to 2.30."""
    low, high = poisson_bounds(np.array([10.0, 0.0]))
    assert low.tolist() == pytest.approx([6.22, 0], abs=0.02)
    assert high.tolist() == pytest.approx([15.41, 2.30], abs=0.03)


def test_a_queue_that_keeps_up_is_forecast_in_time_and_one_that_does_not_is_lost() -> None:
    """The same pace and the same target; behind by 10 cases, or by 100."""
    at = START + 3 * DAY
    for backlog, expected in ((10, False), (100, True)):
        book = made(steady(73, backlog=backlog), {"decision": 8 * HOUR})
        found = Forecaster(book, SETTINGS).at(at)
        waiting = found.standing == Standing.WAITING
        assert waiting.any()
        assert set(found.will_breach[waiting].tolist()) == {expected}
        turn = book.cases.taken[book.runs.case[found.run[waiting]]]
        assert np.abs(found.expected[waiting] - turn).max() < (1 + backlog / 10) * HOUR
        assert (found.earliest <= found.expected).all()
        assert (found.expected <= found.latest).all()


def test_without_any_history_the_line_alone_speaks() -> None:
    """Nobody has been served, so no pace: a turn that never comes is no instant, and nothing fails."""
    book = made([{"entered_at": START + 60}], {"decision": 8 * HOUR})
    found = Forecaster(book, SETTINGS).at(START + HOUR)
    assert found.expected.tolist() == [NEVER]
    assert found.likelihood.similar.tolist() == [0]
    assert found.likelihood.mean[0] > 0.5


def test_the_future_is_not_seen() -> None:
    """A forecast from the whole book is that from a book cut off at the instant."""
    at = START + 2 * DAY + 5 * HOUR
    cases = steady(96, backlog=30)
    book = made(cases, {"decision": 6 * HOUR, "pickup": 4 * HOUR})
    known = [
        {k: v for k, v in case.items() if not isinstance(v, int) or v <= at}
        for case in cases
        if int(str(case["entered_at"])) <= at
    ]
    cut = made(known, {"decision": 6 * HOUR, "pickup": 4 * HOUR})
    one, other = Forecaster(book, SETTINGS).at(at), Forecaster(cut, SETTINGS).at(at)
    assert len(one.run) > 20
    key = lambda b, f: sorted(  # noqa: E731  said once
        zip(
            [b.cases.names[n] for n in b.runs.case[f.run]],
            b.runs.name[f.run].tolist(),
            f.likelihood.mean.tolist(),
            f.expected.tolist(),
            strict=True,
        )
    )
    assert key(book, one) == key(cut, other)


def test_alike_cases_teach_and_few_of_them_teach_little() -> None:
    """Ninety of a hundred alike missed: near 0.9. One of one: still near what the line said."""
    kinds = [np.array([0, 1])]
    seen = [np.concatenate([np.zeros(100, np.int64), np.array([1])])]
    missed = np.concatenate([np.arange(100) < 90, np.array([True])])
    found = likelihood(np.array([0.1, 0.1]), kinds, seen, missed)
    assert found.mean.tolist() == pytest.approx([(90 + 0.6) / 106, (1 + 0.6) / 7])
    assert found.similar.tolist() == [100, 1]
    assert found.high[1] - found.low[1] > found.high[0] - found.low[0]


def test_kinds_are_nested() -> None:
    """The second number tells apart what the first does, and more."""
    one, two = numbered([np.array([3, 3, 5]), np.array([0, 1, 0])])
    assert one[0] == one[1] != one[2]
    assert len(set(two.tolist())) == 3


def test_open_time_reads_forwards_and_backwards() -> None:
    """Every second of the office hours is reached when they have come to it."""
    reading = np.arange(1, 3 * 8 * HOUR, 997, dtype=np.int64)
    assert (OFFICE.reading(OFFICE.instant(reading)) == reading).all()
    closing = START + 17 * HOUR
    assert OFFICE.instant(np.array([8 * HOUR])).tolist() == [closing]
    assert OFFICE.instant(np.array([31 * 8 * HOUR])).tolist() == [NEVER]
    shut = OpenTime.of(BusinessTime(()))
    assert shut.reading(np.array([START])).tolist() == [0]
    assert shut.instant(np.array([1])).tolist() == [NEVER]


def test_a_limit_decides_what_is_called_lost() -> None:
    """The likelihoods stay; fewer reach a higher limit."""
    book = made(steady(73, backlog=33), {"decision": 8 * HOUR})
    at = START + 3 * DAY
    low, high = (Forecaster(book, replace(SETTINGS, likely=share)).at(at) for share in (0.05, 0.95))
    assert low.likelihood.mean.tolist() == high.likelihood.mean.tolist()
    assert low.will_breach.sum() >= high.will_breach.sum()
    assert (high.likelihood.mean[high.will_breach] >= 0.95).all()

"""How well daily KPIs are judged, and how fast, beside five peers on the same panels in one run.

Peers: deviations from the fourteen days before and from the same weekday of eight weeks, as
data-observability packages have them; Prophet, and MSTL and AutoETS of statsforecast, as deviations
of what they forecast one to two weeks ahead. The last three fit a model a series, so they judge a
sample of the series, and the others are scored on that sample as well; ``--full`` gives them all.
They live in an environment of their own (detecting/peers.txt), made once below .local.

Panels are made here (detecting/panels.py), or read: ``--panels FOLDER``.

Columns
    F1 <= .1   events found, at the lowest threshold with 0.1 false alarms a series-month at most
    F1, false  the same, and false-alarm episodes a series-month, at the detector's own threshold
    delay      days until a shift or ramp is told, median, at the own threshold
    p 1e-2, 1e-3  days as rare as that where nothing happens, to how many there should be
    ms         CPU a series-day that was judged
and two ratios: our F1 at the budget to the contender's, and the contender's CPU to ours.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from detecting.environment import peers_python
from detecting.panels import HISTORIES, Case, made, read
from detecting.scoring import Told, at_budget, calibration, quality
from detecting.turns import OURS, QUICK, SLOW, Turn, run, take_turn

from breakwater.detect.panel import Panel

QUIET_PANELS = range(3, 15)
"""Panels in which nothing happens: so many that a p of 1e-3 is measured to a tenth. Slow peers judge
a sample of the first."""

NIGHT_SERIES, NIGHT_HISTORY = 5000, 120
SLOW_NIGHT_SERIES = 40
HEAD = (
    f"  {'':15}{'F1 <= .1':>9}{'ours to its':>13}{'F1':>8}{'false':>8}{'delay':>7}"
    f"{'p 1e-2':>9}{'1e-3':>7}{'ms':>9}{'its to ours':>13}"
)


def main() -> int:
    """Print tables of quality and of speed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--panels", type=Path, help="folder of labelled panels; made if not given")
    parser.add_argument("--histories", default=",".join(map(str, HISTORIES)), metavar="DAYS,…")
    parser.add_argument(
        "--slow-histories", default="56", metavar="DAYS,…", help="of the slow peers"
    )
    parser.add_argument(
        "--sample", type=int, default=25, help="series a panel that slow peers judge"
    )
    parser.add_argument("--full", action="store_true", help="slow peers judge everything: hours")
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        contender, source, target = options.run
        run(contender, Path(source), Path(target))
        return 0
    histories = [int(days) for days in options.histories.split(",")]
    slow = histories if options.full else [int(days) for days in options.slow_histories.split(",")]
    python = peers_python()
    for history in sorted({*histories, *slow}):
        cases = list(read(options.panels, history) if options.panels else _made(history))
        wanted = SLOW if python and history in slow else ()
        _compare(history, cases, wanted, python, None if options.full else options.sample)
    _night(python)
    return 0


def _made(history: int) -> list[Case]:
    quiet = (made(number, history, series=300, quiet=True) for number in QUIET_PANELS)
    return [made(1, history), made(2, history), *quiet]


def _compare(
    history: int,
    cases: Sequence[Case],
    slow: Sequence[str],
    python: Path | None,
    sample: int | None,
) -> None:
    """Print one history: everybody who is quick on all series, then all on what the slow ones saw."""
    turns = {name: take_turn(name, cases, None, os.environ) for name in QUICK}
    print(f"\n{history} days of history, {_spelled(cases)}\n{HEAD}")
    whole = {name: list(turn.told.values()) for name, turn in turns.items()}
    costs = {name: _cost(turn, cases) for name, turn in turns.items()}
    _table(whole, costs)
    if not slow:
        return
    seen = cases if sample is None else _without_more_of_the_same(cases)
    rows = {case.name: _rows(case, sample) for case in seen}
    few = [case.of(rows[case.name]) for case in seen]
    print(f"  on {_spelled(few)}", flush=True)
    picked = {
        name: [told.of(rows[told.case.name]) for told in everything if told.case.name in rows]
        for name, everything in whole.items()
    }
    for name in slow:
        turn = take_turn(name, few, python, os.environ)
        costs[name], picked[name] = _cost(turn, few), list(turn.told.values())
    _table(picked, costs)


def _without_more_of_the_same(cases: Sequence[Case]) -> list[Case]:
    """Return the cases with events and the first in which nothing happens."""
    quiet = [case for case in cases if case.is_quiet]
    return [case for case in cases if not case.is_quiet] + quiet[:1]


def _table(told: Mapping[str, Sequence[Told]], costs: Mapping[str, float]) -> None:
    best: float | None = None
    for name, everything in told.items():
        busy = [one for one in everything if not one.case.is_quiet]
        quiet = [one for one in everything if one.case.is_quiet]
        budget, own = at_budget(busy), quality(busy, busy[0].threshold)
        best = best or budget.f1
        delay = "–" if own.delay is None else f"{own.delay:.0f}"
        odd = (
            [f"{calibration(quiet, 1e-2):.2f}", f"{calibration(quiet, 1e-3):.2f}"]
            if quiet
            else ["–", "–"]
        )
        print(
            f"  {name:15}{budget.f1:>9.3f}{best / max(budget.f1, 1e-9):>12.2f}×{own.f1:>8.3f}"
            f"{own.false_alarms:>8.2f}{delay:>7}{odd[0]:>9}{odd[1]:>7}{costs[name]:>9.4f}"
            f"{costs[name] / costs[OURS]:>12.3g}×",
            flush=True,
        )


def _night(python: Path | None) -> None:
    """Print what one more day of thousands of series costs; slow peers are scaled up."""
    many, few = _night_case(NIGHT_SERIES), _night_case(SLOW_NIGHT_SERIES)
    print(
        f"\nOne new day of {NIGHT_SERIES:,} series × {NIGHT_HISTORY} days, CPU seconds"
        f" (the last three scaled up from {SLOW_NIGHT_SERIES} series)"
    )
    ours = 0.0
    for name in (*QUICK, *(SLOW if python else ())):
        case = few if name in SLOW else many
        turn = take_turn(name, [case], python, os.environ)
        taken = turn.seconds[case.name] * NIGHT_SERIES / len(case.panel.y)
        ours = ours or taken
        memory = f"{turn.peak_mb:>8,.0f} MB" if turn.peak_mb else ""
        print(f"  {name:15}{taken:>10.3f} s{taken / ours:>9.3g}×{memory}", flush=True)


def _night_case(series: int) -> Case:
    whole = made(9, NIGHT_HISTORY, series=series, quiet=True)
    p, days = whole.panel, NIGHT_HISTORY + 1
    panel = Panel(
        *(p.y[:, :days], p.den[:, :days], p.kind, p.region, p.hol[:, :days], p.dow[:days], p.hist)
    )
    return Case(f"night{series}", panel, (), is_quiet=True)


def _rows(case: Case, sample: int | None) -> list[int]:
    series = len(case.panel.y)
    if sample is None or sample >= series:
        return list(range(series))
    return sorted(np.random.default_rng(series).choice(series, sample, replace=False).tolist())


def _spelled(cases: Sequence[Case]) -> str:
    busy = [case for case in cases if not case.is_quiet]
    quiet = [case for case in cases if case.is_quiet]
    events = sum(len(case.events) for case in busy)
    return (
        f"{sum(len(case.panel.y) for case in busy)} series with {events} events,"
        f" {sum(len(case.panel.y) for case in quiet)} without"
    )


def _cost(turn: Turn, cases: Sequence[Case]) -> float:
    """Return CPU milliseconds a series-day."""
    cells = sum(case.panel.y.shape[0] * (case.panel.y.shape[1] - case.panel.hist) for case in cases)
    return 1000 * sum(turn.seconds.values()) / cells


if __name__ == "__main__":
    sys.exit(main())

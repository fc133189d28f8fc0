"""Panels to judge: made here with events planted in them, or read from a folder of labelled ones."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from breakwater.detect.panel import BACKLOG, COUNT, MEAN, RATE, Floats, Panel

SCORED_DAYS = 60
HISTORIES = (14, 28, 56, 120)
WEEK = np.array([0.06, 0.09, 0.04, 0.02, 0.05, -0.2, -0.28])
"""A week from Monday, as logarithms around an ordinary day."""
REGIONS = 3
SHARES = {COUNT: 0.4, RATE: 0.25, MEAN: 0.2, BACKLOG: 0.15}
SECONDS_SCATTER = 0.7
"""Standard deviation of the logarithm of one case's handling time."""
WITH_EVENT, LONGEST_SPIKE, SHIFT_COUNTS, RAMP, GRACE = 0.6, 3, 7, 7, 14
FIELDS = ("y", "den", "kind", "region", "hol", "dow", "hist")


@dataclass(frozen=True, slots=True)
class Event:
    """What was planted: found by an alert from start to end, days after it until `until` are free."""

    series: int
    kind: str
    start: int
    end: int
    until: int


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A panel and what happens in its scored days; nothing at all where it is quiet."""

    name: str
    panel: Panel
    events: tuple[Event, ...]
    is_quiet: bool

    def write(self, folder: Path) -> None:
        """Write what a contender sees."""
        np.savez(folder / f"{self.name}.npz", **{f: getattr(self.panel, f) for f in FIELDS})

    def of(self, rows: list[int]) -> "Case":
        """Return some of its series as a panel of their own."""
        p = self.panel
        few = Panel(p.y[rows], p.den[rows], p.kind[rows], p.region[rows], p.hol, p.dow, p.hist)
        events = (
            replace(event, series=rows.index(event.series))
            for event in self.events
            if event.series in rows
        )
        return replace(self, panel=few, events=tuple(events))


def load(file: Path) -> Panel:
    """Read what `Case.write` wrote."""
    with np.load(file) as panel:
        return Panel(**{f: panel[f] if panel[f].ndim else int(panel[f]) for f in FIELDS})


def made(number: int, history: int, *, series: int = 150, quiet: bool = False) -> Case:
    """Draw a panel of daily KPIs of an operation.

    Levels from a few to thousands of cases, a week that is shared and one's own, closed weekends,
    holidays of three regions, slow drift, over-dispersed counts, shares of small samples, outliers
    in the history, a hundredth of the days missing. Six in ten series get one event, four to nine
    of its own standard deviations large: a spike or dip of up to three days, a shift, a ramp.
    """
    random = np.random.default_rng([number, history, series, quiet])
    days = history + SCORED_DAYS
    dow = np.arange(days) % 7
    kind = random.choice(list(SHARES), series, p=list(SHARES.values()))
    region = random.integers(0, REGIONS, series)
    hol = (random.random((REGIONS, days)) < 1 / 25) & (dow < 5)  # noqa: PLR2004  weekdays
    noise = random.uniform(0.03, 0.12, series)
    size = np.exp(random.normal(np.log(150), 1.1, series)).clip(4, 6000)
    den = np.where(np.isin(kind, (RATE, MEAN))[:, None], size[:, None] * np.exp(WEEK[dow]), np.nan)
    den = np.where(np.isnan(den), np.nan, random.poisson(np.nan_to_num(den)))
    usual = _usual(random, kind, dow, hol[region])
    deviation = _deviation(kind, noise, size, den)
    events = () if quiet else tuple(_events(random, series, history))
    for event in events:
        usual[event.series] += _effect(random, event, days) * deviation[event.series]
    outlier = (random.random((series, history)) < 1 / 200) * random.choice([-1, 1], (series, 1))
    usual[:, :history] += outlier * random.uniform(4, 9, (series, history)) * deviation[:, None]
    y = _drawn(random, kind, usual, noise, size=size, den=den)
    y[random.random(y.shape) < 1 / 100] = np.nan
    name = f"{'quiet' if quiet else 'made'}{number}_h{history:03d}"
    return Case(name, Panel(y, den, kind, region, hol, dow, history), events, quiet)


def _usual(
    random: np.random.Generator, kind: np.ndarray, dow: np.ndarray, off: np.ndarray
) -> Floats:
    """Return what is usual, n × T: logarithms around one for amounts, logits around a share."""
    series, days = off.shape
    share = np.isin(kind, (RATE, MEAN))[:, None]
    own_week = WEEK + random.normal(0, 0.06, (series, 7))
    closed = (random.random(series) < 0.2) & (kind == COUNT)  # noqa: PLR2004  one in five
    own_week[closed, 5:] -= 1.8
    week = own_week[:, dow] * np.where(share, 0.2, np.where(kind == BACKLOG, 0.4, 1.0)[:, None])
    drift = np.cumsum(random.normal(0, 0.004, (series, days)), axis=1)
    holiday = random.normal(-0.45, 0.1, (series, 1)) * np.where(share, 0.15, 1.0)
    return week + drift + off * holiday


def _deviation(kind: np.ndarray, noise: Floats, size: Floats, den: Floats) -> Floats:
    """Return about one standard deviation of each series on the scale of `_usual`."""
    sample = np.nanmean(np.where(np.isnan(den), 1.0, den), axis=1).clip(1)
    return np.select(
        [kind == COUNT, kind == BACKLOG, kind == MEAN],
        [
            np.sqrt(1 / size + noise**2),
            np.sqrt(1 / size + 2 * noise**2),
            np.sqrt(SECONDS_SCATTER**2 / sample + noise**2 / 4),
        ],
        np.sqrt(1 / (sample * 0.09) + noise**2),
    )


def _events(random: np.random.Generator, series: int, history: int) -> Iterator[Event]:
    for row in np.flatnonzero(random.random(series) < WITH_EVENT).tolist():
        start = history + int(random.integers(2, SCORED_DAYS - 10))
        kind = random.choice(["spike", "dip", "shift_up", "shift_down", "ramp"])
        if kind in {"spike", "dip"}:
            end = until = start + int(random.integers(0, LONGEST_SPIKE))
        elif kind == "ramp":
            end, until = start + RAMP + 2, start + RAMP + GRACE
        else:
            end, until = start + SHIFT_COUNTS - 1, start + GRACE
        last = history + SCORED_DAYS - 1
        yield Event(row, str(kind), start, min(end, last), min(until, last))


def _effect(random: np.random.Generator, event: Event, days: int) -> Floats:
    """Return how many standard deviations an event adds on each day."""
    day = np.arange(days) - event.start
    large = random.uniform(4, 9) * (-1 if event.kind in {"dip", "shift_down"} else 1)
    if event.kind in {"spike", "dip"}:
        return large * ((day >= 0) & (day <= event.end - event.start))
    if event.kind == "ramp":
        return large * random.choice([-1, 1]) * np.clip((day + 1) / RAMP, 0, 1)
    return large * 0.7 * (day >= 0)


def _drawn(
    random: np.random.Generator,
    kind: np.ndarray,
    usual: Floats,
    noise: Floats,
    *,
    size: Floats,
    den: Floats,
) -> Floats:
    """Draw the values around what is usual."""
    wide = noise[:, None] * random.standard_normal(usual.shape)
    swing = wide.copy()
    for day in range(1, usual.shape[1]):
        swing[:, day] = 0.7 * swing[:, day - 1] + wide[:, day]
    amount = size[:, None] * np.exp(usual + np.where((kind == BACKLOG)[:, None], swing, wide))
    count = random.poisson(amount.clip(0, 1e6)).astype(np.float64)
    n = np.nan_to_num(den, nan=1.0)
    share = 1 / (1 + np.exp(-(2.2 + usual + wide)))
    right = random.binomial(n.astype(np.int64), share) / np.maximum(n, 1)
    chance = SECONDS_SCATTER / np.sqrt(np.maximum(n, 1)) * random.standard_normal(usual.shape)
    seconds = 90 * np.exp(usual + wide / 2 + chance)
    sampled = np.select([(kind == RATE)[:, None], (kind == MEAN)[:, None]], [right, seconds], count)
    return np.where(np.isfinite(den) & (n == 0), np.nan, sampled)


def read(folder: Path, history: int) -> Iterator[Case]:
    """Read the labelled panels of a folder that have so many days of history, and the quiet one."""
    labels = pq.read_table(folder / "labels.parquet").to_pylist()
    for file in sorted(folder.glob(f"*_h{history:03d}.parquet")):
        rows = [label for label in labels if label["panel_id"] == file.stem]
        events = (
            Event(r["series_id"], r["type"], r["start"], r["end"], r["ignore_until"]) for r in rows
        )
        yield Case(file.stem, _panel(file), tuple(events), is_quiet=not rows)


def _panel(file: Path) -> Panel:
    table = pq.read_table(file).sort_by([("series_id", "ascending"), ("day", "ascending")])
    series = len(table.column("series_id").unique())

    def wide(name: str) -> np.ndarray:
        return table.column(name).to_numpy().reshape(series, -1)

    region = wide("region")[:, 0].astype(np.int64)
    hol = np.zeros((region.max() + 1, wide("day").shape[1]), dtype=np.bool_)
    hol[region] = wide("is_holiday")
    return Panel(
        wide("value").astype(np.float64),
        wide("denominator").astype(np.float64),
        wide("kind")[:, 0].astype(np.str_),
        region,
        hol,
        wide("weekday")[0].astype(np.int64),
        int(wide("history_days")[0, 0]),
    )

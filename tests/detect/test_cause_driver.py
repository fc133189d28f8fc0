"""What a finding says of its cause: the slice, its share, since when, and what it is not."""

from collections.abc import Mapping
from datetime import date

import numpy as np

from breakwater.detect.cause.driver import cause_detail
from breakwater.detect.cause.finest import ATTRIBUTES, Finest
from breakwater.detect.cause.usual import DAYS_NEEDED

DAY = date(2026, 11, 22)
STREAMS = [
    ("pearlline", site, queue, policy, language, "normal")
    for site, queue in (
        ("cebu", "spam"),
        ("cebu", "adult"),
        ("manila", "hate"),
        ("manila", "video"),
    )
    for policy in ("1.1", "4.2")
    for language in ("en", "tl", "es")
]
COLUMNS = tuple(tuple(column) for column in zip(*STREAMS, strict=True))
TABLE = {name: np.array(column) for name, column in zip(ATTRIBUTES, COLUMNS, strict=True)}
PEARLLINE: Mapping[str, str | None] = {"vendor": "pearlline"}


def _cases(seed: int = 0, mean: float = 40) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, (len(STREAMS), DAYS_NEEDED)).astype(float)


def test_a_spike_is_put_down_to_its_stream_since_its_first_day() -> None:
    """Site, queue and policy at once, three days ago; the queue names its site."""
    counts = _cases()
    stream = (TABLE["queue"] == "spam") & (TABLE["policy"] == "4.2")
    counts[stream, -4:] *= 4
    finest = Finest(COLUMNS, counts, np.zeros_like(counts))
    told = cause_detail(finest, "manual_incoming", PEARLLINE, rises=True, span=3, day=DAY)
    causes = told["causes"]
    assert isinstance(causes, list)
    assert [cause["slice"] for cause in causes] == [{"queue": "spam", "policy": "4.2"}]
    assert 0.85 < causes[0]["share"] < 1.15
    assert told["since"] == "2026-11-19"
    assert "mix_share" not in told


def test_what_began_today_has_no_earlier_day() -> None:
    """Since when is said only when it is news."""
    counts = _cases()
    counts[:, -1] *= 2
    finest = Finest(COLUMNS, counts, np.zeros_like(counts))
    told = cause_detail(finest, "manual_incoming", PEARLLINE, rises=True, span=1, day=DAY)
    assert "since" not in told
    causes = told["causes"]
    assert isinstance(causes, list)
    assert [cause["slice"] for cause in causes] == [{}]


def test_days_that_were_not_reported_are_not_usual() -> None:
    """With two weeks of history, one export of them missing, the whole slice has doubled."""
    counts = _cases()
    counts[:, :-22] = 0
    counts[:, -10] = 0
    counts[:, -1] *= 2
    finest = Finest(COLUMNS, counts, np.zeros_like(counts))
    told = cause_detail(finest, "manual_incoming", PEARLLINE, rises=True, span=1, day=DAY)
    causes = told["causes"]
    assert isinstance(causes, list)
    assert causes == [{"slice": {}, "share": 1.0}]


def _handled(slower: np.ndarray, more: np.ndarray) -> Finest:
    """Draw handling times: video takes five times as long as the rest."""
    draw = np.random.default_rng(7)
    cases = _cases(8, mean=400)
    cases[:, -1] = np.round(cases[:, -1] * more)
    times = np.where(TABLE["queue"] == "video", 300.0, 60.0)[:, None] * np.ones(DAYS_NEEDED)
    times[:, -1] *= slower
    noise = draw.normal(1, 0.6 / np.sqrt(np.maximum(cases, 1)))
    return Finest(COLUMNS, cases * times * noise, cases)


def test_people_who_slow_down_are_told_from_harder_work() -> None:
    """The same rise in handling time, once by a slow site and once by more video."""
    even = np.ones(len(STREAMS))
    slow = _handled(np.where(TABLE["site"] == "cebu", 1.8, 1.0), even)
    told = cause_detail(slow, "aht", PEARLLINE, rises=True, span=1, day=DAY)
    causes, mix = told["causes"], told["mix_share"]
    assert isinstance(causes, list)
    assert isinstance(mix, float)
    assert [cause["slice"] for cause in causes] == [{"site": "cebu"}]
    assert abs(mix) < 0.2

    harder = _handled(even, np.where(TABLE["queue"] == "video", 2.0, 1.0))
    told = cause_detail(harder, "aht", PEARLLINE, rises=True, span=1, day=DAY)
    mix, moved = told["mix_share"], told["mix_moved"]
    assert isinstance(mix, float)
    assert isinstance(moved, dict)
    assert mix > 0.8
    assert moved["slice"] == {"queue": "video"}
    assert round(moved["before"], 2) == 0.25
    assert round(moved["now"], 1) == 0.4
    assert not told.get("causes")


def test_what_names_the_slice_is_not_told_again() -> None:
    """A finding about one queue is put down to a language of it, not to the queue."""
    inside = TABLE["queue"] == "spam"
    counts = _cases()[inside]
    columns = tuple(tuple(TABLE[name][inside].tolist()) for name in ATTRIBUTES)
    counts[np.array(columns[4]) == "es", -1] *= 5
    finest = Finest(columns, counts, np.zeros_like(counts))
    scope = {"vendor": "pearlline", "queue": "spam"}
    told = cause_detail(finest, "manual_incoming", scope, rises=True, span=1, day=DAY)
    causes = told["causes"]
    assert isinstance(causes, list)
    assert [cause["slice"] for cause in causes] == [{"language": "es"}]

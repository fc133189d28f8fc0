"""Instants: spellings, zones, the hour that happens twice and the one that never does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breakwater.contracts.shape import Times
from breakwater.landing.mapping.instants import Instants, read_instants
from breakwater.landing.mapping.local_time import offsets_of

RIGA = Times(zone="Europe/Riga", formats=("%d.%m.%Y %H:%M:%S",))


def read(texts: list[str | None], times: Times = RIGA, *, typed: bool = False) -> Instants:
    """Read a column."""
    return read_instants(pa.array(texts, pa.string()), times, has_typed_cells=typed)


def utc(instants: Instants) -> list[str | None]:
    """Spell instants in UTC; None where not known."""
    return [
        datetime.fromtimestamp(int(second), UTC).strftime("%Y-%m-%d %H:%M:%S") if known else None
        for second, known in zip(instants.seconds, instants.is_known, strict=True)
    ]


def test_local_times_follow_the_zone_through_the_year() -> None:
    """Riga is two hours ahead in winter and three in summer."""
    instants = read(["01.01.2026 00:00:00", None, "1.7.2026 0:00:00"])
    assert utc(instants) == ["2025-12-31 22:00:00", None, "2026-06-30 21:00:00"]
    assert instants.is_unreadable.tolist() == [False, False, False]


@pytest.mark.parametrize(
    ("fold", "expected", "is_repeated"),
    [
        ("earlier", "2026-10-25 00:30:00", False),
        ("later", "2026-10-25 01:30:00", False),
        ("quarantine", None, True),
    ],
)
def test_a_time_that_the_clock_shows_twice_is_what_the_contract_says(
    fold: str, expected: str | None, is_repeated: bool
) -> None:
    """On 25 October 2026 Riga shows 03:00 to 04:00 in summer time and again in winter time."""
    times = Times.model_validate({**RIGA.model_dump(), "fold": fold})
    instants = read(["25.10.2026 03:30:00"], times)
    assert utc(instants) == [expected]
    assert instants.is_repeated.tolist() == [is_repeated]


@pytest.mark.parametrize(
    ("gap", "expected", "is_skipped"),
    [("shift_forward", "2026-03-29 01:30:00", False), ("quarantine", None, True)],
)
def test_a_time_that_the_clock_never_shows_is_what_the_contract_says(
    gap: str, expected: str | None, is_skipped: bool
) -> None:
    """On 29 March 2026 Riga goes from 03:00 to 04:00; 03:30 is taken for 04:30 summer time."""
    times = Times.model_validate({**RIGA.model_dump(), "gap": gap})
    instants = read(["29.03.2026 03:30:00"], times)
    assert utc(instants) == [expected]
    assert instants.is_skipped.tolist() == [is_skipped]


def test_the_seconds_around_a_change_are_plain() -> None:
    """Both ends of the doubtful hour, and the first second behind it."""
    instants = read(
        [
            "29.03.2026 02:59:59",
            "29.03.2026 04:00:00",
            "25.10.2026 02:59:59",
            "25.10.2026 04:00:00",
        ]
    )
    assert utc(instants) == [
        "2026-03-29 00:59:59",
        "2026-03-29 01:00:00",
        "2026-10-24 23:59:59",
        "2026-10-25 02:00:00",
    ]


def test_morocco_steps_back_for_ramadan() -> None:
    """On 15 February 2026 Casablanca shows 02:00 to 03:00 twice, although it is not autumn."""
    times = Times(zone="Africa/Casablanca", formats=("%Y-%m-%d %H:%M:%S",), fold="later")
    assert utc(read(["2026-02-15 02:30:00", "2026-02-15 12:00:00"], times)) == [
        "2026-02-15 02:30:00",
        "2026-02-15 12:00:00",
    ]


@settings(deadline=None)
@given(
    st.lists(st.integers(min_value=400_000_000, max_value=2_100_000_000), min_size=1, max_size=20),
    st.sampled_from(["Europe/Riga", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata"]),
)
def test_offsets_by_the_hour_are_those_of_each_second(seconds: list[int], name: str) -> None:
    """Including a zone that moves by half an hour."""
    zone = ZoneInfo(name)
    # Half of the times lie within two hours of a change, where hours are irregular.
    offsets = offsets_of(np.array(seconds, dtype=np.int64), zone)
    for second, before, after in zip(seconds, offsets.before, offsets.after, strict=True):
        local = datetime.fromtimestamp(second, UTC)
        for fold, found in ((0, before), (1, after)):
            exact = local.replace(tzinfo=zone, fold=fold).utcoffset()
            assert exact == timedelta(seconds=int(found))


@settings(deadline=None)
@given(st.integers(min_value=-7200, max_value=7200))
def test_half_hour_changes_are_exact_to_the_second(distance: int) -> None:
    """Lord Howe Island skips 02:00 to 02:30 on 4 October 2026."""
    local = int(datetime(2026, 10, 4, 2, tzinfo=UTC).timestamp()) + distance
    offsets = offsets_of(np.array([local], dtype=np.int64), ZoneInfo("Australia/Lord_Howe"))
    assert offsets.is_skipped.tolist() == [0 <= distance < 1800]


@pytest.mark.parametrize(
    "text",
    [
        "31.02.2026 00:00:00",
        "2026-11-03 09:00:00",
        "03.11.2026",
        "03.11.2026 25:00:00",
        "now",
        "today",
        "NaT",
        "nan",
        "None",
        "01.01.0001 00:00:00",
        "31.12.9999 23:59:59",
        "01.01.1970 00:00:00",
        "03.11.2026 09:00:00 extra",
        "\u0660\u0663.11.2026 09:00:00",
        "'; drop table x; --",
    ],
)
def test_what_is_no_instant_is_unreadable_and_not_guessed(text: str) -> None:
    """Placeholders and words that a lenient parser would take are refused."""
    instants = read([text])
    assert instants.is_unreadable.tolist() == [True]
    assert utc(instants) == [None]


def test_formats_are_tried_in_order_and_offsets_win_over_the_zone() -> None:
    """A vendor in transition sends two spellings; an offset says more than a zone."""
    times = Times(zone="Europe/Riga", formats=("%Y-%m-%dT%H:%M:%S%z", "%d/%m/%Y", "%m/%d/%Y"))
    texts: list[str | None] = [
        "2026-11-03T09:00:00Z",
        "2026-11-03T09:00:00+05:30",
        "03/11/2026",
        "11/23/2026",
    ]
    assert utc(read(texts, times)) == [
        "2026-11-03 09:00:00",
        "2026-11-03 03:30:00",
        "2026-11-02 22:00:00",
        "2026-11-22 22:00:00",
    ]


def test_epochs_are_utc_and_cut_to_whole_seconds() -> None:
    """Whatever the zone of the contract."""
    seconds = Times(zone="Asia/Manila", formats=("epoch_seconds",))
    assert utc(read(["1793707200", "1793707200.9"], seconds)) == ["2026-11-03 12:00:00"] * 2
    millis = Times(zone="Asia/Manila", formats=("epoch_milliseconds",))
    assert utc(read(["1793707200000", "1793707200999"], millis)) == ["2026-11-03 12:00:00"] * 2


@pytest.mark.parametrize(
    "text", ["-1793707200", "1.793707200e9", "1793707200000", "1 793 707 200", "0x6AE8D0C0"]
)
def test_an_epoch_of_another_unit_or_spelling_is_unreadable(text: str) -> None:
    """Milliseconds read as seconds would lie in the year 58810."""
    times = Times(zone="Asia/Manila", formats=("epoch_seconds",))
    assert read([text], times).is_unreadable.tolist() == [True]


def test_cells_that_are_dates_by_type_need_no_format() -> None:
    """Readers spell them one way; text of that spelling counts only where cells have types."""
    text: list[str | None] = ["2026-11-03T09:00:00"]
    assert utc(read(text, typed=True)) == ["2026-11-03 07:00:00"]
    assert utc(read(text)) == [None]

"""Names of files: the day or the instant they state, in any zone, and nothing they do not."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breakwater.contracts.source import FolderSource
from breakwater.core.days import Window
from breakwater.core.errors import ConfigurationError
from breakwater.feeds.names import DayNames

DAY = date(2026, 11, 3)
SINGAPORE = ZoneInfo("Asia/Singapore")
WINDOW = Window.for_operational_day(DAY, SINGAPORE)


def names_of(
    *patterns: str,
    folder: str = "in",
    day: date = DAY,
    operation: ZoneInfo = SINGAPORE,
    name_zone: str = "UTC",
) -> DayNames:
    """Take the names of a source of these patterns."""
    source = FolderSource(kind="folder", uri=folder, pattern=patterns, name_zone=name_zone)
    return DayNames.of(source, folder, day, Window.for_operational_day(day, operation))


def test_the_day_is_spelled_as_the_contract_says_and_a_star_is_anything() -> None:
    """Letters count as they are; dots and brackets are no wildcards."""
    names = names_of("acme_{day:%d.%m.%Y}*.csv[1]")
    assert names.holds("in", "acme_03.11.2026_again.csv[1]")
    assert names.holds("in", "acme_03.11.2026.csv[1]")
    for other in ("acme_04.11.2026.csv[1]", "ACME_03.11.2026.csv[1]", "acme_03x11x2026.csv[1]"):
        assert not names.holds("in", other)
    assert not names.holds("in", "x_acme_03.11.2026.csv[1]")


def test_a_name_of_any_style_is_one_of_the_day() -> None:
    """Vendors change how they write names, and mix the old with the new."""
    names = names_of("a-{day:%Y%m%d}.csv", "b_{at:%Y-%m-%dT%H}.csv")
    assert names.holds("in", "a-20261103.csv")
    assert names.holds("in", "b_2026-11-02T16.csv")
    assert not names.holds("in", "b_2026-11-03T16.csv")


@pytest.mark.parametrize(
    ("name", "belongs"),
    [
        ("q_20261102T1559.csv", False),
        ("q_20261102T1600.csv", True),
        ("q_20261103T1559.csv", True),
        ("q_20261103T1600.csv", False),
        ("q_20261131T1200.csv", False),
        ("q_20261103T2460.csv", False),
        ("q_00000000T0000.csv", False),
        ("q_\u0662\u0660\u0662\u0666\u0661\u0661\u0660\u0663T1200.csv", False),
    ],
)
def test_an_instant_belongs_to_the_day_whose_window_holds_it(name: str, belongs: bool) -> None:
    """Singapore's day runs from 16:00 to 16:00 UTC; what is no instant belongs to no day."""
    assert names_of("q_{at:%Y%m%dT%H%M}.csv").holds("in", name) is belongs


def test_an_offset_in_a_name_counts_before_the_zone_of_names() -> None:
    """The same moment in three spellings."""
    names = names_of("q_{at:%Y%m%dT%H%M%z}", name_zone="Europe/Riga")
    for spelled in ("20261102T1600Z", "20261103T0000+0800", "20261102T1100-05:00"):
        assert names.holds("in", f"q_{spelled}")
    assert not names.holds("in", "q_20261103T0000+0900")


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)], ids=["short", "long"])
def test_every_quarter_of_an_hour_of_a_changed_clock_has_exactly_one_day(day: date) -> None:
    """Also those that Riga's clock shows twice or never: they neither crash nor get lost."""
    zone = ZoneInfo("Europe/Riga")
    days = [date.fromordinal(day.toordinal() + step) for step in (-1, 0, 1)]
    names = [
        names_of("q_{at:%Y%m%dT%H%M}", day=each, operation=zone, name_zone="Europe/Riga")
        for each in days
    ]
    for minutes in range(0, 24 * 60, 15):
        name = f"q_{day:%Y%m%d}T{minutes // 60:02}{minutes % 60:02}"
        assert [each.holds("in", name) for each in names] == [False, True, False]


def test_folders_by_instant_are_those_that_the_window_touches() -> None:
    """A day of Singapore lies in two folders of UTC dates; each file belongs to one day."""
    names = names_of("{at:%H}.csv", folder="s3://b/{at:%Y/%m/%d}")
    assert names.folders() == ["s3://b/2026/11/02", "s3://b/2026/11/03"]
    assert names.holds("s3://b/2026/11/02", "16.csv")
    assert names.holds("s3://b/2026/11/03", "15.csv")
    assert not names.holds("s3://b/2026/11/02", "15.csv")
    assert not names.holds("s3://b/2026/11/03", "16.csv")


def test_names_that_repeat_in_folders_by_instant_are_told_apart() -> None:
    """The ledger knows a file by one bare name."""
    names = names_of("part-*.csv", folder="in/{at:%Y%m%d/%H}")
    assert len(names.folders()) == 24
    assert names.holds("in/20261102/16", "part-0.csv")
    assert names.name_in_ledger("in/20261102/16", "part-0.csv") == "2026-11-02-16-part-0.csv"
    assert names_of("a-{day:%d}").name_in_ledger("in", "a-03") == "a-03"


def test_folder_and_name_must_not_state_two_days() -> None:
    """A file of another day that was put into the wrong folder is not taken."""
    names = names_of("q_{at:%Y%m%dT%H}.csv", folder="in/{at:%Y%m%d}")
    assert names.holds("in/20261103", "q_20261103T01.csv")
    assert not names.holds("in/20261103", "q_20261102T23.csv")


def test_an_hour_beside_a_day_needs_no_date() -> None:
    """The day says which day it is; the hour only tells files apart."""
    names = names_of("{at:%H}.csv", folder="in/{day:%Y%m%d}")
    assert names.folders() == ["in/20261103"]
    assert names.holds("in/20261103", "23.csv")
    assert not names.holds("in/20261103", "2x.csv")


@pytest.mark.parametrize("pattern", ["{at:%H%M}.csv", "{at:%Y%m%d%Q}.csv", "{at:%s}.csv"])
def test_an_instant_that_names_no_day_is_a_fault_of_the_contract(pattern: str) -> None:
    """Said before anything is asked, with what was found."""
    with pytest.raises(ConfigurationError, match="expected"):
        names_of(pattern)


def test_folders_by_the_second_are_a_fault_of_the_contract() -> None:
    """Nobody could look into all of them."""
    with pytest.raises(ConfigurationError, match="by the minute at most"):
        names_of("*.csv", folder="in/{at:%Y%m%dT%H%M%S}")


@given(st.text(max_size=80))
def test_no_name_makes_matching_fail(name: str) -> None:
    """Whatever a server lists is answered by yes or no."""
    names = names_of("*{at:%Y%m%dT%H%M%S%z}*", "*{at:%y%j%I%p}*")
    assert names.holds("in", name) in {True, False}


@given(st.integers(WINDOW.start, WINDOW.end - 1))
def test_every_second_of_the_window_is_found_by_its_name(seconds: int) -> None:
    """In whatever zone names are written."""
    names = names_of("q_{at:%Y-%m-%d_%H-%M-%S}", name_zone="America/Bogota")
    local = datetime.fromtimestamp(seconds, ZoneInfo("America/Bogota"))
    assert names.holds("in", f"q_{local:%Y-%m-%d_%H-%M-%S}")

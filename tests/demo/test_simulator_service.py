"""Queues and clocks: exact answers on inputs small enough to work out by hand."""

import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
import python_calamine

from breakwater.core.days import Window
from breakwater.demo.simulator.cases import LATER
from breakwater.demo.simulator.demand import plan_campaigns
from breakwater.demo.simulator.local_clock import LocalClock, spelled
from breakwater.demo.simulator.roster import STEP
from breakwater.demo.simulator.service import Lanes
from breakwater.demo.simulator.streams import Ints, log_normal, stream
from breakwater.demo.simulator.workbook import write_workbook

DAY = Window(0, 10 * STEP)


def ints(*values: int) -> Ints:
    """Return whole numbers as a column."""
    return np.array(values, np.int64)


def serve(lanes: Lanes, capacity: float, cases: list[tuple[int, int, int]]) -> list[int]:
    """Serve (lane, entered, work) for a day of ten steps with constant capacity."""
    lane, entered, work = (np.array(column, np.int64) for column in zip(*cases, strict=True))
    taken = lanes.serve(np.full(10, capacity), DAY, lane, entered, work.astype(np.float64))
    return [int(at) for at in taken]


def test_a_case_is_taken_up_when_the_work_before_it_is_done() -> None:
    """One person's time, 300 s a step: 600 s of work occupy two steps, then comes the next."""
    assert serve(Lanes(), 300.0, [(1, 0, 600), (1, 0, 300), (1, 0, 300)]) == [0, 600, 900]


def test_an_idle_crew_takes_a_case_up_when_it_arrives() -> None:
    """Capacity that found no work is lost, not saved for later."""
    assert serve(Lanes(), 300.0, [(1, 1_500, 300), (1, 1_500, 300)]) == [1_500, 1_800]


def test_a_higher_lane_goes_first_whenever_it_came() -> None:
    """The lower lane waits for 900 s of higher work that arrived with it, then 300 s of its own."""
    taken = serve(Lanes(), 300.0, [(2, 0, 300), (2, 0, 300), (1, 0, 900)])
    assert taken == [900, 1_200, 0]


def test_the_order_of_arrival_counts_within_a_lane_not_the_order_of_rows() -> None:
    """The case that came first is taken up first, wherever it stands."""
    assert serve(Lanes(), 300.0, [(1, 200, 300), (1, 100, 300)]) == [300, 100]


def test_what_a_day_leaves_undone_is_done_first_on_the_next() -> None:
    """3,000 s of capacity against 3,300 s begun: the next day starts with 300 s of old work."""
    lanes = Lanes()
    assert serve(lanes, 300.0, [(1, 0, 3_300), (1, 0, 300)]) == [0, LATER]
    assert lanes.unfinished == {1: 300.0}
    assert serve(lanes, 300.0, [(1, 0, 300)]) == [300]


def test_twice_the_capacity_halves_the_wait() -> None:
    """Five cases of 600 s: the last one waits for 2,400 s of work."""
    cases = [(1, 0, 600)] * 5
    assert serve(Lanes(), 300.0, cases)[-1] == 2 * serve(Lanes(), 600.0, cases)[-1] == 2_400


def seconds(text: str) -> int:
    """Return UTC seconds of an ISO time in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_the_wall_clock_follows_the_zone_through_its_change() -> None:
    """Riga: 03:59:59 summer time is followed by 03:00:00 winter time."""
    end = seconds("2026-10-25T01:00:00")
    clock = LocalClock(ZoneInfo("Europe/Riga"), Window(end - 86_400, end + 86_400))
    text = spelled(clock.local(ints(end - 1, end)), "%d.%m.%Y %H:%M:%S", np.zeros(2, np.bool_))
    assert text.to_pylist() == ["25.10.2026 03:59:59", "25.10.2026 03:00:00"]


def test_nothing_is_written_in_the_hour_that_the_clock_shows_twice() -> None:
    """Instants of the second pass are held back to its end; the others stay."""
    end = seconds("2026-10-25T01:00:00")
    clock = LocalClock(ZoneInfo("Europe/Riga"), Window(end - 86_400, end + 86_400))
    instants = ints(end - 1, end, end + 3_599, end + 3_600)
    assert clock.settled(instants).tolist() == [end - 1, end + 3_600, end + 3_600, end + 3_600]


@pytest.mark.parametrize("zone", ["Asia/Manila", "America/Bogota", "Asia/Kolkata"])
def test_zones_without_a_change_hold_nothing_back(zone: str) -> None:
    """Every instant of the same days stays as it is."""
    start = seconds("2026-10-25T00:00:00")
    clock = LocalClock(ZoneInfo(zone), Window(start, start + 86_400))
    instants = np.arange(start, start + 86_400, 600, dtype=np.int64)
    assert (clock.settled(instants) == instants).all()


def test_a_workbook_keeps_text_as_text_and_numbers_as_numbers() -> None:
    """Formulas, markup and umlauts arrive as typed; absent values are empty cells."""
    text = ["=1+1", "<b>&amp;</b>", "Lēmums", None]
    book = write_workbook(pa.table({"Teksts": text, "Skaits": [1, None, 3, 4]}), "A & B")
    read = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book))
    assert read.sheet_names == ["A & B"]
    assert read.get_sheet_by_name("A & B").to_python() == [
        ["Teksts", "Skaits"],
        ["=1+1", 1.0],
        ["<b>&amp;</b>", ""],
        ["Lēmums", 3.0],
        ["", 4.0],
    ]


def test_a_workbook_names_its_columns_beyond_z() -> None:
    """The thirtieth column is AD, and its cell is found there."""
    table = pa.table({f"c{n}": [n] for n in range(60)})
    book = write_workbook(table, "s")
    rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book))
    assert rows.get_sheet_by_index(0).to_python()[1] == [float(n) for n in range(60)]


def test_a_sheet_refuses_more_rows_than_it_holds() -> None:
    """The error says how many there may be, and how many there are."""
    table = pa.table({"c": pa.nulls(1_048_576, pa.string())})
    with pytest.raises(ValueError, match="1048575 rows; found 1048576"):
        write_workbook(table, "s")


def test_no_wait_is_endless_however_many_are_drawn() -> None:
    """A million waits of a median day stay within e to the power of 2.7 days, about fifteen."""
    waits = log_normal(stream(7, "waits"), 86_400, 0.9, 1_000_000)
    assert waits.min() >= 86_400 / 15
    assert waits.max() <= 86_400 * 15


def test_streams_of_other_names_are_other_streams() -> None:
    """A name gives the same numbers always, and no other name gives them."""
    first, again = stream(7, "a", 1).random(4), stream(7, "a", 1).random(4)
    assert (first == again).all()
    assert not (first == stream(7, "a", 2).random(4)).any()
    assert not (first == stream(8, "a", 1).random(4)).any()


def test_campaigns_leave_the_last_week_alone() -> None:
    """What is planted there must be all there is to find."""
    campaigns = plan_campaigns(7, date(2026, 10, 12), 42, ("en", "es"))
    assert len(campaigns) >= 3
    assert max(day for campaign in campaigns for day in campaign.days) < date(2026, 11, 16)

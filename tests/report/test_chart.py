"""The picture: the same bytes for the same numbers, and its numbers in words beside it."""

import dataclasses
from datetime import date, timedelta
from io import BytesIO

from PIL import Image

from breakwater.report.chart import HEIGHT, WIDTH, draw_chart
from breakwater.report.message import ChartData

DAYS = tuple(date(2026, 11, 9) + timedelta(days=n) for n in range(14))
DATA = ChartData(
    days=DAYS,
    incoming=tuple(1000.0 + 10 * n for n in range(14)),
    solved=tuple(990.0 + 11 * n for n in range(14)),
    attainment=(*(0.97,) * 12, None, 0.93),
    alt="in words",
)


def _pixels(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content)).convert("RGB")


def test_equal_numbers_give_equal_bytes() -> None:
    """So that an edition can be compared, and a mail sent twice is the same mail."""
    first = draw_chart(DATA)
    draw_chart.cache_clear()
    assert draw_chart(DATA) == first


def test_other_numbers_give_another_picture() -> None:
    """The last day's attainment is drawn, not just any."""
    other = dataclasses.replace(DATA, attainment=(*DATA.attainment[:-1], 0.99))
    assert draw_chart(other) != draw_chart(DATA)


def test_the_picture_is_twice_its_size_on_the_page_and_small() -> None:
    """Sharp on a phone, opaque white behind, some kilobytes."""
    content = draw_chart(DATA)
    picture = _pixels(content)
    assert picture.size == (2 * WIDTH, 2 * HEIGHT)
    assert picture.getpixel((2, 2)) == (255, 255, 255)
    assert len(content) < 40_000


def test_the_picture_names_no_software() -> None:
    """Metadata would change with every release of a library."""
    assert Image.open(BytesIO(draw_chart(DATA))).info.keys() <= {"transparency"}


def test_days_without_figures_are_drawn_as_gaps() -> None:
    """A fortnight in which nothing was reported is still a picture."""
    nothing = (None,) * 14
    empty = dataclasses.replace(DATA, incoming=nothing, solved=nothing, attainment=nothing)
    assert _pixels(draw_chart(empty)).size == (2 * WIDTH, 2 * HEIGHT)

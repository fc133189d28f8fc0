"""Times read as columns of digits: as the calendar has them, and as a slow reader reads them."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breakwater.landing.mapping.fixed_times import read_fixed, template_of

FORMS = [
    "%Y-%m-%d %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%Y%m%dT%H%M%S%z",
    "%m/%d/%Y",
    "%H:%M:%S %d/%m/%Y%z",
]

FIRST, LAST = (datetime.fromisoformat(day) for day in ("0001-01-02", "9999-12-30"))


def fixed(texts: list[str | None], form: str) -> list[int | None]:
    """Read texts; None where the template does not fit."""
    template = template_of(form)
    assert template is not None
    seconds, fits = read_fixed(pa.array(texts, pa.string()), template)
    return [int(s) if good else None for s, good in zip(seconds, fits, strict=True)]


@given(
    st.lists(st.datetimes(FIRST, LAST), min_size=1, max_size=8),
    st.sampled_from(FORMS),
    st.sampled_from([0, 19_800, -34_200]),
)
def test_what_strftime_writes_is_read_to_the_second(
    instants: list[datetime], form: str, offset: int
) -> None:
    """Every date of the calendar, leap days among them, with offsets in every spelling."""
    texts: list[str | None] = []
    expected = []
    sign, minutes = "-" if offset < 0 else "+", abs(offset) // 60
    hour, minute = f"{minutes // 60:02}", f"{minutes % 60:02}"
    has_offset = form.endswith("%z")
    finest = {"S": {}, "M": {"second": 0}, "Y": {"second": 0, "minute": 0, "hour": 0}}
    letter = "S" if "%S" in form else "M" if "%M" in form else "Y"
    for instant in instants:
        whole = instant.replace(microsecond=0, **finest[letter])
        for spelled in (f"{sign}{hour}{minute}", f"{sign}{hour}:{minute}"):
            # Years before 1000 are not padded everywhere.
            plain = form.removesuffix("%z").replace("%Y", f"{instant.year:04}")
            texts.append(instant.strftime(plain) + (spelled if has_offset else ""))
            since = whole.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
            expected.append(int(since / timedelta(seconds=1)) - (offset if has_offset else 0))
    assert fixed([*texts, None], form) == [*expected, None]


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29 00:00:00",
        "1900-02-29 00:00:00",
        "2026-13-01 00:00:00",
        "2026-00-01 00:00:00",
        "2026-01-00 00:00:00",
        "2026-04-31 00:00:00",
        "2026-01-01 24:00:00",
        "2026-01-01 00:60:00",
        "2026-01-01 00:00:60",
        "0000-01-01 00:00:00",
        "2026-01-01T00:00:00",
        "2026-01-01 00:00:0x",
        "2026-01-01 00:00:0",
        "\u0662026-1-01 0:00:00",
        "",
    ],
)
def test_what_is_no_date_fits_no_template(text: str) -> None:
    """Not even when every byte but one is right."""
    assert fixed([text, "2024-02-29 00:00:01"], "%Y-%m-%d %H:%M:%S") == [None, 1709164801]


@pytest.mark.parametrize(
    "text",
    ["20260101T000000+2400", "20260101T000000+0160", "20260101T000000 0100", "20260101T000000z"],
)
def test_an_offset_that_no_clock_has_fits_no_template(text: str) -> None:
    """Neither hours nor minutes beyond a clock's, nor another sign."""
    assert fixed([text], "%Y%m%dT%H%M%S%z") == [None]


@pytest.mark.parametrize(
    "form", ["%Y-%j", "%d %b %Y", "%Y-%m-%d %H:%M:%S.%f", "%m-%d", "%Y-%m-%d %Z", "%Y年%m%d"]
)
def test_formats_whose_parts_move_have_no_template(form: str) -> None:
    """They are read by others."""
    assert template_of(form) is None


def test_a_slice_of_a_column_is_read_from_its_own_bytes() -> None:
    """Chunks are slices of larger arrays."""
    texts = pa.array(["x", "2026-01-01", None, "2026-01-02", "2026-01-03"])[2:]
    template = template_of("%Y-%m-%d")
    assert template is not None
    seconds, fits = read_fixed(texts, template)
    assert fits.tolist() == [False, True, True]
    day = int(datetime(2026, 1, 2, tzinfo=UTC).timestamp())
    assert np.array_equal(seconds[1:], [day, day + 86_400])

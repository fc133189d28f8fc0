"""Instants that are written otherwise than the rest: other zones, other formats, other meanings."""

import pyarrow as pa
import pytest
from mapped_rows import at, mapped, reasons

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.shape import Times
from breakwater.landing.mapping.instants import read_instants, read_zones

FORMAT = "%d.%m.%Y %H:%M:%S"


def test_each_row_may_name_its_own_zone(configuration: Configuration) -> None:
    """By the vendor's own word or by the name that everybody uses; an empty cell is the contract's."""
    times = {"zone": "Europe/Riga", "formats": [FORMAT], "zone_column": "tier"}
    cells = [{"tier": ""}, {"tier": "MNL"}, {"tier": "America/Bogota"}, {"tier": "Mars"}]
    local = {"received": "03.11.2026 00:00:00", "queued": "", "assigned": ""}
    records = mapped(
        configuration,
        *(local | cell | {"decided": "03.11.2026 01:00:00"} for cell in cells),
        times=times | {"zones": {"MNL": "Asia/Manila"}},
    )
    # Midnight in Riga is 22:00 UTC the evening before, in Manila 16:00, in Bogotá 05:00 that day.
    start = 1793656800
    assert at(records, "received-0") == [start, start - 6 * 3600, start + 7 * 3600]
    assert reasons(records) == [("zone_unknown",)]


def test_a_column_may_have_a_zone_and_formats_of_its_own(configuration: Configuration) -> None:
    """A column with a zone of its own does not ask the row."""
    times = {
        "zone": "Europe/Riga",
        "formats": [FORMAT],
        "zone_column": "tier",
        "columns": {
            "received": {"zone": "UTC", "formats": ["epoch_seconds"]},
            "queued": {"zone": "UTC"},
        },
    }
    row = {"tier": "Asia/Manila", "received": "1793656800", "queued": "02.11.2026 22:00:01"}
    row |= {"assigned": "", "decided": "03.11.2026 06:00:02"}
    records = mapped(configuration, row, times=times)
    assert [at(records, name) for name in ("received-0", "queued-0", "decided-0")] == [
        [1793656800],
        [1793656801],
        [1793656802],
    ]


def test_mixed_zones_have_their_own_folds_and_gaps() -> None:
    """03:30 on 25 October happens twice in Riga and once in Manila."""
    times = Times(zone="Europe/Riga", formats=(FORMAT,), zone_column="z")
    zones = read_zones(pa.array([None, "Asia/Manila", "UTC"], pa.string()), times)
    texts = pa.array(["25.10.2026 03:30:00"] * 3)
    found = read_instants(texts, times, has_typed_cells=False, zones=zones)
    assert found.is_repeated.tolist() == [True, False, False]
    assert found.seconds.tolist()[1:] == [1792870200, 1792899000]


DUE = {"instants": {"received": ["received"], "decided": ["decided"], "due": ["closed"]}}


def test_a_promise_may_lie_in_the_future_or_before_the_receipt(
    configuration: Configuration,
) -> None:
    """It is no happening; what is no instant at all is refused as any other."""
    records = mapped(
        configuration,
        {"closed": "31.12.2026 09:00:00"},
        {"closed": "01.11.2026 09:00:00"},
        {"closed": "soon"},
        shape={"kind": "case"} | DUE,
    )
    assert at(records, "due-0") == [1798700400, 1793516400]
    assert reasons(records) == [("due_at_unreadable",)]


@pytest.mark.parametrize(
    ("texts", "unit", "expected"),
    [
        (["-1", "-1793707200"], "epoch_seconds", [None, None]),
        (["9" * 15, "9" * 40, "1e9", "NaN", "inf"], "epoch_seconds", [None] * 5),
        (["1793707200.25"], "epoch_seconds", [1793707200]),
        (["1793707200999.9"], "epoch_milliseconds", [1793707200]),
        (["0"], "epoch_milliseconds", [None]),
    ],
)
def test_counts_that_no_clock_shows_are_no_instants(
    texts: list[str], unit: str, expected: list[int | None]
) -> None:
    """Below zero, beyond every number, or of the year 1970."""
    times = Times(zone="Asia/Manila", formats=(unit,))
    found = read_instants(pa.array(texts), times, has_typed_cells=False)
    assert found.arrow.to_pylist() == expected
    assert found.is_unreadable.tolist() == [each is None for each in expected]


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [
        ("NaN", "handle_seconds_unreadable"),
        ("inf", "handle_seconds_unreadable"),
        ("1e3", "handle_seconds_unreadable"),
        ("-5", "handle_seconds_negative"),
        ("12345678901", "handle_seconds_too_large"),
        ("9" * 60 + ".5", "handle_seconds_too_large"),
    ],
)
def test_a_duration_that_nobody_measured_is_refused(
    seconds: str, reason: str, configuration: Configuration
) -> None:
    """Each with its own reason."""
    assert reasons(mapped(configuration, {"seconds": seconds})) == [(reason,)]

"""Every condition that a clock can state, on books that Hypothesis makes up."""

from pathlib import Path

from case_book import Bench, Case, Event, vendor_day
from clock_reference import Reference
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich_clocks import RICH_CLOCKS, reporting_all

from breakwater.contracts.configuration import Configuration
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.measure.models import VendorDay

QUARTER = 900
KEYS = ("clock", "cycle", "started_at")
HAPPENINGS = (
    *(("received", "queued", "assigned", "reopened", "escalated", "closed") * 2),
    *("paused", "resumed") * 4,
    *("decided", "requester_message", "reviewer_message") * 3,
    *("appeal_decided", "qa_scored"),
)
REASONS = {
    "paused": ("waiting", "impossible", "clarification", None),
    "appeal_decided": ("overturned", "upheld"),
}

events_of_a_case = st.lists(
    st.tuples(
        st.sampled_from(HAPPENINGS),
        # Quarters of an hour, from 60 hours before the day on; many of them in one instant.
        st.one_of(st.integers(-4 * 60, 4 * 25), st.integers(-5, 2).map(lambda n: 48 * n)),
        st.integers(0, 11),
    ),
    min_size=1,
    max_size=14,
)
cases = st.lists(
    st.tuples(
        st.sampled_from(("manila", "cebu")),
        st.sampled_from(("p1", "p2", "p3")),
        st.sampled_from(("DE", "FR", None)),
        events_of_a_case,
    ),
    min_size=25,
    max_size=40,
)


def told(what: VendorDay, drawn: list[tuple]) -> list[Event]:
    """Write down the cases that were drawn."""
    book = []
    for number, (site, priority, market, happened) in enumerate(drawn):
        case = Case(f"C{number:03}", site=site, priority=priority)
        rows = []
        for event, quarter, which in sorted(happened, key=lambda each: each[1]):
            more: Event = {"market": market}
            if event in REASONS:
                more["reason"] = REASONS[event][which % len(REASONS[event])]
            if event == "decided":
                more["decision"] = ("remove", "no_action", "warn", None)[which % 4]
                more["actor_type"] = ("human", "automation", None)[which % 3]
            rows.append((event, what.window.start + quarter * QUARTER, more))
        book += case.events(*rows)
    return book


def compare(bench: Bench, what: VendorDay, book: list[Event]) -> int:
    """Hold the models against the reference, case by case; return how many runs there were."""
    bench.run(what, book)
    found: dict[str, list[Event]] = {}
    for run in bench.rows("clock_run"):
        found.setdefault(run["case_id_vendor"], []).append(run)
    count = 0
    for case in bench.rows("case_slice"):
        own = [event for event in book if event["case_id_vendor"] == case["case_id_vendor"]]
        expected = sorted(Reference(what).runs(case, own), key=lambda r: [r[k] for k in KEYS])
        runs = sorted(found.pop(case["case_id_vendor"], []), key=lambda r: [r[k] for k in KEYS])
        assert [{k: r[k] for k in e} for r, e in zip(runs, expected, strict=False)] == expected
        assert len(runs) == len(expected), (case, runs[len(expected) :])
        count += len(runs)
    assert not found
    return count


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=cases)
def test_the_models_agree_with_a_walk_through_the_events(
    drawn: list[tuple], configuration: Configuration, tmp_path: Path
) -> None:
    """Starts, ends, deferrals, resets, chains, targets and states of eighteen clocks."""
    what = reporting_all(vendor_day(configuration), RICH_CLOCKS)
    engine = DuckDBEngine("1GB", 1)
    try:
        compare(Bench(engine, tmp_path), what, told(what, drawn))
    finally:
        engine.close()

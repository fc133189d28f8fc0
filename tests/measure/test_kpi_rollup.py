"""KPI facts add up across slices: any roll-up equals the metric computed from events there."""

from collections import defaultdict

import pandas as pd  # noqa: TID253  the other way to compute is the point
import pytest
from case_book import Bench, Event, vendor_day
from random_book import RandomBook

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.metrics import METRICS
from breakwater.core.vocabulary import EventType
from breakwater.measure.models import VendorDay

SLICE = ["site", "queue", "policy", "language", "priority"]


def direct(what: VendorDay, events: list[Event]) -> pd.DataFrame:
    """Compute metrics per case from events in pandas: one row a case, with its slice."""
    start, end = what.window.start, what.window.end
    told = pd.DataFrame([event for event in events if event["event_at"] < end])
    once = told.drop_duplicates(["case_id_vendor", "event_type", "event_at"])
    by_type = {
        kind: rows.groupby("case_id_vendor")["event_at"]
        for kind, rows in once.groupby("event_type")
    }
    cases = pd.DataFrame(index=sorted(told["case_id_vendor"].unique()))
    for kind in EventType:
        if kind in by_type:
            cases[f"first_{kind}"], cases[f"last_{kind}"] = by_type[kind].min(), by_type[kind].max()
    today = once[once["event_at"] >= start]
    reopens = today[today["event_type"] == "reopened"].groupby("case_id_vendor").size()
    appeals = today[today["event_type"] == "appealed"].groupby("case_id_vendor").size()
    is_again = cases["last_reopened"] > cases["last_decided"]
    solved = (cases["last_decided"] >= start) & ~is_again
    human = told[(told["event_type"] == "decided") & (told["actor_type"] == "human")]
    manual = pd.MultiIndex.from_frame(human[["case_id_vendor", "event_at"]])
    last = pd.MultiIndex.from_arrays([cases.index, cases["last_decided"]])
    cases["is_manual"] = last.isin(manual)
    cases["total_incoming"] = (cases["first_received"] >= start).astype(float)
    cases["reopened_incoming"] = reopens.reindex(cases.index).fillna(0.0)
    cases["total_solved"] = solved.astype(float)
    cases["manual_solved"] = (solved & cases["is_manual"]).astype(float)
    cases["net_flow"] = cases["total_incoming"] - cases["total_solved"]
    cases["backlog"] = (cases["last_decided"].isna() | is_again).astype(float)
    cases["turnaround"] = (cases["last_decided"] - cases["first_received"]).where(
        solved & cases["is_manual"]
    )
    answered = (cases["first_assigned"] >= start) & (
        cases["first_assigned"] >= cases["first_queued"]
    )
    cases["asa"] = (cases["first_assigned"] - cases["first_queued"]).where(answered)
    cases["appeal_rate"] = appeals.reindex(cases.index).fillna(0.0)
    return cases.join(slices(told))


def slices(told: pd.DataFrame) -> pd.DataFrame:
    """Return the slice of each case: of the record with the latest decision, then the latest event."""
    told = told.assign(decided_at=told["event_at"].where(told["event_type"] == "decided", -1))
    records = told.groupby(["case_id_vendor", "record_id"]).agg(
        {"decided_at": "max", "event_at": "max"} | dict.fromkeys(SLICE, "first")
    )
    ranked = records.reset_index().sort_values(
        ["decided_at", "event_at", "record_id"], ascending=[False, False, True]
    )
    chosen = ranked.drop_duplicates("case_id_vendor").set_index("case_id_vendor")
    return chosen[SLICE].fillna({"policy": "none"})


ADDED_UP = (
    "total_incoming",
    "reopened_incoming",
    "total_solved",
    "manual_solved",
    "net_flow",
    "backlog",
    "turnaround",
    "asa",
    "appeal_rate",
)


@pytest.mark.parametrize("by", [[], ["queue"], ["site", "priority"], SLICE])
@pytest.mark.parametrize("seed", [21, 22, 23])
def test_leaves_add_up_to_what_the_events_say(
    seed: int, by: list[str], configuration: Configuration, duckdb_bench: Bench
) -> None:
    """Any roll-up of the leaf slices equals the same metric computed from events at that level."""
    what = vendor_day(configuration)
    book = RandomBook(seed, what.window, cases=200)
    facts = pd.DataFrame(duckdb_bench.run(what, book.events, book.outcomes).rows("kpi_fact"))
    cases = direct(what, book.events).assign(whole="all")
    for metric in ADDED_UP:
        keys = by or ["whole"]
        expected = cases.groupby(keys)[metric].agg(["sum", "count"])
        leaves = facts[facts["metric"] == metric].assign(whole="all")
        found = leaves.groupby(keys)[["numerator", "denominator"]].sum(min_count=1)
        both = expected.join(found).fillna({"numerator": 0.0})
        assert len(found), f"no {metric} in this book"
        pd.testing.assert_series_equal(both["sum"], both["numerator"], check_names=False)
        if metric in {"turnaround", "asa"}:
            counts = both["denominator"].fillna(0.0)
            pd.testing.assert_series_equal(both["count"].astype(float), counts, check_names=False)


def test_no_slice_is_lost_and_none_is_told_twice(
    configuration: Configuration, duckdb_bench: Bench
) -> None:
    """One row per slice and metric, every metric of the registry, and every record of the book."""
    what = vendor_day(configuration)
    book = RandomBook(31, what.window, cases=400)
    facts = duckdb_bench.run(what, book.events, book.outcomes).rows("kpi_fact")
    seen: dict[tuple[str, ...], int] = defaultdict(int)
    for row in facts:
        seen[(row["metric"], *(row[name] for name in SLICE))] += 1
    assert max(seen.values()) == 1
    assert {row["metric"] for row in facts} == set(METRICS)
    records = sum(row["denominator"] for row in facts if row["metric"] == "break_rate")
    assert records == len(book.outcomes)
    agents = sum(row["denominator"] for row in facts if row["metric"] == "average_agent_solves")
    assert agents == pytest.approx(len(_agents_who_solved(what, book.events)), abs=1e-6)


def _agents_who_solved(what: VendorDay, events: list[Event]) -> set[str]:
    last = {
        e["case_id_vendor"]: max(
            d["event_at"]
            for d in events
            if d["case_id_vendor"] == e["case_id_vendor"]
            and d["event_type"] == "decided"
            and d["event_at"] < what.window.end
        )
        for e in events
        if e["event_type"] == "decided" and e["event_at"] in what.window
    }
    return {
        e["agent"]
        for e in events
        if e["event_type"] == "decided"
        and e["agent"]
        and e["event_at"] == last.get(e["case_id_vendor"])
        and e["event_at"] in what.window
    }

"""The statutory library against the list of laws that it was made from, entry by entry."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from breakwater.contracts.clocks import Clock
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.law import Duty, Law, Period

LIST = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "statutory_clocks.jsonl"
SURE = {
    "verified_statute": "statute",
    "verified_official_text": "official",
    "verified_secondary_official_text": "official",
    "verified_bill_text": "official",
    "verified_secondary": "secondary",
    "verified_multiple_secondary": "secondary",
}
"""Levels of the list as the library spells them; all others are unconfirmed."""
NO_SOURCE = "stated without a source"

Entry = dict[str, Any]


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    """Return the list; skips with a reason where it is not beside the repository."""
    if not LIST.exists():
        pytest.skip(f"the list of laws is not at {LIST}")
    return [json.loads(line) for line in LIST.read_text(encoding="utf-8").splitlines()]


def _newest(configuration: Configuration, name: str) -> Clock | Duty:
    found: list[Clock | Duty] = [c for c in configuration.clocks if c.clock == name]
    found += [duty for duty in configuration.duties if duty.duty == name]
    assert found, f"{name} is not in the library"
    return max(found, key=lambda entry: entry.effective_from or date.min)


def _law(entry: Clock | Duty) -> Law:
    assert entry.law
    return entry.law


def test_every_law_of_the_list_is_in_the_library_as_it_stands_there(
    configuration: Configuration, entries: list[Entry]
) -> None:
    """Provision, trigger, duty, period, dates and certainty; a source that is none says so."""
    for entry in entries:
        found = _newest(configuration, entry["id"])
        law = _law(found)
        assert (law.jurisdiction, law.instrument) == (entry["jurisdiction"], entry["instrument"])
        assert (law.provision, law.trigger, law.duty) == (
            entry["provision"],
            entry["trigger"],
            entry["duty"],
        )
        first = entry["in_force_from"]
        assert found.effective_from == (date.fromisoformat(first) if first else None), entry["id"]
        assert found.effective_to is None
        assert law.confidence == SURE.get(entry["confidence"], "unconfirmed"), entry["id"]
        assert law.source == entry["source"].replace("author's knowledge", NO_SOURCE)


def test_numbers_are_spelled_as_the_law_spells_them(
    configuration: Configuration, entries: list[Entry]
) -> None:
    """Hours, days, months and years stay what they are, and a clock runs exactly so long."""
    for entry in entries:
        found, asked = _newest(configuration, entry["id"]), entry["clock"]
        law = _law(found)
        if not isinstance(asked["value"], int):
            assert isinstance(found, Duty), f"{entry['id']}: a duty without a number is no clock"
            assert law.standard
            assert not law.period
            continue
        assert law.period == Period.model_validate({f"{asked['unit']}s": asked["value"]})
        if isinstance(found, Clock):
            assert found.target_seconds == law.period.seconds
            assert found.kind == "statutory"
            assert found.calendar == asked["calendar"]


def test_what_is_not_sure_or_not_in_force_is_off(
    configuration: Configuration, entries: list[Entry]
) -> None:
    """And a duty without a number is tracked as policy, never as law."""
    for entry in entries:
        found = _newest(configuration, entry["id"])
        law = _law(found)
        if isinstance(found, Clock) and found.enabled:
            assert law.confidence != "unconfirmed"
            assert law.legal_status == "in_force"
        if isinstance(found, Duty) and law.standard:
            (policy,) = (c for c in configuration.clocks if c.clock == found.tracked_by)
            assert policy.kind == "internal"


def test_every_deadline_of_the_library_is_on_the_list(
    configuration: Configuration, entries: list[Entry]
) -> None:
    """Nobody adds a law without its source; what an amendment replaced keeps its name."""
    listed = {entry["id"] for entry in entries}
    clocks = {clock.clock for clock in configuration.clocks if clock.kind == "statutory"}
    assert clocks | {duty.duty for duty in configuration.duties} == listed


def test_what_is_sure_and_can_be_told_apart_is_on(configuration: Configuration) -> None:
    """By the market of the case; the order on listed categories looks like any other grievance."""
    on = {c.clock for c in configuration.clocks if c.kind == "statutory" and c.enabled}
    assert on == {
        "eu_tco_removal",
        "in_order",
        "in_intimate",
        "au_removal",
        "id_mr5",
        "id_mr5_urgent",
        "jp_idppa",
        "us_tida",
    }
    for clock in configuration.clocks:
        if clock.clock in on - {"eu_tco_removal"}:
            assert clock.applies.markets, clock.clock

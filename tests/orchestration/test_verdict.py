"""The last word of a run."""

from datetime import date
from typing import Any

import pytest

from breakwater.orchestration.verdict import DayIncompleteError, check_run

DAY = date(2026, 11, 22)


def measured(*vendors: str) -> list[Any]:
    """What the last task of each vendor returned."""
    return [{"vendor": vendor, "stage": "measure"} for vendor in vendors]


def test_a_run_in_which_every_vendor_reported_ends_green() -> None:
    """Nothing is raised."""
    check_run(DAY, ["baltica", "dekkan"], measured("dekkan", "baltica"), {"editions": 1})


def test_a_missing_vendor_is_named() -> None:
    """The message is what a person reads at three in the morning."""
    with pytest.raises(DayIncompleteError, match=r"2026-11-22: dekkan did not report \(1 of 2"):
        check_run(DAY, ["baltica", "dekkan"], measured("baltica"), {"editions": 1})


def test_the_only_vendor_that_reported_comes_without_a_list() -> None:
    """Airflow unpacks a single result; one vendor of two is still missing."""
    (alone,) = measured("baltica")
    check_run(DAY, ["baltica"], alone, {"editions": 1})
    with pytest.raises(DayIncompleteError, match="dekkan did not report"):
        check_run(DAY, ["baltica", "dekkan"], alone, {"editions": 1})


def test_a_run_in_which_nobody_reported_ends_red() -> None:
    """Airflow hands over None when no mapped task returned anything."""
    with pytest.raises(DayIncompleteError, match="baltica, dekkan did not report"):
        check_run(DAY, ["baltica", "dekkan"], None, {"editions": 1})


def test_a_day_that_was_not_published_ends_red() -> None:
    """All vendors are there, and still nobody was told."""
    with pytest.raises(DayIncompleteError, match="the digest is not out"):
        check_run(DAY, ["baltica"], measured("baltica"), None)


def test_a_run_that_does_not_know_its_vendors_ends_red() -> None:
    """As when its day or a vendor's name was mistyped."""
    with pytest.raises(DayIncompleteError, match="nothing was done"):
        check_run(DAY, None, None, None)


def test_a_day_without_active_vendors_is_no_failure() -> None:
    """Before the first contract came into force."""
    check_run(DAY, [], None, {"editions": 0})

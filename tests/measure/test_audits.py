"""What audits say: planted items, critical errors, and two verdicts on one case."""

import numpy as np
import pytest
from case_book import Bench, Case, Event, vendor_day

from breakwater.contracts.configuration import Configuration
from breakwater.core.agreement import agreement_of
from breakwater.measure.kpi.measurable import measurable
from breakwater.measure.quality.agreement import cohens_kappa

HATE = ("hate",)


def audited(case_id: str, scored: Event, ours: float | None = None) -> list[Event]:
    """Return a case that was decided and audited in the day, and scored again by us."""
    return Case(case_id).events(
        ("received", "2026-03-02 01:00"),
        ("decided", "2026-03-02 02:00"),
        ("qa_scored", "2026-03-02 03:00", scored),
        *([("qa_rescored", "2026-03-02 04:00", {"score": ours})] if ours is not None else []),
    )


def test_planted_items_and_samples_are_kept_apart(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """An item whose answer was known is no sample of the work, and a sample is no planted item."""
    events = [
        *audited("right", {"score": 1.0, "is_golden": True}),
        *audited("half", {"score": 0.5, "is_golden": True}),
        *audited("unscored", {"is_golden": True}),
        *audited("sampled", {"score": 1.0, "is_golden": False}),
        *audited("unsaid", {"score": 0.0}),
    ]
    duckdb_bench.run(vendor_day(configuration), events)
    assert duckdb_bench.facts("golden_set_accuracy") == {HATE: (1.5, 2)}
    assert duckdb_bench.facts("qa_accuracy") == {HATE: (1.0, 2)}


def test_critical_errors_are_counted_where_they_were_looked_for(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Two in one decision are one faulted decision; no count is not none; planted ones are apart."""
    events = [
        *audited("two", {"score": 0.9, "critical_errors": 2}),
        *audited("none", {"score": 1.0, "critical_errors": 0}),
        *audited("unsaid", {"score": 1.0}),
        *audited("planted", {"score": 0.0, "critical_errors": 1, "is_golden": True}),
    ]
    duckdb_bench.run(vendor_day(configuration), events)
    assert duckdb_bench.facts("critical_errors") == {HATE: (2, None)}
    assert duckdb_bench.facts("critical_error_rate") == {HATE: (1, 2)}


def test_two_verdicts_on_one_case_give_agreement_beyond_chance(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Kappa of the three shares is kappa of the verdicts themselves."""
    verdicts = [(1.0, 1.0)] * 6 + [(1.0, 0.0), (0.5, 0.4), (0.0, 0.0), (0.2, 1.0)]
    events = [
        event
        for n, (vendors, ours) in enumerate(verdicts)
        for event in audited(f"C{n}", {"score": vendors}, ours)
    ]
    events += audited("once", {"score": 1.0})
    duckdb_bench.run(vendor_day(configuration), events)
    names = ("qa_agreement", "qa_upheld_by_vendor", "qa_upheld_by_us")
    sums = [duckdb_bench.facts(name)[HATE] for name in names]
    assert sums == [(7, 10), (8, 10), (7, 10)]
    found = agreement_of(10, *(above for above, _ in sums))
    codes = [
        np.array([score >= 0.5 for score in side], np.int64) for side in zip(*verdicts, strict=True)
    ]
    assert found.kappa == pytest.approx((0.7 - 0.62) / (1 - 0.62))
    assert found.kappa == pytest.approx(cohens_kappa(codes[0], codes[1], 2))


def test_alpha_leaves_out_what_an_answer_agrees_with_itself() -> None:
    """Krippendorff's own small example of two raters and two names (2004, section 11.3.1)."""
    first = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    second = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    agreed = sum(a == b for a, b in zip(first, second, strict=True))
    found = agreement_of(10, agreed, sum(first), sum(second))
    assert found.alpha == pytest.approx(0.095, abs=5e-4)


def test_one_answer_alone_has_no_agreement_beyond_chance() -> None:
    """Where everything is upheld by both, chance explains all of it."""
    found = agreement_of(12, 12, 12, 12)
    assert (found.kappa, found.alpha) == (None, None)


def test_a_vendor_without_the_columns_has_no_such_numbers(configuration: Configuration) -> None:
    """It cannot tell; a zero would read like good news."""
    contract = vendor_day(configuration).contract
    without = contract.columns.model_copy(update={"qa_is_golden": None, "qa_critical_errors": None})
    told = set(measurable(contract))
    lost = told - set(measurable(contract.model_copy(update={"columns": without})))
    assert lost == {"golden_set_accuracy", "critical_errors", "critical_error_rate"}

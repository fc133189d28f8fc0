"""The registry of metrics says enough to compute and to read each number."""

from pathlib import Path

from breakwater.contracts.metrics import METRICS
from breakwater.contracts.metrics_page import PAGE, render_metrics, write_metrics


def test_the_page_of_metrics_is_current() -> None:
    """docs/metrics.md is generated; `breakwater schemas` writes it anew."""
    assert write_metrics(PAGE, only_check=True) == []


def test_the_page_names_every_metric_with_its_denominator() -> None:
    """No metric without its line, and no cell that breaks the table."""
    lines = render_metrics().splitlines()
    for metric in METRICS.values():
        (line,) = [line for line in lines if f"| `{metric.definition}` |" in line]
        assert line.count("|") == 10
        assert metric.denominator is None or metric.denominator in line


def test_a_stale_page_is_told_and_then_written(tmp_path: Path) -> None:
    """Checking writes nothing."""
    page = tmp_path / "metrics.md"
    page.write_text("old")
    assert write_metrics(page, only_check=True) == ["metrics.md"]
    assert page.read_text() == "old"
    assert write_metrics(page) == ["metrics.md"]
    assert write_metrics(page) == []


def test_rates_and_means_have_a_denominator_and_counts_have_none() -> None:
    """What is divided says by what."""
    for metric in METRICS.values():
        assert (metric.denominator is not None) == (metric.kind in {"rate", "mean"}), metric.metric

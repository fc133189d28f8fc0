"""The command that says what metrics mean."""

import json
from collections.abc import Iterator
from typing import Any

import click

from breakwater.contracts.metrics import METRICS, Metric


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a list.")
def metrics(*, as_json: bool) -> None:
    """List every metric: its definition, what is divided by what, provenance and coverage."""
    if as_json:
        click.echo(json.dumps([described(each) for each in METRICS.values()], indent=2))
        return
    for each in METRICS.values():
        click.echo("\n".join(_entry(each)))


def meaning(metric: Metric) -> str:
    """Say what is counted, divided by what."""
    below = f" ÷ {metric.denominator}" if metric.denominator else ""
    return f"{metric.numerator}{below}"


def _entry(metric: Metric) -> Iterator[str]:
    yield f"{metric.definition}: {metric.title}"
    yield f"  {meaning(metric)}"
    better = f"; {metric.better} is better" if metric.better else ""
    yield f"  {metric.unit} ({metric.kind}), {metric.provenance}{better}"
    yield f"  coverage: {metric.coverage}"
    if metric.note:
        yield f"  {metric.note}"


def described(metric: Metric) -> dict[str, Any]:
    """Return the entry of the registry as plain values."""
    return {
        "metric": metric.metric,
        "definition": metric.definition,
        "title": metric.title,
        "kind": metric.kind,
        "unit": metric.unit,
        "numerator": metric.numerator,
        "denominator": metric.denominator,
        "provenance": metric.provenance,
        "coverage": metric.coverage,
        "better": metric.better,
        "note": metric.note,
    }

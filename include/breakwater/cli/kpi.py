"""The command that says what a metric was, and what the number is made of."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from breakwater.cli.arguments import DAY
from breakwater.cli.metrics import described, meaning
from breakwater.cli.terminal import escaped, table_lines
from breakwater.contracts.metrics import AAS, HOURLY, METRICS, Metric, metric_named
from breakwater.core.days import utc_instant
from breakwater.core.histogram import AGE_BANDS
from breakwater.core.numbers import amount, duration
from breakwater.warehouse.database import Connection
from breakwater.warehouse.numbers import SHARES, Asked, read_numbers
from breakwater.warehouse.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from breakwater.warehouse.hours import HourNumber
    from breakwater.warehouse.numbers import Coverage, Number

_MOST_DAYS = 400
_BANDS = ("0–1 h", "1–4 h", "4–24 h", "1–3 d", "3–7 d", "> 7 d")
"""How people write `AGE_BANDS`."""


@click.command()
@click.argument("metric")
@click.argument("day", type=DAY)
@click.option("--by", help="Dimensions to keep apart, separated by commas: vendor,queue …")
@click.option(
    "--days", type=click.IntRange(1, _MOST_DAYS), default=1, help="So many days up to DAY."
)
@click.option("--together", is_flag=True, help="One number for all of the days.")
@click.option("--hours", "by_hour", is_flag=True, help="Hour by hour, of metrics kept so.")
@click.option("--vendor", "vendors", multiple=True, help="Only this vendor; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def kpi(
    metric: str,
    day: date,
    *,
    by: str | None,
    days: int,
    together: bool,
    by_hour: bool,
    vendors: tuple[str, ...],
    as_json: bool,
) -> None:
    """Print METRIC of DAY with its denominator, coverage and provenance.

    METRIC is an id of `breakwater metrics`, or `aas` for what the operation calls so.
    """
    workspace = open_workspace()
    configuration = workspace.configuration
    for vendor in vendors:
        configuration.vendor(vendor)
    found = _metric(metric, configuration.operations.aas)
    first = day - timedelta(days=days - 1)
    kept_apart = tuple(name.strip() for name in by.split(",")) if by else ()
    try:
        asked = Asked(found, first, day, kept_apart, vendors, is_together=together)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if by_hour and not found.is_hourly:
        message = f"{found.metric} is not kept by the hour; these are: {', '.join(HOURLY)}"
        raise click.UsageError(message)
    with workspace.warehouse.transaction() as connection:
        numbers = read_numbers(connection, configuration, asked)
        hours = _hours(connection, workspace, asked) if by_hour else []
    if by_hour:
        _print_hours(found, hours, configuration.operations.zone_info, as_json=as_json)
        if not as_json:
            click.echo("\n".join(_footing(found, numbers)))
        return
    if as_json:
        document = {"metric": described(found), "numbers": [_plain(each) for each in numbers]}
        click.echo(json.dumps(document, indent=2))
        return
    click.echo(f"{found.title}: {meaning(found)}")
    click.echo("\n".join(_table(found, numbers, kept_apart)) if numbers else "no facts")
    click.echo("\n".join(_footing(found, numbers)))


def _hours(connection: Connection, workspace: Workspace, asked: Asked) -> "list[HourNumber]":
    from breakwater.warehouse.hours import read_hours

    vendors = tuple(sorted(workspace.configuration.vendors))
    return read_hours(connection, workspace.lake, vendors, asked)


def _print_hours(
    metric: Metric, hours: "list[HourNumber]", zone: ZoneInfo, *, as_json: bool
) -> None:
    if as_json:
        numbers = [{**asdict(each), "day": each.day.isoformat()} for each in hours]
        click.echo(json.dumps({"metric": described(metric), "hours": numbers}, indent=2))
        return
    click.echo(f"{metric.title}: {meaning(metric)}")
    if not hours:
        click.echo("no facts")
        return
    header = ["day", "hour", *hours[0].scope, "value", "numerator"]
    rows = [
        [
            each.day.isoformat(),
            f"{utc_instant(each.hour_at).astimezone(zone):%H:%M}",
            *map(escaped, each.scope.values()),
            "–" if each.value is None else amount(each.value, metric.unit),
            f"{each.numerator:,.10g}",
            *([] if each.denominator is None else [f"{each.denominator:,.10g}"]),
        ]
        for each in hours
    ]
    below = ["denominator"] if metric.denominator else []
    click.echo("\n".join(table_lines([[*header, *below], *rows])))


def _metric(name: str, aas: str) -> Metric:
    try:
        return metric_named(name, aas)
    except KeyError:
        near = get_close_matches(name, [*METRICS, AAS], n=3) or ["an id of `breakwater metrics`"]
        message = f"expected {', '.join(near)}"
        raise click.BadParameter(message, param_hint="METRIC") from None


def _plain(number: "Number") -> dict[str, Any]:
    coverage = number.coverage
    return {
        "definitions": list(number.definitions),
        "first_day": number.first.isoformat(),
        "last_day": number.last.isoformat(),
        "scope": dict(number.scope),
        "value": number.value,
        "numerator": number.numerator,
        "denominator": number.denominator,
        "interval": None if number.interval is None else asdict(number.interval),
        "agreement": None if number.agreement is None else asdict(number.agreement),
        "percentiles": {f"p{share * 100:g}": value for share, value in number.percentiles.items()},
        "cases_by_age_up_to_seconds": {str(upper): n for upper, n in number.bands.items()},
        "provenance": number.provenance,
        "coverage": {
            "expected": coverage.expected,
            "reported": coverage.reported,
            "missing": [
                {"day": day.isoformat(), "vendor": vendor} for day, vendor in coverage.missing
            ],
            "cannot_tell": list(coverage.cannot_tell),
        },
    }


def _table(metric: Metric, numbers: "list[Number]", by: tuple[str, ...]) -> list[str]:
    header = ["day", *by, "value", "numerator", *(["denominator"] if metric.denominator else [])]
    has_bands = any(number.bands for number in numbers)
    if metric.distribution:
        header += [f"p{share * 100:g}" for share in SHARES]
    if has_bands:
        header += _BANDS
    if metric.is_sample:
        header.append("95 % interval")
    has_agreement = any(number.agreement for number in numbers)
    if has_agreement:
        header += ["kappa", "alpha"]
    rows = [
        [
            _days(number),
            *(escaped(number.scope[name]) for name in by),
            "–" if number.value is None else amount(number.value, metric.unit),
            "–" if number.value is None else f"{number.numerator:,.10g}",
            *([f"{number.denominator:,.10g}"] if number.denominator is not None else []),
            *(_percentiles(number) if metric.distribution else []),
            *([f"{number.bands.get(upper, 0):,}" for upper in AGE_BANDS] if has_bands else []),
            *([_interval(number)] if metric.is_sample else []),
            *(_agreement(number) if has_agreement else []),
            f"{number.coverage.reported} of {number.coverage.expected}",
        ]
        for number in numbers
    ]
    return table_lines([[*header, "coverage"], *rows])


def _percentiles(number: "Number") -> list[str]:
    read = [number.percentiles.get(share) for share in SHARES]
    return ["–" if seconds is None else duration(seconds) for seconds in read]


def _interval(number: "Number") -> str:
    known = number.interval
    return "–" if known is None else f"{known.low * 100:.1f}–{known.high * 100:.1f} %"


def _agreement(number: "Number") -> list[str]:
    found = number.agreement
    values = (None, None) if found is None else (found.kappa, found.alpha)
    return ["–" if value is None else f"{value:.2f}" for value in values]


def _days(number: "Number") -> str:
    first, last = number.first.isoformat(), number.last.isoformat()
    return first if first == last else f"{first} to {last}"


def _footing(metric: Metric, numbers: "list[Number]") -> Iterator[str]:
    definitions = sorted({each for number in numbers for each in number.definitions})
    yield f"definition {', '.join(definitions) or metric.definition}; {metric.provenance}"
    yield f"coverage: {metric.coverage}"
    yield from _absent([number.coverage for number in numbers])


def _absent(coverages: "list[Coverage]") -> Iterator[str]:
    missing = sorted({each for coverage in coverages for each in coverage.missing})
    if missing:
        yield "missing: " + ", ".join(f"{vendor} {day.isoformat()}" for day, vendor in missing)
    cannot_tell = sorted({each for coverage in coverages for each in coverage.cannot_tell})
    if cannot_tell:
        yield f"cannot tell, for want of what the metric needs: {', '.join(cannot_tell)}"

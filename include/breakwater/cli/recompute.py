"""The command for whoever changes a calendar, a target or an excusal: what it would move."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from breakwater.cli.arguments import DAY
from breakwater.contracts.loading import load_configuration
from breakwater.core.days import days_between
from breakwater.core.plain import one_line
from breakwater.warehouse.workspace import open_workspace

if TYPE_CHECKING:  # measuring takes a second to import, which `--help` should not
    from breakwater.measure.recompute import Recomputed


@click.command()
@click.argument("first", type=DAY)
@click.argument("last", type=DAY)
@click.option(
    "--config",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the changed configuration; the installation's own when absent.",
)
@click.option("--vendor", "vendors", multiple=True, help="Only this vendor; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, with every case.")
def recompute(
    first: date, last: date, config: Path | None, vendors: tuple[str, ...], as_json: bool
) -> None:
    """Measure FIRST to LAST under a changed configuration and say what would move.

    Nothing is published: `breakwater measure` and `breakwater close` do that, once the difference
    is agreed.
    """
    from breakwater.measure.recompute import recompute_days, unmeasured_changes

    workspace = open_workspace()
    configuration = workspace.configuration if config is None else load_configuration(config)
    for vendor in vendors:
        configuration.vendor(vendor)
    elsewhere = unmeasured_changes(workspace.configuration, configuration)
    found = recompute_days(workspace, configuration, days_between(first, last), vendors)
    if as_json:
        click.echo(json.dumps(_plain(list(found), elsewhere), ensure_ascii=False))
        return
    days = moved = 0
    for each in found:
        days += 1
        moved += bool(each.moved or each.outcomes)
        for line in _lines(each):
            click.echo(line)
    click.echo(f"{days} vendor-days measured; {moved} would differ; nothing was published")
    if elsewhere:
        names = ", ".join(elsewhere)
        click.echo(f"counts only once days are landed and reconciled again: {names}")


_NO_CLOCK = "no clock"
_NAMED, _LONGEST_ID = 5, 60
"""How many cases a line names, and how much of an id; `--json` has all of them."""


def _lines(each: "Recomputed") -> Iterator[str]:
    place = f"{each.day.isoformat()} {each.vendor}"
    if not each.is_current:
        yield f"{place}: its rows changed since it was measured; they move figures, too"
    for moved in each.moved:
        change = moved.after - moved.before
        yield (
            f"{place} {moved.about} {moved.name}: {moved.figure}"
            f" {moved.before:,.10g} → {moved.after:,.10g} ({change:+,.10g})"
        )
    kinds: dict[tuple[str, str, str], list[str]] = {}
    for outcome in each.outcomes:
        ends = outcome.before or _NO_CLOCK, outcome.after or _NO_CLOCK
        kinds.setdefault((outcome.clock, *ends), []).append(outcome.case_id_vendor)
    for (clock, before, after), cases in sorted(kinds.items()):
        named = ", ".join(one_line(case, _LONGEST_ID) for case in cases[:_NAMED])
        more = f" and {len(cases) - _NAMED:,} more" if len(cases) > _NAMED else ""
        yield f"{place} clock {clock}: {before} → {after}: {len(cases):,}: {named}{more}"


def _plain(found: "list[Recomputed]", elsewhere: list[str]) -> dict[str, Any]:
    """Nest the difference: day, vendor, clock or metric, figure."""
    vendor_days = []
    for each in found:
        difference: dict[str, dict[str, dict[str, Any]]] = {"clock": {}, "metric": {}}
        for moved in each.moved:
            difference[moved.about].setdefault(moved.name, {})[moved.figure] = {
                "before": moved.before,
                "after": moved.after,
                "change": moved.after - moved.before,
            }
        vendor_days.append(
            {
                "operational_day": each.day.isoformat(),
                "vendor": each.vendor,
                "is_current": each.is_current,
                "difference": difference,
                "outcomes": [asdict(outcome) for outcome in each.outcomes],
            }
        )
    return {"vendor_days": vendor_days, "counts_once_landed_again": elsewhere}

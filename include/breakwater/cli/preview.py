"""The command for whoever writes a contract: read a sample by it, and keep nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from breakwater.cli.arguments import DAY
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.loading import SHIPPED, load_configuration
from breakwater.contracts.vendor import VendorContract

if TYPE_CHECKING:  # landing takes a second to import, which `--help` should not
    from breakwater.landing.preview import Preview

MOST_DAYS = 10


@click.command()
@click.argument("vendor")
@click.argument("day", type=DAY)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--config", type=click.Path(path_type=Path), default=SHIPPED, show_default="shipped")
def preview(vendor: str, day: date, file: Path, config: Path) -> None:
    """Read FILE as VENDOR's export of DAY and say what would land; nothing is kept."""
    from breakwater.landing.preview import preview_file

    configuration = load_configuration(config)
    found = preview_file(configuration, vendor, day, file)
    click.echo("\n".join(_lines(found, configuration, vendor, day)))


def _lines(found: "Preview", configuration: Configuration, vendor: str, day: date) -> Iterator[str]:
    refused = found.rows - found.landing - found.left_out
    yield f"{found.rows} records: {found.landing} would land, {refused} refused"
    if found.left_out:
        yield f"  {found.left_out} left out by `rows`"
    yield from _columns(found)
    yield from _refusals(found, configuration.vendor(vendor, day))
    for each, count in islice(found.days.items(), MOST_DAYS):
        yield f"day {each.isoformat()}: {count} records"
    if len(found.days) > MOST_DAYS:
        yield f"and {len(found.days) - MOST_DAYS} more days"
    yield from _first(found)


def _columns(found: "Preview") -> Iterator[str]:
    from breakwater.landing.reading.refusal import shown

    layout = found.layout
    for spelling, name in layout.renamed.items():
        yield f"column {shown(spelling)} is read as {name}"
    if layout.absent:
        yield f"optional columns that are not there: {', '.join(layout.absent)}"
    if layout.unnamed:
        yield f"columns that nothing is read from: {', '.join(map(shown, layout.unnamed))}"


def _refusals(found: "Preview", contract: VendorContract) -> Iterator[str]:
    from breakwater.landing.quarantine.reason_words import explain_reason

    for reason, count in found.reasons.items():
        why = explain_reason(reason, contract)
        expected = f"; expected {why.expected}" if why.expected else ""
        where = f" (column {', '.join(why.columns)})" if why.columns else ""
        yield f"refused {count} × {reason}: {why.words}{where}{expected}"
    for row in found.refused:
        yield f"  row {row.source_row}: {', '.join(row.reasons)}"


def _first(found: "Preview") -> Iterator[str]:
    from breakwater.landing.reading.refusal import shown

    if found.first is None:
        return
    yield "the first record in our words:"
    for name, value in found.first.items():
        text = _instant(value) if name.endswith(" at") else shown(value).strip("'")
        yield f"  {name}: {text}"


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

"""Show which records that nothing paired may be one."""

from datetime import date

import click

from breakwater.cli.arguments import DAY
from breakwater.cli.terminal import escaped
from breakwater.warehouse.workspace import open_workspace


@click.command()
@click.argument("vendor")
@click.argument("day", type=DAY)
def suggestions(vendor: str, day: date) -> None:
    """List pairs that a fuzzy rule suggests for a vendor's DAY, the likest first.

    Nothing is closed by them: both records stay breaks until a book is corrected.
    """
    from breakwater.reconcile.suggestions import suggestions_of

    workspace = open_workspace()
    workspace.configuration.vendor(vendor, day)
    with workspace.warehouse.transaction() as connection:
        found = suggestions_of(connection, vendor, day)
    for each in found:
        click.echo(
            f"{each.score:.3f} {each.compared_field}"
            f" {escaped(each.vendor_record)} {escaped(each.internal_record)}"
            f" ({each.rule})"
        )
    if not found:
        click.echo(f"{vendor} {day.isoformat()}: nothing is suggested")

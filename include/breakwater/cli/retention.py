"""Delete what the operation keeps no longer."""

import click

from breakwater.cli.arguments import now
from breakwater.warehouse.workspace import open_workspace


@click.command()
@click.option("--dry-run", is_flag=True, help="Delete nothing; say what would go.")
def retention(*, dry_run: bool) -> None:
    """Delete received files, refused records, replaced rows and closed breaks older than operations.yaml says.

    Files that a killed run left behind go after a day. What is current always stays.
    """
    from breakwater.warehouse.retention import tidy

    tidied = tidy(open_workspace(), now(), only_count=dry_run)
    verb = "would be deleted" if dry_run else "deleted"
    for name, count in tidied.rows.items():
        click.echo(f"{name.replace('_', ' ')}: {count} {verb}")
    for folder, count in sorted(tidied.files.items()):
        click.echo(f"files below {folder}/: {count} {verb}")
    click.echo(f"{tidied.bytes:,} bytes")

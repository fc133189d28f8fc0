"""Commands about the installation itself: its configuration, tables and published schemas."""

import sys
from pathlib import Path

import click

from breakwater.cli.arguments import now
from breakwater.contracts.loading import SHIPPED, load_configuration
from breakwater.contracts.metrics_page import write_metrics
from breakwater.contracts.schemas import DOCUMENTS, write_schemas
from breakwater.core.errors import ConfigurationError


@click.command()
@click.option("--config", type=click.Path(path_type=Path), default=SHIPPED, show_default="shipped")
def check(config: Path) -> None:
    """Check every configuration file; say file, path, what was expected and found.

    What time has made wrong counts, too: a silence that has expired, an hour of the next three
    months in which nobody is on call.
    """
    from breakwater.notify.standing import standing_problems

    try:
        configuration = load_configuration(config)
    except ConfigurationError as error:
        for problem in error.problems:
            click.secho(problem, fg="red", err=True)
        sys.exit(error.exit_code)
    problems, warnings = standing_problems(configuration, now())
    for warning in warnings:
        click.secho(warning, fg="yellow", err=True)
    for problem in problems:
        click.secho(problem, fg="red", err=True)
    if problems:
        sys.exit(ConfigurationError(problems).exit_code)
    click.echo(
        f"configuration holds: {len(configuration.vendors)} vendors, "
        f"{len(configuration.operations.queues)} queues, {len(configuration.clocks)} clocks, "
        f"{len(configuration.audiences)} audiences, {len(configuration.routes)} routes, "
        f"{len(configuration.silences)} silences, "
        f"{len(configuration.excusals)} excusals"
    )


@click.command()
def migrate() -> None:
    """Bring the warehouse's tables to this version."""
    from breakwater.warehouse.migrate import migrate as apply
    from breakwater.warehouse.workspace import open_workspace

    applied = apply(open_workspace().warehouse)
    click.echo("\n".join(applied) or "the warehouse is current")


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; fail when one is stale.")
@click.option("--folder", type=click.Path(path_type=Path), default=DOCUMENTS, show_default="docs")
def schemas(only_check: bool, folder: Path) -> None:
    """Generate the JSON Schemas of every configuration file, and the page of metrics."""
    stale = write_schemas(folder, only_check=only_check)
    if folder == DOCUMENTS:
        stale += write_metrics(only_check=only_check)
    for name in stale:
        click.echo(
            f"{name}: {'differs from its model; run `breakwater schemas`' if only_check else 'written'}"
        )
    if only_check and stale:
        sys.exit(1)

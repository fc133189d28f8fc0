"""Check the product's clocks against cases that others wrote down."""

from functools import partial
from pathlib import Path
from typing import Literal

import click

from breakwater.contracts.operations import EngineSettings
from breakwater.core.plain import one_line


@click.group()
def verify() -> None:
    """Check the product against answers that others wrote down."""


@verify.command("sla")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--engine",
    "kind",
    type=click.Choice(["duckdb", "postgresql"]),
    default="duckdb",
    help="PostgreSQL is the installation's warehouse; temporary tables only.",
)
@click.pass_context
def sla(context: click.Context, file: Path, kind: Literal["duckdb", "postgresql"]) -> None:
    """Ask clocks and calendars every question of FILE, one JSON object a line.

    Prints each answer that is not the expected one, and what passed and failed. Exit code 1 when
    any failed.
    """
    from breakwater.engine.open import open_engine
    from breakwater.measure.sla.verify.answers import total
    from breakwater.measure.sla.verify.answers import verify as ask_all
    from breakwater.measure.sla.verify.vectors import VectorError, read_vectors
    from breakwater.warehouse.workspace import open_workspace

    try:
        vectors = read_vectors(file)
    except VectorError as error:
        raise click.BadParameter(str(error)) from error
    # Held to the end: an embedded server may stop with the workspace that started it.
    workspace = open_workspace() if kind == "postgresql" else None
    dsn = workspace.warehouse.dsn if workspace else ""
    settings = EngineSettings(kind=kind)
    verdicts = list(ask_all(vectors, partial(open_engine, settings, dsn)))
    for verdict in verdicts:
        if not verdict.passed:
            click.echo(one_line(verdict.line(), _LONGEST_LINE))
    passed, failed = total(verdicts)
    click.echo(f"{passed} passed, {failed} failed")
    context.exit(1 if failed else 0)


_LONGEST_LINE = 400

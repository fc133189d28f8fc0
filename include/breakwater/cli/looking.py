"""Commands that look: a case's clocks, a published digest, messages that could not be delivered."""

from datetime import date
from typing import Literal

import click

from breakwater.cli.arguments import DAY, now
from breakwater.warehouse.workspace import open_workspace


@click.command()
@click.argument("vendor")
@click.argument("day", type=DAY)
@click.argument("case")
def explain(vendor: str, day: date, case: str) -> None:
    """Explain every clock of a CASE, second by second, as it stood at the end of DAY."""
    from breakwater.measure.explain import explain_case

    workspace = open_workspace()
    zone = workspace.configuration.operations.zone_info
    explanations = explain_case(workspace, vendor, day, case)
    for explanation in explanations:
        click.echo("\n".join(explanation.lines(zone)))
    if not explanations:
        click.echo(f"{vendor} {day.isoformat()}: no clock runs on case {case}")


@click.command()
@click.argument("day", type=DAY)
@click.option("--audience", required=True)
@click.option("--edition", type=click.IntRange(min=1), help="The latest when absent.")
@click.option(
    "--format", "form", type=click.Choice(["html", "text", "slack", "png"]), default="text"
)
def digest(
    day: date,
    audience: str,
    edition: int | None,
    form: Literal["html", "text", "slack", "png"],
) -> None:
    """Print an edition of the digest as it was published."""
    from breakwater.report.digest import render_digest

    click.echo(render_digest(open_workspace(), day, audience, edition, form), nl=form == "text")


@click.command("dead-letters")
@click.option("--revive", "outbox_id", type=int, help="Try this one again with the next sending.")
def dead_letters(outbox_id: int | None) -> None:
    """List messages that were given up, with why; or give one another chance."""
    from breakwater.warehouse import outbox

    with open_workspace().warehouse.transaction() as connection:
        if outbox_id is not None:
            revived = outbox.revive(connection, outbox_id, now())
            click.echo(f"{outbox_id}: {'is tried again' if revived else 'is no dead letter'}")
        for letter in outbox.dead_letters(connection):
            click.echo(
                f"{letter['outbox_id']}: {letter['subject']} to {letter['channel']}"
                f" {letter['recipient']}, {letter['attempts']} attempts: {letter['last_error']}"
            )


LOOKING = (explain, digest, dead_letters)

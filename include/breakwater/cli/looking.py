"""Commands that look: one case, a published digest, messages that could not be delivered."""

from datetime import date
from typing import Literal

import click

from breakwater.cli.arguments import DAY, PERIOD, now
from breakwater.core.period import Period
from breakwater.warehouse.workspace import open_workspace


@click.command()
@click.argument("case")
@click.option("--vendor", help="Whose case; found out when absent.")
@click.option(
    "--day", type=DAY, help="As of whose end at the latest; the last that knows it counts."
)
def explain(case: str, vendor: str | None, day: date | None) -> None:
    """Tell a CASE: its events in both books, where its records ended and why, and every clock."""
    from breakwater.explain.case import explain_case
    from breakwater.explain.words import lines

    workspace = open_workspace()
    story = explain_case(workspace, case, vendor=vendor, day=day)
    click.echo("\n".join(lines(story, workspace.configuration.operations.zone_info)))


@click.command()
@click.argument("about", type=PERIOD, metavar="DAY")
@click.option("--audience", required=True)
@click.option("--edition", type=click.IntRange(min=1), help="The latest when absent.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "text", "slack", "png", "eml", "xlsx"]),
    default="text",
)
def digest(
    about: Period,
    audience: str,
    edition: int | None,
    form: Literal["html", "text", "slack", "png", "eml", "xlsx"],
) -> None:
    """Print an edition of a DAY's digest as it was published, or of a week's or month's report.

    A week is written 2026-W47, a month 2026-11. The format eml is the mail as it leaves us.
    """
    from breakwater.cli.mailed import mail_of_edition
    from breakwater.report.digest import render_digest

    workspace = open_workspace()
    if form == "eml":
        rendered: str | bytes = mail_of_edition(workspace, about, audience, edition)
    else:
        rendered = render_digest(workspace, about, audience, edition, form)
    click.echo(rendered, nl=form == "text")


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


@click.command()
@click.option("--restore", nargs=2, metavar="AUDIENCE ADDRESS", help="Send it reports again.")
def subscriptions(restore: tuple[str, str] | None) -> None:
    """List the addresses that asked to be sent no more reports; or send one its reports again."""
    from breakwater.report import subscriptions as kept

    with open_workspace().warehouse.transaction() as connection:
        if restore is not None:
            done = kept.restore(connection, *restore)
            click.echo(f"{restore[1]}: {'is sent' if done else 'never stopped'} {restore[0]}")
        for audience, address, at in kept.unsubscribed(connection):
            click.echo(f"{audience} {address}, since {at:%Y-%m-%d}")


LOOKING = (explain, digest, dead_letters, subscriptions)

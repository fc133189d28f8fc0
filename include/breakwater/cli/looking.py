"""Commands that look: one case, a published digest, messages that could not be delivered."""

import getpass
from datetime import date
from typing import Literal

import click

from breakwater.cli.arguments import DAY, PERIOD, now
from breakwater.core.period import Period
from breakwater.core.plain import one_line
from breakwater.warehouse.workspace import open_workspace

_LONGEST_NAME, _LONGEST_NOTE = 200, 2_000


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
@click.option("--revive", metavar="ID", type=int, help="Try this one again with the next sending.")
@click.option("--put-aside", metavar="ID", type=int, help="Name this one no longer; needs --note.")
@click.option("--by", default=getpass.getuser, show_default="you", help="Who puts it aside.")
@click.option("--note", default="", help="Why it need not be sent.")
def dead_letters(revive: int | None, put_aside: int | None, by: str, note: str) -> None:
    """List messages that were given up, with why; give one another chance, or put it aside."""
    from breakwater.warehouse import outbox

    if put_aside is not None and not (by.strip() and note.strip()):
        message = "--put-aside: expected --by and --note, which say who and why"
        raise click.UsageError(message)
    with open_workspace().warehouse.transaction() as connection:
        if revive is not None:
            revived = outbox.revive(connection, revive, now())
            click.echo(f"{revive}: {'is tried again' if revived else 'is no dead letter'}")
        if put_aside is not None:
            who, why = one_line(by, _LONGEST_NAME), one_line(note, _LONGEST_NOTE)
            done = outbox.put_aside(connection, put_aside, by=who, note=why, now=now())
            click.echo(f"{put_aside}: {'is put aside' if done else 'is no dead letter'}")
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

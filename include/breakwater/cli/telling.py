"""Commands about telling people: raise a day's incidents, say why somebody is told or not."""

from datetime import date

import click

from breakwater.cli.arguments import DAY, now
from breakwater.cli.sending import send_due, show
from breakwater.core.vocabulary import RunType
from breakwater.warehouse.workspace import open_workspace


class DayOrCommand(click.Group):
    """A group whose first word may be an argument of its usual command: ``notify 2026-11-22``."""

    usual = "day"

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take the usual command where the first word names no other."""
        if args and args[0] not in self.commands:
            args = [self.usual, *args]
        return super().resolve_command(ctx, args)


@click.group(cls=DayOrCommand, invoke_without_command=False)
def notify() -> None:
    """Turn a DAY's findings into incidents; with --send, tell people.

    `notify DAY` is short for `notify day DAY`.
    """


@notify.command("day")
@click.argument("day", type=DAY)
@click.option("--send/--silent", default=False, help="Page people, if the day is recent enough.")
def notify_day(day: date, send: bool) -> None:
    """Turn findings into incidents; with --send, tell people and deliver what is due."""
    from breakwater.notify.incidents import raise_incidents

    workspace = open_workspace()
    show(raise_incidents(workspace, day, now(), run_type=RunType.MANUAL, notify=send))
    if send:
        show(send_due(workspace))


@notify.command()
@click.argument("incident")
def explain(incident: str) -> None:
    """Say who would be told of an INCIDENT now, and why, stage by stage; change nothing.

    INCIDENT is a fingerprint as `breakwater incidents list` shows it, or how it begins.
    """
    from breakwater.notify.explain import explain_incident

    click.echo("\n".join(explain_incident(open_workspace(), incident, now())))

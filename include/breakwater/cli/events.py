"""Say what is known to move numbers: policy launches, campaigns, closures."""

import getpass
from collections.abc import Iterable, Iterator
from datetime import date
from typing import get_args

import click
from pydantic import ValidationError

from breakwater.cli.arguments import DAY, now
from breakwater.cli.terminal import escaped, table_lines
from breakwater.contracts.cross_check import event_names
from breakwater.contracts.events import DIMENSIONS, EventKind, KnownEvent, event_problems
from breakwater.core.errors import ConfigurationError
from breakwater.warehouse.known_event import add_event, end_event, known_events, withdraw_event
from breakwater.warehouse.workspace import Workspace, open_workspace

_BY = click.option("--by", default=getpass.getuser, show_default="you", help="Who says so.")
_HEADER = ["event", "kind", "first day", "last day", "scope", "suppresses", "where", "title"]


@click.group()
def events() -> None:
    """List known events, add one, say when it ended, or take it back.

    Anomalies name the events that they coincide with; days that were judged without knowing of one
    are judged again by the next run.
    """


@events.command("list")
@click.option("--day", type=DAY, help="Only those that may move numbers of this day.")
def list_(day: date | None) -> None:
    """List the events of events.yaml and those that were added."""
    workspace = open_workspace()
    configured = workspace.configuration.events
    with workspace.warehouse.transaction() as connection:
        known = known_events(connection, configured)
    shown = [event for event in known if day is None or event.touches(day, day)]
    of_file = {event.event for event in configured}
    if not shown:
        click.echo("no known event")
        return
    rows = [_cells(event, is_of_file=event.event in of_file) for event in shown]
    click.echo("\n".join(table_lines([_HEADER, *rows])))


def _cells(event: KnownEvent, *, is_of_file: bool) -> list[str]:
    last = "open" if event.last_day is None else event.last_day.isoformat()
    after = f" + {event.after_days} d" if event.after_days else ""
    scope = "; ".join(f"{name} {', '.join(v)}" for name, v in event.scope.named().items())
    return [
        event.event,
        event.kind,
        event.first_day.isoformat(),
        last + after,
        escaped(scope) if scope else "everything",
        "yes" if event.suppress else "no",
        "events.yaml" if is_of_file else "added",
        escaped(event.title),
    ]


@events.command()
@click.argument("event", metavar="NAME")
@click.option("--kind", type=click.Choice(get_args(EventKind)), required=True)
@click.option("--title", required=True, help="What readers of alerts and digests are told.")
@click.option("--from", "first_day", type=DAY, required=True, help="First day that it touches.")
@click.option("--to", "last_day", type=DAY, help="Last day that it touches; open when absent.")
@click.option(
    "--after-days", type=click.IntRange(0, 31), default=0, help="Numbers still move for so long."
)
@click.option(
    "--vendor", "vendors", multiple=True, help="Only theirs; every scope may be repeated."
)
@click.option("--site", "sites", multiple=True)
@click.option("--queue", "queues", multiple=True)
@click.option("--policy", "policies", multiple=True)
@click.option("--language", "languages", multiple=True)
@click.option("--priority", "priorities", multiple=True)
@click.option("--metric", "metrics", multiple=True)
@click.option("--suppress", is_flag=True, help="Tell nobody of what lies wholly in the scope.")
@click.option("--tell-vendors", is_flag=True, help="Vendors may read the title, too.")
@_BY
def add(event: str, by: str, **said: object) -> None:
    """Add an event NAME."""
    workspace = open_workspace()
    scope = {field: said.pop(field) for field in DIMENSIONS}
    try:
        known = KnownEvent.model_validate({"event": event, "scope": scope, **said})
    except ValidationError as error:
        raise ConfigurationError(tuple(_problems(event, error))) from error
    configuration = workspace.configuration
    problems = list(event_problems([*configuration.events, known], event_names(configuration)))
    if problems:
        raise ConfigurationError(tuple(problems))
    with workspace.warehouse.transaction() as connection:
        add_event(connection, known, by=by, at=now())
    click.echo(f"{event}: added{_to_judge_again(workspace)}")


@events.command()
@click.argument("event", metavar="NAME")
@click.option("--on", "last_day", type=DAY, required=True, help="The last day that it touches.")
@_BY
def end(event: str, last_day: date, by: str) -> None:
    """Say which day was the last of an added event NAME."""
    workspace = open_workspace()
    with workspace.warehouse.transaction() as connection:
        end_event(connection, event, last_day, by=by, at=now())
    click.echo(f"{event}: ends with {last_day.isoformat()}{_to_judge_again(workspace)}")


@events.command()
@click.argument("event", metavar="NAME")
@_BY
def withdraw(event: str, by: str) -> None:
    """Take back an added event NAME that was a mistake; it is kept, and counts for no day."""
    workspace = open_workspace()
    with workspace.warehouse.transaction() as connection:
        withdraw_event(connection, event, by=by, at=now())
    click.echo(f"{event}: withdrawn{_to_judge_again(workspace)}")


def _to_judge_again(workspace: Workspace) -> str:
    """Say how many judged days an event touches that was not known when they were judged."""
    from breakwater.detect.again import days_out_of_date

    with workspace.warehouse.transaction() as connection:
        found = days_out_of_date(connection, workspace.configuration.events)
    if not found:
        return "; counts from the next detection on"
    days = f"{len(found)} judged {'day' if len(found) == 1 else 'days'}"
    return f"; {days} will be judged again by the next run, or by `breakwater close --stale`"


def _problems(event: str, error: ValidationError) -> Iterator[str]:
    problems: Iterable[dict[str, object]] = error.errors()  # type: ignore[assignment]
    for problem in problems:
        yield f"{event}: expected: {problem['msg']}; found {str(problem['input'])[:80]!r}"

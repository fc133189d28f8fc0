"""Work the incidents: list them, look at one, say who looks after it, that it can wait, that it is done."""

import getpass
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import click

from breakwater.cli.arguments import DAY, now
from breakwater.cli.terminal import escaped, table_lines
from breakwater.core.finding import Rule
from breakwater.core.numbers import amount
from breakwater.notify.look import STANDING, Wanted
from breakwater.notify.word import State, Word, WordKind
from breakwater.warehouse.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from breakwater.notify.look import IncidentKnown, IncidentSeen
    from breakwater.notify.people import Saying

Command = TypeVar("Command", bound=Callable[..., object])

MOST_LISTED = 50
_HEADER = ["incident", "day", "severity", "rule", "vendor", "scope", "number", "state", "since"]
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Duration(click.ParamType[timedelta]):
    """A while, written 30m, 4h or 2d."""

    name = "while"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Read it, or say how it is written."""
        if isinstance(value, timedelta):
            return value
        parts = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", str(value))
        if parts is None:
            self.fail("expected minutes, hours or days, as 30m, 4h or 2d", param, ctx)
        return timedelta(**{_UNITS[parts[2]]: int(parts[1])})


@click.group()
def incidents() -> None:
    """List incidents, look at one, acknowledge, snooze, resolve or reopen it, add a note.

    An incident's name may be cut off as long as it still names one.
    """


@incidents.command("list")
@click.option(
    "--state",
    "states",
    type=click.Choice([state.value for state in State]),
    multiple=True,
    help="May be repeated; all but resolved when absent.",
)
@click.option("--vendor", help="Only this vendor's.")
@click.option("--rule", type=click.Choice([rule.value for rule in Rule]), help="Only of this rule.")
@click.option("--from", "first_day", type=DAY, help="Only of this operational day and later.")
@click.option("--to", "last_day", type=DAY, help="Only of this operational day and earlier.")
@click.option("--most", type=click.IntRange(min=1), default=MOST_LISTED, show_default=True)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def list_(
    *,
    states: tuple[str, ...],
    vendor: str | None,
    rule: str | None,
    first_day: date | None,
    last_day: date | None,
    most: int,
    form: str,
) -> None:
    """List incidents: the gravest first, of equals the newest."""
    from breakwater.notify.look import list_incidents

    wanted = Wanted(
        [State(state) for state in states] or STANDING, vendor, rule, first_day, last_day
    )
    workspace = open_workspace()
    with workspace.warehouse.transaction() as connection:
        found = list_incidents(connection, wanted, now())
    zone = workspace.configuration.operations.zone_info
    if form == "json":
        for each in found:
            click.echo(json.dumps(_as_json(each), default=str, ensure_ascii=False))
    elif not found:
        click.echo("no incident")
    else:
        rows = [_HEADER, *(_cells(each, zone) for each in found[:most])]
        click.echo("\n".join(table_lines(rows)))
        if len(found) > most:
            click.echo(f"and {len(found) - most:,} more")


def _as_json(seen: "IncidentSeen") -> dict[str, Any]:
    finding, word = seen.incident.finding, seen.incident.word
    return {
        "incident": seen.incident.fingerprint,
        "operational_day": finding.operational_day,
        "rule": finding.rule,
        "vendor": finding.vendor,
        "scope": dict(finding.scope),
        "severity": finding.severity,
        "value": finding.value,
        "unit": finding.unit,
        "state": seen.incident.state,
        "hidden_by": seen.incident.hidden_by,
        "opened_at": seen.opened_at,
        "by": None if word is None else word.by,
        "until": None if word is None else word.until,
        "note": None if word is None else word.note,
    }


def _cells(seen: "IncidentSeen", zone: ZoneInfo) -> list[str]:
    incident, finding = seen.incident, seen.incident.finding
    return [
        incident.fingerprint[:12],
        finding.operational_day.isoformat(),
        finding.severity,
        finding.rule,
        escaped(finding.vendor) if finding.vendor else "",
        ", ".join(escaped(value) for _, value in sorted(finding.scope.items())),
        amount(finding.value, finding.unit),
        _standing(incident.state, incident.word, zone) + _hidden(incident.hidden_by),
        _instant(seen.opened_at, zone),
    ]


def _standing(state: State, word: Word | None, zone: ZoneInfo) -> str:
    if word is None:
        return state.value
    until = "" if word.until is None else f" until {_instant(word.until, zone)}"
    return f"{state.value} by {escaped(word.by)}{until}"


def _hidden(hidden_by: str | None) -> str:
    return "" if hidden_by is None else f" ({escaped(hidden_by)})"


def _instant(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


@incidents.command()
@click.argument("name", metavar="INCIDENT")
def show(name: str) -> None:
    """Print what is known of an incident: its numbers, where it was told, and its history."""
    from breakwater.notify.look import look_at_incident
    from breakwater.notify.people import incident_named

    workspace = open_workspace()
    with workspace.warehouse.transaction() as connection:
        known = look_at_incident(connection, incident_named(connection, name), now())
    click.echo("\n".join(_shown(known, workspace.configuration.operations.zone_info)))


def _shown(known: "IncidentKnown", zone: ZoneInfo) -> Iterator[str]:
    incident, finding = known.incident, known.incident.finding
    word = incident.word
    number = amount(finding.value, finding.unit)
    limit = (
        "" if finding.threshold is None else f", limit {amount(finding.threshold, finding.unit)}"
    )
    about = [
        ("rule", finding.rule.value),
        ("vendor", escaped(finding.vendor) if finding.vendor else None),
        *((name, escaped(value)) for name, value in sorted(finding.scope.items())),
        ("day", finding.operational_day.isoformat()),
        ("severity", finding.severity.value),
        ("number", number + limit),
        ("state", _standing(incident.state, word, zone)),
        ("why", escaped(word.note) if word is not None and word.note else None),
        ("hidden by", None if incident.hidden_by is None else escaped(incident.hidden_by)),
        ("good runs", str(incident.good_runs) if incident.good_runs else None),
        ("since", _instant(known.opened_at, zone)),
    ]
    yield f"incident {incident.fingerprint}"
    yield from (f"  {name:<11}{value}" for name, value in about if value is not None)
    yield "told" if known.told else "told nobody"
    yield from (f"  {_instant(at, zone)}  {escaped(whom)}" for whom, at in known.told)
    yield "history"
    for past in known.history:
        event = past.event
        until = "" if event.until is None else f" until {_instant(event.until, zone)}"
        run = "" if event.run_type is None else f" ({event.run_type} run, {event.paging})"
        link = " (by a link)" if event.via == "link" else ""
        note = f": {escaped(event.note)}" if event.note else ""
        yield (
            f"  {_instant(past.at, zone)}  {escaped(event.actor)}: {event.kind}{until}{run}{link},"
            f" {past.severity}, {amount(past.value, finding.unit)}{note}"
        )


@incidents.command()
@click.option("--most", type=click.IntRange(min=1), default=10, show_default=True)
def backfills(most: int) -> None:
    """Print what backfills changed in silence, the newest first."""
    from breakwater.notify.backfill import days_of, moved_words, past_backfills

    with open_workspace().warehouse.transaction() as connection:
        found = past_backfills(connection, most)
    for each in found:
        told = "" if each.told_at else " (not told yet)"
        by = escaped(each.started_by)
        click.echo(f"backfill {days_of(each)} by {by}: {moved_words(each.moves)}{told}")
    if not found:
        click.echo("no backfill")


def _said(command: Command) -> Command:
    """Give a command the arguments of everything that people say."""
    for option in (
        click.option("--by", default=getpass.getuser, show_default="you", help="Who says so."),
        click.argument("names", metavar="INCIDENT...", nargs=-1, required=True),
    ):
        command = option(command)
    return command


def _ending(command: Command) -> Command:
    """Give a command the two ways to say until when."""
    for option in (
        click.option("--for", "lasting", type=Duration(), help="For how long: 30m, 4h, 2d."),
        click.option(
            "--until",
            type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
            help="Until when, in the operation's zone.",
        ),
    ):
        command = option(command)
    return command


def _end(
    workspace: Workspace, lasting: timedelta | None, until: datetime | None, usual: timedelta | None
) -> datetime:
    """Return until when something counts; from now on, to the whole minute."""
    if lasting is not None and until is not None:
        message = "expected --for or --until; found both"
        raise click.UsageError(message)
    if until is not None:
        return until.replace(tzinfo=workspace.configuration.operations.zone_info).astimezone(UTC)
    lasting = lasting or usual
    if lasting is None:
        message = "expected --for or --until"
        raise click.UsageError(message)
    return now().replace(second=0, microsecond=0) + lasting


@incidents.command()
@_said
@_ending
@click.option("--note", default="", help="What is being done.")
def ack(
    *,
    names: tuple[str, ...],
    by: str,
    note: str,
    lasting: timedelta | None,
    until: datetime | None,
) -> None:
    """Say that you look after incidents; nobody is called for them meanwhile."""
    from breakwater.notify.people import Saying

    workspace = open_workspace()
    usual = timedelta(hours=workspace.configuration.operations.incidents.acknowledged_hours)
    ends = _end(workspace, lasting, until, usual)
    _say(workspace, names, Saying(WordKind.ACKNOWLEDGED, by, note, ends), "acknowledged")


@incidents.command()
@_said
@_ending
@click.option("--reason", required=True, help="Why it can wait.")
def snooze(
    *,
    names: tuple[str, ...],
    by: str,
    reason: str,
    lasting: timedelta | None,
    until: datetime | None,
) -> None:
    """Put incidents off: nobody hears of them until then, unless they get worse."""
    from breakwater.notify.people import Saying

    workspace = open_workspace()
    ends = _end(workspace, lasting, until, None)
    _say(workspace, names, Saying(WordKind.SNOOZED, by, reason, ends), "snoozed")


@incidents.command()
@_said
@click.option("--reason", required=True, help="Why it is done.")
def resolve(names: tuple[str, ...], by: str, reason: str) -> None:
    """Call incidents done; they come back only when they are found worse."""
    from breakwater.notify.people import Saying

    _say(open_workspace(), names, Saying(WordKind.RESOLVED, by, reason), "resolved")


@incidents.command()
@_said
@click.option("--note", default="", help="Why: for whoever asks later.")
def reopen(names: tuple[str, ...], by: str, note: str) -> None:
    """Take back what was said last."""
    from breakwater.notify.people import Saying

    _say(open_workspace(), names, Saying("reopened", by, note), "open")


@incidents.command()
@_said
@click.option("--note", required=True, help="What to remember.")
def note(names: tuple[str, ...], by: str, note: str) -> None:
    """Add a note; nothing else changes, and nobody is told."""
    from breakwater.notify.people import Saying

    _say(open_workspace(), names, Saying("noted", by, note), "noted")


def _say(workspace: Workspace, names: tuple[str, ...], saying: "Saying", done: str) -> None:
    from breakwater.notify.people import incident_named, say

    with workspace.warehouse.transaction() as connection:
        found = [incident_named(connection, name) for name in names]
    for fingerprint, is_changed in say(workspace, found, saying, now()).items():
        click.echo(f"{fingerprint[:12]}: {done}{'' if is_changed else ', as before'}")

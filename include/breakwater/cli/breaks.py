"""Work the breaks: list them, look at one, say who looks after it and what became of it."""

import getpass
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

import click

from breakwater.cli.arguments import DAY, now
from breakwater.cli.terminal import escaped, table_lines
from breakwater.core.days import utc_instant
from breakwater.core.vocabulary import Outcome
from breakwater.reconcile.life.look import CARRIED, STATES, Wanted, list_breaks, look_at_break
from breakwater.warehouse.database import Connection
from breakwater.warehouse.workspace import open_workspace

if TYPE_CHECKING:
    from breakwater.reconcile.life.dispositions import Disposition
    from breakwater.reconcile.life.look import BreakKnown, BreakSeen

Command = TypeVar("Command", bound=Callable[..., object])

MOST_LISTED = 50


@click.group()
def breaks() -> None:
    """List breaks, look at one, assign, explain, dispute, accept or reopen it.

    An id may be cut off as long as it still names one break.
    """


@breaks.command("list")
@click.option("--vendor", help="Only this vendor's.")
@click.option(
    "--state",
    "states",
    type=click.Choice(STATES),
    multiple=True,
    help="May be repeated; open, explained and disputed when absent.",
)
@click.option("--class", "outcome", type=click.Choice([o.value for o in Outcome if o.is_break]))
@click.option("--cause", help="Only with this probable cause.")
@click.option("--owner", help="Only what they look after.")
@click.option("--day", type=DAY, help="Only of this operational day.")
@click.option(
    "--older-than", type=click.IntRange(min=0), metavar="DAYS", help="Only older than so many days."
)
@click.option(
    "--as-of", type=DAY, help="Count ages to this day; to the newest reconciled when absent."
)
@click.option("--most", type=click.IntRange(min=1), default=MOST_LISTED, show_default=True)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def list_(
    *,
    vendor: str | None,
    states: tuple[str, ...],
    outcome: str | None,
    cause: str | None,
    owner: str | None,
    day: date | None,
    older_than: int | None,
    as_of: date | None,
    most: int,
    form: str,
) -> None:
    """List breaks: the gravest first, of equals the oldest."""
    wanted = Wanted(vendor, states or CARRIED, outcome, cause, owner, day, older_than, as_of)
    with open_workspace().warehouse.transaction() as connection:
        found = list_breaks(connection, wanted)
    if form == "json":
        for each in found:
            click.echo(json.dumps(asdict(each), default=str))
        return
    if not found:
        click.echo("no break")
        return
    click.echo("\n".join(table_lines([_HEADER, *(_cells(each) for each in found[:most])])))
    if len(found) > most:
        click.echo(f"and {len(found) - most:,} more")


_HEADER = [
    "break",
    "vendor",
    "day",
    "age",
    "severity",
    "class",
    "queue",
    "state",
    "cause",
    "owner",
    "worth",
]


def _cells(seen: "BreakSeen") -> list[str]:
    closed = f" by {seen.closed_rule}" if seen.state == "auto_closed" else ""
    return [
        seen.break_id,
        seen.vendor,
        seen.day.isoformat(),
        f"{seen.age_days} d",
        seen.severity,
        seen.outcome,
        seen.queue,
        seen.state + closed,
        seen.cause or "",
        escaped(seen.owner) if seen.owner else "",
        "" if seen.amount is None else f"{seen.amount} {seen.currency}",
    ]


@breaks.command()
@click.argument("break_id", metavar="ID")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def show(break_id: str, form: str) -> None:
    """Print what is known of a break: both books, its cause, its evidence and its history."""
    from breakwater.reconcile.life.dispositions import break_named

    workspace = open_workspace()
    with workspace.warehouse.transaction() as connection:
        known = look_at_break(connection, break_named(connection, break_id))
    if form == "json":
        click.echo(json.dumps(asdict(known), default=str))
    else:
        click.echo("\n".join(_shown(known, workspace.configuration.operations.zone_info)))


def _shown(known: "BreakKnown", zone: ZoneInfo) -> Iterator[str]:
    life = known.life
    closed = f" by {life['closed_rule']}" if life["state"] == "auto_closed" else ""
    yield (
        f"break {life['break_id']}: {life['outcome']}, {life['vendor']}"
        f" {life['operational_day'].isoformat()}, {life['severity']}, {life['state']}{closed}"
    )
    about = [
        ("queue", f"{life['queue']}, site {life['site']}, language {life['language']}"),
        ("record key", escaped(life["record_key"])),
        ("item", escaped(life["item_id"])),
        ("decided", _instant(life["decided_at"], zone)),
        (
            "decision",
            f"vendor {life['vendor_decision'] or '–'}, ours {life['internal_decision'] or '–'}",
        ),
        ("differs in", life["differences"]),
        ("vendor's instant", _seconds(life["drift_seconds"], "after ours")),
        ("enforced", _seconds(life["enforcement_seconds"], "after the decision")),
        ("rule", life["rule"]),
        ("weighs", _weight(life)),
        ("cause", _cause(life, zone)),
        ("owner", None if life["owner"] is None else escaped(life["owner"])),
        ("first seen", _instant(life["first_seen_at"], zone)),
        ("last seen", _instant(life["last_seen_at"], zone)),
        ("age", f"{life['age_days']} days"),
    ]
    yield from (f"  {name:<17}{value}" for name, value in about if value is not None)
    yield "evidence"
    for record in known.records:
        file, row = record["source_sha256"], record["source_row"]
        where = f", file {file[:12]}" if file else ""
        yield f"  {record['side']:<9}{escaped(record['record_id'])}{where}" + (
            f", row {row}" if row else ""
        )
    yield "history"
    for event in known.history:
        yield f"  {_instant(event['at'], zone)}  {escaped(event['actor'])}: {_told(event)}"


def _told(event: Mapping[str, object]) -> str:
    detail = event["detail"]
    told = f"{event['what']}".replace("_", " ")
    if isinstance(detail, Mapping):
        words = [
            f"{name} {escaped(str(value))}"
            for name, value in sorted(detail.items())
            if name != "note"
        ]
        told += f" ({', '.join(words)})" if words else ""
        told += f": {escaped(str(detail['note']))}" if "note" in detail else ""
    return told


def _instant(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _seconds(count: int | None, what: str) -> str | None:
    return None if count is None else f"{count:,} s {what}"


def _weight(life: Mapping[str, object]) -> str:
    weight = f"{life['case_count']} case" + ("" if life["case_count"] == 1 else "s")
    seconds = life["handle_seconds"]
    if isinstance(seconds, int):
        weight += f", {seconds / 60:.1f} min"
    return weight if life["amount"] is None else f"{weight}, {life['amount']} {life['currency']}"


def _cause(life: Mapping[str, object], zone: ZoneInfo) -> str | None:
    numbers = life["cause_numbers"]
    if life["cause"] is None or not isinstance(numbers, Mapping):
        return None
    spelled = [
        f"{name.replace('_', ' ')} {_instant(utc_instant(value), zone) if name in {'from', 'to'} else value}"
        for name, value in sorted(numbers.items())
    ]
    return f"probably {life['cause']} ({', '.join(spelled)})"


def _told_by(command: Command) -> Command:
    """Give a command the arguments of everything that people say."""
    for option in (
        click.option("--by", default=getpass.getuser, show_default="you", help="Who says so."),
        click.option("--note", default="", help="Why: for whoever asks later."),
        click.argument("break_ids", metavar="ID...", nargs=-1, required=True),
    ):
        command = option(command)
    return command


@contextmanager
def _named(break_ids: tuple[str, ...]) -> Iterator[tuple[Connection, list[str]]]:
    """Find the breaks, in one transaction with what is said of them: all of it, or nothing."""
    from breakwater.reconcile.life.dispositions import break_named

    with open_workspace().warehouse.transaction() as connection:
        # In one order, so that two people who name the same breaks do not wait for each other.
        yield connection, sorted({break_named(connection, name) for name in sorted(break_ids)})


@breaks.command()
@_told_by
@click.option("--to", "owner", help="Who looks after it; nobody when absent.")
def assign(break_ids: tuple[str, ...], note: str, by: str, owner: str | None) -> None:
    """Say who looks after breaks."""
    from breakwater.reconcile.life.dispositions import assign as assign_break

    with _named(break_ids) as (connection, found):
        for each in found:
            assign_break(connection, each, owner, by=by, note=note, at=now())
            click.echo(f"{each}: {'assigned' if owner else 'nobody looks after it'}")


@breaks.command()
@_told_by
def explain(break_ids: tuple[str, ...], note: str, by: str) -> None:
    """Say why breaks are there; they stay open until the books agree."""
    _dispose(break_ids, "explained", note, by)


@breaks.command()
@_told_by
def dispute(break_ids: tuple[str, ...], note: str, by: str) -> None:
    """Say that the other side is asked; no rule closes a disputed break."""
    _dispose(break_ids, "disputed", note, by)


@breaks.command()
@_told_by
def accept(break_ids: tuple[str, ...], note: str, by: str) -> None:
    """Leave breaks as they are: they are carried forward no longer."""
    _dispose(break_ids, "accepted", note, by)


@breaks.command()
@_told_by
def reopen(break_ids: tuple[str, ...], note: str, by: str) -> None:
    """Take back what was said, or what a rule closed."""
    from breakwater.reconcile.life.dispositions import reopen as reopen_break

    with _named(break_ids) as (connection, found):
        for each in found:
            reopen_break(connection, each, by=by, note=note, at=now())
            click.echo(f"{each}: open")


@breaks.command()
@_told_by
def note(break_ids: tuple[str, ...], note: str, by: str) -> None:
    """Add a note; nothing else changes."""
    from breakwater.reconcile.life.dispositions import add_note

    if not note.strip():
        message = "expected --note TEXT"
        raise click.UsageError(message)
    with _named(break_ids) as (connection, found):
        for each in found:
            add_note(connection, each, by=by, note=note, at=now())
            click.echo(f"{each}: noted")


def _dispose(break_ids: tuple[str, ...], what: "Disposition", note: str, by: str) -> None:
    from breakwater.reconcile.life.dispositions import dispose

    if not note.strip():
        message = "expected --note TEXT: whoever asks later wants to know why"
        raise click.UsageError(message)
    with _named(break_ids) as (connection, found):
        for each in found:
            dispose(connection, each, what, by=by, note=note, at=now())
            click.echo(f"{each}: {what}")

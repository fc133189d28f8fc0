"""Work the quarantine: list refused records, look at one, release what a person corrected."""

import getpass
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from breakwater.cli.arguments import DAY, now
from breakwater.cli.terminal import escaped, table_lines
from breakwater.warehouse.workspace import Workspace, open_workspace

if TYPE_CHECKING:  # landing takes a second to import, which `--help` should not
    from breakwater.landing.look import Looked
    from breakwater.landing.release import Correction, Released


@click.group()
def quarantine() -> None:
    """List refused records, look at one, release what a person corrected."""


@quarantine.command("list")
@click.argument("vendor", required=False)
@click.argument("day", type=DAY, required=False)
@click.option("--reason", help="Only this one.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def list_(vendor: str | None, day: date | None, reason: str | None, form: str) -> None:
    """Count what is in quarantine, by file and reason; every vendor and day when absent."""
    from breakwater.landing.quarantine.reason_words import words_of
    from breakwater.landing.release import corrections_out_of_force
    from breakwater.warehouse.quarantine import quarantined

    workspace = open_workspace()
    with workspace.warehouse.transaction() as connection:
        found = quarantined(connection, vendor, day, reason)
        known = vendor is not None and day is not None
        old = corrections_out_of_force(connection, vendor, day) if vendor and day else 0
    if form == "json":
        for each in found:
            click.echo(json.dumps(asdict(each) | {"words": words_of(each.reason)}, default=str))
        return
    lines = [
        [
            each.vendor,
            each.day.isoformat(),
            each.sha256[:12] if each.book == "vendor" else "our own log",
            escaped(each.file_name),
            f"{each.records}",
            f"{each.first_row}",
            each.reason,
            words_of(each.reason) or "",
        ]
        for each in found
    ]
    header = ["vendor", "day", "hash", "file", "records", "first row", "reason", ""]
    click.echo("\n".join(table_lines([header, *lines])) if lines else "nothing is in quarantine")
    if known and old:
        click.echo(_out_of_force(old))


@quarantine.command()
@click.argument("vendor")
@click.argument("day", type=DAY)
@click.argument("file")
@click.argument("row", type=click.IntRange(min=1))
def show(vendor: str, day: date, file: str, row: int) -> None:
    """Print the record of ROW as it was read, and every reason why it was refused.

    FILE is the file's name, or the beginning of its hash. What is printed is the vendor's text,
    escaped: it may hold people's names.
    """
    from breakwater.landing.look import look_at

    looked = look_at(open_workspace(), vendor, day, file, row)
    click.echo("\n".join(_looked(looked, vendor, day)))


@quarantine.command()
@click.argument("vendor")
@click.argument("day", type=DAY)
@click.argument("file", required=False)
@click.argument("row", type=click.IntRange(min=1), required=False)
@click.option("--set", "cells", multiple=True, metavar="COLUMN=VALUE", help="May be repeated.")
@click.option("--note", help="Why: for whoever asks later.")
@click.option("--by", default=getpass.getuser, show_default="you", help="Who says so.")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='Many at once: lines of {"file", "row", "set": {column: value}, "note"}.',
)
def release(
    *,
    vendor: str,
    day: date,
    file: str | None,
    row: int | None,
    cells: tuple[str, ...],
    note: str | None,
    by: str,
    source: Path | None,
) -> None:
    """Correct cells of refused records, and land the vendor-day again.

    An empty value empties the cell. Without FILE and ROW nothing is corrected: the day is landed
    again as the contract says now. Exits with 1 while a corrected record is still refused.
    """
    from breakwater.landing.release import Correction
    from breakwater.landing.release import release as release_records

    if file is not None and (row is None or not cells or not note):
        message = "expected ROW, --set COLUMN=VALUE and --note TEXT with FILE"
        raise click.UsageError(message)
    corrections = list(_corrections_in(source, note)) if source else []
    if file is not None and row is not None and note is not None:
        corrections.append(Correction(file, row, _assigned(cells), note))
    elif cells:
        message = "expected FILE and ROW with --set"
        raise click.UsageError(message)
    workspace = open_workspace()
    released = release_records(workspace, vendor, day, corrections, by=by, now=now())
    click.echo("\n".join(_released(workspace, released, vendor, day)))
    if released.remaining:
        raise SystemExit(1)


def _assigned(cells: Iterable[str]) -> dict[str, str | None]:
    assigned: dict[str, str | None] = {}
    for cell in cells:
        name, is_there, value = cell.partition("=")
        if not is_there or not name:
            message = f"--set: expected COLUMN=VALUE; found {escaped(cell)}"
            raise click.UsageError(message)
        assigned[name] = value or None
    return assigned


def _corrections_in(source: Path, note: str | None) -> "Iterable[Correction]":
    """Read corrections, one JSON object a line."""
    from breakwater.landing.release import Correction

    with source.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                stated = json.loads(line)
                why = stated.get("note", note)
                cells = {str(name): _cell(value) for name, value in stated["set"].items()}
                if not (cells and isinstance(why, str) and why):
                    raise ValueError  # noqa: TRY301  one sentence for everything that is missing
                yield Correction(str(stated["file"]), int(stated["row"]), cells, why)
            except (ValueError, KeyError, AttributeError, TypeError) as error:
                message = (
                    f"{source}, line {number}: expected"
                    ' {"file": …, "row": …, "set": {column: value, …}, "note": …};'
                    f" found {escaped(line.strip())[:200]}"
                )
                raise click.UsageError(message) from error


def _cell(value: object) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise TypeError
    return value


def _released(workspace: Workspace, released: "Released", vendor: str, day: date) -> list[str]:
    from breakwater.landing.quarantine.reason_words import words_of
    from breakwater.warehouse.stale import stale_days

    landed = released.corrected - len(released.remaining)
    lines = [f"{vendor} {day.isoformat()}: landed again"]
    if released.corrected:
        lines.append(f"{landed} of {released.corrected} corrected records landed")
    for row in released.remaining:
        reasons = "; ".join(f"{reason} ({words_of(reason)})" for reason in row.reasons)
        lines.append(f"row {row.source_row} of {row.sha256[:12]} is still refused: {reasons}")
    lines.append(f"{released.in_quarantine} records of the day are in quarantine")
    if released.out_of_force:
        lines.append(_out_of_force(released.out_of_force))
    with workspace.warehouse.transaction() as connection:
        stale = [mark.day.isoformat() for mark in stale_days(connection, vendor)]
    if stale:
        lines.append(
            f"stale now: {', '.join(stale)}; `breakwater close --stale` closes them again, and so"
            " does the next run"
        )
    return lines


def _out_of_force(count: int) -> str:
    return (
        f"{count} corrections are bound to a version of the file that another one replaced: they"
        " count no longer, the new version starts anew"
    )


def _looked(looked: "Looked", vendor: str, day: date) -> list[str]:
    lines = [f"{vendor} {day.isoformat()}, file {looked.sha256}, row {looked.source_row}"]
    for reason in looked.reasons:
        lines.append(f"  {reason.reason}: {reason.words}")
        if reason.expected:
            lines.append(f"    expected {reason.expected}")
        lines += [
            f"    found {name} = {escaped(looked.cells[name])}"
            for name in reason.columns
            if name in looked.cells
        ]
    if not looked.reasons:
        lines.append("  it landed, because somebody corrected it")
    lines += _corrected(looked.corrections)
    if looked.cells:
        wrong = {name for reason in looked.reasons for name in reason.columns}
        marked = [
            ["*" if name in wrong else "", escaped(name), escaped(value)]
            for name, value in looked.cells.items()
        ]
        lines += ["", *table_lines(marked)]
    if looked.content is not None:
        lines += ["", "as it was read:", escaped(looked.content)]
    elif not looked.cells:
        lines += ["", "what it says is gone: retention deleted it"]
    return lines


def _corrected(corrections: Sequence[Any]) -> list[str]:
    return [
        f"  corrected by {escaped(each['corrected_by'])} on {each['corrected_at']:%Y-%m-%d}:"
        f" {', '.join(f'{escaped(n)} = {escaped(v)}' for n, v in each['cells'].items())}"
        f" ({escaped(each['note'])})"
        for each in corrections
    ]

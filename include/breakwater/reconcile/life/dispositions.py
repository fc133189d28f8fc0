"""What people say of a break: who looks after it, why it is there, whether it stands."""

import json
from datetime import datetime
from typing import Any, Literal

from breakwater.core.errors import BreakwaterError
from breakwater.warehouse.database import Connection

Disposition = Literal["explained", "disputed", "accepted"]

LONGEST_NAME = 200
LONGEST_NOTE = 4_000
FEWEST_DIGITS = 4
"""So many digits of a break's id have to be given, and as many as make it one."""


class BreakLifeError(BreakwaterError):
    """Something was asked of a break that it cannot do; the message says what was expected."""


def break_named(connection: Connection, name: str) -> str:
    """Return the id of the break whose id begins so, and keep its row until commit.

    Raises:
        BreakLifeError: there is none, or several.
    """
    digits = name.strip().lower()
    if len(digits) < FEWEST_DIGITS or not set(digits) <= set("0123456789abcdef"):
        message = f"expected at least {FEWEST_DIGITS} hexadecimal digits of a break's id"
        raise BreakLifeError(message)
    found = connection.execute(
        "select break_id from reconcile.break_life where starts_with(break_id, %s)"
        " order by break_id limit 2 for update",
        [digits],
    ).fetchall()
    if len(found) != 1:
        what = "none" if not found else "several"
        message = f"break {digits}: expected one that begins so; found {what}"
        raise BreakLifeError(message)
    break_id: str = found[0]["break_id"]
    return break_id


def assign(
    connection: Connection, break_id: str, owner: str | None, *, by: str, note: str, at: datetime
) -> None:
    """Say who looks after a break; nobody when None."""
    owner = None if owner is None else _line("owner", owner)
    connection.execute(
        "update reconcile.break_life set owner = %s where break_id = %s", [owner, break_id]
    )
    _remember(connection, break_id, "assigned", by=by, note=note, at=at, owner=owner)


def dispose(
    connection: Connection, break_id: str, what: Disposition, *, by: str, note: str, at: datetime
) -> None:
    """Say why a break is there, that it is disputed, or that it is accepted as it is.

    It stands whatever the books say later. Disputing what a rule of configuration had closed opens
    it again: a rule closes only what nobody disputes.
    """
    connection.execute(
        "update reconcile.break_life set disposition = %(what)s, closed_rule ="
        " case when %(what)s = 'disputed' and is_present then null else closed_rule end"
        " where break_id = %(break_id)s",
        {"what": what, "break_id": break_id},
    )
    _remember(connection, break_id, what, by=by, note=note, at=at)


def reopen(connection: Connection, break_id: str, *, by: str, note: str, at: datetime) -> None:
    """Take back a disposition, and what a rule of configuration closed; such rules leave it alone now.

    Raises:
        BreakLifeError: the books agree by now: there is nothing to work on.
    """
    row = connection.execute(
        "select is_present, closed_rule from reconcile.break_life where break_id = %s", [break_id]
    ).fetchone()
    if row is None or not row["is_present"]:
        rule = None if row is None else row["closed_rule"]
        message = (
            f"break {break_id}: expected one that the books still have; found it closed by {rule}"
        )
        raise BreakLifeError(message)
    connection.execute(
        "update reconcile.break_life set disposition = 'open', closed_rule = null,"
        " is_kept_open = true where break_id = %s",
        [break_id],
    )
    _remember(connection, break_id, "reopened", by=by, note=note, at=at)


def add_note(connection: Connection, break_id: str, *, by: str, note: str, at: datetime) -> None:
    """Add a note; nothing else changes."""
    _remember(connection, break_id, "noted", by=by, note=note, at=at)


def _remember(
    connection: Connection,
    break_id: str,
    what: str,
    *,
    by: str,
    note: str,
    at: datetime,
    **detail: Any,  # noqa: ANN401  whatever JSON can hold
) -> None:
    text = note.strip()
    if len(text) > LONGEST_NOTE:
        message = f"note: expected at most {LONGEST_NOTE} characters; found {len(text)}"
        raise BreakLifeError(message)
    if text:
        detail["note"] = text
    connection.execute(
        "insert into reconcile.break_history (break_id, at, actor, what, state, outcome, detail)"
        " select break_id, %s, %s, %s, state, outcome, %s from reconcile.break_life"
        " where break_id = %s",
        [at, _line("by", by), what, json.dumps(detail, sort_keys=True), break_id],
    )


def _line(what: str, text: str) -> str:
    """Return a name as people typed it, if it is one line that is not too long.

    Raises:
        BreakLifeError: it is empty, too long or not one line.
    """
    name = text.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        message = f"{what}: expected one line of at most {LONGEST_NAME} characters"
        raise BreakLifeError(message)
    return name

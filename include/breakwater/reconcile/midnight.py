"""Actions of a neighbouring day that a vendor-day pairs with a record of its own.

Which actions a day *claims* follows from its own export and its slice of the log alone. A claim is
*refused* when the vendor's book of the action's day has the key itself: a day comes first with its
own actions. Both are kept, so that a day whose book changes can tell which neighbours' claims it
refuses now. Whatever the order in which days are reconciled, the last of two neighbours sees both
books, and everything ends the same.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from breakwater.contracts.tables import CASE_EVENT
from breakwater.engine.base import Engine
from breakwater.reconcile.books import VendorDay, scan_book, text_column
from breakwater.reconcile.model_files import model
from breakwater.reconcile.over_midnight import PairOverMidnight
from breakwater.warehouse.database import Connection, replace_rows
from breakwater.warehouse.lake import Lake, Partition, current_version


@dataclass(frozen=True, slots=True)
class Claim:
    """One action that a vendor-day asks a neighbour for."""

    by_day: date
    from_day: date
    action_id: str
    record_key: str
    is_refused: bool = False


def claim_actions(
    connection: Connection, engine: Engine, lake: Lake, about: VendorDay
) -> set[date]:
    """Work out the day's claims, and answer those of its neighbours.

    Expects the day's books open in the engine.

    Returns:
        Neighbouring days whose result that changes.
    """
    before, theirs = _claims(connection, about)
    engine.stage("claim", model("claim"))
    asked = [Claim(about.day, **row) for row in engine.fetch("claim").to_pylist()]
    taken = _keys_of_owners(connection, engine, lake, about, {claim.from_day for claim in asked})
    own = {
        replace(claim, is_refused=(claim.from_day, claim.record_key) in taken) for claim in asked
    }
    held = _keys_held(engine, {claim.record_key for claim in theirs})
    answered = {replace(claim, is_refused=claim.record_key in held) for claim in theirs}
    if own != before:
        _replace_own(connection, about, own)
    _keep_answers(connection, about.vendor, answered - theirs)
    return {claim.from_day for claim in _granted(own) ^ _granted(before)} | {
        claim.by_day for claim in answered - theirs
    }


def load_borrowings(
    connection: Connection,
    engine: Engine,
    about: VendorDay,
    over_midnight: Iterable[PairOverMidnight],
) -> list[list[str]]:
    """Load ``borrowed`` and ``lent``, the actions that come in and go out; return their ids.

    Args:
        connection: the open transaction.
        engine: where they are loaded.
        about: the day.
        over_midnight: pairs of an item in which the day has a half.
    """
    own, theirs = _claims(connection, about)
    by_item: tuple[list[str], list[str]] = ([], [])
    for pair in over_midnight:
        by_item[pair.by_day != about.day].append(pair.action_id)
    borrowed, lent = (
        sorted({*(claim.action_id for claim in _granted(claims)), *items})
        for claims, items in zip((own, theirs), by_item, strict=True)
    )
    engine.load("borrowed", text_column("action_id", borrowed))
    engine.load("lent", text_column("action_id", lent))
    return [borrowed, lent]


def _granted(claims: Iterable[Claim]) -> set[Claim]:
    return {claim for claim in claims if not claim.is_refused}


def _claims(connection: Connection, about: VendorDay) -> tuple[set[Claim], set[Claim]]:
    """Read the day's own claims, and its neighbours' claims on it."""
    rows = connection.execute(
        "select operational_day as by_day, from_day, action_id, record_key, is_refused"
        " from reconcile.borrowed_action"
        " where vendor = %(vendor)s and %(day)s in (operational_day, from_day)",
        {"vendor": about.vendor, "day": about.day},
    )
    claims = {Claim(**row) for row in rows}
    own = {claim for claim in claims if claim.by_day == about.day}
    return own, claims - own


def _keys_of_owners(
    connection: Connection, engine: Engine, lake: Lake, about: VendorDay, owners: Collection[date]
) -> set[tuple[date, str]]:
    """Return which claimed keys the vendor's own book of the claimed actions' days has."""
    if not owners:
        return set()
    files = [
        lake.url(book.path)
        for day in sorted(owners)
        if (
            book := current_version(
                connection, Partition.of_day(CASE_EVENT.name, day, about.vendor)
            )
        )
    ]
    scan_book(engine, about, CASE_EVENT, "neighbour_event", files)
    engine.stage("neighbour_key", model("neighbour_key"))
    rows = engine.fetch("neighbour_key").to_pylist()
    return {(row["operational_day"], row["record_key"]) for row in rows}


def _keys_held(engine: Engine, keys: Collection[str]) -> set[str]:
    """Return which keys the vendor's book of this day has."""
    if not keys:
        return set()
    engine.load("asked_key", text_column("record_key", sorted(keys)))
    engine.stage("held_key", model("held_key"))
    return set(engine.fetch("held_key").column("record_key").to_pylist())


def _replace_own(connection: Connection, about: VendorDay, own: Collection[Claim]) -> None:
    replace_rows(
        connection,
        "reconcile.borrowed_action",
        {"operational_day": about.day, "vendor": about.vendor},
        ("from_day", "action_id", "record_key", "is_refused"),
        [(c.from_day, c.action_id, c.record_key, c.is_refused) for c in own],
    )


def _keep_answers(connection: Connection, vendor: str, answered: Iterable[Claim]) -> None:
    for claim in answered:
        connection.execute(
            "update reconcile.borrowed_action set is_refused = %s"
            " where operational_day = %s and vendor = %s and action_id = %s",
            [claim.is_refused, claim.by_day, vendor, claim.action_id],
        )

"""Work out a day's pairs of items over its two midnights, and keep them for both days of each.

Mostly there is nothing to do: a record without a key in the other book lies near midnight, and its
item occurs beyond it. Only then are a neighbour's books opened.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from breakwater.contracts.matching import Item, ItemAgent
from breakwater.contracts.tables import CASE_EVENT, ENFORCEMENT_ACTION
from breakwater.core.vocabulary import Side
from breakwater.engine.base import Engine
from breakwater.reconcile.alone_near_midnight import DayNearMidnight, open_day
from breakwater.reconcile.books import VendorDay, text_column
from breakwater.reconcile.over_midnight import Alone, PairOverMidnight, pairs_over
from breakwater.warehouse.database import Connection
from breakwater.warehouse.lake import Lake, Partition, current_version


def stored_pairs(connection: Connection, about: VendorDay) -> list[PairOverMidnight]:
    """Read the pairs in which a day has a half, in a stable order."""
    rows = connection.execute(
        "select operational_day as by_day, from_day, record_id, action_id, rule"
        " from reconcile.item_over_midnight"
        " where vendor = %(vendor)s and %(day)s in (operational_day, from_day)",
        {"vendor": about.vendor, "day": about.day},
    )
    return sorted(PairOverMidnight(**row) for row in rows)


def pair_items(
    connection: Connection,
    engine: Engine,
    lake: Lake,
    about: VendorDay,
    neighbours: Sequence[VendorDay],
) -> set[date]:
    """Work the pairs over both midnights of a day out anew, and keep them.

    Args:
        connection: the open transaction.
        engine: with the day's books open.
        lake: where the neighbours' books are.
        about: the day.
        neighbours: the days before and after.

    Returns:
        Neighbouring days whose result that changes.
    """
    before = set(stored_pairs(connection, about))
    crosses = any(
        isinstance(rule, Item | ItemAgent) for each in (about, *neighbours) for rule in each.rules
    )
    pairs = set(_pairs(connection, engine, lake, about, neighbours)) if crosses else set()
    _keep(connection, about.vendor, gone=before - pairs, new=pairs - before)
    changed = before ^ pairs
    return {day for pair in changed for day in (pair.by_day, pair.from_day)} - {about.day}


def _pairs(
    connection: Connection,
    engine: Engine,
    lake: Lake,
    about: VendorDay,
    neighbours: Sequence[VendorDay],
) -> Iterable[PairOverMidnight]:
    own = open_day(engine, about, "own")
    landed = {
        each.day: open_day(engine, each, tag, files)
        for each, tag in zip(neighbours, ("before", "after"), strict=True)
        if (files := _files(connection, lake, each))
    }
    if not own.lone_items(engine, list(landed.values())):
        return []
    mine = own.alone(engine)
    theirs = [
        landed[each.day].alone(engine) if each.day in landed else own.unlanded(engine, each)
        for each in neighbours
    ]
    known = _keys_known(engine, [own, *landed.values()], [mine, *theirs])
    edge = about.operations.matching.edge_seconds
    midnights = (about.window.start, about.window.end)
    return [
        pair
        for midnight, other in zip(midnights, theirs, strict=True)
        for pair in pairs_over(midnight, edge, mine, other, known)
    ]


def _files(connection: Connection, lake: Lake, about: VendorDay) -> list[str]:
    """Name a day's two books; none unless both are landed."""
    versions = [
        current_version(connection, Partition.of_day(name, about.day, about.vendor))
        for name in (CASE_EVENT.name, ENFORCEMENT_ACTION.name)
    ]
    found = [lake.url(version.path) for version in versions if version]
    return found if len(found) == len(versions) else []


def _keys_known(
    engine: Engine, days: Sequence[DayNearMidnight], alone: Sequence[Alone]
) -> dict[date, set[str]]:
    """Return which keys of lone actions each day knows, in either of its books."""
    keys = {
        row["compared_key"]
        for each in alone
        for row in each.rows
        if row["side"] == Side.INTERNAL and row["compared_key"] is not None
    }
    if not keys:
        return {day.about.day: set() for day in days}
    engine.load("midnight_key", text_column("record_key", sorted(keys)))
    return {day.about.day: day.keys_of(engine) for day in days}


def _keep(
    connection: Connection,
    vendor: str,
    *,
    gone: Iterable[PairOverMidnight],
    new: Iterable[PairOverMidnight],
) -> None:
    for pair in gone:
        connection.execute(
            "delete from reconcile.item_over_midnight"
            " where vendor = %s and operational_day = %s and action_id = %s",
            [vendor, pair.by_day, pair.action_id],
        )
    for pair in sorted(new):
        connection.execute(
            "insert into reconcile.item_over_midnight"
            " (vendor, operational_day, from_day, record_id, action_id, rule)"
            " values (%s, %s, %s, %s, %s, %s)",
            [vendor, *pair],
        )

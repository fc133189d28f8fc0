"""Run the matching models over two books, on any engine.

=================== ================================================================================
input               what (`breakwater.reconcile.books` and `breakwater.reconcile.midnight` load it)
=================== ================================================================================
run                 one row: the day, the vendor, its window and all tolerances
book_event_type     types of events that are records of the vendor's book
case_event          the vendor's events of the day
enforcement_action  the day's slice of the log, with the edges of its neighbours
borrowed            actions of neighbours that this day pairs over midnight
lent                actions of this day that a neighbour pairs
=================== ================================================================================

=================== ================================================================================
result              what
=================== ================================================================================
vendor_record       population of the vendor's book
own_action          the platform's book as the log has it
internal_record     the platform's book as this day accounts for it
unpaired            records that stay alone, and why
vendor_pair,        every record of a book, in the order of the book, with the half it is paired
internal_pair       with, if any; ``judged_…_pair`` says what each pair is
vendor_outcome,     one row for every record of a book, in the order of the book
internal_outcome
recon_outcome       both
=================== ================================================================================
"""

from breakwater.engine.base import Engine
from breakwater.reconcile.books import VendorDay
from breakwater.reconcile.comparing import judging
from breakwater.reconcile.left_over import pair_left_over
from breakwater.reconcile.model_files import model

FEW_ROWS = 500_000
"""Up to here the books are copied into the engine once; above, they are read from their files
whenever they are needed, which takes less memory than it takes time."""


def open_books(engine: Engine, *, row_count: int) -> None:
    """Name both populations of the day: ``vendor_record`` and ``own_action``.

    Args:
        engine: with the inputs readable.
        row_count: about how many rows there are; chooses how they are kept, never the result.
    """
    for name in ("vendor_record", "own_action"):
        _keep(engine, name, row_count)


def match_books(engine: Engine, about: VendorDay, *, row_count: int) -> None:
    """Pair the records of both books; give ``recon_outcome``, one row a record.

    Rules in order, see `breakwater.contracts.matching`: whole books are joined by the key rule, and
    what that leaves over is small enough for all others.

    Args:
        engine: with both books open, and what was borrowed and lent loaded.
        about: what is reconciled; its contract says by which rules.
        row_count: as in `open_books`.
    """
    _keep(engine, "internal_record", row_count)
    _pair_by_key(engine)
    rules = [rule for rule in about.rules if rule is not about.key_rule]
    pair_left_over(engine, rules, about.operations.matching.window_seconds)
    engine.stage("unpaired", model("unpaired"))
    engine.stage("chosen_pair", model("chosen_pair"))
    for name in ("vendor_side", "internal_side"):
        engine.define(name, model(name))
    for side in ("vendor", "internal"):
        engine.define(f"{side}_pair", model(f"{side}_pair"))
        judged = judging(model("judged_pair"), about.comparison, f"{side}_pair")
        engine.define(f"judged_{side}_pair", judged)
        engine.define(f"{side}_outcome", model(f"{side}_outcome"))
    engine.define("recon_outcome", model("recon_outcome"))


def _keep(engine: Engine, name: str, row_count: int) -> None:
    keep = engine.stage if row_count <= FEW_ROWS else engine.define
    keep(name, model(name))


def _pair_by_key(engine: Engine) -> None:
    """Find the keys that are crowded, choose their pairs, and list what no key paired."""
    for name in ("odd_key", "crowded_key", "crowded_record", "crowded_moment"):
        engine.stage(name, model(name))
    engine.stage("crowded_edge", model("nearest").format(moments="crowded_moment"))
    engine.stage("crowded_pair", model("crowded_pair"))
    engine.stage("crowd", model("crowd"))
    engine.stage("left_over", model("left_over"))

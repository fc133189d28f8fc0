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
pair, judged_pair   pairs with both halves, and what each of them is
unpaired            records that stay alone, and why
recon_outcome       one row for every record of both populations
=================== ================================================================================
"""

from functools import cache
from pathlib import Path

from breakwater.engine.base import Engine
from breakwater.engine.models import read_models
from breakwater.reconcile.books import VendorDay
from breakwater.reconcile.comparing import judging

MODELS = Path(__file__).parent / "models"

NOTHING_SETTLED = (
    "select cast(null as text) as side, cast(null as text) as record_id,"
    " cast(null as text) as item_id, cast(null as text) as internal_id where 1 = 0"
)


SETTLED_IN_ROUND = "select side, record_id, item_id, internal_id from settled_{}"
FEW_ROWS = 500_000
"""Up to here the books are copied into the engine once; above, they are read from their files
whenever they are needed, which takes less memory than it takes time."""


@cache
def model(name: str) -> str:
    """Return the text of one model of this stage."""
    return read_models(MODELS, name)[0][1]


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

    Rules in order: the same key; then, among what is left, the same item and the nearest decision.

    Args:
        engine: with both books open, and what was borrowed and lent loaded.
        about: what is reconciled; its contract says by which rules.
        row_count: as in `open_books`.
    """
    _keep(engine, "internal_record", row_count)
    _pair_by_key(engine)
    rounds = _pair_by_item(engine)
    settled = [NOTHING_SETTLED, *(SETTLED_IN_ROUND.format(n) for n in range(rounds))]
    engine.define("settled", " union all ".join(settled))
    engine.stage("unpaired", model("unpaired"))
    engine.stage("chosen_pair", model("chosen_pair"))
    for name in ("vendor_side", "internal_side", "pair"):
        engine.define(name, model(name))
    engine.define("judged_pair", judging(model("judged_pair"), about.comparison))
    engine.define("recon_outcome", model("recon_outcome"))


def _keep(engine: Engine, name: str, row_count: int) -> None:
    keep = engine.stage if row_count <= FEW_ROWS else engine.define
    keep(name, model(name))


def _pair_by_key(engine: Engine) -> None:
    """Find the keys that are crowded, choose their pairs, and list what no key paired."""
    for name in ("crowded_key", "crowded_record", "crowded_moment"):
        engine.stage(name, model(name))
    engine.stage("crowded_edge", model("nearest").format(moments="crowded_moment"))
    engine.stage("crowded_pair", model("crowded_pair"))
    engine.stage("left_over", model("left_over"))


def _pair_by_item(engine: Engine) -> int:
    """Let the nearest take each other, then the nearest of the rest, until nobody is in reach.

    Returns:
        How many rounds it took. Each settles all pairs that have no nearer choice, whatever their
        order, so the result does not depend on it. Only items still in play reach the next round.
    """
    engine.stage("candidate_0", model("candidate"))
    rounds = 0
    while engine.count(f"candidate_{rounds}"):
        names = {
            "candidate": f"candidate_{rounds}",
            "edge": f"edge_{rounds}",
            "settled": f"settled_{rounds}",
        }
        engine.stage(f"moment_{rounds}", model("item_moment").format(**names))
        engine.stage(names["edge"], model("nearest").format(moments=f"moment_{rounds}"))
        engine.stage(names["settled"], model("item_settled").format(**names))
        rounds += 1
        engine.stage(f"candidate_{rounds}", model("candidate_left").format(**names))
    return rounds

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
odd_vendor_record,  records whose key is not exactly one record in each book; ``odd_…_pair`` says whom
odd_internal_record each was paired with by a choice, if any
unpaired            records that stay alone, and why
vendor_pair,        every record of a book, in the order of the book, with the half it is paired
internal_pair       with, if any; ``judged_…_pair`` says what each pair is
vendor_outcome,     one row for every record of a book, in the order of the book
internal_outcome
recon_outcome       both
=================== ================================================================================
"""

from collections.abc import Sequence

from breakwater.contracts.matching import Fuzzy, Rule, is_group_by_key
from breakwater.contracts.tables import RECON_OUTCOME
from breakwater.engine.base import Engine
from breakwater.reconcile.books import VendorDay
from breakwater.reconcile.comparing import judging
from breakwater.reconcile.groups import judge_stars
from breakwater.reconcile.keys import log_with_keys
from breakwater.reconcile.left_over import Trial, all_settled, pair_left_over, try_rules
from breakwater.reconcile.model_files import model
from breakwater.reconcile.over_midnight import PairOverMidnight

SIDES = ("vendor", "internal")
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


def match_books(
    engine: Engine,
    about: VendorDay,
    *,
    row_count: int,
    over_midnight: Sequence[PairOverMidnight] = (),
) -> None:
    """Pair the records of both books; give ``recon_outcome``, one row a record.

    Rules in order, see `breakwater.contracts.matching`: whole books are joined by the key rule, and
    what that leaves over is small enough for all others.

    Args:
        engine: with both books open, and what was borrowed and lent loaded.
        about: what is reconciled; its contract says by which rules.
        row_count: as in `open_books`.
        over_midnight: pairs of an item whose action is borrowed.
    """
    _keep(engine, "internal_record", row_count)
    window = about.operations.matching.window_seconds
    for name in ("odd_key", "crowded_key"):
        engine.stage(name, model(name))
    for side in SIDES:
        # Without a key rule every record is odd: the book itself will do.
        put = engine.stage if about.key_rule else engine.define
        put(f"odd_{side}_record", model(f"odd_{side}_record"))
    by_key = _group_crowded(engine, about, window)
    _pair_by_key(engine)
    log = log_with_keys(about.key_rule)
    rest = pair_left_over(engine, rules_for_the_rest(about), log, window, over_midnight)
    engine.define("settled", all_settled([*by_key.settled, *rest.settled]))
    engine.stage("unpaired", model("unpaired"))
    engine.stage("chosen_pair", model("chosen_pair"))
    _name_halves(engine)
    stars = (*by_key.stars, *rest.stars)
    if stars:
        judge_stars(engine, stars, about.comparison)
    for side in SIDES:
        engine.define(f"{side}_pair", model(f"{side}_pair"))
        judged = judging(model("judged_pair"), about.comparison, f"{side}_pair")
        engine.define(f"judged_{side}_pair", judged)
        _define_outcome(engine, side, with_stars=bool(stars))
    engine.define("recon_outcome", model("recon_outcome"))


def _name_halves(engine: Engine) -> None:
    """Name what a record brings into a pair, and keep the pairs that took a choice."""
    for side in SIDES:
        for odd in ("", "odd_"):
            text = model(f"{side}_side").format(records=f"{odd}{side}_record")
            engine.define(f"{odd}{side}_side", text)
    for side in SIDES:
        engine.stage(f"odd_{side}_pair", model(f"odd_{side}_pair"))


def _define_outcome(engine: Engine, side: str, *, with_stars: bool) -> None:
    """Name the outcomes of one book; those of groups of one and many are told beside the pairs'."""
    name = f"{side}_outcome"
    if not with_stars:
        engine.define(name, model(name))
        return
    engine.define(f"plain_{name}", model(name))
    columns = ", ".join(RECON_OUTCOME.column_names)
    engine.define(
        name,
        f"select {columns} from plain_{name}"  # noqa: S608  our own names
        f" union all select {columns} from star_outcome where side = '{side}'",
    )


def rules_for_the_rest(about: VendorDay) -> list[Rule]:
    """Return the rules that pair what no key did."""
    return [
        rule
        for rule in about.rules
        if rule is not about.key_rule and not is_group_by_key(rule) and not isinstance(rule, Fuzzy)
    ]


def _group_crowded(engine: Engine, about: VendorDay, window_seconds: int) -> Trial:
    """Let groups by key take what they can of the crowded keys; give ``crowded_record``, the rest."""
    groups = [rule for rule in about.rules if is_group_by_key(rule)]
    if not groups:
        engine.stage("crowded_record", model("crowded_record"))
        return Trial((), (), "crowded_record")
    engine.stage("open_key_0", model("crowded_open"))
    trial = try_rules(engine, groups, "key", window_seconds)
    engine.define(
        "crowded_record",
        f"select side, record_id, record_key, item_id, decided_at from {trial.still_open}",  # noqa: S608  our own name
    )
    return trial


def _keep(engine: Engine, name: str, row_count: int) -> None:
    """Keep a book in the order in which the lake has it: an engine may copy it in any."""
    if row_count <= FEW_ROWS:
        key = "action_id" if name == "own_action" else "record_id"
        # The text of a model file and a column of ours: nothing comes from outside.
        engine.stage(name, f"select * from ({model(name)}) book order by {key}")  # noqa: S608
    else:
        engine.define(name, model(name))


def _pair_by_key(engine: Engine) -> None:
    """Choose the pairs of crowded keys, and list what no key paired."""
    engine.stage("crowded_moment", model("crowded_moment"))
    engine.stage("crowded_edge", model("nearest").format(moments="crowded_moment"))
    engine.stage("crowded_pair", model("crowded_pair"))
    engine.stage("crowd", model("crowd"))
    engine.stage("left_over", model("left_over"))

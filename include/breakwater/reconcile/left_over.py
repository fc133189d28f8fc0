"""Try the rules after the key rule, in their order, on what no key paired.

Every rule sees the records that those before it left open, and settles some of them. Models of a
rule carry its place in the list in their names, so each can be looked at after a run.
"""

from collections.abc import Sequence

from breakwater.contracts.matching import Item, ItemAgent, NormalisedKey, Rule
from breakwater.engine.base import Engine
from breakwater.reconcile.keys import normalised
from breakwater.reconcile.model_files import model

NOTHING_SETTLED = (
    "select cast(null as text) as side, cast(null as text) as record_id,"
    " cast(null as text) as counterpart_id, cast(null as text) as reason, cast(null as text) as rule,"
    " cast(null as bigint) as alternatives, cast(null as text) as match_group where 1 = 0"
)
OPENED = "select side, record_id, lead_id, item_id, decided_at from left_over where not is_surplus"

# An agent is a pseudonym and holds no slash: the last one parts the two.
ITEM_AGENT = "item_id || '/' || agent"


def pair_left_over(engine: Engine, rules: Sequence[Rule], window_seconds: int) -> None:
    """Give ``settled``: what the rules made of the records in ``left_over``.

    Args:
        engine: with `left_over`, and the books, for rules that look at more than the item.
        rules: those that pair, in order, without the key rule.
        window_seconds: for rules that have no window of their own.
    """
    engine.define("open_0", OPENED if _only_items(rules) else model("opened"))
    for place, rule in enumerate(rules):
        _settle(engine, rule, place, window_seconds)
        if place + 1 < len(rules):
            names = {"opened": f"open_{place}", "settled": f"settled_{place}"}
            engine.stage(f"open_{place + 1}", model("still_open").format(**names))
    engine.define("settled", _all_settled(len(rules)))


def _only_items(rules: Sequence[Rule]) -> bool:
    """Tell whether what `left_over` holds is all that the rules look at."""
    return all(isinstance(rule, Item) for rule in rules)


def _all_settled(count: int) -> str:
    """Unite what the rules settled; a tie only if no later rule had anything to say."""
    parts = [NOTHING_SETTLED]
    for place in range(count):
        untold = [
            f"not exists (select 1 from settled_{later} later where later.side = earlier.side"  # noqa: S608  a number
            " and later.record_id = earlier.record_id)"
            for later in range(place + 1, count)
        ]
        where = " and ".join(untold)
        only = f" where reason <> 'equally_near' or ({where})" if where else ""
        parts.append(f"select earlier.* from settled_{place} earlier{only}")  # noqa: S608  texts above
    return " union all ".join(parts)


def _settle(engine: Engine, rule: Rule, place: int, window_seconds: int) -> None:
    if isinstance(rule, NormalisedKey):
        _settle_by_key(engine, rule, place)
    elif isinstance(rule, Item | ItemAgent):
        window = window_seconds if rule.window_seconds is None else rule.window_seconds
        _settle_by_nearest(engine, rule, place, window)


def _settle_by_key(engine: Engine, rule: NormalisedKey, place: int) -> None:
    """Pair one record a key of either book; the others are surplus."""
    names = _names(place, 0)
    _find_candidates(engine, place, normalised("record_key", rule))
    engine.stage(names["moments"], model("moment").format(**names))
    engine.stage(names["edge"], model("nearest").format(**names))
    engine.stage(f"settled_{place}", model("settled_by_key").format(**names, rule=rule.rule))


def _settle_by_nearest(
    engine: Engine, rule: Item | ItemAgent, place: int, window_seconds: int
) -> None:
    """Let the nearest take each other, then the nearest of the rest, until nobody is in reach.

    Each round settles all pairs that have no nearer choice, whatever their order, so the result
    does not depend on it. Only groups still in play reach the next round.
    """
    _find_candidates(engine, place, "item_id" if isinstance(rule, Item) else ITEM_AGENT)
    rounds = 0
    while engine.count(_names(place, rounds)["candidate"]):
        names = _names(place, rounds)
        engine.stage(names["moments"], model("moment").format(**names))
        engine.stage(names["edge"], model("nearest").format(**names))
        settled = model("nearest_settled").format(**names, window=window_seconds)
        engine.stage(names["settled"], settled)
        rounds += 1
        left = model("candidate_left").format(**names)
        engine.stage(_names(place, rounds)["candidate"], left)
    if not rounds:
        engine.define(f"settled_{place}", NOTHING_SETTLED)
        return
    first = _names(place, 0)
    in_reach = f"in_reach_{place}"
    engine.stage(in_reach, model("in_reach").format(**first, window=window_seconds))
    every = " union all ".join(
        f"select * from {_names(place, number)['settled']}"  # noqa: S608  our own names
        for number in range(rounds)
    )
    text = model("settled_by_nearest").format(
        rounds=f"({every})", in_reach=in_reach, rule=rule.rule
    )
    engine.stage(f"settled_{place}", text)


def _find_candidates(engine: Engine, place: int, group_key: str) -> None:
    text = model("candidate").format(group_key=group_key, opened=f"open_{place}")
    engine.stage(_names(place, 0)["candidate"], text)


def _names(place: int, number: int) -> dict[str, str]:
    """Return the names of a rule's models in one round."""
    parts = ("candidate", "moments", "edge", "settled")
    return {part: f"{part}_{place}_{number}" for part in parts}

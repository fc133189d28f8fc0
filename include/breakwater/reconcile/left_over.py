"""Try matching rules, in their order, on records that are open.

Every rule sees what those before it left open, and settles some of it. Models of a rule carry its
place in the list in their names, so that each can be looked at after a run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from breakwater.contracts.matching import Group, Item, ItemAgent, NormalisedKey, Rule
from breakwater.engine.base import Engine
from breakwater.reconcile.groups import settle_group
from breakwater.reconcile.keys import normalised
from breakwater.reconcile.model_files import model
from breakwater.reconcile.over_midnight import PairOverMidnight

NOTHING_SETTLED = (
    "select cast(null as text) as side, cast(null as text) as record_id,"
    " cast(null as text) as counterpart_id, cast(null as text) as reason, cast(null as text) as rule,"
    " cast(null as bigint) as alternatives, cast(null as text) as match_group where 1 = 0"
)
ONLY_ITEMS = (
    "select side, record_id, lead_id, item_id, decided_at from left_over where not is_surplus"
)

# An agent is a pseudonym and holds no slash: the last one parts the two.
ITEM_AGENT = "item_id || '/' || agent"


@dataclass(frozen=True, slots=True)
class Trial:
    """What trying several rules gave.

    Attributes:
        settled: names of what each rule settled, in order.
        stars: names of groups of one and many, with the rules that made them.
        still_open: the name of what is open after the last rule.
    """

    settled: tuple[str, ...]
    stars: tuple[tuple[str, Group], ...]
    still_open: str


def pair_left_over(
    engine: Engine,
    rules: Sequence[Rule],
    log: str,
    window_seconds: int,
    over_midnight: Sequence[PairOverMidnight] = (),
) -> Trial:
    """Try rules on the records in ``left_over``.

    Args:
        engine: with `left_over`, and the books, for rules that look at more than the item.
        rules: those that pair, in order, without the key rule and what came before it.
        log: the name of our log with its keys.
        window_seconds: for rules that have no window of their own.
        over_midnight: pairs of an item with a neighbouring day; no rule of this day sees them.
    """
    simple = all(isinstance(rule, Item) for rule in rules)
    opened = ONLY_ITEMS if simple else model("opened").format(log=log)
    if not over_midnight:
        engine.define("open_rest_0", opened)
        return try_rules(engine, rules, "rest", window_seconds)
    columns = ("record_id", "action_id", "rule")
    texts = {name: pa.array([getattr(pair, name) for pair in over_midnight]) for name in columns}
    engine.load("midnight_pair", pa.table(texts))
    names = {"opened": "open_midnight", "settled": "settled_midnight"}
    engine.define(names["opened"], opened)
    engine.stage(names["settled"], model("settled_over_midnight"))
    engine.stage("open_rest_0", model("still_open").format(**names))
    trial = try_rules(engine, rules, "rest", window_seconds)
    return replace(trial, settled=(names["settled"], *trial.settled))


def try_rules(engine: Engine, rules: Sequence[Rule], stem: str, window_seconds: int) -> Trial:
    """Try rules in order on ``open_<stem>_0``; stage what each settles and what it leaves open."""
    stars: list[tuple[str, Group]] = []
    for place, rule in enumerate(rules):
        name = f"{stem}_{place}"
        window = getattr(rule, "window_seconds", None)
        window = window_seconds if window is None else window
        if isinstance(rule, Group):
            settle_group(engine, rule, name, window)
            if rule.shape != "many_to_many":
                stars.append((f"star_{name}", rule))
        elif isinstance(rule, NormalisedKey):
            _settle_by_key(engine, rule, name)
        elif isinstance(rule, Item | ItemAgent):
            _settle_by_nearest(engine, rule, name, window)
        if stem != "rest" or place + 1 < len(rules):
            names = {"opened": f"open_{name}", "settled": f"settled_{name}"}
            engine.stage(f"open_{stem}_{place + 1}", model("still_open").format(**names))
    settled = tuple(f"settled_{stem}_{place}" for place in range(len(rules)))
    return Trial(settled, tuple(stars), f"open_{stem}_{len(rules)}")


def all_settled(names: Sequence[str]) -> str:
    """Unite what rules settled; a tie counts only if no later rule had anything to say."""
    parts = [NOTHING_SETTLED]
    for place, name in enumerate(names):
        untold = [
            f"not exists (select 1 from {later} later where later.side = earlier.side"  # noqa: S608  our own names
            " and later.record_id = earlier.record_id)"
            for later in names[place + 1 :]
        ]
        where = " and ".join(untold)
        only = f" where reason <> 'equally_near' or ({where})" if where else ""
        parts.append(f"select earlier.* from {name} earlier{only}")  # noqa: S608  texts above
    return " union all ".join(parts)


def _settle_by_key(engine: Engine, rule: NormalisedKey, name: str) -> None:
    """Pair one record a key of either book; the others are surplus."""
    names = _names(name, 0)
    _find_candidates(engine, name, normalised("record_key", rule))
    engine.stage(names["moments"], model("moment").format(**names))
    engine.stage(names["edge"], model("nearest").format(**names))
    engine.stage(f"settled_{name}", model("settled_by_key").format(**names, rule=rule.rule))


def _settle_by_nearest(engine: Engine, rule: Item | ItemAgent, name: str, window: int) -> None:
    """Let the nearest take each other, then the nearest of the rest, until nobody is in reach.

    Each round settles all pairs that have no nearer choice, whatever their order, so the result
    does not depend on it. Only groups still in play reach the next round.
    """
    _find_candidates(engine, name, "item_id" if isinstance(rule, Item) else ITEM_AGENT)
    rounds = 0
    while engine.count(_names(name, rounds)["candidate"]):
        names = _names(name, rounds)
        engine.stage(names["moments"], model("moment").format(**names))
        engine.stage(names["edge"], model("nearest").format(**names))
        engine.stage(names["round"], model("nearest_settled").format(**names, window=window))
        rounds += 1
        left = model("candidate_left").format(**names, settled=names["round"])
        engine.stage(_names(name, rounds)["candidate"], left)
    if not rounds:
        engine.define(f"settled_{name}", NOTHING_SETTLED)
        return
    in_reach = f"in_reach_{name}"
    engine.stage(in_reach, model("in_reach").format(**_names(name, 0), window=window))
    every = " union all ".join(
        f"select * from {_names(name, number)['round']}"  # noqa: S608  our own names
        for number in range(rounds)
    )
    text = model("settled_by_nearest").format(
        rounds=f"({every})", in_reach=in_reach, rule=rule.rule
    )
    engine.stage(f"settled_{name}", text)


def _find_candidates(engine: Engine, name: str, group_key: str) -> None:
    text = model("candidate").format(group_key=group_key, opened=f"open_{name}")
    engine.stage(_names(name, 0)["candidate"], text)


def _names(name: str, number: int) -> dict[str, str]:
    """Return the names of a rule's models in one round."""
    return {part: f"{part}_{name}_{number}" for part in ("candidate", "moments", "edge", "round")}

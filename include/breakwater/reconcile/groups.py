"""Groups: records of one key or item that agree as a whole, though not one by one."""

from collections.abc import Sequence

import pyarrow as pa

from breakwater.contracts.comparison import Compared
from breakwater.contracts.matching import Group
from breakwater.core.vocabulary import Outcome
from breakwater.engine.base import Engine
from breakwater.reconcile.comparing import Comparison, judging
from breakwater.reconcile.keys import normalised
from breakwater.reconcile.model_files import model

SETTLED = frozenset({Compared.DECISION, Compared.DECIDED_AT})
"""What a group has compared as a whole."""

NO_DECISION = "''"

_STAR = (
    "select {vendor} as vendor_record, {internal} as internal_record, '{rule}' as rule, match_group,"
    " {tells_vendor} as tells_vendor, {tells_internal} as tells_internal from {name}"
)


def settle_group(engine: Engine, rule: Group, name: str, window_seconds: int) -> None:
    """Find the groups whose totals agree; give ``settled_<name>``, and for stars ``star_<name>``."""
    names = {"members": f"member_{name}", "star": f"star_{name}"}
    members = model("group_member").format(
        group_key=_group_key(rule), opened=f"open_{name}", window=window_seconds
    )
    engine.stage(names["members"], members)
    if rule.shape == "many_to_many":
        text = model("settled_by_totals").format(**names, rule=rule.rule)
        engine.stage(f"settled_{name}", text)
        return
    one, many = _sides(rule)
    allowed = ", ".join(f"'{decision.value}'" for decision in rule.allowed_decisions)
    engine.stage(
        names["star"],
        model("star").format(**names, one=one, many=many, allowed=allowed or NO_DECISION),
    )
    settled = model("settled_by_star").format(**names, one=one, many=many, rule=rule.rule)
    engine.stage(f"settled_{name}", settled)


def judge_stars(engine: Engine, stars: Sequence[tuple[str, Group]], comparison: Comparison) -> None:
    """Give ``star_outcome``: one row for every record of a group of one and many.

    The totals have compared the decisions, and the window the instants: of a job that takes an
    hour, each action lies where it may. Everything else is compared pair by pair.
    """
    engine.define("star", " union all ".join(_pairs_of(name, rule) for name, rule in stars))
    engine.define("star_pair", model("star_pair"))
    others: Comparison = {field: how for field, how in comparison.items() if field not in SETTLED}
    engine.stage("judged_star", judging(model("judged_pair"), others, "star_pair"))
    order = {"outcome": list(map(str, Outcome)), "place": list(range(len(Outcome)))}
    engine.load("outcome_order", pa.table(order))
    engine.define("star_outcome", model("star_outcome"))


def _pairs_of(name: str, rule: Group) -> str:
    if rule.shape == "one_to_many":
        sides = {"vendor": "one_id", "internal": "many_id"}
        tells = {"tells_vendor": "is_first", "tells_internal": "true"}
    else:
        sides = {"vendor": "many_id", "internal": "one_id"}
        tells = {"tells_vendor": "true", "tells_internal": "is_first"}
    return _STAR.format(**sides, **tells, rule=rule.rule, name=name)


def _sides(rule: Group) -> tuple[str, str]:
    """Return the side of the one and that of the many."""
    return ("vendor", "internal") if rule.shape == "one_to_many" else ("internal", "vendor")


def _group_key(rule: Group) -> str:
    if rule.by == "normalised_key":
        return normalised("record_key", rule)
    return "record_key" if rule.by == "key" else "item_id"

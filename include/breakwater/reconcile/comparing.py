"""Compose the model that judges pairs from the fields that are compared.

Only what is compared is in the text, so that a field costs nothing until somebody asks for it: the
default list reads no column that matching does not need anyway. Nothing in the text comes from
outside: names of fields and decisions are our own, and numbers are numbers.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from breakwater.contracts.comparison import (
    Compared,
    DecisionComparison,
    FieldComparison,
    NumberComparison,
)
from breakwater.core.vocabulary import Decision

TEXTS: Final[Mapping[Compared, tuple[str, str]]] = {
    Compared.QUEUE: ("vendor_queue", "internal_queue"),
    Compared.SITE: ("vendor_site", "internal_site"),
    Compared.LANGUAGE: ("vendor_language", "internal_language"),
    Compared.ITEM_ID: ("vendor_item", "internal_item"),
}
"""Columns of a pair for texts whose difference has no class of its own."""
NO = "false"

Comparison = Mapping[Compared, FieldComparison]


def judging(text: str, comparison: Comparison, pairs: str) -> str:
    """Fill the braces of ``judged_pair.sql``.

    Args:
        text: the model.
        comparison: by field, in the order in which differences are named.
        pairs: the name that holds the pairs.
    """
    conditions = {field: _differs(field, how) for field, how in comparison.items()}
    numbers = [how for how in comparison.values() if isinstance(how, NumberComparison)]
    with_class = {Compared.DECISION, Compared.POLICY, Compared.DECIDED_AT}
    others = [told for field, told in conditions.items() if field not in with_class]
    inexact = [_is_unequal(how.field) for how in numbers]
    if Compared.DECIDED_AT in comparison:
        inexact.append("abs(drift_seconds) > matched_seconds")
    return text.format(
        pairs=pairs,
        decision_differs=conditions.get(Compared.DECISION, NO),
        policy_differs=conditions.get(Compared.POLICY, NO),
        time_differs=conditions.get(Compared.DECIDED_AT, NO),
        other_differs=_any(others),
        is_inexact=_any(inexact),
        differences=_names(conditions),
        direction=_direction(),
        stated="".join(_stated(how.field) for how in numbers),
        numbers=_LOOKED_UP if numbers else "",
    )


def _any(conditions: Iterable[str]) -> str:
    return " or ".join(f"({each})" for each in conditions) or NO


def _differs(field: Compared, how: FieldComparison) -> str:
    """Return the condition under which a field of a pair differs; null is no difference."""
    if isinstance(how, DecisionComparison):
        return _decision_differs(how)
    if isinstance(how, NumberComparison):
        one, other = _number(field)
        larger = f"greatest(abs({one}), abs({other}))"
        limit = f"greatest({how.absolute:.17e}, {how.relative:.17e} * {larger})"
        return f"abs({one} - {other}) > {limit}"
    if field is Compared.DECIDED_AT:
        return "abs(drift_seconds) > time_seconds"
    if field is Compared.POLICY:
        return "vendor_policy <> internal_policy"
    one, other = TEXTS[field]
    return f"{one} <> {other}"


def _decision_differs(how: DecisionComparison) -> str:
    different = "vendor_decision <> internal_decision"
    for several in how.equivalent:
        listed = ", ".join(f"'{decision.value}'" for decision in sorted(set(several)))
        different += f" and not (vendor_decision in ({listed}) and internal_decision in ({listed}))"
    return different


def _number(field: Compared) -> tuple[str, str]:
    return f"vendor_{field.value}", f"internal_{field.value}"


def _is_unequal(field: Compared) -> str:
    one, other = _number(field)
    return f"{one} <> {other}"


def _names(conditions: Mapping[Compared, str]) -> str:
    """Return the names of the differing fields, each after a comma."""
    parts = [
        f"case when {condition} then ',{field.value}' else '' end"
        for field, condition in conditions.items()
    ]
    return " || ".join(parts) or "''"


def _direction() -> str:
    """Tell who decided more strictly, by the order of the vocabulary."""
    return (
        f"case when {_rank('vendor_decision')} > {_rank('internal_decision')}"
        " then 'vendor_stricter' else 'vendor_weaker' end"
    )


def _rank(column: str) -> str:
    ranks = " ".join(f"when '{decision.value}' then {n}" for n, decision in enumerate(Decision))
    return f"case {column} {ranks} end"


def _stated(field: Compared) -> str:
    one, other = _number(field)
    return f"event.{field.value} as {one}, logged.{field.value} as {other},\n            "


_LOOKED_UP = """left join (
            select event_id, cast(handle_seconds as double precision) as handle_seconds, score
            from case_event
        ) event on event.event_id = pair.vendor_id
        left join (
            select action_id, cast(handle_seconds as double precision) as handle_seconds, score
            from enforcement_action
        ) logged on logged.action_id = pair.internal_id"""
"""Numbers are no part of the books that matching reads: they are looked up where they are compared."""


def compared_fields(comparison: Comparison) -> list[dict[str, object]]:
    """List what is compared and how, for the fingerprint of what a result depends on."""
    spans = {"effective_from", "effective_to"}
    return [how.model_dump(mode="json", exclude=spans) for how in comparison.values()]

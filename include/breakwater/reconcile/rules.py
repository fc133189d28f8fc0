"""Why a record ended where it did: every value of the column ``rule`` unless a rule is renamed."""

from collections.abc import Iterable
from typing import Final

from breakwater.contracts.matching import OVER_MIDNIGHT, Rule

RULES: Final[dict[str, str]] = {
    "exact_key": "Both books name the record by the same key; of several, the nearest in time.",
    "exact_key_over_midnight": "The same key, in an action of a neighbouring day near midnight.",
    "normalised_key": "Both keys are the same once they are rewritten as the rule says.",
    "group": "Several records of one key or item agree as a whole, by their totals.",
    "item_agent": "The same item and reviewer, and each is the other's nearest decision.",
    "item_nearest": "No key pairs them: the same item, and each is the other's nearest decision.",
    "surplus_of_key": "Another record of the same book and key is in the pair.",
    "equally_near": "Two decisions on the item are equally near; nobody guesses.",
    "unpaired": "The other book has nothing that fits.",
}
UNKNOWN: Final = "No rule in force on the day has this name any more."
_BY_KIND: Final[dict[str, str]] = {"item": "item_nearest"}


def sentence_of(name: str, rules: Iterable[Rule]) -> str:
    """Say why a record ended by what its column ``rule`` holds, whatever a rule is called.

    Args:
        name: the value of the column.
        rules: those in force on the record's day.
    """
    named = {rule.rule: _BY_KIND.get(rule.kind, rule.kind) for rule in rules}
    plain = name.removesuffix(OVER_MIDNIGHT)
    if name != plain:
        sentence = RULES.get(named.get(plain, plain), UNKNOWN)
        return f"{sentence} The action is a neighbouring day's, near midnight."
    return RULES.get(named.get(name, name), UNKNOWN)

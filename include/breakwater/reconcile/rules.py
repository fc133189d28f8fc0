"""Why a record ended where it did: every value of the column ``rule``, in the order of preference."""

from typing import Final

RULES: Final[dict[str, str]] = {
    "exact_key": "Both books name the record by the same key; of several, the nearest in time.",
    "exact_key_over_midnight": "The same key, in an action of a neighbouring day near midnight.",
    "item_nearest": "No key pairs them: the same item, and each is the other's nearest decision.",
    "surplus_of_key": "Another record of the same book and key is in the pair.",
    "equally_near": "Two decisions on the item are equally near; nobody guesses.",
    "unpaired": "The other book has nothing that fits.",
}

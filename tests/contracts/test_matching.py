"""Lists of matching rules: what could never be tried is refused, and each day has its own."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from breakwater.contracts.matching import ExactKey, NormalisedKey, RuleList, key_rule
from breakwater.contracts.operations import Matching

EXACT, ITEM, FUZZY = {"kind": "exact_key"}, {"kind": "item"}, {"kind": "fuzzy"}
NORMAL = {"kind": "normalised_key", "ignore_case": True}
GROUP = {"kind": "group", "shape": "one_to_many", "by": "key"}


def listed(*rules: dict[str, Any]) -> RuleList:
    """Read a list of rules."""
    return RuleList.model_validate({"rules": rules})


def test_without_a_list_keys_come_first_and_items_after() -> None:
    """What an operation had before it could say so."""
    names = [rule.rule for rule in Matching().in_force_on(date(2026, 3, 2))]
    assert names == ["exact_key", "item_nearest"]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ((ITEM, EXACT), "an exact key comes first"),
        (
            (EXACT, {**EXACT, "rule": "again"}),
            "comes first, but for groups by key; found 'exact_key'",
        ),
        ((EXACT, GROUP), "a group by key comes before every other rule"),
        ((GROUP, ITEM), "a group by key needs a key rule after it"),
        ((EXACT, FUZZY, ITEM), "it comes last; found 'item_nearest' after"),
        ((EXACT, ITEM, ITEM), "found 'item_nearest' twice"),
        ((EXACT, {**ITEM, "rule": "unpaired"}), "may not be named 'unpaired'"),
        ((EXACT, {**ITEM, "rule": "x_over_midnight"}), "may not be named"),
        ((EXACT, {**ITEM, "rule": "'; drop"}), "should match pattern"),
        (({**GROUP, "shape": "many_to_many", "allowed_decisions": ["warn"]},), "allows no others"),
        (({**GROUP, "allowed_decisions": ["frown"]},), "Input should be"),
        (({"kind": "guess"},), "does not match any of the expected tags"),
        ((), "Value error, at least one rule has to pair records"),
        # The first two are of different days; what follows them is looked at all the same.
        (
            (
                {**EXACT, "effective_to": "2026-02-28"},
                {**NORMAL, "effective_from": "2026-03-01"},
                ITEM,
                ITEM,
            ),
            "need different names; found 'item_nearest' twice",
        ),
        # One common day is enough.
        (
            (
                EXACT,
                {**ITEM, "effective_to": "2026-03-02"},
                {**ITEM, "effective_from": "2026-03-02"},
            ),
            "on the same day need different names; found 'item_nearest' twice",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "rules",
)
def test_a_list_that_cannot_be_tried_in_order_is_refused(
    rules: tuple[dict[str, Any], ...], said: str
) -> None:
    """The message says which entry is in the way."""
    with pytest.raises(ValidationError, match=said):
        listed(*rules)


@pytest.mark.parametrize(
    "rules",
    [
        (),
        (FUZZY,),
        (GROUP,),
        (GROUP, {**EXACT, "effective_from": "2026-03-02"}, ITEM),
        (GROUP, {**EXACT, "effective_to": "2026-03-02"}, ITEM),
        (
            GROUP,
            {**EXACT, "effective_to": "2026-03-01"},
            {**NORMAL, "effective_from": "2026-03-03"},
            ITEM,
        ),
    ],
    ids=["none", "suggestions", "group", "key_later", "key_earlier", "one_day"],
)
def test_a_list_that_leaves_a_rule_or_a_day_idle_is_refused(
    rules: tuple[dict[str, Any], ...],
) -> None:
    """Nothing would be paired, or a group by key would look at keys that nobody compares."""
    with pytest.raises(ValidationError, match=r"has to pair records|needs a key rule after it"):
        listed(*rules)


def test_entries_of_one_name_may_follow_each_other() -> None:
    """A rule that changes is two entries; each day has one of them."""
    rules = listed(
        {**EXACT, "effective_to": "2026-02-28"},
        {**NORMAL, "rule": "exact_key", "effective_from": "2026-03-01"},
        ITEM,
    )
    before, after = (key_rule(rules.in_force_on(date(2026, month, 1))) for month in (2, 3))
    assert isinstance(before, ExactKey)
    assert isinstance(after, NormalisedKey)


def test_a_group_by_key_needs_a_key_rule_only_on_its_own_days() -> None:
    """Before it is in force the list may do without."""
    since = {"effective_from": "2026-03-02"}
    assert len(listed({**GROUP, **since}, {**EXACT, **since}, ITEM).rules) == 3


def test_several_groups_by_key_may_stand_before_the_key_rule() -> None:
    """One of many actions and one of many reports, in either order."""
    other = {**GROUP, "rule": "other_way", "shape": "many_to_one"}
    for groups in ((GROUP, other), (other, GROUP)):
        assert isinstance(key_rule(listed(*groups, EXACT, ITEM).rules), ExactKey)


def test_the_key_rule_is_the_first_but_for_groups_by_key() -> None:
    """Whole books are joined by it, if there is one."""
    assert isinstance(key_rule(listed(GROUP, NORMAL, ITEM).rules), NormalisedKey)
    assert key_rule(listed(ITEM, NORMAL).rules) is None
    assert key_rule(()) is None

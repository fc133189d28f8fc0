"""Matching rules as data: what makes a record of each book a pair, tried in the order written."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, combinations
from typing import Annotated, Literal

from pydantic import Field, model_validator

from breakwater.contracts.base import Contract, Effective
from breakwater.core.vocabulary import Decision

RuleName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]

REASONS = ("surplus_of_key", "equally_near", "unpaired")
"""What the column `rule` says of a record that no rule paired; no rule may have such a name."""

OVER_MIDNIGHT = "_over_midnight"
"""Follows the key rule's name where the pair lies on both sides of a midnight."""


class Normalised(Contract):
    """How a key is rewritten before it is compared: in the order of these fields.

    Letters and digits are ASCII's; all others stay as they are, alike on every engine. A key of
    which nothing would be left is compared as it is.
    """

    ignore_case: bool = False
    strip_prefixes: tuple[Annotated[str, Field(min_length=1, max_length=40)], ...] = ()
    """The longest that fits is taken off, once; spelled in any case if case is ignored."""
    only_alphanumerics: bool = False
    """Spaces, dashes and other punctuation are left out."""
    strip_leading_zeros: bool = False


class ExactKey(Effective):
    """The same key; of several records, the nearest two in time. All others are duplicates."""

    kind: Literal["exact_key"]
    rule: RuleName = "exact_key"


class NormalisedKey(Effective, Normalised):
    """The same key once both are rewritten; otherwise as the exact key."""

    kind: Literal["normalised_key"]
    rule: RuleName = "normalised_key"


class Item(Effective):
    """The same item, and each decision is the other's nearest; of equally near ones none."""

    kind: Literal["item"]
    rule: RuleName = "item_nearest"
    window_seconds: int | None = Field(default=None, ge=0)
    """The farthest a decision may lie; `matching.window_seconds` when absent."""


class ItemAgent(Effective):
    """The same item decided by the same reviewer, and each decision is the other's nearest."""

    kind: Literal["item_agent"]
    rule: RuleName = "item_agent"
    window_seconds: int | None = Field(default=None, ge=0)
    """The farthest a decision may lie; `matching.window_seconds` when absent."""


class Group(Effective, Normalised):
    """Records of one key or item that agree as a whole, though not one by one.

    Records that follow each other within the window are one group. It pairs when its totals agree:
    of one against many, when each of the many carries the one's decision or an allowed one, and at
    least one carries the same; of many against many, when both books have every decision equally
    often. A decision that nobody mapped agrees with nothing.
    """

    kind: Literal["group"]
    rule: RuleName = "group"
    shape: Literal["one_to_many", "many_to_one", "many_to_many"]
    """Of vendor records to actions of ours."""
    by: Literal["key", "normalised_key", "item"]
    window_seconds: int | None = Field(default=None, ge=0)
    """The longest pause between two records of a group; `matching.window_seconds` when absent."""
    allowed_decisions: tuple[Decision, ...] = ()
    """Decisions that may accompany the one's: a label beside a removal."""

    @model_validator(mode="after")
    def _allows_what_it_looks_at(self) -> "Group":
        if self.shape == "many_to_many" and self.allowed_decisions:
            message = "many_to_many compares how often each decision occurs: it allows no others"
            raise ValueError(message)
        return self


class Fuzzy(Effective):
    """Ids that are alike, among what nothing else paired. It suggests, and pairs nobody."""

    kind: Literal["fuzzy"]
    rule: RuleName = "fuzzy"
    on: tuple[Literal["record_key", "item_id"], ...] = Field(default=("record_key",), min_length=1)
    minimum_score: float = Field(default=0.85, gt=0, le=1)
    """1 less the share of characters that were mistyped, left out, added or swapped."""
    window_seconds: int | None = Field(default=None, ge=0)
    """The farthest a decision may lie; `matching.window_seconds` when absent."""
    at_most: int = Field(default=3, ge=1, le=20)
    """Suggestions a vendor record."""


Rule = Annotated[
    ExactKey | NormalisedKey | Item | ItemAgent | Group | Fuzzy, Field(discriminator="kind")
]

TODAY: tuple[Rule, ...] = (ExactKey(kind="exact_key"), Item(kind="item"))
"""What an operation gets that names no rules."""


class RuleList(Contract):
    """Rules in the order in which they are tried; each record is taken by the first that can."""

    rules: tuple[Rule, ...] = TODAY

    @model_validator(mode="after")
    def _can_be_tried_in_order(self) -> "RuleList":
        for message in chain(_disorder(self.rules), _idle(self.rules)):
            raise ValueError(message)
        return self

    def in_force_on(self, day: date) -> tuple[Rule, ...]:
        """Return the rules of an operational day, in order."""
        return tuple(rule for rule in self.rules if rule.in_force_on(day))


def key_rule(rules: Sequence[Rule]) -> ExactKey | NormalisedKey | None:
    """Return the rule by which whole books are joined: the first, but for groups by key."""
    first = next((rule for rule in rules if not is_group_by_key(rule)), None)
    return first if isinstance(first, ExactKey | NormalisedKey) else None


def is_group_by_key(rule: Rule) -> bool:
    """Tell whether a rule looks at the records that share the key rule's key."""
    return isinstance(rule, Group) and rule.by == "key"


def _disorder(rules: Sequence[Rule]) -> Iterator[str]:
    """Find what could never be tried, or would not be told apart."""
    for rule in rules:
        if rule.rule in REASONS or rule.rule.endswith(OVER_MIDNIGHT):
            yield f"a rule may not be named {rule.rule!r}: it is a reason of the column already"
    for earlier, later in combinations(rules, 2):
        if not _meet(earlier, later):
            continue
        if earlier.rule == later.rule:
            yield f"rules in force on the same day need different names; found {later.rule!r} twice"
        if isinstance(later, ExactKey) and not is_group_by_key(earlier):
            yield f"an exact key comes first, but for groups by key; found {earlier.rule!r} before"
        if is_group_by_key(later) and not is_group_by_key(earlier):
            yield f"a group by key comes before every other rule; found {earlier.rule!r} before"
        if isinstance(earlier, Fuzzy) and not isinstance(later, Fuzzy):
            yield f"a fuzzy rule looks at what is left: it comes last; found {later.rule!r} after"


def _idle(rules: Sequence[Rule]) -> Iterator[str]:
    """Find lists that pair nothing, and groups by key on days without a key."""
    if all(isinstance(rule, Fuzzy) for rule in rules):
        yield "at least one rule has to pair records; found none"
    for day in _days_of_change(rules):
        on_day = [rule for rule in rules if rule.in_force_on(day)]
        for rule in filter(is_group_by_key, on_day):
            if key_rule(on_day) is None:
                yield f"a group by key needs a key rule after it; found none after {rule.rule!r}"


def _days_of_change(rules: Sequence[Rule]) -> list[date]:
    """Return the first day of every span in which the same rules are in force."""
    starts = {rule.effective_from or date.min for rule in rules}
    ends = {rule.effective_to for rule in rules} - {None, date.max}
    return sorted(starts | {end + timedelta(days=1) for end in ends if end is not None})


def _meet(one: Effective, other: Effective) -> bool:
    """Tell whether two entries are in force on a common day."""
    starts = max(one.effective_from or date.min, other.effective_from or date.min)
    return starts <= min(one.effective_to or date.max, other.effective_to or date.max)

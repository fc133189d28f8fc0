"""What a break weighs: how bad its class is in its queue, and what the contract pays for the work."""

from collections.abc import Mapping

from breakwater.contracts.breaks import price_on
from breakwater.core.finding import Severity
from breakwater.core.vocabulary import Outcome
from breakwater.reconcile.books import VendorDay
from breakwater.reconcile.findings import SEVERITIES

TIERS, USUAL_TIER = ("A", "B", "C"), "B"
"""Of a queue that the configuration no longer names, though records still have it, the usual one."""


def severity_of(outcome: Outcome, tier: str, *, is_weaker: bool) -> Severity:
    """Weigh one break.

    Args:
        outcome: its class; what the class usually weighs is where it starts.
        tier: harm of what reviewers of the queue see. A weighs a step more, C a step less.
        is_weaker: whether the vendor decided less than we enforced. That is a step less: content
            that should be down is down.
    """
    steps = {"A": 1, "C": -1}.get(tier, 0) - is_weaker
    scale = list(Severity)
    return scale[max(0, min(SEVERITIES[outcome].rank + steps, len(scale) - 1))]


def materiality_of(about: VendorDay) -> Mapping[str, object]:
    """Return the parameters by which ``seen_break`` weighs every class in every queue.

    Every class in every tier, and the tier of those queues that are not of the usual one: a desk
    with hundreds of queues is not weighed queue by queue for each of its days.
    """
    queues = about.operations.queues.items()
    tiers = {name: it.severity_tier for name, it in queues if it.severity_tier != USUAL_TIER}
    weighed = [
        (outcome, tier, is_weaker, severity_of(outcome, tier, is_weaker=is_weaker))
        for outcome in SEVERITIES
        for tier in TIERS
        for is_weaker in (False, True)
    ]
    outcomes, tier_of_each, weaker, severities = zip(*weighed, strict=True)
    price = price_on(about.contract.pricing, about.day)
    return {
        "outcomes": [outcome.value for outcome in outcomes],
        "tiers": list(tier_of_each),
        "weaker": list(weaker),
        "severities": [severity.value for severity in severities],
        "queues": list(tiers),
        "queue_tiers": list(tiers.values()),
        "usual_tier": USUAL_TIER,
        "currency": None if price is None else price.currency,
        "per_case": 0 if price is None else price.per_case,
        "per_minute": 0 if price is None else price.per_minute,
    }

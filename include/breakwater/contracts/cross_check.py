"""What the configuration files say about each other: names in one that another does not know."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from breakwater.contracts.calendar import CalendarRule
from breakwater.contracts.clocks import AppliesTo, Clock, contradictions
from breakwater.contracts.comparison import FieldComparison, NumberComparison
from breakwater.contracts.conditions import Condition
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.events import event_problems
from breakwater.contracts.excusals import excusal_problems
from breakwater.contracts.metrics import METRICS
from breakwater.contracts.routes import Matcher
from breakwater.contracts.source import OzoneSource
from breakwater.contracts.telling import telling_problems
from breakwater.contracts.vendor import VendorContract

UTC = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu"})
"""Names of the zone by which some systems count their days."""


def cross_check(configuration: Configuration) -> Iterator[str]:
    """Find names in one file that another file does not know."""
    for name, queue in configuration.operations.queues.items():
        for policy in sorted(set(queue.policies) - set(configuration.operations.policies)):
            yield f"operations.yaml: queues.{name}.policies: expected a policy; found {policy!r}"
    for field in _never_stated(configuration, configuration.operations.comparison):
        yield f"operations.yaml: comparison: expected enforcement_log.{field} to name a column; found none"
    yield from contradictions(configuration.clocks)
    yield from _overlaps(configuration)
    for clock in configuration.clocks:
        yield from _cross_check_clock(configuration, clock)
    yield from _untracked(configuration)
    for audience in configuration.audiences:
        for vendor in sorted(set(audience.vendors) - set(configuration.vendors)):
            path = f"audiences.{audience.audience}.vendors"
            yield f"audiences.yaml: {path}: expected a vendor; found {vendor!r}"
    yield from telling_problems(configuration)
    for route in (each for top in configuration.routes for each in top.with_those_below()):
        path = f"routes.yaml: routes.{route.route}.match"
        yield from _cross_check_matcher(configuration, path, route.match)
    for silence in configuration.silences:
        path = f"silences.yaml: silences.{silence.silence}.match"
        yield from _cross_check_matcher(configuration, path, silence.match)
    yield from excusal_problems(
        configuration.excusals,
        configuration.clocks,
        vendors=configuration.vendors,
        queues=configuration.operations.queues,
    )
    for problem in event_problems(configuration.events, event_names(configuration)):
        yield f"events.yaml: {problem}"


def event_names(configuration: Configuration) -> dict[str, Iterable[str]]:
    """Return what an event may name, by dimension; sites and priorities are the vendors' words."""
    operations = configuration.operations
    return {
        "vendor": configuration.vendors,
        "queue": operations.queues,
        "policy": operations.policies,
        "language": operations.languages,
        "metric": METRICS,
    }


def _untracked(configuration: Configuration) -> Iterator[str]:
    """Find duties that no clock of our own tracks though one is named."""
    policies = {clock.clock for clock in configuration.clocks if clock.kind == "internal"}
    for duty in configuration.duties:
        if duty.tracked_by not in {None, *policies}:
            path = f"clocks/: duties.{duty.duty}.tracked_by"
            yield f"{path}: expected an internal clock; found {duty.tracked_by!r}"


def _never_stated(
    configuration: Configuration, comparison: Iterable[FieldComparison]
) -> Iterator[str]:
    """Name compared numbers that our log has no column for: they would never differ."""
    log = configuration.operations.enforcement_log
    for how in comparison:
        if isinstance(how, NumberComparison) and getattr(log, how.field.value) is None:
            yield how.field.value


def _overlaps(configuration: Configuration) -> Iterator[str]:
    """Find versions of one vendor's contract that are in force on the same day."""
    for vendor, earlier in configuration.earlier_versions.items():
        for later, before in pairwise((configuration.vendors[vendor], *earlier)):
            if (before.effective_to or date.max) >= (later.effective_from or date.min):
                yield f"vendors/: {vendor}: expected contracts one after another; found an overlap"


def _cross_check_matcher(
    configuration: Configuration, path: str, matcher: Matcher
) -> Iterator[str]:
    """Find names that no finding can have: such a matcher would never match."""
    for vendor in sorted(set(matcher.vendors) - set(configuration.vendors)):
        yield f"{path}.vendors: expected a vendor; found {vendor!r}"
    for queue in sorted(set(matcher.queues) - set(configuration.operations.queues)):
        yield f"{path}.queues: expected a queue; found {queue!r}"


def _cross_check_clock(configuration: Configuration, clock: Clock) -> Iterator[str]:
    """Find names that no case has: where a clock runs, where a target counts, what moves it."""
    at = f"clocks/: {clock.clock}"
    scopes = [("applies", clock.applies)]
    scopes += [(f"targets.{n}.when", target.when) for n, target in enumerate(clock.targets)]
    for place, scope in scopes:
        for name in sorted(set(scope.vendors) - set(configuration.vendors)):
            yield f"{at}.{place}: expected a vendor; found {name!r}"
        yield from _unknown_places(configuration, f"{at}.{place}", scope)
    defer = clock.defer
    for role, conditions in (
        ("start", clock.start),
        ("counts_from", clock.counts_from),
        ("stop", clock.stop),
        ("reset", clock.reset),
        ("cancel", clock.cancel),
        ("pause", clock.pause),
        ("resume", clock.resume),
        ("defer.begin", defer.begin if defer else ()),
        ("defer.end", defer.end if defer else ()),
    ):
        for condition in conditions:
            yield from _unknown_places(configuration, f"{at}.{role}", condition)


def _unknown_places(
    configuration: Configuration, path: str, scope: AppliesTo | Condition | CalendarRule
) -> Iterator[str]:
    """Find queues, policies and languages that the operation does not know."""
    operations = configuration.operations
    for named, known, what in (
        (scope.queues, operations.queues, "queue"),
        (scope.policies, operations.policies, "policy"),
        (scope.languages, operations.languages, "language"),
    ):
        for name in sorted(set(named) - set(known)):
            yield f"{path}: expected a {what}; found {name!r}"


def cross_check_vendor(
    configuration: Configuration, stem: str, contract: VendorContract
) -> Iterator[str]:
    """Find what one vendor file says and the operation does not know.

    A file is named by its vendor; ``<vendor>@<anything>.yaml`` holds another version of its
    contract, in force before or after.
    """
    file = f"vendors/{stem}.yaml"
    clocks = {clock.clock for clock in configuration.clocks}
    named = stem.partition("@")[0]
    if contract.vendor != named:
        yield f"{file}: vendor: expected {named!r}, as the file is named; found {contract.vendor!r}"
    for code, queue in contract.codes.queues.items():
        if queue not in configuration.operations.queues:
            yield f"{file}: codes.queues.{code}: expected a queue; found {queue!r}"
    if contract.defaults.queue not in {None, *configuration.operations.queues}:
        yield f"{file}: defaults.queue: expected a queue; found {contract.defaults.queue!r}"
    for field in _never_stated(configuration, contract.comparison or ()):
        yield f"{file}: comparison: expected enforcement_log.{field} to name a column; found none"
    for number, rule in enumerate(contract.calendar_rules):
        yield from _unknown_places(configuration, f"{file}: calendar_rules.{number}", rule)
    source, zone = contract.source, configuration.operations.zone
    if isinstance(source, OzoneSource) and source.totals and zone not in UTC:
        yield f"{file}: source.totals: expected an operation whose zone is UTC; found {zone}"
    for target in contract.targets:
        if target.clock not in clocks:
            yield f"{file}: targets: expected a clock; found {target.clock!r}"

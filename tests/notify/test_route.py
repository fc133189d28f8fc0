"""Whom a finding concerns."""

from typing import Any

import pytest
from situations import finding

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.routes import Destination, Matcher, Route
from breakwater.core.finding import Rule, Severity
from breakwater.notify.route import Recipient, contacts_of, recipients_of


def _route(*recipients: tuple[Any, str], continues: bool = False, **match: object) -> Route:
    return Route(
        route="r",
        match=Matcher(**match),
        send_to=tuple(Destination(channel=c, recipient=r) for c, r in recipients),
        continues=continues,
    )


OPS = ("slack", "C0OPS")
LEGAL = ("slack", "C0LEGAL")


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ([_route(OPS), _route(LEGAL)], [OPS]),
        ([_route(OPS, continues=True), _route(LEGAL)], [OPS, LEGAL]),
        ([_route(LEGAL, rules=[Rule.EXPORT_LATE]), _route(OPS)], [OPS]),
        ([_route(OPS, continues=True), _route(OPS, LEGAL)], [OPS, LEGAL]),
        ([_route(OPS, minimum_severity=Severity.CRITICAL)], []),
    ],
    ids=["first ends", "continues", "no match", "each once", "nobody"],
)
def test_the_first_route_that_matches_ends_unless_it_continues(
    routes: list[Route], expected: list[tuple[Any, str]], configuration: Configuration
) -> None:
    """A major break of Pearlline against lists of routes."""
    told = recipients_of(finding(), routes, configuration.vendors)
    assert list(told) == [Recipient(*address) for address in expected]


def test_a_vendor_is_told_through_the_contacts_of_its_contract(
    configuration: Configuration,
) -> None:
    """``{vendor}`` is the channel and the addresses of the finding's vendor."""
    routes = [_route(("slack", "{vendor}"), ("email", "{vendor}"))]
    told = recipients_of(finding(), routes, configuration.vendors)
    assert set(told) == set(contacts_of(configuration.vendors["pearlline"]))


def test_a_finding_of_all_vendors_is_told_to_none_of_them(configuration: Configuration) -> None:
    """There is no contract whose contacts ``{vendor}`` could stand for."""
    everywhere = finding(Rule.KPI_ANOMALY, vendor=None)
    assert recipients_of(everywhere, [_route(("slack", "{vendor}"))], configuration.vendors) == ()


@pytest.mark.parametrize("vendor", ["dekkan", None])
def test_a_route_that_names_another_vendors_channel_tells_it_nothing(
    vendor: str | None, configuration: Configuration
) -> None:
    """A slip in routes.yaml must not show Dekkan's breaks to Pearlline."""
    routes = [_route(("slack", "C0PEARLLINE"), OPS)]
    told = recipients_of(finding(vendor=vendor), routes, configuration.vendors)
    assert told == (Recipient(*OPS),)


@pytest.mark.parametrize("rule", list(Rule))
def test_every_rule_reaches_the_operation_by_the_routes_that_ship(
    rule: Rule, configuration: Configuration
) -> None:
    """Nothing can be found that nobody is told about."""
    told = recipients_of(finding(rule), configuration.routes, configuration.vendors)
    assert Recipient(*OPS) in told

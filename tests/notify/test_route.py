"""Whom a finding concerns."""

from typing import Any

import pytest
from situations import finding, recipients_of

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.on_call import Team
from breakwater.contracts.recipients import RecipientWishes
from breakwater.contracts.routes import Destination, Grouping, Matcher, Route
from breakwater.core.finding import Rule, Severity
from breakwater.notify.route import (
    Directory,
    Recipient,
    WayReason,
    branches_of,
    contacts_of,
    ways_of,
    wishes_of,
)


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


LEGAL_TREE = [
    {
        "route": "legal",
        "match": {"rules": ["StatutoryClockBreached"]},
        "send_to": [{"channel": "slack", "recipient": "C0LEGAL"}],
        "group": {"by": ["vendor"]},
        "escalation": "chain",
        "continues": True,
        "routes": [
            {
                "route": "orders",
                "match": {"scope": {"clock": ["eu_tco_removal", "in_order"]}},
                "send_to": [{"channel": "slack", "recipient": "C0ORDERS"}],
                "group": {"wait_minutes": 5},
                "continues": True,
            },
            {
                "route": "pearlline",
                "match": {"vendors": ["pearlline"]},
                "routes": [
                    {
                        "route": "spam",
                        "match": {"queues": ["spam"]},
                        "send_to": [{"channel": "slack", "recipient": "C0SPAM"}],
                        "escalation": "other",
                    }
                ],
            },
        ],
    },
    {"route": "rest", "send_to": [{"channel": "slack", "recipient": "C0OPS"}]},
]


@pytest.mark.parametrize(
    ("rule", "vendor", "scope", "expected"),
    [
        (Rule.EXPORT_LATE, "dekkan", {}, ["rest"]),
        (Rule.STATUTORY_CLOCK_BREACHED, "dekkan", {"clock": "us_tida"}, ["legal", "rest"]),
        (Rule.STATUTORY_CLOCK_BREACHED, "dekkan", {"clock": "in_order"}, ["legal/orders", "rest"]),
        (
            Rule.STATUTORY_CLOCK_BREACHED,
            "pearlline",
            {"clock": "in_order", "queue": "spam"},
            ["legal/orders", "legal/pearlline/spam", "rest"],
        ),
        # A route that leads nowhere by itself, and has none below that matches, is passed over.
        (Rule.STATUTORY_CLOCK_BREACHED, "pearlline", {"queue": "hate"}, ["legal", "rest"]),
    ],
)
def test_routes_below_are_asked_first(
    rule: Rule, vendor: str, scope: dict[str, str], expected: list[str]
) -> None:
    """What none of them takes goes where the route itself leads; nothing falls into a hole."""
    tree = [Route.model_validate(each) for each in LEGAL_TREE]
    taken = branches_of(finding(rule, vendor=vendor, scope=scope), tree)
    assert [branch.path for branch in taken] == expected


def test_what_a_route_does_not_say_it_has_from_above() -> None:
    """Grouping and chain of the nearest route that states one."""
    tree = [Route.model_validate(each) for each in LEGAL_TREE]
    late = finding(
        Rule.STATUTORY_CLOCK_BREACHED, scope={"clock": "in_order", "queue": "spam"}
    )  # fmt: skip
    orders, spam, rest = branches_of(late, tree)
    assert (orders.escalation, orders.grouping.wait_minutes) == ("chain", 5)
    assert (spam.escalation, spam.grouping.by) == ("other", ("vendor",))
    assert (rest.escalation, rest.grouping) == (None, Grouping())


@pytest.mark.parametrize(
    ("wishes", "vendor", "severity", "expected"),
    [
        ({}, "dekkan", Severity.INFO, WayReason.TOLD),
        ({"vendors": ["dekkan"]}, "dekkan", Severity.INFO, WayReason.TOLD),
        ({"vendors": ["dekkan"]}, "pearlline", Severity.INFO, WayReason.OTHER_VENDORS_ONLY),
        ({"vendors": ["dekkan"]}, None, Severity.INFO, WayReason.OTHER_VENDORS_ONLY),
        ({"minimum_severity": "major"}, "dekkan", Severity.MAJOR, WayReason.TOLD),
        ({"minimum_severity": "major"}, "dekkan", Severity.WARNING, WayReason.BELOW_ITS_SEVERITY),
    ],
)
def test_a_recipient_hears_what_it_wishes(
    wishes: dict[str, Any],
    vendor: str | None,
    severity: Severity,
    expected: WayReason,
    configuration: Configuration,
) -> None:
    """Whatever the routes send it."""
    stated = RecipientWishes.model_validate(
        {"channel": "slack", "recipient": "C0OPS", "zone": "UTC"} | wishes
    )
    directory = Directory(configuration.vendors, wishes_of([stated]))
    found = finding(vendor=vendor, severity=severity)
    (way,) = ways_of(found, branches_of(found, [_route(OPS)]), directory).values()
    assert way.reason is expected


def test_who_is_on_call_is_told_by_the_channel_that_the_route_names(
    configuration: Configuration,
) -> None:
    """A team with chat and mail; nobody, where the rota has nobody; and no vendor of another."""
    contacts = [
        {"channel": "slack", "recipient": "C0DESK"},
        {"channel": "email", "recipient": "desk@harbour.example"},
    ]
    team = Team.model_validate({"team": "desk", "title": "Desk", "contacts": contacts})
    outside = Team.model_validate(
        {"team": "out", "title": "Out", "contacts": [{"channel": "slack", "recipient": "C0DEKKAN"}]}
    )
    routes = [_route(("slack", "{on_call:desk}"), ("slack", "{on_call:empty}"))]
    branches = branches_of(finding(), routes)
    on_call = {"desk": (team, outside)}
    ways = ways_of(finding(), branches, Directory(configuration.vendors, on_call=on_call))
    assert {recipient.address: way.reason for recipient, way in ways.items()} == {
        "C0DESK": WayReason.TOLD,
        "C0DEKKAN": WayReason.ANOTHER_VENDORS,
    }

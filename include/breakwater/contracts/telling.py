"""What the files about telling people say of each other: chains, rotas, recipients."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.operations import is_named
from breakwater.contracts.routes import Destination


def telling_problems(configuration: Configuration) -> Iterator[str]:
    """Find chains, rotas and vendors that are named and do not exist, and names used twice."""
    chains = [chain.escalation for chain in configuration.escalations]
    for name in sorted({name for name in chains if chains.count(name) > 1}):
        yield f"routes.yaml: escalations: expected each once; found {name!r} twice"
    for route in (each for top in configuration.routes for each in top.with_those_below()):
        path = f"routes.yaml: routes.{route.route}"
        if route.escalation not in {None, *chains}:
            yield f"{path}.escalation: expected an escalation; found {route.escalation!r}"
        yield from _unknown_rotas(configuration, f"{path}.send_to", route.send_to)
    for chain in configuration.escalations:
        for number, step in enumerate(chain.steps, 1):
            path = f"routes.yaml: escalations.{chain.escalation}.steps.{number}"
            yield from _unknown_rotas(configuration, path, step.send_to)
    for wishes in configuration.recipients:
        for vendor in sorted(set(wishes.vendors) - set(configuration.vendors)):
            path = f"recipients.yaml: {wishes.recipient}.vendors"
            yield f"{path}: expected a vendor; found {vendor!r}"
    yield from _unknown_hosts(configuration)


def _unknown_hosts(configuration: Configuration) -> Iterator[str]:
    outside = configuration.operations.outside
    for rota in configuration.on_call.rotas:
        if rota.calendar is None or rota.calendar.url is None:
            continue
        host = urlsplit(rota.calendar.url).hostname or ""
        if not is_named(host, outside.hosts, outside.internal_hosts):
            path = f"on_call.yaml: rotas.{rota.rota}.calendar.url"
            yield f"{path}: expected a host of operations.outside; found {host!r}"


def _unknown_rotas(
    configuration: Configuration, path: str, send_to: Iterable[Destination]
) -> Iterator[str]:
    for destination in send_to:
        rota = destination.rota
        if rota is not None and configuration.on_call.rota(rota) is None:
            yield f"{path}: expected a rota of on_call.yaml; found {rota!r}"

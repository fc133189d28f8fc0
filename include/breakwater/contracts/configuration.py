"""All configuration of an installation, read once, checked as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError

import breakwater
from breakwater.contracts.audiences import Audience, AudienceFile
from breakwater.contracts.base import Contract
from breakwater.contracts.clocks import Clock, ClockFile, contradictions
from breakwater.contracts.operations import Operations
from breakwater.contracts.routes import Matcher, Route, RouteFile, Silence, SilenceFile
from breakwater.contracts.vendor import VendorContract
from breakwater.core.errors import ConfigurationError

# libyaml where the wheel brings it: every task reads the files, and it is ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

SHIPPED = Path(breakwater.__file__).parents[1] / "config"

Model = TypeVar("Model", bound=Contract)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the files of one folder say."""

    folder: Path
    operations: Operations
    vendors: dict[str, VendorContract]
    clocks: tuple[Clock, ...]
    audiences: tuple[Audience, ...]
    routes: tuple[Route, ...]
    silences: tuple[Silence, ...]

    def active_vendors(self, day: date) -> list[str]:
        """List the vendors that owe an export for an operational day, in order."""
        return sorted(v.vendor for v in self.vendors.values() if v.is_active_on(day))

    def vendor(self, vendor: str) -> VendorContract:
        """Return one vendor's contract.

        Raises:
            ConfigurationError: nobody of that name is configured.
        """
        if vendor not in self.vendors:
            known = ", ".join(sorted(self.vendors))
            raise ConfigurationError((f"vendors: expected one of {known}; found {vendor!r}",))
        return self.vendors[vendor]


def load_configuration(folder: Path = SHIPPED) -> Configuration:
    """Read every file of a configuration folder.

    Raises:
        ConfigurationError: with every problem of every file, one line each.
    """
    problems: list[str] = []

    def read(path: Path, model: type[Model]) -> Model | None:
        try:
            text = path.read_text(encoding="utf-8")
            return model.model_validate(yaml.load(text, _LOADER))  # noqa: S506  a safe loader
        except ValidationError as error:
            problems.extend(_explain(path.relative_to(folder), error))
        except (OSError, yaml.YAMLError) as error:
            problems.append(f"{path.relative_to(folder)}: expected readable YAML; found {error}")
        return None

    operations = read(folder / "operations.yaml", Operations)
    vendors = {
        path.stem: read(path, VendorContract)
        for path in sorted((folder / "vendors").glob("*.yaml"))
    }
    clock_files = [read(path, ClockFile) for path in sorted((folder / "clocks").glob("*.yaml"))]
    audiences = read(folder / "audiences.yaml", AudienceFile)
    routes = read(folder / "routes.yaml", RouteFile)
    silences = read(folder / "silences.yaml", SilenceFile)
    if problems or not (operations and audiences and routes and silences):
        raise ConfigurationError(tuple(problems))
    configuration = Configuration(
        folder=folder,
        operations=operations,
        vendors={stem: contract for stem, contract in vendors.items() if contract},
        clocks=tuple(clock for file in clock_files if file for clock in file.clocks),
        audiences=audiences.audiences,
        routes=routes.routes,
        silences=silences.silences,
    )
    problems.extend(_cross_check(configuration))
    if problems:
        raise ConfigurationError(tuple(problems))
    return configuration


def _explain(file: Path, error: ValidationError) -> Iterator[str]:
    """One line a problem: file, path inside it, what was expected, what was found."""
    for problem in error.errors():
        path = ".".join(str(step) for step in problem["loc"]) or "(whole file)"
        found = repr(problem["input"])
        yield f"{file}: {path}: expected: {problem['msg']}; found {found[:80]}"


def _cross_check(configuration: Configuration) -> Iterator[str]:
    """Find names in one file that another file does not know."""
    for name, queue in configuration.operations.queues.items():
        for policy in sorted(set(queue.policies) - set(configuration.operations.policies)):
            yield f"operations.yaml: queues.{name}.policies: expected a policy; found {policy!r}"
    yield from contradictions(configuration.clocks)
    for clock in configuration.clocks:
        yield from _cross_check_clock(configuration, clock)
    for stem, contract in configuration.vendors.items():
        yield from _cross_check_vendor(configuration, stem, contract)
    for audience in configuration.audiences:
        for vendor in sorted(set(audience.vendors) - set(configuration.vendors)):
            path = f"audiences.{audience.audience}.vendors"
            yield f"audiences.yaml: {path}: expected a vendor; found {vendor!r}"
    for route in configuration.routes:
        path = f"routes.yaml: routes.{route.route}.match"
        yield from _cross_check_matcher(configuration, path, route.match)
    for silence in configuration.silences:
        path = f"silences.yaml: silences.{silence.silence}.match"
        yield from _cross_check_matcher(configuration, path, silence.match)


def _cross_check_matcher(
    configuration: Configuration, path: str, matcher: Matcher
) -> Iterator[str]:
    """Find names that no finding can have: such a matcher would never match."""
    for vendor in sorted(set(matcher.vendors) - set(configuration.vendors)):
        yield f"{path}.vendors: expected a vendor; found {vendor!r}"
    for queue in sorted(set(matcher.queues) - set(configuration.operations.queues)):
        yield f"{path}.queues: expected a queue; found {queue!r}"


def _cross_check_clock(configuration: Configuration, clock: Clock) -> Iterator[str]:
    operations = configuration.operations
    for named, known, what in (
        (clock.applies.vendors, configuration.vendors, "vendor"),
        (clock.applies.queues, operations.queues, "queue"),
        (clock.applies.policies, operations.policies, "policy"),
        (clock.applies.languages, operations.languages, "language"),
    ):
        for name in sorted(set(named) - set(known)):
            yield f"clocks/: {clock.clock}.applies: expected a {what}; found {name!r}"


def _cross_check_vendor(
    configuration: Configuration, stem: str, contract: VendorContract
) -> Iterator[str]:
    file = f"vendors/{stem}.yaml"
    clocks = {clock.clock for clock in configuration.clocks}
    if contract.vendor != stem:
        yield f"{file}: vendor: expected {stem!r}, as the file is named; found {contract.vendor!r}"
    for code, queue in contract.codes.queues.items():
        if queue not in configuration.operations.queues:
            yield f"{file}: codes.queues.{code}: expected a queue; found {queue!r}"
    if contract.defaults.queue not in {None, *configuration.operations.queues}:
        yield f"{file}: defaults.queue: expected a queue; found {contract.defaults.queue!r}"
    for target in contract.targets:
        if target.clock not in clocks:
            yield f"{file}: targets: expected a clock; found {target.clock!r}"

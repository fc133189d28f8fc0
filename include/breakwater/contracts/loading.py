"""Read the configuration files, check them as a whole, and name every problem at once."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError

import breakwater
from breakwater.contracts.audiences import AudienceFile
from breakwater.contracts.base import Contract
from breakwater.contracts.clocks import ClockFile
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.cross_check import cross_check, cross_check_vendor
from breakwater.contracts.events import EventFile
from breakwater.contracts.excusals import ExcusalFile
from breakwater.contracts.on_call import OnCallFile
from breakwater.contracts.operations import Operations
from breakwater.contracts.recipients import RecipientFile
from breakwater.contracts.routes import RouteFile, SilenceFile
from breakwater.contracts.vendor import VendorContract
from breakwater.core.errors import ConfigurationError

# libyaml where the wheel brings it: every task reads the files, and it is ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

SHIPPED = Path(breakwater.__file__).parents[1] / "config"

Model = TypeVar("Model", bound=Contract)


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
    contracts = {
        path.stem: read(path, VendorContract)
        for path in sorted((folder / "vendors").glob("*.yaml"))
    }
    clock_files = [read(path, ClockFile) for path in sorted((folder / "clocks").glob("*.yaml"))]
    audiences = read(folder / "audiences.yaml", AudienceFile)
    routes = read(folder / "routes.yaml", RouteFile)
    silences = read(folder / "silences.yaml", SilenceFile)
    # Most installations excuse nothing and announce nothing; older ones have no such files.
    excused = folder / "excusals.yaml"
    excusals = read(excused, ExcusalFile) if excused.exists() else ExcusalFile(excusals=())
    listed = folder / "events.yaml"
    events = read(listed, EventFile) if listed.exists() else EventFile(events=())
    wishes = folder / "recipients.yaml"
    recipients = read(wishes, RecipientFile) if wishes.exists() else None
    turns = folder / "on_call.yaml"
    on_call = read(turns, OnCallFile) if turns.exists() else None
    if problems or not (operations and audiences and routes and silences and excusals and events):
        raise ConfigurationError(tuple(problems))
    known = {stem: contract for stem, contract in contracts.items() if contract}
    versions = _newest_first(known.values())
    configuration = Configuration(
        folder=folder,
        operations=operations,
        vendors={vendor: several[0] for vendor, several in versions.items()},
        earlier_versions={v: tuple(several[1:]) for v, several in versions.items() if several[1:]},
        clocks=tuple(clock for file in clock_files if file for clock in file.clocks),
        duties=tuple(duty for file in clock_files if file for duty in file.duties),
        audiences=audiences.audiences,
        routes=routes.routes,
        escalations=routes.escalations,
        silences=silences.silences,
        excusals=excusals.excusals,
        events=events.events,
        recipients=recipients.recipients if recipients else (),
        on_call=on_call or OnCallFile(),
    )
    problems.extend(cross_check(configuration))
    for stem, contract in known.items():
        problems.extend(cross_check_vendor(configuration, stem, contract))
    if problems:
        raise ConfigurationError(tuple(problems))
    return configuration


def load_file(file: Path, model: type[Model]) -> Model:
    """Read one file that stands for itself.

    Raises:
        ConfigurationError: with every problem of it, one line each.
    """
    try:
        return model.model_validate(yaml.load(file.read_text(encoding="utf-8"), _LOADER))  # noqa: S506
    except ValidationError as error:
        raise ConfigurationError(tuple(_explain(Path(file.name), error))) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problem = f"{file.name}: expected readable YAML; found {error}"
        raise ConfigurationError((problem,)) from error


def _newest_first(contracts: Iterable[VendorContract]) -> dict[str, list[VendorContract]]:
    """Group the versions of each vendor's contract."""
    versions: dict[str, list[VendorContract]] = {}
    for contract in contracts:
        versions.setdefault(contract.vendor, []).append(contract)
    for several in versions.values():
        several.sort(key=lambda each: each.effective_from or date.min, reverse=True)
    return versions


def _explain(file: Path, error: ValidationError) -> Iterator[str]:
    """One line a problem: file, path inside it, what was expected, what was found."""
    for problem in error.errors():
        path = ".".join(str(step) for step in problem["loc"]) or "(whole file)"
        found = repr(problem["input"])
        yield f"{file}: {path}: expected: {problem['msg']}; found {found[:80]}"

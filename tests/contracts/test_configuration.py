"""Configuration says in one line each what is wrong, where, and what was expected."""

import shutil
from pathlib import Path

import pytest
import yaml

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.loading import SHIPPED, load_configuration
from breakwater.contracts.schemas import DOCUMENTS, MODELS, write_schemas
from breakwater.core.errors import ConfigurationError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the shipped configuration, to be broken."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "config"))


def edit(file: Path, **changes: object) -> None:
    """Change top-level keys of a YAML file."""
    content = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump(content | changes))


def problems(folder: Path) -> str:
    """Load a broken folder and return what it says."""
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(folder)
    return str(caught.value)


def test_the_shipped_configuration_has_the_vendors_of_the_demo(
    configuration: Configuration,
) -> None:
    """Five vendors and fourteen queues, and each vendor's file is named after it."""
    assert set(configuration.vendors) == {"andeska", "baltica", "dekkan", "karavan", "pearlline"}
    assert len(configuration.operations.queues) == 14
    assert all(stem == vendor.vendor for stem, vendor in configuration.vendors.items())


def test_an_unknown_key_is_refused_with_its_file_and_path(folder: Path) -> None:
    """A typing error must not become a default."""
    edit(folder / "operations.yaml", tolerences={})
    found = problems(folder)
    assert "operations.yaml: tolerences: expected: Extra inputs are not permitted" in found


def test_a_wrong_value_is_shown(folder: Path) -> None:
    """The reader sees what was found without opening the file."""
    edit(folder / "operations.yaml", zone="Asia/Singapur")
    found = problems(folder)
    assert "operations.yaml: zone: expected: Value error, an IANA time zone" in found
    assert "found 'Asia/Singapur'" in found


def test_every_problem_of_every_file_is_told_at_once(folder: Path) -> None:
    """Nobody mends one line a run."""
    edit(folder / "operations.yaml", live_days="soon")
    edit(folder / "vendors" / "andeska.yaml", region="mars")
    found = problems(folder)
    assert "operations.yaml: live_days" in found
    assert "andeska.yaml: region" in found


def test_broken_yaml_names_its_file(folder: Path) -> None:
    """A stray tab is a problem of one file."""
    (folder / "routes.yaml").write_text("routes: [\n")
    assert "routes.yaml: expected readable YAML" in problems(folder)


def test_a_missing_file_is_told(folder: Path) -> None:
    """An installation without routes would tell nobody anything."""
    (folder / "routes.yaml").unlink()
    assert "routes.yaml" in problems(folder)


def test_names_must_exist_in_the_file_that_defines_them(folder: Path) -> None:
    """A queue, a clock and a vendor that nobody defines."""
    vendor = folder / "vendors" / "andeska.yaml"
    content = yaml.safe_load(vendor.read_text())
    content["codes"]["queues"]["X1"] = "no_such_queue"
    content["targets"] = [{"clock": "no_such_clock", "share": 0.9}]
    vendor.write_text(yaml.safe_dump(content))
    found = problems(folder)
    assert "codes.queues.X1: expected a queue; found 'no_such_queue'" in found
    assert "expected a clock; found 'no_such_clock'" in found


def test_the_published_schemas_are_current(tmp_path: Path) -> None:
    """docs/contracts is generated; a change of a model changes it in the same commit."""
    assert write_schemas(DOCUMENTS, only_check=True) == []
    assert len(write_schemas(tmp_path)) == len(MODELS)
    (tmp_path / "vendor.schema.json").write_text("{}")
    assert write_schemas(tmp_path, only_check=True) == ["vendor.schema.json"]


def test_a_number_that_our_log_does_not_keep_cannot_be_compared(folder: Path) -> None:
    """It would never differ, and nobody would notice."""
    compared = [{"field": "decision"}, {"field": "score", "absolute": 0.1}]
    operations = folder / "operations.yaml"
    edit(operations, comparison=[*compared, {"field": "handle_seconds"}])
    edit(operations, enforcement_log={"handle_seconds": "took"})
    edit(folder / "vendors" / "andeska.yaml", comparison=compared)
    found = problems(folder)
    expected = "comparison: expected enforcement_log.score to name a column; found none"
    assert f"operations.yaml: {expected}" in found
    assert f"vendors/andeska.yaml: {expected}" in found
    assert "enforcement_log.handle_seconds" not in found


def test_statistics_by_days_of_another_zone_cannot_be_totals(folder: Path) -> None:
    """Ozone counts by dates in UTC; the operation's days end at Singapore's midnight."""
    source = {"kind": "ozone", "connection": "skywatch", "stream": "report_activities"}
    vendor = folder / "vendors" / "andeska.yaml"
    content = yaml.safe_load(vendor.read_text())
    del content["format"]
    vendor.write_text(yaml.safe_dump(content | {"source": source | {"totals": True}}))
    assert "source.totals: expected an operation whose zone is UTC" in problems(folder)
    edit(folder / "operations.yaml", zone="UTC")
    edit(vendor, source=source | {"totals": True})
    assert load_configuration(folder).operations.zone == "UTC"

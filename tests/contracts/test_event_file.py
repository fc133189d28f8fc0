"""Known events: a span of days, names that exist, and no suppression of everything."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from breakwater.contracts.events import KnownEvent
from breakwater.contracts.loading import SHIPPED, load_configuration
from breakwater.core.errors import ConfigurationError

SALE: dict[str, Any] = {
    "event": "spring_sale",
    "kind": "campaign",
    "title": "Spring sale in India",
    "scope": {"queues": ["spam"], "languages": ["hi"]},
    "first_day": "2026-11-19",
    "last_day": "2026-11-24",
}


def load(folder: Path, *entries: dict[str, Any]) -> Any:  # noqa: ANN401  what the test asks for
    """Load the shipped configuration with some events."""
    shutil.copytree(SHIPPED, folder / "config", dirs_exist_ok=True)
    (folder / "config/events.yaml").write_text(yaml.safe_dump({"events": list(entries)}))
    return load_configuration(folder / "config")


def test_an_event_is_read_and_suppresses_nothing_unless_told_to(tmp_path: Path) -> None:
    """Annotating is the default, and vendors read its title only when told to."""
    (event,) = load(tmp_path, SALE).events
    assert event.scope.named() == {"queue": ("spam",), "language": ("hi",)}
    assert not event.suppress
    assert not event.tell_vendors


def test_an_installation_without_the_file_knows_no_event(tmp_path: Path) -> None:
    """Older configurations stay valid."""
    shutil.copytree(SHIPPED, tmp_path / "config")
    (tmp_path / "config/events.yaml").unlink()
    assert load_configuration(tmp_path / "config").events == ()


@pytest.mark.parametrize(
    ("changed", "days", "touches"),
    [
        ({}, (18, 18), False),
        ({}, (17, 19), True),
        ({}, (24, 26), True),
        ({}, (25, 25), False),
        ({"after_days": 2}, (26, 26), True),
        ({"after_days": 2}, (27, 27), False),
        ({"last_day": None}, (30, 30), True),
    ],
)
def test_an_event_touches_its_days_and_so_many_after_them(
    changed: dict[str, Any], days: tuple[int, int], touches: bool
) -> None:
    """From the 19th to the 24th, both included."""
    first, last = (date(2026, 11, day) for day in days)
    assert KnownEvent.model_validate(SALE | changed).touches(first, last) is touches


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"last_day": "2026-11-18"}, "last_day must not be before first_day"),
        ({"suppress": True, "scope": {}}, "scope must name what is suppressed"),
        ({"kind": "party"}, "kind"),
        ({"event": "Spring sale"}, "event"),
        ({"scope": {"queues": ["x"]}}, "spring_sale.scope: expected a queue; found 'x'"),
        ({"scope": {"metrics": ["x"]}}, "spring_sale.scope: expected a metric; found 'x'"),
        ({"scope": {"vendors": ["x"]}}, "spring_sale.scope: expected a vendor; found 'x'"),
    ],
)
def test_what_cannot_hold_is_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    """Each problem is a line that names the file."""
    with pytest.raises(ConfigurationError, match=r"events\.yaml") as refused:
        load(tmp_path, SALE | change)
    assert said in str(refused.value)


def test_one_name_is_one_event(tmp_path: Path) -> None:
    """Two entries of a name could not be told apart."""
    with pytest.raises(ConfigurationError, match="expected one entry of a name"):
        load(tmp_path, SALE, SALE)

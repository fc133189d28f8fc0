"""Excusals cost evidence, an approver and names that exist; laws are never excused."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from breakwater.contracts.loading import SHIPPED, load_configuration
from breakwater.core.errors import ConfigurationError

OUTAGE: dict[str, Any] = {
    "excusal": "review_tool_down",
    "reason": "platform_outage",
    "title": "The review tool was down for three hours.",
    "scope": {"vendors": ["pearlline"], "queues": ["spam"]},
    "starts_at": "2026-11-03T02:00:00+08:00",
    "ends_at": "2026-11-03T05:00:00+08:00",
    "evidence": "https://status.harbour.example/incidents/211",
    "approver": "vendor-operations",
    "approved_on": "2026-11-04",
}


def load(folder: Path, *entries: dict[str, Any]) -> Any:  # noqa: ANN401  what the test asks for
    """Load the shipped configuration with some excusals."""
    shutil.copytree(SHIPPED, folder / "config", dirs_exist_ok=True)
    (folder / "config/excusals.yaml").write_text(yaml.safe_dump({"excusals": list(entries)}))
    return load_configuration(folder / "config")


def test_an_excusal_is_read_with_its_instants(tmp_path: Path) -> None:
    """Two in the morning in Singapore is 18:00 UTC of the day before."""
    (excusal,) = load(tmp_path, OUTAGE).excusals
    assert (excusal.end - excusal.start) == 3 * 3600
    assert excusal.starts_at.isoformat() == "2026-11-03T02:00:00+08:00"


def test_an_installation_without_the_file_excuses_nothing(tmp_path: Path) -> None:
    """Older configurations stay valid."""
    shutil.copytree(SHIPPED, tmp_path / "config")
    (tmp_path / "config/excusals.yaml").unlink()
    assert load_configuration(tmp_path / "config").excusals == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ends_at": "2026-11-03T01:00:00+08:00"}, "ends_at must be after starts_at"),
        ({"starts_at": "2026-11-03T02:00:00"}, "timezone"),
        ({"evidence": "see the chat"}, "evidence"),
        ({"approver": ""}, "approver"),
        ({"scope": {"vendors": []}}, "scope.vendors"),
        ({"scope": {"vendors": ["nobody"]}}, "expected a vendor; found 'nobody'"),
        ({"scope": {"vendors": ["pearlline"], "queues": ["x"]}}, "expected a queue; found 'x'"),
        ({"scope": {"vendors": ["pearlline"], "clocks": ["x"]}}, "expected a clock; found 'x'"),
        (
            {"scope": {"vendors": ["pearlline"], "clocks": ["eu_tco_removal"]}},
            "expected a contract or internal clock; found the law 'eu_tco_removal'",
        ),
        ({"reason": "volume_above_forecast"}, "volume must be given"),
        ({"volume": {"band_high": 10, "incoming": 20}}, "volume must be given"),
        (
            {"reason": "volume_above_forecast", "volume": {"band_high": 20, "incoming": 20}},
            "volume.incoming must be above band_high",
        ),
    ],
    ids=[
        "end_first",
        "no_zone",
        "no_link",
        "no_approver",
        "no_scope",
        "vendor",
        "queue",
        "clock",
        "law",
        "no_volume",
        "volume_of_an_outage",
        "volume_in_the_band",
    ],
)
def test_what_does_not_hold_is_refused(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    """Each with its file and path."""
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, OUTAGE | change)
    assert "excusals.yaml" in str(caught.value)
    assert said in str(caught.value)


def test_a_name_is_given_once(tmp_path: Path) -> None:
    """Whoever reads the list finds one entry."""
    with pytest.raises(ConfigurationError, match="expected one entry of a name; found two"):
        load(tmp_path, OUTAGE, OUTAGE)

"""Routes and silences are checked before anybody relies on them."""

from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from breakwater.contracts.loading import SHIPPED, load_configuration
from breakwater.contracts.routes import Destination, Route, Silence
from breakwater.core.errors import ConfigurationError

SILENCE = {
    "silence": "migration",
    "match": {"vendors": ["pearlline"]},
    "reason": "The queue moves to the new tool this week.",
    "link": "https://tracker.harbour.example/OPS-482",
    "owner": "vendor-operations",
    "expires_on": "2026-11-30",
}


@pytest.mark.parametrize(
    ("channel", "recipient"),
    [
        ("slack", "C0OPS"),
        ("slack", "{vendor}"),
        ("email", "ops-leads@harbour.example"),
        ("email", "{vendor}"),
        ("file", "legal"),
    ],
)
def test_an_address_of_its_channel_is_taken(channel: Any, recipient: str) -> None:  # noqa: ANN401  validated
    """Channel ids, one address, a folder, or the vendor's contacts."""
    assert Destination(channel=channel, recipient=recipient).recipient == recipient


@pytest.mark.parametrize(
    ("channel", "recipient"),
    [
        ("slack", "#ops"),
        ("slack", "ops-leads@harbour.example"),
        ("email", "C0OPS"),
        ("email", "a@harbour.example, b@harbour.example"),
        ("email", "a@harbour.example\nBcc: b@evil.example"),
        ("file", "../legal"),
        ("file", "{vendor}"),
        ("pager", "1"),
    ],
)
def test_an_address_of_another_form_is_refused(channel: Any, recipient: str) -> None:  # noqa: ANN401  validated
    """A channel's name would fail at the first edit; better here than at night."""
    with pytest.raises(ValidationError):
        Destination(channel=channel, recipient=recipient)


def test_a_route_leads_somewhere() -> None:
    """A route without destinations would swallow alerts."""
    with pytest.raises(ValidationError, match="at least 1"):
        Route(route="hole", send_to=())


@pytest.mark.parametrize("missing", ["reason", "link", "owner", "expires_on"])
def test_a_silence_costs_a_reason_a_link_an_owner_and_an_expiry(missing: str) -> None:
    """Each of them is required."""
    Silence.model_validate(SILENCE)
    with pytest.raises(ValidationError, match=missing):
        Silence.model_validate({k: v for k, v in SILENCE.items() if k != missing})


@pytest.mark.parametrize("cheap", [{"reason": "noisy"}, {"link": "see chat"}])
def test_a_silence_cannot_be_had_for_a_word(cheap: dict[str, str]) -> None:
    """A sentence and an address somebody can open."""
    with pytest.raises(ValidationError):
        Silence.model_validate(SILENCE | cheap)


def test_a_matcher_that_could_never_match_is_found(tmp_path: Path) -> None:
    """A vendor and a queue that no finding can have, each named with its place."""
    copytree(SHIPPED, tmp_path / "config")
    match = {"vendors": ["perlline"], "queues": ["span"]}
    routes = {
        "routes": [
            {
                "route": "typo",
                "match": match,
                "send_to": [{"channel": "slack", "recipient": "C0OPS"}],
            }
        ]
    }
    (tmp_path / "config" / "routes.yaml").write_text(yaml.safe_dump(routes))
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(tmp_path / "config")
    assert caught.value.problems == (
        "routes.yaml: routes.typo.match.vendors: expected a vendor; found 'perlline'",
        "routes.yaml: routes.typo.match.queues: expected a queue; found 'span'",
    )

"""What a picture shows, as JSON: kept with a message until it is drawn."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from breakwater.pictures.anomaly import draw_anomaly
from breakwater.pictures.data import AnomalyPicture


def as_json(picture: AnomalyPicture) -> dict[str, Any]:
    """Spell what a picture shows."""
    spelt: dict[str, Any] = _adapter().dump_python(picture, mode="json")
    return spelt


def draw_stored(data: Mapping[str, Any]) -> bytes:
    """Draw what `as_json` spelt; return a PNG."""
    return draw_anomaly(_adapter().validate_python(data))


@cache
def _adapter() -> TypeAdapter[AnomalyPicture]:
    return TypeAdapter(AnomalyPicture)

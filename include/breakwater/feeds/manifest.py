"""The side file in which a vendor states the totals of its export."""

import json
from collections.abc import Mapping
from typing import Any

from breakwater.core.vocabulary import Total

LARGEST = 64 * 1024


def read_manifest(
    content: bytes | None, totals: Mapping[Total, str] | None = None
) -> Mapping[str, Any] | None:
    """Return ``{"rows": …, "sha256": …}`` of a manifest; None when it cannot be believed.

    A row count is required and is a whole number from 0. The hash may be left out. Whatever else
    a vendor writes there is dropped.

    Args:
        content: the bytes of the side file, if there is one.
        totals: where the vendor's own totals of the day stand, as dotted paths. Those that are
            there and are whole numbers from 0 come along as ``{"totals": {"incoming": …}}``.
    """
    if content is None:
        return None
    try:
        stated = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(stated, dict):
        return None
    rows, sha256 = stated.get("rows"), stated.get("sha256")
    if not is_count(rows):
        return None
    if sha256 is not None and not (isinstance(sha256, str) and len(sha256) == 64):  # noqa: PLR2004  hexadecimal digits of a SHA-256
        return None
    found = {name.value: _at(stated, path) for name, path in (totals or {}).items()}
    counts = {name: count for name, count in sorted(found.items()) if is_count(count)}
    manifest = {"rows": rows, "sha256": None if sha256 is None else sha256.lower()}
    return {**manifest, "totals": counts} if counts else manifest


def is_count(value: object) -> bool:
    """Tell whether a value of JSON is a whole number from 0 that every reader keeps exactly."""
    return type(value) is int and 0 <= value < 2**53


def _at(stated: object, path: str) -> object:
    for step in path.split("."):
        stated = stated.get(step) if isinstance(stated, dict) else None
    return stated

"""The side file in which a vendor states the totals of its export."""

import json
from collections.abc import Mapping
from typing import Any

LARGEST = 64 * 1024


def read_manifest(content: bytes | None) -> Mapping[str, Any] | None:
    """Return ``{"rows": …, "sha256": …}`` of a manifest; None when it cannot be believed.

    A row count is required and is a whole number from 0. The hash may be left out. Whatever else
    a vendor writes there is dropped.
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
    if type(rows) is not int or not 0 <= rows < 2**53:
        return None
    if sha256 is not None and not (isinstance(sha256, str) and len(sha256) == 64):  # noqa: PLR2004  hexadecimal digits of a SHA-256
        return None
    return {"rows": rows, "sha256": None if sha256 is None else sha256.lower()}

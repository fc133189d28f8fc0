"""What an HTTP service answered, and what its status means."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from urllib3.util import parse_url

from breakwater.feeds.records import FeedFault, shown

_SPOILT = re.compile(r"[\\\s\x00-\x1f\x7f-\x9f]|^[^/?#]*//[^/?#]*@")
"""What one reader of an address skips and another does not, and a login before the host."""


class StatusFault(FeedFault):
    """The far end answered with a status that asking again does not change.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, status: int, *, expected: str, found: str) -> None:
        """Keep the status for those who know what it means at their far end."""
        self.status = status
        super().__init__(transient=False, expected=expected, found=found)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers, and the body as far as it was read."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:  # noqa: ANN401  whatever the far end sends
        """Read the body as JSON.

        Raises:
            FeedFault: it is none.
        """
        try:
            return json.loads(self.body, parse_constant=_refuse, parse_float=_number)
        except (ValueError, RecursionError):
            kind = self.headers.get("Content-Type", "no content type")
            raise FeedFault(
                transient=False,
                expected="JSON",
                found=f"{len(self.body)} bytes of {shown(kind)} that are none",
                is_shape=True,
            ) from None


def origin(url: str) -> str:
    """Return scheme, host and port of an address, as far as it is one of HTTP; else nothing.

    Read as the sender reads it, and only where nobody can read it otherwise: a backslash, white
    space, a control character or a login before the host make it none.
    """
    if _SPOILT.search(url):
        return ""
    try:
        parts = parse_url(url)
    except ValueError:  # of several kinds
        return ""
    if parts.scheme not in {"http", "https"} or not parts.host:
        return ""
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{parts.host}:{port}"


def joined(base: str, link: str) -> str:
    """Return a link as seen from an address; nothing when it cannot be one."""
    try:
        return urljoin(base, link)
    except ValueError:
        return ""


def _refuse(constant: str) -> float:
    message = f"{constant} is no JSON"
    raise ValueError(message)


def _number(text: str) -> float | str:
    """Keep a number that no float holds as it is written."""
    number = float(text)
    return number if math.isfinite(number) else text

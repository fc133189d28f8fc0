"""Asking once: no redirects, no repetition, no answer that is too long or takes too long."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import requests
import urllib3

from breakwater.notify.outside.line import Line, PinnedAdapter
from breakwater.notify.outside.target import Allowed, OutsideError, Target, target_of

LONGEST_SECONDS = 30.0
"""For everything: connecting, sending, and the last byte of the answer."""
LARGEST_ANSWER = 1 << 20
_USER_AGENT = "Breakwater"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, whatever its status.

    Attributes:
        status: of HTTP.
        headers: names in lower case.
        body: decoded, at most `LARGEST_ANSWER` bytes.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401  whatever the far end sends
        """Read the body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def ask(
    method: Literal["GET", "POST"],
    url: str,
    allowed: Allowed,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    seconds: float = LONGEST_SECONDS,
) -> Answer:
    """Ask a system outside, once.

    Proxies of the environment are not used: a proxy looks names up by itself, so no address could
    be checked. Further certificates are trusted as `requests` does: ``REQUESTS_CA_BUNDLE``.

    Raises:
        OutsideError: it may not be asked, could not be reached, or did not answer whole.
    """
    target = target_of(url, allowed)
    said = {"User-Agent": _USER_AGENT, "Host": _host_header(target), **(headers or {})}
    line = Line()
    problem: Exception = TimeoutError()
    with line.within(seconds):
        for address in target.addresses:
            try:
                request = requests.Request(method, target.url, headers=said, data=content).prepare()
                answer = _exchange(PinnedAdapter(target, address, line), request, target, seconds)
                if not line.was_cut:
                    return answer
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                problem = error
            if line.is_up or line.was_cut:
                break
    raise _broken(target, line, problem, seconds)


def _exchange(
    adapter: PinnedAdapter, request: requests.PreparedRequest, target: Target, seconds: float
) -> Answer:
    with requests.Session() as session:
        trusted = session.merge_environment_settings(target.url, {}, True, None, None)["verify"]
    try:
        response = adapter.send(request, stream=True, timeout=seconds, verify=trusted or True)
        with response:
            # One byte more than may be, so that a longer answer is seen as such.
            body = response.raw.read(LARGEST_ANSWER + 1, decode_content=True)
    finally:
        adapter.close()
    if len(body) > LARGEST_ANSWER:
        message = f"{target.host} answered with more than {LARGEST_ANSWER} bytes"
        raise OutsideError(message, permanent=False, in_doubt=True)
    names = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, names, body)


def _host_header(target: Target) -> str:
    return target.host if target.port == 443 else f"{target.host}:{target.port}"  # noqa: PLR2004


def _broken(target: Target, line: Line, error: Exception, seconds: float) -> OutsideError:
    """Name the kind of an error and no more: its text holds the whole address."""
    if line.was_cut:
        message = f"{target.host} took longer than {seconds:g} s"
    else:
        message = f"{target.host} could not be asked: {type(error).__name__}"
    return OutsideError(message, permanent=False, in_doubt=line.is_up)

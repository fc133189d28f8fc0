"""Calling the Slack Web API through whatever client is at hand, with one kind of error.

``SlackHook(...).call`` of the Airflow provider and ``WebClient(...).api_call`` of slack_sdk have
the same form; either one serves. Make either with ``retry_handlers=[]`` or with the handler for
rate limits alone: the default one posts again after a dropped connection, and so twice.
"""

from collections.abc import Callable, Mapping
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError

from breakwater.core.errors import DeliveryError
from breakwater.notify.outside.within import within

Call = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""Takes a method and its arguments, returns the answer; raises `SlackRefusedError` or another
`DeliveryError`."""

_READS = frozenset({"chat.getPermalink", "conversations.history", "conversations.replies"})
"""Slack reads JSON bodies for methods that write only; these take query parameters."""

_TRY_LATER = frozenset({"ratelimited", "rate_limited", "internal_error", "service_unavailable"})
_HEALED_BY_A_PERSON = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "missing_scope",
        "not_authed",
        "not_in_channel",
        "token_expired",
        "token_revoked",
    }
)
"""The message is fine, our access is not: it waits instead of dying with all the others."""

LONGEST_SECONDS = 90.0
"""For one call, its waits for rate limits included; the client's own time-out begins anew with
every byte that drips in."""

_MAYBE_DONE = frozenset({"internal_error", "fatal_error", "request_timeout"})
_SERVER_ERRORS = 500
_TOO_MANY = 429


class SlackRefusedError(DeliveryError):
    """Slack answered, and its answer was no; `code` is its word for why."""

    def __init__(self, code: str, *, retry_after_seconds: float | None = None) -> None:
        """Decide from Slack's word whether asking again can help."""
        self.code = code
        super().__init__(
            f"Slack answered {code}",
            permanent=code not in _TRY_LATER | _HEALED_BY_A_PERSON | _MAYBE_DONE,
            in_doubt=code in _MAYBE_DONE,
            retry_after_seconds=retry_after_seconds,
            for_a_person=code in _HEALED_BY_A_PERSON,
        )


def slack_call(api_call: Callable[..., Any]) -> Call:
    """Make a `Call` of ``SlackHook(...).call`` or ``WebClient(...).api_call``."""

    def call(method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        form = "params" if method in _READS else "json"
        try:
            answer = within(
                LONGEST_SECONDS, lambda: api_call(method, **{form: dict(arguments)}), "slack"
            )
        except SlackApiError as error:
            raise _refusal(error) from error
        except (SlackClientError, OSError) as error:
            # The request may have been read before the connection broke.
            message = f"Slack could not be reached: {type(error).__name__}"
            raise DeliveryError(message, permanent=False, in_doubt=True) from error
        return dict(answer.data)

    return call


def _refusal(error: SlackApiError) -> DeliveryError:
    answer = error.response
    status = int(answer.status_code)
    if status == _TOO_MANY:
        return SlackRefusedError("ratelimited", retry_after_seconds=_retry_after(answer.headers))
    if status >= _SERVER_ERRORS:
        message = f"Slack answered with HTTP {status}"
        return DeliveryError(message, permanent=False, in_doubt=True)
    code = str(answer.get("error", ""))
    if not code.replace("_", "").isalnum():
        # A page of a proxy instead of an answer of Slack: nobody knows what became of the call.
        return DeliveryError("Slack answered with no JSON", permanent=False, in_doubt=True)
    return SlackRefusedError(code, retry_after_seconds=_retry_after(answer.headers))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    found = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    return float(found) if found.isascii() and found.isdigit() else None

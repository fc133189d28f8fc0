"""Waiting for Slack's rate limit where it is short; what asks for longer waits in the outbox."""

from slack_sdk.http_retry import HttpRequest, HttpResponse, RetryState
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

LONGEST_WAIT_SECONDS = 20
MOST_WAITS = 2


class ShortWaits(RateLimitErrorRetryHandler):
    """Repeats a call that Slack refused for its rate, and nothing of which the fate is unknown."""

    def __init__(self) -> None:
        """Wait twice for one call."""
        super().__init__(max_retry_count=MOST_WAITS)

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        is_limited = super()._can_retry(
            state=state, request=request, response=response, error=error
        )
        return is_limited and response is not None and _asked_for(response) <= LONGEST_WAIT_SECONDS


def _asked_for(response: HttpResponse) -> float:
    """Return the seconds that Slack asks for; none stated is one, what is no number is too long."""
    headers = {name.lower(): values for name, values in response.headers.items()}
    stated = headers.get("retry-after", ["1"])[0]
    return float(stated) if stated.isascii() and stated.isdigit() else float("inf")

"""Where links in messages lead: to pages of ours that answer without a log-in."""

from pydantic import Field

from breakwater.contracts.base import Contract

_ADDRESS = r"^(https://[^\s?#@]+|http://(localhost|127\.0\.0\.1)(:[0-9]+)?(/[^\s?#@]*)?)$"


class MessageLinks(Contract):
    """Links that let whoever has a message answer it; each is signed, and ends."""

    base_url: str = Field(pattern=_ADDRESS)
    """Where people open Airflow, with its path if it has one: our pages are below it."""
    days: int = Field(default=3, ge=1, le=30)
    """How long a link in an alert counts."""

    def address(self, page: str, token: str) -> str:
        """Return the address of one of our pages for whom a token was given."""
        return f"{self.base_url.rstrip('/')}/breakwater/{page}?token={token}"

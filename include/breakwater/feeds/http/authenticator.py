"""What a client must know of those who ask."""

from collections.abc import Mapping
from typing import Protocol

from breakwater.feeds.http.answer import Answer


class Authenticator(Protocol):
    """Says who asks."""

    def headers(self) -> Mapping[str, str]:
        """Return the headers of a request; may ask for a token first."""
        ...

    def was_refused(self, answer: Answer) -> bool:
        """Tell whether an answer says that the credentials are not, or no more, accepted."""
        ...

    def renew(self) -> bool:
        """Forget what can be had anew; False when there is nothing like that."""
        ...

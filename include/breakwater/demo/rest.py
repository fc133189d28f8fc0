"""Airflow's REST API, as a person's browser uses it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from breakwater.core.errors import BreakwaterError

_TIMEOUT_SECONDS = 30
_LONGEST_ANSWER = 500


class AirflowRefusedError(BreakwaterError):
    """The API server answered, and its answer was no.

    Attributes:
        status: the HTTP status of the answer.
    """

    exit_code = 1

    def __init__(self, answer: requests.Response) -> None:
        """Say what was asked and what was answered."""
        self.status = answer.status_code
        asked = f"{answer.request.method} {answer.url}"
        super().__init__(f"{asked}: {answer.status_code} {answer.text[:_LONGEST_ANSWER]}")


@dataclass(slots=True)
class AirflowApi:
    """One user's session with an API server.

    Attributes:
        url: of the API server.
        user: who logs in.
        password: of that user.
    """

    url: str
    user: str
    password: str = field(repr=False)
    _session: requests.Session = field(default_factory=requests.Session, repr=False)

    def log_in(self) -> None:
        """Ask for a token and carry it from now on.

        Raises:
            AirflowRefusedError: the server does not know the user or the password.
            requests.RequestException: there is no server yet.
        """
        self._session.trust_env = False  # a proxy has no business between us and this machine
        answer = self._session.post(
            f"{self.url}/auth/token",
            json={"username": self.user, "password": self.password},
            timeout=_TIMEOUT_SECONDS,
        )
        token = _content(answer)["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **parameters: object) -> Any:  # noqa: ANN401  JSON
        """Read something below ``/api/v2/``."""
        address = f"{self.url}/api/v2/{path}"
        found = {name: str(value) for name, value in parameters.items()}
        return _content(self._session.get(address, params=found, timeout=_TIMEOUT_SECONDS))

    def post(self, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401  JSON
        """Create something below ``/api/v2/``."""
        address = f"{self.url}/api/v2/{path}"
        return _content(self._session.post(address, json=body, timeout=_TIMEOUT_SECONDS))

    def patch(self, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401  JSON
        """Change something below ``/api/v2/``."""
        address = f"{self.url}/api/v2/{path}"
        return _content(self._session.patch(address, json=body, timeout=_TIMEOUT_SECONDS))


def _content(answer: requests.Response) -> Any:  # noqa: ANN401  JSON
    if not answer.ok:
        raise AirflowRefusedError(answer)
    return answer.json()

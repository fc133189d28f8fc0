"""One Jira, in the cloud or in a data centre, by the few calls that are needed."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self
from urllib.parse import quote, urlencode, urlsplit

from breakwater.core.errors import DeliveryError
from breakwater.notify.channel import Access
from breakwater.notify.outside.hand_over import hand_over, host_url, secret_of
from breakwater.notify.outside.target import Allowed
from breakwater.warehouse.connections import FeedConnection

CONNECTION = "jira"
CLOUD = ".atlassian.net"
_MOST_COMMENTS = 100
_DONE = "done"


@dataclass(frozen=True, slots=True)
class JiraSite:
    """A site and how we are known there.

    The connection ``jira`` names the site as its host. Its login and password are an account and
    its API token; without a login, the password is a personal access token. Extras: ``issue_type``
    (Task when absent), and ``api_version`` 2 or 3 where the host does not say which.

    Attributes:
        address: of the site.
        authorization: the header of every request.
        allowed: hosts that may be asked.
        issue_type: of the issues that are created.
        takes_documents: whether text is a document (version 3) instead of wiki markup.
    """

    address: str
    authorization: str
    allowed: Allowed
    issue_type: str
    takes_documents: bool

    @classmethod
    def of(cls, access: Access) -> Self:
        """Read the connection.

        Raises:
            ConfigurationError: there is none.
            DeliveryError: it lacks something.
        """
        connection = access.connections(CONNECTION)
        address = host_url(connection)
        is_cloud = (urlsplit(address).hostname or "").endswith(CLOUD)
        version = str(connection.extra.get("api_version") or (3 if is_cloud else 2))
        return cls(
            address=address,
            authorization=_authorization(connection),
            allowed=access.allowed.and_hosts(CLOUD),
            issue_type=str(connection.extra.get("issue_type") or "Task"),
            takes_documents=version == "3",
        )

    def ask(
        self, method: Literal["GET", "POST"], path: str, document: Mapping[str, Any] | None = None
    ) -> Any:  # noqa: ANN401  whatever Jira sends
        """Ask for a path of the REST API, and return the answer's JSON."""
        answer = hand_over(
            f"{self.address}/rest/api/{3 if self.takes_documents else 2}/{path}",
            self.allowed,
            far_end=CONNECTION,
            document=document,
            headers={"Authorization": self.authorization, "X-Atlassian-Token": "no-check"},
            method=method,
        )
        return answer.json()

    def labelled(self, project: str, label: str) -> str | None:
        """Find the issue of a project that has a label; both are of letters, digits and dashes."""
        query = {"jql": f'project = "{project}" AND labels = "{label}"', "fields": "summary"}
        search = "search/jql" if self.takes_documents else "search"
        found = self.ask("GET", f"{search}?{urlencode({**query, 'maxResults': 1})}")
        issues = found.get("issues") if isinstance(found, Mapping) else None
        if not isinstance(issues, list):
            message = "jira could not be asked for the issue of an earlier attempt"
            raise DeliveryError(message, permanent=False)
        return str(issues[0]["key"]) if issues else None

    def comments(self, key: str) -> list[Any]:
        """List the youngest comments of an issue with their properties."""
        asked = urlencode(
            {"expand": "properties", "orderBy": "-created", "maxResults": _MOST_COMMENTS}
        )
        found = self.ask("GET", f"issue/{quote(key, safe='')}/comment?{asked}")
        comments = found.get("comments") if isinstance(found, Mapping) else None
        return [each for each in comments or [] if isinstance(each, Mapping)]

    def move(self, key: str, *, is_open: bool) -> bool:
        """Close an issue, or open it again; False when its workflow does not let us."""
        path = f"issue/{quote(key, safe='')}"
        issue = self.ask("GET", f"{path}?fields=status")
        if (_category(_at(issue, "fields", "status")) != _DONE) == is_open:
            return True
        for step in _at(self.ask("GET", f"{path}/transitions"), "transitions") or []:
            if (_category(_at(step, "to")) != _DONE) == is_open:
                self.ask("POST", f"{path}/transitions", {"transition": {"id": step["id"]}})
                return True
        return False


def _authorization(connection: FeedConnection) -> str:
    token = secret_of(connection, "an API token")
    if not connection.login:
        return f"Bearer {token}"
    both = f"{connection.login}:{token}".encode()
    return f"Basic {base64.b64encode(both).decode()}"


def _category(status: object) -> object:
    """Name the kind of a status: ``new``, ``indeterminate`` or ``done``, whatever it is called."""
    return _at(status, "statusCategory", "key")


def _at(document: object, *path: str) -> Any:  # noqa: ANN401  whatever Jira sends
    found: Any = document
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found

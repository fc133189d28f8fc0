"""Where a vendor's records come from: files that it leaves somewhere, or records of a system."""

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from breakwater.contracts.base import Contract
from breakwater.contracts.calendar import ZoneName

MOMENT = re.compile(r"\{(day|at):([^{}]+)\}")
"""``{day:%Y%m%d}`` and ``{at:%Y%m%dT%H}``, the placeholders of names."""

BareName = Annotated[str, Field(pattern=r"^[^/\\]+$")]

ConnectionName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""Name of a connection, as Airflow's page of connections has it; secrets live there alone."""


class FileSource(Contract):
    """What is common to places where files are left."""

    pattern: BareName | tuple[BareName, ...]
    """Bare file name, or several styles of it. ``{day:%Y%m%d}`` is the operational day, ``*`` whatever a re-send adds.

    ``{at:%Y%m%dT%H%M}`` instead of the day: the instant that a file is named by, in `name_zone`; a
    file belongs to the operational day whose window holds it.
    """
    name_zone: ZoneName = "UTC"
    """Zone of the instants in names."""
    files: Literal["one", "many"] = "one"
    """Whether a day is one file, of which the newest is in force, or the sum of its files, of
    which the newest of each name is."""
    expected_files: int = Field(default=1, ge=1)
    """With many files: how many make a day complete. At the deadline what is there is taken."""
    done_suffix: str | None = Field(default=None, pattern=r"^[^/\\]+$")
    """A file is finished once one of its name plus this lies beside it, as in ``.done``."""
    still_seconds: int = Field(default=0, ge=0, le=3600)
    """Without a marker: a file is finished once size and time have stood still this long."""
    maximum_bytes: int = Field(default=4 * 1024**3, gt=0)
    """Size, unpacked, above which a file is refused rather than read."""

    @model_validator(mode="after")
    def _must_name_the_day(self) -> "FileSource":
        place = getattr(self, "uri", "") + getattr(self, "folder", "")
        if not all(MOMENT.search(pattern + place) for pattern in self.patterns):
            message = "pattern or folder must name the day, as in {day:%Y%m%d}"
            raise ValueError(message)
        if self.expected_files > 1 and self.files == "one":
            message = "expected_files needs `files: many`"
            raise ValueError(message)
        return self

    @property
    def patterns(self) -> tuple[str, ...]:
        """The styles of names, however many there are."""
        return (self.pattern,) if isinstance(self.pattern, str) else self.pattern


class FolderSource(FileSource):
    """A folder, on this machine or in an object store, behind any fsspec URI."""

    kind: Literal["folder"]
    uri: str
    """Where exports are left; ``{exports}`` stands for the exports root of the installation, and
    ``{day:%Y%m%d}`` for the operational day."""
    connection: ConnectionName | None = None
    """Credentials of an object store; the environment's own when absent."""


class SftpSource(FileSource):
    """A folder on an SFTP server, whose host key is pinned in the connection."""

    kind: Literal["sftp"]
    connection: ConnectionName
    folder: str = "."
    """Path on the server; ``{day:%Y%m%d}`` stands for the operational day."""


class RecordSource(Contract):
    """What is common to systems that are asked for the records of a day's window."""

    connection: ConnectionName
    settle_minutes: int = Field(default=15, ge=0, le=1440)
    """How long after midnight the system still writes records of the day before."""
    maximum_bytes: int = Field(default=4 * 1024**3, gt=0)
    """Size of a day's records, as JSON lines, above which they are refused."""


class BearerToken(Contract):
    """A fixed token: the connection's password."""

    kind: Literal["bearer"]
    header: str = Field(default="Authorization", pattern=r"^[A-Za-z0-9-]+$")
    prefix: str = "Bearer "


class BasicPassword(Contract):
    """The connection's login and password."""

    kind: Literal["basic"]


class ClientCredentials(Contract):
    """OAuth 2 client credentials (RFC 6749, section 4.4): login and password of the connection."""

    kind: Literal["client_credentials"]
    token_url: str
    """Absolute, or a path below the connection's address."""
    scope: str | None = None


class NoAuthentication(Contract):
    """Open to whoever asks."""

    kind: Literal["none"] = "none"


Authentication = Annotated[
    BearerToken | BasicPassword | ClientCredentials | NoAuthentication, Field(discriminator="kind")
]


class HttpLimits(Contract):
    """How long and how often an HTTP service is asked."""

    request_seconds: float = Field(default=60, gt=0)
    """Longest silence of one answer."""
    total_seconds: float = Field(default=1800, gt=0, le=12_600)
    """Longest time for a day; Airflow ends the task after four hours."""
    attempts: int = Field(default=6, ge=1, le=20)
    """How often one page is asked for when it answers 429 or 5xx, or the connection breaks."""
    longest_wait_seconds: float = Field(default=120, gt=0)
    """Longest pause that a ``Retry-After`` may ask for."""
    page_bytes: int = Field(default=64 * 1024**2, gt=0)
    """Largest answer that is read."""


class PageNumbers(Contract):
    """Pages by number, until one is empty."""

    kind: Literal["page"]
    parameter: str = "page"
    first: int = 1


class Cursor(Contract):
    """Each answer carries the cursor of the next."""

    kind: Literal["cursor"]
    parameter: str = "cursor"
    field: str = "cursor"
    """Dotted path of the cursor in an answer; absent, null or empty at the end."""


class LinkHeader(Contract):
    """Each answer names the next by a ``Link`` header with ``rel="next"`` (RFC 8288)."""

    kind: Literal["link"]


class OnePage(Contract):
    """A single answer holds everything."""

    kind: Literal["none"] = "none"


Paging = Annotated[PageNumbers | Cursor | LinkHeader | OnePage, Field(discriminator="kind")]


class HttpSource(RecordSource):
    """A JSON service; the connection holds its address."""

    kind: Literal["http"]
    path: str
    parameters: dict[str, str] = Field(default_factory=dict)
    """Query parameters; ``{start:%Y-%m-%dT%H:%M:%SZ}`` and ``{end:…}`` stand for the window in
    UTC, ``{start:epoch}`` and ``{end:epoch}`` for its seconds."""
    records: str = ""
    """Dotted path of the list of records in an answer; the answer itself when empty."""
    paging: Paging = OnePage()
    authentication: Authentication = NoAuthentication()
    limits: HttpLimits = HttpLimits()


class PostgresqlSource(RecordSource):
    """A query on a PostgreSQL database, of a vendor or our own."""

    kind: Literal["postgresql"]
    query: str
    """A SELECT of the records; ``%(start)s`` and ``%(end)s`` are the window as ``timestamptz``."""

    @field_validator("query")
    @classmethod
    def _must_ask_for_a_window(cls, query: str) -> str:
        if "%(start)s" not in query or "%(end)s" not in query:
            message = "a query must name %(start)s and %(end)s"
            raise ValueError(message)
        return query


class SalesforceSource(RecordSource):
    """Records of Salesforce Service Cloud."""

    kind: Literal["salesforce"]
    object: Literal["Case", "CaseHistory", "CaseMilestone"]
    fields: tuple[str, ...] = Field(min_length=1)
    """API names; ``Owner.Name`` reaches through a relation."""
    instant: str = "SystemModstamp"
    """The field by which records belong to a window."""
    where: str | None = None
    """More conditions, as SOQL."""
    api: Literal["rest", "bulk"] = "rest"
    """The query resource, or Bulk API 2.0 for more than some ten thousand records a day."""
    limits: HttpLimits = HttpLimits()


class ZendeskSource(RecordSource):
    """Incremental exports of Zendesk Support."""

    kind: Literal["zendesk"]
    stream: Literal["ticket_events", "ticket_metric_events"]
    limits: HttpLimits = HttpLimits()


class JiraSource(RecordSource):
    """Requests of Jira Service Management with their change log and SLA cycles."""

    kind: Literal["jira"]
    jql: str
    """Which issues, without a time: the window is added as ``updated``."""
    fields: tuple[str, ...] = ("created", "updated", "status", "priority", "issuetype", "labels")
    sla: bool = True
    """Whether each request's SLA cycles are asked for."""
    limits: HttpLimits = HttpLimits()


class OzoneSource(RecordSource):
    """Bluesky Ozone, the moderation service of atproto."""

    kind: Literal["ozone"]
    stream: Literal["report_activities", "moderation_events"]
    totals: bool = False
    """Whether the service is asked for its own statistics of the day, to be compared with what we
    measured: ``inboundCount`` is incoming, ``actionedCount`` solved, ``pendingCount`` backlog. Its
    days are those of UTC, so the operation's must be."""
    limits: HttpLimits = HttpLimits()


class CoopSource(RecordSource):
    """The manual review tables of ROOST Coop, in its PostgreSQL."""

    kind: Literal["coop"]
    org_id: str
    stream: Literal["decisions", "jobs"]


Source = Annotated[
    FolderSource
    | SftpSource
    | HttpSource
    | PostgresqlSource
    | SalesforceSource
    | ZendeskSource
    | JiraSource
    | OzoneSource
    | CoopSource,
    Field(discriminator="kind"),
]

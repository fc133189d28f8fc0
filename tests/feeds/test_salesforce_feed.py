"""The feed of Salesforce, against one on loopback that speaks as its guides describe."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from salesforce_server import (
    DATA,
    Injected,
    Organisation,
    make_certificates,
    refusal,
    serve,
)

from breakwater.contracts.source import SalesforceSource
from breakwater.core.days import Window
from breakwater.core.errors import ConfigurationError
from breakwater.feeds.http.waiting import Waiting
from breakwater.feeds.records import END, CursorRefusedFault, FeedFault, Part
from breakwater.feeds.salesforce import SalesforceFeed, open_feed
from breakwater.feeds.salesforce_api.soql import Place, soql
from breakwater.warehouse.connections import FeedConnection

WINDOW = Window(1_793_664_000, 1_793_750_400)
"""2026-11-03 in UTC."""
SOURCE: dict[str, Any] = {
    "kind": "salesforce",
    "connection": "vendor_crm",
    "object": "Case",
    "fields": ["CaseNumber", "Status", "Owner.Name"],
}


class Clock:
    """A clock that moves only while somebody sleeps."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.now = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.pauses.append(seconds)
        self.now += seconds

    @property
    def waiting(self) -> Waiting:
        """What a client waits by."""
        return Waiting(clock=lambda: self.now, sleep=self.sleep, chance=lambda: 0.0)


def case(number: int, at: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  fields of a record
    """Return a case that was last changed at an instant of the day."""
    return {
        "Id": f"500R000000000{number:05d}",
        "CaseNumber": f"{number:08d}",
        "Status": "Closed",
        "Origin": "Vendor",
        "SystemModstamp": f"2026-11-03T{at}.000+0000",
        "Owner": {"Name": "Queue of spam"},
    } | changes


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make certificates once."""
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder)
    return folder


@pytest.fixture
def organisation() -> Organisation:
    """Make an organisation with five cases, two of one second."""
    cases = [
        case(3, "11:00:00", Owner=None),
        case(1, "09:00:00"),
        case(5, "23:59:59"),
        case(2, "11:00:00"),
        case(4, "12:00:00", Status='He said "no",\r\nand left'),
    ]
    return Organisation(records={"Case": cases})


@pytest.fixture
def proxy(
    certificates: Path, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Serve it, and trust it."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates / "authority.pem"))
    with serve(certificates, organisation) as address:
        yield address


@pytest.fixture
def clock() -> Clock:
    """Make a clock."""
    return Clock()


@pytest.fixture
def connection(proxy: str) -> FeedConnection:
    """Fill in the provider's form."""
    return FeedConnection(
        name="vendor_crm",
        kind="salesforce",
        login="feed@harbour.example",
        password="right password",  # noqa: S106  of the tests' own Salesforce
        extra={"security_token": "TOKEN", "proxies": proxy},
    )


@pytest.fixture
def feed(connection: FeedConnection, clock: Clock) -> SalesforceFeed:
    """Open the feed of cases."""
    return feed_of(connection, clock)


def feed_of(connection: FeedConnection, clock: Clock, **changes: Any) -> SalesforceFeed:  # noqa: ANN401  of the source
    """Open a feed with a source of its own."""
    source = SalesforceSource.model_validate(SOURCE | changes)
    return dataclasses.replace(open_feed(source, connection), waiting=clock.waiting)


def numbers(parts: list[Part]) -> list[str]:
    """Name the cases of parts, in order."""
    return [record["CaseNumber"].lstrip("0") for part in parts for record in part.records]


def fault_of(feed: SalesforceFeed, after: Mapping[str, Any] | None = None) -> FeedFault:
    """Return what a feed refuses to give."""
    with pytest.raises(FeedFault) as caught:
        list(feed.parts(WINDOW, after))
    return caught.value


class TestQuery:
    """What is asked."""

    def test_a_query_names_the_fields_once_and_the_window_in_utc(self) -> None:
        """The fields by which a reading goes on are always there."""
        source = SalesforceSource.model_validate(SOURCE | {"fields": ["id", "Status", "status"]})
        assert soql(source, WINDOW) == (
            "SELECT Id, SystemModstamp, Status FROM Case"
            " WHERE SystemModstamp >= 2026-11-03T00:00:00Z AND SystemModstamp < 2026-11-04T00:00:00Z"
            " ORDER BY SystemModstamp, Id"
        )

    def test_conditions_of_the_contract_stand_beside_the_window(self) -> None:
        """An OR of theirs must not let other days in."""
        source = SalesforceSource.model_validate(SOURCE | {"where": "Origin = 'a' OR Origin = 'b'"})
        assert " AND (Origin = 'a' OR Origin = 'b') ORDER" in soql(source, WINDOW)

    def test_a_place_is_spelled_so_that_nothing_can_end_its_quotes(self) -> None:
        """It came from the far end."""
        place = Place("2026-11-03T11:00:00.250+0530", "x' OR Id != '")
        query = soql(SalesforceSource.model_validate(SOURCE), WINDOW, after=place)
        assert (
            " AND (SystemModstamp > 2026-11-03T05:30:00.250Z OR (SystemModstamp ="
            r" 2026-11-03T05:30:00.250Z AND Id > 'x\' OR Id != \'')) ORDER"
        ) in query

    @pytest.mark.parametrize("name", ["Id FROM User", "COUNT()", "Owner..Name", "Näme", ""])
    def test_a_field_that_is_no_name_is_refused(self, name: str) -> None:
        """Before anybody is asked."""
        with pytest.raises(FeedFault, match="API names of fields"):
            soql(SalesforceSource.model_validate(SOURCE | {"fields": [name]}), WINDOW)


class TestPages:
    """The query resource."""

    def test_pages_follow_each_other_in_the_order_of_the_records(
        self, feed: SalesforceFeed, organisation: Organisation
    ) -> None:
        """Two a page, by instant and id, without what Salesforce says about its objects."""
        parts = list(feed.parts(WINDOW, None))
        assert [len(part.records) for part in parts] == [2, 2, 1]
        assert numbers(parts) == ["1", "2", "3", "4", "5"]
        assert parts[0].records[0] == {
            "Id": "500R00000000000001",
            "SystemModstamp": "2026-11-03T09:00:00.000+0000",
            "CaseNumber": "00000001",
            "Status": "Closed",
            "Owner": {"Name": "Queue of spam"},
        }
        assert parts[1].records[0]["Owner"] is None
        assert parts[-1].cursor == END
        assert len(organisation.logins) == 1

    def test_the_first_instant_of_a_day_belongs_to_it_and_the_first_of_the_next_does_not(
        self, feed: SalesforceFeed, organisation: Organisation
    ) -> None:
        """Half open."""
        late = case(7, "00:00:00") | {"SystemModstamp": "2026-11-04T00:00:00.000+0000"}
        organisation.records["Case"] = [case(6, "00:00:00"), late]
        assert numbers(list(feed.parts(WINDOW, None))) == ["6"]

    def test_a_day_without_records_ends_at_once(
        self, feed: SalesforceFeed, organisation: Organisation
    ) -> None:
        """With an empty last part."""
        organisation.records["Case"] = [case(1, "00:00:00", SystemModstamp="2026-11-01T00:00:00Z")]
        assert list(feed.parts(WINDOW, None)) == [Part([], END)]

    def test_a_later_attempt_goes_on_with_the_page_that_it_lacks(
        self, feed: SalesforceFeed, organisation: Organisation
    ) -> None:
        """By the locator of the part before; nothing is asked twice."""
        first = next(feed.parts(WINDOW, None))
        rest = list(feed.parts(WINDOW, first.cursor))
        assert numbers([first, *rest]) == ["1", "2", "3", "4", "5"]
        assert len(organisation.queries) == 1

    def test_when_a_locator_has_expired_the_order_of_the_records_goes_on(
        self, feed: SalesforceFeed, organisation: Organisation
    ) -> None:
        """Between two cases of one second, by their ids."""
        first = next(feed.parts(WINDOW, None))
        organisation.locators.clear()
        rest = list(feed.parts(WINDOW, first.cursor))
        assert numbers([first, *rest]) == ["1", "2", "3", "4", "5"]
        assert "Id > '500R00000000000002'" in organisation.queries[1]

    def test_a_locator_that_expires_while_a_day_is_read_loses_nothing(
        self, feed: SalesforceFeed, organisation: Organisation
    ) -> None:
        """Salesforce drops old locators when many are open."""
        read = []
        for part in feed.parts(WINDOW, None):
            read.append(part)
            organisation.locators.clear()
        assert numbers(read) == ["1", "2", "3", "4", "5"]

    def test_a_page_elsewhere_is_not_asked_for(
        self, feed: SalesforceFeed, organisation: Organisation
    ) -> None:
        """It would be sent our session."""
        body = b'{"done": false, "nextRecordsUrl": "//evil.example/x", "records": []}'
        organisation.injected = [Injected("/query", 200, body)]
        fault = fault_of(feed)
        assert fault.found == "'//evil.example/x'"
        assert not fault.transient

    def test_a_page_that_comes_again_ends_the_reading(
        self, feed: SalesforceFeed, organisation: Organisation
    ) -> None:
        """Rather than reading for ever."""
        body = b'{"done": false, "nextRecordsUrl": "/services/data/v59.0/query/1", "records": []}'
        organisation.injected = [Injected("/query", 200, body), Injected("/query", 200, body)]
        assert "comes again" in fault_of(feed).found

    @pytest.mark.parametrize(
        "body", [b"[]", b'{"done": true}', b'{"done": true, "records": [1]}', b'{"records": []}']
    )
    def test_an_answer_that_is_no_page_is_refused(
        self, feed: SalesforceFeed, organisation: Organisation, body: bytes
    ) -> None:
        """A record must not be lost for an answer of another make."""
        organisation.injected = [Injected("/query", 200, body)]
        fault = fault_of(feed)
        assert not fault.transient
        assert fault.is_shape


class TestHistory:
    """Changes of cases."""

    @pytest.mark.parametrize("api", ["rest", "bulk"])
    def test_a_change_is_said_in_one_column(
        self, connection: FeedConnection, clock: Clock, organisation: Organisation, api: str
    ) -> None:
        """That a case was created has no value; an update's state must have one."""
        changes = [("created", None), ("Status", "Working"), ("Status", "Closed")]
        organisation.records["CaseHistory"] = [
            {
                "Id": f"017R0000000000{number:04d}",
                "CreatedDate": f"2026-11-03T0{number}:00:00.000+0000",
                "Field": changed,
                "NewValue": value,
            }
            for number, (changed, value) in enumerate(changes)
        ]
        fields = {"object": "CaseHistory", "fields": ["Field", "NewValue"]}
        feed = feed_of(connection, clock, **fields, instant="CreatedDate", api=api)
        records = [record for part in feed.parts(WINDOW, None) for record in part.records]
        assert [record["Change"] for record in records] == [
            "created",
            "Status=Working",
            "Status=Closed",
        ]


class TestRefusals:
    """What goes wrong, and whether asking again helps."""

    def test_a_session_that_has_ended_is_begun_anew(
        self, feed: SalesforceFeed, organisation: Organisation
    ) -> None:
        """In the middle of a day, and as often as it ends."""
        parts = []
        for part in feed.parts(WINDOW, None):
            parts.append(part)
            organisation.sessions.clear()
        assert numbers(parts) == ["1", "2", "3", "4", "5"]
        assert len(organisation.logins) == 3

    def test_a_session_that_is_never_accepted_is_begun_anew_once(
        self, feed: SalesforceFeed, organisation: Organisation
    ) -> None:
        """Logging in for ever would lock the user out."""
        organisation.injected = [refusal("/query", 401, "INVALID_SESSION_ID", "no") for _ in "ab"]
        fault = fault_of(feed)
        assert not fault.transient
        assert fault.found == "'INVALID_SESSION_ID: no'"
        assert len(organisation.logins) == 2

    @pytest.mark.parametrize(
        "injected",
        [
            refusal("/query", 503, "SERVER_UNAVAILABLE", "busy"),
            refusal("/query", 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
            Injected("/query", 502, b"<html>"),
            Injected("/query", 200, cuts=True),
        ],
    )
    def test_what_may_pass_is_tried_again(
        self, feed: SalesforceFeed, organisation: Organisation, clock: Clock, injected: Injected
    ) -> None:
        """With longer and longer pauses."""
        organisation.injected = [injected, dataclasses.replace(injected)]
        assert numbers(list(feed.parts(WINDOW, None))) == ["1", "2", "3", "4", "5"]
        assert clock.pauses == [0.5, 1.0]

    def test_the_pause_that_salesforce_asks_for_is_kept(
        self, feed: SalesforceFeed, organisation: Organisation, clock: Clock
    ) -> None:
        """Retry-After in seconds."""
        organisation.injected = [refusal("/query", 503, "SERVER_UNAVAILABLE", Retry_After="17")]
        assert len(list(feed.parts(WINDOW, None))) == 3
        assert clock.pauses == [17.0]

    def test_a_pause_that_is_too_long_ends_the_attempt(
        self, feed: SalesforceFeed, organisation: Organisation, clock: Clock
    ) -> None:
        """The next one comes later anyway."""
        organisation.injected = [refusal("/query", 503, "SERVER_UNAVAILABLE", Retry_After="9999")]
        fault = fault_of(feed)
        assert fault.transient
        assert "asked again in 9999 seconds" in fault.found
        assert clock.pauses == []

    def test_a_limit_that_stays_exceeded_is_told_and_may_be_tried_later(
        self, feed: SalesforceFeed, organisation: Organisation
    ) -> None:
        """After the contract's attempts."""
        again = refusal("/query", 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        organisation.injected = [dataclasses.replace(again) for _ in range(6)]
        fault = fault_of(feed)
        assert fault.transient
        assert fault.found == "'REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.'"
        assert organisation.injected == []

    def test_a_field_that_is_not_there_is_named(
        self, connection: FeedConnection, clock: Clock, organisation: Organisation
    ) -> None:
        """Without the query around it; asking again would not help."""
        feed = feed_of(connection, clock, fields=["Verdict__c"])
        fault = fault_of(feed)
        assert not fault.transient
        assert fault.expected == "fields that the object has and the login may read"
        named = "No such column 'Verdict__c' on entity 'Case'."
        assert fault.found == repr(f"INVALID_FIELD: {named}")
        assert len(organisation.queries) == 1
        assert clock.pauses == []

    def test_a_query_that_is_not_understood_is_shown_on_one_line(
        self, feed: SalesforceFeed, organisation: Organisation
    ) -> None:
        """The contract's own conditions are at fault."""
        organisation.injected = [refusal("/query", 400, "MALFORMED_QUERY", "unexpected\ntoken")]
        fault = fault_of(feed)
        assert not fault.transient
        assert "\n" not in str(fault)
        assert fault.expected == "a query that Salesforce understands"

    def test_an_answer_that_is_too_large_is_not_read(
        self, connection: FeedConnection, clock: Clock
    ) -> None:
        """The contract says how large one may be."""
        fault = fault_of(feed_of(connection, clock, limits={"page_bytes": 100}))
        assert not fault.transient
        assert "limits.page_bytes" in fault.expected

    def test_a_day_takes_no_longer_than_its_contract_says(
        self, connection: FeedConnection, clock: Clock, organisation: Organisation
    ) -> None:
        """Pauses count."""
        limits = {"total_seconds": 30, "attempts": 20}
        busy = refusal("/query", 503, "SERVER_UNAVAILABLE")
        organisation.injected = [dataclasses.replace(busy) for _ in range(20)]
        fault = fault_of(feed_of(connection, clock, limits=limits))
        assert fault.transient
        assert clock.now <= 30


class TestLogin:
    """The fields of the connection's form."""

    def test_a_password_goes_with_its_token(
        self, feed: SalesforceFeed, organisation: Organisation
    ) -> None:
        """By SOAP, to login.salesforce.com."""
        next(feed.parts(WINDOW, None))
        assert organisation.logins == [
            {
                "username": "feed@harbour.example",
                "password": "right passwordTOKEN",
                "host": "login.salesforce.com",
                "by": "soap",
            }
        ]

    def test_client_credentials_go_to_the_companys_own_domain(
        self, connection: FeedConnection, organisation: Organisation, clock: Clock
    ) -> None:
        """OAuth 2 without a user."""
        fields = {"consumer_key": "k", "consumer_secret": "s", "domain": "harbour.my"}
        extra = {"proxies": connection.extra["proxies"], **fields}
        other = dataclasses.replace(connection, login=None, password=None, extra=extra)
        next(feed_of(other, clock).parts(WINDOW, None))
        (login,) = organisation.logins
        assert (login["by"], login["basic"]) == ("client_credentials", "k:s")
        assert login["host"] == "harbour.my.salesforce.com"

    def test_a_private_key_signs_for_a_user(
        self, connection: FeedConnection, organisation: Organisation, clock: Clock
    ) -> None:
        """JWT bearer, for a sandbox; extras by the names of earlier releases."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
        fields = {"consumer_key": "k", "private_key": pem, "domain": "test"}
        extra = {f"extra__salesforce__{name}": value for name, value in fields.items()}
        extra["proxies"] = json.dumps({"https": connection.extra["proxies"]})
        other = dataclasses.replace(connection, password=None, extra=extra)
        next(feed_of(other, clock).parts(WINDOW, None))
        (login,) = organisation.logins
        assert login["by"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        assert login["host"] == "test.salesforce.com"

    def test_a_login_that_is_refused_is_not_tried_again(
        self, connection: FeedConnection, organisation: Organisation, clock: Clock
    ) -> None:
        """The user would be locked out; the password is not told."""
        other = dataclasses.replace(connection, password="wrong password")  # noqa: S106  of no Salesforce
        fault = fault_of(feed_of(other, clock))
        assert not fault.transient
        assert fault.expected == "a login of connection vendor_crm that Salesforce accepts"
        assert fault.found.startswith("'INVALID_LOGIN: Invalid username")
        assert "wrong" not in str(fault)
        assert len(organisation.asked) == 1

    def test_a_login_page_that_is_being_maintained_is_tried_again(
        self, feed: SalesforceFeed, organisation: Organisation
    ) -> None:
        """It answers with a page of HTML."""
        organisation.injected = [Injected("/Soap/", 503, b"We are down for maintenance")]
        fault = fault_of(feed)
        assert fault.transient
        assert fault.found == "status 503"

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"kind": "http"}, "expected a connection of type salesforce; found 'http'"),
            ({"login": None, "extra": {}}, "incomplete set of fields"),
            ({"password": None, "extra": {"consumer_key": "k", "private_key": "x"}}, "PEM"),
            ({"extra": {"proxies": "{"}}, "proxies as an address or a JSON object"),
        ],
    )
    def test_a_connection_that_cannot_be_used_says_what_it_lacks(
        self, connection: FeedConnection, clock: Clock, changes: dict[str, Any], said: str
    ) -> None:
        """Without a word of its secrets."""
        other = dataclasses.replace(connection, **changes)
        with pytest.raises(ConfigurationError) as caught:
            list(feed_of(other, clock).parts(WINDOW, None))
        assert said in str(caught.value)
        assert "right" not in str(caught.value)

    def test_a_server_with_another_certificate_is_not_asked(
        self,
        feed: SalesforceFeed,
        organisation: Organisation,
        clock: Clock,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Nobody gets a password who is not Salesforce."""
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        fault = fault_of(feed)
        assert not fault.transient
        assert fault.found == "SSLError"
        assert organisation.asked == []
        assert clock.pauses == []


@pytest.fixture
def bulk(connection: FeedConnection, clock: Clock) -> SalesforceFeed:
    """Open the feed of cases by Bulk API 2.0."""
    return feed_of(connection, clock, api="bulk")


class TestBulk:
    """Query jobs."""

    def test_a_job_is_waited_for_and_read_set_after_set(
        self, bulk: SalesforceFeed, organisation: Organisation, clock: Clock
    ) -> None:
        """The records are those of the query resource, but every value is text or null."""
        organisation.states = ["UploadComplete", "InProgress", "JobComplete"]
        organisation.records["Case"][0]["IsEscalated"] = True
        parts = list(bulk.parts(WINDOW, None))
        assert [len(part.records) for part in parts] == [0, 2, 2, 1]
        assert numbers(parts) == ["1", "2", "3", "4", "5"]
        assert parts[1].records[0] == {
            "Id": "500R00000000000001",
            "SystemModstamp": "2026-11-03T09:00:00.000Z",
            "CaseNumber": "00000001",
            "Status": "Closed",
            "Owner": {"Name": "Queue of spam"},
        }
        assert parts[2].records[0]["Owner"] == {"Name": None}
        assert parts[2].records[1]["Status"] == 'He said "no",\r\nand left'
        assert parts[-1].cursor == END
        assert clock.pauses == [0.5, 1.0]
        assert organisation.aborted == []
        assert "ORDER BY" not in organisation.queries[0]

    def test_a_day_without_records_ends_at_once(
        self, bulk: SalesforceFeed, organisation: Organisation
    ) -> None:
        """With a header and nothing below."""
        organisation.records["Case"] = [case(1, "00:00:00", SystemModstamp="2026-11-01T00:00:00Z")]
        parts = list(bulk.parts(WINDOW, None))
        assert numbers(parts) == []
        assert parts[-1] == Part([], END)

    def test_a_later_attempt_takes_the_same_job_up(
        self, bulk: SalesforceFeed, organisation: Organisation
    ) -> None:
        """Before its results are there, and after a set of them."""
        organisation.states = ["InProgress", "JobComplete"]
        feed = bulk.parts(WINDOW, None)
        begun, first = next(feed), next(feed)
        again = list(bulk.parts(WINDOW, begun.cursor))
        assert numbers(again) == ["1", "2", "3", "4", "5"]
        rest = list(bulk.parts(WINDOW, first.cursor))
        assert numbers([first, *rest]) == ["1", "2", "3", "4", "5"]
        assert len(organisation.jobs) == 1

    @pytest.mark.parametrize("state", ["Failed", "Aborted"])
    def test_a_job_that_comes_to_nothing_is_told_and_tried_later(
        self, bulk: SalesforceFeed, organisation: Organisation, state: str
    ) -> None:
        """It runs no more, so there is nothing to abort."""
        organisation.states = ["InProgress", state]
        fault = fault_of(bulk)
        assert fault.transient
        assert fault.found == f"'{state}: a reason of {state}'"
        assert organisation.aborted == []

    def test_an_earlier_job_that_came_to_nothing_is_not_waited_for_again(
        self, bulk: SalesforceFeed, organisation: Organisation
    ) -> None:
        """The day is asked for from its start."""
        begun = next(bulk.parts(WINDOW, None))
        organisation.states = ["Failed"]
        with pytest.raises(CursorRefusedFault):
            list(bulk.parts(WINDOW, begun.cursor))

    def test_an_earlier_job_that_is_gone_is_asked_for_from_the_start(
        self, bulk: SalesforceFeed, organisation: Organisation
    ) -> None:
        """Results are kept for a week."""
        feed = bulk.parts(WINDOW, None)
        next(feed)
        first = next(feed)
        organisation.jobs.clear()
        with pytest.raises(CursorRefusedFault):
            list(bulk.parts(WINDOW, first.cursor))

    def test_a_job_that_nobody_waits_for_is_aborted(
        self, bulk: SalesforceFeed, organisation: Organisation
    ) -> None:
        """It would count against the organisation's limits."""
        organisation.states = ["InProgress"]
        feed = bulk.parts(WINDOW, None)
        begun = next(feed)
        feed.close()  # type: ignore[attr-defined]  # it is a generator
        assert organisation.aborted == [begun.cursor["job"]]

    def test_a_job_is_aborted_when_salesforce_refuses_to_tell_about_it(
        self, bulk: SalesforceFeed, organisation: Organisation
    ) -> None:
        """And the reason is told, not what became of the abortion."""
        organisation.states = ["InProgress"]
        organisation.injected = [
            refusal("/jobs/query/", 403, "INSUFFICIENT_ACCESS", "no"),
            refusal("/jobs/query/", 400, "OTHER", "no either"),
        ]
        fault = fault_of(bulk)
        assert fault.found == "'INSUFFICIENT_ACCESS: no'"
        assert [method for method, path in organisation.asked if "jobs/query/" in path] == [
            "GET",
            "PATCH",
        ]

    def test_a_job_that_takes_longer_than_a_fetch_may_is_left_running(
        self, connection: FeedConnection, clock: Clock, organisation: Organisation
    ) -> None:
        """The next attempt takes it up."""
        organisation.states = ["InProgress"]
        fault = fault_of(feed_of(connection, clock, api="bulk", limits={"total_seconds": 100}))
        assert fault.transient
        assert "limits.total_seconds" in fault.expected
        assert organisation.aborted == []
        assert max(clock.pauses) <= 30
        assert clock.now <= 100

    @pytest.mark.parametrize(
        ("body", "found"),
        [
            (b'"Id","Status"\n"1","a"\n', "1"),
            (b'"Id","Status"\n"1","a"\n"2"\n', "2, not all of them whole"),
            (b'"Id","Status"\n"1","a"\n"2","b', "Error"),
            (b'"Id","Status"\n"1","a"\n"2","\xff"\n', "UnicodeDecodeError"),
        ],
    )
    def test_results_that_are_cut_short_are_not_taken(
        self, bulk: SalesforceFeed, organisation: Organisation, body: bytes, found: str
    ) -> None:
        """Salesforce says how many records a set has."""
        headers = {"Sforce-NumberOfRecords": "2", "Sforce-Locator": "null"}
        organisation.injected = [Injected("/results", 200, body, headers)]
        fault = fault_of(bulk)
        assert fault.transient
        assert fault.found == found

    def test_a_locator_that_comes_again_ends_the_reading(
        self, bulk: SalesforceFeed, organisation: Organisation
    ) -> None:
        """Rather than reading for ever."""
        headers = {"Sforce-NumberOfRecords": "0", "Sforce-Locator": "L0"}
        body = b'"Id"\n'
        organisation.injected = [Injected("/results", 200, body, headers) for _ in "ab"]
        assert "comes again" in fault_of(bulk).found

    def test_the_id_of_a_job_is_no_path(
        self, bulk: SalesforceFeed, organisation: Organisation
    ) -> None:
        """It stands in the next address."""
        organisation.injected = [Injected("/jobs/query", 200, b'{"id": "../../sobjects"}')]
        assert fault_of(bulk).found == "'../../sobjects'"

    def test_a_field_that_is_not_there_is_named(
        self, connection: FeedConnection, clock: Clock, organisation: Organisation
    ) -> None:
        """As by the query resource, and no job is left."""
        fault = fault_of(feed_of(connection, clock, api="bulk", fields=["Verdict__c"]))
        assert "Verdict__c" in fault.found
        assert not fault.transient
        assert organisation.jobs == {}


def test_every_request_goes_below_the_version_that_the_connection_names(
    connection: FeedConnection, clock: Clock, organisation: Organisation
) -> None:
    """The interface of a version does not change."""
    extra = {**connection.extra, "version": "58.0"}
    fault = fault_of(feed_of(dataclasses.replace(connection, extra=extra), clock))
    assert fault.found.startswith("'NOT_FOUND")
    assert organisation.asked[-1][1].startswith(DATA.replace("59", "58"))

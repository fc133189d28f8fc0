"""Channels that post to somebody's address: what arrives, what is refused, what a second try does."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from every_channel import FAR_ENDS, KEY, OUTSIDE, Far, connections, far, payload_of
from far_ends import Jira, Pager, Receiver
from outside_server import OutsideServer, Reply, trusted_certificate
from situations import LATER, finding, incident, living, message, recipients_of, telling

from breakwater.contracts.channels import ChannelAddress
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.routes import Destination, Matcher, Route
from breakwater.core.errors import DeliveryError
from breakwater.core.finding import Severity
from breakwater.notify.channel import News
from breakwater.notify.channels.environment import senders_from_environment
from breakwater.notify.channels.google_chat import render as google_chat
from breakwater.notify.channels.jira import render as jira
from breakwater.notify.channels.pagerduty import render as pagerduty
from breakwater.notify.channels.pagerduty.send import HOSTS, dedup_key_of
from breakwater.notify.channels.registry import parts_of
from breakwater.notify.channels.teams import render as teams
from breakwater.notify.message import Action, Fact, Message, Row, Standing
from breakwater.notify.outside.hand_over import host_url
from breakwater.notify.route import Recipient
from breakwater.notify.telling import TellingReason
from breakwater.warehouse.connections import FeedConnection
from breakwater.warehouse.delivery import Delivery
from breakwater.warehouse.outbox import Channel

POSTING = tuple(FAR_ENDS)
SAYS_WHY = tuple(name for name in POSTING if name != "apprise")
OPENED = message(incident())
RESOLVED = message(incident(is_open=False), last=telling(incident()))


@pytest.fixture(autouse=True)
def trust(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the certificate of the far ends."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", trusted_certificate())


Reach = Callable[[Channel], Far]


@pytest.fixture
def reach(tmp_path: Path) -> Iterator[Reach]:
    """Run far ends for as long as a test lasts."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda channel: stack.enter_context(far(channel, tmp_path))


@pytest.mark.parametrize("channel", POSTING)
def test_a_message_arrives(channel: Channel, reach: Reach) -> None:
    """The far end takes it as valid, and it says what happened."""
    end = reach(channel)
    receipt = end.send(payload=payload_of(channel, OPENED))
    assert receipt.is_living
    (taken,) = end.taken
    assert OPENED.verdict in str(taken)


@pytest.mark.parametrize("channel", SAYS_WHY)
@pytest.mark.parametrize(
    ("reply", "permanent", "in_doubt", "wait"),
    [
        (Reply(status=429, headers={"Retry-After": "7"}), False, False, 7.0),
        (Reply(status=429, headers={"Retry-After": "Sun, 15 Nov 2026 02:00:30 GMT",
                                    "Date": "Sun, 15 Nov 2026 02:00:00 GMT"}), False, False, 30.0),
        (Reply("slow down", 429), False, False, None),
        (Reply({"errors": ["x"]}, 400), True, False, None),
        (Reply(status=401), False, False, None),
        (Reply(status=403), False, False, None),
        (Reply(status=404), True, False, None),
        (Reply(status=410), True, False, None),
        (Reply(status=413), True, False, None),
        (Reply(status=302, headers={"Location": "file:///etc/passwd"}), True, False, None),
        (Reply("<html>Bad gateway</html>", 502), False, True, None),
        (Reply(status=503, headers={"Retry-After": "9"}), False, True, 9.0),
        (Reply(drops=True), False, True, None),
        (Reply(drops=True, acts=True), False, True, None),
    ],
    ids=["429 with wait", "429 with date", "429 without", "400", "401", "403", "404", "410", "413",
         "redirect", "502", "503", "dropped", "dropped after it acted"],
)  # fmt: skip
def test_each_answer_says_whether_to_try_again_and_whether_it_may_have_arrived(  # noqa: PLR0917  pytest names them
    channel: Channel,
    reply: Reply,
    permanent: bool,
    in_doubt: bool,
    wait: float | None,
    reach: Reach,
) -> None:
    """The decision table of HTTP; no error holds a secret, a body, or more than one request."""
    end = reach(channel)
    with pytest.raises(DeliveryError) as caught:
        end.send(reply)
    error = caught.value
    assert (error.permanent, error.in_doubt, error.retry_after_seconds) == (
        permanent, in_doubt, wait,
    )  # fmt: skip
    for secret in ("secret", "token", "html", KEY):
        assert secret not in str(error)
    assert len(end.server.asked) == 1


@pytest.mark.parametrize("channel", ["google_chat", "pagerduty", "slack_webhook", "jira"])
@pytest.mark.parametrize("said", ["<html>Please log in</html>", {"ok": False}, b""])
def test_a_success_that_is_not_the_services_own_leaves_a_doubt(
    channel: Channel, said: object, reach: Reach
) -> None:
    """A page of a proxy with status 200 is no delivery: nothing is lost to it."""
    end = reach(channel)
    with pytest.raises(DeliveryError) as caught:
        end.send(Reply(said))
    assert (caught.value.permanent, caught.value.in_doubt) == (False, True)


def test_a_service_of_apprise_that_only_drips_is_given_up_on(
    reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes in time and the answer never does: the next message is not kept waiting."""
    monkeypatch.setattr("breakwater.notify.channels.apprise.send.LONGEST_SECONDS", 0.4)
    with pytest.raises(DeliveryError, match=r"longer than 0\.4 s") as caught:
        reach("apprise").send(Reply(drips=True))
    assert (caught.value.permanent, caught.value.in_doubt) == (False, True)


@pytest.mark.parametrize("channel", ["google_chat", "pagerduty", "webhook"])
def test_a_second_attempt_is_the_same_message_to_the_far_end(
    channel: Channel, reach: Reach
) -> None:
    """It acted and the connection broke: the same again changes nothing."""
    end = reach(channel)
    with pytest.raises(DeliveryError):
        end.send(Reply(drops=True, acts=True))
    again = end.delivery(is_in_doubt=True, attempts=2)
    assert end.sender.was_delivered(again) is None
    end.sender.send(again)
    kept = len(end.end.alerts) if isinstance(end.end, Pager) else len(end.taken)
    assert kept == 1


@pytest.mark.parametrize("channel", ["teams", "slack_webhook", "apprise"])
def test_where_nobody_can_be_asked_a_second_attempt_is_a_second_message(
    channel: Channel, reach: Reach
) -> None:
    """The window that docs/channels.md shows: never lost, at worst seen twice."""
    end = reach(channel)
    with pytest.raises(DeliveryError) as caught:
        end.send(Reply(status=500, acts=True))
    assert caught.value.in_doubt
    again = end.delivery(is_in_doubt=True, attempts=2)
    assert end.sender.was_delivered(again) is None
    end.sender.send(again)
    assert len(end.taken) == 2


@pytest.mark.parametrize("channel", [name for name in POSTING if name != "jira"])
def test_a_recipient_without_connection_waits_for_whoever_adds_it(
    channel: Channel, tmp_path: Path
) -> None:
    """The error names the connection that is missing."""
    sender = senders_from_environment(tmp_path, {}, OUTSIDE)[channel]
    from situations import delivery

    with pytest.raises(DeliveryError, match=f"connection {channel}_ops") as caught:
        sender.send(delivery(channel))
    assert not caught.value.permanent


@pytest.mark.parametrize("channel", SAYS_WHY)
def test_no_channel_posts_to_a_host_that_is_not_allowed(channel: Channel, tmp_path: Path) -> None:
    """Whoever may edit a connection may not have us post inside."""
    with OutsideServer() as server:
        sender = senders_from_environment(tmp_path, connections({channel: server}))[channel]
        from situations import delivery

        with pytest.raises(DeliveryError, match="not among the allowed") as caught:
            sender.send(delivery(channel))
        assert caught.value.permanent
        assert server.asked == []


def test_news_of_a_thread_in_google_chat_stays_together(reach: Reach) -> None:
    """One thread key a thread, which the thread's own name cannot be read from."""
    space = reach("google_chat")
    space.send()
    space.send(delivery_key="b2" * 32)
    space.send(delivery_key="c3" * 32, thread_key="another")
    keys = [m["thread"]["threadKey"] for m in space.taken]
    assert keys[0] == keys[1] != keys[2]
    assert "pearlline" not in keys[0]


def test_pagerduty_triggers_worsens_and_resolves_one_alert(reach: Reach) -> None:
    """By the thread's key; who took it on is not called again, and a resolve carries no text."""
    pager = reach("pagerduty")
    worse = message(incident(severity=Severity.CRITICAL), last=telling(incident()))
    taken_on = News(worse, TellingReason.ACKNOWLEDGED, is_first=False)
    payloads = [payload_of("pagerduty", said) for said in (OPENED, worse, RESOLVED)]
    payloads.insert(2, next(iter(parts_of("pagerduty", taken_on))).payload)
    for number, payload in enumerate(payloads):
        pager.send(payload=payload, delivery_key=f"{number}" * 64)
    said = [(e["event_action"], e.get("payload", {}).get("severity")) for e in pager.end.events]
    assert said == [
        ("trigger", "error"), ("trigger", "critical"), ("acknowledge", None), ("resolve", None),
    ]  # fmt: skip
    assert list(pager.end.alerts.values()) == ["resolved"]
    assert len(dedup_key_of(pager.delivery(thread_key="x" * 10_000))) <= 255


@pytest.mark.parametrize(
    ("host", "expected"),
    [(None, f"https://{HOSTS[0]}"), ("events.eu.pagerduty.com", f"https://{HOSTS[1]}"),
     ("https://events.eu.pagerduty.com/", f"https://{HOSTS[1]}")],
)  # fmt: skip
def test_an_account_in_europe_is_told_by_its_host(host: str | None, expected: str) -> None:
    """The other one is the default."""
    assert host_url(FeedConnection("pagerduty_ops", "", host=host), HOSTS[0]) == expected


def test_a_receiver_refuses_what_others_signed_and_what_is_old(reach: Reach) -> None:
    """The signature covers id, instant and body."""
    end = reach("webhook")
    receiver: Receiver = end.end
    end.send()
    receiver.key = b"another key of twenty-four bytes"
    with pytest.raises(DeliveryError, match="401"):
        end.send()
    receiver.key = KEY.encode()
    with pytest.raises(DeliveryError, match="400"):
        end.send(attempted_at=LATER)
    assert len(end.taken) == 1


@pytest.mark.parametrize("key", ["short", "whsec_c2hvcnQ=", "whsec_no base64!"])
def test_a_signing_key_that_protects_nothing_is_not_used(key: str, tmp_path: Path) -> None:
    """Twenty-four bytes at least; nothing is sent."""
    connection = {"AIRFLOW_CONN_WEBHOOK_OPS": f'{{"host": "localhost", "password": "{key}"}}'}
    sender = senders_from_environment(tmp_path, connection, OUTSIDE)["webhook"]
    from situations import delivery

    with pytest.raises(DeliveryError, match="signing key") as caught:
        sender.send(delivery("webhook"))
    assert "c2hvcnQ" not in str(caught.value)


class TestJira:
    """One issue a thread."""

    @staticmethod
    def _update(end: Far, said: Message, key: str, digit: str) -> Delivery:
        return end.delivery(
            payload_of("jira", said),
            operation="update",
            living=living(key, "OPS"),
            delivery_key=digit * 64,
        )

    def test_an_issue_is_created_commented_closed_and_opened_again(self, reach: Reach) -> None:
        """The workflow's own steps are found by the kind of status they lead to."""
        end = reach("jira")
        site: Jira = end.end
        assert end.send(payload=payload_of("jira", OPENED)).far_end_id == "OPS-1"
        worse = message(incident(value=20), last=telling(incident()))
        for digit, said in (("1", worse), ("2", RESOLVED), ("3", OPENED)):
            end.sender.send(self._update(end, said, "OPS-1", digit))
        (issue,) = site.issues.values()
        assert issue["history"] == ["Done", "In Progress"]
        assert len(issue["comments"]) == 3
        assert "12 cases → 20 cases" in issue["comments"][0]["body"]
        assert issue["issuetype"] == {"name": "Task"}

    def test_an_attempt_of_unknown_outcome_is_asked_about(self, reach: Reach) -> None:
        """A new issue by its label, a comment by its property."""
        end = reach("jira")
        assert end.sender.was_delivered(end.delivery()) is None
        with pytest.raises(DeliveryError) as caught:
            end.send(Reply(drops=True, acts=True))
        assert caught.value.in_doubt
        found = end.sender.was_delivered(end.delivery())
        assert found is not None
        update = self._update(end, RESOLVED, found.far_end_id, "1")
        assert end.sender.was_delivered(update) is None
        end.sender.send(update)
        assert end.sender.was_delivered(update) == found

    def test_killed_between_closing_and_commenting_it_comments_only(self, reach: Reach) -> None:
        """The step was made; the comment that says so was not."""
        end = reach("jira")
        site: Jira = end.end
        end.send()
        site.issues["OPS-1"]["status"] = "Done"
        end.sender.send(self._update(end, RESOLVED, "OPS-1", "1"))
        assert site.issues["OPS-1"]["history"] == []
        assert len(site.issues["OPS-1"]["comments"]) == 1

    def test_a_workflow_that_lets_nobody_close_is_said_so(self, reach: Reach) -> None:
        """In the comment, where the person reads who has to."""
        end = reach("jira")
        site: Jira = end.end
        site.steps = ("In Progress",)
        end.send()
        end.sender.send(self._update(end, RESOLVED, "OPS-1", "1"))
        assert "close the issue by hand" in site.issues["OPS-1"]["comments"][0]["body"]

    def test_a_key_is_one_segment_of_an_address_whatever_is_in_it(self, reach: Reach) -> None:
        """It is a word of the far end's: no other resource is asked for, nothing else is asked."""
        end = reach("jira")
        update = self._update(end, RESOLVED, "OPS-1/../../admin?fields=all#x", "1")
        for ask in (end.sender.send, end.sender.was_delivered):
            end.server.replies.append(Reply(status=404))
            with pytest.raises(DeliveryError):
                ask(update)
        root = "/rest/api/2/issue/OPS-1%2F..%2F..%2Fadmin%3Ffields%3Dall%23x"
        assert [each.path for each in end.server.asked] == [root, f"{root}/comment"]
        assert end.server.asked[0].query == {"fields": "status"}

    @pytest.mark.parametrize("version", [2, 3])
    def test_text_is_spelt_for_the_cloud_and_for_a_data_centre(
        self, version: int, tmp_path: Path
    ) -> None:
        """A document of text nodes, or a quotation that nothing in it can end."""
        site = Jira(version=version)
        with OutsideServer(site) as server:
            text = connections({"jira": server})["AIRFLOW_CONN_JIRA"]
            extra = f'{text[:-1]}, "extra": {{"api_version": {version}, "issue_type": "Bug"}}}}'
            sender = senders_from_environment(tmp_path, {"AIRFLOW_CONN_JIRA": extra}, OUTSIDE)[
                "jira"
            ]
            from situations import delivery

            payload = {"summary": "s", "text": "{noformat}[~admin] a\nb\n\nc\n", "is_open": True}
            sender.send(delivery("jira", recipient="OPS", payload=payload))
        (issue,) = site.issues.values()
        assert issue["issuetype"] == {"name": "Bug"}
        if version == 2:
            quoted = "{noformat}\n❴noformat❵⁅~admin] a\nb\n\nc\n{noformat}"  # noqa: RUF001
            assert issue["description"] == quoted
        else:
            first, second = issue["description"]["content"]
            assert [node["type"] for node in first["content"]] == ["text", "hardBreak", "text"]
            assert second["content"] == [{"type": "text", "text": "c"}]


ROW = Row(Standing(Severity.MAJOR, is_open=True), "a" * 300, "é" * 300)


def _long(rows: int, changes: int = 0) -> Message:
    """Make a message with so many rows, each of more than a kilobyte."""
    return Message(
        title="T" * 400,
        standing=Standing(Severity.CRITICAL, is_open=True),
        verdict="v" * 3_000,
        changes=("ü" * 900,) * changes,
        facts=(Fact("Vendor", "p" * 2_500),),
        rows=(ROW,) * rows,
        rows_left_out=7,
        next_step="n",
        runbook=None,
        data_through="d",
        actions=(Action("Acknowledge", "https://ops.harbour.example/a"),) * 9,
    )


@pytest.mark.parametrize(
    ("channel", "size", "limit"),
    [("teams", lambda p: teams.size_of(p["card"]), teams.LARGEST_CARD),
     ("google_chat", google_chat.size_of, google_chat.LARGEST_MESSAGE)],
)  # fmt: skip
def test_rows_are_left_out_until_a_platform_takes_it(
    channel: Channel, size: Callable[[Any], int], limit: int, reach: Reach
) -> None:
    """As many as fit; one more would be too many; the reader hears how many are missing."""
    sizes = {count: size(payload_of(channel, _long(count))) for count in range(2, 60)}
    assert max(sizes.values()) <= limit
    assert max(sizes.values()) > limit - 1_500
    full = str(payload_of(channel, _long(58)))
    shown = full.count(ROW.number)
    assert 1 < shown < 58
    assert f"… and {58 + 7 - shown} more" in full
    end = reach(channel)
    end.send(payload=payload_of(channel, _long(58, changes=40)))
    assert len(end.taken) == 1


def test_texts_are_cut_at_their_limits_and_show_it() -> None:
    """One character more than fits, and the last one shown is an ellipsis."""
    shown = payload_of("pagerduty", _long(1))["event"]["payload"]["summary"]
    assert (len(shown), shown[-1]) == (pagerduty.LONGEST_SUMMARY, "…")
    issue = payload_of("jira", _long(200))
    assert (len(issue["summary"]), len(issue["text"])) == (jira.LONGEST_SUMMARY, jira.LONGEST_TEXT)
    card = payload_of("teams", _long(1))["card"]
    assert len(card["actions"]) == teams.MOST_ACTIONS
    assert len(card["body"][1]["inlines"][0]["text"]) == teams.LONGEST_TEXT


def test_a_vendors_room_in_teams_hears_of_that_vendor_alone(configuration: Configuration) -> None:
    """Its contract says whose it is; a slip in the routes tells it nothing of the others."""
    vendors = dict(configuration.vendors)
    room = ChannelAddress(channel="teams", recipient="pearlline")
    contacts = vendors["pearlline"].contacts.model_copy(update={"others": (room,)})
    vendors["pearlline"] = vendors["pearlline"].model_copy(update={"contacts": contacts})
    named = Destination(channel="teams", recipient="pearlline")
    standing = Destination(channel="teams", recipient="{vendor}")
    for destination in (named, standing):
        route = Route(route="r", match=Matcher(), send_to=(destination,))
        told = [recipients_of(finding(vendor=v), [route], vendors) for v in ("pearlline", "dekkan")]
        assert told == [(Recipient("teams", "pearlline"),), ()]

"""The Slack channel against a double that behaves as the Web API does, over HTTP."""

import json
from collections.abc import Mapping

import pytest
from situations import NOW, delivery, living
from slack_sdk import WebClient

from breakwater.core.errors import DeliveryError
from breakwater.demo.sinks.chat_server import ChatFault, ChatSink
from breakwater.notify.channels.slack.call import SlackRefusedError, slack_call
from breakwater.notify.channels.slack.client import web_api
from breakwater.notify.channels.slack.send import SlackSender
from breakwater.warehouse.connections import FeedConnection

TS = f"{int(NOW.timestamp()) + 1}.000000"


@pytest.fixture
def slack(chat: ChatSink) -> SlackSender:
    """Make a sender whose client never tries again by itself."""
    client = WebClient("xoxb-1", base_url=chat.base_url, timeout=5, retry_handlers=[])
    return SlackSender(slack_call(client.api_call))


def _refuses(method: str, error: str) -> ChatFault:
    return ChatFault(method, body=json.dumps({"ok": False, "error": error}))


def test_a_post_returns_where_it_is_and_asks_slack_to_add_nothing(
    slack: SlackSender, chat: ChatSink
) -> None:
    """Channel id and timestamp from the answer; no unfurling, no parsing, no linked names."""
    receipt = slack.send(delivery())
    assert (receipt.far_end_id, receipt.address, receipt.is_living) == (TS, "C0OPS", True)
    ((method, arguments),) = chat.calls
    assert method == "chat.postMessage"
    switches = ("unfurl_links", "unfurl_media", "link_names", "parse")
    assert [arguments[switch] for switch in switches] == [False, False, False, "none"]
    assert arguments["metadata"]["event_payload"] == {"delivery_key": "a1" * 32}


def test_an_update_edits_the_living_message(slack: SlackSender, chat: ChatSink) -> None:
    """One message before and after; the text is the new one."""
    first = slack.send(delivery())
    update = delivery(operation="update", living=first, payload={"text": "Worse", "blocks": []})
    assert slack.send(update) == first
    (message,) = chat.room.messages("C0OPS")
    assert message["text"] == "Worse"


def test_a_reply_goes_into_the_thread_and_leaves_the_living_message(
    slack: SlackSender, chat: ChatSink
) -> None:
    """Its receipt does not take over the thread."""
    first = slack.send(delivery())
    receipt = slack.send(delivery(operation="reply", living=first))
    assert not receipt.is_living
    assert len(chat.room.messages("C0OPS")) == 1
    assert len(chat.room.messages("C0OPS", first.far_end_id)) == 1


@pytest.mark.parametrize("operation", ["update", "reply"])
def test_a_deleted_message_is_replaced_by_a_new_one(
    operation: str, slack: SlackSender, chat: ChatSink
) -> None:
    """Slack refuses the edit, and turns the reply into a message of its own without saying so."""
    first = slack.send(delivery())
    chat.room.delete("C0OPS", first.far_end_id)
    receipt = slack.send(delivery(operation=operation, living=first))
    assert receipt.is_living
    assert [m["ts"] for m in chat.room.messages("C0OPS")] == [receipt.far_end_id]


@pytest.mark.parametrize(
    "error", ["message_not_found", "cant_update_message", "edit_window_closed"]
)
def test_a_message_that_cannot_be_edited_is_replaced(
    error: str, slack: SlackSender, chat: ChatSink
) -> None:
    """Each of Slack's words for it leads to a new living message."""
    first = slack.send(delivery())
    chat.faults.append(_refuses("chat.update", error))
    receipt = slack.send(delivery(operation="update", living=first))
    assert receipt.is_living
    assert receipt.far_end_id != first.far_end_id


@pytest.mark.parametrize("operation", ["update", "reply"])
def test_without_a_living_message_everything_is_a_post(
    operation: str, slack: SlackSender, chat: ChatSink
) -> None:
    """The post was dead, say; the news still arrives."""
    assert slack.send(delivery(operation=operation)).is_living
    assert len(chat.room.messages("C0OPS")) == 1


@pytest.mark.parametrize(
    ("fault", "permanent", "in_doubt", "wait"),
    [
        (ChatFault("chat.postMessage", 429, '{"ok":false,"error":"ratelimited"}',
                   {"Retry-After": "7"}), False, False, 7.0),
        (ChatFault("chat.postMessage", 429, "slow down"), False, False, None),
        (_refuses("chat.postMessage", "ratelimited"), False, False, None),
        (_refuses("chat.postMessage", "token_revoked"), False, False, None),
        (_refuses("chat.postMessage", "not_in_channel"), False, False, None),
        (_refuses("chat.postMessage", "is_archived"), True, False, None),
        (_refuses("chat.postMessage", "invalid_blocks"), True, False, None),
        (_refuses("chat.postMessage", "internal_error"), False, True, None),
        (ChatFault("chat.postMessage", 502, "<html>Bad gateway</html>"), False, True, None),
        (ChatFault("chat.postMessage", 200, "<html>Welcome</html>"), False, True, None),
        (ChatFault("chat.postMessage", drops=True), False, True, None),
        (ChatFault("chat.postMessage", drops=True, acts=True), False, True, None),
    ],
    ids=["429 with wait", "429 without", "ratelimited", "revoked", "not in channel", "archived",
         "blocks", "internal", "502", "no JSON", "dropped", "dropped after it acted"],
)  # fmt: skip
def test_each_failure_says_whether_to_try_again_and_whether_it_may_have_arrived(
    fault: ChatFault,
    permanent: bool,
    in_doubt: bool,
    wait: float | None,
    request: pytest.FixtureRequest,
) -> None:
    """The decision table of Slack's answers."""
    slack, chat = request.getfixturevalue("slack"), request.getfixturevalue("chat")
    chat.faults.append(fault)
    with pytest.raises(DeliveryError) as caught:
        slack.send(delivery())
    error = caught.value
    assert (error.permanent, error.in_doubt, error.retry_after_seconds) == (
        permanent,
        in_doubt,
        wait,
    )
    assert "html" not in str(error)


def test_a_channel_that_is_not_there_is_told_apart(slack: SlackSender) -> None:
    """A name instead of an id is what Slack calls not found."""
    with pytest.raises(SlackRefusedError, match="channel_not_found") as caught:
        slack.send(delivery(recipient="#ops"))
    assert caught.value.permanent


def test_an_answer_that_only_drips_is_given_up_on(
    slack: SlackSender, chat: ChatSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes in time and the answer never: nobody else may wait for it."""
    monkeypatch.setattr("breakwater.notify.channels.slack.call.LONGEST_SECONDS", 0.4)
    chat.faults.append(ChatFault("chat.postMessage", drips=True))
    with pytest.raises(DeliveryError, match="TimeoutError") as caught:
        slack.send(delivery())
    assert (caught.value.permanent, caught.value.in_doubt) == (False, True)


@pytest.mark.parametrize(
    ("asked", "calls"), [("0", 2), ("21", 1), ("86400", 1), ("soon", 1), ("\u00b2", 1)]
)
def test_a_short_rate_limit_is_waited_for_and_a_long_one_is_not(
    asked: str, calls: int, chat: ChatSink
) -> None:
    """Nobody else waits behind it: the outbox has the message, and the instant that Slack named."""
    chat.faults.append(ChatFault("chat.postMessage", 429, "{}", {"Retry-After": asked}))
    extra = {"base_url": chat.base_url}
    connection = FeedConnection("slack", "slack", password="xoxb-1", extra=extra)  # noqa: S106
    sender = SlackSender(slack_call(web_api(connection)))
    if calls == 2:
        sender.send(delivery())
    else:
        with pytest.raises(SlackRefusedError) as caught:
            sender.send(delivery())
        expected = float(asked) if asked.isdecimal() else None
        assert caught.value.retry_after_seconds == expected
    assert len(chat.calls) == calls


def test_what_a_new_message_takes_over_from_is_linked_while_it_is_there(
    slack: SlackSender, chat: ChatSink
) -> None:
    """The old one says what is no longer so; a deleted one says nothing, and has no address."""
    first = slack.send(delivery())
    chat.faults.append(_refuses("chat.update", "edit_window_closed"))
    second = slack.send(delivery(operation="update", living=first))
    _, message = chat.room.messages("C0OPS")
    link = message["blocks"][-1]["elements"][0]["elements"][1]
    assert link["url"].endswith(f"/archives/C0OPS/p{first.far_end_id.replace('.', '')}")
    chat.room.delete("C0OPS", second.far_end_id)
    slack.send(delivery(operation="update", living=second))
    assert chat.room.messages("C0OPS")[-1]["blocks"] == []
    chat.faults += [_refuses("chat.update", "cant_update_message"),
                    _refuses("chat.getPermalink", "missing_scope")]  # fmt: skip
    slack.send(delivery(operation="update", living=first))
    assert chat.room.messages("C0OPS")[-1]["blocks"] == []


def test_a_channel_that_got_another_name_is_still_the_same(
    slack: SlackSender, chat: ChatSink
) -> None:
    """Ids are written and kept, never names: the edit goes where the post went."""
    first = slack.send(delivery())
    assert {arguments["channel"] for _, arguments in chat.calls} == {"C0OPS"}
    assert slack.send(delivery(operation="update", living=first)).address == "C0OPS"


@pytest.mark.parametrize(
    "code", ["token_revoked", "invalid_auth", "missing_scope", "not_in_channel"]
)
def test_what_a_person_has_to_mend_is_waited_for(
    code: str, slack: SlackSender, chat: ChatSink
) -> None:
    """The message is fine: attempts go on until the token or the channel is."""
    chat.faults.append(_refuses("chat.postMessage", code))
    with pytest.raises(SlackRefusedError) as caught:
        slack.send(delivery())
    assert (caught.value.permanent, caught.value.for_a_person) == (False, True)


def test_a_far_end_that_is_down_may_have_read_the_call() -> None:
    """Nobody listens on the port: transient, and asked about before the next attempt."""
    client = WebClient("xoxb-1", base_url="http://127.0.0.1:9/", timeout=2, retry_handlers=[])
    with pytest.raises(DeliveryError) as caught:
        SlackSender(slack_call(client.api_call)).send(delivery())
    assert (caught.value.permanent, caught.value.in_doubt) == (False, True)


def test_an_earlier_attempt_is_found_by_its_delivery_key(
    slack: SlackSender, chat: ChatSink
) -> None:
    """Among other messages, over several pages, and only with its own key."""
    sent = slack.send(delivery())
    for number in range(250):
        chat.room.answer("chat.postMessage", {"channel": "C0OPS", "text": f"chatter {number}"})
    assert slack.was_delivered(delivery()) == sent
    assert slack.was_delivered(delivery(delivery_key="b2" * 32)) is None
    assert [method for method, _ in chat.calls].count("conversations.history") == 4


def test_an_earlier_reply_is_found_in_its_thread(slack: SlackSender) -> None:
    """Slack's history lists no replies; the thread is asked."""
    first = slack.send(delivery())
    reply = delivery(operation="reply", living=first, delivery_key="b2" * 32)
    assert slack.was_delivered(reply) is None
    sent = slack.send(reply)
    assert slack.was_delivered(reply) == sent
    assert not sent.is_living


def test_an_earlier_update_is_found_by_the_key_it_left(slack: SlackSender) -> None:
    """An edit takes its key along."""
    first = slack.send(delivery())
    update = delivery(operation="update", living=first, delivery_key="b2" * 32)
    slack.send(update)
    assert slack.was_delivered(update) == first


def test_a_thread_that_is_gone_holds_no_earlier_attempt(slack: SlackSender) -> None:
    """Asking about replies to a deleted message is no failure."""
    gone = delivery(operation="reply", living=living("1.000000"))
    assert slack.was_delivered(gone) is None


def test_metadata_of_others_is_not_ours(slack: SlackSender, chat: ChatSink) -> None:
    """Another app's message, and one whose metadata has another form."""
    metadata: list[Mapping[str, object]] = [
        {"event_type": "other", "event_payload": {"delivery_key": "a1" * 32}},
        {"event_type": "breakwater_delivery", "event_payload": {}},
    ]
    for one in metadata:
        chat.room.answer("chat.postMessage", {"channel": "C0OPS", "text": "x", "metadata": one})
    assert slack.was_delivered(delivery()) is None


def test_being_unable_to_ask_is_an_error_and_not_a_no(slack: SlackSender, chat: ChatSink) -> None:
    """A rate limit on the question must not lead to a second message."""
    chat.faults.append(ChatFault("conversations.history", 429, "", {"Retry-After": "3"}))
    with pytest.raises(DeliveryError) as caught:
        slack.was_delivered(delivery())
    assert caught.value.retry_after_seconds == 3

"""Sending to Slack: post, edit in place, reply; and finding out what an earlier attempt did.

Each message carries its delivery key as metadata. After a crash the channel is asked for it, so a
kill between Slack's answer and our commit leads to no second message.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from breakwater.core.errors import DeliveryError
from breakwater.notify.channels.slack.call import Call, SlackRefusedError
from breakwater.warehouse.delivery import Delivery, Receipt

EVENT_TYPE = "breakwater_delivery"
_GONE = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"}
)
"""The living message cannot be changed any more: a new one takes over."""

_STAYS = frozenset({"cant_update_message", "edit_window_closed"})
"""It is still there, and tells what is no longer so: the new one links it."""

_NO_PREVIEWS = {"unfurl_links": False, "unfurl_media": False}
_CLOCK_MARGIN = timedelta(minutes=10)
_PAGE_SIZE = 200
_MOST_PAGES = 25


@dataclass(frozen=True, slots=True)
class SlackSender:
    """The Slack channel.

    Attributes:
        call: see `breakwater.notify.channels.slack.call`.
    """

    call: Call

    def send(self, delivery: Delivery) -> Receipt:
        """Post, edit or reply, whatever the delivery asks and the thread still allows."""
        if delivery.living is None or delivery.operation == "post":
            return self._post(delivery)
        try:
            if delivery.operation == "update":
                return self._edit(delivery, delivery.living)
            return self._reply(delivery, delivery.living)
        except SlackRefusedError as refusal:
            if refusal.code not in _GONE:
                raise
            is_there = refusal.code in _STAYS
            return self._post(delivery, instead_of=delivery.living if is_there else None)

    def was_delivered(self, delivery: Delivery) -> Receipt | None:
        """Look for the delivery key among the channel's messages, and among the thread's replies."""
        places = [("conversations.history", {"channel": delivery.recipient})]
        if delivery.living is not None:
            thread = {"channel": delivery.living.address, "ts": delivery.living.far_end_id}
            places.insert(0, ("conversations.replies", thread))
        for method, place in places:
            for message in self._messages(method, place, delivery):
                if _delivery_key_in(message) == delivery.delivery_key:
                    is_reply = message.get("thread_ts", message["ts"]) != message["ts"]
                    return Receipt(message["ts"], place["channel"], is_living=not is_reply)
        return None

    def _post(self, delivery: Delivery, instead_of: Receipt | None = None) -> Receipt:
        arguments = {**_arguments(delivery, delivery.recipient), **_NO_PREVIEWS}
        if instead_of is not None and (link := self._link_to(instead_of)):
            arguments["blocks"] = [*arguments["blocks"], _continues(link)]
        answer = self.call("chat.postMessage", arguments)
        return Receipt(answer["ts"], answer["channel"])

    def _edit(self, delivery: Delivery, living: Receipt) -> Receipt:
        arguments = {**_arguments(delivery, living.address), "ts": living.far_end_id}
        answer = self.call("chat.update", arguments)
        return Receipt(answer["ts"], answer["channel"])

    def _reply(self, delivery: Delivery, living: Receipt) -> Receipt:
        arguments = {
            **_arguments(delivery, living.address),
            **_NO_PREVIEWS,
            "thread_ts": living.far_end_id,
        }
        answer = self.call("chat.postMessage", arguments)
        # Slack turns a reply to a deleted message into a message of its own, and says nothing.
        became_reply = answer.get("message", {}).get("thread_ts") == living.far_end_id
        return Receipt(answer["ts"], answer["channel"], is_living=not became_reply)

    def _link_to(self, message: Receipt) -> str | None:
        """Ask for the address of a message; without one, the new message stands alone."""
        place = {"channel": message.address, "message_ts": message.far_end_id}
        with contextlib.suppress(DeliveryError):
            found = self.call("chat.getPermalink", place).get("permalink")
            if isinstance(found, str) and found.startswith("https://"):
                return found
        return None

    def _messages(
        self, method: str, place: Mapping[str, str], delivery: Delivery
    ) -> Iterator[dict[str, Any]]:
        """Read messages that are young enough to be the delivery's, page by page."""
        oldest = delivery.created_at - _CLOCK_MARGIN
        arguments: dict[str, Any] = {
            **place,
            "include_all_metadata": True,
            "limit": _PAGE_SIZE,
            "oldest": f"{oldest.timestamp():.6f}",
        }
        for _ in range(_MOST_PAGES):
            try:
                answer = self.call(method, arguments)
            except SlackRefusedError as refusal:
                if refusal.code in _GONE:
                    return
                raise
            yield from answer.get("messages", ())
            cursor = answer.get("response_metadata", {}).get("next_cursor")
            if not cursor:
                return
            arguments["cursor"] = cursor
        message = f"no end of {method} after {_MOST_PAGES} pages; cannot tell what arrived"
        raise DeliveryError(message, permanent=False, in_doubt=True)


def _arguments(delivery: Delivery, channel: str) -> dict[str, Any]:
    """Everything of a message but its place; Slack shall neither parse it nor link names."""
    return {
        "channel": channel,
        "text": delivery.payload["text"],
        "blocks": delivery.payload["blocks"],
        "metadata": {
            "event_type": EVENT_TYPE,
            "event_payload": {"delivery_key": delivery.delivery_key},
        },
        "link_names": False,
        "parse": "none",
    }


def _continues(link: str) -> dict[str, Any]:
    """Say which message can no longer be edited, in the place of those that can."""
    text = {"type": "text", "text": "Goes on from "}
    old = {"type": "link", "url": link, "text": "an earlier message"}
    elements = [text, old, {"type": "text", "text": ", which can no longer be edited."}]
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "elements": [section]}


def _delivery_key_in(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = metadata.get("event_payload", {}).get("delivery_key")
    return str(key) if key is not None else None

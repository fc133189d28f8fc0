"""Keeping an issue a thread in Jira, and finding out what an earlier attempt did.

A new issue carries its delivery key as a label, a comment carries it as a property. After a crash
Jira is asked for them. Its search learns of a new issue some seconds late: a kill within them, and
another attempt within them, lead to a second issue.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from breakwater.core.errors import ConfigurationError
from breakwater.notify.channel import Access
from breakwater.notify.channels.jira.site import CONNECTION, JiraSite
from breakwater.notify.channels.jira.spelling import as_document, as_quoted
from breakwater.notify.outside.hand_over import not_connected, not_its_own
from breakwater.warehouse.delivery import Delivery, Receipt

LABEL = "breakwater"
PROPERTY = "breakwater.delivery"
_BY_HAND = (
    "No step of the workflow to a closed status is open to Breakwater: close the issue by hand."
)


@dataclass(frozen=True, slots=True)
class JiraSender:
    """The Jira channel; see `JiraSite` for the connection ``jira``."""

    access: Access

    def send(self, delivery: Delivery) -> Receipt:
        """Create the thread's issue; or move it where it belongs, then comment on it."""
        site = self._site()
        if delivery.living is None:
            return Receipt(self._create(site, delivery), delivery.recipient)
        key = delivery.living.far_end_id
        has_moved = site.move(key, is_open=delivery.payload["is_open"])
        # The comment comes last: that it is there says that all of it was done.
        self._comment(site, key, delivery, "" if has_moved else f"\n{_BY_HAND}\n")
        return Receipt(key, delivery.recipient)

    def was_delivered(self, delivery: Delivery) -> Receipt | None:
        """Look for the delivery key among the issue's comments, or among the labels of issues."""
        site = self._site()
        if delivery.living is None:
            key = site.labelled(delivery.recipient, _label(delivery))
        else:
            key = delivery.living.far_end_id
            if not _has_comment(site.comments(key), delivery.delivery_key):
                return None
        return None if key is None else Receipt(key, delivery.recipient)

    def _site(self) -> JiraSite:
        try:
            return JiraSite.of(self.access)
        except ConfigurationError as error:
            raise not_connected(error) from error

    def _create(self, site: JiraSite, delivery: Delivery) -> str:
        created = site.ask(
            "POST",
            "issue",
            {
                "fields": {
                    "project": {"key": delivery.recipient},
                    "issuetype": {"name": site.issue_type},
                    "summary": delivery.payload["summary"],
                    "description": _spelt(site, delivery.payload["text"]),
                    "labels": [LABEL, _label(delivery)],
                }
            },
        )
        key = created.get("key") if isinstance(created, Mapping) else None
        if not isinstance(key, str):
            raise not_its_own(CONNECTION)
        return key

    def _comment(self, site: JiraSite, key: str, delivery: Delivery, added: str) -> None:
        text = delivery.payload["text"] + added
        marked = {"key": PROPERTY, "value": {"delivery_key": delivery.delivery_key}}
        comment = {"body": _spelt(site, text), "properties": [marked]}
        added_to = site.ask("POST", f"issue/{quote(key, safe='')}/comment", comment)
        if not isinstance(added_to, Mapping) or "id" not in added_to:
            raise not_its_own(CONNECTION)


def _spelt(site: JiraSite, text: str) -> object:
    return as_document(text) if site.takes_documents else as_quoted(text)


def _label(delivery: Delivery) -> str:
    return f"{LABEL}-{delivery.delivery_key[:32]}"


def _has_comment(comments: list[Any], delivery_key: str) -> bool:
    """Tell whether one of the comments carries the key."""
    for comment in comments:
        for marked in comment.get("properties", []):
            value = marked.get("value")
            is_ours = marked.get("key") == PROPERTY and isinstance(value, Mapping)
            if is_ours and value.get("delivery_key") == delivery_key:
                return True
    return False

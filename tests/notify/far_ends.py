"""The services that channels are of, as their documentation describes them, on loopback."""

import base64
import hashlib
import hmac
import itertools
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from outside_server import Asked, Reply

from breakwater.demo.sinks.blocks import problem_in

LARGEST_TEAMS_MESSAGE = 28 * 1024
LARGEST_CHAT_MESSAGE = 32_000


@dataclass
class Workflow:
    """A workflow of Teams: takes Adaptive Cards and says no more than that it did."""

    cards: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        """Take one card."""
        if len(asked.body) > LARGEST_TEAMS_MESSAGE:
            return Reply({"error": {"code": "RequestEntityTooLarge"}}, 413)
        (attachment,) = asked.json()["attachments"]
        if attachment["contentType"] != "application/vnd.microsoft.card.adaptive":
            return Reply({"error": {"code": "InvalidCard"}}, 400)
        self.cards.append(attachment["content"])
        return Reply(status=202)


@dataclass
class Space:
    """A space of Google Chat: the same ``requestId`` again is the same message."""

    messages: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Reply:
        """Create one message, or return the one that there is."""
        if asked.query.get("key") != "k" or asked.query.get("token") != "t":
            return Reply({"error": {"status": "PERMISSION_DENIED"}}, 403)
        if len(asked.body) > LARGEST_CHAT_MESSAGE:
            return Reply({"error": {"status": "INVALID_ARGUMENT"}}, 400)
        request = asked.query["requestId"]
        message = asked.json()
        if asked.query["messageReplyOption"] != "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD":
            message["thread"] = {}
        message = self.messages.setdefault(request, message)
        thread = {"name": f"spaces/S/threads/{message['thread'].get('threadKey')}"}
        return Reply({"name": f"spaces/S/messages/{request}", "thread": thread})


@dataclass
class IncomingWebhook:
    """An incoming webhook of Slack."""

    messages: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        """Post one message; what it answers is no JSON."""
        message = asked.json()
        if problem := problem_in(message["blocks"]):
            return Reply(problem.code, 400)
        self.messages.append(message)
        return Reply("ok")


@dataclass
class Receiver:
    """A receiver as Standard Webhooks wants it: it checks, and takes each id once.

    Attributes:
        key: shared with whoever may post.
        clock: seconds since the epoch.
        documents: by their id.
    """

    key: bytes
    clock: float
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Reply:
        """Take one document, or refuse it."""
        identifier, instant = asked.headers["webhook-id"], asked.headers["webhook-timestamp"]
        signed = f"{identifier}.{instant}.".encode() + asked.body
        expected = base64.b64encode(hmac.digest(self.key, signed, hashlib.sha256)).decode()
        version, _, found = asked.headers["webhook-signature"].partition(",")
        if version != "v1" or not hmac.compare_digest(found, expected):
            return Reply({"error": "signature"}, 401)
        if abs(int(instant) - self.clock) > 300:
            return Reply({"error": "too old"}, 400)
        self.documents.setdefault(identifier, asked.json())
        return Reply(status=204)


_STATES = {"trigger": "triggered", "acknowledge": "acknowledged", "resolve": "resolved"}


@dataclass
class Pager:
    """Events API v2 of PagerDuty: one alert a ``dedup_key``.

    Attributes:
        alerts: ``triggered``, ``acknowledged`` or ``resolved`` by key, in the order in which they were first seen.
        events: those that were accepted.
    """

    alerts: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        """Accept one event."""
        event = asked.json()
        if errors := list(self._errors(event)):
            return Reply({"status": "invalid event", "errors": errors}, 400)
        self.events.append(event)
        state = _STATES[event["event_action"]]
        if state == "triggered" or event["dedup_key"] in self.alerts:
            self.alerts[event["dedup_key"]] = state
        return Reply({"status": "success", "dedup_key": event["dedup_key"]}, 202)

    @staticmethod
    def _errors(event: dict[str, Any]) -> "itertools.chain[str]":
        wrong = []
        if not re.fullmatch(r"[0-9a-f]{32}", event.get("routing_key", "")):
            wrong.append("routing_key")
        if not 0 < len(event.get("dedup_key", "")) <= 255:
            wrong.append("dedup_key")
        payload = event.get("payload", {})
        if event.get("event_action") == "trigger":
            if not 0 < len(payload.get("summary", "")) <= 1024 or not payload.get("source"):
                wrong.append("payload")
            if payload.get("severity") not in {"critical", "error", "warning", "info"}:
                wrong.append("severity")
        elif event.get("event_action") not in _STATES:
            wrong.append("event_action")
        return itertools.chain(wrong)


_STATUSES = {"To Do": "new", "In Progress": "indeterminate", "Done": "done"}


@dataclass
class Jira:
    """A site of Jira: issues with labels, comments with properties, and a workflow.

    Attributes:
        version: of its REST API.
        issues: fields by key; ``comments`` and ``status`` among them.
        steps: names of statuses that the workflow lets us go to.
    """

    version: int = 3
    issues: dict[str, dict[str, Any]] = field(default_factory=dict)
    steps: tuple[str, ...] = ("In Progress", "Done")
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, asked: Asked) -> Reply:
        """Answer below ``/rest/api/<version>/``."""
        root = f"/rest/api/{self.version}/"
        if not asked.path.startswith(root) or "authorization" not in asked.headers:
            return Reply({"errorMessages": ["no"]}, 401)
        path = asked.path.removeprefix(root).split("/")
        with self.lock:
            if path[0] in {"search", "search/jql"} or path[:2] == ["search", "jql"]:
                return self._search(asked)
            if path == ["issue"]:
                return self._create(asked.json()["fields"])
            issue = self.issues.get(path[1])
            if issue is None:
                return Reply({"errorMessages": ["Issue does not exist"]}, 404)
            return self._about(issue, path[2:], asked)

    def _create(self, fields: dict[str, Any]) -> Reply:
        is_document = isinstance(fields["description"], dict)
        if len(fields["summary"]) > 255 or is_document != (self.version == 3):
            return Reply({"errors": {"summary": "invalid"}}, 400)
        key = f"{fields['project']['key']}-{len(self.issues) + 1}"
        self.issues[key] = {**fields, "status": "To Do", "comments": [], "history": []}
        return Reply({"key": key}, 201)

    def _search(self, asked: Asked) -> Reply:
        found = re.fullmatch(r'project = "(\w+)" AND labels = "([\w-]+)"', asked.query["jql"])
        assert found is not None
        keys = [
            key
            for key, issue in self.issues.items()
            if key.startswith(f"{found[1]}-") and found[2] in issue["labels"]
        ]
        return Reply({"issues": [{"key": key} for key in keys]})

    def _about(self, issue: dict[str, Any], path: list[str], asked: Asked) -> Reply:
        if path == ["comment"] and asked.method == "POST":
            issue["comments"].append(asked.json())
            return Reply({"id": str(len(issue["comments"]))}, 201)
        if path == ["comment"]:
            return Reply({"comments": issue["comments"][::-1]})
        if path == ["transitions"] and asked.method == "POST":
            issue["status"] = asked.json()["transition"]["id"]
            issue["history"].append(issue["status"])
            return Reply(status=204)
        if path == ["transitions"]:
            return Reply({"transitions": [{"id": s, "to": _status(s)} for s in self.steps]})
        return Reply({"fields": {"status": _status(issue["status"])}})


def _status(name: str) -> dict[str, Any]:
    return {"name": name, "statusCategory": {"key": _STATUSES[name]}}


@dataclass
class AnyService:
    """A service that Apprise posts JSON to."""

    messages: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        """Take one message."""
        self.messages.append(asked.json())
        return Reply({})


@dataclass
class Slowly:
    """A far end that needs a moment before it acts, and another before it answers."""

    behave: Any
    seconds: float

    def __call__(self, asked: Asked) -> Reply:
        """Act, slowly."""
        time.sleep(self.seconds)
        reply: Reply = self.behave(asked)
        time.sleep(self.seconds)
        return reply


def texts(node: object) -> list[str]:
    """List every text in a document, keys too."""
    if isinstance(node, str):
        return [node]
    if isinstance(node, dict):
        return [text for pair in node.items() for each in pair for text in texts(each)]
    if isinstance(node, list):
        return [text for each in node for text in texts(each)]
    return []

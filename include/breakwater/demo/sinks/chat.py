"""A room that behaves as the Slack Web API does: the few methods that are used, with their traps."""

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from breakwater.demo.sinks.blocks import problem_in

Answer = dict[str, Any]

_CHANNEL = re.compile(r"[CDG][A-Z0-9]{2,}")
_LONGEST_TEXT = 40_000
_DEFAULT_LIMIT = 100


@dataclass(slots=True)
class ChatRoom:
    """Channels with their messages; kept as JSON when it has a folder.

    Attributes:
        clock: seconds since the epoch; a message's ``ts`` comes from it.
        folder: where ``messages.json`` is written after every change.
        on_change: called with the room after every change.
    """

    clock: Callable[[], float]
    folder: Path | None = None
    on_change: Callable[["ChatRoom"], None] | None = None
    channels: dict[str, list[Answer]] = field(default_factory=dict)
    _last_ts: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Remember what an earlier run was told."""
        if self._file is not None and self._file.exists():
            self.channels = json.loads(self._file.read_text(encoding="utf-8"))

    @property
    def _file(self) -> Path | None:
        return None if self.folder is None else self.folder / "messages.json"

    def answer(self, method: str, arguments: Mapping[str, Any]) -> Answer:
        """Act on one call and return Slack's answer to it."""
        act = {
            "auth.test": self._test,
            "chat.postMessage": self._post,
            "chat.getPermalink": self._permalink,
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
        }.get(method)
        if act is None:
            return _no("unknown_method")
        with self._lock:
            return act(arguments)

    def messages(self, channel: str, thread_ts: str | None = None) -> list[Answer]:
        """List a channel's own messages, or the replies of a thread, oldest first."""
        return [
            message
            for message in self.channels.get(channel, [])
            if (message["ts"] != message.get("thread_ts", message["ts"])) == (thread_ts is not None)
            and thread_ts in {None, message.get("thread_ts")}
        ]

    def delete(self, channel: str, ts: str) -> None:
        """Remove a message, as a person may."""
        with self._lock:
            kept = [message for message in self.channels[channel] if message["ts"] != ts]
            self.channels[channel] = kept
            self._changed()

    def _test(self, _arguments: Mapping[str, Any]) -> Answer:
        return {"ok": True, "team": "Harbour", "user": "breakwater", "bot_id": "B0BREAKWATER"}

    def _post(self, arguments: Mapping[str, Any]) -> Answer:
        channel = str(arguments.get("channel", ""))
        if refusal := self._refusal(channel, arguments):
            return refusal
        message = {"type": "message", "ts": self._next_ts(), "bot_id": "B0BREAKWATER"}
        message |= _content(arguments)
        parent = self._find(channel, arguments.get("thread_ts"))
        # A reply to a message that is gone becomes a message of its own, without any error.
        if parent is not None:
            parent["thread_ts"] = message["thread_ts"] = parent["ts"]
        self.channels.setdefault(channel, []).append(message)
        self._changed()
        return {"ok": True, "channel": channel, "ts": message["ts"], "message": message}

    def _update(self, arguments: Mapping[str, Any]) -> Answer:
        channel = str(arguments.get("channel", ""))
        if refusal := self._refusal(channel, arguments):
            return refusal
        message = self._find(channel, arguments.get("ts"))
        if message is None:
            return _no("message_not_found")
        message |= _content(arguments)
        message["edited"] = {"ts": self._next_ts()}
        self._changed()
        return {"ok": True, "channel": channel, "ts": message["ts"], "message": message}

    def _permalink(self, arguments: Mapping[str, Any]) -> Answer:
        channel, ts = str(arguments.get("channel", "")), arguments.get("message_ts")
        if self._find(channel, ts) is None:
            return _no("message_not_found")
        link = f"https://harbour.slack.com/archives/{channel}/p{str(ts).replace('.', '')}"
        return {"ok": True, "channel": channel, "permalink": link}

    def _history(self, arguments: Mapping[str, Any]) -> Answer:
        channel = str(arguments.get("channel", ""))
        if not _CHANNEL.fullmatch(channel):
            return _no("channel_not_found")
        return _page(self.messages(channel)[::-1], arguments)

    def _replies(self, arguments: Mapping[str, Any]) -> Answer:
        channel, ts = str(arguments.get("channel", "")), arguments.get("ts")
        parent = self._find(channel, ts)
        if parent is None:
            return _no("thread_not_found")
        return _page([parent, *self.messages(channel, parent["ts"])], arguments)

    def _refusal(self, channel: str, arguments: Mapping[str, Any]) -> Answer | None:
        if not _CHANNEL.fullmatch(channel):
            return _no("channel_not_found")
        if not arguments.get("text") and not arguments.get("blocks"):
            return _no("no_text")
        if len(arguments.get("text", "")) > _LONGEST_TEXT:
            return _no("msg_too_long")
        if problem := problem_in(arguments.get("blocks", [])):
            return _no(problem.code) | {"response_metadata": {"messages": [problem.where]}}
        return None

    def _find(self, channel: str, ts: object) -> Answer | None:
        return next((m for m in self.channels.get(channel, []) if m["ts"] == ts), None)

    def _next_ts(self) -> str:
        """Make a ``ts``: unique, and later than every one before it."""
        self._last_ts = max(self.clock(), self._last_ts + 0.0001)
        return f"{self._last_ts:.6f}"

    def _changed(self) -> None:
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            beside = self._file.with_suffix(".part")
            beside.write_text(json.dumps(self.channels, ensure_ascii=False), encoding="utf-8")
            beside.replace(self._file)
        if self.on_change is not None:
            self.on_change(self)


def _content(arguments: Mapping[str, Any]) -> Answer:
    content = {"text": arguments.get("text", ""), "blocks": arguments.get("blocks", [])}
    return content | ({"metadata": arguments["metadata"]} if "metadata" in arguments else {})


def _page(messages: list[Answer], arguments: Mapping[str, Any]) -> Answer:
    """Cut a page out of messages; metadata is shown to those who ask for it alone."""
    oldest = float(arguments.get("oldest") or 0)
    young = [message for message in messages if float(message["ts"]) > oldest]
    limit = int(arguments.get("limit") or _DEFAULT_LIMIT)
    first = int(arguments.get("cursor") or 0)
    page = young[first : first + limit]
    if str(arguments.get("include_all_metadata", "0")).lower() not in {"1", "true"}:
        page = [{k: v for k, v in message.items() if k != "metadata"} for message in page]
    rest = str(first + limit) if first + limit < len(young) else ""
    return {
        "ok": True,
        "messages": page,
        "has_more": bool(rest),
        "response_metadata": {"next_cursor": rest},
    }


def _no(error: str) -> Answer:
    return {"ok": False, "error": error}

"""Which module asks which kind of system; each is imported when a contract names it."""

from importlib import import_module

from breakwater.contracts.source import RecordSource
from breakwater.feeds.records import RecordFeed
from breakwater.warehouse.connections import FeedConnection

MODULES = {
    "http": "http_api",
    "postgresql": "postgresql",
    "salesforce": "salesforce",
    "zendesk": "zendesk",
    "jira": "jira",
    "ozone": "ozone",
    "coop": "coop",
}


def open_feed(source: RecordSource, connection: FeedConnection) -> RecordFeed:
    """Return the feed of a source; nothing is asked yet."""
    module = import_module(f"breakwater.feeds.{MODULES[getattr(source, 'kind')]}")  # noqa: B009  the common part of the sources has no kind
    feed: RecordFeed = module.open_feed(source, connection)
    return feed

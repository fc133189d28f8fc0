"""People and links: what lands is a pseudonym or nothing."""

from typing import Any

import pytest
from mapped_rows import mapped, reasons

from breakwater.contracts.configuration import Configuration

PERSONAL = {"personal": {"columns": ["item"], "pseudonymise": ["item"]}}


def test_an_item_that_is_a_link_lands_as_a_pseudonym(configuration: Configuration) -> None:
    """The same link gives the same pseudonym, another one another; an empty cell stays missing."""
    links = ["https://media.example/1", "https://media.example/2", "https://media.example/1", ""]
    records = mapped(configuration, *({"item": link} for link in links), **PERSONAL)
    items = records.columns.column("item_id").to_pylist()
    assert items[0] == items[2] != items[1]
    assert all(item.startswith("I-") and len(item) == 22 for item in items)
    assert "media.example" not in str(records.columns.to_pylist())
    assert reasons(records) == [("item_id_missing",)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"item": "https://media.example/1"}, ("text_is_a_link",)),
        ({"item": "AT://did:plc:abc/app.bsky.feed.post/3k"}, ("text_is_a_link",)),
        ({"case": "www.example.org/7"}, ("text_is_a_link",)),
        ({"tier": "WwW.example.org"}, ("text_is_a_link",)),
        ({"pause": "jane@example.org"}, ("text_is_an_address",)),
        ({"item": "mailto://jane@example.org"}, ("text_is_a_link", "text_is_an_address")),
    ],
)
def test_links_and_addresses_elsewhere_are_refused(
    changes: dict[str, str], expected: tuple[str, ...], configuration: Configuration
) -> None:
    """Nobody asked for them to be made pseudonyms, and none is to land."""
    assert reasons(mapped(configuration, changes, {})) == [expected]


@pytest.mark.parametrize(
    "changes",
    [
        {"agent": "jane.doe@example.org"},
        {"item": "a://b"[1:]},
        {"item": "user@host"},
        {"item": "a b@example.org"},
        {"case": "1@2"},
        {"tier": "see www"},
    ],
)
def test_what_only_looks_alike_lands(changes: dict[str, str], configuration: Configuration) -> None:
    """Agents are often known by their address: what lands of it is a pseudonym in any case."""
    records = mapped(configuration, changes)
    assert reasons(records) == []
    assert "example.org" not in str(records.columns.column("agent").to_pylist())


def test_one_column_gives_one_pseudonym_wherever_it_is_read(configuration: Configuration) -> None:
    """Case id and record key stay the same text when they are the same column."""
    columns: dict[str, Any] = {
        "case_id": "case",
        "record_key": ["case"],
        "item_id": "item",
        "queue": "queue",
    }
    records = mapped(
        configuration,
        {},
        columns=columns,
        personal={"pseudonymise": ["case"]},
        shape={"kind": "case", "instants": {"received": ["received"], "decided": ["decided"]}},
    )
    [case], [key] = (
        records.columns.column(n).to_pylist() for n in ("case_id_vendor", "record_key")
    )
    assert case == key
    assert case.startswith("C-")


def test_a_decided_record_without_a_decision_takes_the_contracts(
    configuration: Configuration,
) -> None:
    """A code that nobody mapped stays unknown: that is for the reconciliation to report."""
    records = mapped(
        configuration,
        {"decision": ""},
        {"decision": "KEEP"},
        {"decision": "???"},
        defaults={"decision": "remove"},
    )
    assert records.columns.column("decision").to_pylist() == ["remove", "no_action", None]
    assert reasons(records) == []


def test_a_queue_that_no_column_tells_is_the_contracts(configuration: Configuration) -> None:
    """For every record."""
    columns = {"case_id": "case", "item_id": "item"}
    shape = {"kind": "case", "instants": {"received": ["received"]}}
    records = mapped(
        configuration, {}, {}, columns=columns, shape=shape, defaults={"queue": "spam"}
    )
    assert records.columns.column("queue").to_pylist() == ["spam", "spam"]

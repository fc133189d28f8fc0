"""Exports in an object store: a real S3 protocol server, and what connections mean to others."""

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
import s3fs
from file_servers import s3_server
from vendor_exports import DAY, contract, with_vendor

from breakwater.core.errors import (
    ConfigurationError,
    ExportMissingError,
    ExportPendingError,
    FeedUnavailableError,
)
from breakwater.feeds.fetch import fetch_export
from breakwater.feeds.object_store import storage_options
from breakwater.warehouse.connections import FeedConnection
from breakwater.warehouse.file_ledger import files_in_force
from breakwater.warehouse.workspace import Workspace

NAME = "acme_20261103.csv"
MINUTE = timedelta(minutes=1)
SOURCE = {
    "kind": "folder",
    "uri": "s3://vendor/acme",
    "pattern": "acme_{day:%Y%m%d}*",
    "connection": "acme_s3",
}


@dataclasses.dataclass(frozen=True)
class Store:
    """A bucket of the tests, and the connection to it."""

    client: Any
    connection: FeedConnection

    def put(self, name: str, content: bytes) -> datetime:
        """Upload an object; return the server's time of it, whole seconds."""
        self.client.put_object(Bucket="vendor", Key=f"acme/{name}", Body=content)
        told = self.client.head_object(Bucket="vendor", Key=f"acme/{name}")
        instant: datetime = told["LastModified"]
        return instant.astimezone(UTC)


@pytest.fixture
def store() -> Iterator[Store]:
    """Serve an empty bucket."""
    with s3_server() as address:
        connection = FeedConnection(
            name="acme_s3",
            kind="aws",
            login="key",
            password="secret",  # noqa: S106  any will do
            extra={"endpoint_url": address, "region_name": "eu-central-1"},
        )
        client = boto3.client(
            "s3",
            endpoint_url=address,
            region_name="eu-central-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",  # noqa: S106  as above
        )
        placed = {"LocationConstraint": "eu-central-1"}
        client.create_bucket(Bucket="vendor", CreateBucketConfiguration=placed)
        yield Store(client, connection)
        client.close()


def vendor_on(workspace: Workspace, store: Store, **changes: Any) -> Workspace:  # noqa: ANN401  parts of a contract
    """Give the tests' vendor a contract whose exports are in the store."""
    terms = contract(**({"source": SOURCE} | changes))
    return dataclasses.replace(
        with_vendor(workspace, terms), connections=lambda _: store.connection
    )


def test_an_object_is_kept_byte_for_byte_with_its_manifest(acme: Workspace, store: Store) -> None:
    """And not downloaded again by the next fetch."""
    content = b"a,b\n" * 100_000
    at = store.put(NAME, content)
    stated = {"rows": 7, "sha256": hashlib.sha256(content).hexdigest()}
    store.put(f"{NAME}.manifest.json", json.dumps(stated).encode())
    store.put("acme_20261102.csv", b"other")
    there = vendor_on(acme, store, control={"kind": "manifest"})
    now = at + MINUTE
    assert fetch_export(there, "acme", DAY, now).summary["declared_rows"] == 7
    with acme.warehouse.transaction() as connection:
        terms = there.configuration.vendor("acme", DAY)
        [file] = files_in_force(connection, terms, "acme", DAY)
    assert acme.lake.read(file.raw_path) == content
    assert (file.name, file.delivered_at) == (NAME, at)
    assert fetch_export(there, "acme", DAY, now + MINUTE).changed is False


def test_a_large_object_is_streamed_and_not_held(
    acme: Workspace, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library's way with large objects takes half a gigabyte of memory."""

    async def refuse(*_: object, **__: object) -> None:
        message = "several parts at once"
        raise AssertionError(message)

    monkeypatch.setattr(s3fs.S3FileSystem, "_download_file_part_concurrent", refuse)
    content = b"a,b\n" * 14_000_000
    at = store.put(NAME, content)
    result = fetch_export(vendor_on(acme, store), "acme", DAY, at + MINUTE)
    assert result.summary["bytes"] == len(content)


def test_names_by_instant_are_looked_for_in_the_folders_of_their_dates(
    acme: Workspace, store: Store
) -> None:
    """Singapore's day lies in two UTC dates; hours of its neighbours are left alone."""
    hours = ("2026/11/02/15", "2026/11/02/16", "2026/11/03/15", "2026/11/03/16")
    for hour in hours:
        last = store.put(f"{hour}.csv", hour.encode())
    by_hour = SOURCE | {
        "uri": "s3://vendor/acme/{at:%Y/%m/%d}",
        "pattern": "{at:%H}.csv",
        "files": "many",
        "expected_files": 2,
    }
    there = vendor_on(acme, store, source=by_hour)
    assert fetch_export(there, "acme", DAY, last + MINUTE).summary["files_in_force"] == 2
    rows = acme.warehouse.rows("select name from landing.file_ledger where book = 'vendor'")
    assert {row["name"] for row in rows} == {"2026-11-02-16.csv", "2026-11-03-15.csv"}


def test_a_bucket_without_the_export_is_waited_for_and_then_missing(
    acme: Workspace, store: Store
) -> None:
    """An empty folder does not exist in an object store."""
    there = vendor_on(acme, store)
    with pytest.raises(ExportPendingError):
        fetch_export(there, "acme", DAY, datetime(2026, 11, 4, 3, tzinfo=UTC))
    with pytest.raises(ExportMissingError):
        fetch_export(there, "acme", DAY, datetime(2026, 11, 4, 5, tzinfo=UTC))


def test_an_object_is_finished_once_its_marker_is_there(acme: Workspace, store: Store) -> None:
    """Some vendors upload in parts under the final name."""
    marked = SOURCE | {"done_suffix": ".done"}
    there = vendor_on(acme, store, source=marked)
    at = store.put(NAME, b"a,b\n1,2\n")
    with pytest.raises(ExportPendingError, match=r"without its \.done"):
        fetch_export(there, "acme", DAY, at + MINUTE)
    store.put(f"{NAME}.done", b"")
    assert fetch_export(there, "acme", DAY, at + MINUTE).changed


def test_a_store_that_does_not_answer_is_unavailable_and_not_missing(acme: Workspace) -> None:
    """Whatever error its library has for that."""
    with s3_server() as address:
        pass
    gone = FeedConnection(
        name="acme_s3",
        kind="aws",
        login="key",
        password="secret",  # noqa: S106  any will do
        extra={"endpoint_url": address},
    )
    with pytest.raises(FeedUnavailableError) as raised:
        fetch_export(
            vendor_on(acme, Store(None, gone)), "acme", DAY, datetime(2026, 11, 5, tzinfo=UTC)
        )
    assert raised.value.permanent is False
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("uri", "fields", "options"),
    [
        (
            "s3://b",
            {
                "login": "k",
                "password": "s",
                "extra": {"aws_session_token": "t", "region_name": "eu-west-1"},
            },
            {"key": "k", "secret": "s", "token": "t", "client_kwargs": {"region_name": "eu-west-1"}},
        ),
        (
            "s3://b",
            {"extra": {"service_config": '{"s3": {"endpoint_url": "http://minio"}}'}},
            {"endpoint_url": "http://minio"},
        ),
        ("gs://b", {"extra": {"keyfile_dict": '{"type": "service_account"}', "project": "p"}},
         {"token": {"type": "service_account"}, "project": "p"}),
        ("gs://b", {"extra": {"key_path": "/run/key.json"}}, {"token": "/run/key.json"}),
        ("abfs://c", {"login": "acc", "password": "key"},
         {"account_name": "acc", "account_key": "key"}),
        ("abfs://c", {"host": "https://acc.blob.core.windows.net", "extra": {"sas_token": "?s"}},
         {"account_name": "acc", "sas_token": "?s"}),
        (
            "abfs://c",
            {"host": "acc", "login": "app", "password": "pw", "extra": {"tenant_id": "t"}},
            {
                "account_name": "acc",
                "tenant_id": "t",
                "client_id": "app",
                "client_secret": "pw",
            },
        ),
        ("az://c", {"extra": {"connection_string": "cs"}}, {"connection_string": "cs"}),
    ],
)  # fmt: skip
def test_a_connection_becomes_the_options_of_its_store(
    uri: str, fields: Mapping[str, Any], options: Mapping[str, Any]
) -> None:
    """As the forms of Airflow have it."""
    assert storage_options(uri, FeedConnection("c", "", **fields)) == options


@pytest.mark.parametrize(
    ("uri", "fields", "expected"),
    [
        ("s3://b", {"login": "k"}, "both an access key"),
        ("s3://b", {"extra": {"role_arn": "arn"}}, "an access key; roles are taken"),
        ("gs://b", {"extra": {"keyfile_dict": "{"}}, "a JSON object in keyfile_dict"),
        ("abfs://c", {}, "the storage account"),
        ("file:///exports", {}, "a store with credentials"),
    ],
)
def test_a_connection_that_gives_no_access_says_what_it_lacks(
    uri: str, fields: Mapping[str, Any], expected: str
) -> None:
    """Before anything is asked."""
    with pytest.raises(ConfigurationError, match=expected):
        storage_options(uri, FeedConnection("c", "", **fields))

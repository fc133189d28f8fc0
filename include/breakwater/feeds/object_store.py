"""What a connection of Airflow means to an object store: fields of its form as fsspec's options."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from breakwater.warehouse.connections import FeedConnection

Options = dict[str, Any]


def storage_options(uri: str, connection: FeedConnection) -> Options:
    """Return the options with which fsspec opens a store.

    Args:
        uri: of the folder; its scheme names the store.
        connection: as the forms `aws`, `google_cloud_platform` and `wasb` of Airflow have it.

    Raises:
        ConfigurationError: it lacks a field, or asks for what is not supported.
    """
    scheme = uri.partition("://")[0].lower()
    options = _STORES.get(scheme)
    if options is None:
        known = ", ".join(f"{each}://" for each in _STORES)
        problem = connection.expected(
            f"to be of a store with credentials ({known})", f"{scheme}://"
        )
        raise problem
    return {name: value for name, value in options(connection).items() if value is not None}


def _s3(connection: FeedConnection) -> Options:
    extra = connection.extra
    if "role_arn" in extra:
        what = "an access key; roles are taken from the machine, without a connection"
        problem = connection.expected(what, "role_arn")
        raise problem
    if (connection.login is None) != (connection.password is None):
        problem = connection.expected("both an access key (login) and its secret (password)", "one")
        raise problem
    services = _object(connection, "service_config")
    endpoint = services.get("s3", {}).get("endpoint_url") or extra.get("endpoint_url")
    region = extra.get("region_name")
    return {
        "key": connection.login,
        "secret": connection.password,
        "token": extra.get("aws_session_token"),
        "profile": extra.get("profile_name"),
        "endpoint_url": endpoint or connection.host or None,
        "client_kwargs": {"region_name": region} if region else None,
    }


def _google(connection: FeedConnection) -> Options:
    extra = connection.extra
    keyfile = _object(connection, "keyfile_dict")
    return {
        "token": keyfile or extra.get("key_path") or None,
        "project": extra.get("project") or None,
        "endpoint_url": extra.get("endpoint_url") or None,
    }


def _azure(connection: FeedConnection) -> Options:
    extra = connection.extra
    if extra.get("connection_string"):
        return {"connection_string": extra["connection_string"]}
    # With a tenant, login and password are those of an application, and the host is the account.
    tenant = extra.get("tenant_id") or None
    account = connection.host if tenant or connection.login is None else connection.login
    if not account:
        problem = connection.expected("the storage account", "none")
        raise problem
    account = account.removeprefix("https://").partition(".")[0]
    named: Options = {"account_name": account, "sas_token": extra.get("sas_token") or None}
    if tenant:
        secrets = {"client_id": connection.login, "client_secret": connection.password}
        return named | secrets | {"tenant_id": tenant}
    return named | {"account_key": connection.password}


_STORES: Mapping[str, Callable[[FeedConnection], Options]] = {
    "s3": _s3,
    "s3a": _s3,
    "gs": _google,
    "gcs": _google,
    "abfs": _azure,
    "abfss": _azure,
    "az": _azure,
}


def _object(connection: FeedConnection, name: str) -> Mapping[str, Any]:
    """Return an extra that is an object, also when it is written as text."""
    value = connection.extra.get(name) or {}
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if not isinstance(value, dict):
        problem = connection.expected(f"a JSON object in {name}", "something else")
        raise problem
    return value

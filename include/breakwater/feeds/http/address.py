"""Where a service is, from the fields of its connection."""

from breakwater.feeds.http.answer import origin
from breakwater.feeds.records import FeedFault
from breakwater.warehouse.connections import FeedConnection


def address_of(connection: FeedConnection) -> str:
    """Return the address of a service, without a slash at its end.

    The host of a connection is an address (``https://api.example/v2``) or a bare name, to which
    the schema field (``http`` or ``https``; ``https`` when empty) and the port are added.

    Raises:
        FeedFault: there is no usable host.
    """
    host = (connection.host or "").strip().rstrip("/")
    if host and "://" not in host:
        scheme = connection.schema if connection.schema in {"http", "https"} else "https"
        host = f"{scheme}://{host}"
    if connection.port is not None and origin(host).rsplit(":", 1)[-1] != str(connection.port):
        scheme, _, rest = host.partition("://")
        name, slash, path = rest.partition("/")
        host = f"{scheme}://{name}:{connection.port}{slash}{path}"
    if not origin(host) or "@" in host or "?" in host or "#" in host:
        raise FeedFault(
            transient=False,
            expected=f"the address of an HTTP service in connection {connection.name}",
            found="none" if not host else "another text",
        )
    return host

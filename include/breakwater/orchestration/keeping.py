"""The task that deletes what the operation keeps no longer."""

from pydantic import JsonValue

from breakwater.orchestration.connections import installation
from breakwater.orchestration.days import instant


def tidy() -> JsonValue:
    """Delete what is older than `operations.retention`, and files that nobody points at."""
    from breakwater.warehouse.retention import tidy as delete

    tidied = delete(installation(), instant())
    return {"rows": dict(tidied.rows), "files": dict(tidied.files), "bytes": tidied.bytes}

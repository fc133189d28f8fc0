"""Which metrics a vendor's export can tell at all."""

from breakwater.contracts.metrics import METRICS
from breakwater.contracts.vendor import VendorContract


def measurable(contract: VendorContract) -> list[str]:
    """List the metrics whose events and columns the vendor reports; the others get no rows, not zeros."""
    events, fields = contract.reported_events, contract.reported_fields
    return sorted(name for name, each in METRICS.items() if each.is_told_by(events, fields))

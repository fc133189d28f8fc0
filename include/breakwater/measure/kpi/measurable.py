"""Which metrics a vendor's export can tell at all."""

from breakwater.contracts.metrics import METRICS
from breakwater.contracts.vendor import VendorContract


def measurable(contract: VendorContract) -> list[str]:
    """List the metrics whose events the vendor reports; the others get no rows, not zeros."""
    reported = contract.reported_events
    return sorted(name for name, metric in METRICS.items() if reported >= set(metric.needs))

"""Which metrics a vendor's export can tell at all."""

from breakwater.contracts.metrics import METRICS
from breakwater.contracts.vendor import CaseShape, VendorContract
from breakwater.core.vocabulary import EventType


def reported_events(contract: VendorContract) -> frozenset[EventType]:
    """Return the events that a vendor's export has columns or states for."""
    if isinstance(contract.shape, CaseShape):
        return frozenset(contract.shape.instants)
    return frozenset(contract.shape.events.values())


def measurable(contract: VendorContract) -> list[str]:
    """List the metrics whose events the vendor reports; the others get no rows, not zeros."""
    reported = reported_events(contract)
    return sorted(name for name, metric in METRICS.items() if reported >= set(metric.needs))

"""What makes two records the same one, told twice: the later tells it as it is."""

from breakwater.contracts.shape import CaseShape
from breakwater.contracts.vendor import VendorContract

KEY = "record_key"


def is_named(contract: VendorContract) -> bool:
    """Tell whether the record key names one record, and not all that happened to a case.

    In a log of states every update is a record. Where the contract names no key of it, the key is
    the case: another update of the case is no other telling of this one.
    """
    return isinstance(contract.shape, CaseShape) or contract.columns.record_key is not None


def names_of_records(contract: VendorContract, happenings: tuple[str, ...]) -> tuple[str, ...]:
    """List the columns of records that name one.

    Args:
        contract: the vendor's.
        happenings: columns of records that hold instants.
    """
    return (KEY,) if is_named(contract) else (KEY, *happenings)


def names_of_events(contract: VendorContract) -> tuple[str, ...]:
    """List the columns of events that name their record."""
    return (KEY,) if is_named(contract) else (KEY, "event_type", "event_at")

"""When a listing was taken; a name that does not tell refuses the file."""

from zoneinfo import ZoneInfo

from breakwater.contracts.listing_names import instant_of_name, styles_of
from breakwater.contracts.shape import ListingShape
from breakwater.landing.reading.refusal import ExportRefusedError, Fault


def listed_at(name: str, shape: ListingShape, zone: ZoneInfo) -> int:
    """Return the instant that a file is named by, in UTC seconds.

    Raises:
        ExportRefusedError: no style of the contract's names fits.
    """
    found = instant_of_name(name, shape, zone)
    if found is None:
        raise ExportRefusedError(
            Fault.NAME_UNREADABLE,
            expected=" or ".join(map(repr, styles_of(shape))),
            found="another name",
        )
    return found

"""What a vendor states of its day, kept beside what landed, to be compared when the day is closed."""

from collections.abc import Sequence
from datetime import date

from breakwater.contracts.source import FileSource
from breakwater.contracts.vendor import VendorContract
from breakwater.core.vocabulary import Total
from breakwater.warehouse.database import Connection, replace_rows
from breakwater.warehouse.file_ledger import ReceivedFile


def stated_totals(
    contract: VendorContract, files: Sequence[ReceivedFile]
) -> list[tuple[Total, int]]:
    """Return the vendor's own totals of a day, as far as it states them.

    Where a day is the sum of its files, so are its totals, and one that a file does not state is
    not known. Otherwise the newest file speaks for the day.

    Args:
        contract: of the vendor.
        files: in force for the day, the newest last.
    """
    source = contract.source
    is_sum = isinstance(source, FileSource) and source.files == "many"
    speaking = list(files) if is_sum else list(files[-1:])
    stated = [(file.manifest or {}).get("totals", {}) for file in speaking]
    return [
        (total, sum(each[total] for each in stated))
        for total in Total
        if stated and all(total in each for each in stated)
    ]


def replace_vendor_totals(
    connection: Connection,
    contract: VendorContract,
    day: date,
    files: Sequence[ReceivedFile],
) -> None:
    """Replace what the vendor states of a day by what its files in force do."""
    replace_rows(
        connection,
        "landing.vendor_total",
        {"vendor": contract.vendor, "operational_day": day},
        ("name", "total"),
        [(total.value, count) for total, count in stated_totals(contract, files)],
    )

"""Read an export in its contract's format."""

from pathlib import Path

from breakwater.contracts.vendor import (
    CaseShape,
    CsvFormat,
    JsonLinesFormat,
    VendorContract,
    XlsxFormat,
)
from breakwater.core.vocabulary import EventType
from breakwater.landing.raw_rows import RawRows
from breakwater.landing.read_csv import read_csv
from breakwater.landing.read_jsonl import read_jsonl
from breakwater.landing.read_parquet import read_parquet
from breakwater.landing.read_xlsx import read_xlsx
from breakwater.landing.refusal import ExportRefusedError, Fault
from breakwater.landing.unpack import decode, unpack


def read_export(file: Path, contract: VendorContract) -> RawRows:
    """Read a file as text; columns that the contract does not name are never looked at.

    Raises:
        ExportRefusedError: the file as a whole is not what the contract says.
    """
    form, names = contract.format, named_columns(contract)
    limit = contract.source.maximum_bytes
    if file.stat().st_size == 0 and not isinstance(form, JsonLinesFormat):
        raise ExportRefusedError(Fault.EMPTY, expected="an export", found="0 bytes")
    if isinstance(form, CsvFormat):
        content = unpack(file, form.compression, limit)
        return read_csv(decode(content, form.encoding), form, names)
    if isinstance(form, JsonLinesFormat):
        text = decode(unpack(file, form.compression, limit), "utf-8")
        return read_jsonl(text, names, indispensable_columns(contract))
    if isinstance(form, XlsxFormat):
        return read_xlsx(file, form, names, limit)
    return read_parquet(file, names, limit)


def named_columns(contract: VendorContract) -> tuple[str, ...]:
    """List every column that a contract names, each once."""
    columns, shape = contract.columns, contract.shape
    fields = columns.model_dump(exclude={"record_key"}, exclude_none=True)
    names = [*fields.values(), *(columns.record_key or ())]
    if isinstance(shape, CaseShape):
        names += [name for several in shape.instants.values() for name in several]
    else:
        names += [shape.at, shape.state]
    return tuple(dict.fromkeys(names))


def indispensable_columns(contract: VendorContract) -> tuple[str, ...]:
    """List the columns without which no record can be understood."""
    columns, shape = contract.columns, contract.shape
    names = [columns.case_id, columns.item_id, columns.queue, *(columns.record_key or ())]
    if isinstance(shape, CaseShape):
        names += shape.instants[EventType.RECEIVED]
        names += shape.instants.get(EventType.DECIDED, ())
    else:
        names += [shape.at, shape.state]
    return tuple(dict.fromkeys(names))

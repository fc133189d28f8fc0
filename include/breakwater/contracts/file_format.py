"""How an export is written: delimited text, JSON, spreadsheets, Parquet."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from breakwater.contracts.base import Contract
from breakwater.core.vocabulary import Total

OneCharacter = Annotated[
    str, StringConstraints(strip_whitespace=False, pattern=r"^[^\r\n]$")  # a tab is one, too
]

Encoding = Literal["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"]

Compression = Literal["none", "gzip", "zstd", "zip"]
"""A zip holds exactly one file."""


def _innermost_last(each: tuple[str, ...]) -> tuple[str, ...]:
    """Lists beside each other would multiply: each element of one with each of the other."""
    for outer, inner in pairwise(each):
        if not inner.startswith(f"{outer}."):
            message = f"each path must lie below the one before: {inner!r} is not below {outer!r}"
            raise ValueError(message)
    return each


Each = Annotated[tuple[str, ...], AfterValidator(_innermost_last)]


class CsvFormat(Contract):
    """Delimited text with one header row."""

    kind: Literal["csv"]
    delimiter: OneCharacter = ","
    quote: OneCharacter = '"'
    encoding: Encoding = "utf-8"
    compression: Compression = "none"

    @model_validator(mode="after")
    def _must_tell_delimiter_from_quote(self) -> "CsvFormat":
        if self.delimiter == self.quote:
            message = "delimiter and quote must differ"
            raise ValueError(message)
        return self


class JsonLinesFormat(Contract):
    """One JSON object a line. Columns are dotted paths: ``fields.status.name``, ``labels.0``."""

    kind: Literal["jsonl"]
    compression: Compression = "none"
    each: Each = ()
    """Dotted paths of lists, outermost first: every element becomes a record of its own, and a
    column below such a path is one of the element. An object without elements is no record."""


class JsonFormat(Contract):
    """One JSON document that holds a list of records."""

    kind: Literal["json"]
    compression: Compression = "none"
    records: str = ""
    """Dotted path of the list; the document itself when empty."""
    each: Each = ()
    """As in JSON lines."""


class XlsxFormat(Contract):
    """A spreadsheet with one header row."""

    kind: Literal["xlsx"]
    sheet: str


class ParquetFormat(Contract):
    """An Apache Parquet file."""

    kind: Literal["parquet"]


FileFormat = Annotated[
    CsvFormat | JsonLinesFormat | JsonFormat | XlsxFormat | ParquetFormat,
    Field(discriminator="kind"),
]


class Manifest(Contract):
    """A JSON side file ``{"rows": 1234, "sha256": "…"}`` that states the export's totals."""

    kind: Literal["manifest"]
    suffix: str = ".manifest.json"
    totals: dict[Total, str] = Field(default_factory=dict)
    """Where the manifest states the vendor's own totals of the day, as dotted paths of whole numbers:
    ``{incoming: counts.received, solved: counts.closed, backlog: counts.open}``. They are compared
    with what we measured when the day is closed. Of several files of a day they are added up."""


class NoControl(Contract):
    """The vendor states no totals; only physical rows are counted."""

    kind: Literal["none"] = "none"

"""Why an export is refused as a whole, said by code that knows neither vendor nor day."""

from enum import StrEnum

from breakwater.core.finding import Rule

LONGEST_SHOWN = 60


class Fault(StrEnum):
    """Everything that can be wrong with a file as a whole."""

    EMPTY = "the file is empty"
    CUT_SHORT = "the file is cut short"
    SHORT_OF_ROWS = "the export is short of rows"
    TOO_MANY_ROWS = "the export has too many rows"
    NO_MANIFEST = "the manifest is missing or unreadable"
    OTHER_CONTENT = "the content is not what the manifest says"
    NAME_UNREADABLE = "the name does not tell when it was written"
    TOO_LARGE = "the file unpacks to too much"
    UNREADABLE = "the file cannot be read"
    OTHER_ENCODING = "the text is in another encoding"
    SHEET_MISSING = "the sheet is missing"
    HEADER_UNREADABLE = "the header cannot be read"
    COLUMN_MISSING = "a column is missing"
    COLUMN_AMBIGUOUS = "a column is ambiguous"
    TOO_MANY_COLUMNS = "the file has too many columns"
    LINE_TOO_LONG = "a line is too long"
    EVERY_RECORD_REFUSED = "every record breaks the contract"

    @property
    def rule(self) -> Rule:
        """The finding that is kept."""
        if self in {Fault.CUT_SHORT, Fault.SHORT_OF_ROWS}:
            return Rule.EXPORT_TRUNCATED
        return Rule.EXPORT_UNREADABLE


class ExportRefusedError(Exception):
    """A file breaks its contract as a whole.

    Attributes:
        fault: the condition.
        expected: what the contract says.
        found: what the file has; a vendor's text only through `shown`.
    """

    def __init__(self, fault: Fault, *, expected: str, found: str) -> None:
        """Keep the parts of the message."""
        self.fault, self.expected, self.found = fault, expected, found
        super().__init__(f"{fault}; expected {expected}; found {found}")


class FewerRowsError(ExportRefusedError):
    """The sender declared more rows than there are.

    Attributes:
        declared: how many it believes it sent.
        physical: how many there are.
    """

    def __init__(self, declared: int, physical: int) -> None:
        """Keep both numbers."""
        self.declared, self.physical = declared, physical
        expected, found = f"{declared} declared rows", f"{physical}"
        super().__init__(Fault.SHORT_OF_ROWS, expected=expected, found=found)


def shown(text: object) -> str:
    """Spell a vendor's text so that it can stand in a log line: quoted, escaped, short."""
    spelled = ascii(str(text)[: LONGEST_SHOWN + 1])
    return spelled if len(spelled) <= LONGEST_SHOWN else f"{spelled[:LONGEST_SHOWN]}…'"

"""One tree of errors; each says whether trying again can help and how the command line exits."""

from datetime import date


class BreakwaterError(Exception):
    """Anything this product refuses to do, with a sentence a person on duty understands.

    Attributes:
        permanent: True when a retry cannot help until a person or a vendor acts.
        exit_code: what the command line exits with.
    """

    permanent = True
    exit_code = 2


class ConfigurationError(BreakwaterError):
    """A configuration file does not say what its model expects; carries every problem found."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Keep each problem as one line: file, path, expected, found."""
        self.problems = problems
        super().__init__("\n".join(problems))


class VendorDayError(BreakwaterError):
    """Something about one vendor's operational day; the message always names both."""

    def __init__(self, vendor: str, day: date, what: str, *, expected: str, found: str) -> None:
        """Build the message from the parts, so that none can be forgotten."""
        self.vendor, self.day, self.expected, self.found = vendor, day, expected, found
        super().__init__(f"{vendor} {day.isoformat()}: {what}; expected {expected}; found {found}")


class ExportPendingError(VendorDayError):
    """The export, or our own log of its day, is not whole yet and may still become so: wait."""

    permanent = False


class ExportMissingError(VendorDayError):
    """The delivery deadline passed without an export."""


class FeedUnavailableError(VendorDayError):
    """The place where the vendor leaves exports could not be reached: try again."""

    permanent = False


class ContractError(VendorDayError):
    """A file breaks its contract as a whole: unreadable, wrong header, wrong encoding."""


class ControlTotalError(VendorDayError):
    """Rows in are not landed + quarantined + rejected, or not what the vendor declared."""


class TieOutError(VendorDayError):
    """A record of a book is in no outcome, or in more than one: a fault of ours, never hidden."""


class NotLandedError(VendorDayError):
    """A later stage was asked for a vendor-day whose export has not been landed."""


class DeliveryError(BreakwaterError):
    """A message could not be handed over.

    Attributes:
        permanent: True when the far end said that this message will never be accepted.
        in_doubt: True when the far end may have taken it all the same: ask before another attempt.
        retry_after_seconds: what the far end asked for, if it did.
        for_a_person: True when the message is fine and our access is not: attempts go on until
            somebody mends that, or the message would die with all the others.
    """

    exit_code = 1

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        in_doubt: bool = False,
        retry_after_seconds: float | None = None,
        for_a_person: bool = False,
    ) -> None:
        """Say what the far end answered and whether asking again can help."""
        self.for_a_person = for_a_person
        self.permanent = permanent
        self.in_doubt = in_doubt
        self.retry_after_seconds = retry_after_seconds
        super().__init__(message)

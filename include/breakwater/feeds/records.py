"""What a feed of records is: parts of a day's records, each with where the next one starts.

A module of a kind (`feeds/<kind>.py`) offers ``open_feed(source, connection)``, which returns a
`RecordFeed` and asks nothing yet; what it opens it opens and closes inside `parts`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from breakwater.core.days import Window
from breakwater.core.vocabulary import Total

Cursor = Mapping[str, Any]
"""Where a part starts, as the far end names it: plain JSON values, no secrets."""

END: Cursor = {"end": True}
"""The cursor of a part that is known to be the last."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some records, and where the next part starts.

    Attributes:
        records: objects of plain JSON values, in the order of the far end.
        cursor: what `RecordFeed.parts` takes to go on after them; `END` when nothing can follow.
    """

    records: Sequence[Mapping[str, Any]]
    cursor: Cursor


class RecordFeed(Protocol):
    """A system that is asked for the records of a window."""

    def parts(self, window: Window, after: Cursor | None) -> Iterator[Part]:
        """Ask for the records of a window, from its start or after what was read before.

        Raises:
            FeedFault: the far end did not answer, or not with records.
        """
        ...


@runtime_checkable
class Identified(Protocol):
    """A feed whose far end may tell one record twice while its list moves between pages."""

    def identity(self, record: Mapping[str, Any]) -> str:
        """Name a record by the far end's own id; of several with one name, the last counts."""
        ...


@runtime_checkable
class Totalled(Protocol):
    """A feed whose far end counts its own day."""

    def totals(self, window: Window) -> Mapping[Total, int]:
        """Return the far end's own totals of a day; those that it does not state are left out.

        Raises:
            FeedFault: the far end did not answer, or not with statistics.
        """
        ...


class FeedFault(Exception):  # noqa: N818  it never leaves `feeds`: an error of the tree takes its place
    """A far end did not give records, said by code that knows neither vendor nor day.

    Attributes:
        transient: True when asking again later can help.
        expected: what the feed needs.
        found: what it got; no secret, and a far end's text only as `shown` spells it.
        is_shape: True when the answer was understood, and is not what the contract says.
    """

    def __init__(
        self, *, transient: bool, expected: str, found: str, is_shape: bool = False
    ) -> None:
        """Keep the parts of the message."""
        self.transient, self.expected, self.found = transient, expected, found
        self.is_shape = is_shape
        super().__init__(f"expected {expected}; found {found}")


class CursorRefusedFault(FeedFault):
    """The far end does not know a cursor any more: the day is asked for from its start."""

    def __init__(self, *, expected: str, found: str) -> None:
        """Asking again helps, from the start."""
        super().__init__(transient=True, expected=expected, found=found)


LONGEST_SHOWN = 60


def shown(text: object, longest: int = LONGEST_SHOWN) -> str:
    """Spell a far end's text for a message: one line, escaped, no longer than it must be."""
    cut = str(text)
    return repr(cut if len(cut) <= longest else f"{cut[:longest]}…")


def own_id(record: Mapping[str, Any]) -> str:
    """Return the id that a far end gave a record.

    Raises:
        FeedFault: there is none; records that cannot be told apart would be taken for one.
    """
    found = record.get("id")
    if isinstance(found, str | int) and not isinstance(found, bool) and found != "":
        return str(found)
    raise FeedFault(
        transient=False,
        expected="a text or a number as 'id' of every record",
        found=type(found).__name__,
        is_shape=True,
    )

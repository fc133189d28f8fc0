"""A message before it has a channel: composed once, rendered for chat, mail and files."""

from dataclasses import dataclass

from breakwater.core.finding import Severity
from breakwater.pictures.data import AnomalyPicture

_SIGNS = {
    Severity.INFO: "○",
    Severity.WARNING: "△",
    Severity.MAJOR: "▲",
    Severity.CRITICAL: "◆",
}
_RESOLVED = "✓"


@dataclass(frozen=True, slots=True)
class Standing:
    """How bad it is now, in a word and a sign; colour alone would tell nothing to many.

    Attributes:
        severity: of what is open; of what was, once it is resolved.
        is_open: whether anything is.
    """

    severity: Severity
    is_open: bool

    @property
    def word(self) -> str:
        """``Critical``, ``Major``, ``Warning``, ``Info`` or ``Resolved``."""
        return self.severity.value.capitalize() if self.is_open else "Resolved"

    @property
    def sign(self) -> str:
        """One character that says the same as the word."""
        return _SIGNS[self.severity] if self.is_open else _RESOLVED


@dataclass(frozen=True, slots=True)
class Fact:
    """One label with its value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Row:
    """One condition of the message: what it is about, how bad, and the number against its limit."""

    standing: Standing
    about: str
    number: str


@dataclass(frozen=True, slots=True)
class Action:
    """Something a reader can do about it, on a page of ours.

    Attributes:
        label: in two or three words, as ``Acknowledge``.
        url: an https address; who has it may do it, so it goes to this recipient alone.
    """

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A number among its days, for channels that show pictures, and in words for all others.

    Attributes:
        alt: what it shows, every number in words.
        width: in CSS pixels.
        height: in CSS pixels.
        data: what it is drawn from, before it is sent.
    """

    alt: str
    width: int
    height: int
    data: AnomalyPicture


@dataclass(frozen=True, slots=True)
class Message:
    """Everything a person needs, in the order in which it is read.

    Attributes:
        title: what, who, which day.
        standing: how bad.
        verdict: what happened, in one sentence with the number that matters most.
        changes: what moved since this recipient was last told; empty the first time.
        facts: vendor, day, queues.
        rows: the conditions, worst first; `rows_left_out` says how many more there are.
        next_step: what to do first.
        runbook: the page about it: an https address or a path; None for readers outside.
        data_through: what the numbers rest on; the footer.
        picture: of the worst condition, when that is an abnormal number; read after the rows.
        actions: what this reader can do about it.
    """

    title: str
    standing: Standing
    verdict: str
    changes: tuple[str, ...]
    facts: tuple[Fact, ...]
    rows: tuple[Row, ...]
    rows_left_out: int
    next_step: str
    runbook: str | None
    data_through: str
    picture: Picture | None = None
    actions: tuple[Action, ...] = ()

    @property
    def subject(self) -> str:
        """The one line that stands for all of it."""
        return f"[{self.standing.word}] {self.title}"

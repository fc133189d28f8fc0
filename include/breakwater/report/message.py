"""A digest before it has a format: composed once, rendered for mail, chat and files."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from breakwater.core.finding import Severity
from breakwater.core.period import Period, PeriodKind
from breakwater.pictures.data import AnomalyPicture

SIGNS = {
    Severity.INFO: "○",
    Severity.WARNING: "△",
    Severity.MAJOR: "▲",
    Severity.CRITICAL: "◆",
}
"""One shape a severity: colour alone would tell nothing to many."""


SOURCES = "Sources that reported"
"""What the first figure of every digest is called."""


class Level(StrEnum):
    """What a day asks of its readers."""

    CLEAR = "clear"
    WATCH = "watch"
    ACT = "act"

    @property
    def word(self) -> str:
        """The same for people."""
        return {"clear": "All clear", "watch": "Watch", "act": "Act today"}[self.value]

    @property
    def sign(self) -> str:
        """One character that says the same as the word."""
        return {"clear": "✓", "watch": "△", "act": "◆"}[self.value]


class Tone(StrEnum):
    """Whether a difference is for the worse, for the better, or neither."""

    NEUTRAL = "neutral"
    BETTER = "better"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure as a number, so that what moved can be weighed; its text is what people read.

    Attributes:
        value: in `unit`.
        unit: ``rate``, ``seconds``, ``hours`` or ``cases``.
        cases: how many it speaks of; None of a condition, which matters whatever is behind it.
    """

    value: float
    unit: str
    cases: float | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline number.

    Attributes:
        label: what it is.
        caption: the expansion of an abbreviation, or nothing.
        value: the number.
        difference: how far it is from usual, in words and a sign; empty when it is usual.
        usual: what is usual, or why nothing is.
        tone: whether the difference is good.
        surety: of a sample, how surely it is known and how large it is; else empty.
        measured: the number itself; None where there is none to show.
    """

    label: str
    caption: str
    value: str
    difference: str
    usual: str
    tone: Tone
    surety: str = ""
    measured: Measured | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One condition.

    Attributes:
        severity: how bad.
        word: the severity's name, or that it merely lasts.
        where: vendor, queue, site.
        what: the promise, metric or class of breaks.
        number: what was measured.
        note: against what, and what else helps.
        measured: the number itself, in the unit of its finding.
    """

    severity: Severity
    word: str
    where: str
    what: str
    number: str
    note: str
    measured: Measured | None = None

    @property
    def sign(self) -> str:
        """The severity's shape."""
        return SIGNS[self.severity]


@dataclass(frozen=True, slots=True)
class Section:
    """One topic: a sentence that is always there, then the conditions, worst first.

    Attributes:
        title: the topic.
        summary: the whole of it in a sentence, also when all is well.
        lines: the worst conditions.
        left_out: how many more there are.
        carried: what was left by earlier days, in a sentence; no figure of the day, so that what
            becomes of those makes no new edition of this one.
    """

    title: str
    summary: str
    lines: tuple[Line, ...]
    left_out: int
    carried: str = ""

    @property
    def told(self) -> str:
        """All that is said of the topic as a whole."""
        return f"{self.summary} {self.carried}".rstrip()


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of the table, and the worst condition about it, if there is one.

    Attributes:
        value: the number.
        severity: of the condition.
        surety: of a sample, its interval and size; else empty.
        measured: the number itself; None where there is none to show.
    """

    value: str
    severity: Severity | None
    surety: str = ""
    measured: Measured | None = None

    @property
    def sign(self) -> str:
        """The severity's shape; nothing without one."""
        return SIGNS[self.severity] if self.severity else ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One vendor or queue. `trend` has one bar a day."""

    name: str
    cells: tuple[Cell, ...]
    trend: str
    is_total: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table; what is not `essential` is left out on a phone."""

    title: str
    is_essential: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Vendors or queues side by side; `left_out` says how many smaller ones there are."""

    title: str
    first_column: str
    columns: tuple[Column, ...]
    trend_title: str
    rows: tuple[TableRow, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class ChartData:
    """Two weeks of arrivals, decisions and attainment, oldest first, the digest's day last."""

    days: tuple[date, ...]
    incoming: tuple[float | None, ...]
    solved: tuple[float | None, ...]
    attainment: tuple[float | None, ...]
    alt: str
    """The numbers in words, for whoever does not see the picture."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture below the chart.

    Attributes:
        cid: the id under which the page shows it.
        alt: its numbers in words.
        height: on the page, in CSS pixels.
        data: what is drawn.
    """

    cid: str
    alt: str
    height: int
    data: AnomalyPicture


@dataclass(frozen=True, slots=True)
class Link:
    """A page of ours."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything one audience reads about a day, in the order in which it is read.

    Attributes:
        operation: whose operation.
        audience: the audience's id.
        title: the audience's name.
        day: the operational day.
        level: what the day asks for.
        verdict: what happened, in at most three sentences.
        tiles: headline numbers.
        sections: legal deadlines first.
        table: vendors, or queues of a vendor; None without any figure.
        chart: the last two weeks; None without any figure.
        pictures: the worst anomalies among their days.
        quality: what the numbers rest on; the first line says who reported.
        sources: ``4 of 5`` sources that reported.
        links: where to go next.
        on_call: who is on call on the next day; no figure of the day, so it makes no edition.
        period: the week or month that ends with `day`; None of a day.
    """

    operation: str
    audience: str
    title: str
    day: date
    level: Level
    verdict: str
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    table: Table | None
    chart: ChartData | None
    pictures: tuple[Picture, ...]
    quality: tuple[str, ...]
    sources: str
    links: tuple[Link, ...]
    on_call: tuple[str, ...] = ()
    period: Period | None = None

    @property
    def about(self) -> Period:
        """What it is about, a day or longer."""
        return self.period or Period.containing(PeriodKind.DAY, self.day)

    @property
    def compared_with(self) -> str:
        """Say what differences are against."""
        if self.period is None:
            return "the same weekday of the last four weeks"
        return f"the four {self.period.kind}s before"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, fit for JSON."""
        return asdict(self)

    def figures(self) -> dict[str, str]:
        """List every number of the day by what it is called.

        These make an edition: a re-run that gives the same figures gives no new edition, and
        the next edition says which of them moved. What is usual, trends and the days before are
        left out, because they are not of this day.
        """
        return {label: text for label, text, _ in self._figures()}

    def measured(self) -> dict[str, Measured]:
        """List those of `figures` that are numbers, in the same words."""
        return {label: number for label, _, number in self._figures() if number is not None}

    def _figures(self) -> Iterator[tuple[str, str, Measured | None]]:
        yield SOURCES, self.sources, None
        for tile in self.tiles:
            yield tile.label, tile.value, tile.measured
        for section in self.sections:
            yield section.title, section.summary, None
            for line in section.lines:
                label = f"{section.title}: {line.where}, {line.what}"
                yield label, line.number, line.measured
        if self.table:
            for row in self.table.rows:
                for column, cell in zip(self.table.columns, row.cells, strict=True):
                    yield f"{row.name}, {column.title}", cell.value, cell.measured


@dataclass(frozen=True, slots=True)
class Restated:
    """A figure that moved between two editions; None where it is in one of them only."""

    label: str
    before: str | None
    after: str | None

    @property
    def text(self) -> str:
        """Say it in one line."""
        if self.before is None:
            return f"{self.label}: now {self.after}"
        if self.after is None:
            return f"{self.label}: no longer {self.before}"
        return f"{self.label}: {self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class Edition:
    """A digest as it is published.

    Attributes:
        digest: what it says.
        number: 1 for the first.
        restated: figures that moved since edition `since`; empty in the first.
        since: the last edition that its readers were sent, or the one before when none was.
    """

    digest: Digest
    number: int
    restated: tuple[Restated, ...]
    since: int = 0

    @property
    def subject(self) -> str:
        """The one line that stands for all of it."""
        digest = self.digest
        again = f" · edition {self.number}" if self.number > 1 else ""
        return f"[{digest.level.word}{again}] {digest.title}, {digest.about.short_title}: {digest.verdict}"

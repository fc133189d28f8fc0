"""Names of files and folders: which of them belong to an operational day."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from breakwater.contracts.source import MOMENT, FileSource
from breakwater.core.days import Window, utc_instant, utc_seconds
from breakwater.core.errors import ConfigurationError

LONGEST_TO_MATCH = 1024
"""Characters; a name that is longer is refused without being looked at."""

DIRECTIVES = {
    "Y": "[0-9]{4}",
    "y": "[0-9]{2}",
    "m": "[0-9]{2}",
    "b": "[A-Za-z]{3}",
    "d": "[0-9]{2}",
    "j": "[0-9]{3}",
    "H": "[0-9]{2}",
    "I": "[0-9]{2}",
    "p": "[AaPp][Mm]",
    "M": "[0-9]{2}",
    "S": "[0-9]{2}",
    "f": "[0-9]{1,6}",
    "z": "(?:Z|[+-][0-9]{2}:?[0-9]{2})",
}
"""What stands for each directive of an ``{at:…}``; widths are fixed, as in names they are."""

_PART = re.compile(rf"{MOMENT.pattern}|(\*)|([^*])", re.DOTALL)
_DIRECTIVE = re.compile(r"%(.)|(.)", re.DOTALL)


@dataclass(frozen=True)
class DayNames:
    """The names of one operational day at a source.

    Attributes:
        folder: where its files lie, as the contract writes it.
        patterns: their bare names, in each style that the contract knows.
        zone: of the instants in names.
        day: the operational day.
        window: its UTC seconds; a name with an instant belongs to it when that lies inside.
    """

    folder: str
    patterns: tuple[str, ...]
    zone: ZoneInfo
    day: date
    window: Window

    @classmethod
    def of(cls, source: FileSource, folder: str, day: date, window: Window) -> "DayNames":
        """Take the names of a source for one day.

        Raises:
            ConfigurationError: an ``{at:…}`` has a directive that names nothing, or no year
                anywhere; or folders are named by seconds.
        """
        names = cls(folder.rstrip("/"), source.patterns, ZoneInfo(source.name_zone), day, window)
        if re.search(r"%[Sf]", names.folder):
            problem = f"source: expected folders by the minute at most; found {names.folder}"
            raise ConfigurationError((problem,))
        _ = names._expressions
        return names

    def folders(self) -> list[str]:
        """List the folders to look into: one, or those that the day's instants are named by."""
        if not _has_instant(self.folder):
            return [_with_day(self.folder, self.day)]
        minutes = range(self.window.start, self.window.end, 60)
        named = (self._folder_at(utc_instant(seconds)) for seconds in minutes)
        return list(dict.fromkeys(named))

    def holds(self, folder: str, name: str) -> bool:
        """Tell whether a name in one of the folders is one of the day's."""
        return any(self._is_held(style, f"{folder}/{name}") for style in self._expressions)

    def name_in_ledger(self, folder: str, name: str) -> str:
        """Return the name that a file is known by: bare, and unique within the day.

        Where the folder carries the instant, names repeat: its digits are put before them.
        """
        if not _has_instant(self.folder):
            return name
        found = re.fullmatch(_expression_of(_with_day(self.folder, self.day)).text, folder)
        texts = [] if found is None else found.groups()
        return "-".join([*texts, name])

    @cached_property
    def _expressions(self) -> tuple["_Expression", ...]:
        return tuple(self._style(pattern) for pattern in self.patterns)

    def _style(self, pattern: str) -> "_Expression":
        whole = f"{self.folder}/{pattern}"
        named = _expression_of(_with_day(whole, self.day))
        if any(directive in "Yy" for directive in named.directives):
            return named
        names_a_day = any(found[1] == "day" for found in MOMENT.finditer(whole))
        if named.directives and not names_a_day:
            problem = f"source.pattern: expected a year or a day in its names; found {pattern}"
            raise ConfigurationError((problem,))
        return _Expression(named.text, named.directives, dates=False)

    def _is_held(self, style: "_Expression", path: str) -> bool:
        found = style.pattern.fullmatch(path)
        if found is None or not style.dates or not style.directives:
            return found is not None
        instant = style.instant(found.groups(), self.zone)
        return instant is not None and instant in self.window

    def _folder_at(self, instant: datetime) -> str:
        local = instant.astimezone(self.zone)
        named = MOMENT.sub(
            lambda found: (
                local.strftime(found[2]) if found[1] == "at" else self.day.strftime(found[2])
            ),
            self.folder,
        )
        return str(named)


@dataclass(frozen=True)
class _Expression:
    """A name as a regular expression, with one group for each directive of its instants."""

    text: str
    directives: tuple[str, ...]
    dates: bool = True

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self.text, re.DOTALL)

    def instant(self, texts: tuple[str, ...], zone: ZoneInfo) -> int | None:
        """Return the UTC seconds that groups stand for; None when there is no such instant.

        Of a local time that the clock shows twice the earlier one counts; one that it never shows
        is read as if it had not been put forward. Either way a name has one day.
        """
        said: dict[str, str] = {}
        for directive, text in zip(self.directives, texts, strict=True):
            if said.setdefault(directive, text) != text:
                return None  # a folder of one day and a name of another
        form = " ".join(f"%{directive}" for directive in said)
        try:
            instant = datetime.strptime(" ".join(said.values()), form)  # noqa: DTZ007  its zone follows
            if instant.tzinfo is None:
                instant = instant.replace(tzinfo=zone)
            return utc_seconds(instant.astimezone(UTC))
        except (ValueError, OverflowError):
            return None


def _expression_of(text: str) -> _Expression:
    """Turn a name with ``{at:…}`` and ``*`` into an expression; all else stands for itself."""
    parts: list[str] = []
    directives: list[str] = []
    for kind, form, star, other in _PART.findall(text):
        if kind == "at":
            for directive, literal in _DIRECTIVE.findall(form):
                parts.append(_part_of(directive, literal, form))
                directives += directive if directive in DIRECTIVES else ""
        else:
            parts.append(".*" if star else re.escape(other))
    return _Expression("".join(parts), tuple(directives))


def _part_of(directive: str, literal: str, form: str) -> str:
    if directive in {"", "%"}:
        return re.escape(literal or directive)
    if directive not in DIRECTIVES:
        known = " ".join(f"%{each}" for each in DIRECTIVES)
        problem = f"source: {{at:{form}}}: expected directives of {known}; found %{directive}"
        raise ConfigurationError((problem,))
    return f"({DIRECTIVES[directive]})"


def _with_day(text: str, day: date) -> str:
    """Put the operational day where ``{day:…}`` stands; instants are left for the expression."""
    return MOMENT.sub(lambda found: day.strftime(found[2]) if found[1] == "day" else found[0], text)


def _has_instant(folder: str) -> bool:
    return any(found[1] == "at" for found in MOMENT.finditer(folder))


def name_of(folder: str, path: str) -> str:
    """Return what stands after a folder in a path; the whole path when it leads elsewhere."""
    return path.removeprefix(folder).removeprefix("/")


def last_part(name: str) -> str:
    """Return what follows the last separator of any system."""
    return name.replace("\\", "/").rsplit("/", 1)[-1]

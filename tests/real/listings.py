"""Hourly listings of a review queue as a plain reader sees them: an oracle that knows no product code."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise

Case = str


@dataclass(frozen=True, slots=True)
class Listing:
    """One file as a plain reader sees it: its instant, the cases it names, rows that name none."""

    at: int
    cases: frozenset[Case]
    nameless: int
    rows: int


@dataclass(frozen=True, slots=True)
class Queue:
    """What the listings of a set add up to, by operational day."""

    listings: tuple[Listing, ...]

    def of(self, day: date) -> list[Listing]:
        """Return a day's listings, in order."""
        return [
            each for each in self.listings if datetime.fromtimestamp(each.at, UTC).date() == day
        ]

    def changes(self, day: date) -> Counter[tuple[Case, str]]:
        """Count what came and what left, from each listing to the next, in a day."""
        before = [
            each for each in self.listings if datetime.fromtimestamp(each.at, UTC).date() < day
        ]
        chain = [*(before[-1:] or [Listing(0, frozenset(), 0, 0)]), *self.of(day)]
        found: Counter[tuple[Case, str]] = Counter()
        for earlier, later in pairwise(chain):
            found.update((case, "received") for case in later.cases - earlier.cases)
            found.update((case, "decided") for case in earlier.cases - later.cases)
        return found


def instant_of(name: str) -> int:
    """Read the instant in a file's name, in either style."""
    digits = "".join(re.findall(r"[0-9]", name.replace("v5", "")))
    form = "%Y%m%d%H%M%S" if len(digits) > 12 else "%Y%m%d%H%M"
    return int(datetime.strptime(digits, form).replace(tzinfo=UTC).timestamp())


def read_listing(name: str, text: str) -> Listing:
    """Read which packages a file names; one without a version is none that could be followed."""
    rows = list(csv.DictReader(text.splitlines()))
    named = [row for row in rows if row["version"] not in {"", "NA"}]
    cases = frozenset(f"{row['package']}|{row['version']}" for row in named)
    return Listing(instant_of(name), cases, len(rows) - len(named), len(rows))

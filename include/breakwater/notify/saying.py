"""What people said of incidents, told to readers; one outside learns that, not who and why."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from breakwater.core.plain import one_line
from breakwater.notify.incident import Incident
from breakwater.notify.telling import Told, news_of, said_since
from breakwater.notify.transition import Transition
from breakwater.notify.word import State, Word

LONGEST_NOTE = 240
_LONGEST_NAME = 80
_NEWS = {Transition.LAPSED: "Open again"}


def moves_of(told: Told | None, incident: Incident) -> tuple[Transition, ...]:
    """List how an incident moved since a reader was told: by its numbers, and by people's words."""
    moved = news_of(told, incident)
    said = Transition.UNCHANGED if told is None else said_since(told, incident)
    is_new = moved in {Transition.OPENED, Transition.REOPENED}
    both = (moved,) if said is moved or is_new else (moved, said)
    return tuple(each for each in both if each is not Transition.UNCHANGED)


def word_for(transition: Transition) -> str:
    """Return the word that a line about a move begins with."""
    return _NEWS.get(transition, transition.value.capitalize())


def detail_of(word: Word, zone: ZoneInfo, *, is_outside: bool) -> str:
    """Say who said it, until when it counts and why, as ``by Ana until …: on it``."""
    until = ""
    if word.until is not None:
        until = f"until {word.until.astimezone(zone).strftime('%a %Y-%m-%d %H:%M')} ({zone.key})"
    if is_outside:
        return until
    by = f"by {one_line(word.by, _LONGEST_NAME)}"
    note = one_line(word.note, LONGEST_NOTE)
    return " ".join(part for part in (by, until) if part) + (f": {note}" if note else "")


def said_of_all(incidents: Sequence[Incident], zone: ZoneInfo, *, is_outside: bool) -> str | None:
    """Say in one line what people said of a thread's incidents; None when they said nothing."""
    spoken = [(each.state, each.word) for each in incidents if each.word is not None]
    if not spoken:
        return None
    state, word = spoken[0]
    if len({(each.kind, each.by, each.until, each.note) for _, each in spoken}) == 1:
        part = "" if len(spoken) == len(incidents) else f" ({len(spoken)} of {len(incidents)})"
        detail = detail_of(word, zone, is_outside=is_outside)
        return " ".join(text for text in (f"{state.value.capitalize()}{part}", detail) if text)
    counts = {kind: sum(found is kind for found, _ in spoken) for kind in State}
    return ", ".join(
        f"{count} of {len(incidents)} {kind.value}" for kind, count in counts.items() if count
    ).capitalize()

"""A picture in words: every number that it is drawn for."""

from collections.abc import Iterator
from datetime import date

from breakwater.contracts.wording import number
from breakwater.pictures.data import AnomalyPicture


def alt_of(data: AnomalyPicture) -> str:
    """Say what the picture shows."""
    return " ".join(_sentences(data))


def _sentences(data: AnomalyPicture) -> Iterator[str]:
    def said(value: float) -> str:
        return number(data.metric, value)

    yield f"{data.title}, {_short(data.days[0])} to {_short(data.days[-1])}."
    found, usual, low, high = (
        values[-1] for values in (data.values, data.expected, data.low, data.high)
    )
    last = "No figure" if found is None else said(found)
    against = "" if usual is None else f", usual {said(usual)}"
    band = "" if low is None or high is None else f", band {said(low)} to {said(high)}"
    yield f"{last} on the last day{against}{band}."
    before = [
        (value, day)
        for value, day in zip(data.values[:-1], data.days[:-1], strict=True)
        if value is not None
    ]
    if before:
        (least, on_least), (most, on_most) = min(before), max(before)
        yield (
            f"Before: lowest {said(least)} on {_short(on_least)},"
            f" highest {said(most)} on {_short(on_most)}."
        )
    for event in data.events:
        until = "" if event.last == event.first else f" to {_short(event.last)}"
        yield f"Known event: {event.title}, {_short(event.first)}{until}."
    if data.parts:
        shares = "; ".join(f"{part.per_cent} {part.name}" for part in data.parts)
        yield f"Of the change: {shares}."


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"

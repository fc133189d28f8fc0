"""What happens at the edges of time, where engines disagree: four choices, each with a default."""

from dataclasses import dataclass
from typing import Literal

from breakwater.contracts.base import Effective

OnClose = Literal["stay", "roll_forward"]
OnZero = Literal["identity", "snap"]
OnReversed = Literal["ignored", "zero", "negative"]


@dataclass(frozen=True, slots=True)
class Edges:
    """The four choices as they count; the defaults are those of most help desks.

    Attributes:
        on_close: where a deadline falls that lands on closing time.
        on_zero: where one falls when no open time passes until then.
        on_reversed: what the time between a start and an earlier stop is.
        end_inclusive: whether the instant of closing still belongs to the shift.
    """

    on_close: OnClose = "stay"
    on_zero: OnZero = "identity"
    on_reversed: OnReversed = "ignored"
    end_inclusive: bool = False


class StatedEdges(Effective):
    """What a calendar, or a clock, says of the edges; nothing unless stated."""

    on_close: OnClose | None = None
    """A deadline that falls on closing time stays there (``stay``, the default), because people plan
    for the closing bell and most help desks read it so; or it rolls to the next opening
    (``roll_forward``)."""
    on_zero: OnZero | None = None
    """Days in which nobody works are no time at all: what they end with is due when they end
    (``identity``, the default), because that is the promise as it was made; or at the next opening
    (``snap``), when somebody can keep it."""
    on_reversed: OnReversed | None = None
    """A stop that came before the start of a clock with a single cycle. It stops nothing
    (``ignored``, the default), because work that was done before the promise began does not keep it;
    or it keeps the promise, with no time used up (``zero``), or less than none (``negative``), as
    engines have it that subtract."""
    end_inclusive: bool | None = None
    """Whether what happens in the second of closing belongs to the shift: it does not (the default),
    because spans are half-open, so that they add up. It decides to which working day a start belongs
    in the second in which a night shift ends; time used up is the same either way."""


def edges_of(*stated: StatedEdges | None) -> Edges:
    """Return the edges that count: of each the first that is stated, else the default."""
    usual = Edges()

    def first(name: str) -> object:
        found = (getattr(each, name) for each in stated if each is not None)
        return next((value for value in found if value is not None), getattr(usual, name))

    return Edges(**{name: first(name) for name in Edges.__slots__})  # type: ignore[arg-type]

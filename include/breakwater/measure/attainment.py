"""Attainment of a day against the shares that a vendor's contract promises."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from breakwater.contracts.vendor import AttainmentTarget, VendorContract


@dataclass(frozen=True, slots=True)
class Attained:
    """Clocks of one kind in one queue: how many were due in the day, and how many of them met.

    Attributes:
        clock: the clock's name.
        queue: the queue.
        due: clocks met in the day, or whose due instant passed unmet in it.
        met: those met.
        target_share: the share that the contract promises, if it does.
    """

    clock: str
    queue: str
    due: int
    met: int
    target_share: float | None


@dataclass(frozen=True, slots=True)
class Promise:
    """What one target of a contract comes to in a day.

    Attributes:
        clock: the clock's name.
        queue: the queue, or None for a promise about all of the vendor's queues together.
        share: promised.
        parts: attainment by queue; the promise is judged on their sums.
    """

    clock: str
    queue: str | None
    share: float
    parts: tuple[Attained, ...]

    @property
    def due(self) -> int:
        """Clocks due."""
        return sum(part.due for part in self.parts)

    @property
    def met(self) -> int:
        """Clocks met."""
        return sum(part.met for part in self.parts)

    @property
    def attainment(self) -> float:
        """Met over due; 1 when nothing was due."""
        return self.met / self.due if self.due else 1.0


def targets_in_force(contract: VendorContract, day: date) -> tuple[AttainmentTarget, ...]:
    """Return the targets of a contract that count on an operational day."""
    return tuple(target for target in contract.targets if target.in_force_on(day))


def target_of(
    targets: Iterable[AttainmentTarget], clock: str, queue: str
) -> AttainmentTarget | None:
    """Return the target for a clock in a queue; one that names the queue comes first."""
    fitting = [t for t in targets if t.clock == clock and (not t.queues or queue in t.queues)]
    return min(fitting, key=lambda target: not target.queues, default=None)


def promises(attainment: Sequence[Attained], targets: Sequence[AttainmentTarget]) -> list[Promise]:
    """Group a day's attainment by what was promised.

    A target that names queues is a promise about each of them; one that names none is a promise
    about all other queues together.
    """
    grouped: dict[tuple[str, str | None, float], list[Attained]] = {}
    for part in attainment:
        target = target_of(targets, part.clock, part.queue)
        if target is not None:
            about = part.queue if target.queues else None
            grouped.setdefault((part.clock, about, target.share), []).append(part)
    return [Promise(*about, tuple(parts)) for about, parts in grouped.items()]

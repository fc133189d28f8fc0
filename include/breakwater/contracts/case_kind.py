"""Which cases something is about, by where they belong: one vocabulary for everything that asks."""

from collections.abc import Mapping

from breakwater.contracts.base import Contract
from breakwater.core.vocabulary import Priority


class CaseKind(Contract):
    """Cases by where they belong; an empty list means all."""

    sites: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    priorities: tuple[Priority, ...] = ()
    markets: tuple[str, ...] = ()
    """As the vendor's `columns.market` names them; a case without one is in no list of markets."""

    def fits(self, case: Mapping[str, str | None]) -> bool:
        """Tell whether a case is of this kind.

        Args:
            case: its ``site, queue, policy, language, priority, market``.
        """
        return all(
            not wanted or case[name] in wanted
            for name, wanted in (
                ("site", self.sites),
                ("queue", self.queues),
                ("policy", self.policies),
                ("language", self.languages),
                ("priority", self.priorities),
                ("market", self.markets),
            )
        )

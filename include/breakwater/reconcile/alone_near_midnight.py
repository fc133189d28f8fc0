"""What a vendor-day leaves alone near its midnights, worked out from its own books."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from breakwater.contracts.matching import Group, NormalisedKey
from breakwater.contracts.tables import CASE_EVENT, ENFORCEMENT_ACTION
from breakwater.engine.base import Engine
from breakwater.reconcile.books import VendorDay, scan_book
from breakwater.reconcile.keys import log_with_keys
from breakwater.reconcile.left_over import all_settled, try_rules
from breakwater.reconcile.matching import rules_for_the_rest
from breakwater.reconcile.model_files import model
from breakwater.reconcile.over_midnight import Alone

_RECORDS = (
    "select event_id as record_id, record_key, item_id, agent, decision, event_at as decided_at"
    " from {events} where event_type in ({types})"
)
_ACTIONS = (
    "select operational_day, action_id as record_id, record_key, item_id, agent, decision, decided_at"
    " from {log} where source in ('review', 'automation')"
    " and decided_at >= {start} - {edge} and decided_at < {end} + {edge}"
)


@dataclass(frozen=True, slots=True)
class DayNearMidnight:
    """One day's two books, readable in an engine as ``midnight_records_…`` and ``midnight_actions_…``.

    Attributes:
        about: the day, and its rules.
        tag: what its names end in.
        log: the name of its slice of the log, with keys as they are compared.
        numbers: what the models are filled with.
    """

    about: VendorDay
    tag: str
    log: str
    numbers: dict[str, object] = field(init=False)

    def __post_init__(self) -> None:
        """Gather the names and numbers of the day."""
        numbers = {
            "day": self.about.day.isoformat(),
            "start": self.about.window.start,
            "end": self.about.window.end,
            "edge": self.about.operations.matching.edge_seconds,
            "records": f"midnight_records_{self.tag}",
            "actions": f"midnight_actions_{self.tag}",
        }
        object.__setattr__(self, "numbers", numbers)

    def lone_items(self, engine: Engine, neighbours: Sequence["DayNearMidnight"]) -> int:
        """Stage ``midnight_item``: items of lone records that a neighbour's book has near midnight."""
        engine.stage("midnight_lone", model("midnight_lone").format(**self.numbers))
        theirs = " union all ".join(
            "select item_id from {records} where decided_at < {start} + {edge}"  # noqa: S608  our own names
            " or decided_at >= {end} - {edge}".format(**each.numbers)
            for each in neighbours
        )
        text = model("midnight_item").format(
            **self.numbers,
            lone="midnight_lone",
            neighbours=theirs or "select '' as item_id where 1 = 0",
        )
        engine.stage("midnight_item", text)
        return engine.count("midnight_item")

    def alone(self, engine: Engine) -> Alone:
        """Try the day's rules on what has an item in ``midnight_item``; return what they leave."""
        rules = rules_for_the_rest(self.about)
        # Rules that look at rewritten keys look at all items.
        everything = any(
            isinstance(rule, NormalisedKey)
            or (isinstance(rule, Group) and rule.by == "normalised_key")
            for rule in rules
        )
        stem, window = f"midnight_{self.tag}", self.about.operations.matching.window_seconds
        text = model("midnight_open").format(
            **self.numbers,
            everything="true" if everything else "false",
            stated=log_with_keys(self.about.key_rule, self.log),
        )
        engine.stage(f"open_{stem}_0", text)
        trial = try_rules(engine, rules, stem, window)
        text = model("midnight_alone").format(
            **self.numbers, opened=f"open_{stem}_0", settled=all_settled(trial.settled)
        )
        engine.stage(f"alone_{stem}", text)
        rows = engine.fetch(f"alone_{stem}").to_pylist()
        return Alone(self.about.day, rows, self.about.rules, window)

    def unlanded(self, engine: Engine, neighbour: VendorDay) -> Alone:
        """Return what a neighbour that has no book yet leaves alone, as far as this day can tell."""
        text = model("midnight_unlanded").format(
            day=neighbour.day.isoformat(), actions=self.numbers["actions"]
        )
        name = f"alone_{neighbour.day:%Y%m%d}"
        engine.stage(name, text)
        window = neighbour.operations.matching.window_seconds
        return Alone(neighbour.day, engine.fetch(name).to_pylist(), neighbour.rules, window)

    def keys_of(self, engine: Engine) -> set[str]:
        """Return which of ``midnight_key`` either of the day's books has."""
        name = f"known_{self.tag}"
        engine.stage(
            name,
            "select record_key from {records}"  # noqa: S608  our own names
            " where record_key in (select record_key from midnight_key)"
            " union select record_key from {actions} where operational_day = cast('{day}' as date)"
            " and record_key in (select record_key from midnight_key)".format(**self.numbers),
        )
        return set(engine.fetch(name).column("record_key").to_pylist())


def open_day(
    engine: Engine, about: VendorDay, tag: str, files: Sequence[str] = ()
) -> DayNearMidnight:
    """Make a day readable: its books as they are open, or those in two files.

    Args:
        engine: with the day's own books open where there are no files.
        about: the day.
        tag: what its names are to end in.
        files: its vendor's book and its slice of our log, where they are not open yet.
    """
    events, log = CASE_EVENT.name, ENFORCEMENT_ACTION.name
    if files:
        events, log = f"{events}_{tag}", f"{log}_{tag}"
        for table, name, file in zip(
            (CASE_EVENT, ENFORCEMENT_ACTION), (events, log), files, strict=True
        ):
            scan_book(engine, about, table, name, [file])
    day = DayNearMidnight(about, tag, log)
    types = ", ".join(f"'{each.value}'" for each in about.contract.book.event_types)
    records = _RECORDS.format(events=events, types=types)
    engine.define(f"midnight_records_{tag}", records)
    engine.define(f"midnight_actions_{tag}", _ACTIONS.format(log=log, **day.numbers))
    return day

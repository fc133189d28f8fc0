"""From listings of a queue to what happened in it: who came, who moved, who left.

A listing tells what is there at one instant. What happened follows from two of them, one after the
other: a case that the one before did not hold has come, one in another state has moved, and one that
is no longer there has left. A row that tells nothing of this kind is no record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pyarrow as pa

from breakwater.contracts.shape import ListingShape
from breakwater.core.vocabulary import EventType
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.landing.mapping.records import LISTED_STATE
from breakwater.landing.publishing.identity import quoted, spelled
from breakwater.landing.publishing.spill import PLACE_COLUMNS

START = 0
"""Number of the listing that the day starts from: the last one of the days before."""

RECEIVED = f"{EventType.RECEIVED}-0"
ANY_STATE = "*"

# Each case once a listing, whichever row says so: the order of the rows decides nothing.
_PRESENT = """
select * exclude (place) from (
    select listed.*, row_number() over (
        partition by file_number, case_id_vendor
        order by listed_state is null, listed_state, {content}, source_row
    ) as place
    from listed where case_id_vendor is not null
) ranked where place = 1
"""

# Listings in a row that hold a case are one stay of it.
_STAY = """
select numbered.*,
    min(file_number) over (partition by case_id_vendor, stay) as first_number,
    max(file_number) over (partition by case_id_vendor, stay) as last_number
from (
    select present.*, file_number - row_number() over (
        partition by case_id_vendor order by file_number
    ) as stay
    from present
) numbered
"""

_TOLD = """
select stay.*,
    lag(listed_state) over seen as state_before,
    lead(file_number) over seen is null as is_last_told
from stay where listed_state is not null
window seen as (partition by case_id_vendor, stay order by file_number)
"""

_MOVED = """
select told.*, listing.listed_at,
    state_before is null and first_number > {start} as has_come,
    case when first_number > {start} or state_before is not null then event.event_type end
        as event_type
from told
join listing on listing.file_number = told.file_number
left join state_event event
    on event.state = case when exists (
        select 1 from state_event named where named.state = told.listed_state
    ) then told.listed_state else '{any_state}' end
    and (state_before is null or state_before <> listed_state)
where told.file_number > {start}
"""

_LEFT = """
select told.*, listing.listed_at
from told
join listing on listing.file_number = told.last_number + 1
where is_last_told
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """What the listings of a day tell.

    Attributes:
        said: columns of what a record says.
        happenings: those of them that hold instants.
        landed: by the number of a listing, how many of its rows are records.
        derived: by the number of a listing, how many cases had left by then.
    """

    said: tuple[str, ...]
    happenings: tuple[str, ...]
    landed: Mapping[int, int]
    derived: Mapping[int, int]


STILL = Moved((), (), {}, {})
"""What listings tell that hold nobody, one after the other."""


def tell_moves(
    engine: DuckDBEngine,
    shape: ListingShape,
    columns: Sequence[str],
    instants: Mapping[int, int],
    day: date,
) -> Moved:
    """Turn the rows of listings into records: leave ``record`` in the engine.

    Args:
        engine: holds ``listed``, the rows of the listing that the day starts from and of its own.
        shape: what states and leaving mean.
        columns: of the rows.
        instants: UTC seconds of each listing by its number, in order.
        day: operational day of the listings, and of all that they tell.
    """
    of_day = f"date '{day.isoformat()}'"
    types = sorted({EventType.RECEIVED, shape.leaving, *shape.events.values()})
    happenings = tuple(f"{each}-0" for each in types)
    kept = [name for name in columns if name not in {*PLACE_COLUMNS, LISTED_STATE, *happenings}]
    engine.load("listing", _listings(instants))
    engine.load("state_event", _state_events(shape))
    engine.stage("present", _PRESENT.format(content=spelled([*kept])))
    engine.stage("stay", _STAY)
    engine.stage("told", _TOLD)
    engine.stage("moved", _MOVED.format(start=START, any_state=ANY_STATE))
    engine.stage("departed", _LEFT)
    has_receipt = RECEIVED in columns
    came = ", ".join([*map(quoted, kept), *_moves(types, has_receipt=has_receipt)])
    went = ", ".join([*map(quoted, kept), *_leaving(types, shape.leaving)])
    engine.stage(
        "record",
        f"select file_number, source_row, 0 as part, {of_day} as operational_day, {came}"  # noqa: S608  our own columns
        " from moved where has_come or event_type is not null"
        f" union all select file_number, source_row, 1 as part, {of_day}, {went} from departed",
    )
    return Moved(
        (*kept, *happenings),
        happenings,
        _counted(engine, "landed", "select file_number from record where part = 0"),
        _counted(engine, "derived", "select last_number + 1 as file_number from departed"),
    )


def _counted(engine: DuckDBEngine, name: str, select: str) -> dict[int, int]:
    engine.stage(
        f"count {name}",
        f"select file_number, count(*) as records from ({select}) each group by 1",  # noqa: S608  texts above
    )
    rows = engine.fetch(f"count {name}").to_pylist()
    return {row["file_number"]: row["records"] for row in rows}


def gaps_of(instants: Sequence[int], shape: ListingShape) -> tuple[int, ...]:
    """List the times between listings, in minutes, that are longer than the contract's longest."""
    minutes = [(after - before) // 60 for before, after in pairwise(instants)]
    return tuple(each for each in minutes if each > shape.longest_gap_minutes)


def _moves(types: Sequence[EventType], *, has_receipt: bool) -> list[str]:
    """Give the instants of a case that came or moved."""
    columns = []
    for each in types:
        moved = f"when event_type = '{each}' then listed_at"
        if each is EventType.RECEIVED:
            # What was received after it was listed was listed by another clock.
            receipt = f"least({quoted(RECEIVED)}, listed_at)" if has_receipt else "listed_at"
            moved = f"when has_come then coalesce({receipt}, listed_at) {moved}"
        columns.append(f"case {moved} end as {quoted(f'{each}-0')}")
    return columns


def _leaving(types: Sequence[EventType], leaving: EventType) -> list[str]:
    """Give the instant at which a case was first not there any more."""
    return [
        f"{'listed_at' if each is leaving else 'cast(null as bigint)'} as {quoted(f'{each}-0')}"
        for each in types
    ]


def _listings(instants: Mapping[int, int]) -> pa.Table:
    numbers = pa.array(list(instants), pa.int32())
    return pa.table({"file_number": numbers, "listed_at": pa.array(instants.values(), pa.int64())})


def _state_events(shape: ListingShape) -> pa.Table:
    types = pa.array([each.value for each in shape.events.values()], pa.string())
    return pa.table({"state": pa.array(list(shape.events), pa.string()), "event_type": types})

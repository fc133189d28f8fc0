"""Ask the models of the clocks: every question is a case on a site with a calendar of its own."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import pyarrow as pa

from breakwater.contracts.calendar import Calendar
from breakwater.contracts.clocks import AppliesTo, Clock
from breakwater.contracts.tables import CASE_EVENT
from breakwater.contracts.vendor import VendorContract
from breakwater.core.calendar import DAY, Span
from breakwater.core.days import Window
from breakwater.core.errors import ConfigurationError
from breakwater.core.vocabulary import EventType
from breakwater.engine.base import Engine, arrow_schema, run_models
from breakwater.engine.models import read_models
from breakwater.measure.models import CASE_MODELS
from breakwater.measure.sla.promises import NOTHING_TOLD
from breakwater.measure.sla.run import ClockRules, run_clocks
from breakwater.measure.sla.verify.vectors import far_days

Session = Callable[[], AbstractContextManager[Engine]]

_CASE = Path(__file__).parents[2] / "case"
_LONGEST_RUN = 400 * DAY
"""Days that the questions of one run span: calendars are laid out hour by hour."""

_VENDOR = "verify"
_CONTRACT = {
    "vendor": _VENDOR,
    "name": "Vectors",
    "region": "emea",
    "source": {"kind": "folder", "uri": "none", "pattern": "{day:%Y%m%d}"},
    "delivery": {"deadline": "00:00", "zone": "UTC"},
    "format": {"kind": "jsonl"},
    "shape": {
        "kind": "case",
        "instants": {
            "received": ["start"],
            "decided": ["stop"],
            "paused": ["pause"],
            "resumed": ["resume"],
        },
    },
    "columns": {"case_id": "case", "item_id": "case", "queue": "queue"},
    "times": {"zone": "UTC", "formats": ["%s"]},
    "codes": {"decisions": {}, "queues": {}},
}


@dataclass(frozen=True)
class Question:
    """What time a case used up, or when it is due.

    Attributes:
        name: by which the answer is found; unique.
        calendar: on which it runs.
        start: when the clock starts, in UTC seconds.
        stop: when it stops; None while it runs.
        target: seconds after which it is due; None where nobody asks.
        on_close: where a deadline on closing time falls.
        on_reversed: what a stop before the start comes to.
        pauses: spans in which the case waits for others.
    """

    name: str
    calendar: Calendar
    start: int
    stop: int | None = None
    target: int | None = None
    on_close: Literal["stay", "roll_forward"] = "stay"
    on_reversed: Literal["zero", "negative"] = "zero"
    pauses: tuple[Span, ...] = ()

    @property
    def last(self) -> int:
        """The latest instant that it names."""
        return max([self.start, self.stop or self.start, *(end for _, end in self.pauses)])


@dataclass(frozen=True, slots=True)
class Answer:
    """What the models say: seconds used up, the due instant, and the state of the clock."""

    elapsed: int
    due_at: int | None
    state: str


def ask(session: Session, questions: Sequence[Question]) -> dict[str, Answer]:
    """Answer questions by the models, in as few runs as their dates allow.

    Args:
        session: opens an engine for one run.
        questions: what is asked.

    Returns:
        Answers by name; a question whose calendar never opens long enough has none.
    """
    answers: dict[str, Answer] = {}
    for run in _runs(sorted(questions, key=lambda each: each.start)):
        answers.update(_answer(session, run))
    return answers


def _runs(ordered: Sequence[Question]) -> Iterator[list[Question]]:
    run: list[Question] = []
    for question in ordered:
        if run and max(question.last, *(q.last for q in run)) - run[0].start > _LONGEST_RUN:
            yield run
            run = []
        run.append(question)
    if run:
        yield run


def _answer(session: Session, run: list[Question]) -> dict[str, Answer]:
    """Ask together; where a calendar cannot reach what one of them asks, ask in halves."""
    try:
        with session() as engine:
            return _asked(engine, run)
    except (ConfigurationError, ValueError, OverflowError):  # too far, or no year of a calendar
        if len(run) == 1:
            return {}
        half = len(run) // 2
        return _answer(session, run[:half]) | _answer(session, run[half:])


def _asked(engine: Engine, run: list[Question]) -> dict[str, Answer]:
    window = Window(run[0].start - DAY, max(question.last for question in run) + DAY)
    sites: dict[str, str] = {}
    calendars: dict[str, Calendar] = {}
    for question in run:
        stated = question.calendar.model_dump_json()
        site = sites.setdefault(stated, f"s{len(sites)}")
        calendars[site] = _with_an_end(question.calendar, window.end)
    contract = _contract().model_copy(
        update={"calendars": {"default": next(iter(calendars.values()))} | calendars}
    )
    clocks = {_queue(question): _clock(question) for question in run}
    events = [
        event
        for number, question in enumerate(run)
        for event in _events(number, question, sites[question.calendar.model_dump_json()])
    ]
    engine.load(
        "run",
        pa.table(
            {
                "operational_day": pa.array([date(1970, 1, 1)], pa.date32()),
                "vendor": [_VENDOR],
                "window_start": [window.start],
                "window_end": [window.end],
            }
        ),
    )
    engine.load("case_event", pa.Table.from_pylist(events, arrow_schema(CASE_EVENT)))
    engine.define("told", "select * from case_event")
    engine.load("told_promise", NOTHING_TOLD)
    run_models(engine, read_models(_CASE, *CASE_MODELS))
    rules = ClockRules(tuple(clocks.values()), contract, _UTC.zone_info, window)
    run_clocks(engine, rules)
    return {
        run[int(row["case_id_vendor"])].name: Answer(
            row["elapsed_seconds"], row["due_at"], row["state"]
        )
        for row in engine.fetch("clock_run").to_pylist()
        if row["elapsed_seconds"] is not None  # before 1970 there are no calendars
    }


_UTC = Calendar(zone="UTC", weekly={"mon": ("00:00-24:00",)})


@cache
def _contract() -> VendorContract:
    return VendorContract.model_validate(_CONTRACT | {"calendars": {"default": _UTC}})


def _with_an_end(calendar: Calendar, after: int) -> Calendar:
    """Give a calendar of single dates an opening far away: models want deadlines to be reachable."""
    if any(calendar.weekly.values()):
        return calendar
    stated = calendar.model_dump(mode="json")
    return Calendar.model_validate(stated | {"overrides": far_days(after) | stated["overrides"]})


def _queue(question: Question) -> str:
    return f"t{question.target or 1}_{question.on_close}_{question.on_reversed}"


def _clock(question: Question) -> Clock:
    queue = _queue(question)
    return Clock(
        clock=queue,
        kind="internal",
        title=queue,
        applies=AppliesTo(queues=(queue,)),
        start=EventType.RECEIVED,
        stop=EventType.DECIDED,
        pauses=True,
        calendar="site",
        on_close=question.on_close,
        on_reversed=question.on_reversed,
        target_seconds=question.target or 1,
    )


def _events(number: int, question: Question, site: str) -> Iterator[dict[str, object]]:
    happened = [("received", question.start)]
    if question.stop is not None:
        happened.append(("decided", question.stop))
    # One pause that follows another at once is one pause.
    edges = {("paused", start) for start, _ in question.pauses}
    edges |= {("resumed", end) for _, end in question.pauses}
    happened += sorted(edges)
    for ordinal, (event_type, at) in enumerate(happened):
        yield {
            "operational_day": date(1970, 1, 1),
            "vendor": _VENDOR,
            "site": site,
            "queue": _queue(question),
            "language": "und",
            "priority": "p4",
            "case_id_vendor": str(number),
            "record_id": str(number),
            "record_key": str(number),
            "item_id": str(number),
            "event_id": f"{number}-{ordinal}",
            "event_type": event_type,
            "event_at": at,
            "source_sha256": "",
            "source_row": number,
        }
